"""How attempts end without a report: failed, cancelled, handed back, or lost with their worker."""
# ruff: noqa: S608 - only constants are put into statements; values are bound

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

from app.db.database import Row
from app.errors import EvaluationCrashed
from app.queue.interface import Failure
from app.queue.jobs import Claim, Job, Status
from app.queue.process import is_gone
from app.queue.store.base import AT_ONCE, LIVE, StoreBase, back_off_seconds, record
from app.queue.store.claims import HELD, LET_GO, fence
from app.queue.store.rows import JOB_COLUMNS, job_from

#: How long a sweep waits for its turn to write: another one comes soon.
SWEEP_PATIENCE_SECONDS = 0.5
#: No lease is ever this long, so a later deadline was written before this machine's last start.
LONGEST_LEASE_SECONDS = 3_600.0


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
            elif not retry or held.attempts >= self.limits.max_attempts:
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
        elif job.attempts >= self.limits.max_attempts:
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
