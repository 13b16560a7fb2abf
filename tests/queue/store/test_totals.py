"""What has happened so far is counted once, and no count ever falls."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Config
from app.db.sqlite.database import SqliteDatabase
from app.db.sqlite.opening import Schema
from app.queue.jobs import Failure, StageRecord, StageState
from app.queue.store import JobStore
from app.queue.store.tables import SCHEMA
from tests.support.building import new_job


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(SqliteDatabase(tmp_path / "doorstep.sqlite", SCHEMA), Config(max_attempts=2))


def run(store: JobStore, *seconds: float) -> None:
    """Run the next job to its report, with stages of these durations."""
    claim = store.claim_next_job("worker")
    assert claim
    finished = None
    for number, took in enumerate(seconds):
        store.update_job_stage(claim, f"stage-{number}", finished, b"{}" if finished else None)
        finished = StageRecord(f"stage-{number}", StageState.DONE, took)
    assert store.complete_job(claim, b"{}", finished)


def fail(store: JobStore, code: str, *, retry: bool = False) -> None:
    claim = store.claim_next_job("worker")
    assert claim
    store.fail_job(claim, Failure(code, "No."), retry=retry)


def test_it_begins_with_nothing(store: JobStore) -> None:
    totals = store.totals()
    assert (totals.created, totals.done, totals.failed, totals.stages) == (0, 0, {}, {})


def test_it_sorts_durations_of_stages_into_a_histogram(store: JobStore) -> None:
    store.create_job(new_job())
    store.create_job(new_job())
    run(store, 0.02, 500.0)
    run(store, 0.03, 0.001)
    stages = store.totals().stages
    assert stages["stage-0"].stages == ((0.02, 1), (0.05, 1))
    assert stages["stage-0"].seconds == pytest.approx(0.05)
    assert stages["stage-1"].stages == ((0.005, 1), (float("inf"), 1))


def test_no_count_falls_when_jobs_are_cleared_away(store: JobStore) -> None:
    store.create_job(new_job())
    run(store, 0.1)
    store.create_job(new_job())
    fail(store, "address-not-found")
    before = store.totals()
    with store.db.write(durable=False) as connection:
        assert connection.execute("DELETE FROM evaluation_jobs").rowcount == 2
    assert store.totals() == before
    assert (before.created, before.done, before.failed) == (2, 1, {"address-not-found": 1})


def test_it_counts_a_failure_each_time(store: JobStore) -> None:
    job, _ = store.create_job(new_job())
    fail(store, "evaluation-failed")
    store.retry_job(job.job_id, None)
    assert store.totals().failed == {"evaluation-failed": 1}
    fail(store, "stage-timeout")
    assert store.totals().failed == {"evaluation-failed": 1, "stage-timeout": 1}


def test_it_counts_attempts_that_are_followed_by_another(store: JobStore) -> None:
    store.create_job(new_job())
    fail(store, "stage-timeout", retry=True)
    totals = store.totals()
    assert (totals.tried_again, totals.failed) == ({"stage-timeout": 1}, {})


def test_handing_a_job_back_is_no_failure(store: JobStore) -> None:
    store.create_job(new_job())
    claim = store.claim_next_job("worker")
    assert claim
    store.release_job(claim)
    totals = store.totals()
    assert (totals.tried_again, totals.failed, totals.cancelled) == ({}, {}, {})


#: The migrations before the one that brought the totals, and two jobs that ended before that.
BEFORE = 6
OF_AN_OLDER_VERSION = """
INSERT INTO evaluation_jobs
    (seq, job_id, address, listing, listing_key, owner, status, priority, turn, result_snapshot_id, error_code,
     run_after, created_at, queued_at, completed_at)
VALUES
    (1, 'd', '1 main', '{}', 'k1', 'ann', 'done', 0, 1.0, 'abc-1', NULL, 0, 1.0, 1.0, 2.0),
    (2, 'f', '2 main', '{}', 'k2', 'ann', 'failed', 0, 1.0, NULL, 'no-home-here', 0, 1.0, 1.0, 2.0);
INSERT INTO job_stages VALUES (1, 0, 'stage-0', 'done', 0.3, '', NULL);
"""


def test_it_begins_with_what_an_older_database_holds(tmp_path: Path) -> None:
    path = tmp_path / "doorstep.sqlite"
    older = SqliteDatabase(path, Schema(SCHEMA.application_id, SCHEMA.migrations[:BEFORE]))
    older.connection(durable=True).executescript(OF_AN_OLDER_VERSION)
    older.close()
    totals = JobStore(SqliteDatabase(path, SCHEMA)).totals()
    assert (totals.created, totals.done, totals.failed) == (2, 1, {"no-home-here": 1})
    assert totals.stages["stage-0"].stages == ((0.5, 1),)


def test_it_measures_the_files(store: JobStore) -> None:
    store.create_job(new_job())
    sizes = store.sizes()
    assert sizes.database > 0
    assert sizes.log > 0
