"""Databases in general: what the store asks of one, and the two that answer."""
