"""A new job can be seen and begun before it is on the disk; whoever sent it is answered once it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.config import Config
from app.db.postgres.database import PostgresDatabase
from app.queue.jobs import Status
from app.queue.store import JobStore
from app.queue.store.people import newest_job
from app.queue.store.tables import POSTGRES_SCRIPTS
from app.queue.wake import BUSY_LINE, CHANNEL
from app.queue.wake.notifications import NotificationWakeUp
from tests.support import postgres
from tests.support.building import new_job, wait_for
from tests.support.postgres import Server

#: The server's own writer of its log must not be what saves a job.
SLOW_WRITER = {"wal_writer_delay": "10s", "max_connections": "20"}
TIMES = 5


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres.server(**SLOW_WRITER) as server:
        yield server


@pytest.fixture
def store(server: Server, tmp_path: Path) -> Iterator[JobStore]:
    db = PostgresDatabase(server.url(server.database_for(tmp_path)), POSTGRES_SCRIPTS)
    store = JobStore(db, Config(max_live_jobs_per_owner=10 * BUSY_LINE), notify=NotificationWakeUp(db).notify)
    yield store
    db.close()


def test_who_is_answered_finds_the_job_after_a_crash(server: Server, store: JobStore) -> None:
    for number in range(TIMES):
        job, is_new = store.create_job(new_job(key=f"{number} main"))
        assert is_new
        server.restart("immediate")
        assert store.get_job(job.job_id) == job


def test_who_is_shown_a_job_that_was_just_seen_finds_it_after_a_crash(server: Server, store: JobStore) -> None:
    for number in range(TIMES):
        new = new_job(key=f"{number} main")
        with store.db.write(durable=False) as connection:
            made = store._insert(connection, new, newest_job(connection))
        job, is_new = store.create_job(new)
        assert (job.job_id, is_new) == (made.job_id, False)
        server.restart("immediate")
        assert store.get_job(job.job_id) == job


def test_who_asks_again_and_is_shown_a_job_that_was_just_seen_finds_it_after_a_crash(
    server: Server, store: JobStore
) -> None:
    for number in range(TIMES):
        new = new_job(key=f"{number} main")
        before = store.create_job(new)[0]
        store.cancel_job(before.job_id, new.owner)
        with store.db.write(durable=False) as connection:
            made = store._insert(connection, new, newest_job(connection))
        assert store.retry_job(before.job_id, new.owner).job_id == made.job_id
        server.restart("immediate")
        assert store.get_job(made.job_id).status is Status.QUEUED


def test_a_crash_takes_what_nobody_was_answered(server: Server, store: JobStore) -> None:
    """So the tests above show something."""
    kept = []
    for number in range(TIMES):
        with store.db.write(durable=False) as connection:
            job = store._insert(connection, new_job(key=f"{number} main"), newest_job(connection))
        server.restart("immediate")
        kept.extend(store.db.read("SELECT 1 FROM evaluation_jobs WHERE job_id = :id", {"id": job.job_id}))
    assert len(kept) < TIMES


def test_all_are_told_by_the_commit_itself(server: Server, store: JobStore, tmp_path: Path) -> None:
    with psycopg.connect(server.url(server.database_for(tmp_path)), autocommit=True) as others:
        others.execute(f"LISTEN {CHANNEL}")
        store._notify = lambda: pytest.fail("they are told once")
        store.create_job(new_job(key="1 main"))
        assert len(list(others.notifies(timeout=0.2))) == 1
        store.create_job(new_job(key="1 main"))
        assert not list(others.notifies(timeout=0.2)), "there is nothing new to do"


def test_where_nobody_can_be_idle_nobody_is_told(server: Server, store: JobStore, tmp_path: Path) -> None:
    for number in range(BUSY_LINE):
        store.create_job(new_job(key=f"{number} main"))
    with psycopg.connect(server.url(server.database_for(tmp_path)), autocommit=True) as others:
        others.execute(f"LISTEN {CHANNEL}")
        store.create_job(new_job())
        assert not list(others.notifies(timeout=0.2))


def test_a_worker_begins_before_the_job_is_durable(server: Server, store: JobStore, tmp_path: Path) -> None:
    """A standby that is waited for stands for a disk that takes its time."""
    server.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    server.run("SELECT pg_reload_conf()")
    answered = threading.Event()

    def send() -> None:
        store.create_job(new_job(key="1 main"))
        answered.set()

    sender = threading.Thread(target=send)
    sender.start()
    try:
        wait_for(lambda: store.claim_next_job("worker") is not None, 5)
        assert not answered.is_set()
    finally:
        server.run("ALTER SYSTEM RESET synchronous_standby_names")
        server.run("SELECT pg_reload_conf()")
        sender.join(10)
    assert answered.is_set()
