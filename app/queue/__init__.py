"""Jobs, their store, the worker thread and the wake-up. Knows no Flask."""

from __future__ import annotations

import os
from pathlib import Path

from app.config import Config
from app.db.database import Database
from app.queue.child import ChildRunner, production_command
from app.queue.store import JobStore
from app.queue.store.base import SCHEMA
from app.queue.wake import WakeUp
from app.queue.worker import Health, Worker

_wake_ups: dict[tuple[int, Path], WakeUp] = {}
_workers: dict[int, Worker] = {}


def open_store(config: Config) -> JobStore:
    """Return a store on the configured database; the file is opened at the first use of each thread."""
    return JobStore(Database(config.database_path, SCHEMA), config, notify=_wake_up(config).notify)


def start_worker(config: Config) -> Worker:
    """Start this process's worker, with its evaluator loading in a process of its own. Call it after any fork."""
    runner = ChildRunner(production_command(config), config.stage_timeout_seconds)
    worker = Worker(open_store(config), runner, _wake_up(config), config)
    worker.start()
    _workers[os.getpid()] = worker
    return worker


def worker_health() -> Health | None:
    """Return how this process's worker is; None where it has none."""
    worker = _workers.get(os.getpid())
    return worker.health() if worker else None


def _wake_up(config: Config) -> WakeUp:
    """Share one wake_up in a process, so that its own worker is woken without a datagram."""
    return _wake_ups.setdefault((os.getpid(), config.data_dir.resolve()), WakeUp(config.data_dir))
