"""SQLite as Doorstep uses it: connections that stay open, one pair a thread, and fair write transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.db_errors import BUSY, plain_errors, primary_code
from app.db_file import Schema, create_file, prepare
from app.db_turns import WaitingSign, begin, let_others_in, pause
from app.errors import DatabaseDamaged, QueueUnavailable

#: Longer than any transaction of ours, shorter than a person's patience.
PATIENCE_SECONDS = 5.0
#: Pages in the log before a commit copies them back, which takes milliseconds: workers do it, people when none has.
CHECKPOINT_PAGES = {"worker": 1_000, "people": 8_000}
#: The log's file is cut back to this once all of it has been copied.
LOG_BYTES = 8 * 1024 * 1024

#: A row as SQLite gives it: the query says what is in it.
Row = tuple[Any, ...]


class _Opened(threading.local):
    """What one thread keeps open: connections by (durable, draining), and its waiting sign."""

    def __init__(self) -> None:
        self.connections: dict[tuple[bool, bool], sqlite3.Connection] = {}
        self.sign: WaitingSign | None = None


class Database:
    """One SQLite file in WAL mode. Nothing is opened before the first use, which must come after any fork.

    `synchronous` is the level of durable writes. The others are NORMAL: safe when a process is killed, and whole,
    if perhaps a moment old, after a power cut. A query or a write waits `patience_seconds` at most for its turn.
    """

    def __init__(
        self, path: Path, schema: Schema, *, synchronous: str = "FULL", patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self.path = path
        self._schema = schema
        self._patience_seconds = patience_seconds
        self._levels = {True: synchronous, False: "NORMAL"}
        self._opened = _Opened()
        self._lock = threading.Lock()
        self._closables: list[tuple[threading.Thread, sqlite3.Connection | WaitingSign]] = []
        self._prepared = False
        self._pid: int | None = None

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one query and return all its rows: a cursor left half read would hold the log back."""
        with self._errors():
            connection = self.connection(durable=False)
            deadline = time.monotonic() + self._patience_seconds
            while True:
                try:
                    return connection.execute(sql, parameters).fetchall()
                except sqlite3.OperationalError as error:
                    if primary_code(error) not in BUSY or time.monotonic() > deadline:
                        raise
                pause()

    @contextmanager
    def write(
        self, *, durable: bool, draining: bool = False, patience_seconds: float | None = None
    ) -> Iterator[sqlite3.Connection]:
        """Hold the write lock for one transaction: committed at the end, undone by any exception.

        `draining` is for whoever writes again and again: it lets those in who wait.
        """
        with self._errors():
            connection, sign = self.connection(durable=durable, draining=draining), self._sign()
            patience = self._patience_seconds if patience_seconds is None else patience_seconds
            begin(connection, sign, draining=draining, patience_seconds=patience)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            if draining:
                let_others_in(sign)

    def connection(self, *, durable: bool, draining: bool = False) -> sqlite3.Connection:
        """Return this thread's connection; prefer `read` and `write`."""
        if self._pid not in (None, os.getpid()):
            raise RuntimeError("the database was opened before a fork; open it in the child")
        connection = self._opened.connections.get((durable, draining))
        if connection is None:
            connection = self._opened.connections[durable, draining] = self._open(durable, draining)
        return connection

    def close(self) -> None:
        """Close what every thread of this process has opened; call it when they are at rest."""
        with self._lock:
            for _, closable in self._closables:
                closable.close()
            self._closables.clear()
            self._opened = _Opened()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say what went wrong in plain words, and start afresh with the file next time."""
        try:
            with plain_errors(self.path):
                yield
        except (QueueUnavailable, DatabaseDamaged):
            for connection in self._opened.connections.values():
                connection.close()
            self._opened.connections.clear()
            self._prepared = False
            raise

    def _sign(self) -> WaitingSign:
        if self._opened.sign is None:
            self._opened.sign = WaitingSign(self.path)
            self._keep(self._opened.sign)
        return self._opened.sign

    def _open(self, durable: bool, draining: bool) -> sqlite3.Connection:
        with self._lock:
            self._pid = os.getpid()
            if not self._prepared:
                create_file(self.path)
            connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
            try:
                self._set_up(connection, durable, "people" if durable and not draining else "worker")
            except BaseException:
                connection.close()
                raise
        self._keep(connection)
        return connection

    def _set_up(self, connection: sqlite3.Connection, durable: bool, role: str) -> None:
        if not self._prepared:
            prepare(connection, self._schema, self.path.name)
            self._prepared = True
        connection.execute(f"PRAGMA synchronous={self._levels[durable]}")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES[role]}").fetchall()
        connection.execute(f"PRAGMA journal_size_limit={LOG_BYTES}").fetchall()

    def _keep(self, closable: sqlite3.Connection | WaitingSign) -> None:
        """Remember what to close at the end, and close what dead threads left."""
        with self._lock:
            for thread, old in self._closables:
                if not thread.is_alive():
                    old.close()
            self._closables = [entry for entry in self._closables if entry[0].is_alive()]
            self._closables.append((threading.current_thread(), closable))
