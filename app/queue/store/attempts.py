"""Everything that a worker does to a job: claim, advance, complete, fail, hand back.

Every write names the claim it belongs to (`job_id`, `claim_token`, status 'running'). A claim that was lost matches no
row, whatever its worker still tries to write.
"""

from __future__ import annotations

import functools
import math
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from app.db.interface import Change, Connection, Row
from app.errors import EvaluationCrashed, QueueUnavailable
from app.queue.jobs import Claim, Failure, Picture, StageRecord, Status
from app.queue.store.base import (
    AT_ONCE,
    LONGEST_WAIT_SECONDS,
    StoreBase,
    new_snapshot_id,
    noted,
    record_event,
)
from app.queue.store.people import RUN_OWNER
from app.queue.store.pictures import store_pictures
from app.queue.store.tries import is_spent, kept_now, seconds_to_wait, tries_in_vain

#: How long a sweep waits for its turn to write: not long, as the next one comes soon.
SWEEP_PATIENCE_SECONDS = 0.5
#: What the history says where an attempt cannot go on from what earlier ones kept.
BEGUN_ANEW = "begins anew: the data of its region is another build than before"
_MAY_TAKE = """
(
    needs <> '' AND instr(:held, ' ' || needs || ' ') > 0
    OR needs = '' AND NOT EXISTS (
        SELECT 1 FROM region_builds
        WHERE instr(:held, ' =' || name || '@' || build || ' ') = 0
            AND instr(:held, ' =' || name || '@' || before || ' ') = 0
    )
)
"""
#: The job whose turn it is: due, or due so far ahead that the clock must have been put back since; and one that this
#: host may take, by the builds that it holds (`StoreBase.held`): that which the job needs, or all regions of the
#: catalogue, each in its build or the one before. The second is looked up once, whatever stands in the line.
#: That a job does not ask must be said for the index `jobs_line` (tables/sqlite/02.sql). On PostgreSQL it is looked for
#: from some place in the line on: see skipping.py.
_DUE = f"""
FROM evaluation_jobs
WHERE completed_at IS NULL AND status = 'queued' AND status <> 'asking'
    AND (run_after <= :now OR run_after > :latest) AND {_MAY_TAKE}
    /*pg AND (turn, seq) >= (:from_turn, :from_seq) */
ORDER BY turn, seq LIMIT 1
"""
NEXT_DUE = f"SELECT turn, seq {_DUE}"
#: Takes that job. The names of its parameters are none that a completion has: both are made as one.
_CLAIM = Change(
    f"""
UPDATE evaluation_jobs
SET status = 'running', claim_token = :new_token, worker = :claimer, process = :process,
    lease_until = :lease_until, attempts = attempts + 1,
    resumed = resumed + CASE WHEN kept_stages > 0 THEN 1 ELSE 0 END,
    started_at = :now, error = NULL, error_code = NULL,
    waits_for = NULL, waits_since = NULL, waits_turn = 0, version = version + 1
WHERE seq = (SELECT seq {_DUE} /*pg FOR UPDATE SKIP LOCKED */)
""",  # noqa: S608 - a constant
    then=(noted("'queued'", "'running'", ":claimer", "'attempt ' || attempts"),),
    returning="seq, job_id, address, listing, owner, current_stage, attempts, resumed, version, needs, turn",
)
_COMPLETION = """
UPDATE evaluation_jobs
SET status = 'done', result_snapshot_id = :snapshot_id, completed_at = :now,
    claim_token = NULL, worker = NULL, process = NULL, lease_until = NULL,
    waits_for = NULL, waits_since = NULL, waits_turn = 0, version = version + 1
WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
"""
_AFTER_COMPLETION = (
    noted("'running'", "'done'", ":done_by", ":outcome"),
    "UPDATE job_stages SET finding = NULL WHERE job_seq = (SELECT seq FROM changed) AND finding IS NOT NULL",
)
_COMPLETE = Change(
    _COMPLETION,
    then=(
        """
        INSERT INTO snapshots (job_seq, snapshot_id, job_id, owner, address, created_at, report, again_of)
        SELECT seq, :snapshot_id, job_id, owner, address, :now, :report, again_of FROM changed
        """,
        *_AFTER_COMPLETION,
    ),
)
_COMPLETE_TILE = Change(
    _COMPLETION, then=("INSERT INTO tile_rows (job_seq, rows) SELECT seq, :report FROM changed", *_AFTER_COMPLETION)
)
#: Before every job in line: its turn and number.
BEGINNING = (-math.inf, 0)
#: The same, of what stands before a job that is held.
_DUE_BEFORE = f"""
SELECT seq FROM evaluation_jobs
WHERE completed_at IS NULL AND status = 'queued' AND status <> 'asking'
    AND (run_after <= :now OR run_after > :latest)
    AND turn < (SELECT turn FROM evaluation_jobs WHERE job_id = :job_id)
    AND owner <> 'run:' AND {_MAY_TAKE}
ORDER BY turn, seq LIMIT 1
"""  # noqa: S608 - a constant


