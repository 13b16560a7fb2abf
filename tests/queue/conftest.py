"""What the tests of the queue share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Config
from app.queue.runner import Evaluate, InlineRunner, Runner
from app.queue.store import JobStore
from app.queue.wake.datagrams import DatagramWakeUp
from app.queue.worker import Worker
from tests.support.building import SetClock, open_at


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock, dialect: str) -> Iterator[JobStore]:
    """A store whose clocks stand still."""
    store = open_at(tmp_path, clock=clock)
    yield store
    store.db.close()


class Site:
    """A data folder with its wake-up, from which a test opens stores and starts workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wake_up = DatagramWakeUp(folder)
        self.store = open_at(folder, notify=self.wake_up.notify)
        self._workers: list[Worker] = []

    def start(self, evaluation: Evaluate | Runner, store: JobStore | None = None, lease: float = 15.0) -> Worker:
        """Start a worker on an evaluation in its own thread, or on a runner."""
        runner = InlineRunner(evaluation) if callable(evaluation) else evaluation
        worker = Worker(store or self.store, runner, self.wake_up, Config(lease_seconds=lease))
        worker.start()
        self._workers.append(worker)
        return worker

    def close(self) -> None:
        for worker in self._workers:
            worker.stop(2.0)
        self.store.db.close()


@pytest.fixture
def site(tmp_path: Path, dialect: str) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()
