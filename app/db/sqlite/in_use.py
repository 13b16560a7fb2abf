"""Which processes use a database, and whether its file is still the one they opened.

Every process that has the database open holds a shared flock on a file beside it, which the kernel takes down when the
process dies. The file also says, by inode, which database its log belongs to: SQLite would apply the log of one file to
any other that was put in its place.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.db.owners import PRIVATE, give_to_owner_of, make_folder, open_like
from app.errors import DatabaseInUse, DatabaseSwapped, QueueUnavailable

#: How long an opening waits for a restore, or for another process that is just opening the file (seconds).
ENTER_SECONDS = 5.0
#: A reader makes sure that the file is still there this often (seconds); a writer does so every time.
LOOK_SECONDS = 0.25

_lock = threading.Lock()
_entered: dict[tuple[int, Path], InUse] = {}


class InUse:
    """This process's mark on one database. `first`: no other process had it open when this one came."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = os.fspath(path)  # of a str the system is asked in half the time
        self._users = 0
        self._looked_at = 0.0
        make_folder(path.parent)
        self._mark = open_like(_mark_of(path), path.parent, os.O_RDWR)
        try:
            self.first = self._enter()
            self._identity = _identity(path)
            if self._identity is None or _recorded(self._mark) not in (None, self._identity[1]):
                raise DatabaseSwapped(name=path.name)
        except BaseException:
            os.close(self._mark)
            raise
        #: Set once this process has found that it knows the tables: it then goes on beside a newer version's upgrade.
        self.known = False

    def check(self) -> None:
        """Raise DatabaseSwapped unless the file at the path is the one that was opened."""
        if _identity(self._name) != self._identity:
            raise DatabaseSwapped(name=self._path.name)

    def check_now_and_then(self) -> None:
        """Do so at most four times a second."""
        now = time.monotonic()
        if now - self._looked_at > LOOK_SECONDS:
            self.check()
            self._looked_at = now

    def leave(self) -> None:
        """Take the mark down, once every user in this process has left."""
        with _lock:
            self._users -= 1
            if self._users == 0:
                os.close(self._mark)
                _entered.pop((os.getpid(), self._path), None)

    def _enter(self) -> bool:
        """Take the shared lock; return whether this process is the first, which makes the file and records it."""
        first = False
        if _try_lock(self._mark, fcntl.LOCK_EX):
            first = True
            _refuse_foreign_log(self._path, self._mark)
            create_file(self._path)
            _record(self._mark, _identity(self._path))
        deadline = time.monotonic() + ENTER_SECONDS
        while not _try_lock(self._mark, fcntl.LOCK_SH):
            if time.monotonic() > deadline:
                raise QueueUnavailable
            time.sleep(0.01)
        return first


def enter(path: Path) -> InUse:
    """Mark a database as used by this process, making the file if it is missing. Give the mark back by `leave`.

    Raises DatabaseSwapped where the file is not the one that the log beside it, or other processes, belong to.
    """
    path = path.absolute()
    with _lock:
        key = (os.getpid(), path)
        mark = _entered.get(key)
        if mark is None:
            mark = _entered[key] = InUse(path)
        mark._users += 1
        return mark


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep every other process from the database while the block runs. Raises DatabaseInUse."""
    make_folder(path.parent)
    mark = open_like(_mark_of(path), path.parent, os.O_RDWR)
    try:
        if not _try_lock(mark, fcntl.LOCK_EX) or _locked_by_sqlite(path):
            raise DatabaseInUse(name=path.name)
        yield
        _record(mark, _identity(path))
    finally:
        os.close(mark)


def log_is_foreign(path: Path) -> bool:
    """Return whether the log beside a database that nobody uses belongs to another file than the one at the path."""
    try:
        mark = os.open(_mark_of(path), os.O_RDONLY)
    except OSError:
        return False
    try:
        return _log_is_foreign(path, mark)
    finally:
        os.close(mark)


def log_of(path: Path) -> Path:
    """Return where SQLite keeps the log of a database."""
    return path.with_name(path.name + "-wal")


def create_file(path: Path) -> None:
    """Create the file if it is missing, readable by its owner only: it holds addresses.

    Never call it while this process has the file open: closing a second descriptor drops SQLite's locks.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        give_to_owner_of(path, path.parent)


def _mark_of(path: Path) -> Path:
    return path.with_name(path.name + "-in-use")


def _identity(path: Path | str) -> tuple[int, int] | None:
    """Return device and inode of a file, None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - before every write: Path costs twice as much
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _record(mark: int, identity: tuple[int, int] | None) -> None:
    """Write down which file is in use. A full disk must not keep the site from starting: then nothing is known."""
    if identity is None or _recorded(mark) == identity[1]:
        return
    with suppress(OSError):
        os.ftruncate(mark, 0)
        os.pwrite(mark, b"%d %d\n" % (os.fstat(mark).st_ino, identity[1]), 0)


def _recorded(mark: int) -> int | None:
    """Return the inode of the file in use; None if that is not known, as in a folder that was copied as a whole."""
    own, _, used = os.pread(mark, 64, 0).decode("ascii", "replace").partition(" ")
    return int(used) if own.isdigit() and used.strip().isdigit() and int(own) == os.fstat(mark).st_ino else None


def _refuse_foreign_log(path: Path, mark: int) -> None:
    if _log_is_foreign(path, mark):
        raise DatabaseSwapped(name=path.name)


def _log_is_foreign(path: Path, mark: int) -> bool:
    recorded, identity = _recorded(mark), _identity(path)
    try:
        has_log = log_of(path).stat().st_size > 0
    except OSError:
        return False
    return has_log and recorded is not None and (identity is None or identity[1] != recorded)


def _locked_by_sqlite(path: Path) -> bool:
    """Return whether a program without our mark has the file open: SQLite holds a shared lock on this range."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FIRST)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


#: Where SQLite's readers lock a database file (its file format, "Locking"): they do as long as they have it open.
_SHARED_FIRST, _SHARED_BYTES = 0x40000002, 510


def _try_lock(mark: int, kind: int) -> bool:
    try:
        fcntl.flock(mark, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
