"""What people do with jobs and reports: ask, look, call off, ask again, open, delete."""
# ruff: noqa: S608 - only constants are put into statements; values are bound

from __future__ import annotations

import math
import secrets
import sqlite3
import time
from dataclasses import dataclass

from app.db.database import Row
from app.errors import JobNotFound, NotYours, QueueFull, SnapshotNotFound, TooManyJobs, TransitionRefused
from app.queue.jobs import Event, Job, NewJob, Snapshot, StageRecord, Status
from app.queue.store.base import AGEING_SECONDS, AT_ONCE, LIVE, StoreBase, record
from app.queue.store.rows import (
    EVENT_COLUMNS,
    JOB_COLUMNS,
    SNAPSHOT_COLUMNS,
    STAGE_COLUMNS,
    event_from,
    job_from,
    snapshot_from,
    snapshot_key,
    stage_from,
)

#: What a refusal names as the time to try again (seconds).
OWNER_RETRY_SECONDS = 30
FULL_RETRY_SECONDS = 60
#: How old a count of all live jobs may be while the limit is far away.
RECOUNT_SECONDS = 1.0


class SnapshotStore(StoreBase):
    """Stored reports."""

    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        """Return a stored report. Raises SnapshotNotFound."""
        sql = f"SELECT {SNAPSHOT_COLUMNS} FROM snapshots WHERE job_seq = ? AND snapshot_id = ?"
        rows = self.db.read(sql, snapshot_key(snapshot_id))
        if not rows:
            raise SnapshotNotFound
        return snapshot_from(rows[0])

    def delete_snapshot(self, snapshot_id: str, owner: str | None) -> None:
        """Delete a report and all that its job keeps of the address. Raises SnapshotNotFound or NotYours."""
        with self.db.write(durable=True) as connection:
            sql = "SELECT job_seq, owner FROM snapshots WHERE job_seq = ? AND snapshot_id = ?"
            rows = connection.execute(sql, snapshot_key(snapshot_id)).fetchall()
            if not rows:
                raise SnapshotNotFound
            seq, its_owner = rows[0]
            if owner not in (None, its_owner):
                raise NotYours
            connection.execute("DELETE FROM snapshots WHERE job_seq = ?", (seq,))
            for statement in DELETE_JOB:
                connection.execute(statement, (seq,))

    def recent_snapshots(self, owner: str, limit: int = 10) -> tuple[Snapshot, ...]:
        """Return an owner's reports, newest first, as long as their jobs are kept."""
        sql = (
            f"SELECT {SNAPSHOT_COLUMNS} FROM snapshots WHERE job_seq IN"
            " (SELECT seq FROM evaluation_jobs WHERE owner = ? AND status = 'done' ORDER BY seq DESC LIMIT ?)"
            " ORDER BY job_seq DESC"
        )
        return tuple(snapshot_from(row) for row in self.db.read(sql, (owner, limit)))


