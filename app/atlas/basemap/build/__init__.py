"""Makes the base map of a region at import."""
