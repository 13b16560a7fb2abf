"""Rows of the tables as the records that leave the store."""

from __future__ import annotations

import json

from app.db.database import Row
from app.queue.jobs import Event, Job, Snapshot, StageRecord, StageState, Status

JOB_COLUMNS = (
    "job_id, address, listing, owner, status, priority, current_stage, result_snapshot_id, error, error_code,"
    " suggestions, attempts, resumed, cancel_requested, run_after, created_at, started_at, completed_at, version,"
    " worker"
)
#: What a claim cannot know beforehand: each column more costs a claim 0.2 us.
CLAIMED_COLUMNS = (
    "seq, job_id, address, listing, owner, priority, current_stage, attempts, resumed, run_after, created_at,"
    " started_at, version"
)
EVENT_COLUMNS = "at, from_status, to_status, stage, worker, why"
STAGE_COLUMNS = "stage, state, seconds, reason"
#: A snapshot's id is 128 random bits, this mark, and the number that finds the row without an index of its own.
SNAPSHOT_MARK = "-"
SNAPSHOT_COLUMNS = "snapshot_id, job_id, owner, address, created_at, report"


def job_from(row: Row) -> Job:
    """Read a row of JOB_COLUMNS."""
    return Job(
        job_id=row[0],
        address=row[1],
        listing=row[2],
        owner=row[3],
        status=Status(row[4]),
        priority=row[5],
        current_stage=row[6],
        result_snapshot_id=row[7],
        error=row[8],
        error_code=row[9],
        suggestions=tuple(json.loads(row[10])) if row[10] != "[]" else (),
        attempts=row[11],
        resumed=row[12],
        cancel_requested=bool(row[13]),
        run_after=row[14],
        created_at=row[15],
        started_at=row[16],
        completed_at=row[17],
        version=row[18],
        worker=row[19],
    )


def claimed_job_from(row: Row, worker: str) -> Job:
    """Read a row of CLAIMED_COLUMNS."""
    return Job(
        job_id=row[1],
        address=row[2],
        listing=row[3],
        owner=row[4],
        status=Status.RUNNING,
        priority=row[5],
        current_stage=row[6],
        result_snapshot_id=None,
        error=None,
        error_code=None,
        suggestions=(),
        attempts=row[7],
        resumed=row[8],
        cancel_requested=False,
        run_after=row[9],
        created_at=row[10],
        started_at=row[11],
        completed_at=None,
        version=row[12],
        worker=worker,
    )


def event_from(job_id: str, row: Row) -> Event:
    """Read a row of EVENT_COLUMNS."""
    at, before, after, stage, worker, why = row
    return Event(job_id, at, Status(before) if before else None, Status(after), stage, worker, why)


def stage_from(row: Row) -> StageRecord:
    """Read a row of STAGE_COLUMNS."""
    stage, state, seconds, reason = row
    return StageRecord(stage, StageState(state), seconds, reason)


def snapshot_from(row: Row) -> Snapshot:
    """Read a row of SNAPSHOT_COLUMNS."""
    return Snapshot(*row)


def snapshot_key(snapshot_id: str) -> tuple[int, str]:
    """Return the number in a snapshot's id and the id; the number is -1 in what cannot be one."""
    number = snapshot_id.rpartition(SNAPSHOT_MARK)[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1, snapshot_id
