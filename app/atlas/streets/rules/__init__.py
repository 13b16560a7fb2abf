"""Who may use a street, in which direction, how fast, and how calm it is."""
