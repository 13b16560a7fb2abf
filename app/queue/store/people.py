"""What people do with jobs and reports: submit, look, cancel, retry, open, delete."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from app.db.interface import Change, Connection, Row
from app.errors import JobNotFound, NotYours, QueueFull, SiteFull, SnapshotNotFound, TooManyJobs, TransitionRefused
from app.queue.jobs import Event, Job, NewJob, Snapshot, SnapshotSummary, StageRecord, StageState, Status
from app.queue.store.base import (
    AT_ONCE,
    KEEPING,
    LONGEST_WAIT_SECONDS,
    StoreBase,
    job_from,
    noted,
    record_event,
    seq_in,
)
from app.queue.store.keys import keep_key, made_with
from app.queue.store.services import forget_answers_for
from app.queue.store.tokens import live_jobs_allowed
from app.queue.wake import BUSY_LINE, CHANNEL

#: Parts the key of a listing from the id of the job that gave it up: a job that is being called off is no twin.
GIVEN_UP = " given up by "
#: No job has a greater number.
LAST_SEQ = 2**63 - 1
#: After how many seconds a refusal says to try again.
OWNER_RETRY_SECONDS = 30
FULL_RETRY_SECONDS = 60
#: How old a count of all live jobs may be while they are far from the limit.
RECOUNT_SECONDS = 1.0
#: How often (seconds) it is looked up whether there is room.
LOOK_FOR_ROOM_SECONDS = 10.0
GIGABYTE = 1_000_000_000
#: How many seconds of waiting weigh as much as one step of priority.
AGEING_SECONDS = 60.0
#: The priority of a batch's jobs: one goes before a job sent by itself only once it has waited for a day longer.
BATCH_PRIORITY = -1_440
#: The owner of all tiles (runs.py), which are no one's reports; no owner in a cookie holds a colon.
RUN_OWNER = "run:"
#: The priority of tiles: ten years of waiting below none. So a turn tells them from people's jobs.
RUN_PRIORITY = -5_256_000
#: No job of a person stands in line later than this after the moment (seconds); a tile does for as long as it waits.
LATEST_TURN_SECONDS = 157_680_000.0


class PeopleStore(StoreBase):
    """Jobs and reports as their owners and operators see them; `owner` None stands for an operator.

    A job that asks counts in no limit: a question that somebody leaves open must not keep them from asking about
    another address. It is its listing's job all the same, so nobody is asked twice at once. The jobs of a batch count
    in no owner's limit: a batch has its own (batches.py).
    """

    #: Live jobs, the newest job's number, and when they were counted.
    _counted = (0, 0, -math.inf)
    #: Whether the database was as large as it may be, and when that was looked up.
    _is_full, _room_seen_at = False, -math.inf

    # --- submit, cancel, retry ---

    def create_job(self, new: NewJob) -> tuple[Job, bool]:
        """Store a job, or find the owner's unfinished job for the same listing; return it, and True if it is new.

        What was sent under a key before gives the job of that time, even one that has ended. Raises TooManyJobs,
        QueueFull, IdempotencyKeyReused, or JobNotFound where that job has been deleted since.
        """
        self._look_for_room()
        told = False
        with self.db.write(durable=True, seen_early=True, turn=new.owner) as connection:
            made = made_with(connection, new.once, self.settled()) if new.once else None
            if made is not None:
                return job_from(owned_job(connection, made, new.owner)), False
            live, newest, twin = _looked(connection, new.owner, new.listing_key)
            if twin is None:
                ahead = self._check_limits(connection, new.owner, live, newest)
                told = ahead < BUSY_LINE and connection.tell(CHANNEL)
            job = twin or self._insert(connection, new, newest)
            if new.once:
                keep_key(connection, new.once, job.job_id, self.clocks.unix())
        if twin is None and not told:
            self._notify()
        return job, twin is None

    def cancel_job(self, job_id: str, owner: str | None) -> Job:
        """Cancel a queued or asking job at once, ask the worker to end a running one; return the job as it is then.

        Raises JobNotFound, NotYours or TransitionRefused (it has ended already).
        """
        with self.db.write(durable=True) as connection:
            job = owned_job(connection, job_id, owner)
            if job["status"] in (Status.QUEUED, Status.ASKING):
                self._cancel_waiting(connection, job, "operator" if owner is None else "owner")
            elif job["status"] == Status.RUNNING:
                self._ask_to_stop(connection, job)
            else:
                raise TransitionRefused(status=job["status"])
            cancelled = job_from(owned_job(connection, job_id, None))
        self._notify()
        return cancelled

    def retry_job(self, job_id: str, owner: str | None) -> Job:
        """Queue a failed or cancelled job again with its checkpoints; return it, or a live job for the same listing.

        Raises JobNotFound, NotYours, TransitionRefused, TooManyJobs or QueueFull.
        """
        self._look_for_room()
        with self.db.write(durable=True, turn=owner or self.get_job(job_id).owner) as connection:
            job = owned_job(connection, job_id, owner)
            if job["status"] not in (Status.FAILED, Status.CANCELLED):
                raise TransitionRefused(status=job["status"])
            live, newest, twin = _looked(connection, job["owner"], key_of(job))
            if twin is not None:
                return twin
            self._check_limits(connection, job["owner"], live, newest)
            queued = self._queue_again(connection, job, newest, "operator" if owner is None else "owner")
        self._notify()
        return queued

    # --- look ---

    def get_job(self, job_id: str) -> Job:
        """Return a person's job. Raises JobNotFound."""
        return job_from(_only(self.db.read(_JOB, {"job_id": job_id, "runs": RUN_OWNER})))

    def position(self, job: Job) -> int:
        """Return how many queued jobs are ahead of this queued one, without those that are tried again later."""
        now = self.clocks.unix()
        rows = self.db.read(AHEAD, {"job_id": job.job_id, "now": now, "latest": now + LONGEST_WAIT_SECONDS})
        return int(rows[0]["ahead"])

    def due_in_seconds(self, job: Job) -> float:
        """Return the seconds until a queued job may be claimed, 0 where it may now: a try that failed and one
        that was handed back have to wait.
        """
        wait = job.run_after - self.clocks.unix()
        return wait if 0 < wait <= LONGEST_WAIT_SECONDS else 0.0

    def stages(self, job_id: str) -> tuple[StageRecord, ...]:
        """Return the stages that have begun, in order."""
        rows = self.db.read(
            """
            SELECT stage, state, seconds, reason FROM job_stages
            WHERE job_seq = (SELECT seq FROM evaluation_jobs WHERE job_id = :job_id) ORDER BY place
            """,
            {"job_id": job_id},
        )
        return tuple(StageRecord(row["stage"], StageState(row["state"]), row["seconds"], row["reason"]) for row in rows)

    def events(self, job_id: str) -> tuple[Event, ...]:
        """Return the job's transitions, oldest first."""
        rows = self.db.read(
            """
            SELECT at, from_status, to_status, stage, worker, why FROM job_events
            WHERE job_seq = (SELECT seq FROM evaluation_jobs WHERE job_id = :job_id) ORDER BY version
            """,
            {"job_id": job_id},
        )
        return tuple(_event_from(job_id, row) for row in rows)

    def recent_jobs(self, owner: str, limit: int = 10) -> tuple[Job, ...]:
        """Return an owner's jobs, newest first, none of a batch: it would leave no room for others."""
        rows = self.db.read(
            """
            SELECT * FROM evaluation_jobs WHERE owner = :owner AND priority > :batch ORDER BY seq DESC LIMIT :limit
            """,
            {"owner": owner, "batch": BATCH_PRIORITY, "limit": limit},
        )
        return tuple(job_from(row) for row in rows)

    # --- reports: stored with their job's completion, read by anyone with the link, deleted by their owner ---

    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        """Return a stored report. Raises SnapshotNotFound."""
        rows = self.db.read(
            """
            SELECT snapshot_id, job_id, owner, address, created_at, report, again_of FROM snapshots
            WHERE job_seq = :seq AND snapshot_id = :snapshot_id
            """,
            {"seq": seq_in(snapshot_id), "snapshot_id": snapshot_id},
        )
        if not rows:
            raise SnapshotNotFound
        return Snapshot(*rows[0])

    def delete_snapshot(self, snapshot_id: str, owner: str | None) -> None:
        """Delete a report and everything that its job keeps about the address. Raises SnapshotNotFound or NotYours."""
        with self.db.write(durable=True, turn=KEEPING) as connection:
            rows = connection.execute(
                "SELECT job_seq, owner FROM snapshots WHERE job_seq = :seq AND snapshot_id = :snapshot_id",
                {"seq": seq_in(snapshot_id), "snapshot_id": snapshot_id},
            ).fetchall()
            if not rows:
                raise SnapshotNotFound
            if owner not in (None, rows[0]["owner"]):
                raise NotYours
            seq = rows[0]["job_seq"]
            connection.execute("DELETE FROM snapshots WHERE job_seq = :seq", {"seq": seq})
            delete_job(connection, seq)
            gone = "SELECT 1 AS gone WHERE NOT EXISTS (SELECT 1 FROM snapshots WHERE job_seq = :seq)"
            connection.prove(gone, {"seq": seq})

    def recent_snapshots(self, owner: str, limit: int = 10, *, alone: bool = False) -> tuple[Snapshot, ...]:
        """Return an owner's reports, newest first, as long as their jobs are kept; `alone`: none of a batch."""
        rows = self.db.read(
            """
            SELECT snapshot_id, job_id, owner, address, created_at, report, again_of FROM snapshots
            WHERE job_seq IN (
                SELECT seq FROM evaluation_jobs
                WHERE owner = :owner AND status = 'done' AND (NOT :alone OR priority > :batch)
                ORDER BY seq DESC LIMIT :limit
            )
            ORDER BY job_seq DESC
            """,
            {"owner": owner, "limit": limit, "alone": alone, "batch": BATCH_PRIORITY},
        )
        return tuple(Snapshot(*row) for row in rows)

    def snapshots_of(self, owner: str, limit: int, before: int | None = None) -> tuple[SnapshotSummary, ...]:
        """Return an owner's reports, newest first: all that are kept, from those before a number on if it is given."""
        rows = self.db.read(
            OWN_SNAPSHOTS,
            {"owner": owner, "before": LAST_SEQ if before is None else before, "limit": limit},
        )
        return tuple(_summary(row) for row in rows)

    # --- steps of a transaction ---

    def _check_limits(self, connection: Connection, owner: str, live: int, newest: Newest) -> int:
        """Raise TooManyJobs, QueueFull or SiteFull where an owner with so many live jobs may make none.

        Return how many live jobs people have.
        """
        if live >= live_jobs_allowed(connection, owner, self.config.max_live_jobs_per_owner):
            raise TooManyJobs(live=live, retry_after_seconds=OWNER_RETRY_SECONDS)
        ahead = self._live_jobs(connection, newest)
        if ahead >= self.config.max_live_jobs:
            raise QueueFull(ahead=ahead, retry_after_seconds=FULL_RETRY_SECONDS)
        self._check_room()
        return ahead

    def _look_for_room(self) -> None:
        """Look whether the database has grown as large as it may, now and then and until there is room.

        That comes before the transaction which makes something: it takes a connection of its own, and all others may
        be held by those who wait for this transaction.
        """
        if self._is_full or time.monotonic() - self._room_seen_at > LOOK_FOR_ROOM_SECONDS:
            self._is_full = self.db.holds_more_than(self.config.max_database_gb * GIGABYTE)
            self._room_seen_at = time.monotonic()

    def _check_room(self) -> None:
        """Raise SiteFull where the last look found no room."""
        if self._is_full:
            raise SiteFull

    def _live_jobs(self, connection: Connection, newest: Newest) -> int:
        """Count people's live jobs; far from the limit, a count up to a second old and all jobs made since will do.

        From half of the limit on one counts at a time, until what it made can be seen: so the limit holds exactly, as
        long as no more than the other half are sent in the same moment.
        """
        now = time.monotonic()
        counted, newest_then, counted_at = self._counted
        at_most = counted + newest.seq - newest_then
        if now - counted_at > RECOUNT_SECONDS or at_most * 2 > self.config.max_live_jobs:
            if at_most * 2 > self.config.max_live_jobs:
                connection.execute(_ONE_COUNTS)
            at_most = connection.execute(_LIVE, {"runs": RUN_OWNER}).fetchone()[0]
            self._counted = (at_most, newest.seq, now)
        return at_most

    def _insert(self, connection: Connection, new: NewJob, newest: Newest) -> Job:
        now = self.clocks.unix()
        queued_at = newest.not_before(now)
        _, row = connection.apply(
            {
                "job_id": secrets.token_hex(16),
                "address": new.address,
                "listing": new.listing,
                "listing_key": new.listing_key,
                "owner": new.owner,
                "priority": new.priority,
                "turn": turn_of(queued_at, new.priority),
                "run_after": AT_ONCE,
                "now": now,
                "queued_at": queued_at,
                "again_of": new.again_of,
                "needs": new.needs,
            },
            _CREATE,
        )
        connection.prove("SELECT 1 FROM evaluation_jobs WHERE job_id = :job_id", {"job_id": row["job_id"]})
        return job_from(row)

    def _cancel_waiting(self, connection: Connection, job: Row, who: str) -> None:
        now = self.clocks.unix()
        (row,) = connection.execute(
            """
            UPDATE evaluation_jobs
            SET status = 'cancelled', cancel_requested = 1, completed_at = :now, question = NULL, asked_at = NULL,
                version = version + 1
            WHERE seq = :seq AND status IN ('queued', 'asking')
            RETURNING seq, version, current_stage
            """,
            {"seq": job["seq"], "now": now},
        ).fetchall()
        before, why = Status(job["status"]), f"called off by its {who}"
        record_event(connection, row, now, before=before, after=Status.CANCELLED, why=why)

    def _ask_to_stop(self, connection: Connection, job: Row) -> None:
        """Ask its worker to end a running job, and leave its listing to whoever asks for it next."""
        connection.execute(
            """
            UPDATE evaluation_jobs
            SET cancel_requested = 1, listing_key = listing_key || :given_up || job_id, version = version + 1
            WHERE seq = :seq AND cancel_requested = 0
            """,
            {"seq": job["seq"], "given_up": GIVEN_UP},
        )
        connection.prove("SELECT 1 FROM evaluation_jobs WHERE seq = :seq AND cancel_requested = 1", {"seq": job["seq"]})

    def _queue_again(self, connection: Connection, job: Row, newest: Newest, who: str) -> Job:
        now = self.clocks.unix()
        queued_at = newest.not_before(now)
        (row,) = connection.execute(
            """
            UPDATE evaluation_jobs
            SET status = 'queued', turn = :turn, queued_at = :queued_at, run_after = :run_after, attempts = 0,
                fruitful = 0, turn_seconds = 0, listing_key = :listing_key, cancel_requested = 0,
                error = NULL, error_code = NULL, started_at = NULL, completed_at = NULL, version = version + 1
            WHERE seq = :seq
            RETURNING *
            """,
            {
                "seq": job["seq"],
                "turn": turn_of(queued_at, job["priority"]),
                "queued_at": queued_at,
                "run_after": AT_ONCE,
                "listing_key": key_of(job),
            },
        ).fetchall()
        before, why = Status(job["status"]), f"asked for again by its {who}"
        record_event(connection, row, now, before=before, after=Status.QUEUED, why=why)
        return job_from(row)