#: All rows of one job but its snapshot, by seq.
DELETE_JOB = (
    "DELETE FROM job_stages WHERE job_seq = ?",
    "DELETE FROM job_events WHERE job_seq = ?",
    "DELETE FROM evaluation_jobs WHERE seq = ?",
)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A job as the actions of people need it."""

    seq: int
    status: Status
    owner: str
    listing_key: str
    priority: int
    stage: str | None


class PeopleStore(StoreBase):
    """Jobs as their owners and operators see them."""

    #: Live jobs, the newest job's number, and when they were counted.
    _counted = (0, 0, -math.inf)

    def create_job(self, new: NewJob) -> tuple[Job, bool]:
        """Store a job, or return the owner's live job for the same listing; True when new."""
        with self.db.write(durable=True) as connection:
            existing = _live_twin(connection, new.owner, new.listing_key)
            if existing is not None:
                return existing, False
            self._check_limits(connection, new.owner)
            job = self._insert(connection, new)
        self._ring()
        return job, True

    def get_job(self, job_id: str) -> Job:
        """Return a job. Raises JobNotFound."""
        rows = self.db.read(f"SELECT {JOB_COLUMNS} FROM evaluation_jobs WHERE job_id = ?", (job_id,))
        return job_from(_only(rows))

    def cancel_job(self, job_id: str, owner: str | None) -> Job:
        """Cancel at once when queued, ask the worker when running. `owner` None: an operator."""
        with self.db.write(durable=True) as connection:
            standing = _standing(connection, job_id, owner)
            if standing.status is Status.QUEUED:
                self._cancel_queued(connection, standing, "operator" if owner is None else "owner")
            elif standing.status is Status.RUNNING:
                connection.execute(
                    "UPDATE evaluation_jobs SET cancel_requested = 1, version = version + 1"
                    " WHERE seq = ? AND cancel_requested = 0",
                    (standing.seq,),
                )
            else:
                raise TransitionRefused(status=standing.status.value)
            job = _job(connection, standing.seq)
        self._ring()
        return job

    def retry_job(self, job_id: str, owner: str | None) -> Job:
        """Queue a failed or cancelled job again with its checkpoints; where its twin is live, return that."""
        with self.db.write(durable=True) as connection:
            standing = _standing(connection, job_id, owner)
            if standing.status not in (Status.FAILED, Status.CANCELLED):
                raise TransitionRefused(status=standing.status.value)
            twin = _live_twin(connection, standing.owner, standing.listing_key)
            if twin is not None:
                return twin
            self._check_limits(connection, standing.owner)
            job = self._queue_again(connection, standing, "operator" if owner is None else "owner")
        self._ring()
        return job

    def position(self, job: Job) -> int:
        """Return how many queued jobs go before this queued one."""
        rows = self.db.read(
            "SELECT count(*) FROM evaluation_jobs AS other JOIN evaluation_jobs AS mine ON mine.job_id = ?"
            " WHERE other.status = 'queued' AND (other.turn, other.seq) < (mine.turn, mine.seq)",
            (job.job_id,),
        )
        return int(rows[0][0])

    def stages(self, job_id: str) -> tuple[StageRecord, ...]:
        """Return the stages that have begun, in order."""
        sql = f"SELECT {STAGE_COLUMNS} FROM job_stages WHERE job_seq = ({_SEQ}) ORDER BY place"
        return tuple(stage_from(row) for row in self.db.read(sql, (job_id,)))

    def events(self, job_id: str) -> tuple[Event, ...]:
        """Return the job's transitions, oldest first."""
        sql = f"SELECT {EVENT_COLUMNS} FROM job_events WHERE job_seq = ({_SEQ}) ORDER BY version"
        return tuple(event_from(job_id, row) for row in self.db.read(sql, (job_id,)))

    def recent_jobs(self, owner: str, limit: int = 10) -> tuple[Job, ...]:
        """Return an owner's jobs, newest first."""
        sql = f"SELECT {JOB_COLUMNS} FROM evaluation_jobs WHERE owner = ? ORDER BY seq DESC LIMIT ?"
        return tuple(job_from(row) for row in self.db.read(sql, (owner, limit)))

    # --- steps of a transaction ---

    def _check_limits(self, connection: sqlite3.Connection, owner: str) -> None:
        sql = f"SELECT count(*) FROM evaluation_jobs WHERE owner = ? AND {LIVE}"
        live = connection.execute(sql, (owner,)).fetchone()[0]
        if live >= self.config.max_live_jobs_per_owner:
            raise TooManyJobs(live=live, retry_after_seconds=OWNER_RETRY_SECONDS)
        ahead = self._live_jobs(connection)
        if ahead >= self.config.max_live_jobs:
            raise QueueFull(ahead=ahead, retry_after_seconds=FULL_RETRY_SECONDS)

    def _live_jobs(self, connection: sqlite3.Connection) -> int:
        """Count the live jobs; far from the limit, a count up to a second old and all jobs made since will do."""
        newest, now = _newest(connection)[0], time.monotonic()
        counted, newest_then, counted_at = self._counted
        at_most = counted + newest - newest_then
        if now - counted_at > RECOUNT_SECONDS or at_most * 2 > self.config.max_live_jobs:
            sql = f"SELECT count(*) FROM evaluation_jobs WHERE {LIVE}"
            at_most = connection.execute(sql).fetchall()[0][0]
            self._counted = (at_most, newest, now)
        return at_most

    def _insert(self, connection: sqlite3.Connection, new: NewJob) -> Job:
        now = self.clocks.unix()
        queued_at = _queued_at(connection, now)
        rows = connection.execute(
            _INSERT,
            (
                *(secrets.token_hex(16), new.address, new.listing, new.listing_key, new.owner, new.priority),
                *(_turn(queued_at, new.priority), AT_ONCE, now, queued_at),
            ),
        ).fetchall()
        record(connection, (rows[0][-1], 1, None), now, (None, Status.QUEUED), why="created")
        return job_from(rows[0])

    def _cancel_queued(self, connection: sqlite3.Connection, standing: _Standing, who: str) -> None:
        now = self.clocks.unix()
        rows = connection.execute(
            "UPDATE evaluation_jobs SET status = 'cancelled', cancel_requested = 1, completed_at = ?,"
            " version = version + 1 WHERE seq = ? AND status = 'queued' RETURNING version",
            (now, standing.seq),
        ).fetchall()
        changed = (standing.seq, rows[0][0], standing.stage)
        record(connection, changed, now, (Status.QUEUED, Status.CANCELLED), why=f"called off by its {who}")

    def _queue_again(self, connection: sqlite3.Connection, standing: _Standing, who: str) -> Job:
        now = self.clocks.unix()
        queued_at = _queued_at(connection, now)
        rows = connection.execute(
            "UPDATE evaluation_jobs SET status = 'queued', turn = ?, queued_at = ?, run_after = ?, attempts = 0,"
            " cancel_requested = 0, error = NULL, error_code = NULL, suggestions = '[]', completed_at = NULL,"
            f" version = version + 1 WHERE seq = ? RETURNING {JOB_COLUMNS}",
            (_turn(queued_at, standing.priority), queued_at, AT_ONCE, standing.seq),
        ).fetchall()
        job = job_from(rows[0])
        changed = (standing.seq, job.version, standing.stage)
        record(connection, changed, now, (standing.status, Status.QUEUED), why=f"asked for again by its {who}")
        return job


