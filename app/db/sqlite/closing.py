"""Close a SQLite file for every writer, of whichever version, and open it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from app.db.closed import MOVED, NOTES, OUT_STATE, OUT_WHY, TRIGGER

_CHANGES = ("INSERT", "UPDATE", "DELETE")


def shut(connection: sqlite3.Connection, tables: Iterable[str], text: str) -> None:
    """Let every change of these tables be refused with a text: a mark and a sentence. Call it in a transaction."""
    text = text.replace("'", "''")
    reopen(connection)
    for table in tables:
        for change in _CHANGES:
            connection.execute(
                f"CREATE TRIGGER {TRIGGER}_{table}_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            )


def reopen(connection: sqlite3.Connection) -> None:
    """Take the refusals away. Call it in a transaction."""
    like = {"name": TRIGGER + "\\_%"}
    sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE :name ESCAPE '\\'"
    for (name,) in connection.execute(sql, like).fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')


def why_moved(path: Path) -> str:
    """Return why a file is not to be started on, as its data has moved; "" if it may be, or cannot be read.

    It is only read, and nothing is left beside it that was not there.
    """
    if not path.is_file():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=1.0)) as file:
            notes = dict(file.execute(f"SELECT name, value FROM {NOTES}").fetchall())  # noqa: S608 - a constant
    except sqlite3.Error:
        return ""
    return notes.get(OUT_WHY, "") if notes.get(OUT_STATE) == MOVED else ""
