"""Kills a process between every two SQL statements of a transition: `python -m tests.support.crashing FOLDER NAME`.

SQLite's own trace hook, or a cursor of psycopg's that we put in its place, reports each statement as it begins; at the
n-th one the process kills itself. Production code knows nothing of this. Folder n holds what the n-th kill left, the
last one what an undisturbed run left.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from app.db.postgres.database import PostgresDatabase
from app.queue.jobs import Claim, Failure, Picture
from app.queue.store import JobStore
from app.queue.store.batches import NewLine
from app.queue.store.lists import Mark, Sharing
from tests.support.building import aged, create, ended, new_job, of_a_dead_process, open_at

FAILURE = Failure("too-bad", "It did not work out.")
UNTIL = Failure("resting", "It rests.", retry_after_seconds=90.0)
BUSY = Failure("busy", "It is busy.", retry_after_seconds=5.0, counts=False)
MAP = Picture("map.svg", b"a map")
connect = sqlite3.connect


class Fuse:
    """Counts statements once armed, and kills the process at the chosen one."""

    def __init__(self, folder: Path, at: int) -> None:
        self._folder = folder
        self._left = at
        self.armed = False

    def statement(self, sql: str) -> None:
        if self.armed and not sql.startswith("--"):  # "--": a trigger's own statement
            self._left -= 1
            if self._left == 0:
                (self._folder / "killed-before").write_text(sql)
                os.kill(os.getpid(), signal.SIGKILL)

    def connect(self, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(self.statement)
        return connection

    def light(self) -> None:
        """Hear of every statement from now on, whichever database it is sent to."""
        sqlite3.connect = self.connect  # type: ignore[assignment]
        hear(lambda _, sql, __: self.statement(sql))


def hear(heard: Callable[[psycopg.Connection[Any], str, Any], None]) -> Callable[[], None]:
    """Hear of every statement before psycopg sends it; return what ends that."""
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def one(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        heard(cursor.connection, query if isinstance(query, str) else str(query), args[0] if args else None)
        return execute(cursor, query, *args, **kwargs)

    def many(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        heard(cursor.connection, str(query), args[0])
        return executemany(cursor, query, *args, **kwargs)

    def end() -> None:
        psycopg.Cursor.execute, psycopg.Cursor.executemany = execute, executemany  # type: ignore[method-assign]

    psycopg.Cursor.execute, psycopg.Cursor.executemany = one, many  # type: ignore[method-assign, assignment]
    return end


def claimed(store: JobStore) -> Claim:
    """A job that has finished a stage, and another one that waits."""
    create(store)
    create(store)
    claim = store.claim_next_job("w")
    assert claim
    store.update_job_stage(claim, "geocode", None, None)
    store.update_job_stage(claim, "schools", ended("geocode").record, b"here")
    return claim


def asking_a_service(store: JobStore) -> Claim:
    """A running job that asks a service."""
    claim = claimed(store)
    store.note_wait(claim, "overpass")
    return claim


def completed(store: JobStore) -> str:
    """A stored report."""
    snapshot_id = store.complete_job(claimed(store), b"report", None, (MAP,))
    assert snapshot_id
    return snapshot_id


def failed(store: JobStore) -> str:
    """A failed job."""
    claim = claimed(store)
    store.fail_job(claim, FAILURE, retry=False)
    return claim.job_id


def asked_to_stop(store: JobStore) -> Claim:
    """A running job that was called off."""
    claim = claimed(store)
    store.cancel_job(claim.job_id, None)
    return claim


def asking(store: JobStore) -> Claim:
    """A job that waits for an answer."""
    claim = claimed(store)
    store.ask_job(claim, "which one?")
    return claim


def asking_for_long(store: JobStore) -> None:
    """A job that waited a thousand hours for an answer."""
    aged(store)
    now = store.clocks
    store.clocks = replace(now, unix=lambda: now.unix() - 3_600_000.0)
    asking(store)
    store.clocks = now


def of_the_dead(store: JobStore) -> None:
    """A running job whose process is gone."""
    store._process = of_a_dead_process()
    claimed(store)
    store._process = None


def batch(store: JobStore, _: object = None) -> str:
    """A batch of three lines, one of them refused."""
    lines = [NewLine(number, "somewhere", new_job()) for number in (1, 2)]
    return store.create_batch("ann", [*lines, NewLine(3, "", None, "No address.")])


def two_lists(store: JobStore) -> str:
    """A report on the lists of two people; the link by which one may take the other's over."""
    snapshot_id = completed(store)
    for visitor in ("ann", "bob"):
        store.add_to_list(visitor, [snapshot_id])
        store.say(visitor, None, snapshot_id, mark=Mark.YES)
    return store.share_list("ann", Sharing.TOGETHER)


