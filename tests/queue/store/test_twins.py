"""A job that is being called off is nobody's twin: who asks again at once gets a job of their own."""

from __future__ import annotations

from app.queue.jobs import Job, Status
from app.queue.store import JobStore
from app.queue.store.batches import NewLine
from tests.support.building import assert_whole, new_job, refused_as_double


def running(store: JobStore, key: str = "k") -> Job:
    """A job that a worker has begun."""
    job, is_new = store.create_job(new_job(key=key))
    assert is_new
    claim = store.claim_next_job("w")
    assert claim
    assert claim.job_id == job.job_id
    return job


def test_who_asks_again_after_cancelling_gets_a_new_job(store: JobStore) -> None:
    dying = running(store)
    store.cancel_job(dying.job_id, "ann")
    again, is_new = store.create_job(new_job(key="k"))
    assert is_new
    assert (again.status, again.cancel_requested) == (Status.QUEUED, False)
    assert store.get_job(dying.job_id).cancel_requested
    assert store.create_job(new_job(key="k")) == (again, False), "the new one is the twin from now on"
    assert_whole(store)


def test_cancelling_twice_changes_nothing_more(store: JobStore) -> None:
    dying = running(store)
    store.cancel_job(dying.job_id, "ann")
    before = store.get_job(dying.job_id)
    assert store.cancel_job(dying.job_id, "ann") == before


def test_a_job_that_was_called_off_can_be_asked_for_again(store: JobStore) -> None:
    job, _ = store.create_job(new_job(key="k"))
    claim = store.claim_next_job("w")
    assert claim
    store.cancel_job(job.job_id, "ann")
    store.finish_cancel(claim)
    assert store.retry_job(job.job_id, "ann").status is Status.QUEUED
    assert store.create_job(new_job(key="k"))[0].job_id == job.job_id, "it holds its listing again"


def test_an_older_job_asked_for_again_does_not_become_the_dying_one(store: JobStore) -> None:
    older, _ = store.create_job(new_job(key="k"))
    store.cancel_job(older.job_id, "ann")
    dying = running(store)
    store.cancel_job(dying.job_id, "ann")
    again = store.retry_job(older.job_id, "ann")
    assert (again.job_id, again.status) == (older.job_id, Status.QUEUED)


def test_a_called_off_job_asked_for_again_finds_the_one_that_took_its_place(store: JobStore) -> None:
    job, _ = store.create_job(new_job(key="k"))
    claim = store.claim_next_job("w")
    assert claim
    store.cancel_job(job.job_id, "ann")
    new, _ = store.create_job(new_job(key="k"))
    store.finish_cancel(claim)
    assert store.retry_job(job.job_id, "ann").job_id == new.job_id


def test_a_batch_makes_a_job_of_its_own_beside_a_dying_one(store: JobStore) -> None:
    dying = running(store)
    store.cancel_job(dying.job_id, "ann")
    batch = store.get_batch(store.create_batch("ann", [NewLine(1, "k street", new_job(key="k"))]))
    (line,) = batch.lines
    assert line.job
    assert line.job.job_id != dying.job_id


def test_the_database_itself_refuses_a_second_live_job(store: JobStore) -> None:
    running(store)
    with refused_as_double(), store.db.write(durable=True) as connection:
        connection.execute(
            """
            INSERT INTO evaluation_jobs
                (job_id, address, listing, listing_key, owner, status, priority, turn, run_after, created_at, queued_at)
            VALUES ('x', '', '', 'k', 'ann', 'queued', 0, 0, 0, 0, 0)
            """
        )
