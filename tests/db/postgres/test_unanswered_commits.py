"""A connection that breaks during a commit: nothing is lost or doubled, whether the commit happened or not."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.config import Config
from app.db.postgres.database import PostgresDatabase
from app.errors import QueueUnavailable
from app.queue.clocks import Clocks
from app.queue.jobs import Job, NewJob, Status
from app.queue.runner import InlineRunner
from app.queue.store import JobStore
from app.queue.store.tables import POSTGRES_SCRIPTS
from app.queue.wake.notifications import NotificationWakeUp
from app.queue.worker import Worker
from tests.support.building import create, new_job, stages_of, wait_for
from tests.support.crashing import TRANSITIONS
from tests.support.cutting_proxy import CuttingProxy
from tests.support.postgres import Server

#: Of the transitions, those that people wait for: they learn at once that they happened, if they did.
PEOPLE = (
    "create",
    "cancel queued",
    "cancel running",
    "retry",
    "answer",
    "cancel asking",
    "delete a report",
    "create a batch",
    "complete",
    "complete and claim",
    "fail",
    "give up",
    "ask",
)
LEASE_SECONDS = 30.0
SIDES = {"the reply is lost": True, "the commit is lost": False}


@pytest.fixture(params=SIDES)
def reply_lost(request: pytest.FixtureRequest) -> bool:
    return SIDES[request.param]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands for the one database of these tests: to make one takes longer than all else."""
    return tmp_path_factory.mktemp("unanswered")


@pytest.fixture
def proxy(postgres_server: Server, folder: Path) -> Iterator[CuttingProxy]:
    postgres_server.database_for(folder)
    empty(postgres_server, folder)
    proxy = CuttingProxy(postgres_server.port)
    yield proxy
    proxy.close()


def opened(server: Server, proxy: CuttingProxy, folder: Path, patience: float = 5.0) -> JobStore:
    """Open a store by way of the proxy, in a database that stands for a folder."""
    url = proxy.url(server.database_for(folder))
    db = PostgresDatabase(url, POSTGRES_SCRIPTS, patience_seconds=patience)
    clocks = Clocks(db.clock.now, db.clock.now, elapsed=time.monotonic)
    return JobStore(db, Config(lease_seconds=LEASE_SECONDS), clocks)


def empty(server: Server, folder: Path) -> None:
    """Delete all rows of the database that stands for a folder."""
    name = server.database_for(folder)
    tables = server.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database=name)
    statements = "".join(f"DELETE FROM {table};" for (table,) in tables if table != "doorstep_tables")
    server.run(f"SET session_replication_role = replica; {statements}", database=name)


def left_by(store: JobStore) -> list[list[tuple[object, ...]]]:
    """Return what a transition left behind, but for ids and times."""
    queries = (
        """
        SELECT status, attempts, resumed, kept_stages, kept_before, fruitful, current_stage, cancel_requested,
            error, waits_for
        FROM evaluation_jobs ORDER BY seq
        """,
        "SELECT from_status, to_status, worker, why FROM job_events ORDER BY job_seq, version",
        "SELECT place, stage, state, finding FROM job_stages ORDER BY job_seq, place",
        "SELECT report FROM snapshots ORDER BY job_seq",
        "SELECT number, why FROM batch_lines ORDER BY batch_id, number",
        "SELECT place FROM list_entries ORDER BY entry_id",
    )
    return [[tuple(row) for row in store.db.read(query)] for query in queries]


@pytest.mark.parametrize("name", [name for name in TRANSITIONS if name != "make the tables"])
def test_a_transition_is_what_it_would_have_been(
    name: str, reply_lost: bool, postgres_server: Server, proxy: CuttingProxy, folder: Path
) -> None:
    before, transition = TRANSITIONS[name]
    store = opened(postgres_server, proxy, folder)
    transition(store, before(store))
    undisturbed = left_by(store)
    for number in range(1, 20):
        empty(postgres_server, folder)
        state = before(store)
        proxy.cut_next(number, reply_lost=reply_lost)
        try:
            transition(store, state)
        except QueueUnavailable:
            assert not (reply_lost and name in PEOPLE), "it happened, and whoever asked was told that it did not"
            store.db.trouble.known.clear()  # type: ignore[attr-defined]
            store.db._contact_since = -math.inf  # type: ignore[attr-defined] - a lease later
            transition(store, state)
        if not proxy.has_cut:
            break
        assert left_by(store) == undisturbed
    assert number > 1, "no commit was cut off"
    store.db.close()


@pytest.mark.parametrize("away_seconds", [0.0, 0.8], ids=["a moment", "longer than anybody waits"])
def test_no_commit_of_a_jobs_life_costs_a_lease(
    reply_lost: bool, away_seconds: float, postgres_server: Server, proxy: CuttingProxy, folder: Path
) -> None:
    store = opened(postgres_server, proxy, folder, patience=0.3)
    wake_up = NotificationWakeUp(store.db)  # type: ignore[arg-type]
    for number in range(1, 60):
        began = time.monotonic()
        proxy.cut_next(number, reply_lost=reply_lost, away_seconds=away_seconds)
        jobs = [submit(store, f"{number} {which}") for which in range(2)]
        worker = Worker(store, InlineRunner(stages_of(3)), wake_up, store.config)
        worker.start()
        wait_for(lambda jobs=jobs: all(ended(store, job) for job in jobs), 15)  # type: ignore[misc]
        worker.stop(2.0)
        if not proxy.has_cut:
            break
        wait_for(lambda: answers(store), 5)  # a look for more work may have been cut off last
        for job in jobs:
            check_whole(store, job)
        assert time.monotonic() - began < LEASE_SECONDS / 2
    assert number > 8, "no more commits than that"
    store.db.close()


def submit(store: JobStore, key: str) -> Job:
    """Submit a listing as a person does who is told to try again."""
    while True:
        with suppress(QueueUnavailable):
            return store.create_job(NewJob(f"{key} street", "{}", key, "ann", 0))[0]
        time.sleep(0.05)


def ended(store: JobStore, job: Job) -> bool:
    """Return whether a job is done."""
    with suppress(QueueUnavailable):
        return store.get_job(job.job_id).status is Status.DONE
    return False


def answers(store: JobStore) -> bool:
    """Return whether the server can be reached."""
    with suppress(QueueUnavailable):
        return bool(store.db.read("SELECT 1"))
    return False


def check_whole(store: JobStore, job: Job) -> None:
    """Check that a job was tried once, has one snapshot, and a history without a gap."""
    found = store.get_job(job.job_id)
    assert (found.status, found.attempts) == (Status.DONE, 1)
    snapshots = store.db.read("SELECT snapshot_id FROM snapshots WHERE job_id = :job_id", {"job_id": job.job_id})
    assert [row["snapshot_id"] for row in snapshots] == [found.result_snapshot_id]
    assert [event.to_status for event in store.events(job.job_id)] == [Status.QUEUED, Status.RUNNING, Status.DONE]


def test_whoever_submits_learns_that_the_job_is_new(postgres_server: Server, proxy: CuttingProxy, folder: Path) -> None:
    store = opened(postgres_server, proxy, folder)
    create(store)
    proxy.cut_next(1, reply_lost=True)
    job, new = store.create_job(new_job())
    assert (new, store.get_job(job.job_id).status) == (True, Status.QUEUED)
    store.db.close()
