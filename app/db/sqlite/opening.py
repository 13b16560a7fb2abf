"""Open the database file: create it once, refuse a foreign one, bring its tables up to date."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.db.sqlite.write_lock import BUSY, pause, primary_code
from app.errors import DatabaseDamaged, DatabaseTooNew

#: How long an opening waits for another process that is recovering, migrating or closing the same file.
OPENING_SECONDS = 20.0

#: Bytes of a page in a new file. A small write logs whole pages, so half of SQLite's default makes a stage, a claim or
#: a completion a sixth cheaper, and a stored report of 44 kB hardly dearer.
PAGE_BYTES = 2_048

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one kind of database.

    Each migration is a tuple of statements. It keeps every table and column that older code names, so that processes
    which still run that code go on working, as far as they know what they find: a new status they do not. The file's
    `user_version` counts those applied.
    """

    application_id: int
    migrations: Sequence[tuple[str, ...]]


def prepare(connection: sqlite3.Connection, schema: Schema, name: str, *, known: bool = False) -> None:
    """Make the file ours and current, whichever process comes first.

    `known`: this process has worked with the file before, so it goes on where a newer version has migrated it since.
    Raises DatabaseDamaged for a foreign file and DatabaseTooNew for a newer one, before anything is written.
    """
    version = check_identity(connection, schema, name)
    if version > len(schema.migrations) and not known:
        raise DatabaseTooNew(name=name, version=version, known=len(schema.migrations))
    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
    when_free(lambda: connection.execute("PRAGMA journal_mode=WAL").fetchall())
    if version < len(schema.migrations):
        when_free(lambda: connection.execute("BEGIN IMMEDIATE"))
        _migrate(connection, schema)


def when_free(action: Callable[[], T]) -> T:
    """Run one statement as soon as no other process is in its way, and return its result."""
    deadline = time.monotonic() + OPENING_SECONDS
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if primary_code(error) not in BUSY or time.monotonic() > deadline:
                raise
        pause()


def check_identity(connection: sqlite3.Connection, schema: Schema, name: str) -> int:
    """Return the version of a file's tables, 0 where there are none. Raises DatabaseDamaged for a foreign file."""
    query = "SELECT (SELECT count(*) FROM sqlite_master), application_id FROM pragma_application_id"
    tables, application_id = when_free(lambda: connection.execute(query).fetchall())[0]
    if tables and application_id != schema.application_id:
        raise DatabaseDamaged(name=name)
    return _version(connection)


def _migrate(connection: sqlite3.Connection, schema: Schema) -> None:
    """Apply what is still missing now that we hold the lock, all or nothing."""
    try:
        version = _version(connection)
        for statements in schema.migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={schema.application_id}")
        connection.execute(f"PRAGMA user_version={max(version, len(schema.migrations))}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(when_free(lambda: connection.execute("PRAGMA user_version").fetchall())[0][0])
