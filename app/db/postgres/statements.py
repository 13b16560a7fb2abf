"""The store's statements as PostgreSQL takes them."""

from __future__ import annotations

import re
from functools import cache

from app.db.interface import Change

#: What SQLite alone needs to be told.
_SQLITE_ALONE = re.compile(r"\s+INDEXED BY \w+")
#: What stands there for PostgreSQL alone.
_POSTGRES_ALONE = re.compile(r"/\*pg (.*?)\*/", re.DOTALL)
#: `:name`, but neither a cast (`::text`) nor the time 12:30.
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")

#: Of a statement by itself: its commit does not wait for the disk.
LIGHT = "set_config('synchronous_commit', 'off', true)"


@cache
def translated(sql: str) -> str:
    """Return a statement for psycopg: its own placeholders, and what is meant for PostgreSQL alone."""
    sql = _POSTGRES_ALONE.sub(r"\1", _SQLITE_ALONE.sub("", sql))
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%").replace("x''", "''::bytea"))


@cache
def as_one(changes: tuple[Change, ...], *, light: bool = False) -> str:
    """Return one statement for changes and all that follows them, which the server is asked for, and plans, once.

    Its row holds how many were made, and what the last returns. A `light` one has a transaction of its own, whose
    commit does not wait for the disk.
    """
    parts: list[str] = []
    for number, change in enumerate(changes):
        name, before = f"changed_{number}", f"changed_{number - 1}"
        only_then = f"AND EXISTS (TABLE {before})" if number else ""
        parts.append(f"{name} AS ({change.statement} {only_then} RETURNING *)")
        for place, following in enumerate(change.then):
            parts.append(f"then_{number}_{place} AS ({following.replace('FROM changed', f'FROM {name}')})")
    made = " + ".join(f"(SELECT count(*) FROM changed_{number})" for number in range(len(changes)))  # noqa: S608
    columns = ", ".join(filter(None, (f"{made} AS changes_made", changes[-1].returning, LIGHT if light else "")))
    last = f"changed_{len(changes) - 1}"
    return f"WITH {', '.join(parts)} SELECT {columns} FROM (SELECT) AS one LEFT JOIN {last} ON true"  # noqa: S608
