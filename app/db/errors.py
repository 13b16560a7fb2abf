"""What SQLite's error codes mean for a person."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from app.errors import DatabaseDamaged, DoorstepError, QueueUnavailable

logger = logging.getLogger(__name__)

BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
UNREACHABLE = BUSY | {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
}


def primary_code(error: BaseException) -> int:
    """Return SQLite's primary result code: the extended ones carry it in their low byte."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def explained(error: sqlite3.Error | OSError, path: Path) -> DoorstepError | None:
    """Return what the file or the disk did, in plain words; None for mistakes in SQL, which are ours."""
    code = primary_code(error)
    if code in DAMAGED:
        logger.error("%s is damaged: %s", path.name, error)
        return DatabaseDamaged(name=path.name)
    if code in UNREACHABLE or isinstance(error, OSError):
        logger.warning("%s cannot be used: %s", path.name, error)
        return QueueUnavailable()
    return None
