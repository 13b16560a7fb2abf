"""Evaluate a listing: 14 stages in order, from an address to a report. Knows no Flask and no SQL."""
