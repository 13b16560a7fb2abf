"""The server's clock, by which all hosts of a site go: theirs may differ by more than a lease."""

from __future__ import annotations

import time
from collections.abc import Callable

#: A reading that took longer (seconds) to come says too little; it counts only where there is none.
SLOWEST_READING_SECONDS = 1.0
#: How old (seconds) a reading may be: a server's clock is set, and another server may take over.
READ_EVERY_SECONDS = 5.0


class ServerClock:
    """Unix time of the server, carried on by this machine's steady clock between two readings."""

    def __init__(self, read: Callable[[], object]) -> None:
        self._read = read
        self._offset: float | None = None
        self._read_at = 0.0

    def now(self) -> float:
        """Return the server's time; the first time it is asked for. Raises QueueUnavailable if that fails."""
        if self._offset is None:
            self._read()
        return time.monotonic() + (self._offset or 0.0)

    @property
    def is_due(self) -> bool:
        """Return whether the clock should be read again."""
        return self._offset is None or time.monotonic() - self._read_at > READ_EVERY_SECONDS

    def note(self, unix_seconds: float, asked_at: float) -> None:
        """Note what the server's clock said when it was asked at a time of this machine's steady clock."""
        answered_at = time.monotonic()
        if self._offset is None or answered_at - asked_at <= SLOWEST_READING_SECONDS:
            self._offset = unix_seconds - (asked_at + answered_at) / 2
            self._read_at = answered_at
