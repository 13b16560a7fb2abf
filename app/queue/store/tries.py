"""Which tries of a job count, when it is tried again, and when it is given up."""

from __future__ import annotations

import random

from app.db.interface import Connection, Row
from app.queue.jobs import Failure
from app.queue.store.base import LONGEST_WAIT_SECONDS

#: The first automatic retry comes after about this many seconds, each further one after twice as many.
BACK_OFF_SECONDS = 5.0
#: No back-off is longer, jitter included.
LONGEST_BACK_OFF_SECONDS = 300.0
#: No job is told to wait longer: below the limit beyond which a wait shows that the clock was put back, if only a bit.
LONGEST_ASKED_SECONDS = 0.9 * LONGEST_WAIT_SECONDS
#: Jobs that were told the same time come one after the other: later by up to this share of it.
JITTER = 0.2
#: A job that waits for its turn at a service asks again after these seconds at the earliest, and later by the second
#: figure for each job that waits already: together they take a worker's time at most four times a second.
TURN_SECONDS, SPACING_SECONDS = 2.0, 0.25
#: A job that was told to wait for its turn for so many seconds in all is given up.
LONGEST_TURN_SECONDS = 3 * 3_600.0

#: The jobs that are tried again later, by the index of the line.
WAITING = """
SELECT count(*) FROM evaluation_jobs
WHERE completed_at IS NULL AND status = 'queued' AND status <> 'asking' AND run_after > :now AND run_after <= :latest
"""


def back_off_seconds(attempts: int) -> float:
    """Return the seconds to wait after so many attempts: doubling, with jitter to part jobs that failed together."""
    wait = BACK_OFF_SECONDS * 2.0 ** max(attempts - 1, 0) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
    return min(wait, LONGEST_BACK_OFF_SECONDS)


def kept_now(connection: Connection, seq: int) -> int:
    """Return how many finished stages a later try need not repeat."""
    sql = "SELECT count(*) FROM job_stages WHERE job_seq = :seq AND finding IS NOT NULL"
    return int(connection.execute(sql, {"seq": seq}).fetchone()[0])


def tries_in_vain(connection: Connection, job: Row) -> int:
    """Return how many tries of a running job count towards giving up: those that kept no new stage, this one too."""
    fruitful: int = job["fruitful"] + (kept_now(connection, job["seq"]) > job["kept_before"])
    return int(job["attempts"] - fruitful)


def is_spent(connection: Connection, job: Row, failure: Failure, max_attempts: int) -> bool:
    """Return whether a running job is given up that failed so in passing.

    One that only waits for its turn is, once it has waited for long in all: seconds that it was told, not those of a
    clock, which somebody may set.
    """
    if not failure.counts:
        return float(job["turn_seconds"]) >= LONGEST_TURN_SECONDS
    return tries_in_vain(connection, job) >= max_attempts


def seconds_to_wait(connection: Connection, job: Row, failure: Failure, now: float) -> float:
    """Return the seconds until a running job that failed so in passing, at a Unix time, is tried again."""
    asked = (failure.retry_after_seconds or 0.0) * random.uniform(1.0, 1.0 + JITTER)  # noqa: S311 - no secret
    if not failure.counts:
        asked = max(asked, TURN_SECONDS) + SPACING_SECONDS * _waiting_at(connection, now)
    return min(asked, LONGEST_ASKED_SECONDS) or back_off_seconds(tries_in_vain(connection, job))


def _waiting_at(connection: Connection, now: float) -> int:
    """Return how many queued jobs are not due yet at a Unix time."""
    return int(connection.execute(WAITING, {"now": now, "latest": now + LONGEST_WAIT_SECONDS}).fetchone()[0])
