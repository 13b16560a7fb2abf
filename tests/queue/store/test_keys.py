"""Idempotency keys in the store: what is sent again under its key gets the job that it made before."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import IdempotencyKeyReused, JobNotFound, TooManyJobs
from app.queue.jobs import NewJob, Once
from app.queue.store import JobStore
from app.queue.store.keys import KEPT_SECONDS
from tests.support.building import Config, SetClock, new_job, open_at

ONCE = Once("a-key", "a-request")


def sent(owner: str = "ann", once: Once = ONCE, key: str = "same") -> NewJob:
    return replace(new_job(owner, key=key), once=once)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> JobStore:
    return open_at(tmp_path, Config(max_live_jobs_per_owner=1), clock)


def test_it_gives_the_job_of_the_first_time(store: JobStore) -> None:
    first, is_new = store.create_job(sent())
    assert is_new
    store.cancel_job(first.job_id, "ann")
    again, is_new = store.create_job(sent())
    assert (again.job_id, is_new) == (first.job_id, False), "even one that has ended"


def test_without_a_key_what_has_ended_is_made_anew(store: JobStore) -> None:
    first, _ = store.create_job(new_job(key="same"))
    store.cancel_job(first.job_id, "ann")
    assert store.create_job(new_job(key="same"))[0].job_id != first.job_id


def test_it_keeps_the_key_of_a_listing_that_is_under_way(store: JobStore) -> None:
    first, _ = store.create_job(new_job(key="same"))
    assert store.create_job(sent())[0].job_id == first.job_id
    store.cancel_job(first.job_id, "ann")
    assert store.create_job(sent())[0].job_id == first.job_id


def test_it_refuses_another_request_under_the_same_key(store: JobStore) -> None:
    store.create_job(sent())
    with pytest.raises(IdempotencyKeyReused):
        store.create_job(sent(once=replace(ONCE, request="another")))


def test_a_refusal_uses_no_key_up(store: JobStore) -> None:
    first, _ = store.create_job(new_job())
    with pytest.raises(TooManyJobs):
        store.create_job(sent())
    store.cancel_job(first.job_id, "ann")
    assert store.create_job(sent())[1]


def test_it_says_where_the_job_was_deleted_since(store: JobStore) -> None:
    job, _ = store.create_job(sent())
    claim = store.claim_next_job("w")
    assert claim
    snapshot_id = store.complete_job(claim, b"{}")
    assert snapshot_id
    store.delete_snapshot(snapshot_id, "ann")
    with pytest.raises(JobNotFound):
        store.create_job(sent())
    with pytest.raises(JobNotFound):
        store.get_job(job.job_id)


@pytest.mark.parametrize("back", [0.0, 3 * KEPT_SECONDS], ids=["a day later", "a clock put back"])
def test_it_forgets_a_key_after_a_day(store: JobStore, clock: SetClock, back: float) -> None:
    first, _ = store.create_job(sent())
    store.cancel_job(first.job_id, "ann")
    clock.unix_seconds -= back
    for _ in range(3):
        clock.pass_seconds(KEPT_SECONDS / 3 + 1)
        store.tidy()
    again, is_new = store.create_job(sent(once=replace(ONCE, request="another")))
    assert is_new
    assert again.job_id != first.job_id


def test_it_clears_old_keys_away_with_old_jobs(store: JobStore, clock: SetClock) -> None:
    store.create_job(sent())
    store.prune(30)
    assert len(store.db.read("SELECT 1 FROM idempotency_keys")) == 1
    clock.pass_seconds(KEPT_SECONDS + 1)
    store.prune(30)
    assert not store.db.read("SELECT 1 FROM idempotency_keys")


def test_many_threads_make_one_job(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs_per_owner=1_000))
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(lambda number: store.create_job(sent(key=f"listing-{number}"))[0].job_id, range(40)))
    assert len(set(jobs)) == 1
    assert store.stats().queued == 1
    store.db.close()


def _create(folder: str) -> str:
    store = open_at(Path(folder), Config(max_live_jobs_per_owner=1_000))
    try:
        return store.create_job(replace(new_job(), once=ONCE))[0].job_id
    finally:
        store.db.close()


def test_several_processes_make_one_job(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        jobs = set(pool.map(_create, [str(tmp_path)] * 12))
    assert len(jobs) == 1


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.booleans()), max_size=12))
def test_a_key_always_means_one_request_and_one_job(steps: list[tuple[str, str, bool]]) -> None:
    """Play requests against a plain dictionary: the first request of a key decides what the key gives from then on."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = open_at(Path(folder), Config(max_live_jobs_per_owner=1_000))
        made: dict[str, tuple[str, str]] = {}
        for key, request, cancels in steps:
            new = sent(once=Once(key, request), key=f"{key}{request}")
            if key in made and made[key][0] != request:
                with pytest.raises(IdempotencyKeyReused):
                    store.create_job(new)
                continue
            job, is_new = store.create_job(new)
            assert is_new == (key not in made)
            assert made.setdefault(key, (request, job.job_id)) == (request, job.job_id)
            if cancels and not job.status.ended:
                store.cancel_job(job.job_id, "ann")
        store.db.close()
