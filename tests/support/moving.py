"""Sites to move, what both databases hold by plain loops that share nothing with a move, and moves that are killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import psycopg

from app.moving.move import Move, Outcome, Said, Sentences
from app.moving.postgres_side import PostgresSide
from app.moving.sqlite_side import SqliteSide
from app.queue.jobs import Claim, Picture
from app.queue.store import JobStore
from app.queue.store.tables import POSTGRES_SCRIPTS, SCHEMA
from tests.support.building import WIDE, create, ended, open_at
from tests.support.crashing import FAILURE, asking, batch, two_lists

SENTENCES = Sentences("a move is under way", "all has moved", "it was taken back")
#: The exit code of a process that killed itself.
KILLED = -signal.SIGKILL
Held = dict[str, dict[tuple[object, ...], dict[str, object]]]


def filled_site(folder: Path) -> JobStore:
    """Return a store with something in most tables, and odd values among them; nothing runs."""
    store = open_at(folder, WIDE)
    for number in range(12):
        claim = _claimed(store, f"owner {number % 3}")
        if number % 4 == 3:
            store.fail_job(claim, FAILURE, retry=False)
        else:
            pictures = (Picture("map.svg", bytes(range(256)) * 40), Picture("æ.svg", b""))
            store.complete_job(claim, b"\x00\xff report \xc3\x28" * 900, None, pictures)
    asking(store)
    two_lists(store)
    batch(store)
    store.create_token("host", 5, 5)
    store.revoke_token("host")
    store.create_token("host", 5, 5)
    with store.db.write(durable=True) as connection:
        for at_most, seconds in ((float("inf"), 1e308), (5e-324, 0.1 + 0.2)):
            connection.execute(
                "INSERT INTO stage_totals (stage, at_most, stages, seconds) VALUES ('odd', :at_most, 3, :seconds)",
                {"at_most": at_most, "seconds": seconds},
            )
        connection.execute(
            """
            INSERT INTO service_answers (service, question, about, size, fetched_at, expires_at, body)
            VALUES ('photon', :question, :about, 9223372036854775807, -1.5, 1e300, :body)
            """,
            {"question": b"\x00\x01", "about": b"", "body": os.urandom(3_000_000)},
        )
        connection.execute("INSERT INTO settled_clock VALUES (1, 1.7e9)")
        connection.execute("INSERT INTO services (name, turn_token, turn_until) VALUES ('photon', NULL, NULL)")
    return store


def _claimed(store: JobStore, owner: str) -> Claim:
    create(store, owner=owner, listing='{"address": "Плошча \\u0000 🏠"}')
    claim = store.claim_next_job("w")
    assert claim
    store.update_job_stage(claim, "geocode", None, None)
    store.update_job_stage(claim, "schools", ended("geocode").record, b"here")
    return claim


def to_postgres(file: Path, url: str, said: Said = lambda *_: None) -> Outcome:
    """Move a file's data to a server."""
    with closing(PostgresSide(url, POSTGRES_SCRIPTS)) as server, closing(SqliteSide(file, SCHEMA)) as source:
        return Move(source, server, SENTENCES, said).run()


def to_sqlite(url: str, file: Path, said: Said = lambda *_: None) -> Outcome:
    """Move a server's data to a file."""
    with (
        closing(PostgresSide(url, POSTGRES_SCRIPTS)) as server,
        closing(SqliteSide(file, SCHEMA, building=True)) as target,
    ):
        return Move(server, target, SENTENCES, said).run()


def undo(file: Path, url: str) -> str:
    """Take a move to a server back."""
    with closing(PostgresSide(url, POSTGRES_SCRIPTS)) as server, closing(SqliteSide(file, SCHEMA)) as source:
        return Move(source, server, SENTENCES, lambda *_: None).undo()


# --- what there is, by loops that share nothing with the move -----------------------------------------

#: What only processes say of themselves.
OF_PROCESSES = {"workers", "hosts", "doorstep_move", "doorstep_tables"}


def held_by_file(path: Path) -> Held:
    """Return every row of a file, by table and key, bit by bit."""
    held: Held = {}
    with closing(sqlite3.connect(path)) as file:
        for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table.startswith("sqlite_") or table in OF_PROCESSES:
                continue
            columns = file.execute(f"PRAGMA table_info({table})").fetchall()
            names = [column[1] for column in columns]
            key = [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]
            held[table] = {}
            for row in file.execute(f"SELECT * FROM {table}"):
                values = {name: _exactly(value) for name, value in zip(names, row, strict=True)}
                held[table][tuple(values[name] for name in key)] = values
    return held


def held_by_server(url: str) -> Held:
    """Return every row of a PostgreSQL database, likewise."""
    held: Held = {}
    with psycopg.connect(url) as server:
        tables = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            if table in OF_PROCESSES:
                continue
            key = [
                row[0]
                for row in server.execute(
                    "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND "
                    "a.attnum = ANY(i.indkey) WHERE i.indrelid = %s::regclass AND i.indisprimary "
                    "ORDER BY array_position(i.indkey::int2[], a.attnum)",
                    (table,),
                )
            ]
            cursor = server.execute(f"SELECT * FROM {table}")  # type: ignore[call-overload]
            names = [column.name for column in cursor.description]
            held[table] = {}
            for row in cursor:
                values = {name: _exactly(value) for name, value in zip(names, row, strict=True) if name != "part"}
                held[table][tuple(values[name] for name in key if name != "part")] = values
    return held


def _exactly(value: object) -> object:
    """Return a value with its type; a float by its bits."""
    if isinstance(value, float):
        return ("float", struct.pack(">d", value))
    return (type(value).__name__, bytes(value) if isinstance(value, memoryview) else value)


# --- a move that is killed ----------------------------------------------------------------------------


def killed_at(direction: str, file: Path, url: str, step: int) -> int:
    """Run a move in a process of its own that kills itself at its n-th step; return the exit code, 0 if it got through.

    Nothing of this process may have the file open.
    """
    child = os.fork()
    if child == 0:
        try:
            _die_at(step, direction, file, url)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_at(step: int, direction: str, file: Path, url: str) -> None:
    left = step

    def said(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    to_postgres(file, url, said) if direction == "to-postgres" else to_sqlite(url, file, said)
