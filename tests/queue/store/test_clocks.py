"""Clocks that jump: no job is lost, doubled or kept waiting, and nobody jumps the queue."""

from __future__ import annotations

import pytest

from app.queue.jobs import Claim, Failure
from app.queue.store import JobStore
from tests.support.building import SetClock, assert_all_ended, create

HOUR = 3_600.0


def claimed(store: JobStore) -> Claim:
    claim = store.claim_next_job("w")
    assert claim
    return claim


@pytest.mark.parametrize("jump", [-HOUR, HOUR, -1_000 * HOUR, 1_000 * HOUR])
def test_a_jump_takes_no_claim_away(store: JobStore, clock: SetClock, jump: float) -> None:
    create(store)
    claim = claimed(store)
    clock.unix_seconds += jump
    assert store.recover_stale() == 0
    assert store.heartbeat(claim)
    assert store.complete_job(claim, b"report")
    assert_all_ended(store)


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_a_lost_job_is_found_in_time_whatever_the_clock_says(store: JobStore, clock: SetClock, jump: float) -> None:
    create(store)
    claimed(store)
    clock.unix_seconds += jump
    clock.steady_seconds += 15
    assert store.recover_stale() == 1
    assert claimed(store).attempts == 2


def test_a_clock_put_back_lets_nobody_jump_the_queue(store: JobStore, clock: SetClock) -> None:
    first = create(store)
    clock.unix_seconds -= HOUR
    second = create(store)
    clock.unix_seconds -= HOUR
    third = create(store)
    assert [claimed(store).job_id for _ in range(3)] == [first.job_id, second.job_id, third.job_id]


def test_a_clock_put_back_does_not_prolong_the_back_off(store: JobStore, clock: SetClock) -> None:
    create(store)
    store.fail_job(claimed(store), Failure("passing", "Try later."), retry=True)
    assert store.claim_next_job("w") is None
    clock.unix_seconds -= HOUR
    assert claimed(store).attempts == 2


def test_a_job_created_in_the_future_is_claimed_now(store: JobStore, clock: SetClock) -> None:
    clock.unix_seconds += 1_000 * HOUR
    job = create(store)
    clock.unix_seconds -= 1_000 * HOUR
    assert claimed(store).job_id == job.job_id


def test_a_restart_of_the_machine_loses_no_job(store: JobStore, clock: SetClock) -> None:
    clock.steady_seconds = 1_000_000.0
    create(store)
    claimed(store)
    clock.steady_seconds = 5.0
    assert store.recover_stale() == 1


def test_ages_are_never_negative(store: JobStore, clock: SetClock) -> None:
    create(store)
    clock.unix_seconds -= HOUR
    assert store.stats().oldest_queued_seconds == 0.0
