"""Stopping a real gunicorn: the job under way goes back whole, in time, and the next start goes on with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.queue.jobs import Job, Status
from app.queue.process import identity
from app.queue.store import JobStore
from tests.support.building import assert_all_ended, create, open_waking, wait_for, wait_for_status
from tests.support.dialects import on_both, sqlite_alone
from tests.support.gunicorn_site import Gunicorn

pytestmark = on_both


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    """A store on the site's database."""
    store = open_waking(tmp_path)
    yield store
    store.db.close()


@pytest.fixture
def site(tmp_path: Path, store: JobStore) -> Iterator[Gunicorn]:
    site = Gunicorn(tmp_path, "slowly", workers=1)
    site.wait_until_up(workers=1)
    yield site
    site.kill()


def under_way(store: JobStore) -> Job:
    """A job in its third stage."""
    job = create(store)
    wait_for(lambda: len(store.checkpoints(job.job_id)) >= 2)
    return job


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_job_under_way_is_handed_back(store: JobStore, site: Gunicorn, number: int) -> None:
    job = under_way(store)
    evaluators = site.evaluators()
    assert site.stop(number) == 0
    back = store.get_job(job.job_id)
    assert (back.status, back.attempts) == (Status.QUEUED, 0)
    assert len(store.checkpoints(job.job_id)) >= 2
    wait_for(lambda: not any(identity(pid) for pid in evaluators))


def test_the_next_start_goes_on_with_it(store: JobStore, site: Gunicorn, tmp_path: Path) -> None:
    job = under_way(store)
    site.stop()
    again = Gunicorn(tmp_path, "slowly")
    try:
        done = wait_for_status(store, job, Status.DONE, seconds=20)
        assert (done.attempts, done.resumed) == (1, 1)
        assert_all_ended(store)
    finally:
        again.kill()


def test_a_stage_without_end_does_not_hold_up_the_stop(store: JobStore, tmp_path: Path) -> None:
    site = Gunicorn(tmp_path, "hanging_in_native_code", workers=1)
    try:
        site.wait_until_up(workers=1)
        job = create(store)
        wait_for(lambda: store.get_job(job.job_id).current_stage == "schools")
        site.stop(seconds=60)
        back = store.get_job(job.job_id)
        assert (back.status, back.attempts) == (Status.QUEUED, 0)
    finally:
        site.kill()


def test_a_killed_worker_is_replaced_and_its_job_resumed(store: JobStore, site: Gunicorn) -> None:
    job = under_way(store)
    (worker,) = site.workers()
    os.kill(worker, signal.SIGKILL)
    done = wait_for_status(store, job, Status.DONE, seconds=20)
    assert (done.attempts, done.resumed) == (2, 1)
    assert "its worker was gone" in [event.why for event in store.events(job.job_id)]


def test_a_killed_evaluator_is_replaced_and_its_job_resumed(store: JobStore, site: Gunicorn) -> None:
    job = under_way(store)
    (evaluator,) = site.evaluators()
    os.kill(evaluator, signal.SIGKILL)
    done = wait_for_status(store, job, Status.DONE, seconds=20)
    assert (done.attempts, done.resumed) == (2, 1)


def everybody(site: Gunicorn) -> list[int]:
    """Every process of a site, the evaluators first."""
    return [*site.evaluators(), *site.workers(), site.arbiter.pid]


def test_a_stop_that_signals_every_process_at_once_is_no_try(store: JobStore, tmp_path: Path) -> None:
    """As systemd does unless it is told otherwise (KillMode=control-group)."""
    job = create(store)
    kept = 0
    for _ in range(3):
        site = Gunicorn(tmp_path, "long", workers=1)
        try:
            site.wait_until_up(workers=1)
            wait_for(lambda: len(store.checkpoints(job.job_id)) > kept, 20)  # noqa: B023
            for pid in everybody(site):
                os.kill(pid, signal.SIGTERM)
            assert site.arbiter.wait(30) == 0
        finally:
            site.kill()
        back = store.get_job(job.job_id)
        assert (back.status, back.attempts) == (Status.QUEUED, 0)
        assert len(store.checkpoints(job.job_id)) > kept
        kept = len(store.checkpoints(job.job_id))
    assert {event.why for event in store.events(job.job_id)[1:]} == {"attempt 1", "handed back: its worker stops"}


@sqlite_alone("of another host's processes nobody knows whether they live: there the lease decides")
def test_a_site_that_is_frozen_for_longer_than_its_leases_keeps_its_job(store: JobStore, tmp_path: Path) -> None:
    site = Gunicorn(tmp_path, "long", lease_seconds="0.5")
    try:
        site.wait_until_up()
        job = create(store)
        for frozen in range(4):
            wait_for(lambda: len(store.checkpoints(job.job_id)) > 2 * frozen, 20)  # noqa: B023
            pids = everybody(site)
            for number in (signal.SIGSTOP, signal.SIGCONT):
                for pid in pids:
                    os.kill(pid, number)
                if number == signal.SIGSTOP:
                    time.sleep(1.5)
        done = wait_for_status(store, job, Status.DONE, seconds=20)
        assert (done.attempts, done.resumed) == (1, 0)
    finally:
        site.kill()