def without_tables(store: JobStore) -> None:
    """A new database; for PostgreSQL the one of the test is made new, as its tables are there already."""
    if isinstance(store.db, PostgresDatabase):
        with psycopg.connect(store.db._url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE EXTENSION amcheck")


#: What prepares the store, and the transition.
TRANSITIONS: dict[str, tuple[Callable[[JobStore], Any], Callable[[JobStore, Any], object]]] = {
    "create": (create, lambda store, _: create(store)),
    "cancel queued": (create, lambda store, job: store.cancel_job(job.job_id, None)),
    "cancel running": (claimed, lambda store, claim: store.cancel_job(claim.job_id, None)),
    "retry": (failed, lambda store, job_id: store.retry_job(job_id, None)),
    "claim": (create, lambda store, _: store.claim_next_job("w")),
    "heartbeat": (claimed, lambda store, claim: store.heartbeat(claim)),
    "stage": (
        claimed,
        lambda store, claim: store.update_job_stage(claim, "green", ended("schools").record, b"found"),
    ),
    "complete": (claimed, lambda store, claim: store.complete_job(claim, b"report", ended("schools").record, (MAP,))),
    "complete and claim": (claimed, lambda store, claim: store.complete_and_claim(claim, b"report", "w", None, (MAP,))),
    "fail": (claimed, lambda store, claim: store.fail_job(claim, FAILURE, retry=False)),
    "fail and retry": (claimed, lambda store, claim: store.fail_job(claim, FAILURE, retry=True)),
    "fail until a time": (claimed, lambda store, claim: store.fail_job(claim, UNTIL, retry=True)),
    "wait for its turn": (asking_a_service, lambda store, claim: store.fail_job(claim, BUSY, retry=True)),
    "note a wait": (claimed, lambda store, claim: store.note_wait(claim, "overpass")),
    "stage after a wait": (
        asking_a_service,
        lambda store, claim: store.update_job_stage(claim, "green", ended("schools").record, b"found"),
    ),
    "release": (claimed, lambda store, claim: store.release_job(claim)),
    "give up": (claimed, lambda store, claim: store.give_up(claim, "gone")),
    "ask": (claimed, lambda store, claim: store.ask_job(claim, "which one?")),
    "answer": (asking, lambda store, claim: store.answer_job(claim.job_id, "ann", lambda job: "this one")),
    "cancel asking": (asking, lambda store, claim: store.cancel_job(claim.job_id, None)),
    "expire": (asking_for_long, lambda store, _: store.expire_questions()),
    "finish cancel": (asked_to_stop, lambda store, claim: store.finish_cancel(claim)),
    "recover": (of_the_dead, lambda store, _: store.recover_stale()),
    "delete a report": (completed, lambda store, snapshot_id: store.delete_snapshot(snapshot_id, None)),
    "prune": (completed, lambda store, _: store.prune(0)),
    "create a batch": (lambda store: None, batch),
    "cancel a batch": (batch, lambda store, batch_id: store.cancel_batch(batch_id, None)),
    "keep on a list": (completed, lambda store, snapshot_id: store.add_to_list("ann", [snapshot_id])),
    "take a list over": (two_lists, lambda store, link: store.adopt_list(link, "bob")),
    "make the tables": (without_tables, lambda store, _: store.stats()),
}


def run(folder: Path, name: str, at: int) -> None:
    """Prepare, then run the transition up to its statement number `at`."""
    fuse = Fuse(folder, at)
    fuse.light()
    store = open_at(folder)
    before, transition = TRANSITIONS[name]
    state = before(store)
    fuse.armed = True
    transition(store, state)


def main(folder: Path, name: str) -> None:
    """Kill a fresh process at the first statement, the second, ... until one gets through."""
    for at in range(1, 200):
        here = folder / f"{at:03}"
        here.mkdir()
        child = os.fork()
        if child == 0:
            run(here, name, at)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