_CREATE = Change(
    """
INSERT INTO evaluation_jobs
    (job_id, address, listing, listing_key, owner, status, priority, turn, run_after, created_at, queued_at, again_of,
     needs)
VALUES
    (:job_id, :address, :listing, :listing_key, :owner, 'queued', :priority, :turn, :run_after, :now, :queued_at,
     :again_of, :needs)
""",
    then=(noted("NULL", "'queued'", "''", "'created'"),),
    returning="*",
)
#: A tile is nobody's job: a run is looked at and called off as a whole.
_JOB = "SELECT * FROM evaluation_jobs WHERE job_id = :job_id AND owner <> :runs"
_JOB_LOCKED = f"{_JOB} /*pg FOR UPDATE */"
#: Live jobs of people: those of all less the tiles, each counted in an index.
_LIVE = """
SELECT (SELECT count(*) FROM evaluation_jobs WHERE completed_at IS NULL AND status <> 'asking')
    - (SELECT count(*) FROM evaluation_jobs INDEXED BY jobs_live WHERE owner = :runs AND completed_at IS NULL)
"""
#: The line alone is read, from its beginning to the job (the plan is tested): ended jobs cost a poll nothing.
AHEAD = """
SELECT count(*) AS ahead FROM evaluation_jobs INDEXED BY jobs_line
WHERE completed_at IS NULL AND status <> 'asking' AND status = 'queued'
    AND (turn, seq) < (SELECT turn, seq FROM evaluation_jobs WHERE job_id = :job_id)
    AND (run_after <= :now OR run_after > :latest)
"""
#: Left to itself, SQLite would go through all jobs that the owner ever had.
_BEFORE_ONE_MORE = """
SELECT (
        SELECT count(*) FROM evaluation_jobs INDEXED BY jobs_live
        WHERE owner = :owner AND completed_at IS NULL AND status <> 'asking' AND priority > :batch
    ) AS live,
    (
        SELECT count(*) FROM evaluation_jobs
        WHERE owner = :owner AND listing_key = :listing_key AND completed_at IS NULL
    ) AS twins,
    coalesce((SELECT seq FROM evaluation_jobs ORDER BY seq DESC LIMIT 1), 0) AS seq,
    coalesce((SELECT queued_at FROM evaluation_jobs ORDER BY seq DESC LIMIT 1), 0.0) AS queued_at
"""
#: A row that everybody who counts near the limit locks, until the end of the transaction.
_ONE_COUNTS = "SELECT id FROM probe WHERE id = 1 /*pg FOR UPDATE */"
OWN_SNAPSHOTS = """
SELECT job_seq, snapshot_id, address, created_at, report FROM snapshots
WHERE owner = :owner AND job_seq < :before ORDER BY job_seq DESC LIMIT :limit
"""


