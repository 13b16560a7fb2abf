"""Faults that an earlier product met in production, one test each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from app.config import Config
from app.db.sqlite.database import SqliteDatabase
from app.db.sqlite.opening import Schema
from app.errors import NoRegions, QueueUnavailable
from app.queue.child import ChildRunner
from app.queue.jobs import Failure, Status
from app.queue.runner import StageObserver
from app.queue.store import JobStore
from app.queue.store.tables import SCHEMA
from tests.queue.conftest import Site
from tests.support.building import (
    all_rows,
    assert_all_ended,
    create,
    open_at,
    stages_of,
    tuples,
    wait_for,
    wait_for_status,
)
from tests.support.dialects import sqlite_alone


@sqlite_alone("one writer at a time; of a server that is away: tests/db/postgres")
def test_a_claim_error_does_not_kill_the_worker_with_80_jobs_behind_it(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    impatient = open_at(site.folder, patience=0.05)
    jobs = [create(site.store, owner=str(number)) for number in range(80)]
    with site.store.db.write(durable=True):
        worker = site.start(stages_of(1), store=impatient)
        wait_for(lambda: "writing fails" in caplog.text)
    wait_for(lambda: site.store.stats().done == len(jobs))
    assert (worker.health().alive, worker.health().restarts) == (True, 0)
    assert_all_ended(site.store)


def test_an_error_after_completion_leaves_a_done_job_done(store: JobStore) -> None:
    job = create(store)
    claim = store.claim_next_job("w")
    assert claim
    store.complete_job(claim, b"report")
    assert not store.fail_job(claim, Failure("late", "Something after the end went wrong."), retry=False)
    assert not store.give_up(claim, "late")
    assert (store.get_job(job.job_id).status, store.get_job(job.job_id).error) == (Status.DONE, None)


def test_a_locked_stage_write_skips_no_stage(site: Site) -> None:
    impatient = open_at(site.folder, patience=0.05)
    locked, release = Event(), Event()

    def evaluation(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        locked.wait(5)
        return stages_of(4)(listing, finished, progress)

    site.start(evaluation, store=impatient)
    job = create(site.store)
    wait_for_status(site.store, job, Status.RUNNING)

    def hold() -> None:
        with site.store.db.write(durable=True) as connection:
            connection.execute("SELECT seq FROM evaluation_jobs /*pg FOR UPDATE */").fetchall()
            locked.set()
            release.wait(5)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        assert locked.wait(5)
        assert not Event().wait(0.5)
        release.set()
    wait_for_status(site.store, job, Status.DONE)
    assert [stage.stage for stage in site.store.stages(job.job_id)] == [f"stage {n}" for n in range(4)]
    assert site.store.get_job(job.job_id).attempts == 1


def test_stale_jobs_are_found_while_a_worker_runs_not_only_at_its_start(site: Site) -> None:
    lost_one_is_there = Event()

    def evaluation(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        lost_one_is_there.wait(5)
        return stages_of(1)(listing, finished, progress)

    site.start(evaluation)
    job = create(site.store)
    wait_for_status(site.store, job, Status.RUNNING)
    dead = open_at(site.folder, Config(lease_seconds=0.1))
    dead._process = ""  # not known to live, as this process is
    lost = create(dead)
    assert dead.claim_next_job("dead:1:1")
    lost_one_is_there.set()
    wait_for_status(site.store, lost, Status.DONE, seconds=3)
    dead.db.close()


def test_a_worker_that_begins_before_the_tables_exist_makes_them(tmp_path: Path) -> None:
    site = Site(tmp_path / "new")
    site.start(stages_of(1))
    job = create(site.store)
    wait_for_status(site.store, job, Status.DONE)
    site.close()


def test_a_column_missing_after_an_upgrade_is_added(tmp_path: Path) -> None:
    path = tmp_path / "doorstep.sqlite"
    before = open_at(tmp_path)
    job = create(before)
    upgraded = Schema(
        SCHEMA.application_id, (*SCHEMA.migrations, ("ALTER TABLE evaluation_jobs ADD COLUMN note TEXT",))
    )
    after = JobStore(SqliteDatabase(path, upgraded))
    assert tuples(after.db.read("SELECT note FROM evaluation_jobs")) == [(None,)]
    claim = after.claim_next_job("w")
    assert claim
    assert after.complete_job(claim, b"report")
    assert before.get_job(job.job_id).status is Status.DONE, "the code before the upgrade goes on working beside it"
    create(before)
    before.db.close()
    after.db.close()


def test_a_job_that_ran_before_its_data_was_loaded_is_run_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.queue.store.tries.BACK_OFF_SECONDS", 0.2)
    imported = Event()

    def evaluation(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        if not imported.is_set():
            raise NoRegions
        return b"report"

    site.start(evaluation)
    job = create(site.store)
    wait_for(lambda: site.store.get_job(job.job_id).error_code == "no-regions")
    imported.set()
    assert wait_for_status(site.store, job, Status.DONE).attempts == 2


def test_looking_at_a_job_works_again_after_an_error(tmp_path: Path) -> None:
    """The page's side of it, that polling goes on after a 500, is tested in a browser."""
    store = open_at(tmp_path)
    job = create(store)
    store.db.close()
    file, away = tmp_path / "doorstep.sqlite", tmp_path / "away"
    file.rename(away)
    file.mkdir()
    with pytest.raises(QueueUnavailable):
        store.get_job(job.job_id)
    file.rmdir()
    away.rename(file)
    assert store.get_job(job.job_id) == job
    store.db.close()


def test_exception_text_with_a_key_in_it_is_stored_nowhere(site: Site) -> None:
    site.start(ChildRunner((sys.executable, "-m", "tests.support.evaluations", "leaking"), 30.0))
    job = create(site.store)
    failed = wait_for_status(site.store, job, Status.FAILED)
    assert failed.error
    assert failed.error.startswith("Something unexpected went wrong")
    assert "SECRET" not in str([tuple(row) for rows in all_rows(site.store).values() for row in rows])
