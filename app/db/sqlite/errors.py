"""What went wrong with a database file, in plain words."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from app.db.sqlite.write_lock import BUSY, primary_code
from app.errors import DatabaseDamaged, DiskFull, DoorstepError, QueueUnavailable

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
UNREACHABLE = BUSY | {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
}
#: What the system says where a disk, or somebody's share of it, is full.
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def explained(error: sqlite3.Error | OSError, path: Path) -> DoorstepError | None:
    """Return an error that says in plain words what the file or the disk did; None for our own mistakes in SQL."""
    code = primary_code(error)
    if code in DAMAGED:
        return DatabaseDamaged(name=path.name)
    if code == sqlite3.SQLITE_FULL or (isinstance(error, OSError) and error.errno in NO_SPACE):
        return DiskFull()
    if code in UNREACHABLE or isinstance(error, OSError):
        return QueueUnavailable()
    return None
