"""Opening, reading and writing SQLite files: what is the same whatever they hold."""
