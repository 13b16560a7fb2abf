"""Where facts come from: one small interface, and the imported regions that answer it."""
