"""Jobs that wait: for a live service that they ask, for the time at which they are tried again, and for their turn."""

from __future__ import annotations

import pytest

from app.errors import ServiceBusy, ServiceTrouble
from app.queue.jobs import Claim, Failure, Status
from app.queue.runner import refusal
from app.queue.store import JobStore
from app.queue.store.batches import NewLine
from app.queue.store.tries import (
    BACK_OFF_SECONDS,
    JITTER,
    LONGEST_ASKED_SECONDS,
    LONGEST_TURN_SECONDS,
    SPACING_SECONDS,
    TURN_SECONDS,
    WAITING,
)
from tests.support.building import SetClock, create, ended, new_job
from tests.support.dialects import sqlite_alone


def claimed(store: JobStore) -> Claim:
    claim = store.claim_next_job("box:1:1")
    assert claim
    return claim


def trouble(seconds: int | None = None) -> Failure:
    return refusal(
        ServiceTrouble(service="Overpass", why="did not answer in time", retry_after_seconds=seconds)
    ).failure


def busy(seconds: int | None = None) -> Failure:
    return refusal(ServiceBusy(service="Overpass", retry_after_seconds=seconds)).failure


def wait_left(store: JobStore, claim: Claim) -> float:
    return store.get_job(claim.job_id).run_after - store.clocks.unix()


# --- what is waited for ---


def test_it_notes_what_is_asked_since_when(store: JobStore, clock: SetClock) -> None:
    create(store)
    claim = claimed(store)
    assert store.note_wait(claim, "overpass", turn=True)
    before = store.get_job(claim.job_id)
    assert (before.waits_for, before.waits_since, before.waits_turn) == ("overpass", clock.unix_seconds, True)
    clock.pass_seconds(8)
    assert store.note_wait(claim, "overpass")
    after = store.get_job(claim.job_id)
    assert (after.waits_for, after.waits_since, after.waits_turn) == ("overpass", clock.unix_seconds, False)
    assert after.version > before.version
    assert store.note_wait(claim, None)
    over = store.get_job(claim.job_id)
    assert (over.waits_for, over.waits_since, over.waits_turn) == (None, None, False)


ENDINGS = {
    "next stage": lambda store, claim: store.update_job_stage(claim, "schools", ended("geocode").record, b"here"),
    "complete": lambda store, claim: store.complete_job(claim, b"report"),
    "fail": lambda store, claim: store.fail_job(claim, Failure("x", "y"), retry=False),
    "try again": lambda store, claim: store.fail_job(claim, Failure("x", "y"), retry=True),
    "busy": lambda store, claim: store.fail_job(claim, busy(), retry=True),
    "release": lambda store, claim: store.release_job(claim),
    "give up": lambda store, claim: store.give_up(claim, "gone"),
    "ask": lambda store, claim: store.ask_job(claim, "{}"),
    "call off": lambda store, claim: (store.cancel_job(claim.job_id, "ann"), store.finish_cancel(claim))[1],
}


@pytest.mark.parametrize("how", ENDINGS)
def test_nothing_is_waited_for_once_the_stage_or_the_attempt_is_over(store: JobStore, how: str) -> None:
    create(store)
    claim = claimed(store)
    store.update_job_stage(claim, "geocode", None, None)
    store.note_wait(claim, "nominatim", turn=True)
    assert ENDINGS[how](store, claim)
    job = store.get_job(claim.job_id)
    assert (job.waits_for, job.waits_since, job.waits_turn) == (None, None, False)


def test_an_attempt_begins_without_what_a_killed_one_waited_for(store: JobStore, clock: SetClock) -> None:
    create(store)
    store.note_wait(claimed(store), "overpass")
    clock.pass_seconds(3_600)
    assert store.recover_stale() == 1
    assert store.get_job(claimed(store).job_id).waits_for is None


def test_a_lost_claim_notes_nothing(store: JobStore) -> None:
    create(store)
    claim = claimed(store)
    store.release_job(claim)
    claimed(store)
    assert not store.note_wait(claim, "overpass")
    assert store.get_job(claim.job_id).waits_for is None


# --- when it is tried again ---


def test_it_is_tried_again_when_the_failure_says(store: JobStore, clock: SetClock) -> None:
    create(store)
    claim = claimed(store)
    store.fail_job(claim, trouble(seconds=90), retry=True)
    assert 90 <= wait_left(store, claim) <= 90 * (1 + JITTER)
    clock.pass_seconds(89)
    assert store.claim_next_job("w") is None
    clock.pass_seconds(90 * JITTER + 2)
    assert claimed(store).attempts == 2


def test_a_service_that_says_nothing_is_left_alone_for_half_a_minute(store: JobStore) -> None:
    create(store)
    claim = claimed(store)
    store.fail_job(claim, trouble(), retry=True)
    assert wait_left(store, claim) >= 30 > BACK_OFF_SECONDS * 1.5


def test_a_very_long_wait_is_cut_so_that_no_clock_that_slips_ends_it(store: JobStore, clock: SetClock) -> None:
    create(store)
    claim = claimed(store)
    store.fail_job(claim, trouble(seconds=86_400), retry=True)
    assert wait_left(store, claim) == LONGEST_ASKED_SECONDS
    clock.unix_seconds -= 30.0
    assert store.claim_next_job("w") is None
    assert store.due_in_seconds(store.get_job(claim.job_id)) == LONGEST_ASKED_SECONDS + 30


