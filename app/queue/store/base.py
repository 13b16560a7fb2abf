"""What the parts of the store share: the database, its tables, the clocks, and the history of jobs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable

from app.config import Config
from app.db.interface import Connection, Database, Row
from app.queue.clocks import Clocks, Settled, SettledClock
from app.queue.jobs import Job, Status
from app.queue.process import identity, is_gone
from app.queue.store.skipping import Skipping

#: Nothing waits longer to be tried again: a `run_after` beyond it shows that the clock was put back. Longer than a
#: service that faults is left alone.
LONGEST_WAIT_SECONDS = 600.0
#: What was written at a time of the steady clock that lies further ahead was written before a reboot; where it is a
#: server's clock, two processes may read it so many seconds apart.
AHEAD_SECONDS = 2.0
#: `run_after` of a job that need not wait: a clock put back cannot delay it.
AT_ONCE = 0.0


#: Whoever deletes reports or jobs, or changes a list, takes this turn: what goes with a report is found by looking, and
#: what somebody else is just adding would not be seen.
KEEPING = "what is kept"

#: A snapshot's id is 128 random bits, this mark, and the number that finds the row without an index of its own.
SNAPSHOT_MARK = "-"


def new_snapshot_id(seq: int) -> str:
    """Return an id that nobody can guess for the snapshot of the job with this number."""
    return f"{secrets.token_hex(16)}{SNAPSHOT_MARK}{seq}"


def seq_in(snapshot_id: str) -> int:
    """Return the job's number in a snapshot's id; -1 if the text cannot be such an id."""
    number = snapshot_id.rpartition(SNAPSHOT_MARK)[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1


def any_of(name: str, values: Iterable[str]) -> tuple[str, dict[str, object]]:
    """Return what stands in `IN (...)` for some texts, and its parameters. Without any it is a text that nothing is."""
    parameters: dict[str, object] = {f"{name}_{number}": value for number, value in enumerate(sorted(values))}
    return ", ".join(f":{each}" for each in parameters) or "'none of all'", parameters


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
        #: The tokens of claims whose answer did not come, by their workers.
        self._unanswered: dict[str, str] = {}
        #: How looks for the next job, and for lost ones, go.
        self._line, self._sweeps = Skipping(after_seconds=0.5), Skipping(after_seconds=0.05)
        self._settled_clock = SettledClock(self.clocks)
        #: What this process may claim jobs on: each build that its host holds (" name@build "), and once more those
        #: that its regions are now (" =name@build ").
        self.held = ""

    def is_gone(self, process: str) -> bool:
        """Return whether the process of that name is certainly gone."""
        return is_gone(process, one_machine=self.db.one_machine)

    def settled(self) -> Settled | None:
        """Return the time by which things may be thrown away; None in a process that is younger than an hour."""
        return self._settled_clock.now()

    @property
    def process(self) -> str:
        """The name by which other processes see whether this one is still alive; "" if the system gives none."""
        if self._process is None:
            self._process = identity()
        return self._process


def record_event(
    connection: Connection,
    changed: Row,
    at: float,
    *,
    before: Status | None,
    after: Status,
    worker: str | None = "",
    why: str,
) -> None:
    """Add a transition to a job's history. `changed` holds the job's seq, its new version and its current_stage."""
    parameters: dict[str, object] = {
        "seq": changed["seq"],
        "version": changed["version"],
        "stage": changed["current_stage"],
        "at": at,
        # sqlite3 looks for an adapter for everything that is not exactly a str, at 2 us each
        "before": before and before.value,
        "after": after.value,
        "worker": worker or "",
        "why": why,
    }
    connection.execute(
        """
        INSERT INTO job_events (job_seq, version, stage, at, from_status, to_status, worker, why)
        VALUES (:seq, :version, :stage, :at, :before, :after, :worker, :why)
        """,
        parameters,
    )
    connection.prove(
        """
        SELECT 1 FROM job_events
        WHERE job_seq = :seq AND version = :version AND at = :at AND to_status = :after AND worker = :worker
        """,
        parameters,
    )


def noted(before: str, after: str, worker: str, why: str) -> str:
    """Return the statement that adds a transition, in terms of SQL, to the history of a job that was just changed."""
    return f"""
    INSERT INTO job_events (job_seq, version, stage, at, from_status, to_status, worker, why)
    SELECT seq, version, current_stage, :now, {before}, {after}, {worker}, {why} FROM changed
    """  # noqa: S608 - constants


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
        waits_for=row["waits_for"],
        waits_since=row["waits_since"],
        waits_turn=bool(row["waits_turn"]),
        needs=row["needs"],
    )
