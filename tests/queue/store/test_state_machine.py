"""The store against a model: any order of calls by people, workers and zombies, with time passing and jumping."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.config import Config
from app.errors import NotYours, QueueFull, TooManyJobs, TransitionRefused
from app.queue.clocks import SettledClock
from app.queue.jobs import Claim, Failure, Status
from app.queue.store.people import AGEING_SECONDS
from app.queue.store.tries import BACK_OFF_SECONDS, LONGEST_ASKED_SECONDS
from tests.support.building import SetClock, assert_whole, ended, forget, new_job, open_at
from tests.support.queue_model import Model, ModelJob

CONFIG = Config(lease_seconds=15.0, max_attempts=2, max_live_jobs_per_owner=3, max_live_jobs=5)
OWNERS, KEYS = st.sampled_from(["ann", "bob", "cy"]), st.sampled_from(["k1", "k2", "k3", "k4"])


class StoreMachine(RuleBasedStateMachine):
    """Keeps every claim ever made, so that lost ones go on trying to write."""

    jobs = Bundle("jobs")
    claims = Bundle("claims")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = SetClock()
        self.store = open_at(Path(self.folder.name), CONFIG, self.clock, patience=30.0)
        self.model = Model(15.0, 2, 3, 5)
        self.settled = SettledClock(self.clock.clocks)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            assert_whole(self.store)
            self.store.db.close()
            forget(Path(self.folder.name))
            self.folder.cleanup()

    # --- people ---

    @rule(target=jobs, owner=OWNERS, key=KEYS, priority=st.integers(0, 2))
    def create(self, owner: str, key: str, priority: int) -> str:
        new, twin = new_job(owner, key=key, priority=priority), self.model.twin(owner, key)
        refusal = self._refusal(owner)
        if twin is None and refusal:
            with pytest.raises(refusal):
                self.store.create_job(new)
            return ""
        queued_at = self._queued_at_now()
        job, is_new = self.store.create_job(new)
        assert (is_new, job.job_id if twin else None) == (twin is None, twin)
        if is_new:
            turn = (queued_at - AGEING_SECONDS * priority, len(self.model.jobs))
            self.model.jobs[job.job_id] = ModelJob(owner, key, turn)
        return job.job_id

    def _refusal(self, owner: str) -> type[Exception] | None:
        if len(self.model.live(owner)) >= self.model.per_owner:
            return TooManyJobs
        return QueueFull if len(self.model.live()) >= self.model.in_all else None

    @rule(job_id=jobs, owner=st.one_of(st.none(), OWNERS))
    def cancel(self, job_id: str, owner: str | None) -> None:
        if not job_id:
            return
        job = self.model.jobs[job_id]
        refusal = NotYours if owner not in (None, job.owner) else TransitionRefused if job.status.ended else None
        if refusal:
            with pytest.raises(refusal):
                self.store.cancel_job(job_id, owner)
            return
        self.store.cancel_job(job_id, owner)
        job.cancel = True
        if job.status in (Status.QUEUED, Status.ASKING):
            job.status = Status.CANCELLED

    @rule(job_id=jobs)
    def retry(self, job_id: str) -> None:
        if not job_id:
            return
        job = self.model.jobs[job_id]
        twin = self.model.twin(job.owner, job.key)
        refusal = None if job.status in (Status.FAILED, Status.CANCELLED) else TransitionRefused
        refusal = refusal or (None if twin else self._refusal(job.owner))
        if refusal:
            with pytest.raises(refusal):
                self.store.retry_job(job_id, None)
            return
        queued_at = self._queued_at_now()
        again = self.store.retry_job(job_id, None)
        assert again.job_id == (twin or job_id)
        if not twin:
            job.status, job.attempts, job.cancel, job.due_at = Status.QUEUED, 0, False, 0.0
            job.fruitful = 0
            job.turn = (queued_at - AGEING_SECONDS * again.priority, job.turn[1])

    @rule(job_id=jobs, owner=OWNERS)
    def answer(self, job_id: str, owner: str) -> None:
        if not job_id:
            return
        job = self.model.jobs[job_id]
        known = job.status is Status.ASKING or (job.answered and job.status is not Status.CANCELLED)
        refusal = NotYours if owner != job.owner else None if known else TransitionRefused
        if refusal:
            with pytest.raises(refusal):
                self.store.answer_job(job_id, owner, lambda _: "{}")
            return
        queued_at = self._queued_at_now()
        answered = self.store.answer_job(job_id, owner, lambda _: "{}")
        if job.status is Status.ASKING:
            job.status, job.answered, job.due_at = Status.QUEUED, True, 0.0
            job.turn = (queued_at - AGEING_SECONDS * answered.priority, job.turn[1])

    def _queued_at_now(self) -> float:
        """Return when a job is queued now: never before the newest."""
        newest = self.store.db.read("SELECT queued_at FROM evaluation_jobs ORDER BY seq DESC LIMIT 1")
        return max([self.clock.unix_seconds, *(row["queued_at"] for row in newest)])

    # --- workers, and zombies with claims long lost ---

    @rule(target=claims)
    def claim(self) -> Claim | None:
        expected = self.model.next_id(self.clock.unix_seconds)
        claim = self.store.claim_next_job("w")
        if claim is None:
            assert expected is None
            return None
        return self._claimed(claim, expected)

    def _claimed(self, claim: Claim, expected: str | None) -> Claim:
        job = self.model.jobs[claim.job_id]
        assert claim.job_id == expected
        assert job.status is Status.QUEUED
        job.status, job.token, job.waits_for = Status.RUNNING, claim.token, None
        job.attempts += 1
        job.lease_until = self.clock.steady_seconds + self.model.lease_seconds
        assert claim.attempts == job.attempts
        assert list(self.store.checkpoints(claim.job_id)) == job.checkpoints
        return claim

    def _holder(self, claim: Claim) -> ModelJob | None:
        """Return the model's job where this claim still stands."""
        job = self.model.jobs[claim.job_id]
        return job if job.token == claim.token and job.status is Status.RUNNING else None

    @rule(claim=claims)
    def heartbeat(self, claim: Claim | None) -> None:
        if claim:
            job = self._holder(claim)
            assert self.store.heartbeat(claim) == (job is not None)
            assert self.store.cancel_wanted(claim) == (job is not None and job.cancel)
            if job:
                job.lease_until = self.clock.steady_seconds + self.model.lease_seconds

    @rule(claim=claims)
    def advance(self, claim: Claim | None) -> None:
        if claim:
            job = self._holder(claim)
            done = len(job.checkpoints) if job else 0
            kept = ended(f"stage {done}", b"%d" % done)
            assert self.store.update_job_stage(claim, f"stage {done}", None, None) == (job is not None)
            advanced = self.store.update_job_stage(claim, f"stage {done + 1}", kept.record, kept.finding)
            assert advanced == (job is not None)
            if job:
                job.waits_for = None
                job.checkpoints.append(kept.finding)

    @rule(claim=claims)
    def complete(self, claim: Claim | None) -> None:
        if claim:
            job, again = self._holder(claim), self._is_reported(claim)
            assert (self.store.complete_job(claim, b"report") is not None) == (job is not None or again)
            self._done(job)

    @rule(target=claims, claim=claims)
    def complete_and_claim(self, claim: Claim | None) -> Claim | None:
        if claim is None:
            return None
        job, again = self._holder(claim), self._is_reported(claim)
        expected = self.model.next_id(self.clock.unix_seconds)
        snapshot_id, following = self.store.complete_and_claim(claim, b"report", "w")
        assert (snapshot_id is not None) == (job is not None or again)
        self._done(job)
        if following is None:
            return None
        if self.model.jobs[following.job_id].token == following.token:
            return self._found_again(following)
        return self._claimed(following, expected)

    def _is_reported(self, claim: Claim) -> bool:
        """Return whether this claim ended with a report before: whoever says so again is told what came of it."""
        return self.store.get_job(claim.job_id).result_snapshot_id == claim.snapshot_id

    def _found_again(self, following: Claim) -> Claim:
        """Check the claim that was made with a completion which is said again: it stands still, under a new lease."""
        job = self.model.jobs[following.job_id]
        assert job.status is Status.RUNNING
        job.lease_until = self.clock.steady_seconds + self.model.lease_seconds
        return following

    def _done(self, job: ModelJob | None) -> None:
        if job:
            job.status, job.token, job.checkpoints = Status.DONE, "", []
            job.snapshots += 1

    @rule(claim=claims, retry=st.booleans())
    def fail(self, claim: Claim | None, retry: bool) -> None:
        if claim:
            job = self._holder(claim)
            assert self.store.fail_job(claim, Failure("x", "y"), retry=retry) == (job is not None)
            if job and (retry or job.cancel):
                failed = self.store.get_job(claim.job_id)
                latest = self.clock.unix_seconds + BACK_OFF_SECONDS * 1.5
                assert failed.status is not Status.QUEUED or failed.run_after <= latest
                self.model.let_go(job, counts=True, due_at=failed.run_after)
            elif job:
                job.status, job.token = Status.FAILED, ""

    @rule(claim=claims, seconds=st.sampled_from([None, 3, 90, 100_000]))
    def fail_until(self, claim: Claim | None, seconds: int | None) -> None:
        """Fail in passing, with a time at which to try again, or with the usual one."""
        if claim:
            job = self._holder(claim)
            failure = Failure("x", "y", "at last", seconds)
            assert self.store.fail_job(claim, failure, retry=True) == (job is not None)
            if job:
                due_at = self._due_at(claim.job_id, at_least=min(seconds or 0, LONGEST_ASKED_SECONDS))
                self.model.let_go(job, counts=True, due_at=due_at)
                given_up = job.status is Status.FAILED
                assert self.store.get_job(claim.job_id).error == (
                    "at last" if given_up else None if job.cancel else "y"
                )

    @rule(claim=claims)
    def wait_for_turn(self, claim: Claim | None) -> None:
        """Go back, as a service is busy with other jobs."""
        if claim:
            job = self._holder(claim)
            failure = Failure("x", "y", retry_after_seconds=5, counts=False)
            assert self.store.fail_job(claim, failure, retry=True) == (job is not None)
            if job:
                self.model.let_go(job, counts=False, due_at=self._due_at(claim.job_id, at_least=5))

    def _due_at(self, job_id: str, at_least: float) -> float:
        """Return when a job that was queued again is due, which is no sooner than in so many seconds."""
        job = self.store.get_job(job_id)
        if job.status is Status.QUEUED:
            assert at_least <= job.run_after - self.clock.unix_seconds <= LONGEST_ASKED_SECONDS
        return job.run_after

    @rule(claim=claims, service=st.sampled_from([None, "overpass"]), turn=st.booleans())
    def wait_for_service(self, claim: Claim | None, service: str | None, turn: bool) -> None:
        if claim:
            job = self._holder(claim)
            assert self.store.note_wait(claim, service, turn=turn) == (job is not None)
            if job:
                job.waits_for = service

    @rule(claim=claims)
    def release(self, claim: Claim | None) -> None:
        if claim:
            job = self._holder(claim)
            assert self.store.release_job(claim) == (job is not None)
            if job:
                self.model.let_go(job, counts=False)

    @rule(claim=claims)
    def ask(self, claim: Claim | None) -> None:
        if claim:
            job = self._holder(claim)
            assert self.store.ask_job(claim, "{}") == (job is not None)
            if job:
                self.model.let_go(job, counts=False)
            if job and not job.cancel:
                job.status, job.asked_at = Status.ASKING, self.clock.unix_seconds

    @rule(claim=claims)
    def give_up(self, claim: Claim | None) -> None:
        if claim:
            job = self._holder(claim)
            assert self.store.give_up(claim, "gone") == (job is not None)
            if job:
                self.model.let_go(job, counts=True)

    @rule(claim=claims)
    def finish_cancel(self, claim: Claim | None) -> None:
        if claim:
            job = self._holder(claim)
            if job and not job.cancel:
                return  # a worker only ends what was called off
            assert self.store.finish_cancel(claim) == (job is not None)
            if job:
                job.status, job.token = Status.CANCELLED, ""

    @rule()
    def recover(self) -> None:
        lost = [
            job
            for job in self.model.jobs.values()
            if job.status is Status.RUNNING and job.lease_until <= self.clock.steady_seconds
        ]
        assert self.store.recover_stale() == len(lost)
        for job in lost:
            self.model.let_go(job, counts=True)

    @rule()
    def expire(self) -> None:
        expired = self.model.expire(self.settled.now(), CONFIG.question_hours * 3_600.0)
        assert self.store.expire_questions() == expired

    # --- time ---

    @rule(seconds=st.sampled_from([0.5, 4.0, 15.0, 70.0, 50_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.pass_seconds(seconds)

    @rule(seconds=st.sampled_from([-3_600.0, -30.0, 30.0, 3_600.0]))
    def clock_jumps(self, seconds: float) -> None:
        self.clock.unix_seconds += seconds

    # --- what must hold at any moment ---

    @invariant()
    def same_as_the_model(self) -> None:
        if not hasattr(self, "store"):
            return
        jobs = self.store.list_jobs(None, limit=10_000)
        found = {job.job_id: (job.status, job.attempts, job.waits_for) for job in jobs}
        model = self.model.jobs.items()
        assert found == {job_id: (job.status, job.attempts, job.waiting_for) for job_id, job in model}
        stats = self.store.stats()
        assert stats.queued + stats.running == len(self.model.live())
        assert stats.asking == sum(job.status is Status.ASKING for job in self.model.jobs.values())
        assert self.store.db.read("SELECT count(*) FROM snapshots")[0][0] == sum(
            job.snapshots for job in self.model.jobs.values()
        )


def test_any_order_of_calls_does_what_the_model_does(dialect: str) -> None:
    examples = settings(
        max_examples=200 if dialect == "sqlite" else 25,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(StoreMachine, settings=examples)
