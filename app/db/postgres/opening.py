"""Make the tables of a PostgreSQL database, or bring them up to date, whichever process comes first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from app.db.postgres.errors import NAME
from app.errors import DatabaseFaulty, DatabaseTooNew

#: Whoever makes tables holds this lock until they are there: "Door" in ASCII, as the mark of our SQLite files.
LOCK = 0x446F6F72
_VERSION_TABLE = "CREATE TABLE IF NOT EXISTS doorstep_tables (version BIGINT NOT NULL)"


def prepare(connection: Connection[Any], migrations: Sequence[str]) -> None:
    """Apply the migrations (scripts) that are missing, all or nothing, on a connection in autocommit.

    Raises DatabaseTooNew for tables of a newer version, and DatabaseFaulty where the database keeps no Unicode.
    """
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseFaulty(name=NAME, what=f"its encoding is {encoding}, and addresses need UTF8")
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        version = _version(connection)
        if version > len(migrations):
            raise DatabaseTooNew(name=NAME, version=version, known=len(migrations))
        if version == len(migrations):
            return
        connection.execute(_VERSION_TABLE)
        for script in migrations[version:]:
            connection.execute(script.encode(), prepare=False)
        connection.execute("DELETE FROM doorstep_tables")
        connection.execute("INSERT INTO doorstep_tables VALUES (%s)", (len(migrations),))


def _version(connection: Connection[Any]) -> int:
    there = connection.execute("SELECT to_regclass('doorstep_tables') IS NOT NULL").fetchone()
    if not there or not there[0]:
        return 0
    row = connection.execute("SELECT coalesce(max(version), 0) FROM doorstep_tables").fetchone()
    return int(row[0]) if row else 0
