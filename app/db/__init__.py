"""SQLite as Doorstep uses it: one connection a thread, short write transactions, fair turns at the write lock."""
