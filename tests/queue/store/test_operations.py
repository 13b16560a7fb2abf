"""Lists, figures, estimates, clearing away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import JobNotFound, QueueUnavailable
from app.queue.jobs import Failure, Status
from app.queue.store import JobStore
from tests.support.building import SetClock, assert_whole, create, ended, open_at, tuples
from tests.support.dialects import sqlite_alone


def finish(store: JobStore, seconds: float = 0.01) -> str:
    """Claim a job and complete it after one stage; return its snapshot's id."""
    claim = store.claim_next_job("w")
    assert claim
    store.update_job_stage(claim, "geocode", None, None)
    snapshot_id = store.complete_job(claim, b"report", replace(ended("geocode").record, seconds=seconds))
    assert snapshot_id
    return snapshot_id


def test_it_counts_by_status(store: JobStore) -> None:
    for _ in range(5):
        create(store)
    finish(store)
    claim = store.claim_next_job("w")
    assert claim
    store.fail_job(claim, Failure("x", "y"), retry=False)
    store.claim_next_job("w")
    store.cancel_job(create(store).job_id, None)
    stats = store.stats()
    counted = (stats.queued, stats.running, stats.done, stats.failed, stats.cancelled)
    assert counted == (2, 1, 1, 1, 1)


def test_it_tells_how_long_the_oldest_waits(store: JobStore, clock: SetClock) -> None:
    assert store.stats().oldest_queued_seconds is None
    create(store)
    clock.pass_seconds(7)
    assert store.stats().oldest_queued_seconds == 7


def test_it_tells_the_rates_of_the_last_five_minutes(store: JobStore, clock: SetClock) -> None:
    create(store)
    finish(store)
    clock.pass_seconds(400)
    for _ in range(10):
        create(store)
    for _ in range(5):
        finish(store)
    assert (store.stats().created_per_minute, store.stats().finished_per_minute) == (2.0, 1.0)


def test_the_rates_of_an_empty_queue_are_zero(store: JobStore) -> None:
    assert (store.stats().created_per_minute, store.stats().finished_per_minute) == (0.0, 0.0)


def test_it_lists_jobs_newest_first(store: JobStore) -> None:
    jobs = [create(store).job_id for _ in range(3)]
    assert [job.job_id for job in store.list_jobs(None)] == jobs[::-1]
    finish(store)
    assert [job.job_id for job in store.list_jobs(Status.DONE)] == jobs[:1]
    assert [job.job_id for job in store.list_jobs(Status.QUEUED, limit=1)] == jobs[2:]


def test_it_estimates_from_past_stages(store: JobStore) -> None:
    for seconds in (1.0, 2.0, 3.0, 4.0, 10.0):
        create(store)
        finish(store, seconds)
    assert store.stage_seconds() == {"geocode": (2.0, 10.0)}


def test_it_estimates_anew_from_the_latest_jobs_only(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.queue.store.operations.ESTIMATE_SECONDS", -1.0)
    monkeypatch.setattr("app.queue.store.operations.ESTIMATE_JOBS", 2)
    for seconds, estimate in ((9.0, (9.0, 9.0)), (1.0, (1.0, 9.0)), (2.0, (1.0, 2.0))):
        create(store)
        finish(store, seconds)
        assert store.stage_seconds() == {"geocode": estimate}


def test_it_estimates_nothing_without_a_past(store: JobStore) -> None:
    assert store.stage_seconds() == {}


def test_it_clears_old_jobs_away_but_no_reports(store: JobStore, clock: SetClock) -> None:
    for _ in range(250):
        create(store, owner=f"owner {_}")
    snapshots = [finish(store) for _ in range(249)]
    clock.pass_seconds(31 * 86_400)
    fresh = create(store, owner="bob")
    store.cancel_job(fresh.job_id, "bob")
    assert store.prune(30) == 249
    assert store.get_snapshot(snapshots[0]).report == b"report"
    assert store.get_job(fresh.job_id)
    assert tuples(store.db.read("SELECT (SELECT count(*) FROM job_stages), (SELECT count(*) FROM job_events)")) == [
        (0, 3)
    ]
    assert store.stats().queued == 1


def test_a_pruned_number_is_never_given_again(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    snapshot_id = finish(store)
    clock.pass_seconds(86_400)
    store.prune(0.5)
    with pytest.raises(JobNotFound):
        store.get_job(job.job_id)
    create(store)
    assert finish(store) != snapshot_id
    assert store.get_snapshot(snapshot_id)


def test_the_check_writes_to_a_sound_database(store: JobStore, clock: SetClock) -> None:
    store.check()
    assert tuples(store.db.read("SELECT checked_at FROM probe")) == [(clock.unix_seconds,)]
    assert_whole(store)


@sqlite_alone("one writer at a time; a server that is away: tests/db/postgres")
def test_the_check_tells_where_nothing_can_be_written(tmp_path: Path) -> None:
    store, other = open_at(tmp_path, patience=0.05), open_at(tmp_path)
    store.check()
    with other.db.write(durable=False), pytest.raises(QueueUnavailable):
        store.check()
    store.check()
    store.db.close()
    other.db.close()