def test_it_keeps_what_was_found_and_ends_after_three_tries_in_its_own_words(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    claim = claimed(store)
    store.update_job_stage(claim, "geocode", None, None)
    store.update_job_stage(claim, "schools", ended("geocode").record, b"here")
    for failures in range(1, 5):
        assert store.checkpoints(job.job_id) == (b"here",)
        store.fail_job(claim, trouble(), retry=True)
        clock.pass_seconds(60)
        # The first try kept a stage, so it was not in vain.
        assert store.get_job(job.job_id).status is (Status.FAILED if failures == 4 else Status.QUEUED)
        if failures < 4:
            claim = claimed(store)
    failed = store.get_job(job.job_id)
    assert failed.error_code == "service-trouble"
    assert failed.error == "Overpass did not answer in time, however often this evaluation asked. Try again later."


# --- its turn ---


def test_waiting_for_its_turn_is_no_try(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    for _ in range(20):
        claim = claimed(store)
        assert claim.attempts == 1
        store.fail_job(claim, busy(), retry=True)
        waiting = store.get_job(job.job_id)
        assert (waiting.status, waiting.attempts, waiting.error_code) == (Status.QUEUED, 0, "service-busy")
        assert store.claim_next_job("w") is None
        clock.pass_seconds(60)


def test_it_does_not_wait_for_ever(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    waited = 0.0
    while store.get_job(job.job_id).status is Status.QUEUED:
        claim = claimed(store)
        store.fail_job(claim, busy(seconds=300), retry=True)
        waited += max(wait_left(store, claim), 0.0)
        clock.pass_seconds(600)
        assert waited < LONGEST_TURN_SECONDS + 600
    assert waited >= LONGEST_TURN_SECONDS
    ended_job = store.get_job(job.job_id)
    assert (ended_job.status, ended_job.error_code) == (Status.FAILED, "service-busy")
    assert "busy with other evaluations for so long that this one was given up" in str(ended_job.error)
    store.retry_job(job.job_id, "ann")
    store.fail_job(claimed(store), busy(), retry=True)
    assert store.get_job(job.job_id).status is Status.QUEUED, "asked for again, it waits anew"


def test_those_that_wait_leave_the_worker_to_others(store: JobStore, clock: SetClock) -> None:
    """Two hundred jobs wait for one service; what needs none goes on at once, however late it came."""
    store.create_batch("ann", [NewLine(number, "far away", new_job()) for number in range(200)])
    for _ in range(200):
        store.fail_job(claimed(store), busy(), retry=True)
    assert store.claim_next_job("w") is None
    late = create(store, owner="bob")
    assert claimed(store).job_id == late.job_id


def test_many_that_wait_come_back_one_after_the_other_in_their_order(store: JobStore, clock: SetClock) -> None:
    jobs = [create(store, owner=str(number)).job_id for number in range(40)]
    for _ in jobs:
        store.fail_job(claimed(store), busy(), retry=True)
    dues = [store.get_job(job_id).run_after for job_id in jobs]
    assert dues[-1] - dues[0] >= SPACING_SECONDS * 30
    asked: list[str] = []
    for _ in range(400):
        clock.pass_seconds(0.25)
        claim = store.claim_next_job("w")
        if claim is not None:
            asked.append(claim.job_id)
            store.fail_job(claim, busy(), retry=True)
    assert set(asked[:60]) == set(jobs), "nobody comes a second time much before all came once"
    counts = [asked.count(job_id) for job_id in jobs]
    assert max(counts) - min(counts) <= 2
    assert len(asked) / 100.0 <= 1 / SPACING_SECONDS


def test_a_job_alone_comes_back_soon(store: JobStore) -> None:
    create(store)
    claim = claimed(store)
    store.fail_job(claim, busy(seconds=1), retry=True)
    assert TURN_SECONDS <= wait_left(store, claim) <= TURN_SECONDS * (1 + JITTER)


@sqlite_alone("PostgreSQL's plans: test_plans.py")
def test_those_that_wait_are_counted_by_the_index_of_the_line(store: JobStore) -> None:
    plan = " ".join(row["detail"] for row in store.db.read(f"EXPLAIN QUERY PLAN {WAITING}", {"now": 1, "latest": 9}))
    assert "USING COVERING INDEX jobs_line" in plan


def test_a_job_that_waits_for_its_turn_is_called_off_at_once(store: JobStore) -> None:
    create(store)
    claim = claimed(store)
    store.fail_job(claim, busy(), retry=True)
    assert store.cancel_job(claim.job_id, "ann").status is Status.CANCELLED


def test_a_job_called_off_while_it_asked_does_not_wait_for_its_turn(store: JobStore) -> None:
    create(store)
    claim = claimed(store)
    store.cancel_job(claim.job_id, "ann")
    store.fail_job(claim, busy(), retry=True)
    assert store.get_job(claim.job_id).status is Status.CANCELLED


def test_the_same_listing_gets_the_job_that_waits(store: JobStore) -> None:
    new = new_job("ann", key="twice")
    job, _ = store.create_job(new)
    store.fail_job(claimed(store), busy(), retry=True)
    assert store.create_job(new)[0].job_id == job.job_id
