"""Finds addresses: what is indexed at import, and how a typed text is matched against it."""
