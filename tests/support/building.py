"""Builders for the tests of the queue: stores, jobs, evaluations, and clocks that a test sets."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.config import Config
from app.db.interface import Row
from app.db.postgres.database import PostgresDatabase
from app.db.sqlite.database import SqliteDatabase
from app.queue.jobs import Job, NewJob, StageRecord, StageState, Status
from app.queue.runner import StageEnded, StageObserver
from app.queue.store import JobStore
from app.queue.store.clocks import Clocks
from app.queue.store.tables import POSTGRES_SCRIPTS, SCHEMA
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
    port, clocks = os.environ.get(postgres.VARIABLE), clock.clocks if clock else None
    db: SqliteDatabase | PostgresDatabase
    if port:
        server = postgres.Server(folder, int(port))
        db = PostgresDatabase(server.url(server.database_for(folder)), POSTGRES_SCRIPTS, patience_seconds=patience)
        clocks = clocks or Clocks(db.clock.now, db.clock.now, elapsed=time.monotonic)
    else:
        db = SqliteDatabase(folder / "doorstep.sqlite", SCHEMA, patience_seconds=patience)
    store = JobStore(db, config or Config(), clocks or Clocks(), notify)
    if clock:
        store._process = ""  # only the lease says whether an owner lives: with a set clock a test plays them all
    return store


def aged(store: JobStore) -> JobStore:
    """Return a store whose process has run for two hours, so that it trusts its clock."""
    store.settled()
    store._settled_clock._before = store._settled_clock._newest = (
        store.clocks.unix() - 7_200.0,
        store.clocks.steady() - 7_200.0,
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


#: Pruning leaves snapshots without their job.
KEPT = "job_seq IN (SELECT seq FROM evaluation_jobs)"


def assert_whole(store: JobStore) -> None:
    """Check what must hold at any moment: one snapshot per done job, and an intact file."""
    done = tuples(store.db.read("SELECT job_id, result_snapshot_id FROM evaluation_jobs WHERE status = 'done'"))
    assert sorted(done) == sorted(tuples(store.db.read(f"SELECT job_id, snapshot_id FROM snapshots WHERE {KEPT}")))
    assert tuples(store.db.read("PRAGMA integrity_check")) == [("ok",)]


def assert_all_ended(store: JobStore) -> None:
    """Check that every job is in one final state, by the end of its history too."""
    assert_whole(store)
    assert tuples(
        store.db.read("SELECT count(*) FROM evaluation_jobs WHERE status IN ('queued', 'running', 'asking')")
    ) == [(0,)]
    last = "SELECT to_status FROM job_events WHERE job_seq = seq ORDER BY version DESC LIMIT 1"
    assert tuples(store.db.read(f"SELECT count(*) FROM evaluation_jobs WHERE status <> ({last})")) == [(0,)]
