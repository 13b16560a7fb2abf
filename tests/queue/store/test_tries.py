"""Which tries count: none that kept a new stage, and none that the host broke off."""

from __future__ import annotations

import pytest

from app.config import Config
from app.queue import process
from app.queue.jobs import Claim, Failure, Status
from app.queue.store import JobStore
from tests.support.building import create, ended, open_at
from tests.support.dialects import postgres_alone, sqlite_alone

LEASE = 1.0


def claimed(store: JobStore) -> Claim:
    claim = store.claim_next_job("w")
    assert claim
    return claim


def keep_a_stage(store: JobStore, claim: Claim, number: int) -> None:
    assert store.update_job_stage(claim, f"stage {number}", None, None)
    done = ended(f"stage {number}")
    assert store.update_job_stage(claim, f"stage {number + 1}", done.record, done.finding)


def test_a_job_that_gets_further_every_time_is_never_given_up(store: JobStore) -> None:
    job = create(store)
    for number in range(10):
        claim = claimed(store)
        keep_a_stage(store, claim, number)
        store.give_up(claim, "its worker was gone")
    assert (store.get_job(job.job_id).status, store.get_job(job.job_id).attempts) == (Status.QUEUED, 10)


@pytest.mark.parametrize("passing", [False, True])
def test_after_that_three_tries_in_vain_end_it(store: JobStore, clock, passing: bool) -> None:  # type: ignore[no-untyped-def]
    job = create(store)
    for number in range(5):
        claim = claimed(store)
        if number < 2:
            keep_a_stage(store, claim, number)
        if passing:
            store.fail_job(claim, Failure("stage-timeout", "Too slow."), retry=True)
            clock.pass_seconds(300)
        else:
            store.give_up(claim, "the evaluation's process died")
        assert store.get_job(job.job_id).status is (Status.FAILED if number == 4 else Status.QUEUED)


def test_being_asked_for_again_begins_the_count_anew(store: JobStore) -> None:
    job = create(store)
    claim = claimed(store)
    keep_a_stage(store, claim, 0)
    store.give_up(claim, "gone")
    for _ in range(3):
        store.give_up(claimed(store), "gone")
    assert store.retry_job(job.job_id, "ann").attempts == 0
    for _ in range(2):
        store.give_up(claimed(store), "gone")
    assert store.get_job(job.job_id).status is Status.QUEUED
    store.give_up(claimed(store), "gone")
    assert store.get_job(job.job_id).status is Status.FAILED


@pytest.fixture
def owners(tmp_path, clock):  # type: ignore[no-untyped-def]
    """A store of a living process (this one's parent), and one that sweeps."""
    owner = open_at(tmp_path, Config(lease_seconds=LEASE), clock)
    owner._process = process.identity(1)
    sweeper = open_at(tmp_path, Config(lease_seconds=LEASE), clock)
    yield owner, sweeper
    owner.db.close()
    sweeper.db.close()


@sqlite_alone("of another host's processes nobody knows whether they live")
def test_a_living_owner_keeps_its_job_through_a_freeze(owners, clock) -> None:  # type: ignore[no-untyped-def]
    owner, sweeper = owners
    create(owner)
    claim = claimed(owner)
    for _ in range(10):
        clock.pass_seconds(100 * LEASE)
        assert sweeper.recover_stale() == 0
        assert owner.heartbeat(claim)
    assert owner.complete_job(claim, b"report")


@sqlite_alone("of another host's processes nobody knows whether they live")
def test_a_living_owner_that_never_beats_again_loses_it_in_the_end(owners, clock) -> None:  # type: ignore[no-untyped-def]
    owner, sweeper = owners
    create(owner)
    claimed(owner)
    clock.pass_seconds(LEASE)
    assert [sweeper.recover_stale() for _ in range(3)] == [0, 0, 1]


@sqlite_alone("of another host's processes nobody knows whether they live")
def test_sweeps_that_could_not_write_do_not_count(owners, clock) -> None:  # type: ignore[no-untyped-def]
    owner, sweeper = owners
    sweeper.db._patience_seconds = 0.0
    create(owner)
    claimed(owner)
    clock.pass_seconds(LEASE)
    with owner.db.write(durable=False):
        for _ in range(3):
            with pytest.raises(Exception, match="cannot be reached"):
                sweeper.recover_stale()
    assert sweeper.recover_stale() == 0


@postgres_alone("with SQLite a living owner keeps its job for longer")
def test_of_many_hosts_the_lease_alone_decides(owners, clock) -> None:  # type: ignore[no-untyped-def]
    owner, sweeper = owners
    create(owner)
    claim = claimed(owner)
    clock.pass_seconds(0.9 * LEASE)
    assert sweeper.recover_stale() == 0
    clock.pass_seconds(0.1 * LEASE)
    assert sweeper.recover_stale() == 1
    assert not owner.heartbeat(claim)
    assert owner.complete_job(claim, b"report") is None


def test_a_stage_that_is_kept_again_is_not_new(store: JobStore) -> None:
    job = create(store)
    for _ in range(4):
        claim = claimed(store)
        keep_a_stage(store, claim, 0)
        store.give_up(claim, "the evaluation's process died")
    assert (store.get_job(job.job_id).status, store.get_job(job.job_id).attempts) == (Status.FAILED, 4)
