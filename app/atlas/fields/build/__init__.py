"""Measures the fields of a region at import: at which points, how far from each, and what is not known there."""
