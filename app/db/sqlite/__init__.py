"""SQLite files: connections, opening and migrating, the write lock, who uses a file, soundness, backups."""
