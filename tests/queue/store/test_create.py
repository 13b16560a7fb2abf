"""Submitting: stored before the answer, once for the same listing, refused beyond the limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Config
from app.errors import JobNotFound, QueueFull, TooManyJobs
from app.queue.jobs import Status
from app.queue.store import JobStore
from tests.support.building import assert_whole, create, idle_beside, new_job, open_at, open_waking


def test_it_stores_a_queued_job(store: JobStore) -> None:
    job, new = store.create_job(new_job(key="12 main", listing='{"address": "12 main"}'))
    assert new
    assert store.get_job(job.job_id) == job
    assert (job.status, job.attempts, job.version, job.address) == (Status.QUEUED, 0, 1, "12 main street")


def test_another_connection_sees_it_at_once(store: JobStore, tmp_path: Path) -> None:
    job = create(store)
    other = open_at(tmp_path)
    assert other.get_job(job.job_id) == job
    other.db.close()


def test_it_refuses_an_unknown_job(store: JobStore) -> None:
    with pytest.raises(JobNotFound):
        store.get_job("nothing")


def test_its_id_cannot_be_guessed(store: JobStore) -> None:
    ids = {create(store, owner=f"owner {n}").job_id for n in range(50)}
    assert len(ids) == 50
    assert all(len(job_id) * 6 >= 96 for job_id in ids)


def test_the_same_listing_gives_the_live_job(store: JobStore) -> None:
    first, _ = store.create_job(new_job(key="same"))
    assert store.create_job(new_job(key="same")) == (first, False)
    store.claim_next_job("w")
    assert store.create_job(new_job(key="same"))[0].job_id == first.job_id


def test_another_owner_gets_another_job(store: JobStore) -> None:
    first, _ = store.create_job(new_job(key="same"))
    second, new = store.create_job(new_job(owner="bob", key="same"))
    assert new
    assert second.job_id != first.job_id


def test_the_same_listing_is_new_once_the_first_has_ended(store: JobStore) -> None:
    first, _ = store.create_job(new_job(key="same"))
    store.cancel_job(first.job_id, "ann")
    assert store.create_job(new_job(key="same"))[1]


def test_it_refuses_more_live_jobs_than_an_owner_may_have(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs_per_owner=2))
    first = create(store)
    create(store)
    with pytest.raises(TooManyJobs, match="2 evaluations") as refusal:
        create(store)
    assert refusal.value.retry_after_seconds
    assert len(store.list_jobs(None)) == 2
    store.cancel_job(first.job_id, "ann")
    create(store)
    store.db.close()


def test_a_twin_is_given_even_at_the_limit(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs_per_owner=1))
    first, _ = store.create_job(new_job(key="same"))
    assert store.create_job(new_job(key="same")) == (first, False)
    store.db.close()


def test_it_refuses_when_the_queue_is_full(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs=2))
    create(store, owner="ann")
    create(store, owner="bob")
    with pytest.raises(QueueFull, match="2 evaluations are ahead") as refusal:
        create(store, owner="cy")
    assert refusal.value.retry_after_seconds
    assert_whole(store)
    assert len(store.list_jobs(None)) == 2
    store.db.close()


def test_it_wakes_a_worker_for_a_new_job_only(tmp_path: Path) -> None:
    store = open_waking(tmp_path)
    with idle_beside(store, tmp_path) as woken:
        store.create_job(new_job(key="same"))
        assert woken.wait(5)
        woken.clear()
        store.create_job(new_job(key="same"))
        assert not woken.wait(0.3)
    store.db.close()
