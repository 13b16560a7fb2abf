"""Real servers without a worker say so; the development server has exactly one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from app.queue.process import identity
from app.queue.wake.datagrams import DatagramWakeUp
from tests.support.building import create, open_at, wait_for
from tests.support.folders import ROOT
from tests.support.gunicorn_site import children
from tests.support.serving import free_port, wait_until_up


@contextmanager
def running(folder: Path, *command: str) -> Iterator[tuple[str, int]]:
    """Run a server on a free port; give its address and its process id."""
    port = free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", *(part.format(port=port) for part in command)],
            cwd=ROOT,
            env=os.environ | {"DOORSTEP_DATA_DIR": str(folder)},
            stdout=output,
            stderr=output,
            # Where the tests run in the background Ctrl-C is ignored, by what they start, too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
    family = [server.pid]
    try:
        wait_until_up(f"http://127.0.0.1:{port}", log)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        family += descendants(server.pid)
        server.send_signal(signal.SIGINT)
        try:
            server.wait(10)
        finally:
            wait_for(lambda: not any(identity(pid) for pid in family), 5)
            for pid in family:
                if Path(f"/proc/{pid}").exists() and pid != server.pid:
                    os.kill(pid, signal.SIGKILL)
            server.kill()


def descendants(pid: int) -> list[int]:
    """Return all processes that a process has started, and theirs."""
    return [each for child in children(pid) for each in (child, *descendants(child))]


def evaluators(pid: int) -> list[int]:
    """Return the evaluators among them."""
    found = []
    for each in descendants(pid):
        try:
            if b"app.queue.evaluator" in Path(f"/proc/{each}/cmdline").read_bytes():
                found.append(each)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["plain", "debug"])
def test_the_development_server_works_on_the_queue(tmp_path: Path, debug: tuple[str, ...]) -> None:
    with running(tmp_path, "flask", "--app", "app", "run", *debug, "--port", "{port}") as (_, pid):
        store = open_at(tmp_path, notify=DatagramWakeUp(tmp_path).notify)
        wait_for(lambda: len(evaluators(pid)) == 1, 20)
        job = create(store, listing='{"address": "nowhere"}')
        wait_for(lambda: store.get_job(job.job_id).attempts == 1, 20)  # no region: it is tried again later
        assert len(store.db.read("SELECT 1 FROM workers")) == 1
        (evaluator,) = evaluators(pid)
        store.db.close()
    wait_for(lambda: not Path(f"/proc/{evaluator}").exists())
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_gunicorn_without_its_configuration_says_that_nobody_works(tmp_path: Path) -> None:
    command = ("gunicorn", "--bind", "127.0.0.1:{port}", "--no-control-socket", "app:create_app()")
    with running(tmp_path, *command) as (url, _):
        ready = requests.get(f"{url}/readyz", timeout=5)
        assert (ready.status_code, "Nobody works on the queue" in ready.text) == (503, True)
        browser = requests.Session()
        page = browser.post(f"{url}/", data={"address": "Bulevardi 12"}, timeout=5)
        store = open_at(tmp_path)
        (job,) = store.list_jobs(None)
        with store.db.write(durable=True) as connection:  # it has waited for a while
            connection.execute("UPDATE evaluation_jobs SET queued_at = queued_at - 60, created_at = created_at - 60")
        page = browser.get(f"{url}/job/{job.job_id}", timeout=5)
        assert "Nobody is working on requests at the moment" in page.text
        poll = browser.get(f"{url}/job/{job.job_id}/progress", headers={"HX-Request": "true"}, timeout=5)
        assert "Nobody is working on requests at the moment" in poll.text
        time.sleep(1.1)
        assert (tmp_path / "server.log").read_text().count("nobody works on the queue") == 1
        store.db.close()
