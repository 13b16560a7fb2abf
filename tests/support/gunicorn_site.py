"""A real gunicorn with real workers and evaluators, for tests that kill and stop them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support import postgres
from tests.support.building import wait_for
from tests.support.folders import ROOT


def children(pid: int) -> list[int]:
    """Return the living children of a process."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


class Gunicorn:
    """`gunicorn -c gunicorn_config.py` on a data folder, with an evaluation made for tests."""

    def __init__(self, folder: Path, evaluation: str, workers: int = 2, **settings: str) -> None:
        environ = {
            **os.environ,
            **postgres.environment(folder),
            "DOORSTEP_DATA_DIR": str(folder),
            "TEST_EVALUATION": evaluation,
            "WEB_CONCURRENCY": str(workers),
            **{f"DOORSTEP_{name.upper()}": value for name, value in settings.items()},
        }
        self.log = folder / "gunicorn.log"
        with self.log.open("ab") as log:
            self.arbiter = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "tests/support/gunicorn_for_tests.py"],
                cwd=ROOT,
                env=environ,
                stderr=log,
            )

    def workers(self) -> list[int]:
        """Return the worker processes."""
        return children(self.arbiter.pid)

    def evaluators(self) -> list[int]:
        """Return the evaluators' processes."""
        return [child for worker in self.workers() for child in children(worker)]

    def wait_until_up(self, workers: int = 2) -> None:
        """Wait until every worker has its evaluator."""
        wait_for(lambda: len(self.evaluators()) == workers, 20)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30.0) -> int:
        """Stop it and return its exit code."""
        self.arbiter.send_signal(number)
        return self.arbiter.wait(seconds)

    def kill(self) -> None:
        """Kill everything that is left."""
        for pid in (self.arbiter.pid, *self.workers(), *self.evaluators()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.arbiter.wait()
