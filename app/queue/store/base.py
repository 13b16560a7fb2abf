"""What the parts of the store share: the database, the clocks, the limits, and the history."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.config import Config
from app.db.database import Database
from app.queue.jobs import Status
from app.queue.process import identity


@dataclass(frozen=True, slots=True)
class Clocks:
    """Unix time for people, which may jump; and a steady clock, the same for all processes since boot, for leases."""

    unix: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic


#: The first automatic retry comes about this late; each further one twice as late.
BACK_OFF_SECONDS = 5.0
#: No automatic retry waits longer, jitter included: a `run_after` beyond it shows that the clock was put back.
LONGEST_BACK_OFF_SECONDS = 300.0
#: `run_after` of a job that need not wait: a clock put back cannot delay it.
AT_ONCE = 0.0
#: How many seconds of waiting weigh as much as one step of priority.
AGEING_SECONDS = 60.0


def back_off_seconds(attempts: int) -> float:
    """Return the wait after so many attempts: doubling, with jitter so that jobs that failed together part."""
    wait = BACK_OFF_SECONDS * 2.0 ** max(attempts - 1, 0) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
    return min(wait, LONGEST_BACK_OFF_SECONDS)


#: The jobs that have not ended, in the words of the partial indexes; a claim leaves these columns alone, and so the
#: indexes of what is live.
LIVE = "completed_at IS NULL"


class StoreBase:
    """The database and the rules; the parts of the store build on it."""

    def __init__(
        self,
        db: Database,
        config: Config | None = None,
        clocks: Clocks | None = None,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        self.db = db
        self.config = config or Config()
        self.clocks = clocks or Clocks()
        self._ring = ring
        self._process: str | None = None

    @property
    def process(self) -> str:
        """Name this process for others to see whether it still lives."""
        if self._process is None:
            self._process = identity()
        return self._process


def record(
    connection: sqlite3.Connection,
    changed: tuple[int, int, str | None],
    at: float,
    transition: tuple[Status | None, Status],
    worker: str = "",
    why: str = "",
) -> None:
    """Add a transition to the job's history. `changed` is its seq, new version and stage."""
    before, after = transition
    # sqlite3 looks for an adapter of everything that is not exactly a str, at 2 us each
    connection.execute(_RECORD, (*changed, at, before and before.value, after.value, worker, why))


_RECORD = (
    "INSERT INTO job_events (job_seq, version, stage, at, from_status, to_status, worker, why)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
