"""What operators ask of the queue: lists, figures, clearing away, and whether it works."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

from app.db.interface import Row
from app.errors import SiteFull, typing_errors
from app.queue.jobs import Job, QueueStats, Status
from app.queue.store.base import StoreBase, any_of, job_from
from app.queue.store.people import LATEST_TURN_SECONDS, RUN_OWNER

#: The window of the rates (seconds).
RATE_SECONDS = 300.0
GIGABYTE = 1_000_000_000
#: Estimates look back over this many jobs.
ESTIMATE_JOBS = 200
#: Estimates are renewed this often (seconds): every poll of every panel asks for them.
ESTIMATE_SECONDS = 10.0


class OperationStore(StoreBase):
    """The queue as a whole."""

    _estimate: tuple[float, dict[str, tuple[float, float]]] = (-math.inf, {})

    def list_jobs(
        self, status: Status | None, limit: int = 50, *, without_typing_errors: bool = False
    ) -> Sequence[Job]:
        """Return people's jobs, newest first; on request none that only show that somebody mistyped an address."""
        codes, parameters = any_of("code", typing_errors() if without_typing_errors else ())
        asked = {"status": status.value if status else "", "limit": limit, "runs": RUN_OWNER}
        rows = self.db.read(_LISTED.format(codes=codes), {**parameters, **asked})
        return tuple(job_from(row) for row in rows)

    def last_failures(self, limit: int, *, apart_from: frozenset[str]) -> Sequence[Job]:
        """Return the jobs that failed last, the newest first, but for those with certain error codes."""
        codes, parameters = any_of("code", apart_from)
        rows = self.db.read(_LAST_FAILURES.format(codes=codes), {**parameters, "limit": limit, "runs": RUN_OWNER})
        return tuple(job_from(row) for row in rows)

    def stats(self) -> QueueStats:
        """Return the queue's figures at this moment, without tiles: a run has figures of its own (runs.py)."""
        now = self.clocks.unix()
        counts = {row["status"]: row["jobs"] for row in self.db.read(_COUNTS)}
        for row in self.db.read(_TILES):
            counts[row["status"]] -= row["jobs"]
        oldest = self.db.read(_OLDEST_QUEUED, {"latest_turn": now + LATEST_TURN_SECONDS})[0]["queued_at"]
        codes, parameters = any_of("code", typing_errors())
        refused = self.db.read(_MISTYPED.format(codes=codes), parameters)[0]["jobs"]
        counts[Status.FAILED] = counts.get(Status.FAILED, 0) - refused
        since = {"since": now - RATE_SECONDS}
        created, finished = (self.db.read(sql, since)[0]["jobs"] for sql in (_CREATED_SINCE, _FINISHED_SINCE))
        tiles = self.db.read(_TILES_SINCE, since)[0]
        return QueueStats(
            **{status: counts.get(status, 0) for status in Status},
            oldest_queued_seconds=None if oldest is None else max(now - oldest, 0.0),
            created_per_minute=(created - tiles["created"]) / (RATE_SECONDS / 60),
            finished_per_minute=(finished - tiles["ended"]) / (RATE_SECONDS / 60),
            refused=refused,
        )

    def stage_seconds(self) -> dict[str, tuple[float, float]]:
        """Return the 25th and 90th percentile, in seconds, of recent durations of each stage, for estimates."""
        made_at, estimate = self._estimate
        if time.monotonic() - made_at > ESTIMATE_SECONDS:
            estimate = _percentiles(self.db.read(_RECENT_SECONDS, {"jobs": ESTIMATE_JOBS, "runs": RUN_OWNER}))
            self._estimate = (time.monotonic(), estimate)
        return estimate

    def check(self) -> None:
        """Raise QueueUnavailable or DatabaseDamaged unless reads and writes work and the file is whole."""
        with self.db.write(durable=False) as connection:
            connection.execute("UPDATE probe SET checked_at = :now", {"now": self.clocks.unix()})
        self.db.read("SELECT job_id FROM evaluation_jobs ORDER BY seq DESC LIMIT 1")
        self.db.check()

    def check_room(self) -> None:
        """Raise DiskFull or SiteFull unless there is room for more reports."""
        self.db.check_room(self.config.least_free_mb)
        if self.db.holds_more_than(self.config.max_database_gb * GIGABYTE):
            raise SiteFull

    def is_first(self) -> bool:
        """Return whether no other process had the database open when this one came."""
        return self.db.is_first()

    def check_thoroughly(self, *, at_start: bool) -> None:
        """Go through the whole file if nobody has today, or `at_start`; `check` tells what was found."""
        self.db.check_thoroughly(at_start=at_start)


