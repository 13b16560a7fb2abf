"""Where facts come from: one small interface, the imported regions, and live services."""
