"""What operators ask of the queue: lists, figures, clearing away, and whether it works."""
# ruff: noqa: S608 - only constants are put into statements; values are bound

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Sequence

from app.db.database import Row
from app.queue.jobs import Job, QueueStats, Status
from app.queue.store.base import LIVE, StoreBase
from app.queue.store.people import DELETE_JOB
from app.queue.store.rows import JOB_COLUMNS, job_from

#: The window of the rates (seconds).
RATE_SECONDS = 300.0
#: Jobs cleared away in one transaction, so that others get their turn between.
PRUNE_BATCH = 100
#: Estimates look back over this many jobs.
ESTIMATE_JOBS = 200
#: Estimates are made anew this often (seconds): every poll of every panel asks for them.
ESTIMATE_SECONDS = 10.0

_ENDED_BEFORE = "SELECT seq FROM evaluation_jobs WHERE completed_at IS NOT NULL AND completed_at < ? LIMIT ?"


class OperationStore(StoreBase):
    """The queue as a whole."""

    _estimate: tuple[float, dict[str, tuple[float, float]]] = (-math.inf, {})

    def list_jobs(self, status: Status | None, limit: int = 50) -> Sequence[Job]:
        """Return jobs, newest first."""
        where = "" if status is None else "WHERE status = ?"
        sql = f"SELECT {JOB_COLUMNS} FROM evaluation_jobs {where} ORDER BY seq DESC LIMIT ?"
        parameters = (limit,) if status is None else (status, limit)
        return tuple(job_from(row) for row in self.db.read(sql, parameters))

    def stats(self) -> QueueStats:
        """Return the queue's figures at this moment."""
        now = self.clocks.unix()
        counts: dict[str, int] = dict(self.db.read(_COUNTS))
        oldest = self.db.read(f"SELECT min(created_at) FROM evaluation_jobs WHERE {LIVE} AND status = 'queued'")[0][0]
        return QueueStats(
            **{status: counts.get(status, 0) for status in Status},
            oldest_queued_seconds=None if oldest is None else max(now - oldest, 0.0),
            created_per_minute=self._per_minute(_CREATED_SINCE, now),
            finished_per_minute=self._per_minute(_FINISHED_SINCE, now),
        )

    def stage_seconds(self) -> dict[str, tuple[float, float]]:
        """Return the 25th and 90th percentile of recent durations of each stage, for estimates."""
        made_at, estimate = self._estimate
        if time.monotonic() - made_at > ESTIMATE_SECONDS:
            estimate = _percentiles(self.db.read(_RECENT_SECONDS, (ESTIMATE_JOBS,)))
            self._estimate = (time.monotonic(), estimate)
        return estimate

    def prune(self, older_than_days: float) -> int:
        """Clear away jobs that ended so long ago, a few at a time; their snapshots stay. Return how many."""
        cutoff = self.clocks.unix() - older_than_days * 86_400
        pruned = 0
        while batch := self._prune_batch(cutoff):
            pruned += batch
        return pruned

    def check(self) -> None:
        """Raise QueueUnavailable or DatabaseDamaged unless reads and writes work."""
        with self.db.write(durable=False) as connection:
            connection.execute("UPDATE probe SET checked_at = ?", (self.clocks.unix(),))
        self.db.read("SELECT job_id FROM evaluation_jobs ORDER BY seq DESC LIMIT 1")

    def _prune_batch(self, cutoff: float) -> int:
        with self.db.write(durable=False, draining=True) as connection:
            rows = connection.execute(_ENDED_BEFORE, (cutoff, PRUNE_BATCH)).fetchall()
            for statement in DELETE_JOB:
                connection.executemany(statement, rows)
        return len(rows)

    def _per_minute(self, sql: str, now: float) -> float:
        return float(self.db.read(sql, (now - RATE_SECONDS,))[0][0]) / (RATE_SECONDS / 60)


#: Both parts read an index only.
_COUNTS = f"""
SELECT status, count(*) FROM evaluation_jobs WHERE {LIVE} GROUP BY status
UNION ALL
SELECT status, count(*) FROM evaluation_jobs WHERE completed_at IS NOT NULL GROUP BY status
"""
_FINISHED_SINCE = "SELECT count(*) FROM evaluation_jobs WHERE completed_at IS NOT NULL AND completed_at >= ?"
#: Walks back from the newest job only as far as the window reaches.
_CREATED_SINCE = """
SELECT coalesce(max(seq), 0) - coalesce(
    (SELECT max(seq) FROM evaluation_jobs WHERE queued_at < ?1), min(seq) - 1, 0) FROM evaluation_jobs
"""
_RECENT_SECONDS = """
SELECT stage, seconds FROM job_stages
WHERE job_seq > (SELECT max(seq) FROM evaluation_jobs) - ? AND seconds IS NOT NULL ORDER BY stage, seconds
"""


def _percentiles(rows: list[Row]) -> dict[str, tuple[float, float]]:
    """Return the nearest-rank percentiles of each stage's seconds, which come sorted."""
    by_stage: dict[str, list[float]] = defaultdict(list)
    for stage, seconds in rows:
        by_stage[stage].append(seconds)
    return {stage: (_rank(values, 0.25), _rank(values, 0.9)) for stage, values in by_stage.items()}


def _rank(values: list[float], share: float) -> float:
    return values[max(math.ceil(share * len(values)) - 1, 0)]