class _Verdict(msgspec.Struct):
    """The verdict's figures in a stored report."""

    score: float | None = None
    low: float | None = None
    high: float | None = None
    word: str | None = None


class _Judged(msgspec.Struct):
    """Of a stored report the verdict alone, so that the rest is skipped, not read."""

    verdict: _Verdict | None = None


_judged = msgspec.json.Decoder(_Judged)


def _summary(row: Row) -> SnapshotSummary:
    verdict = _judged.decode(row["report"]).verdict or _Verdict()
    return SnapshotSummary(
        row["job_seq"],
        row["snapshot_id"],
        row["address"],
        row["created_at"],
        verdict.score,
        verdict.low,
        verdict.high,
        verdict.word or "",
    )


def delete_job(connection: Connection, seq: int) -> None:
    """Delete all rows of a job except its snapshot, and what live services said of its address."""
    forget_answers_for(connection, seq)
    connection.execute("DELETE FROM job_stages WHERE job_seq = :seq", {"seq": seq})
    connection.execute("DELETE FROM job_events WHERE job_seq = :seq", {"seq": seq})
    connection.execute("DELETE FROM evaluation_jobs WHERE seq = :seq", {"seq": seq})


def turn_of(queued_at: float, priority: int) -> float:
    """Return what claims sort by, smallest first: a step of priority is worth a minute of waiting.

    Ageing needs no sweep: both sides of a comparison age alike, so the order never changes while jobs wait.
    """
    return queued_at - AGEING_SECONDS * priority


