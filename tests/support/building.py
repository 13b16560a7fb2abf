"""Builders for the tests of the queue: stores, jobs, evaluations, and clocks that a test sets."""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.config import Config
from app.db.interface import Row
from app.db.postgres.database import PostgresDatabase
from app.db.sqlite.database import SqliteDatabase
from app.errors import QueueUnavailable
from app.queue.clocks import Clocks
from app.queue.jobs import Job, NewJob, StageRecord, StageState, Status
from app.queue.process import identity
from app.queue.runner import StageEnded, StageObserver
from app.queue.store import JobStore
from app.queue.store.tables import POSTGRES_SCRIPTS, SCHEMA
from app.queue.wake import WakeUp
from app.queue.wake.datagrams import DatagramWakeUp
from app.queue.wake.notifications import NotificationWakeUp
from tests.support import postgres

_numbers = itertools.count(1)

WIDE = Config(max_live_jobs_per_owner=1_000_000, max_live_jobs=1_000_000)


@dataclass
class SetClock:
    """Two clocks that stand still until a test moves them."""

    unix_seconds: float = 1_700_000_000.0
    steady_seconds: float = 1_000.0
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        self.clocks = Clocks(lambda: self.unix_seconds, lambda: self.steady_seconds)

    def pass_seconds(self, seconds: float) -> None:
        """Let this many seconds pass on both clocks."""
        self.unix_seconds += seconds
        self.steady_seconds += seconds


def open_at(
    folder: Path,
    config: Config | None = None,
    clock: SetClock | None = None,
    notify: Callable[[], None] = lambda: None,
    patience: float = 5.0,
) -> JobStore:
    """Open a store in a folder; on PostgreSQL, where the test asks for that, in a database that stands for it."""
    url, clocks = postgres.url_for(folder), clock.clocks if clock else None
    db: SqliteDatabase | PostgresDatabase
    if url:
        db = PostgresDatabase(url, POSTGRES_SCRIPTS, patience_seconds=patience)
        clocks = clocks or Clocks(db.clock.now, db.clock.now, elapsed=time.monotonic)
    else:
        db = SqliteDatabase(folder / "doorstep.sqlite", SCHEMA, patience_seconds=patience)
    store = JobStore(db, config or Config(), clocks or Clocks(), notify)
    if clock:
        store._process = ""  # only the lease says whether an owner lives: with a set clock a test plays them all
    return store


def open_waking(folder: Path, config: Config | None = None) -> JobStore:
    """Open a store that wakes the workers of a site on the same folder."""
    store = open_at(folder, config)
    store._notify = wake_up_of(store, folder).notify
    return store


def wake_up_of(store: JobStore, folder: Path) -> WakeUp:
    """Return what wakes, and is woken by, all who use the same database as a store."""
    return NotificationWakeUp(store.db) if isinstance(store.db, PostgresDatabase) else DatagramWakeUp(folder)


@contextmanager
def idle_beside(store: JobStore, folder: Path) -> Iterator[threading.Event]:
    """Stand for an idle worker of another process: yield the event that wakes it."""
    wake_up = wake_up_of(store, folder)
    woken = wake_up.subscribe()
    if not store.db.one_machine:
        assert woken.wait(5), "whoever begins to listen looks at once"
    woken.clear()
    yield woken
    wake_up.unsubscribe(woken)


def forget(folder: Path) -> None:
    """Give back what stands for a folder before its test is over, for tests that open hundreds."""
    if port := os.environ.get(postgres.VARIABLE):
        postgres.Server(folder, int(port)).clear_databases()


def aged(store: JobStore) -> JobStore:
    """Return a store whose process has run for two hours, so that it trusts its clock."""
    store.settled()
    store._settled_clock._before = store._settled_clock._newest = (
        store.clocks.unix() - 7_200.0,
        (store.clocks.elapsed or store.clocks.steady)() - 7_200.0,
    )
    return store


def new_job(owner: str = "ann", listing: str = "{}", key: str | None = None, priority: int = 0) -> NewJob:
    """Return a new job that is like no other unless it is given a key."""
    key = key or f"key-{next(_numbers)}"
    return NewJob(f"{key} street", listing, key, owner, priority)


def create(store: JobStore, *, owner: str = "ann", listing: str = "{}", priority: int = 0) -> Job:
    """Store a new job."""
    return store.create_job(new_job(owner, listing, priority=priority))[0]


def ended(stage: str, finding: bytes = b"found", reason: str = "") -> StageEnded:
    """Return a stage that ended; with a reason, one that found nothing."""
    state = StageState.MISSING if reason else StageState.DONE
    return StageEnded(StageRecord(stage, state, 0.01, reason), finding)


