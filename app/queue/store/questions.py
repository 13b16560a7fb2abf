"""Jobs that wait for their owner: a worker asks which place was meant, the owner answers, or nobody does in time."""

from __future__ import annotations

from collections.abc import Callable

from app.db.interface import Connection, Row
from app.errors import QuestionExpired, TransitionRefused
from app.queue.jobs import Claim, Job, Status
from app.queue.store.attempts import SWEEP_PATIENCE_SECONDS, AttemptStore, held, held_by
from app.queue.store.base import AT_ONCE, job_from, record_event
from app.queue.store.people import PeopleStore, newest_job, owned_job, turn_of
from app.queue.store.tries import kept_now
from app.wording import count

HOUR_SECONDS = 3_600.0


class QuestionStore(PeopleStore, AttemptStore):
    """The way of a job through the status `asking`. The store knows a question and a listing as text only."""

    def ask_job(self, claim: Claim, question: str) -> bool:
        """Let a job wait for its owner's answer to a question (JSON); the attempt does not count.

        Return False if the claim is lost. A job that was called off in the meantime is cancelled.
        """
        with self.db.write(durable=True) as connection:
            job = held(connection, claim)
            if job is not None and job["cancel_requested"]:
                self._end(connection, claim, Status.CANCELLED, "called off")
            elif job is not None:
                self._ask(connection, claim, question)
        return job is not None

    def answer_job(self, job_id: str, owner: str, answered: Callable[[Job], str], version: int | None = None) -> Job:
        """Queue an asking job again with the listing (JSON) that `answered` makes of it; return it.

        `version` is the job's when it asked: an answer meant for an earlier question never answers a later one, and the
        job comes back as it is. None answers whichever is open. A job that was answered already comes back as it is,
        too: people tap twice. Raises JobNotFound, NotYours, TransitionRefused (it was never asked, or is cancelled),
        and what `answered` raises.
        """
        with self.db.write(durable=True) as connection:
            row = owned_job(connection, job_id, owner)
            if row["status"] != Status.ASKING:
                return _answered_before(connection, row)
            if version not in (None, row["version"]):
                return job_from(row)
            job = self._answer(connection, row, answered(job_from(row)))
        self._counted = PeopleStore._counted  # one more live job than were counted
        self._notify()
        return job

    def question_expires_at(self, job: Job) -> float | None:
        """Return the Unix time at which an asking job is closed; None for others."""
        return None if job.asked_at is None else job.asked_at + self.config.question_hours * HOUR_SECONDS

    def expire_questions(self) -> int:
        """Close the jobs whose question nobody answered in time; return how many there were.

        A question from the future shows that the clock was put back since: its time begins anew, or it might stay open
        for as long as the clock was wrong. None is closed by one reading of the clock.
        """
        settled = self.settled()
        if settled is None:
            return 0
        now = settled.latest
        before = settled.earliest - self.config.question_hours * HOUR_SECONDS
        due = self.db.read(_DUE, {"before": before, "now": now})
        return sum(self._expire_or_renew(row["seq"], before, now) for row in due)

    # --- steps of a transaction ---

    def _ask(self, connection: Connection, claim: Claim, question: str) -> None:
        """Forget the stage that asked: it begins anew after the answer."""
        now = self.clocks.unix()
        connection.execute(
            "DELETE FROM job_stages WHERE job_seq = :seq AND state = 'working'",
            {"seq": claim.seq},
        )
        (row,) = connection.execute(
            """
            UPDATE evaluation_jobs
            SET status = 'asking', question = :question, asked_at = :now, attempts = attempts - 1,
                kept_before = CASE WHEN :kept > kept_before THEN :kept ELSE kept_before END,
                current_stage = (
                    SELECT stage FROM job_stages WHERE job_seq = evaluation_jobs.seq ORDER BY place DESC LIMIT 1
                ),
                claim_token = NULL, worker = NULL, process = NULL, lease_until = NULL,
                waits_for = NULL, waits_since = NULL, waits_turn = 0, version = version + 1
            WHERE job_id = :job_id AND claim_token = :token AND status = 'running'
            RETURNING seq, version, current_stage
            """,
            {**held_by(claim), "question": question, "now": now, "kept": kept_now(connection, claim.seq)},
        ).fetchall()
        why = "asked which place was meant"
        record_event(connection, row, now, before=Status.RUNNING, after=Status.ASKING, worker=claim.worker, why=why)

    def _answer(self, connection: Connection, job: Row, listing: str) -> Job:
        now = self.clocks.unix()
        queued_at = newest_job(connection).not_before(now)
        (row,) = connection.execute(
            """
            UPDATE evaluation_jobs
            SET status = 'queued', listing = :listing, question = NULL, asked_at = NULL, turn = :turn,
                queued_at = :queued_at, run_after = :run_after, started_at = NULL, version = version + 1
            WHERE seq = :seq AND status = 'asking'
            RETURNING *
            """,
            {
                "seq": job["seq"],
                "listing": listing,
                "turn": turn_of(queued_at, job["priority"]),
                "queued_at": queued_at,
                "run_after": AT_ONCE,
            },
        ).fetchall()
        why = "answered by its owner"
        record_event(connection, row, now, before=Status.ASKING, after=Status.QUEUED, why=why)
        return job_from(row)

    def _expire_or_renew(self, seq: int, before: float, now: float) -> bool:
        """Look again under the write lock: an answer may have come in between. Return whether it was closed."""
        with self.db.write(durable=True, patience_seconds=SWEEP_PATIENCE_SECONDS) as connection:
            # The version stays: pages that show the question name it by that.
            connection.execute(
                """
                UPDATE evaluation_jobs SET asked_at = :now
                WHERE seq = :seq AND status = 'asking' AND asked_at > :now
                """,
                {"seq": seq, "now": now},
            )
            expired = QuestionExpired(time=count(self.config.question_hours, "hour"))
            rows = connection.execute(
                """
                UPDATE evaluation_jobs
                SET status = 'cancelled', completed_at = :now, error = :error, error_code = :error_code,
                    question = NULL, asked_at = NULL, version = version + 1
                WHERE seq = :seq AND status = 'asking' AND asked_at <= :before
                RETURNING seq, version, current_stage
                """,
                {"seq": seq, "now": now, "before": before, "error": expired.message, "error_code": expired.code},
            ).fetchall()
            for row in rows:
                record_event(connection, row, now, before=Status.ASKING, after=Status.CANCELLED, why="nobody answered")
        return bool(rows)


_DUE = """
SELECT seq FROM evaluation_jobs WHERE status = 'asking' AND asked_at <= :before
UNION ALL
SELECT seq FROM evaluation_jobs WHERE status = 'asking' AND asked_at > :now
"""


def _answered_before(connection: Connection, job: Row) -> Job:
    """Return a job whose question was answered already. Raises TransitionRefused for any other."""
    answers = connection.execute(
        """
        SELECT count(*) FROM job_events
        WHERE job_seq = :seq AND from_status = 'asking' AND to_status = 'queued'
        """,
        {"seq": job["seq"]},
    ).fetchone()[0]
    if not answers or job["status"] == Status.CANCELLED:
        raise TransitionRefused(status=job["status"])
    return job_from(job)