class AttemptStore(StoreBase):
    """The part of a job's state machine that workers drive."""

    #: The turn and the number of the job that was found last: there a look begins that need not be a whole one.
    _begin_at: tuple[float, int] = BEGINNING

    # --- an attempt begins and goes on ---

    def claim_next_job(self, worker: str) -> Claim | None:
        """Claim the job whose turn it is, under a fresh token and lease; None if none is due.

        A claim of the worker's to which no answer came, and which was made all the same, is the one that it gets.
        """
        if (unanswered := self._unanswered.get(worker)) and (claim := self._made_under(unanswered, worker)):
            return claim
        if self.db.one_writer and not self._somebody_is_due():
            return None
        token = new_token()
        try:
            return self._claim(self.db.change, self._claiming(worker, token))
        except QueueUnavailable:
            self._unanswered[worker] = token
            raise

    def heartbeat(self, claim: Claim) -> bool:
        """Renew the lease; return False if the claim is lost. A request to cancel shows in `cancel_wanted`."""
        with self.db.write(durable=False) as connection:
            renewed = connection.execute(
                """
                UPDATE evaluation_jobs SET lease_until = :lease_until
                WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
                """,
                {**held_by(claim), "lease_until": self._lease_until()},
            )
            return renewed.rowcount == 1

    def cancel_wanted(self, claim: Claim) -> bool:
        """Return whether the owner called the job off."""
        rows = self.db.read(
            """
            SELECT cancel_requested FROM evaluation_jobs
            WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
            """,
            held_by(claim),
        )
        return any(row["cancel_requested"] for row in rows)

    def update_job_stage(
        self, claim: Claim, stage: str, finished: StageRecord | None, checkpoint: bytes | None
    ) -> bool:
        """Advance to a stage and keep what the one before found, in one transaction; False if the claim is lost.

        To advance to the same stage once more changes nothing.
        """
        with self.db.write(durable=False) as connection:
            rows = connection.execute(
                """
                UPDATE evaluation_jobs
                SET current_stage = :stage,
                    kept_stages = kept_stages + CASE WHEN current_stage = :stage THEN 0 ELSE :kept END,
                    waits_for = NULL, waits_since = NULL, waits_turn = 0, version = version + 1
                WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
                RETURNING seq
                """,
                {**held_by(claim), "stage": stage, "kept": int(checkpoint is not None)},
            ).fetchall()
            if not rows:
                return False
            if finished is not None:
                _keep_stage(connection, claim.seq, finished, checkpoint)
            _begin_stage(connection, claim.seq, stage)
        return True

    def note_wait(self, claim: Claim, service: str | None, *, turn: bool = False) -> bool:
        """Note which live service is asked from now on, None for no longer any; False if the claim is lost.

        `turn`: it is not asked yet, as other jobs come first.
        """
        with self.db.write(durable=False) as connection:
            noted = connection.execute(
                """
                UPDATE evaluation_jobs
                SET waits_for = :service, waits_since = :since, waits_turn = :turn, version = version + 1
                WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
                """,
                {
                    **held_by(claim),
                    "service": service,
                    "since": None if service is None else self.clocks.unix(),
                    "turn": int(turn and service is not None),
                },
            )
            return noted.rowcount == 1

    def begin_anew(self, claim: Claim) -> bool:
        """Forget what earlier attempts kept, as it is from other data; False if the claim is lost."""
        with self.db.write(durable=False) as connection:
            rows = connection.execute(
                """
                UPDATE evaluation_jobs
                SET current_stage = NULL, resumed = resumed - CASE WHEN kept_stages > 0 THEN 1 ELSE 0 END,
                    kept_stages = 0, version = version + 1
                WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
                RETURNING seq, version, current_stage
                """,
                held_by(claim),
            ).fetchall()
            if not rows:
                return False
            connection.execute("DELETE FROM job_stages WHERE job_seq = :seq", {"seq": claim.seq})
            now, running, worker = self.clocks.unix(), Status.RUNNING, claim.worker
            record_event(connection, rows[0], now, before=running, after=running, worker=worker, why=BEGUN_ANEW)
        return True

    def checkpoints(self, job_id: str) -> tuple[bytes, ...]:
        """Return the findings (JSON) of finished stages, in order."""
        rows = self.db.read(
            """
            SELECT finding FROM job_stages JOIN evaluation_jobs ON seq = job_seq
            WHERE job_id = :job_id AND finding IS NOT NULL ORDER BY place
            """,
            {"job_id": job_id},
        )
        return tuple(row["finding"] for row in rows)

    # --- it ends with a report ---

    def complete_job(
        self, claim: Claim, report: bytes, finished: StageRecord | None = None, pictures: Sequence[Picture] = ()
    ) -> str | None:
        """Store the snapshot and finish the job in one transaction; return its id, or None if the claim is lost.

        `finished` is the last stage; the pictures are kept with the snapshot. A claim that was completed already, by a
        commit to which no answer came, gives the same once more.
        """
        with self.db.write(durable=True, draining=True) as connection:
            done, _ = connection.apply(self._completing(claim, report), _completion_of(claim))
            if done:
                _keep_last(connection, claim, finished, pictures)
            elif not _is_completed(connection, claim):
                return None
            return claim.snapshot_id

    def complete_and_claim(
        self,
        claim: Claim,
        report: bytes,
        worker: str,
        finished: StageRecord | None = None,
        pictures: Sequence[Picture] = (),
    ) -> tuple[str | None, Claim | None]:
        """Do `complete_job` and, if it succeeds, `claim_next_job` in the same transaction; return both results."""
        asked = self._completing(claim, report) | self._claiming(worker, claim.next_token)
        with self.db.write(durable=True, draining=True) as connection:
            skips, began = self._place(asked), time.monotonic()
            done, row = connection.apply(asked, _completion_of(claim), _CLAIM)
            if done:
                self._line.note(began, whole=not skips)
                _keep_last(connection, claim, finished, pictures)
            elif not _is_completed(connection, claim):
                return None, None
            elif following := self._claimed_under(connection, claim.next_token, worker):
                return claim.snapshot_id, following
            if row is None and (skips or not done):
                return claim.snapshot_id, self._claim(connection.apply, asked)
            return claim.snapshot_id, row and self._claim_in(row, asked)

    # --- it ends without one ---

    def fail_job(self, claim: Claim, failure: Failure, *, retry: bool) -> bool:
        """Queue the job again if `retry` and attempts are left, else end it; False if the claim is lost.

        It is tried again when the failure says, or after a back-off. One that does not count, as the job only waits for
        its turn, goes back without a limit to its attempts, but to the time in all. A job that was called off in the
        meantime is cancelled, whatever went wrong.
        """
        with self.db.write(durable=True) as connection:
            job = held(connection, claim)
            if job is None:
                return False
            if job["cancel_requested"]:
                self._end(connection, claim, Status.CANCELLED, "called off")
            elif not retry:
                self._end(connection, claim, Status.FAILED, failure.message, failure)
            elif is_spent(connection, job, failure, self.config.max_attempts):
                given_up = Failure(failure.code, failure.at_last or failure.message)
                self._end(connection, claim, Status.FAILED, given_up.message, given_up)
            else:
                self._try_later(connection, claim, job, failure)
        return True

    def others_first(self, claim: Claim) -> bool:
        """Return whether a person's job could begin now in the place of a tile: it stands before it in the line."""
        now = self.clocks.unix()
        asked = {"now": now, "latest": now + LONGEST_WAIT_SECONDS, "held": self.held, "job_id": claim.job_id}
        return bool(self.db.read(_DUE_BEFORE, asked))

    def release_job(self, claim: Claim, why: str = "handed back: its worker stops") -> bool:
        """Hand a job back, or cancel it if called off; the attempt does not count. False if the claim is lost."""
        with self.db.write(durable=True) as connection:
            job = held(connection, claim)
            if job is not None and job["cancel_requested"]:
                self._end(connection, claim, Status.CANCELLED, "called off")
            elif job is not None:
                self._requeue(connection, claim, why, counts=False)
        self._notify()
        return job is not None

    def finish_cancel(self, claim: Claim) -> bool:
        """End a job that was called off; return False if the claim is lost."""
        with self.db.write(durable=True) as connection:
            if held(connection, claim) is None:
                return False
            self._end(connection, claim, Status.CANCELLED, "called off")
        return True

    def give_up(self, claim: Claim, why: str) -> bool:
        """Queue a job again after a fruitless attempt, or fail it after too many; False if the claim is lost."""
        with self.db.write(durable=True) as connection:
            job = held(connection, claim)
            if job is None:
                return False
            self._give_up(connection, claim, job, why)
        self._notify()
        return True

    # --- steps of a transaction ---

    def _somebody_is_due(self) -> bool:
        now = self.clocks.unix()
        times: dict[str, object] = {"now": now, "latest": now + LONGEST_WAIT_SECONDS, "held": self.held}
        rows = self._look(functools.partial(self.db.read, NEXT_DUE), times)
        if rows:
            self._begin_at = rows[0]["turn"], rows[0]["seq"]  # so that whoever claims it begins no later
        return bool(rows)

    def _look(self, look: Callable[[dict[str, object]], Sequence[Row]], parameters: dict[str, object]) -> Sequence[Row]:
        """Look into the line from its beginning on, or from where the last job was found; say so in the parameters."""
        skips, began = self._place(parameters), time.monotonic()
        rows = look(parameters)
        self._line.note(began, whole=not skips)
        if skips and not rows and not self._line.is_slow:
            parameters["from_turn"], parameters["from_seq"] = BEGINNING
            rows = look(parameters)
        return rows

    def _place(self, parameters: dict[str, object]) -> bool:
        """Say in the parameters where in the line a look begins; return whether that is not its beginning."""
        skips = self._line.allowed
        parameters["from_turn"], parameters["from_seq"] = self._begin_at if skips else BEGINNING
        return skips

    def _made_under(self, token: str, worker: str) -> Claim | None:
        """Return the claim to which no answer came, None if it was not made, or is lost by now."""
        with self.db.write(durable=False, draining=True) as connection:
            claim = self._claimed_under(connection, token, worker)
        self._unanswered.pop(worker, None)
        return claim

    def _claimed_under(self, connection: Connection, token: str, worker: str) -> Claim | None:
        """Return a worker's claim that was made with this token and still stands, with a lease from now on."""
        lease_until = self._lease_until()
        rows = connection.execute(
            """
            UPDATE evaluation_jobs SET lease_until = :lease_until
            WHERE claim_token = :token AND worker = :worker
                AND completed_at IS NULL AND status = 'running' AND status <> 'asking'
            RETURNING *
            """,
            {"lease_until": lease_until, "token": token, "worker": worker},
        ).fetchall()
        return claim_from(rows[0], token, worker, lease_until) if rows else None

    def _claiming(self, worker: str, token: str) -> dict[str, object]:
        """Return the parameters of a claim."""
        now = self.clocks.unix()
        return {
            "new_token": token,
            "claimer": worker,
            "process": self.process,
            "lease_until": self._lease_until(),
            "now": now,
            "latest": now + LONGEST_WAIT_SECONDS,
            "held": self.held,
        }

    def _claim(self, change: Callable[..., tuple[int, Any]], claiming: dict[str, object]) -> Claim | None:
        """Claim what is due, where `change` makes it: in a transaction under way, or by itself.

        No query proves it: who is not answered looks for a claim with this token before the next one.
        """

        def look(parameters: dict[str, object]) -> Sequence[Row]:
            _, row = change(parameters, _CLAIM)
            return [row] if row else []

        rows = self._look(look, claiming)
        return self._claim_in(rows[0], claiming) if rows else None

    def _claim_in(self, row: Row, claiming: dict[str, Any]) -> Claim:
        """Return a claim that was made just now."""
        self._begin_at = row["turn"], row["seq"]
        return claim_from(row, claiming["new_token"], claiming["claimer"], claiming["lease_until"])

    def _completing(self, claim: Claim, report: bytes) -> dict[str, object]:
        """Return the parameters of a completion."""
        return {
            **held_by(claim),
            "seq": claim.seq,
            "snapshot_id": claim.snapshot_id,
            "now": self.clocks.unix(),
            "report": report,
            "done_by": claim.worker,
            "outcome": "rows stored" if claim.owner == RUN_OWNER else "report stored",
        }

    def _end(
        self, connection: Connection, claim: Claim, status: Status, why: str, failure: Failure | None = None
    ) -> None:
        now = self.clocks.unix()
        (row,) = connection.execute(
            """
            UPDATE evaluation_jobs
            SET status = :status, completed_at = :now,
                error = :error, error_code = :error_code,
                claim_token = NULL, worker = NULL, process = NULL, lease_until = NULL,
                waits_for = NULL, waits_since = NULL, waits_turn = 0, version = version + 1
            WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
            RETURNING seq, version, current_stage
            """,
            {**held_by(claim), "status": status.value, "now": now, **_reasons(failure)},
        ).fetchall()
        record_event(connection, row, now, before=Status.RUNNING, after=status, worker=claim.worker, why=why)

    def _requeue(
        self,
        connection: Connection,
        claim: Claim,
        why: str,
        *,
        due_at: float = AT_ONCE,
        counts: bool = True,
        failure: Failure | None = None,
    ) -> None:
        (row,) = connection.execute(
            """
            UPDATE evaluation_jobs
            SET status = 'queued', run_after = :due_at, attempts = attempts - :uncounted,
                fruitful = fruitful + CASE WHEN :uncounted = 0 AND :kept > kept_before THEN 1 ELSE 0 END,
                kept_before = CASE WHEN :kept > kept_before THEN :kept ELSE kept_before END,
                error = :error, error_code = :error_code,
                claim_token = NULL, worker = NULL, process = NULL, lease_until = NULL,
                waits_for = NULL, waits_since = NULL, waits_turn = 0, version = version + 1
            WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
            RETURNING seq, version, current_stage
            """,
            {
                **held_by(claim),
                "due_at": due_at,
                "uncounted": 0 if counts else 1,
                "kept": kept_now(connection, claim.seq),
                **_reasons(failure),
            },
        ).fetchall()
        now, worker = self.clocks.unix(), claim.worker
        record_event(connection, row, now, before=Status.RUNNING, after=Status.QUEUED, worker=worker, why=why)

    def _try_later(self, connection: Connection, claim: Claim, job: Row, failure: Failure) -> None:
        """Queue a job again for later. Where the attempt does not count, the seconds that it waits do."""
        now = self.clocks.unix()
        wait = seconds_to_wait(connection, job, failure, now)
        if not failure.counts:
            connection.execute(
                "UPDATE evaluation_jobs SET turn_seconds = turn_seconds + :wait WHERE seq = :seq",
                {"wait": wait, "seq": claim.seq},
            )
        self._requeue(connection, claim, failure.message, due_at=now + wait, counts=failure.counts, failure=failure)

    def _give_up(self, connection: Connection, claim: Claim, job: Row, why: str) -> None:
        if job["cancel_requested"]:
            self._end(connection, claim, Status.CANCELLED, "called off")
        elif (tries := tries_in_vain(connection, job)) >= self.config.max_attempts:
            crashed = EvaluationCrashed(attempts=tries)
            self._end(connection, claim, Status.FAILED, why, Failure(crashed.code, crashed.message))
        else:
            self._requeue(connection, claim, why)

    def _lease_until(self) -> float:
        return self.clocks.steady() + self.config.lease_seconds


