"""What went wrong with a PostgreSQL server, in plain words."""

from __future__ import annotations

import psycopg
from psycopg import errors

from app.db.closed import SQLSTATE, refusal_in
from app.errors import DatabaseDamaged, DatabaseFaulty, DiskFull, DoorstepError, QueueUnavailable, TextNotKept

#: By what pages, rows and logs call the database: its address may hold a password.
NAME = "PostgreSQL"

#: What a server or libpq says when there is no connection, and what a log may say of that: their own words hold names.
REFUSALS = (
    ("password authentication failed", "the server refuses the password"),
    ("no password supplied", "the server wants a password"),
    ("no pg_hba.conf entry", "the server lets nobody in from here"),
    ("too many clients", "the server has no connection left"),
    ("remaining connection slots", "the server has no connection left"),
    ("too many connections", "the server has no connection left"),
    ("starting up", "the server is starting"),
    ("shutting down", "the server is shutting down"),
    ("recovery mode", "the server is recovering"),
    ("session is read-only", "the server only reads"),
    ("server is in hot standby", "the server only reads"),
    ("does not exist", "the server has no such database or user"),
    ("could not translate host name", "the server's name is not known"),
    ("failed to resolve host", "the server's name is not known"),
    ("Connection refused", "nothing answers at its address"),
    ("timeout", "the server does not answer"),
)


class ServerUnreachable(psycopg.OperationalError):
    """No connection could be made; `why` says so without any name, password or address."""

    def __init__(self, error: psycopg.Error | None, why: str = "") -> None:
        said = str(error)
        self.why = why or next((words for part, words in REFUSALS if part in said), "no connection can be made")
        super().__init__(self.why)

    def again(self) -> ServerUnreachable:
        """Return the same as an exception of its own: one that is raised twice gathers tracebacks."""
        return ServerUnreachable(None, self.why)


#: The server, the network or another transaction stood in the way; the same may go well in a moment. A row that is
#: there already shows two at once, and the next look sees what the other one made.
PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.ReadOnlySqlTransaction,
    errors.SerializationFailure,
    errors.UniqueViolation,
    errors.InFailedSqlTransaction,
    errors.DuplicatePreparedStatement,
    errors.InvalidSqlStatementName,
)
#: What a pooler in front that shares connections out by the transaction makes of prepared statements.
UNPREPARED = (errors.DuplicatePreparedStatement, errors.InvalidSqlStatementName)
MISSING = (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.InvalidSchemaName)


def explained(error: psycopg.Error) -> DoorstepError | None:
    """Return an error that says in plain words what the server did; None for our own mistakes in SQL."""
    if error.sqlstate == SQLSTATE:
        return refusal_in(error.diag.message_primary or "")
    if isinstance(error, errors.DiskFull):
        return DiskFull()
    if isinstance(error, psycopg.DataError) and error.sqlstate is None and "NUL" in str(error):
        return TextNotKept()
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
        error, (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction, *UNPREPARED)
    ) and not (
        isinstance(error, (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected, errors.DiskFull))
    )


def in_short(error: Exception) -> str:
    """Return what a log may say of an error: what kind it is. Its text may hold values, such as an address."""
    if isinstance(error, ServerUnreachable):
        return error.why
    state = getattr(error, "sqlstate", None)
    if isinstance(error, psycopg.Error) and state == SQLSTATE:
        return error.diag.message_primary or ""  # a sentence of ours
    return f"{type(error).__name__} ({state})" if state else type(error).__name__
