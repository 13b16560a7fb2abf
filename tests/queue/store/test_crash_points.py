"""A kill between any two statements of a transition: it has happened as a whole, or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.errors import QueueUnavailable
from app.queue.jobs import Status
from app.queue.store import JobStore
from tests.support.building import assert_all_ended, assert_whole, open_at, tuples
from tests.support.crashing import TRANSITIONS, hear
from tests.support.dialects import postgres_alone

#: What is the same in every run: no ids, no times.
SIGNATURE = (
    """
    SELECT status, attempts, cancel_requested, kept_stages, version, waits_for, turn_seconds > 0
    FROM evaluation_jobs ORDER BY seq
    """,
    "SELECT to_status, why FROM job_events ORDER BY job_seq, version",
    "SELECT stage, state, finding IS NULL FROM job_stages ORDER BY job_seq, place",
    "SELECT count(*) FROM snapshots",
    "SELECT count(*) FROM pictures",
    "SELECT count(*) FROM batches",
    "SELECT count(*) FROM batch_lines",
    "SELECT count(*) FROM lists",
    "SELECT count(*) FROM list_people",
    "SELECT person_id, is_owner FROM list_visitors ORDER BY visitor, list_id",
    "SELECT list_id, place FROM list_entries ORDER BY entry_id",
    "SELECT mark FROM list_opinions ORDER BY entry_id, person_id",
)

#: The COMMIT of the tables PostgreSQL is sent by psycopg itself, a claim is one statement, and who commits a new job
#: tells all of it in the same message.
LAST_STATEMENTS = {
    ("postgres", "make the tables"): "INSERT INTO doorstep_tables",
    ("postgres", "claim"): "WITH changed_0 AS",
    ("postgres", "create"): "NOTIFY doorstep_jobs; COMMIT",
}


def signature_of(store: JobStore) -> str:
    return str([tuples(store.db.read(sql)) for sql in SIGNATURE])


def finish_all(store: JobStore) -> None:
    """Do what a surviving worker does."""
    store.recover_stale()
    with store.db.write(durable=True) as connection:
        connection.execute("UPDATE evaluation_jobs SET run_after = 0")
    for job in store.list_jobs(Status.ASKING):
        store.answer_job(job.job_id, job.owner, lambda asked: asked.listing)
    while claim := store.claim_next_job("survivor"):
        if store.cancel_wanted(claim):
            store.finish_cancel(claim)
        else:
            store.complete_job(claim, b"report")


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_transition_is_whole_wherever_it_is_killed(tmp_path: Path, dialect: str, name: str) -> None:
    subprocess.run([sys.executable, "-m", "tests.support.crashing", str(tmp_path), name], check=True)
    folders = sorted(tmp_path.iterdir())
    stores = [open_at(folder) for folder in folders]
    killed_before = [(folder / "killed-before").read_text() for folder in folders[:-1]]
    last = LAST_STATEMENTS.get((dialect, name), "COMMIT")
    assert any(sql.startswith(last) for sql in killed_before)
    signatures = [signature_of(store) for store in stores]
    assert set(signatures) <= {signatures[0], signatures[-1]}
    for store in stores:
        assert_whole(store)
        finish_all(store)
        assert_all_ended(store)
        store.db.close()


@contextmanager
def ended_at(number: int, said: list[str]) -> Iterator[None]:
    """End the connection of the statement with this number, as `pg_terminate_backend` does, just before it is sent."""

    def heard(connection: psycopg.Connection[Any], sql: str, _: object) -> None:
        said.append(sql)
        if len(said) == number:
            address = connection.info.dsn
            pid = connection.info.backend_pid
            quiet()
            with psycopg.connect(address, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    quiet = hear(heard)
    try:
        yield
    finally:
        quiet()


@postgres_alone("a connection to a file does not end by itself")
@pytest.mark.parametrize(
    "name",
    [
        *("create", "retry", "claim", "stage", "complete and claim", "fail and retry", "answer", "recover"),
        *("delete a report", "prune", "create a batch"),
    ],
)
def test_a_transition_is_whole_wherever_its_connection_ends(tmp_path: Path, name: str) -> None:
    before, transition = TRANSITIONS[name]
    found: set[str] = set()
    for number in range(1, 200):
        folder = tmp_path / str(number)
        folder.mkdir()
        store = open_at(folder)
        state = before(store)
        untouched, said = signature_of(store), list[str]()
        with ended_at(number, said), suppress(QueueUnavailable):
            transition(store, state)
        found.add(signature_of(store))
        assert_whole(store)
        store.db.close()
        if len(said) < number:
            break
    assert number > (1 if name == "claim" else 3), "no transition has fewer statements"
    assert found <= {untouched, signature_of(store)}
    store.db.close()
