"""Open the database file: create it once, refuse a foreign one, bring its tables up to date."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.db.write_lock import BUSY, pause, primary_code
from app.errors import DatabaseDamaged

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


def create_file(path: Path) -> None:
    """Create the file if it is missing, readable by its owner only: it holds addresses.

    Never call it while this process has the file open: closing a second descriptor drops SQLite's locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def prepare(connection: sqlite3.Connection, schema: Schema, name: str) -> None:
    """Make the file ours and current, whichever process comes first. Raises DatabaseDamaged for a foreign file."""
    _check_identity(connection, schema, name)
    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
    when_free(lambda: connection.execute("PRAGMA journal_mode=WAL").fetchall())
    if _version(connection) < len(schema.migrations):
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


def _check_identity(connection: sqlite3.Connection, schema: Schema, name: str) -> None:
    """Raise DatabaseDamaged for a foreign file, before anything is written."""
    query = "SELECT (SELECT count(*) FROM sqlite_master), application_id FROM pragma_application_id"
    tables, application_id = when_free(lambda: connection.execute(query).fetchall())[0]
    if tables and application_id != schema.application_id:
        raise DatabaseDamaged(name=name)


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
