"""All that a worker does to a job: claim, advance, complete, fail, hand back. The claim's token fences every write."""
# ruff: noqa: S608 - only constants are put into statements; values are bound

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import replace

from app.db.database import Row
from app.errors import EvaluationCrashed
from app.queue.jobs import Claim, Failure, Job, StageRecord, Status
from app.queue.process import is_gone
from app.queue.store.base import AT_ONCE, LIVE, LONGEST_BACK_OFF_SECONDS, StoreBase, back_off_seconds, record
from app.queue.store.rows import CLAIMED_COLUMNS, JOB_COLUMNS, SNAPSHOT_MARK, claimed_job_from, job_from

#: A claim that was lost matches no row, whatever the worker tries to write with it.
HELD = "job_id = ? AND claim_token = ? AND status = 'running'"
LET_GO = "claim_token = NULL, worker = NULL, process = NULL, lease_until = NULL, version = version + 1"
#: Due, or due so late that the clock must have been put back since.
DUE = f"{LIVE} AND status = 'queued' AND (run_after <= ? OR run_after > ?)"

_ANY_DUE = f"SELECT 1 FROM evaluation_jobs WHERE {DUE} ORDER BY turn, seq LIMIT 1"
_CLAIM = (
    "UPDATE evaluation_jobs SET status = 'running', claim_token = ?, worker = ?, process = ?, lease_until = ?,"
    " attempts = attempts + 1, resumed = resumed + (kept_stages > 0), started_at = coalesce(started_at, ?),"
    " error = NULL, error_code = NULL, suggestions = '[]', version = version + 1"
    f" WHERE seq = (SELECT seq FROM evaluation_jobs WHERE {DUE} ORDER BY turn, seq LIMIT 1)"
    f" RETURNING {CLAIMED_COLUMNS}"
)
_COMPLETE = (
    f"UPDATE evaluation_jobs SET status = 'done', result_snapshot_id = ?, completed_at = ?, {LET_GO} WHERE {HELD}"
)
_SNAPSHOT = (
    "INSERT INTO snapshots (job_seq, snapshot_id, job_id, owner, address, created_at, report)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_DONE = (
    "INSERT INTO job_events (job_seq, version, stage, at, from_status, to_status, worker, why)"
    " SELECT seq, version, current_stage, ?, 'running', 'done', ?, 'report stored' FROM evaluation_jobs WHERE seq = ?"
)

#: How long a sweep waits for its turn to write: another one comes soon.
SWEEP_PATIENCE_SECONDS = 0.5
#: No lease is ever this long, so a later deadline was written before this machine's last start.
LONGEST_LEASE_SECONDS = 3_600.0


