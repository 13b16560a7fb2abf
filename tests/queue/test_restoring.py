"""A backup of a real site that works flat out, and a restore after it was stopped or killed."""

from __future__ import annotations

from pathlib import Path

from app.queue.jobs import Status
from app.queue.wake.datagrams import DatagramWakeUp
from tests.support.building import assert_all_ended, create, open_at, wait_for, wait_for_status
from tests.support.commands import flask
from tests.support.gunicorn_site import Gunicorn


def test_a_backup_is_restored_once_the_site_is_stopped(tmp_path: Path) -> None:
    site = Gunicorn(tmp_path, "well")
    try:
        site.wait_until_up()
        store = open_at(tmp_path, notify=DatagramWakeUp(tmp_path).notify)
        jobs = [create(store, owner=str(number)) for number in range(40)]
        assert flask(tmp_path, "backup", str(tmp_path / "backup")).returncode == 0
        refused = flask(tmp_path, "restore", str(tmp_path / "backup"))
        assert (refused.returncode, "is in use" in refused.stderr) == (1, True)
        later = create(store, owner="later")
        wait_for(lambda: store.stats().done == len(jobs) + 1, 20)
        store.db.close()
    finally:
        site.kill()  # its log stays behind
    restored = flask(tmp_path, "restore", str(tmp_path / "backup"))
    assert restored.returncode == 0, restored.stderr
    again = Gunicorn(tmp_path, "well")
    try:
        assert later.job_id not in {job.job_id for job in store.list_jobs(None, 100)}
        for job in jobs:
            wait_for_status(store, job, Status.DONE, seconds=20)
        assert_all_ended(store)
    finally:
        again.kill()
        store.db.close()
