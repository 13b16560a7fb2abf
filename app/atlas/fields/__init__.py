"""How far everything is from every address of a region: measured at import, mapped into memory by all processes."""