class ClaimStore(StoreBase):
    """Jobs as workers see them."""

    def claim_next_job(self, worker: str) -> Claim | None:
        """Take the job whose turn it is, under a fresh token and lease. Costs one read where there is none."""
        now = self.clocks.unix()
        if not self.db.read(_ANY_DUE, (now, now + LONGEST_BACK_OFF_SECONDS)):
            return None
        with self.db.write(durable=False, draining=True) as connection:
            return self._claim(connection, worker)

    def heartbeat(self, claim: Claim) -> bool:
        """Renew the lease; False where the claim is lost."""
        with self.db.write(durable=False) as connection:
            lease_until = self.clocks.steady() + self.config.lease_seconds
            sql = f"UPDATE evaluation_jobs SET lease_until = ? WHERE {HELD}"
            return connection.execute(sql, (lease_until, *fence(claim))).rowcount == 1

    def cancel_wanted(self, claim: Claim) -> bool:
        """Return whether the owner called the job off."""
        sql = f"SELECT cancel_requested FROM evaluation_jobs WHERE {HELD}"
        return self.db.read(sql, fence(claim)) == [(1,)]

    def update_job_stage(
        self, claim: Claim, stage: str, finished: StageRecord | None, checkpoint: bytes | None
    ) -> bool:
        """Advance to a stage and keep what the one before found, in one transaction; False: claim lost."""
        with self.db.write(durable=False) as connection:
            rows = connection.execute(
                "UPDATE evaluation_jobs SET current_stage = ?, kept_stages = kept_stages + ?, version = version + 1"
                f" WHERE {HELD} RETURNING seq",
                (stage, checkpoint is not None, *fence(claim)),
            ).fetchall()
            if not rows:
                return False
            if finished is not None:
                _keep_stage(connection, rows[0][0], finished, checkpoint)
            _begin_stage(connection, rows[0][0], stage)
        return True

    def checkpoints(self, job_id: str) -> tuple[bytes, ...]:
        """Return the findings of finished stages, in order."""
        rows = self.db.read(
            "SELECT finding FROM job_stages WHERE job_seq = (SELECT seq FROM evaluation_jobs WHERE job_id = ?)"
            " AND finding IS NOT NULL ORDER BY place",
            (job_id,),
        )
        return tuple(row[0] for row in rows)

    def complete_job(self, claim: Claim, report: bytes, finished: StageRecord | None = None) -> str | None:
        """Store the snapshot and finish the job in one transaction; None: claim lost. Returns the snapshot's id."""
        with self.db.write(durable=True, draining=True) as connection:
            return self._complete(connection, claim, report, finished)

    def complete_and_claim(
        self, claim: Claim, report: bytes, worker: str, finished: StageRecord | None = None
    ) -> tuple[str | None, Claim | None]:
        """Do `complete_job` and, where it was done, `claim_next_job` in the same transaction."""
        with self.db.write(durable=True, draining=True) as connection:
            snapshot_id = self._complete(connection, claim, report, finished)
            return snapshot_id, self._claim(connection, worker) if snapshot_id else None

    # --- steps of a transaction ---

    def _claim(self, connection: sqlite3.Connection, worker: str) -> Claim | None:
        now, token = self.clocks.unix(), secrets.token_hex(12)
        lease_until = self.clocks.steady() + self.config.lease_seconds
        rows = connection.execute(
            _CLAIM, (token, worker, self.process, lease_until, now, now, now + LONGEST_BACK_OFF_SECONDS)
        ).fetchall()
        if not rows:
            return None
        seq, job = rows[0][0], claimed_job_from(rows[0], worker)
        changed = (seq, job.version, job.current_stage)
        record(connection, changed, now, (Status.QUEUED, Status.RUNNING), worker, f"attempt {job.attempts}")
        return Claim(job, token, lease_until, seq)

    def _complete(
        self, connection: sqlite3.Connection, claim: Claim, report: bytes, finished: StageRecord | None
    ) -> str | None:
        now, seq, job = self.clocks.unix(), claim.seq, claim.job
        snapshot_id = f"{secrets.token_hex(16)}{SNAPSHOT_MARK}{seq}"
        # No RETURNING: it would cost as much as the rest of the statement.
        if connection.execute(_COMPLETE, (snapshot_id, now, *fence(claim))).rowcount != 1:
            return None
        connection.execute(_SNAPSHOT, (seq, snapshot_id, job.job_id, job.owner, job.address, now, report))
        connection.execute(_DONE, (now, job.worker, seq))
        if finished is not None:
            _keep_stage(connection, seq, finished, None)
        connection.execute("UPDATE job_stages SET finding = NULL WHERE job_seq = ? AND finding IS NOT NULL", (seq,))
        return snapshot_id


def fence(claim: Claim) -> tuple[str, str]:
    """Return the parameters of HELD."""
    return claim.job.job_id, claim.token


def _keep_stage(connection: sqlite3.Connection, seq: int, finished: StageRecord, finding: bytes | None) -> None:
    connection.execute(
        "UPDATE job_stages SET state = ?, seconds = ?, reason = ?, finding = ? WHERE job_seq = ? AND stage = ?",
        (finished.state.value, finished.seconds, finished.reason, finding, seq, finished.stage),
    )


def _begin_stage(connection: sqlite3.Connection, seq: int, stage: str) -> None:
    """Note the stage as working, in its old place when an earlier attempt had begun it."""
    connection.execute(
        "INSERT INTO job_stages (job_seq, place, stage, state) VALUES"
        " (?1, (SELECT count(*) FROM job_stages WHERE job_seq = ?1), ?2, 'working')"
        " ON CONFLICT (job_seq, stage) DO UPDATE SET state = 'working', seconds = NULL, reason = '', finding = NULL",
        (seq, stage),
    )


