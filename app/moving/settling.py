"""What a site finds after a move: the jobs that ran are in line again, and nothing is held by processes of before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from app.db.interface import Connection, Database, Row
from app.queue.store import JobStore
from app.queue.store.attempts import claim_from


class _Within:
    """A database of which there is one connection, in a transaction that somebody else ends."""

    one_machine = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, sql: str, parameters: dict[str, Any] | None = None) -> Sequence[Row]:
        return self._connection.execute(sql, parameters or {}).fetchall()

    @contextmanager
    def write(self, **_how: object) -> Iterator[Connection]:
        yield self._connection


def settle(connection: Connection) -> int:
    """Put the jobs that run back in line: each goes on where it was, and the try does not count. Return how many.

    A job whose owner called it off ends as cancelled. The turns at services are free.
    """
    store = JobStore(cast(Database, _Within(connection)))
    running = store.db.read(_RUNNING)
    for row in running:
        store.release_job(claim_from(row, row["claim_token"], row["worker"], row["lease_until"]))
    connection.execute(_FREE_TURNS, {})
    return len(running)


_RUNNING = """
SELECT * FROM evaluation_jobs WHERE completed_at IS NULL AND status = 'running' AND status <> 'asking' ORDER BY seq
"""
_FREE_TURNS = """
UPDATE services
SET turn_token = NULL, turn_process = NULL, turn_until = NULL, place_token = NULL, place_process = NULL,
    place_until = NULL
"""
