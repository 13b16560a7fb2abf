"""Batches: several listings sent at once, each a job of its own behind all jobs that were sent by themselves."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.db.interface import Row
from app.errors import BatchNotFound, NotYours, QueueFull, TooManyBatches
from app.queue.jobs import Job, NewJob, Once, Status
from app.queue.store.base import job_from
from app.queue.store.keys import keep_key, made_with
from app.queue.store.people import (
    BATCH_PRIORITY,
    FULL_RETRY_SECONDS,
    OWNER_RETRY_SECONDS,
    PeopleStore,
    live_twin,
    newest_job,
)

#: A batch is taken only while it leaves this share of the line to listings that are sent by themselves.
LEFT_TO_OTHERS = 0.5


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line of a batch: a job to make, or why there is none and what the line held (JSON)."""

    number: int
    address: str
    job: NewJob | None
    why: str = ""
    given: str = "{}"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A line with its job as it stands; `job` is None for a line that was refused."""

    number: int
    address: str
    why: str
    given: str
    job: Job | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Several listings that were sent at once. `notes` are sentences on how they were read."""

    batch_id: str
    owner: str
    created_at: float
    notes: tuple[str, ...]
    lines: tuple[BatchLine, ...]


class BatchStore(PeopleStore):
    """The part of the store that keeps batches. A batch goes with the last of its jobs (tables/sqlite/05.sql)."""

    def create_batch(
        self, owner: str, lines: Sequence[NewLine], notes: Sequence[str] = (), once: Once | None = None
    ) -> str:
        """Store a batch with all its jobs, or nothing; return its id. A listing that is under way keeps its job.

        What was sent under a key before gives the batch of that time. Raises TooManyBatches where one of the owner's is
        still under way, QueueFull, or IdempotencyKeyReused.
        """
        batch_id, now = secrets.token_urlsafe(18), self.clocks.unix()
        with self.db.write(durable=True, turn=owner) as connection:
            if once and (made := made_with(connection, once, self.settled())):
                return made
            busy = connection.execute(_LIVE_OF_BATCHES, {"owner": owner, "batch": BATCH_PRIORITY}).fetchone()[0]
            if busy:
                raise TooManyBatches(retry_after_seconds=OWNER_RETRY_SECONDS)
            newest = newest_job(connection)
            ahead = self._live_jobs(connection, newest)
            if ahead + len(lines) > self.config.max_live_jobs * (1 - LEFT_TO_OTHERS):
                raise QueueFull(ahead=ahead, retry_after_seconds=FULL_RETRY_SECONDS)
            self._check_room()
            connection.execute(
                "INSERT INTO batches (batch_id, owner, created_at, notes) VALUES (:batch_id, :owner, :now, :notes)",
                {"batch_id": batch_id, "owner": owner, "now": now, "notes": json.dumps(list(notes))},
            )
            if once:
                keep_key(connection, once, batch_id, now)
            for line in lines:
                job = None
                if line.job is not None:
                    new = replace(line.job, priority=BATCH_PRIORITY)
                    job = live_twin(connection, owner, new.listing_key) or self._insert(connection, new, newest)
                connection.execute(
                    _INSERT_LINE,
                    {
                        "batch_id": batch_id,
                        "number": line.number,
                        "address": line.address,
                        "job_id": job and job.job_id,
                        "why": line.why,
                        "given": line.given,
                    },
                )
        self._notify()
        return batch_id

    def get_batch(self, batch_id: str) -> Batch:
        """Return a batch with all its lines, each with its job. Raises BatchNotFound."""
        heads = self.db.read("SELECT * FROM batches WHERE batch_id = :batch_id", {"batch_id": batch_id})
        rows = self.db.read(_LINES, {"batch_id": batch_id}) if heads else []
        if not rows:
            raise BatchNotFound
        head = heads[0]
        notes = tuple(json.loads(head["notes"]))
        return Batch(batch_id, head["owner"], head["created_at"], notes, tuple(_line_from(row) for row in rows))

    def batch_of(self, job_id: str, owner: str) -> str | None:
        """Return the id of the newest batch of this owner's that holds a job, None if there is none."""
        rows = self.db.read(_OF_JOB, {"job_id": job_id, "owner": owner})
        return rows[0]["batch_id"] if rows else None

    def recent_batches(self, owner: str, limit: int = 5) -> tuple[tuple[str, float, int], ...]:
        """Return an owner's batches, newest first: id, when it was made, and how many lines it has."""
        rows = self.db.read(_RECENT, {"owner": owner, "limit": limit})
        return tuple((row["batch_id"], row["created_at"], row["lines"]) for row in rows)

    def cancel_batch(self, batch_id: str, owner: str | None) -> None:
        """Call off every job of a batch that has not ended; nothing where all have.

        Raises BatchNotFound, or NotYours if it is another owner's.
        """
        with self.db.write(durable=True) as connection:
            heads = connection.execute("SELECT owner FROM batches WHERE batch_id = :batch_id", {"batch_id": batch_id})
            head = heads.fetchone()
            if head is None:
                raise BatchNotFound
            if owner not in (None, head["owner"]):
                raise NotYours
            for row in connection.execute(_UNFINISHED, {"batch_id": batch_id}).fetchall():
                if row["status"] in (Status.QUEUED, Status.ASKING):
                    self._cancel_waiting(connection, row, "operator" if owner is None else "owner")
                else:
                    self._ask_to_stop(connection, row)
        self._notify()


#: Live jobs of an owner's batches, by the index of live jobs: at most a batch and the owner's other jobs.
_LIVE_OF_BATCHES = """
SELECT count(*) FROM evaluation_jobs INDEXED BY jobs_live
WHERE owner = :owner AND completed_at IS NULL AND status <> 'asking' AND priority <= :batch
"""
_INSERT_LINE = """
INSERT INTO batch_lines (batch_id, number, address, job_seq, why, given)
VALUES (:batch_id, :number, :address, (SELECT seq FROM evaluation_jobs WHERE job_id = :job_id), :why, :given)
"""
_LINES = """
SELECT number, batch_lines.address AS line_address, why, given, evaluation_jobs.*
FROM batch_lines LEFT JOIN evaluation_jobs ON seq = job_seq
WHERE batch_id = :batch_id ORDER BY number
"""
#: Each job once: two lines may hold the same listing.
_UNFINISHED = """
SELECT * FROM evaluation_jobs
WHERE completed_at IS NULL AND seq IN (SELECT job_seq FROM batch_lines WHERE batch_id = :batch_id)
ORDER BY seq /*pg FOR UPDATE */
"""
_OF_JOB = """
SELECT batch_id FROM evaluation_jobs JOIN batch_lines ON job_seq = seq JOIN batches USING (batch_id)
WHERE job_id = :job_id AND batches.owner = :owner ORDER BY batches.created_at DESC LIMIT 1
"""
_RECENT = """
SELECT batch_id, created_at, (SELECT count(*) FROM batch_lines WHERE batch_lines.batch_id = batches.batch_id) AS lines
FROM batches WHERE owner = :owner ORDER BY created_at DESC LIMIT :limit
"""


def _line_from(row: Row) -> BatchLine:
    job = None if row["job_id"] is None else job_from(row)
    return BatchLine(row["number"], row["line_address"], row["why"], row["given"], job)