def new_token() -> str:
    """Return a token for a claim."""
    return secrets.token_hex(12)


_COMPLETED = "SELECT 1 FROM evaluation_jobs WHERE seq = :seq AND result_snapshot_id = :snapshot_id"


def _is_completed(connection: Connection, claim: Claim) -> bool:
    """Return whether a claim that holds its job no longer has completed it."""
    done = {"seq": claim.seq, "snapshot_id": claim.snapshot_id}
    return connection.execute(_COMPLETED, done).fetchone() is not None


def claim_from(row: Row, token: str, worker: str, lease_until: float) -> Claim:
    return Claim(
        seq=row["seq"],
        job_id=row["job_id"],
        token=token,
        lease_until=lease_until,
        worker=worker,
        address=row["address"],
        listing=row["listing"],
        owner=row["owner"],
        current_stage=row["current_stage"],
        attempts=row["attempts"],
        resumed=row["resumed"],
        snapshot_id=new_snapshot_id(row["seq"]),
        next_token=new_token(),
        needs=row["needs"],
    )


def held_by(claim: Claim) -> dict[str, object]:
    """Return the parameters that fence a write: `job_id` and `token`."""
    return {"job_id": claim.job_id, "token": claim.token}


def held(connection: Connection, claim: Claim) -> Row | None:
    """Return the job's row as it is now, or None if the claim is lost."""
    rows = connection.execute(
        """
        SELECT * FROM evaluation_jobs
        WHERE job_id = :job_id AND claim_token = :token AND status = 'running' /*pg FOR UPDATE */
        """,
        held_by(claim),
    ).fetchall()
    return rows[0] if rows else None


