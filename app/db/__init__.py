"""SQLite as Doorstep uses it: one connection a thread, short write transactions, a fair write lock."""
