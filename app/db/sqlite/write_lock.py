"""SQLite's write lock, taken fairly: short tries, and a sign by which a flat-out writer sees that someone waits."""

from __future__ import annotations

import fcntl
import os
import random
import sqlite3
import time
from pathlib import Path

from app.db.owners import open_like

BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
#: Between two tries for the write lock. SQLite's own busy handler backs off to 100 ms and so starves whoever came late.
RETRY_SECONDS = (0.0001, 0.0004)
#: The same for a draining writer, which is in no hurry: two of them would only disturb each other.
DRAINING_RETRY_SECONDS = (0.001, 0.003)
#: How long a draining writer leaves the lock to others after a write, if someone waits for it.
YIELD_SECONDS = 0.0003
#: A draining writer competes silently this long, so that two of them do not make each other yield at every job.
SILENT_SECONDS = 0.02


def begin(connection: sqlite3.Connection, sign: WaitingSign, *, draining: bool, patience_seconds: float) -> None:
    """Begin a write transaction. Raises sqlite3.OperationalError (busy) once out of patience."""
    if _try_begin(connection, last=False):
        return
    started = time.monotonic()
    waited, signed = 0.0, False
    try:
        while not _try_begin(connection, last=waited > patience_seconds):
            if not signed and (not draining or waited > SILENT_SECONDS):
                signed = sign.raise_()
            pause(DRAINING_RETRY_SECONDS if draining and not signed else RETRY_SECONDS)
            waited = time.monotonic() - started
    finally:
        if signed:
            sign.lower()


def _try_begin(connection: sqlite3.Connection, *, last: bool) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if last or primary_code(error) not in BUSY:
            raise
        return False
    return True


def pause(bounds: tuple[float, float] = RETRY_SECONDS) -> None:
    """Wait a jittered moment before the next try."""
    time.sleep(random.uniform(*bounds))  # noqa: S311 - jitter, no secret


def primary_code(error: BaseException) -> int:
    """Return SQLite's primary result code: the extended ones carry it in their low byte."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def let_others_in(sign: WaitingSign) -> None:
    """Leave the write lock alone for a moment where someone waits for it."""
    if sign.is_up():
        time.sleep(YIELD_SECONDS)


class WaitingSign:
    """A lock file beside the database: a shared flock on it says "someone waits to write".

    The kernel takes the sign down when its holder dies. One a thread: a flock belongs to the open file.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + "-waiting")
        self._fd = open_like(path, database, os.O_RDWR)

    def raise_(self) -> bool:
        """Put the sign up; return False if a writer was just looking at it (then try again)."""
        return self._lock(fcntl.LOCK_SH)

    def lower(self) -> None:
        """Take the sign down."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def is_up(self) -> bool:
        """Return whether someone else is waiting."""
        if not self._lock(fcntl.LOCK_EX):
            return True
        self.lower()
        return False

    def close(self) -> None:
        """Close the file, which also takes the sign down."""
        os.close(self._fd)

    def _lock(self, kind: int) -> bool:
        try:
            fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
