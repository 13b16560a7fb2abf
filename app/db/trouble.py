"""What is wrong with a database file: told in plain words, and logged once when it begins and once when it is over."""

from __future__ import annotations

import errno
import logging
import sqlite3
import time
from pathlib import Path

from app.db.write_lock import BUSY, primary_code
from app.errors import DatabaseDamaged, DatabaseSwapped, DiskFull, DoorstepError, QueueUnavailable

logger = logging.getLogger(__name__)

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


class Trouble:
    """The troubles of one database in this process, apart for reading and writing: often only writing fails."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        #: What fails: how, and since when (steady clock).
        self.known: dict[str, tuple[type[DoorstepError], float]] = {}

    def begins(self, doing: str, told: DoorstepError, cause: object) -> None:
        """Log a failure, unless the last attempt to do the same failed in the same way."""
        before, since = self.known.get(doing, (None, time.monotonic()))
        self.known[doing] = type(told), since
        if before is not type(told):
            grave = isinstance(told, (DatabaseDamaged, DatabaseSwapped, DiskFull))
            logger.log(logging.ERROR if grave else logging.WARNING, "%s: %s fails: %s", self._name, doing, cause)

    def over(self, doing: str) -> None:
        """Log that a failure is over, if there was one."""
        known = self.known.pop(doing, None)
        if known is not None:
            seconds = time.monotonic() - known[1]
            logger.warning("%s: %s works again after %.1f s", self._name, doing, seconds)


_troubles: dict[Path, Trouble] = {}


def trouble_of(path: Path) -> Trouble:
    """Return the troubles of a database, the same for all who use it in this process."""
    return _troubles.setdefault(path.absolute(), Trouble(path))
