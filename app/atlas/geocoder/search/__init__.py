"""How a typed text is matched against the index."""
