"""What is measured beside the run: memory and open files of each process, the log of the database, orphans."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field

from tests.soak.site import Held, Site, held_by
from tests.support.gunicorn_site import children

EVERY_SECONDS = 2.0
#: An evaluator whose worker was killed ends by itself within this time (seconds).
ORPHAN_SECONDS = 10.0
#: Two levels of memory are the medians of this many readings.
READINGS = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """What a process held at one moment on the monotonic clock."""

    at: float
    held: Held


@dataclass(slots=True)
class Gauges:
    """Everything that was read, by process."""

    site: Site
    readings: dict[int, list[Reading]] = field(default_factory=lambda: defaultdict(list))
    most_wal_bytes: int = 0
    #: When each process without a parent was first seen, and those that stayed too long.
    orphaned_at: dict[int, float] = field(default_factory=dict)
    orphans: set[int] = field(default_factory=set)

    async def run(self, until: float) -> None:
        """Read everything every two seconds until that time."""
        while time.monotonic() < until:
            await asyncio.to_thread(self.read)
            await asyncio.sleep(EVERY_SECONDS)

    def read(self) -> None:
        """Read everything once."""
        now = time.monotonic()
        for worker in self.site.workers():
            for pid in (worker, *children(worker)):
                held = held_by(pid)
                if held is not None:
                    self.readings[pid].append(Reading(now, held))
        self.most_wal_bytes = max(self.most_wal_bytes, self.site.wal_bytes())
        self._look_for_orphans(now)

    def _look_for_orphans(self, now: float) -> None:
        without_parent = set(self.site.orphans())
        self.orphaned_at = {pid: self.orphaned_at.get(pid, now) for pid in without_parent}
        self.orphans |= {pid for pid, since in self.orphaned_at.items() if now - since > ORPHAN_SECONDS}

    def own_kb(self, pid: int, at: float) -> float:
        """Return the memory of a process around a moment in kB."""
        nearest = sorted(self.readings[pid], key=lambda reading: abs(reading.at - at))[:READINGS]
        return statistics.median(reading.held.own_kb for reading in nearest)

    def growth(self, pid: int, since: float) -> float:
        """Return by what share the memory of a process has grown from a moment until it was last read."""
        return self.own_kb(pid, self.readings[pid][-1].at) / self.own_kb(pid, since) - 1.0

    def last(self, pid: int) -> Held:
        """Return what a process held when it was last read."""
        return self.readings[pid][-1].held

    def most_files(self, pid: int, until: float) -> int:
        """Return the most files besides sockets that a process had open until a moment."""
        return max(reading.held.files for reading in self.readings[pid] if reading.at <= until)