def _reasons(failure: Failure | None) -> dict[str, object]:
    """Return the columns that say why an attempt failed; empty ones if it did not."""
    if failure is None:
        return {"error": None, "error_code": None}
    return {
        "error": failure.message,
        "error_code": failure.code,
    }


def _completion_of(claim: Claim) -> Change:
    return _COMPLETE_TILE if claim.owner == RUN_OWNER else _COMPLETE


def _keep_last(connection: Connection, claim: Claim, finished: StageRecord | None, pictures: Sequence[Picture]) -> None:
    """Store what else a completed job leaves: how its last stage ended, and the pictures of its report."""
    if pictures:
        store_pictures(connection, claim.seq, pictures)
    if finished is not None:
        _keep_stage(connection, claim.seq, finished, None)
    connection.prove(_COMPLETED, {"seq": claim.seq, "snapshot_id": claim.snapshot_id})


def _keep_stage(connection: Connection, seq: int, finished: StageRecord, finding: bytes | None) -> None:
    connection.execute(
        """
        UPDATE job_stages SET state = :state, seconds = :seconds, reason = :reason, finding = :finding
        WHERE job_seq = :seq AND stage = :stage
        """,
        {
            "state": finished.state.value,
            "seconds": finished.seconds,
            "reason": finished.reason,
            "finding": finding,
            "seq": seq,
            "stage": finished.stage,
        },
    )


def _begin_stage(connection: Connection, seq: int, stage: str) -> None:
    """Record the stage as working, in its old place if an earlier attempt began it."""
    connection.execute(
        """
        INSERT INTO job_stages (job_seq, place, stage, state)
        VALUES (:seq, (SELECT count(*) FROM job_stages WHERE job_seq = :seq), :stage, 'working')
        ON CONFLICT (job_seq, stage) DO UPDATE SET state = 'working', seconds = NULL, reason = '', finding = NULL
        """,
        {"seq": seq, "stage": stage},
    )
