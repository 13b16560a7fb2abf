"""Connections to SQLite that stay open, a few for each thread, and fair write transactions on them."""

from __future__ import annotations

import logging
import math
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from app.db.interface import Change, Parameters, Row, Sizes
from app.db.sqlite.daily_check import check_if_due, last_fault
from app.db.sqlite.errors import explained
from app.db.sqlite.in_use import InUse, enter, log_of
from app.db.sqlite.opening import Schema, prepare
from app.db.sqlite.soundness import fault_in, lacking, odd_log
from app.db.sqlite.write_lock import BUSY, WaitingSign, begin, let_others_in, pause, primary_code
from app.db.trouble import READING, WRITING, trouble_of
from app.errors import DatabaseFaulty, DatabaseSwapped, DiskNearlyFull, DoorstepError, SiteMoving

#: Longer than any transaction of ours, shorter than a person's patience.
PATIENCE_SECONDS = 5.0
#: Pages in the log before a commit copies them back, which takes milliseconds: workers do it first.
CHECKPOINT_PAGES = {"worker": 2_000, "people": 16_000}
#: The log's file is cut back to this once all of it has been copied.
LOG_BYTES = 32 * 1024 * 1024

MEGABYTE = 1_000_000

logger = logging.getLogger(__name__)


class SqliteConnection(sqlite3.Connection):
    """A connection to a file, as the store uses it."""

    def insert(self, sql: str, parameters: Parameters, _key: str, /) -> int:
        # No RETURNING: it would cost twice as much.
        return self.execute(sql, parameters).lastrowid or 0

    def apply(self, parameters: Parameters, /, *changes: Change) -> tuple[int, Any]:
        row = None
        for made, change in enumerate(changes):
            statement, then = _in_steps(change)
            cursor = self.execute(statement, parameters)
            row = cursor.fetchone() if change.returning else None
            if not (row or cursor.rowcount == 1):
                return made, None
            if row:
                cursor.fetchall()  # ends the statement
                parameters = {**parameters, "seq": row["seq"]}
            for following in then:
                self.execute(following, parameters)
        return len(changes), row

    def prove(self, _sql: str, _parameters: Parameters, /) -> None:
        """Do nothing: a file always answers whether a commit happened."""

    def tell(self, _channel: str, /) -> bool:
        """Return False: nobody can listen to a file."""
        return False


@cache
def _in_steps(change: Change) -> tuple[str, tuple[str, ...]]:
    """Return the statements of a change one by one; RETURNING where it must be, as it costs as much as the rest."""
    statement = f"{change.statement} RETURNING {change.returning}" if change.returning else change.statement
    changed = "FROM evaluation_jobs WHERE seq = :seq"
    return statement, tuple(following.replace("FROM changed", changed) for following in change.then)


class _Opened(threading.local):
    """What one thread keeps open: connections by (durable, draining), and its waiting sign."""

    def __init__(self) -> None:
        self.connections: dict[tuple[bool, bool], SqliteConnection] = {}
        self.sign: WaitingSign | None = None


