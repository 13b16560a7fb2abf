"""Claiming: one owner, in turn, under a lease."""

from __future__ import annotations

import pytest

from app.queue.jobs import Status
from app.queue.store import JobStore
from app.queue.store.attempts import NEXT_DUE
from app.queue.store.people import AGEING_SECONDS
from tests.support.building import SetClock, create


def test_it_claims_the_oldest_job(store: JobStore) -> None:
    jobs = [create(store) for _ in range(3)]
    claims = [store.claim_next_job("box:1:1") for _ in range(3)]
    assert [claim.job_id for claim in claims if claim] == [job.job_id for job in jobs]


def test_it_claims_nothing_from_an_empty_queue(store: JobStore) -> None:
    assert store.claim_next_job("w") is None


def test_a_claimed_job_is_not_claimed_again(store: JobStore) -> None:
    create(store)
    claim = store.claim_next_job("box:1:1")
    assert claim
    assert (store.get_job(claim.job_id).status, claim.attempts, claim.worker) == (Status.RUNNING, 1, "box:1:1")
    assert store.claim_next_job("w") is None


def test_tokens_are_fresh_at_every_claim(store: JobStore) -> None:
    create(store)
    first = store.claim_next_job("w")
    assert first
    store.release_job(first)
    second = store.claim_next_job("w")
    assert second
    assert second.token != first.token


def test_a_higher_priority_goes_first(store: JobStore) -> None:
    create(store)
    urgent = create(store, priority=1)
    claim = store.claim_next_job("w")
    assert claim
    assert claim.job_id == urgent.job_id


def test_waiting_outweighs_priority_in_the_end(store: JobStore, clock: SetClock) -> None:
    patient = create(store)
    clock.pass_seconds(AGEING_SECONDS + 1)
    create(store, priority=1)
    claim = store.claim_next_job("w")
    assert claim
    assert claim.job_id == patient.job_id


def test_nothing_starves_under_a_stream_of_urgent_jobs(store: JobStore, clock: SetClock) -> None:
    patient = create(store)
    for minute in range(5):
        create(store, priority=2, owner=f"owner {minute}")
        claim = store.claim_next_job("w")
        assert claim
        if claim.job_id == patient.job_id:
            return
        clock.pass_seconds(61)
    pytest.fail("the first job was never claimed")


def test_the_claim_uses_its_index(store: JobStore) -> None:
    plans = store.db.read(f"EXPLAIN QUERY PLAN {NEXT_DUE}", {"now": 1, "latest": 9, "from_turn": 0, "from_seq": 0})
    (plan,) = [row["detail"] for row in plans]
    assert "COVERING INDEX jobs_line" in plan


def test_a_heartbeat_renews_the_lease(store: JobStore, clock: SetClock) -> None:
    create(store)
    claim = store.claim_next_job("w")
    assert claim
    for _ in range(4):
        clock.pass_seconds(10)
        assert store.heartbeat(claim)
        assert store.recover_stale() == 0


def test_a_heartbeat_tells_of_a_lost_claim(store: JobStore, clock: SetClock) -> None:
    create(store)
    claim = store.claim_next_job("w")
    assert claim
    clock.pass_seconds(16)
    assert store.recover_stale() == 1
    assert not store.heartbeat(claim)