_INSERT = (
    "INSERT INTO evaluation_jobs (job_id, address, listing, listing_key, owner, status, priority, turn,"
    " run_after, created_at, queued_at) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)"
    f" RETURNING {JOB_COLUMNS}, seq"
)
_SEQ = "SELECT seq FROM evaluation_jobs WHERE job_id = ?"


def _turn(queued_at: float, priority: int) -> float:
    """Return what claims sort by, smallest first: a step of priority outweighs a minute of waiting.

    Ageing needs no sweep: both sides of a comparison age alike, so the order never changes while they wait.
    """
    return queued_at - AGEING_SECONDS * priority


def _queued_at(connection: sqlite3.Connection, now: float) -> float:
    """Return the time to queue at: never before the newest job's, so a clock put back lets nobody jump the queue."""
    return max(now, _newest(connection)[1])


def _newest(connection: sqlite3.Connection) -> tuple[int, float]:
    """Return the number of the newest job and when it was queued; zeros where there is none."""
    rows = connection.execute("SELECT seq, queued_at FROM evaluation_jobs ORDER BY seq DESC LIMIT 1").fetchall()
    return rows[0] if rows else (0, 0.0)


def _live_twin(connection: sqlite3.Connection, owner: str, listing_key: str) -> Job | None:
    sql = f"SELECT {JOB_COLUMNS} FROM evaluation_jobs WHERE owner = ? AND listing_key = ? AND {LIVE}"
    rows = connection.execute(sql, (owner, listing_key)).fetchall()
    return job_from(rows[0]) if rows else None


def _standing(connection: sqlite3.Connection, job_id: str, owner: str | None) -> _Standing:
    row = _only(
        connection.execute(
            "SELECT seq, status, owner, listing_key, priority, current_stage FROM evaluation_jobs WHERE job_id = ?",
            (job_id,),
        ).fetchall()
    )
    standing = _Standing(row[0], Status(row[1]), *row[2:])
    if owner not in (None, standing.owner):
        raise NotYours
    return standing


def _job(connection: sqlite3.Connection, seq: int) -> Job:
    sql = f"SELECT {JOB_COLUMNS} FROM evaluation_jobs WHERE seq = ?"
    return job_from(connection.execute(sql, (seq,)).fetchall()[0])


def _only(rows: list[Row]) -> Row:
    if not rows:
        raise JobNotFound
    return rows[0]
