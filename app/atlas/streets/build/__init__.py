"""From the streets of an extract to the arrays that searches read."""
