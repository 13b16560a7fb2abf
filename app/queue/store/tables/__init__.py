"""The tables of the store: for SQLite a file for each migration, for PostgreSQL likewise, from where it began."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.db.sqlite.opening import Schema

#: Marks a file as ours: "Door" in ASCII.
APPLICATION_ID = 0x446F6F72


def statements(script: str) -> Iterator[str]:
    """Yield the statements of an SQL script, each with the comments before it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


def _scripts(dialect: str) -> tuple[str, ...]:
    return tuple(file.read_text() for file in sorted((Path(__file__).parent / dialect).glob("*.sql")))


SCHEMA = Schema(APPLICATION_ID, tuple(tuple(statements(script)) for script in _scripts("sqlite")))
POSTGRES_SCRIPTS = _scripts("postgres")
