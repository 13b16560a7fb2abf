"""Clocks: one for people, a steady one for leases, and one by which things may be thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

#: Two readings this far apart (seconds on the steady clock) must agree before anything is thrown away.
APART_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """Unix time for people, which may jump; and a steady clock, the same for all processes since boot, for leases."""

    unix: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    #: A second witness of how much time has passed, where both of the others are a server's; None: the steady clock.
    elapsed: Callable[[], float] | None = None


class Settled(NamedTuple):
    """Unix time as two readings have it: no earlier than `earliest`, no later than `latest`."""

    earliest: float
    latest: float


class SettledClock:
    """Compares each reading with one of at least an hour before, carried on by the steady clock.

    So a clock that is wrong for a moment moves it nowhere.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._unix, self._elapsed = clocks.unix, clocks.elapsed or clocks.steady
        # A server is asked only once it is needed.
        self._before = self._newest = self._read() if clocks.elapsed is None else None

    def now(self) -> Settled | None:
        """Return the time; None while no reading is old enough."""
        reading = unix, elapsed = self._read()
        if self._before is None or self._newest is None:
            self._before = self._newest = reading
        if elapsed - self._newest[1] >= APART_SECONDS:
            self._before, self._newest = self._newest, reading
        passed = elapsed - self._before[1]
        if passed < APART_SECONDS:
            return None
        expected = self._before[0] + passed
        return Settled(min(unix, expected), max(unix, expected))

    def _read(self) -> tuple[float, float]:
        return self._unix(), self._elapsed()
