"""`DOORSTEP_WORKER=off`: web processes that leave the work to `flask worker` processes beside them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.queue.jobs import Status
from app.queue.wake.datagrams import DatagramWakeUp
from tests.support.building import create, open_at, wait_for, wait_for_status
from tests.support.folders import ROOT
from tests.support.gunicorn_site import children
from tests.support.serving import free_port, wait_until_up


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A real site on a file, without workers of its own."""
    port = free_port()
    environ = os.environ | {"DOORSTEP_DATA_DIR": str(tmp_path), "PORT": str(port), "DOORSTEP_WORKER": "off"}
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn_config.py", "app:create_app()"]
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        wait_until_up(f"http://127.0.0.1:{port}", tmp_path / "log")
        assert not [child for worker in children(server.pid) for child in children(worker)], "no evaluator"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_it_says_that_nobody_works_until_a_worker_does(url: str, tmp_path: Path) -> None:
    ready = requests.get(f"{url}/readyz", timeout=10)
    assert (ready.status_code, "DOORSTEP_WORKER is off here" in ready.text) == (503, True)
    store = open_at(tmp_path, notify=DatagramWakeUp(tmp_path).notify)
    environ = os.environ | {"DOORSTEP_DATA_DIR": str(tmp_path), "TEST_EVALUATION": "well"}
    command = [sys.executable, "-m", "tests.support.worker_for_tests"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    try:
        wait_for_status(store, create(store), Status.DONE, seconds=30)
        wait_for(lambda: "Nobody works" not in requests.get(f"{url}/readyz", timeout=10).text, 20)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(40) == 0
    store.db.close()


def test_the_development_server_has_none_either(tmp_path: Path) -> None:
    port = free_port()
    environ = os.environ | {"DOORSTEP_DATA_DIR": str(tmp_path), "DOORSTEP_WORKER": "off"}
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "flask", "--app", "app", "run", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        wait_until_up(f"http://127.0.0.1:{port}", tmp_path / "log")
        assert not children(server.pid)
        assert "Nobody works" in requests.get(f"http://127.0.0.1:{port}/readyz", timeout=10).text
    finally:
        server.terminate()
        server.wait(20)
