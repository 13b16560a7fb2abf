"""The queue and its peers behind one small interface, each used as its own documentation shows."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

#: Where the peers were installed for this run only.
PEERS = os.environ.get("QUEUE_PEERS", "")
VERSIONS = {"huey": "huey==3.5.4", "litequeue": "litequeue==0.9", "persist-queue": "persist-queue==1.1.0"}


class Contestant(Protocol):
    """A queue on disk. `sync` is SQLite's synchronous mode, the same for all."""

    def __init__(self, folder: Path, sync: str) -> None: ...

    def put(self, number: int) -> None:
        """Store a job and return when it is committed."""

    def work(self) -> Iterator[int]:
        """Take and finish jobs that do nothing, one after another, until none is left."""

    def take(self) -> bool:
        """Take one job and do not finish it; False where there is none."""


class Doorstep:
    """This queue: a stored report, a history and a fenced completion for every job."""

    def __init__(self, folder: Path, sync: str) -> None:
        from app.config import Config
        from app.db.sqlite.database import SqliteDatabase
        from app.queue.store import JobStore
        from app.queue.store.tables import SCHEMA
        from app.queue.wake.datagrams import DatagramWakeUp

        db = SqliteDatabase(folder / "doorstep.sqlite", SCHEMA, synchronous=sync)
        config = Config(max_live_jobs_per_owner=10_000_000, max_live_jobs=10_000_000)
        self.folder = folder
        self.store = JobStore(db, config, notify=DatagramWakeUp(folder).notify)

    def put(self, number: int) -> None:
        from app.queue.jobs import NewJob

        self.store.create_job(NewJob("12 main street", str(number), str(number), f"owner {number}"))

    def work(self) -> Iterator[int]:
        claim = self.store.claim_next_job("bench:1:1")
        while claim is not None:
            number = int(claim.listing)
            snapshot_id, claim = self.store.complete_and_claim(claim, b"{}", "bench:1:1")
            if snapshot_id:
                yield number

    def take(self) -> bool:
        self.store.recover_stale()
        return self.store.claim_next_job("bench:1:1") is not None


class Huey:
    """huey's SqliteHuey; the task returns what is stored, as ours does."""

    result: str | None = "{}"

    def __init__(self, folder: Path, sync: str) -> None:
        from huey import SqliteHuey

        self.huey = SqliteHuey(filename=str(folder / "huey.db"))
        self.huey.storage.conn.execute(f"PRAGMA synchronous={sync}")
        self.job: Callable[[int], str | None] = lambda _number: self.result
        self.task: Any = self.huey.task(name="job")(lambda number: self.job(number))

    def put(self, number: int) -> None:
        self.task(number)

    def work(self) -> Iterator[int]:
        while (task := self.huey.dequeue()) is not None:
            self.huey.execute(task)
            yield task.args[0]

    def take(self) -> bool:
        return self.huey.dequeue() is not None


class HueyWithoutResult(Huey):
    """The same, but nothing of a job's outcome is kept."""

    result = None


class Litequeue:
    """litequeue: pop and done."""

    def __init__(self, folder: Path, sync: str) -> None:
        from litequeue import LiteQueue

        self.queue = LiteQueue(str(folder / "litequeue.db"))
        self.queue.conn.execute(f"PRAGMA synchronous={sync}")
        self.queue.conn.execute("PRAGMA busy_timeout=10000")

    def put(self, number: int) -> None:
        self.queue.put(str(number))

    def work(self) -> Iterator[int]:
        while (message := self.queue.pop()) is not None:
            self.queue.done(message.message_id)
            yield int(message.data)

    def take(self) -> bool:
        return self.queue.pop() is not None


class PersistQueue:
    """persist-queue's SQLiteAckQueue: get and ack."""

    def __init__(self, folder: Path, sync: str) -> None:
        from persistqueue import SQLiteAckQueue

        self.queue = SQLiteAckQueue(str(folder / "persist"), multithreading=True)
        for connection in (self.queue._getter, self.queue._putter):
            connection.execute(f"PRAGMA synchronous={sync}")

    def put(self, number: int) -> None:
        self.queue.put(number)

    def work(self) -> Iterator[int]:
        from persistqueue.exceptions import Empty

        while True:
            try:
                item = self.queue.get(block=False, raw=True)
            except Empty:
                return
            except sqlite3.OperationalError:
                continue  # locked by the other process: its users have to try again by themselves
            self.queue.ack(id=item["pqid"])
            yield item["data"]

    def take(self) -> bool:
        from persistqueue.exceptions import Empty

        try:
            self.queue.get(block=False)
        except Empty:
            return False
        return True


CONTESTANTS: dict[str, type[Contestant]] = {
    "Doorstep": Doorstep,
    "huey": Huey,
    "huey, no result": HueyWithoutResult,
    "litequeue": Litequeue,
    "persist-queue": PersistQueue,
}

if PEERS:
    sys.path.append(PEERS)