def stages_of(count: int, seconds: float = 0.0) -> Callable[[str, Sequence[bytes], StageObserver], bytes]:
    """Return an evaluation of some small stages that goes on after those already finished."""

    def evaluation(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        for number in range(len(finished), count):
            progress.began(f"stage {number}")
            time.sleep(seconds)
            progress.ended(ended(f"stage {number}", b"finding %d" % number))
        return b'{"listing": %s}' % listing.encode()

    return evaluation


def wait_for(what: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so; fail if that takes longer."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def wait_for_status(store: JobStore, job: Job, *statuses: Status, seconds: float = 10.0) -> Job:
    """Wait until a job is in one of these statuses and return it."""
    wait_for(lambda: store.get_job(job.job_id).status in statuses, seconds)
    return store.get_job(job.job_id)


def tuples(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """Return rows as tuples, to compare them."""
    return [tuple(row) for row in rows]


def all_rows(store: JobStore) -> dict[str, Sequence[Row]]:
    """Return the rows of every table."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if isinstance(store.db, PostgresDatabase):
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
    return {str(name): store.db.read(f"SELECT * FROM {name}") for (name,) in tuples(store.db.read(sql))}


def of_a_dead_process() -> str:
    """Return by which name a process of this machine was known that has ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        name = identity(process.pid)
        assert process.stdin
        process.stdin.close()
    assert name
    return name


@contextmanager
def refused_as_double() -> Iterator[None]:
    """Expect that the database itself refuses a row which may be there once."""
    with pytest.raises((sqlite3.IntegrityError, QueueUnavailable)) as refusal:
        yield
    assert "unique constraint" in str(refusal.value.__cause__ or refusal.value).lower()


#: Pruning leaves snapshots without their job.
KEPT = "job_seq IN (SELECT seq FROM evaluation_jobs)"


#: Rows that belong to something that is not there.
_ORPHANS = """
SELECT 'job_stages', count(*) FROM job_stages WHERE job_seq NOT IN (SELECT seq FROM evaluation_jobs)
UNION ALL
SELECT 'job_events', count(*) FROM job_events WHERE job_seq NOT IN (SELECT seq FROM evaluation_jobs)
UNION ALL
SELECT 'pictures', count(*) FROM pictures WHERE job_seq NOT IN (SELECT job_seq FROM snapshots)
UNION ALL
SELECT 'batch_lines', count(*) FROM batch_lines WHERE batch_id NOT IN (SELECT batch_id FROM batches)
    OR job_seq NOT IN (SELECT seq FROM evaluation_jobs)
UNION ALL
SELECT 'batches', count(*) FROM batches
WHERE batch_id NOT IN (SELECT batch_id FROM batch_lines WHERE job_seq IS NOT NULL)
UNION ALL
SELECT 'list_entries', count(*) FROM list_entries WHERE job_seq NOT IN (SELECT job_seq FROM snapshots)
    OR list_id NOT IN (SELECT list_id FROM lists)
UNION ALL
SELECT 'list_opinions', count(*) FROM list_opinions WHERE entry_id NOT IN (SELECT entry_id FROM list_entries)
    OR person_id NOT IN (SELECT person_id FROM list_people)
"""


def assert_whole(store: JobStore) -> None:
    """Check what must hold at any moment: one snapshot per done job, nothing without its owner, intact indexes."""
    done = tuples(store.db.read("SELECT job_id, result_snapshot_id FROM evaluation_jobs WHERE status = 'done'"))
    assert sorted(done) == sorted(tuples(store.db.read(f"SELECT job_id, snapshot_id FROM snapshots WHERE {KEPT}")))
    assert [row for row in tuples(store.db.read(_ORPHANS)) if row[1]] == []
    if isinstance(store.db, PostgresDatabase):
        indexes = "SELECT bt_index_check(indexrelid, true) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        store.db.read(indexes + "WHERE relnamespace = current_schema()::regnamespace")
    else:
        assert tuples(store.db.read("PRAGMA integrity_check")) == [("ok",)]


def assert_all_ended(store: JobStore) -> None:
    """Check that every job is in one final state, by the end of its history too."""
    assert_whole(store)
    assert tuples(
        store.db.read("SELECT count(*) FROM evaluation_jobs WHERE status IN ('queued', 'running', 'asking')")
    ) == [(0,)]
    last = "SELECT to_status FROM job_events WHERE job_seq = seq ORDER BY version DESC LIMIT 1"
    assert tuples(store.db.read(f"SELECT count(*) FROM evaluation_jobs WHERE status <> ({last})")) == [(0,)]
