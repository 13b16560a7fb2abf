"""What the log says while something is wrong: one line when it begins, and one when it is over."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from app import create_app
from app.config import Config
from app.queue.child import ChildRunner
from app.queue.jobs import Status
from app.queue.wake.datagrams import DatagramWakeUp
from tests.queue.conftest import Site
from tests.support.building import create, open_at, wait_for, wait_for_status
from tests.support.gunicorn_site import Gunicorn


def test_a_locked_database_is_one_line_a_process(tmp_path: Path) -> None:
    site = Gunicorn(tmp_path, "long", lease_seconds="1")
    store = open_at(tmp_path, notify=DatagramWakeUp(tmp_path).notify)
    try:
        site.wait_until_up()
        job = create(store)
        wait_for(lambda: len(store.checkpoints(job.job_id)) >= 2, 20)
        with closing(sqlite3.connect(store.db.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(8)  # longer than any patience
            other.execute("ROLLBACK")
        assert wait_for_status(store, job, Status.DONE, seconds=30).attempts == 1
        wait_for(lambda: site.log.read_text().count("works again") == 2, 20)
    finally:
        site.stop()
        site.kill()
        store.db.close()
    lines = site.log.read_text().splitlines()
    assert len([line for line in lines if "writing fails: database is locked" in line]) == 2, "one for each process"
    assert len(lines) <= 8, "\n".join(lines)
    assert not [line for line in lines if "Traceback" in line]


def test_requests_meanwhile_add_no_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = open_at(tmp_path)
    job = create(store)
    client = create_app(Config(data_dir=tmp_path)).test_client()
    (tmp_path / "doorstep.sqlite").rename(tmp_path / "away")
    for _ in range(20):
        assert client.get(f"/job/{job.job_id}").status_code == 503
    assert len(caplog.records) == 1
    (tmp_path / "away").rename(tmp_path / "doorstep.sqlite")
    assert client.get(f"/job/{job.job_id}").status_code == 200
    first, second = (record.getMessage() for record in caplog.records)
    assert ("reading fails" in first, "reading works again" in second) == (True, True)
    store.db.close()


def test_a_stop_while_the_evaluator_loads_is_no_error(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    runner = ChildRunner((sys.executable, "-c", "import time; time.sleep(60)"), 30.0)
    worker = site.start(runner)
    wait_for(lambda: runner.pid is not None)
    pid = runner.pid
    worker.stop(2.0)
    assert not caplog.records
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 0, 0)