class SqliteDatabase:
    """One SQLite file in WAL mode. Nothing is opened before the first use, which must come after any fork.

    `synchronous` is the level of durable writes. The others are NORMAL: safe when a process is killed, and whole,
    if perhaps a moment old, after a power cut. A query or a write waits at most `patience_seconds` for its turn.
    """

    one_machine = True
    one_writer = True

    def __init__(
        self, path: Path, schema: Schema, *, synchronous: str = "FULL", patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self.path = path
        self._schema = schema
        self._patience_seconds = patience_seconds
        self._levels = {True: synchronous, False: "NORMAL"}
        self._opened = _Opened()
        self._lock = threading.Lock()
        self._closables: list[tuple[threading.Thread, SqliteConnection | WaitingSign]] = []
        self._in_use: InUse | None = None
        self.trouble = trouble_of(os.fspath(path.absolute()), path.name)
        self._prepared = False
        self._pid: int | None = None

    def read(self, sql: str, parameters: Parameters | None = None) -> Sequence[Row]:
        """Run one query and return all its rows: a cursor left half read would hold the log back."""
        deadline = time.monotonic() + self._patience_seconds
        while True:
            try:
                connection = self.connection(durable=False)
                self.in_use.check_now_and_then()
                rows = connection.execute(sql, parameters or {}).fetchall()
            except (sqlite3.Error, OSError) as error:
                if primary_code(error) not in BUSY or time.monotonic() > deadline:
                    self.give_up(error, READING)
            except DatabaseSwapped as error:
                self.trouble.begins(READING, error, error)
                raise
            else:
                if self.trouble.known:
                    self.trouble.over(READING)
                return rows
            pause()

    def write(
        self,
        *,
        durable: bool,
        seen_early: bool = False,
        draining: bool = False,
        patience_seconds: float | None = None,
        turn: str | None = None,
    ) -> AbstractContextManager[SqliteConnection]:
        """Hold the write lock for one transaction: committed at the end, undone by any exception.

        `draining` is for whoever writes again and again: it lets others who wait go in between.
        """
        del turn, seen_early  # one writer goes at a time, whatever it writes, and nobody sees it before its end
        patience = self._patience_seconds if patience_seconds is None else patience_seconds
        return _Transaction(self, durable, draining, patience)

    def change(self, parameters: Parameters, *changes: Change) -> tuple[int, Any]:
        """Make changes as `Connection.apply` does, in a transaction of their own that is not durable."""
        with self.write(durable=False, draining=True) as connection:
            return connection.apply(parameters, *changes)

    def connection(self, *, durable: bool, draining: bool = False) -> SqliteConnection:
        """Return this thread's connection; prefer `read` and `write`."""
        if self._pid not in (None, os.getpid()):
            raise RuntimeError("the database was opened before a fork; open it in the child")
        connection = self._opened.connections.get((durable, draining))
        if connection is None:
            connection = self._opened.connections[durable, draining] = self._open(durable, draining)
        return connection

    def close(self) -> None:
        """Close what every thread of this process has opened; call it when none of them is using it."""
        with self._lock:
            for _, closable in self._closables:
                closable.close()
            self._closables.clear()
            self._opened = _Opened()
            self._leave()

    @property
    def in_use(self) -> InUse:
        """Return this process's mark on the file, once it is open."""
        if self._in_use is None:
            raise RuntimeError("the database is not open yet")
        return self._in_use

    def give_up(self, error: sqlite3.Error | OSError, doing: str) -> NoReturn:
        """Raise the error that says in plain words what went wrong, and start afresh with the file next time."""
        told = explained(error, self.path) or self._faulty()
        if told is None:
            raise error
        if isinstance(told, SiteMoving):  # nothing is wrong with the file
            self.trouble.begins(doing, told, told.terminal_message)
            raise told from error
        self.trouble.begins(doing, told, error)
        for connection in self._opened.connections.values():
            connection.close()
        self._opened.connections.clear()
        self._prepared = False
        raise told from error

    def check(self) -> None:
        """Raise DatabaseFaulty unless the file is whole, as far as that can be seen in a few milliseconds."""
        self.read("SELECT 1")
        fault = fault_in(self.connection(durable=False), self._schema, self.path) or last_fault(self.path)
        if fault:
            raise DatabaseFaulty(name=self.path.name, what=fault)

    def contact_seconds(self) -> float:
        """Return infinity: whether an owner's process lives is seen on this machine."""
        return math.inf

    def check_room(self, least_free_mb: float) -> None:
        """Raise DiskNearlyFull where the disk has less left."""
        free = shutil.disk_usage(self.path.parent).free / MEGABYTE
        if free < least_free_mb:
            raise DiskNearlyFull(free=f"{free:.0f}", least=f"{least_free_mb:g}")

    def check_thoroughly(self, *, at_start: bool) -> None:
        """Go through the whole file if nobody has today, or `at_start`; `check` tells what was found."""
        self.in_use.check()
        check_if_due(self.path, at_start=at_start)

    def is_first(self) -> bool:
        """Return whether no other process had the file open when this one came."""
        self.read("SELECT 1")
        return self.in_use.first

    def sizes(self) -> Sizes:
        """Return how large the files are. They are not opened: that would drop SQLite's locks."""
        files = (self.path, log_of(self.path))
        return Sizes(*(file.stat().st_size if file.exists() else 0 for file in files))

    def last_number(self, table: str, key: str) -> int:
        """Return the last number that was given to a row of a table: it is kept even when the row is deleted."""
        del key
        return int(
            self.read("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = :table", {"table": table})[0][0]
        )

    def used_bytes(self) -> int:
        """Return how much of the file holds something."""
        sql = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, "
        return int(self.read(sql + "pragma_page_size")[0][0])

    def holds_more_than(self, size: float) -> bool:
        """Return whether more of the file than that holds something."""
        return self.used_bytes() > size

    def shorten_log(self) -> None:
        """Copy the log into the file and empty it, unless somebody reads just now: deleted text goes with it."""
        self.read("SELECT 1")
        self.in_use.check()
        self.connection(durable=False).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _faulty(self) -> DoorstepError | None:
        """Return why SQL of ours fails where it is not at fault itself: something of the tables is missing."""
        connection = next(iter(self._opened.connections.values()), None)
        fault = "" if connection is None else lacking(connection, self._schema)
        return DatabaseFaulty(name=self.path.name, what=fault) if fault else None

    def sign(self) -> WaitingSign:
        """Return this thread's waiting sign."""
        if self._opened.sign is None:
            self._opened.sign = WaitingSign(self.path)
            self._keep(self._opened.sign)
        return self._opened.sign

    def _open(self, durable: bool, draining: bool) -> SqliteConnection:
        with self._lock:
            self._pid = os.getpid()
            comes_first = self._in_use is None
            self._in_use = self._in_use or enter(self.path)
            odd_log_left = comes_first and self._in_use.first and self._is_log_odd()
            try:
                connection = self._connect(durable, "people" if durable and not draining else "worker")
                if odd_log_left:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except BaseException:
                if comes_first:
                    self._leave()
                raise
        self._keep(connection)
        return connection

    def _is_log_odd(self) -> bool:
        """Return whether a killed site left a log that is not whole: SQLite takes what stands before the odd frame."""
        if odd := odd_log(log_of(self.path)):
            logger.error("%s: %s before this start, so the last changes are lost", self.path.name, odd)
        return bool(odd)

    def _leave(self) -> None:
        if self._in_use is not None:
            self._in_use.leave()
            self._in_use = None

    def _connect(self, durable: bool, role: str) -> SqliteConnection:
        """Open a connection on the file that was entered: never on one that was put in its place."""
        self.in_use.check()
        connection = sqlite3.connect(
            self.path, timeout=0, isolation_level=None, check_same_thread=False, factory=SqliteConnection
        )
        connection.row_factory = sqlite3.Row
        try:
            self._set_up(connection, durable, role)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_up(self, connection: SqliteConnection, durable: bool, role: str) -> None:
        if not self._prepared:
            prepare(connection, self._schema, self.path.name, known=self.in_use.known)
            self._prepared = self.in_use.known = True
        connection.execute(f"PRAGMA synchronous={self._levels[durable]}")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES[role]}").fetchall()
        connection.execute(f"PRAGMA journal_size_limit={LOG_BYTES}").fetchall()
        # What is deleted is overwritten: it was somebody's address.
        connection.execute("PRAGMA secure_delete=1").fetchall()

    def _keep(self, closable: SqliteConnection | WaitingSign) -> None:
        """Remember what to close at the end, and close what dead threads left open."""
        with self._lock:
            for thread, old in self._closables:
                if not thread.is_alive():
                    old.close()
            self._closables = [entry for entry in self._closables if entry[0].is_alive()]
            self._closables.append((threading.current_thread(), closable))


