"""A running site's data moves from SQLite to PostgreSQL, or back: copied while people work, compared in a stop."""
