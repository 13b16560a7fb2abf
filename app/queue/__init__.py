"""The queue: jobs, their store, the worker and the wake-up. Nothing in here knows Flask."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from app.config import Config
from app.db.interface import Database
from app.db.sqlite.closing import why_moved
from app.db.sqlite.database import SqliteDatabase
from app.errors import ConfigError, SiteMoved
from app.queue.child import ChildRunner, production_command
from app.queue.clocks import Clocks
from app.queue.hosting import Hosting
from app.queue.store import JobStore
from app.queue.store.tables import POSTGRES_SCRIPTS, SCHEMA
from app.queue.wake import WakeUp
from app.queue.wake.datagrams import DatagramWakeUp
from app.queue.worker import Health, Worker

if TYPE_CHECKING:
    from app.db.postgres.database import PostgresDatabase

_wake_ups: dict[tuple[int, str], WakeUp] = {}
_servers: dict[tuple[int, str], PostgresDatabase] = {}
_workers: dict[int, Worker] = {}


def open_store(config: Config) -> JobStore:
    """Return a store on the configured database, which is opened at its first use."""
    database, clocks = _database(config)
    return JobStore(database, config, clocks, notify=_wake_up(config).notify)


def refuse_moved(config: Config) -> None:
    """Raise SiteMoved where the data of the configured database has moved away: nobody should start on it by mistake.

    Nothing is written, and nothing stays open. A database that cannot be read is left to whoever opens it.
    """
    if config.database_url:
        try:
            from app.db.postgres import closing
        except ImportError as error:
            raise postgres_missing(error) from None
        why = closing.why_moved(config.database_url)
    else:
        why = why_moved(config.database_path)
    if why:
        raise SiteMoved(why=why)


def start_worker(config: Config, *, is_the_site_s: bool = True) -> Worker:
    """Start a worker, with its evaluator loading in a process of its own. Call it after any fork.

    Of the site's, of which a process has one, `worker_health` tells; a command may have several of its own.
    """
    runner = ChildRunner(production_command(config), config.stage_timeout_seconds)
    store = open_store(config)
    worker = Worker(store, runner, _wake_up(config), config)
    worker.hosting = Hosting(store, config, worker.looks_for_work)
    worker.start()
    if is_the_site_s:
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


def _database(config: Config) -> tuple[Database, Clocks]:
    """Return the database, and the clocks by which all who use it go."""
    if not config.database_url:
        return SqliteDatabase(config.database_path, SCHEMA), Clocks()
    server = _server(config)
    return server, Clocks(server.clock.now, server.clock.now, elapsed=time.monotonic)


def _server(config: Config) -> PostgresDatabase:
    """Return the process's one way to its PostgreSQL server: all stores share its connections."""
    try:
        from app.db.postgres.database import PostgresDatabase
    except ImportError as error:
        raise postgres_missing(error) from None
    key = os.getpid(), config.database_url
    if key not in _servers:
        connections = int(config.database_connections)
        server = PostgresDatabase(config.database_url, POSTGRES_SCRIPTS, connections=connections)
        _servers.setdefault(key, server)
    return _servers[key]


def postgres_missing(error: ImportError) -> ConfigError:
    """Return the error that says which library PostgreSQL needs."""
    why = f"PostgreSQL needs `pip install 'doorstep[postgres]'` ({error.name} is missing)"
    return ConfigError(name="DOORSTEP_DATABASE_URL", why=why)


def _wake_up(config: Config) -> WakeUp:
    """Return the process's one wake-up for a database: its own worker is then woken without a message."""
    key = os.getpid(), config.database_url or str(config.data_dir.resolve())
    if key not in _wake_ups:
        _wake_ups.setdefault(key, _new_wake_up(config))
    return _wake_ups[key]


def _new_wake_up(config: Config) -> WakeUp:
    if not config.database_url:
        return DatagramWakeUp(config.data_dir)
    from app.queue.wake.notifications import NotificationWakeUp

    return NotificationWakeUp(_server(config))
