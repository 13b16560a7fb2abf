"""What operators ask of the queue: lists, figures, clearing away, and whether it works."""

from __future__ import annotations

import math
import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

from app.db.daily_check import check_if_due
from app.db.database import Row
from app.errors import DiskNearlyFull
from app.queue.jobs import Job, QueueStats, Status
from app.queue.store.base import StoreBase, job_from
from app.queue.store.keys import forget_old_keys
from app.queue.store.people import delete_job

#: The window of the rates (seconds).
RATE_SECONDS = 300.0
#: Jobs cleared away in one transaction, so that others get their turn in between.
PRUNE_BATCH = 100
MEGABYTE = 1_000_000
#: Estimates look back over this many jobs.
ESTIMATE_JOBS = 200
#: Estimates are renewed this often (seconds): every poll of every panel asks for them.
ESTIMATE_SECONDS = 10.0


class OperationStore(StoreBase):
    """The queue as a whole."""

    _estimate: tuple[float, dict[str, tuple[float, float]]] = (-math.inf, {})

    def list_jobs(self, status: Status | None, limit: int = 50) -> Sequence[Job]:
        """Return jobs, newest first."""
        rows = self.db.read(
            "SELECT * FROM evaluation_jobs WHERE :status IS NULL OR status = :status ORDER BY seq DESC LIMIT :limit",
            {"status": status and status.value, "limit": limit},
        )
        return tuple(job_from(row) for row in rows)

    def stats(self) -> QueueStats:
        """Return the queue's figures at this moment."""
        now = self.clocks.unix()
        counts = {row["status"]: row["jobs"] for row in self.db.read(_COUNTS)}
        oldest = self.db.read(_OLDEST_QUEUED)[0]["queued_at"]
        since = {"since": now - RATE_SECONDS}
        return QueueStats(
            **{status: counts.get(status, 0) for status in Status},
            oldest_queued_seconds=None if oldest is None else max(now - oldest, 0.0),
            created_per_minute=self.db.read(_CREATED_SINCE, since)[0]["jobs"] / (RATE_SECONDS / 60),
            finished_per_minute=self.db.read(_FINISHED_SINCE, since)[0]["jobs"] / (RATE_SECONDS / 60),
        )

    def stage_seconds(self) -> dict[str, tuple[float, float]]:
        """Return the 25th and 90th percentile, in seconds, of recent durations of each stage, for estimates."""
        made_at, estimate = self._estimate
        if time.monotonic() - made_at > ESTIMATE_SECONDS:
            estimate = _percentiles(self.db.read(_RECENT_SECONDS, {"jobs": ESTIMATE_JOBS}))
            self._estimate = (time.monotonic(), estimate)
        return estimate

    def prune(self, older_than_days: float) -> int:
        """Delete jobs that ended more days ago, a batch at a time; their snapshots stay. Return how many jobs."""
        before = self.clocks.unix() - older_than_days * 86_400
        pruned = 0
        while batch := self._prune_batch(before):
            pruned += batch
        with self.db.write(durable=False) as connection:
            forget_old_keys(connection, self.clocks.unix())
        return pruned

    def check(self) -> None:
        """Raise QueueUnavailable, DiskFull or DatabaseDamaged unless reads and writes work and will go on to."""
        with self.db.write(durable=False) as connection:
            connection.execute("UPDATE probe SET checked_at = :now", {"now": self.clocks.unix()})
        self.db.read("SELECT job_id FROM evaluation_jobs ORDER BY seq DESC LIMIT 1")
        self.db.check()
        free, least = shutil.disk_usage(self.db.path.parent).free / MEGABYTE, self.config.least_free_mb
        if free < least:
            raise DiskNearlyFull(free=f"{free:.0f}", least=f"{least:g}")

    def is_first(self) -> bool:
        """Return whether no other process had the database open when this one came."""
        self.db.read("SELECT 1")
        return self.db.in_use.first

    def check_thoroughly(self, *, at_start: bool) -> None:
        """Go through the whole file if nobody has today, or `at_start`; `check` tells what was found."""
        self.db.in_use.check()
        check_if_due(self.db.path, at_start=at_start)

    def _prune_batch(self, before: float) -> int:
        with self.db.write(durable=False, draining=True) as connection:
            rows = connection.execute(_ENDED_BEFORE, {"before": before, "most": PRUNE_BATCH}).fetchall()
            for row in rows:
                delete_job(connection, row["seq"])
        return len(rows)


#: Each part reads only an index.
_COUNTS = """
SELECT status, count(*) AS jobs FROM evaluation_jobs WHERE completed_at IS NULL AND status <> 'asking' GROUP BY status
UNION ALL
SELECT 'asking', count(*) FROM evaluation_jobs WHERE status = 'asking'
UNION ALL
SELECT status, count(*) AS jobs FROM evaluation_jobs WHERE completed_at IS NOT NULL GROUP BY status
"""
_OLDEST_QUEUED = """
SELECT min(queued_at) AS queued_at FROM evaluation_jobs
WHERE completed_at IS NULL AND status = 'queued' AND status <> 'asking'
"""
_FINISHED_SINCE = """
SELECT count(*) AS jobs FROM evaluation_jobs WHERE completed_at IS NOT NULL AND completed_at >= :since
"""
#: Walks back from the newest job only as far as the window reaches.
_CREATED_SINCE = """
SELECT coalesce(max(seq), 0) - coalesce(
    (SELECT max(seq) FROM evaluation_jobs WHERE queued_at < :since), min(seq) - 1, 0) AS jobs FROM evaluation_jobs
"""
_RECENT_SECONDS = """
SELECT stage, seconds FROM job_stages
WHERE job_seq > (SELECT max(seq) FROM evaluation_jobs) - :jobs AND seconds IS NOT NULL ORDER BY stage, seconds
"""
_ENDED_BEFORE = """
SELECT seq FROM evaluation_jobs WHERE completed_at IS NOT NULL AND completed_at < :before LIMIT :most
"""


def _percentiles(rows: Iterable[Row]) -> dict[str, tuple[float, float]]:
    """Return the nearest-rank percentiles of each stage's seconds, which come sorted."""
    by_stage: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        by_stage[row["stage"]].append(row["seconds"])
    return {stage: (_rank(values, 0.25), _rank(values, 0.9)) for stage, values in by_stage.items()}


def _rank(values: list[float], share: float) -> float:
    return values[max(math.ceil(share * len(values)) - 1, 0)]
