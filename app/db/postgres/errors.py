"""What went wrong with a PostgreSQL server, in plain words."""

from __future__ import annotations

import psycopg
from psycopg import errors

from app.errors import DatabaseDamaged, DatabaseFaulty, DiskFull, DoorstepError, QueueUnavailable

#: By what pages, rows and logs call the database: its address may hold a password.
NAME = "PostgreSQL"

#: The server, the network or another transaction stood in the way; the same may go well in a moment. A row that is
#: there already shows two at once, and the next look sees what the other one made.
PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.ReadOnlySqlTransaction,
    errors.SerializationFailure,
    errors.UniqueViolation,
    errors.InFailedSqlTransaction,
)
MISSING = (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.InvalidSchemaName)


def explained(error: psycopg.Error) -> DoorstepError | None:
    """Return an error that says in plain words what the server did; None for our own mistakes in SQL."""
    if isinstance(error, errors.DiskFull):
        return DiskFull()
    if isinstance(error, errors.InsufficientPrivilege):
        return DatabaseFaulty(name=NAME, what="its user may not use the tables of Doorstep")
    if isinstance(error, (errors.DataCorrupted, errors.IndexCorrupted)):
        return DatabaseDamaged(name=NAME)
    if isinstance(error, MISSING):
        return DatabaseFaulty(name=NAME, what="a table or a column of Doorstep's is missing")
    return QueueUnavailable() if isinstance(error, PASSING) else None


def is_connection_lost(error: psycopg.Error) -> bool:
    """Return whether another connection may do what this one cannot: it broke, or its server only reads now."""
    return isinstance(
        error, (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction)
    ) and not (
        isinstance(error, (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected, errors.DiskFull))
    )


def in_short(error: Exception) -> str:
    """Return what a log may say of an error: what kind it is. Its text may hold values, such as an address."""
    state = getattr(error, "sqlstate", None)
    return f"{type(error).__name__} ({state})" if state else type(error).__name__