class EndingStore(StoreBase):
    """Attempts that end without a report."""

    def fail_job(self, claim: Claim, failure: Failure, *, retry: bool) -> bool:
        """End the job, or queue it again with back-off where `retry` and attempts are left; False: claim lost."""
        with self.db.write(durable=True) as connection:
            held = _held(connection, claim)
            if held is None:
                return False
            if retry and held.cancel_requested:
                self._end(connection, claim, Status.CANCELLED, "called off")
            elif not retry or held.attempts >= self.config.max_attempts:
                self._end(connection, claim, Status.FAILED, failure.message, failure)
            else:
                delay = back_off_seconds(held.attempts)
                self._requeue(connection, claim, failure.message, delay=delay, failure=failure)
        return True

    def release_job(self, claim: Claim) -> bool:
        """Hand a job back unfinished; the attempt does not count. A job called off meanwhile is cancelled."""
        with self.db.write(durable=True) as connection:
            held = _held(connection, claim)
            if held is not None and held.cancel_requested:
                self._end(connection, claim, Status.CANCELLED, "called off")
            elif held is not None:
                self._requeue(connection, claim, "handed back: its worker stops", counts=False)
        self._ring()
        return held is not None

    def finish_cancel(self, claim: Claim) -> bool:
        """End a job that was called off; False: claim lost."""
        with self.db.write(durable=True) as connection:
            if _held(connection, claim) is None:
                return False
            self._end(connection, claim, Status.CANCELLED, "called off")
        return True

    def give_up(self, claim: Claim, why: str) -> bool:
        """Let go of a job whose attempt came to nothing: queued again, or failed after too many tries."""
        with self.db.write(durable=True) as connection:
            held = _held(connection, claim)
            if held is None:
                return False
            self._give_up(connection, replace(claim, job=held), why)
        self._ring()
        return True

    def recover_stale(self) -> int:
        """Queue again (or fail, after too many tries) the jobs whose lease ran out or whose process is gone."""
        lost = [(job_id, token, why) for job_id, token, why in self._held_by_others() if why]
        recovered = sum(self._recover(job_id, token, why) for job_id, token, why in lost)
        if recovered:
            self._ring()
        return recovered

    def _held_by_others(self) -> list[tuple[str, str, str]]:
        rows = self.db.read(
            f"SELECT job_id, claim_token, lease_until, process FROM evaluation_jobs WHERE {LIVE} AND status = 'running'"
        )
        now = self.clocks.steady()
        return [
            (job_id, token, self._why_lost(lease_until, process, now)) for job_id, token, lease_until, process in rows
        ]

    def _why_lost(self, lease_until: float, process: str, now: float) -> str:
        if lease_until <= now or lease_until > now + LONGEST_LEASE_SECONDS:
            return "its worker was not heard of in time"
        if process != self.process and is_gone(process):
            return "its worker was gone"
        return ""

    def _recover(self, job_id: str, token: str, why: str) -> bool:
        """Look again under the write lock: a heartbeat may have come between."""
        with self.db.write(durable=True, patience_seconds=SWEEP_PATIENCE_SECONDS) as connection:
            sql = f"SELECT {JOB_COLUMNS}, lease_until, process, seq FROM evaluation_jobs WHERE {HELD}"
            rows: list[Row] = connection.execute(sql, (job_id, token)).fetchall()
            if not rows:
                return False
            lease_until, process, seq = rows[0][-3:]
            if not self._why_lost(lease_until, process, self.clocks.steady()):
                return False
            self._give_up(connection, Claim(job_from(rows[0]), token, lease_until, seq), why)
        return True

    # --- steps of a transaction ---

    def _end(
        self, connection: sqlite3.Connection, claim: Claim, status: Status, why: str, failure: Failure | None = None
    ) -> None:
        now = self.clocks.unix()
        rows = connection.execute(
            f"UPDATE evaluation_jobs SET status = ?, completed_at = ?, {_WHY_NOT}, {LET_GO}"
            f" WHERE {HELD} RETURNING seq, version, current_stage",
            (status.value, now, *_why_not(failure), *fence(claim)),
        ).fetchall()
        record(connection, rows[0], now, (Status.RUNNING, status), claim.job.worker or "", why)

    def _requeue(
        self,
        connection: sqlite3.Connection,
        claim: Claim,
        why: str,
        *,
        delay: float | None = None,
        counts: bool = True,
        failure: Failure | None = None,
    ) -> None:
        now = self.clocks.unix()
        rows = connection.execute(
            "UPDATE evaluation_jobs SET status = 'queued', run_after = ?, attempts = attempts - ?,"
            f" {_WHY_NOT}, {LET_GO} WHERE {HELD} RETURNING seq, version, current_stage",
            (AT_ONCE if delay is None else now + delay, 0 if counts else 1, *_why_not(failure), *fence(claim)),
        ).fetchall()
        record(connection, rows[0], now, (Status.RUNNING, Status.QUEUED), claim.job.worker or "", why)

    def _give_up(self, connection: sqlite3.Connection, claim: Claim, why: str) -> None:
        job = claim.job
        if job.cancel_requested:
            self._end(connection, claim, Status.CANCELLED, "called off")
        elif job.attempts >= self.config.max_attempts:
            crashed = EvaluationCrashed(attempts=job.attempts)
            self._end(connection, claim, Status.FAILED, why, Failure(crashed.code, crashed.message))
        else:
            self._requeue(connection, claim, why)


_WHY_NOT = "error = ?, error_code = ?, suggestions = ?"


def _why_not(failure: Failure | None) -> tuple[str | None, str | None, str]:
    if failure is None:
        return None, None, "[]"
    return failure.message, failure.code, json.dumps(failure.suggestions)


def _held(connection: sqlite3.Connection, claim: Claim) -> Job | None:
    sql = f"SELECT {JOB_COLUMNS} FROM evaluation_jobs WHERE {HELD}"
    rows: list[Row] = connection.execute(sql, fence(claim)).fetchall()
    return job_from(rows[0]) if rows else None
