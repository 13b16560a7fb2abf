"""What is indexed at import."""