_LISTED = """
SELECT * FROM evaluation_jobs
WHERE owner <> :runs AND (:status = '' OR status = :status) AND coalesce(error_code, '') NOT IN ({codes})
ORDER BY seq DESC LIMIT :limit
"""
#: Each part reads only an index.
_COUNTS = """
SELECT status, count(*) AS jobs FROM evaluation_jobs WHERE completed_at IS NULL AND status <> 'asking' GROUP BY status
UNION ALL
SELECT 'asking', count(*) FROM evaluation_jobs WHERE status = 'asking'
UNION ALL
SELECT status, count(*) AS jobs FROM evaluation_jobs WHERE completed_at IS NOT NULL GROUP BY status
"""
_MISTYPED = """
SELECT count(*) AS jobs FROM evaluation_jobs
WHERE completed_at IS NOT NULL AND status = 'failed' AND error_code IN ({codes})
"""
_OLDEST_QUEUED = """
SELECT min(queued_at) AS queued_at FROM evaluation_jobs
WHERE completed_at IS NULL AND status = 'queued' AND status <> 'asking' AND turn < :latest_turn
"""
_TILES = """
SELECT status, count(*) AS jobs FROM run_tiles JOIN evaluation_jobs ON seq = job_seq GROUP BY status
"""
_TILES_SINCE = """
SELECT coalesce(sum(CASE WHEN queued_at >= :since THEN 1 ELSE 0 END), 0) AS created,
    coalesce(sum(CASE WHEN completed_at >= :since THEN 1 ELSE 0 END), 0) AS ended
FROM run_tiles JOIN evaluation_jobs ON seq = job_seq
"""
_FINISHED_SINCE = """
SELECT count(*) AS jobs FROM evaluation_jobs WHERE completed_at IS NOT NULL AND completed_at >= :since
"""
#: Walks back from the newest job only as far as the window reaches.
_CREATED_SINCE = """
SELECT coalesce(max(seq), 0) - coalesce(
    (SELECT max(seq) FROM evaluation_jobs WHERE queued_at < :since), min(seq) - 1, 0) AS jobs FROM evaluation_jobs
"""
_LAST_FAILURES = """
SELECT * FROM evaluation_jobs
WHERE completed_at IS NOT NULL AND status = 'failed' AND owner <> :runs
    AND coalesce(error_code, '') NOT IN ({codes})
ORDER BY completed_at DESC LIMIT :limit
"""
_RECENT_SECONDS = """
SELECT stage, seconds FROM job_stages
WHERE job_seq >= (
        SELECT min(seq) FROM
            (SELECT seq FROM evaluation_jobs WHERE owner <> :runs ORDER BY seq DESC LIMIT :jobs) AS newest
    )
    AND seconds IS NOT NULL
ORDER BY stage, seconds
"""


def _percentiles(rows: Iterable[Row]) -> dict[str, tuple[float, float]]:
    """Return the nearest-rank percentiles of each stage's seconds, which come sorted."""
    by_stage: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        by_stage[row["stage"]].append(row["seconds"])
    return {stage: (_rank(values, 0.25), _rank(values, 0.9)) for stage, values in by_stage.items()}


def _rank(values: list[float], share: float) -> float:
    return values[max(math.ceil(share * len(values)) - 1, 0)]
