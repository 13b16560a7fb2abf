"""A worker cannot die quietly: dead threads are started again, and the job they held counts as tried."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.queue import watch
from app.queue.jobs import Status
from app.queue.runner import StageObserver
from tests.queue.conftest import Site
from tests.support.building import SetClock, create, open_at, stages_of, wait_for, wait_for_status

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


def deadly(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """End the thread itself, which no `except Exception` catches, unless the listing is harmless."""
    if listing == '"deadly"':
        raise SystemExit
    return stages_of(2)(listing, finished, progress)


def kill_thread(name: str) -> None:
    """Raise SystemExit in a thread, wherever it is."""
    (victim,) = [thread for thread in threading.enumerate() if thread.name == name]
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(victim.ident or 0), ctypes.py_object(SystemExit))
    wait_for(lambda: not victim.is_alive())


def test_a_dead_worker_thread_is_started_again(site: Site) -> None:
    worker = site.start(deadly)
    bad, good = create(site.store, listing='"deadly"'), create(site.store)
    wait_for_status(site.store, good, Status.DONE)
    failed = wait_for_status(site.store, bad, Status.FAILED)
    assert failed.error_code == "evaluation-crashed"
    assert [event.why for event in site.store.events(bad.job_id)].count("its worker's thread died") == 3
    assert (worker.health().alive, worker.health().restarts) == (True, 3)


def test_a_dead_watch_is_started_again(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    worker = site.start(stages_of(1))
    kill_thread("doorstep-watch")
    assert not worker.health().alive
    wait_for(lambda: worker.health().alive)
    assert "the watch died" in caplog.text
    wait_for_status(site.store, create(site.store), Status.DONE)


def test_a_sound_worker_is_left_alone(site: Site) -> None:
    worker = site.start(stages_of(1))
    for _ in range(3):
        wait_for_status(site.store, create(site.store), Status.DONE)
    assert (worker.health().alive, worker.health().restarts) == (True, 0)


def test_it_clears_old_jobs_away(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SetClock()
    store = open_at(tmp_path, clock=clock)
    old = create(store)
    store.cancel_job(old.job_id, "ann")
    clock.pass_seconds(29 * 86_400)
    young = create(store)
    store.cancel_job(young.job_id, "ann")
    clock.pass_seconds(2 * 86_400)
    monkeypatch.setattr(watch, "TIDY_SECONDS", 0.0)
    site.start(stages_of(1), store)
    wait_for(lambda: [job.job_id for job in store.list_jobs(None)] == [young.job_id])
