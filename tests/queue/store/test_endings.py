"""Attempts without a report: failed, tried again, handed back, called off, given up."""

from __future__ import annotations

import pytest

from app.queue.jobs import Claim, Failure, Job, Status
from app.queue.store import JobStore
from app.queue.store.tries import BACK_OFF_SECONDS, LONGEST_BACK_OFF_SECONDS, back_off_seconds
from tests.support.building import SetClock, create, ended

FAILURE = Failure("too-bad", "It did not work out.")


@pytest.fixture
def claim(store: JobStore) -> Claim:
    create(store)
    return claimed(store)


def claimed(store: JobStore) -> Claim:
    claim = store.claim_next_job("box:1:1")
    assert claim
    return claim


def now(store: JobStore, claim: Claim) -> Job:
    return store.get_job(claim.job_id)


def test_a_failure_ends_the_job_with_its_reason(store: JobStore, claim: Claim) -> None:
    assert store.fail_job(claim, FAILURE, retry=False)
    job = now(store, claim)
    assert (job.status, job.error, job.error_code) == (Status.FAILED, "It did not work out.", "too-bad")
    assert job.completed_at


def test_a_lost_claim_cannot_fail(store: JobStore, claim: Claim) -> None:
    store.complete_job(claim, b"report")
    assert not store.fail_job(claim, FAILURE, retry=False)
    assert now(store, claim).status is Status.DONE


def test_a_passing_failure_is_tried_again_later(store: JobStore, claim: Claim, clock: SetClock) -> None:
    assert store.fail_job(claim, FAILURE, retry=True)
    assert (now(store, claim).status, now(store, claim).error) == (Status.QUEUED, "It did not work out.")
    assert store.claim_next_job("w") is None
    clock.pass_seconds(BACK_OFF_SECONDS * 1.5)
    again = claimed(store)
    running = store.get_job(again.job_id)
    assert (running.attempts, running.error) == (2, None)


def test_a_passing_failure_fails_for_good_after_three_attempts(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    for _ in range(3):
        assert store.get_job(job.job_id).status is Status.QUEUED
        store.fail_job(claimed(store), FAILURE, retry=True)
        clock.pass_seconds(LONGEST_BACK_OFF_SECONDS)
    assert store.get_job(job.job_id).status is Status.FAILED
    assert store.claim_next_job("w") is None


def test_the_wait_doubles_with_jitter() -> None:
    waits = [back_off_seconds(2) for _ in range(200)]
    assert BACK_OFF_SECONDS <= min(waits) < max(waits) <= BACK_OFF_SECONDS * 3
    assert len(set(waits)) > 100
    assert back_off_seconds(100) == LONGEST_BACK_OFF_SECONDS


def test_a_job_handed_back_is_claimable_at_once(store: JobStore, claim: Claim) -> None:
    assert store.release_job(claim)
    assert claimed(store).attempts == 1


def test_a_lost_claim_cannot_be_handed_back(store: JobStore, claim: Claim) -> None:
    store.complete_job(claim, b"report")
    assert not store.release_job(claim)
    assert now(store, claim).status is Status.DONE


def test_the_next_attempt_goes_on_from_the_checkpoints(store: JobStore, claim: Claim) -> None:
    store.update_job_stage(claim, "geocode", None, None)
    store.update_job_stage(claim, "schools", ended("geocode").record, b"here")
    store.release_job(claim)
    again = claimed(store)
    assert again.resumed == 1
    assert store.checkpoints(again.job_id) == (b"here",)


def test_an_attempt_without_checkpoints_is_not_called_resumed(store: JobStore, claim: Claim) -> None:
    store.update_job_stage(claim, "geocode", None, None)
    store.release_job(claim)
    assert claimed(store).resumed == 0


def test_a_cancelled_run_ends_cancelled(store: JobStore, claim: Claim) -> None:
    store.cancel_job(claim.job_id, "ann")
    assert store.cancel_wanted(claim)
    assert store.finish_cancel(claim)
    assert now(store, claim).status is Status.CANCELLED
    assert not store.finish_cancel(claim)


def test_nobody_wants_to_cancel_unasked(store: JobStore, claim: Claim) -> None:
    assert not store.cancel_wanted(claim)


@pytest.mark.parametrize("ending", ["release", "fail", "fail for good", "give up"])
def test_a_job_called_off_ends_cancelled_however_its_attempt_ends(store: JobStore, claim: Claim, ending: str) -> None:
    store.cancel_job(claim.job_id, "ann")
    if ending == "release":
        store.release_job(claim)
    elif ending.startswith("fail"):
        assert store.fail_job(claim, FAILURE, retry=ending == "fail")
    else:
        store.give_up(claim, "gone")
    assert now(store, claim).status is Status.CANCELLED
    assert now(store, claim).error is None


def test_giving_up_counts_the_attempt(store: JobStore, claim: Claim) -> None:
    assert store.give_up(claim, "the process died")
    assert claimed(store).attempts == 2
    assert [event.why for event in store.events(claim.job_id)][-2] == "the process died"


def test_a_job_that_keeps_killing_its_worker_fails_with_a_reason(store: JobStore) -> None:
    job = create(store)
    for _ in range(3):
        store.give_up(claimed(store), "the process died")
    job = store.get_job(job.job_id)
    assert (job.status, job.error_code) == (Status.FAILED, "evaluation-crashed")
    assert job.error
    assert "3 times" in job.error


def test_a_lost_claim_cannot_give_up(store: JobStore, claim: Claim) -> None:
    store.release_job(claim)
    assert not store.give_up(claim, "zombie")


def test_every_transition_is_in_the_history(store: JobStore, claim: Claim) -> None:
    store.release_job(claim)
    store.complete_job(claimed(store), b"report")
    steps = [(event.from_status, event.to_status) for event in store.events(claim.job_id)]
    assert steps == [
        (None, Status.QUEUED),
        (Status.QUEUED, Status.RUNNING),
        (Status.RUNNING, Status.QUEUED),
        (Status.QUEUED, Status.RUNNING),
        (Status.RUNNING, Status.DONE),
    ]
    assert {event.worker for event in store.events(claim.job_id)[1:]} == {"box:1:1"}


def test_the_history_tells_why_it_failed_and_on_which_worker(store: JobStore, claim: Claim) -> None:
    store.fail_job(claim, FAILURE, retry=False)
    end = store.events(claim.job_id)[-1]
    assert (end.why, end.worker) == ("It did not work out.", "box:1:1")
