"""Small records by client that all web processes of a data folder share, in one file of a fixed size.

The file is read and written in place, not mapped: a mapped file that somebody cuts short kills its readers. A record is
held under a lock of the kernel's on its bytes, which goes with the process that holds it, however that dies.
"""

from __future__ import annotations

import fcntl
import logging
import math
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from weakref import finalize

from app.db.owners import make_folder, open_like

log = logging.getLogger(__name__)

#: A record begins with its key and when it was last used (steady clock, the same for all processes since boot).
HEAD = struct.Struct("=Qd")
#: Threads of this process take turns by these; the kernel's locks are between processes.
STRIPES = 64
#: Seconds between two looks at a record that another process holds.
PAUSE_SECONDS = 0.0005


@dataclass(slots=True)
class Record:
    """A record while it is held: zeros for a key that is new. What `payload` is afterwards is kept."""

    payload: bytes
    #: Seconds since its last use, 0 for a new one.
    idle_seconds: float


class SharedRecords:
    """A hash table in a file: each key belongs to one set of a few records, of which the one idle longest gives way.

    Nothing here may stop a request: where the file cannot be opened the process counts for itself alone, and a record
    that another process holds for longer than `patience_seconds` (it was stopped in between) is used all the same.
    """

    def __init__(
        self,
        path: Path,
        *,
        payload_bytes: int,
        sets: int,
        ways: int,
        patience_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._sets, self._ways = path, sets, ways
        self._payload_bytes, self._record_bytes = payload_bytes, HEAD.size + payload_bytes
        self._patience_seconds, self._clock = patience_seconds, clock
        self._file: int | None = None
        self._opening = Lock()
        self._threads = tuple(Lock() for _ in range(STRIPES))

    @contextmanager
    def held(self, key: int) -> Iterator[Record]:
        """Hold the record of a key (64 bits) until the block ends; an exception in it leaves the record as it was."""
        file, index = self._opened(), key % self._sets
        start = index * self._ways * self._record_bytes
        with self._threads[index % STRIPES], self._locked(file, start):
            place, record = self._found(file, start, key)
            yield record
            with suppress(OSError):  # a full disk: the next one counts on from what was kept before
                os.pwrite(file, HEAD.pack(key, self._clock()) + record.payload, start + place * self._record_bytes)

    def _found(self, file: int, start: int, key: int) -> tuple[int, Record]:
        """Return which record of its set belongs to a key, and the record; a new one takes the idlest place."""
        kept = os.pread(file, self._ways * self._record_bytes, start).ljust(self._ways * self._record_bytes, b"\0")
        heads = [HEAD.unpack_from(kept, way * self._record_bytes) for way in range(self._ways)]
        now = self._clock()
        for way, (other, used) in enumerate(heads):
            if other == key:
                begin = way * self._record_bytes + HEAD.size
                return way, Record(kept[begin : begin + self._payload_bytes], max(0.0, now - used))
        # What is empty, and what was last used before a reboot, when the steady clock began anew, gives way first.
        idlest = max(range(self._ways), key=lambda way: now - heads[way][1] if 0.0 < heads[way][1] <= now else math.inf)
        return idlest, Record(bytes(self._payload_bytes), 0.0)

    @contextmanager
    def _locked(self, file: int, start: int) -> Iterator[None]:
        length, deadline = self._ways * self._record_bytes, time.monotonic() + self._patience_seconds
        while not (locked := _try_lock(file, length, start)) and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
        try:
            yield
        finally:
            if locked:
                fcntl.lockf(file, fcntl.LOCK_UN, length, start)

    def _opened(self) -> int:
        if self._file is None:
            with self._opening:
                if self._file is None:
                    self._file = self._open()
                    finalize(self, os.close, self._file)
        return self._file

    def _open(self) -> int:
        try:
            make_folder(self._path.parent)
            return open_like(self._path, self._path.parent, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            log.warning("%s cannot be used (%s): this process counts alone", self._path.name, error.strerror)
            return os.memfd_create(self._path.name, os.MFD_CLOEXEC)


def _try_lock(file: int, length: int, start: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
    except (BlockingIOError, PermissionError):  # another process holds it; POSIX allows either word for that
        return False
    return True
