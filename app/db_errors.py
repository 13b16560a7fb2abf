"""What SQLite's error codes mean for a person."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import DatabaseDamaged, QueueUnavailable

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


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code: the extended ones carry it in their low byte."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what the file or the disk did into QueueUnavailable or DatabaseDamaged; mistakes in SQL stay as they are."""
    try:
        yield
    except sqlite3.Error as error:
        code = primary_code(error)
        if code in DAMAGED:
            logger.error("%s is damaged: %s", path.name, error)
            raise DatabaseDamaged(name=path.name) from error
        if code in UNREACHABLE:
            logger.warning("%s cannot be used: %s", path.name, error)
            raise QueueUnavailable from error
        raise
    except OSError as error:
        logger.warning("%s cannot be used: %s", path.name, error)
        raise QueueUnavailable from error
