"""The thorough check of a database, by one process at its start and once a day; what it found, every process sees."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from pathlib import Path

from app.db.owners import open_like
from app.db.sqlite.soundness import thorough_check

logger = logging.getLogger(__name__)

DAY_SECONDS = 86_400.0
#: The check may take this long (seconds): on a file of some gigabytes it sees a part.
CHECK_SECONDS = 20.0


def check_if_due(path: Path, *, at_start: bool) -> str | None:
    """Check the file if nobody has today, or `at_start`; return what is wrong, None where it was not looked at."""
    note = _note_of(path)
    descriptor = open_like(note, path, os.O_RDWR)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None  # another process is at it
        found = os.fstat(descriptor)
        if not at_start and found.st_size == 0 and 0 <= time.time() - found.st_mtime < DAY_SECONDS:
            return None
        fault = thorough_check(path, CHECK_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, fault.encode(), 0)
        os.utime(descriptor)
    finally:
        os.close(descriptor)
    if fault:
        logger.error("%s is damaged: %s", path.name, fault)
    return fault


def last_fault(path: Path) -> str:
    """Return what the last check found, "" if nothing."""
    try:
        return _note_of(path).read_text(errors="replace")
    except OSError:
        return ""


def _note_of(path: Path) -> Path:
    return path.with_name(path.name + "-checked")
