"""All addresses of a region at once: which belong together, the row of each, and how they are evaluated."""
