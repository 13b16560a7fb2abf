"""A PostgreSQL server as the same database: connections, the server's clock, its tables, its errors in plain words."""
