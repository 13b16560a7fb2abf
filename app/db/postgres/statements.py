"""The store's statements as PostgreSQL takes them."""

from __future__ import annotations

import re
from functools import cache

#: What SQLite alone needs to be told.
_SQLITE_ALONE = re.compile(r"\s+INDEXED BY \w+")
#: What stands there for PostgreSQL alone.
_POSTGRES_ALONE = re.compile(r"/\*pg (.*?)\*/", re.DOTALL)
#: `:name`, but neither a cast (`::text`) nor the time 12:30.
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


@cache
def translated(sql: str) -> str:
    """Return a statement for psycopg: its own placeholders, and what is meant for PostgreSQL alone."""
    sql = _POSTGRES_ALONE.sub(r"\1", _SQLITE_ALONE.sub("", sql))
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%").replace("x''", "''::bytea"))