class Newest(NamedTuple):
    """The number of the newest job and when it was queued; zeros where there is none."""

    seq: int
    queued_at: float

    def not_before(self, now: float) -> float:
        """Return the time to queue at: never before this job's, so a clock put back lets nobody jump the queue."""
        return max(now, self.queued_at)


def newest_job(connection: Connection) -> Newest:
    row = connection.execute("SELECT seq, queued_at FROM evaluation_jobs ORDER BY seq DESC LIMIT 1").fetchone()
    return Newest(*row) if row else Newest(0, 0.0)


def _looked(connection: Connection, owner: str, listing_key: str) -> tuple[int, Newest, Job | None]:
    """Return how many live jobs an owner has, the newest of all jobs, and the owner's unfinished one for a listing."""
    asked = {"owner": owner, "batch": BATCH_PRIORITY, "listing_key": listing_key}
    row = connection.execute(_BEFORE_ONE_MORE, asked).fetchone()
    twin = live_twin(connection, owner, listing_key) if row["twins"] else None
    return row["live"], Newest(row["seq"], row["queued_at"]), twin


def key_of(job: Row) -> str:
    """Return the key of a job's listing, whether or not the job holds it still."""
    return str(job["listing_key"]).partition(GIVEN_UP)[0]


def live_twin(connection: Connection, owner: str, listing_key: str) -> Job | None:
    """Return the owner's unfinished job for a listing; it cannot be deleted before the transaction ends."""
    row = connection.execute(
        """
        SELECT * FROM evaluation_jobs
        WHERE owner = :owner AND listing_key = :listing_key AND completed_at IS NULL /*pg FOR KEY SHARE */
        """,
        {"owner": owner, "listing_key": listing_key},
    ).fetchone()
    return job_from(row) if row else None


def owned_job(connection: Connection, job_id: str, owner: str | None) -> Row:
    """Return the row of a person's job. Raises JobNotFound, or NotYours if it is another owner's."""
    row = _only(connection.execute(_JOB_LOCKED, {"job_id": job_id, "runs": RUN_OWNER}).fetchall())
    if owner not in (None, row["owner"]):
        raise NotYours
    return row


def _only(rows: Sequence[Row]) -> Row:
    if not rows:
        raise JobNotFound
    return rows[0]


def _event_from(job_id: str, row: Row) -> Event:
    before = Status(row["from_status"]) if row["from_status"] else None
    return Event(job_id, row["at"], before, Status(row["to_status"]), row["stage"], row["worker"], row["why"])
