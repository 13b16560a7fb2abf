"""Where in a town wishes are met: all homes judged at once, ranked by street and by square; and likeness of a report."""
