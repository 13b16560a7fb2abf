"""The folder where every process keeps its counts, so that whichever is asked can add them up.

`PROMETHEUS_MULTIPROC_DIR` names it to prometheus-client, and to every process that inherits it: gunicorn's workers and
their evaluators. Without it a process counts in its own memory, which is right where there is no other.
"""

from __future__ import annotations

import fcntl
import logging
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

from app.db.owners import make_folder, open_like
from app.queue.process import identity, is_gone

logger = logging.getLogger(__name__)

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
#: Below the data folder.
FOLDER = "metrics"
#: The kinds of files that prometheus-client makes for a process, with the bytes that each has from the start, on the
#: disk and not only in its size: a process that wrote to a mapped page for which a full disk has no room would die of
#: SIGBUS. All routes with all methods, statuses and durations fit.
ROOM = {"counter": 512 * 1024, "histogram": 512 * 1024}
#: In a file's name, what stands for "/" of a process's identity.
SLASH = "~"
#: The counts of all that are gone, in the place of an identity.
GONE = "gone"
#: prometheus-client's name of a file.
PATTERN = "*_*.db"


def share(data_dir: Path) -> None:
    """Let this process and those that it will start share their counts with all others of a data folder.

    Call it after any fork, and before `counts` is imported.
    """
    shared = data_dir.resolve() / FOLDER
    try:
        make_folder(shared)
        with _locked(shared):
            _reserve_in(shared)
    except OSError as error:
        logger.warning("/metrics shows the counts of one process at a time: no shared folder (%s)", error.strerror)
        return
    os.environ[VARIABLE] = os.fspath(shared)


def begin_anew(data_dir: Path) -> None:
    """Forget what the processes that are gone have counted, as a site does when it starts."""
    shared = data_dir.resolve() / FOLDER
    with suppress(OSError), _locked(shared):
        for path in shared.glob(PATTERN):
            if not _is_alive(_owner(path)):
                path.unlink()


def folder() -> Path | None:
    """Return the shared folder; None where this process counts for itself."""
    name = os.environ.get(VARIABLE)
    return Path(name) if name else None


def own_name() -> str:
    """Return the name of this process in the names of its files: no other process ever has it."""
    return (identity() or str(os.getpid())).replace("/", SLASH)


def reserve() -> str:
    """Make this process's files in the folder that it inherited, and return its name in theirs.

    Return "" where it must count in its own memory: there is no such folder, or no room in it.
    """
    shared = folder()
    if shared is None:
        return ""
    try:
        with _locked(shared):
            _reserve_in(shared)
    except OSError as error:
        logger.warning("/metrics shows nothing of process %d: no room to count (%s)", os.getpid(), error.strerror)
        del os.environ[VARIABLE]
        return ""
    return own_name()


def _reserve_in(shared: Path) -> None:
    """Make this process's files; those of processes that are gone make room first."""
    _fold(shared)
    for kind in ROOM:
        _make(shared, kind, own_name())


def _make(shared: Path, kind: str, owner: str) -> Path:
    """Make a file with all its room, unless it is there, and return it. Raises OSError."""
    path = shared / f"{kind}_{owner}.db"
    with os.fdopen(open_like(path, shared, os.O_WRONLY | os.O_APPEND), "ab") as file:
        file.write(bytes(max(ROOM[kind] - file.tell(), 0)))
    return path


@contextmanager
def _locked(shared: Path) -> Iterator[None]:
    """Hold the right to make and remove files."""
    with os.fdopen(open_like(shared / "lock", shared, os.O_WRONLY), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def processes() -> tuple[int, ...]:
    """Return the ids of the processes that count and are alive, in order."""
    shared = folder()
    if shared is None:
        return (os.getpid(),)
    owners = {_owner(path) for path in shared.glob("counter_*.db")}
    return tuple(sorted(filter(None, (pid_of(owner) for owner in owners if _is_alive(owner)))))


@contextmanager
def gathered() -> Iterator[Path | None]:
    """Give the shared folder for as long as nobody changes which files are in it; None where there is none."""
    shared = folder()
    if shared is None or not shared.is_dir():
        yield None
        return
    with _locked(shared):
        _fold(shared)
        yield shared


def _fold(shared: Path) -> None:
    """Add the counts of the processes that are gone into one file of each kind, and remove theirs."""
    for path in sorted(shared.glob(PATTERN)):
        owner = _owner(path)
        if owner == GONE or _is_alive(owner):
            continue
        kind = path.name.removesuffix(f"_{owner}.db")
        if kind in ROOM:
            try:
                _add(path, _make(shared, kind, GONE))
            except OSError:  # no room: it stays, and is read where it is
                continue
            except (RuntimeError, ValueError, struct.error):
                logger.warning("what a process counted is lost: its file is damaged")
        path.unlink()


def _add(path: Path, total_path: Path) -> None:
    """Add the counts of one file to those of another. Raises RuntimeError, ValueError or struct.error for none."""
    counts = list(MmapedDict.read_all_values_from_file(os.fspath(path)))
    total = MmapedDict(os.fspath(total_path))
    for key, value, _, _ in counts:
        total.write_value(key, total.read_value(key)[0] + value, 0.0)
    total.close()


def _owner(path: Path) -> str:
    return path.name.removesuffix(".db").rpartition("_")[2]


def _is_alive(owner: str) -> bool:
    """Return whether the process of that name may still write; True if that cannot be known."""
    if owner == GONE:
        return False
    if not owner.isdigit():
        return not is_gone(owner.replace(SLASH, "/"))
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to somebody else
        return True
    return True


def pid_of(owner: str) -> int | None:
    """Return the process id in a process's name; None in the name of those that are gone."""
    number = owner if owner.isdigit() else owner.rpartition(SLASH)[0].rpartition(SLASH)[2]
    return int(number) if number.isdigit() else None
