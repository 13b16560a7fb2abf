"""Close a PostgreSQL database for every writer, of whichever version, and open it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import Connection, sql

from app.db.closed import IN_STATE, MOVED, NOTES, OUT_STATE, OUT_WHY, RECEIVING, SQLSTATE, TRIGGER
from app.errors import SiteMoving

#: The setting of a connection by which the move itself is let through.
MOVER = "doorstep.mover"
PEEK_SECONDS = 3
FILLING = (
    "This database is being filled by a move. Start the site on it once the command says that all of it is there; if "
    "the command does not run any more, run it again, and it goes on where it was."
)


def shut(connection: Connection[Any], tables: Iterable[str], text: str, *, mover: str = "") -> None:
    """Let every change of these tables be refused with a text (a mark and a sentence), but for the move of that name.

    Call it in a transaction: it waits for those that write, and those who come later find the tables closed.
    """
    names = sorted(tables)
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    connection.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(listed))
    connection.execute(
        sql.SQL(
            """
            CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $refuse$ BEGIN
                IF coalesce(current_setting({setting}, true), '') <> {mover} OR {mover} = '' THEN
                    RAISE EXCEPTION USING MESSAGE = {text}, ERRCODE = {code};
                END IF;
                RETURN NULL;
            END $refuse$
            """
        ).format(
            name=sql.Identifier(TRIGGER),
            setting=sql.Literal(MOVER),
            mover=sql.Literal(mover),
            text=sql.Literal(text),
            code=sql.Literal(SQLSTATE),
        )
    )
    there = {row[0] for row in connection.execute(_SHUT_BEFORE, (TRIGGER,)).fetchall()}
    for name in names:
        text = _ENABLE if name in there else _CREATE
        connection.execute(sql.SQL(text).format(table=sql.Identifier(name), trigger=sql.Identifier(TRIGGER)))


def reopen(connection: Connection[Any]) -> None:
    """Take the refusals away: the triggers stay, disabled, as dropping them would wait for all who read."""
    for (name,) in connection.execute(_SHUT_BEFORE, (TRIGGER,)).fetchall():
        connection.execute(sql.SQL(_DISABLE).format(table=sql.Identifier(name), trigger=sql.Identifier(TRIGGER)))


def refuse_half_filled(connection: Connection[Any]) -> None:
    """Raise SiteMoving where a move has not filled the database yet."""
    if notes_in(connection).get(IN_STATE) == RECEIVING:
        raise SiteMoving(why=FILLING)


def notes_in(connection: Connection[Any]) -> dict[str, str]:
    """Return what a move has written down in a database; nothing where there was none."""
    there = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (NOTES,)).fetchone()
    if not there or not there[0]:
        return {}
    rows = connection.execute(sql.SQL("SELECT name, value FROM {}").format(sql.Identifier(NOTES))).fetchall()
    return {row[0]: row[1] for row in rows}


def why_moved(url: str) -> str:
    """Return why a database is not to be started on, as its data has moved; "" if it may be, or is out of reach."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=PEEK_SECONDS) as connection:
            notes = notes_in(connection)
    except psycopg.Error:
        return ""
    return notes.get(OUT_WHY, "") if notes.get(OUT_STATE) == MOVED else ""


_SHUT_BEFORE = """
SELECT pg_class.relname FROM pg_trigger JOIN pg_class ON pg_class.oid = pg_trigger.tgrelid
WHERE pg_trigger.tgname = %s AND pg_class.relnamespace = current_schema()::regnamespace ORDER BY pg_class.relname
"""
_CREATE = (
    "CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {trigger}()"
)
_ENABLE = "ALTER TABLE {table} ENABLE TRIGGER {trigger}"
_DISABLE = "ALTER TABLE {table} DISABLE TRIGGER {trigger}"
