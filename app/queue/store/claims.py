"""What workers do with jobs: claim, advance, complete. Every write is fenced by the claim's token."""
# ruff: noqa: S608 - only constants are put into statements; values are bound

from __future__ import annotations

import secrets
import sqlite3

from app.queue.jobs import Claim, StageRecord, Status
from app.queue.store.base import LIVE, LONGEST_BACK_OFF_SECONDS, StoreBase, record
from app.queue.store.rows import CLAIMED_COLUMNS, SNAPSHOT_MARK, claimed_job_from

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
            lease_until = self.clocks.steady() + self.limits.lease_seconds
            sql = f"UPDATE evaluation_jobs SET lease_until = ? WHERE {HELD}"
            return connection.execute(sql, (lease_until, *fence(claim))).rowcount == 1

    def cancel_wanted(self, claim: Claim) -> bool:
        """Tell whether the owner called the job off."""
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
        lease_until = self.clocks.steady() + self.limits.lease_seconds
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
