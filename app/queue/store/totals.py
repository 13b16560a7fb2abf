"""What has happened so far, in numbers that never fall, whatever is cleared away (tables/sqlite/07.sql)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from app.db.interface import Sizes
from app.queue.store.base import StoreBase


@dataclass(frozen=True, slots=True)
class StageTotals:
    """All durations of one stage."""

    #: How many took at most so many seconds and more than the bound before; the last bound is infinity.
    stages: tuple[tuple[float, int], ...]
    #: Of all of them together.
    seconds: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything since the database was made."""

    created: int
    done: int
    #: By the error's code, "" without one. A job that was asked for again may be in several of these.
    failed: dict[str, int]
    cancelled: dict[str, int]
    #: Attempts that ended with an error and were followed by another one.
    tried_again: dict[str, int]
    stages: dict[str, StageTotals]


class TotalsStore(StoreBase):
    """The part of the store that has counted from the beginning."""

    def totals(self) -> Totals:
        """Return all that happened to people's jobs."""
        jobs: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self.db.read("SELECT outcome, reason, jobs FROM job_totals"):
            jobs[row["outcome"]][row["reason"]] = row["jobs"]
        (now,) = self.db.read(_NOW)
        return Totals(
            created=self.db.last_number("evaluation_jobs", "seq") - jobs["tile"].get("", 0),
            done=now["done"] + jobs["done"].get("", 0),
            failed=jobs["failed"],
            cancelled=jobs["cancelled"],
            tried_again=jobs["tried again"],
            stages=self._stage_totals(),
        )

    def sizes(self) -> Sizes:
        """Return how large the database is."""
        return self.db.sizes()

    def _stage_totals(self) -> dict[str, StageTotals]:
        counts: dict[str, list[tuple[float, int]]] = defaultdict(list)
        seconds: dict[str, float] = defaultdict(float)
        for row in self.db.read(_STAGES):
            counts[row["stage"]].append((row["at_most"], row["stages"]))
            seconds[row["stage"]] += row["seconds"]
        return {stage: StageTotals(tuple(counts[stage]), seconds[stage]) for stage in counts}


_NOW = """
SELECT (SELECT count(*) FROM evaluation_jobs WHERE completed_at IS NOT NULL AND status = 'done')
    - (SELECT count(*) FROM run_tiles JOIN evaluation_jobs ON seq = job_seq WHERE status = 'done') AS done
"""
_STAGES = """
SELECT stage, at_most, CAST(sum(stages) AS BIGINT) AS stages, sum(seconds) AS seconds FROM stage_totals
GROUP BY stage, at_most ORDER BY stage, at_most
"""
