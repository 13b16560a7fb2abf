"""How often a place is located rightly, and how fast: asked and judged by what extracts map, read in another way."""