class _Transaction:
    """`Database.write` as a class: a generator would cost every job several microseconds more."""

    __slots__ = ("_changes", "_connection", "_db", "_draining", "_durable", "_patience_seconds", "_sign")

    def __init__(self, db: SqliteDatabase, durable: bool, draining: bool, patience_seconds: float) -> None:
        self._db = db
        self._durable = durable
        self._draining = draining
        self._patience_seconds = patience_seconds

    def __enter__(self) -> SqliteConnection:
        try:
            self._connection = self._db.connection(durable=self._durable, draining=self._draining)
            self._sign = self._db.sign()
            begin(self._connection, self._sign, draining=self._draining, patience_seconds=self._patience_seconds)
            self._db.in_use.check()
            self._changes = self._connection.total_changes
        except (sqlite3.Error, OSError) as error:
            self._db.give_up(error, WRITING)
        except DatabaseSwapped as error:
            self._db.trouble.begins(WRITING, error, error)
            if hasattr(self, "_connection"):
                self._undo()
            raise
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        try:
            if error is None:
                self._connection.execute("COMMIT")
            elif isinstance(error, sqlite3.Error):
                raise error
        except sqlite3.Error as failure:
            self._undo()
            self._db.give_up(failure, WRITING)
        if error is not None:
            self._undo()
            return
        if self._db.trouble.known and self._shows_that_writing_works():
            self._db.trouble.over(WRITING)
        if self._draining:
            let_others_in(self._sign)

    def _shows_that_writing_works(self) -> bool:
        """Return whether this transaction did what fails: a closed file lets those through that change nothing."""
        return self._connection.total_changes != self._changes or not self._db.trouble.is_closed

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
