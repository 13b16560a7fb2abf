"""What the parts of the store share: the database, its tables, the clocks, and the history of jobs."""

from __future__ import annotations

import random
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from app.config import Config
from app.db.database import Database, Row
from app.db.opening import Schema
from app.queue.jobs import Job, Status
from app.queue.process import identity
from app.queue.store.clocks import Clocks, Settled, SettledClock

#: Marks the file as ours: "Door" in ASCII.
APPLICATION_ID = 0x446F6F72

#: The first automatic retry comes after about this many seconds, each further one after twice as many.
BACK_OFF_SECONDS = 5.0
#: No automatic retry waits longer, jitter included: a `run_after` beyond it shows that the clock was put back.
LONGEST_BACK_OFF_SECONDS = 300.0
#: `run_after` of a job that need not wait: a clock put back cannot delay it.
AT_ONCE = 0.0


#: A snapshot's id is 128 random bits, this mark, and the number that finds the row without an index of its own.
SNAPSHOT_MARK = "-"


def new_snapshot_id(seq: int) -> str:
    """Return an id that nobody can guess for the snapshot of the job with this number."""
    return f"{secrets.token_hex(16)}{SNAPSHOT_MARK}{seq}"


def seq_in(snapshot_id: str) -> int:
    """Return the job's number in a snapshot's id; -1 if the text cannot be such an id."""
    number = snapshot_id.rpartition(SNAPSHOT_MARK)[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1


def statements(script: str) -> Iterator[str]:
    """Yield the statements of an SQL script, each with the comments before it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


def migration(name: str) -> tuple[str, ...]:
    """Return the statements of a migration from its file beside this one."""
    return tuple(statements(Path(__file__).with_name(name).read_text()))


MIGRATIONS = (
    *("schema.sql", "schema_2.sql", "schema_3.sql", "schema_4.sql", "schema_5.sql", "schema_6.sql"),
    "schema_7.sql",
    "schema_9.sql",
)
SCHEMA = Schema(APPLICATION_ID, tuple(map(migration, MIGRATIONS)))


class StoreBase:
    """The database and the settings; the parts of the store build on it."""

    def __init__(
        self,
        db: Database,
        config: Config | None = None,
        clocks: Clocks | None = None,
        notify: Callable[[], None] = lambda: None,
    ) -> None:
        self.db = db
        self.config = config or Config()
        self.clocks = clocks or Clocks()
        #: Wakes idle workers.
        self._notify = notify
        self._process: str | None = None
        self._settled_clock = SettledClock(self.clocks)

    def settled(self) -> Settled | None:
        """Return the time by which things may be thrown away; None in a process that is younger than an hour."""
        return self._settled_clock.now()

    @property
    def process(self) -> str:
        """The name by which other processes see whether this one is still alive; "" if the system gives none."""
        if self._process is None:
            self._process = identity()
        return self._process


def back_off_seconds(attempts: int) -> float:
    """Return the seconds to wait after so many attempts: doubling, with jitter to part jobs that failed together."""
    wait = BACK_OFF_SECONDS * 2.0 ** max(attempts - 1, 0) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
    return min(wait, LONGEST_BACK_OFF_SECONDS)


def record_event(
    connection: sqlite3.Connection,
    changed: Row,
    at: float,
    *,
    before: Status | None,
    after: Status,
    worker: str | None = "",
    why: str,
) -> None:
    """Add a transition to a job's history. `changed` holds the job's seq, its new version and its current_stage."""
    connection.execute(
        """
        INSERT INTO job_events (job_seq, version, stage, at, from_status, to_status, worker, why)
        VALUES (:seq, :version, :stage, :at, :before, :after, :worker, :why)
        """,
        {
            "seq": changed["seq"],
            "version": changed["version"],
            "stage": changed["current_stage"],
            "at": at,
            # sqlite3 looks for an adapter for everything that is not exactly a str, at 2 us each
            "before": before and before.value,
            "after": after.value,
            "worker": worker or "",
            "why": why,
        },
    )


def job_from(row: Row) -> Job:
    """Return the job in a row of evaluation_jobs."""
    return Job(
        job_id=row["job_id"],
        address=row["address"],
        listing=row["listing"],
        owner=row["owner"],
        status=Status(row["status"]),
        priority=row["priority"],
        current_stage=row["current_stage"],
        result_snapshot_id=row["result_snapshot_id"],
        error=row["error"],
        error_code=row["error_code"],
        attempts=row["attempts"],
        resumed=row["resumed"],
        cancel_requested=bool(row["cancel_requested"]),
        run_after=row["run_after"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        version=row["version"],
        worker=row["worker"],
        queued_at=row["queued_at"],
        question=row["question"],
        asked_at=row["asked_at"],
        again_of=row["again_of"],
    )
