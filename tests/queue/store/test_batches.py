"""Batches: whole or not at all, behind single jobs, in no single job's limit, and gone with their jobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Config
from app.errors import BatchNotFound, NotYours, QueueFull, TooManyBatches, TooManyJobs
from app.queue.jobs import Status
from app.queue.store import JobStore
from app.queue.store.batches import NewLine
from app.queue.store.people import BATCH_PRIORITY
from tests.support.building import SetClock, assert_whole, create, new_job, open_at, tuples
from tests.support.dialects import sqlite_alone


def line(number: int, owner: str = "ann", key: str | None = None) -> NewLine:
    return NewLine(number, f"{number} Main Street", new_job(owner, key=key))


def bad(number: int) -> NewLine:
    return NewLine(number, "", None, "Type an address first.", '{"values": {}}')


def batch_of(store: JobStore, amount: int, owner: str = "ann") -> str:
    return store.create_batch(owner, [line(number, owner) for number in range(1, amount + 1)])


def finish(store: JobStore) -> str:
    claim = store.claim_next_job("w")
    assert claim
    snapshot_id = store.complete_job(claim, b"report")
    assert snapshot_id
    return snapshot_id


def test_a_job_leads_its_owner_back_to_its_batch(store: JobStore) -> None:
    batch_id = batch_of(store, 1)
    job = store.get_batch(batch_id).lines[0].job
    assert job
    assert store.batch_of(job.job_id, "ann") == batch_id
    assert store.batch_of(job.job_id, "bob") is None
    assert store.batch_of(create(store).job_id, "ann") is None


def test_each_line_becomes_a_job_and_a_bad_one_is_named(store: JobStore) -> None:
    batch_id = store.create_batch("ann", [line(1), bad(2), line(4)], ["Read as Windows-1252."])
    batch = store.get_batch(batch_id)
    assert (batch.owner, batch.notes) == ("ann", ("Read as Windows-1252.",))
    assert [(each.number, each.why, each.job is None) for each in batch.lines] == [
        (1, "", False),
        (2, "Type an address first.", True),
        (4, "", False),
    ]
    jobs = [each.job for each in batch.lines if each.job]
    assert [(job.status, job.priority) for job in jobs] == [(Status.QUEUED, BATCH_PRIORITY)] * 2
    assert len(batch_id) >= 24


def test_it_is_not_known_by_another_id(store: JobStore) -> None:
    batch_of(store, 1)
    with pytest.raises(BatchNotFound):
        store.get_batch("guessed")


def test_a_job_sent_by_itself_goes_first_though_it_came_later(store: JobStore, clock: SetClock) -> None:
    batch_of(store, 3)
    clock.pass_seconds(3_600)
    single = create(store, owner="bob")
    assert store.position(single) == 0
    claim = store.claim_next_job("w")
    assert claim
    assert claim.job_id == single.job_id


def test_a_batch_that_waited_for_a_day_is_not_starved(store: JobStore, clock: SetClock) -> None:
    batch = store.get_batch(batch_of(store, 1))
    clock.pass_seconds(86_401)
    create(store, owner="bob")
    claim = store.claim_next_job("w")
    assert claim
    assert batch.lines[0].job
    assert claim.job_id == batch.lines[0].job.job_id


@sqlite_alone("PostgreSQL's plans: test_plans.py")
def test_a_claim_still_reads_the_line_by_its_index(store: JobStore) -> None:
    batch_of(store, 5)
    plan = tuples(
        store.db.read(
            """
            EXPLAIN QUERY PLAN SELECT seq FROM evaluation_jobs
            WHERE completed_at IS NULL AND status = 'queued' AND status <> 'asking' AND run_after <= 1
            ORDER BY turn, seq LIMIT 1
            """
        )
    )
    assert len(plan) == 1
    assert "COVERING INDEX jobs_line" in str(plan[0][3])


def test_two_hundred_lines_are_taken_whole_and_leave_an_owner_their_own_limit(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs_per_owner=2))
    batch_of(store, 200)
    create(store)
    create(store)
    with pytest.raises(TooManyJobs, match="2 evaluations"):
        create(store)
    assert store.stats().queued == 202
    store.db.close()


def test_one_live_batch_an_owner(store: JobStore) -> None:
    batch_id = batch_of(store, 2)
    with pytest.raises(TooManyBatches) as refusal:
        batch_of(store, 1)
    assert refusal.value.retry_after_seconds
    batch_of(store, 1, owner="bob")
    store.cancel_batch(batch_id, "ann")
    batch_of(store, 1)


def test_an_open_question_does_not_keep_the_next_batch_out(store: JobStore) -> None:
    batch_of(store, 1)
    claim = store.claim_next_job("w")
    assert claim
    store.ask_job(claim, '{"about": "x"}')
    batch_of(store, 1)


def test_batches_leave_half_of_the_line_to_others(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs=10))
    batch_of(store, 4)
    with pytest.raises(QueueFull) as refusal:
        batch_of(store, 2, owner="bob")
    assert refusal.value.retry_after_seconds
    assert tuples(store.db.read("SELECT count(*) FROM batches")) == [(1,)]
    create(store, owner="cy")
    assert_whole(store)
    store.db.close()


def test_a_listing_that_is_under_way_keeps_its_job_and_its_turn(store: JobStore) -> None:
    single, _ = store.create_job(new_job(key="same"))
    batch = store.get_batch(store.create_batch("ann", [line(1, key="same"), line(2)]))
    assert batch.lines[0].job == single


def test_cancelling_ends_what_waits_and_stops_what_runs(store: JobStore) -> None:
    batch_id = batch_of(store, 4)
    finish(store)
    asking, running = store.claim_next_job("w"), store.claim_next_job("w")
    assert asking
    assert running
    store.ask_job(asking, '{"about": "x"}')
    with pytest.raises(NotYours):
        store.cancel_batch(batch_id, "bob")
    with pytest.raises(BatchNotFound):
        store.cancel_batch("guessed", "ann")
    store.cancel_batch(batch_id, "ann")
    assert store.cancel_wanted(running)
    store.finish_cancel(running)
    statuses = [each.job.status for each in store.get_batch(batch_id).lines if each.job]
    assert statuses == [Status.DONE, Status.CANCELLED, Status.CANCELLED, Status.CANCELLED]
    store.cancel_batch(batch_id, "ann")
    assert_whole(store)


def test_a_deleted_report_takes_its_line_along(store: JobStore) -> None:
    batch_id = batch_of(store, 2)
    store.delete_snapshot(finish(store), "ann")
    assert [each.number for each in store.get_batch(batch_id).lines] == [2]


def test_a_batch_goes_with_the_last_of_its_jobs(store: JobStore, clock: SetClock) -> None:
    batch_id = store.create_batch("ann", [line(1), bad(2)])
    finish(store)
    clock.pass_seconds(20 * 86_400)
    assert store.prune(30) == 0
    assert store.recent_batches("ann") == ((batch_id, clock.unix_seconds - 20 * 86_400, 2),)
    clock.pass_seconds(20 * 86_400)
    assert store.prune(30) == 1
    assert store.recent_batches("ann") == ()
    assert tuples(store.db.read("SELECT count(*) FROM batch_lines")) == [(0,)]
