"""Starts gunicorn on a free port and ends it again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support import postgres
from tests.support.folders import ROOT

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Site:
    """A running site."""

    url: str
    data_dir: Path
    #: Gunicorn's main process.
    pid: int

    @property
    def log(self) -> str:
        """Return what it has logged so far."""
        return (self.data_dir / "gunicorn.log").read_text()


@contextmanager
def serve(data_dir: Path, *arguments: str, **settings: str) -> Iterator[Site]:
    """Run gunicorn until the block ends; its log is shown if it does not come up."""
    port = free_port()
    environment = os.environ | {"DOORSTEP_DATA_DIR": str(data_dir), "PORT": str(port)}
    environment |= postgres.environment(data_dir) | settings
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *arguments]
    log_path = data_dir / "gunicorn.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_up(url, log_path)
        yield Site(url, data_dir, process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, log_path: Path) -> None:
    """Wait for the first answer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            requests.get(f"{url}/healthz", timeout=1).close()
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log_path.read_text())
