"""The queue: jobs, their store, the worker and the wake-up. Nothing in here knows Flask."""

from __future__ import annotations

import os
from pathlib import Path

from app.config import Config
from app.db.database import Database
from app.queue.child import ChildRunner, production_command
from app.queue.hosting import Hosting
from app.queue.store import JobStore
from app.queue.store.base import SCHEMA
from app.queue.wake import WakeUp
from app.queue.worker import Health, Worker

_wake_ups: dict[tuple[int, Path], WakeUp] = {}
_workers: dict[int, Worker] = {}


def open_store(config: Config) -> JobStore:
    """Return a store on the configured database; each thread opens the file at its first use."""
    return JobStore(Database(config.database_path, SCHEMA), config, notify=_wake_up(config).notify)


def start_worker(config: Config) -> Worker:
    """Start this process's worker, with its evaluator loading in a process of its own. Call it after any fork."""
    runner = ChildRunner(production_command(config), config.stage_timeout_seconds)
    store = open_store(config)
    worker = Worker(store, runner, _wake_up(config), config)
    worker.hosting = Hosting(store, config, worker.looks_for_work)
    worker.start()
    _workers[os.getpid()] = worker
    return worker


def keep_regions(config: Config) -> Hosting:
    """Fetch what this host lacks of the site's regions, in a process that has no worker. Call it after any fork."""
    hosting = Hosting(open_store(config), config)
    hosting.start()
    return hosting


def worker_health() -> Health | None:
    """Return the health of this process's worker; None if it has none."""
    worker = _workers.get(os.getpid())
    return worker.health() if worker else None


def _wake_up(config: Config) -> WakeUp:
    """Return the process's one wake-up for a data folder: its own worker is then woken without a datagram."""
    return _wake_ups.setdefault((os.getpid(), config.data_dir.resolve()), WakeUp(config.data_dir))
