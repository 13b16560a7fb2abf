"""A PostgreSQL server as the store's database: a few connections for each process, and transactions on them."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, NoReturn, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool, PoolTimeout

from app.db.interface import Cursor, Parameters, Row, Sizes
from app.db.postgres.clock import ServerClock
from app.db.postgres.errors import NAME, explained, in_short, is_connection_lost
from app.db.postgres.opening import prepare
from app.db.postgres.rows import NamedRow, named_rows
from app.db.postgres.statements import translated
from app.db.trouble import READING, WRITING, trouble_of
from app.errors import DatabaseFaulty, DoorstepError, QueueUnavailable

#: Longer than any transaction of ours, shorter than a person's patience; and while the server is known to be away.
PATIENCE_SECONDS = 5.0
PATIENCE_IN_TROUBLE_SECONDS = 0.5
#: A connection is waited for so long at a time: whoever asks again lets the pool try to connect again.
SLICE_SECONDS = 0.25
PAUSE_SECONDS = 0.05
#: What libpq is told where the database's address does not say otherwise: a server that is cut off is noticed in
#: seconds, and of several servers the one is taken that can be written to.
DEFAULTS = {
    "application_name": "doorstep",
    "client_encoding": "utf8",
    "connect_timeout": "4",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "8000",
    "target_session_attrs": "read-write",
}
#: No statement of ours takes long, and none waits for long; a host that was cut off in a transaction holds rows that
#: others need.
SETTINGS = (
    "SET statement_timeout = '20s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '8s'; "
    "SET default_transaction_isolation = 'read committed'"
)
BEGIN_DURABLE = "BEGIN"
#: Safe when a process or the server is killed by itself, and whole, if perhaps a moment old, after a power cut.
BEGIN_LIGHT = "BEGIN; SET LOCAL synchronous_commit = off"
#: By a hash, as locks have numbers: two turns that share one wait for each other, no more.
_TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"

logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # what fails is logged here, once, without addresses

PgConnection = psycopg.Connection[NamedRow]


class StoreConnection:
    """A connection in a transaction, as the store uses it."""

    __slots__ = ("_connection",)

    def __init__(self, connection: PgConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Parameters = {}, /) -> Cursor:  # noqa: B006 - nobody changes it
        return cast(Cursor, self._connection.execute(translated(sql), parameters))

    def executemany(self, sql: str, parameters: Sequence[Parameters], /) -> Cursor:
        cursor = self._connection.cursor()
        if parameters:
            cursor.executemany(translated(sql), parameters)
        return cast(Cursor, cursor)

    def insert(self, sql: str, parameters: Parameters, key: str, /) -> int:
        row = self._connection.execute(f"{translated(sql)} RETURNING {key}", parameters).fetchone()
        return 0 if row is None else int(row[0])


class PostgresDatabase:
    """The database behind an address. Nothing is opened before the first use, which must come after any fork."""

    one_machine = False

    def __init__(
        self,
        url: str,
        migrations: Sequence[str],
        *,
        connections: int = 10,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._url = url
        self._migrations = migrations
        self._most_connections = connections
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._pool: ConnectionPool[PgConnection] | None = None
        self._prepared = False
        self._contact_since = -math.inf
        self.clock = ServerClock(lambda: self.read("SELECT 1"))
        self.trouble = trouble_of(url, NAME)

    # --- the store's way in ---

    def read(self, sql: str, parameters: Parameters | None = None) -> Sequence[Row]:
        """Run one query and return all its rows; while the server is away for a moment, wait for it."""
        deadline = time.monotonic() + self._patience()
        while True:
            try:
                rows = self._read_once(sql, parameters or {}, deadline)
            except psycopg.Error as error:
                if not is_connection_lost(error) or time.monotonic() > deadline:
                    self._give_up(error, READING)
            else:
                self._over(READING)
                return cast(Sequence[Row], rows)
            time.sleep(PAUSE_SECONDS)

    def write(
        self, *, durable: bool, draining: bool = False, patience_seconds: float | None = None, turn: str | None = None
    ) -> AbstractContextManager[StoreConnection]:
        """Hold a transaction: committed at the end, undone by any exception. Of one `turn` one goes at a time."""
        del draining  # nobody holds up others here
        return self._transaction(durable, self._patience() if patience_seconds is None else patience_seconds, turn)

    def contact_seconds(self) -> float:
        """Return for how long the server has been reached without a break, infinity if it always was."""
        return 0.0 if self.trouble.known else time.monotonic() - self._contact_since

    def check(self) -> None:
        """Raise QueueUnavailable, or DatabaseFaulty where the tables are not there any more."""
        if not self.read("SELECT version FROM doorstep_tables"):
            raise DatabaseFaulty(name=NAME, what="it does not say which version its tables are of")

    def check_room(self, least_free_mb: float) -> None:
        """Do nothing: the server's disk is not seen from here, and says itself when it is full."""

    def check_thoroughly(self, *, at_start: bool) -> None:
        """Do nothing: the server checks its pages as it reads them."""

    def is_first(self) -> bool:
        """Return False: other hosts may have been here before."""
        return False

    def used_bytes(self) -> int:
        """Return the size of the database."""
        return int(self.read("SELECT pg_database_size(current_database())")[0][0])

    def sizes(self) -> Sizes:
        """Return the size of the database; its log is the server's."""
        return Sizes(self.used_bytes(), 0)

    def last_number(self, table: str, key: str) -> int:
        """Return the last number that was given to a row of a table; some may have been given for nothing."""
        sql = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(:table, :key)::regclass), 0)"
        return int(self.read(sql, {"table": table, "key": key})[0][0])

    def shorten_log(self) -> None:
        """Do nothing: the server does so by itself."""

    def notify(self, channel: str) -> None:
        """Tell whoever listens on a channel. Never fails: a notification only saves time."""
        with suppress(DoorstepError):
            self.read("SELECT pg_notify(:channel, '')", {"channel": channel})

    def listen(self, channel: str) -> PgConnection:
        """Return a connection of its own that listens on a channel; the caller closes it. Raises psycopg.Error."""
        connection = cast(PgConnection, psycopg.connect(**self._arguments()))
        connection.execute(f"LISTEN {channel}")
        return connection

    def close(self) -> None:
        """Close all connections of this process."""
        with self._lock:
            if self._pool is not None:
                self._pool.close(timeout=2.0)
            self._pool, self._prepared = None, False

    # --- connections ---

    def _read_once(self, sql: str, parameters: Parameters, deadline: float) -> Sequence[NamedRow]:
        connection, failure = self._borrow(deadline), None
        try:
            return connection.execute(translated(sql), parameters).fetchall()
        except psycopg.Error as error:
            failure = error
            raise
        finally:
            self._give_back(connection, failure)

    def _arguments(self) -> dict[str, Any]:
        return {**DEFAULTS, **conninfo_to_dict(self._url), "autocommit": True, "row_factory": named_rows}

    def _opened(self) -> ConnectionPool[PgConnection]:
        if self._pool is None:
            with self._lock:
                if self._pool is None:
                    self._pool = self._open()
        return self._pool

    def _open(self) -> ConnectionPool[PgConnection]:
        pool: ConnectionPool[PgConnection] = ConnectionPool(
            kwargs=self._arguments(),
            min_size=0,
            max_size=self._most_connections,
            configure=_configure,
            reconnect_timeout=0.1,  # whoever waits asks again
            open=False,
            name="doorstep",
        )
        pool.open()
        return pool

    def _borrow(self, deadline: float) -> PgConnection:
        """Borrow a connection to a server that is there and has our tables. Raises psycopg.Error."""
        pool = self._opened()
        connection = _borrowed(pool, deadline)
        try:
            if not self._prepared:
                prepare(connection, self._migrations)
                self._prepared = True
            if self.clock.is_due:
                asked_at = time.monotonic()
                row = connection.execute(_CLOCK).fetchone()
                self.clock.note(float(row[0]) if row else 0.0, asked_at)
        except BaseException as error:
            self._give_back(connection, error)
            raise
        return connection

    def _give_back(self, connection: PgConnection, error: BaseException | None = None) -> None:
        """Give a connection back to the pool, which replaces it where an error showed that it is of no use any more."""
        if isinstance(error, psycopg.Error) and is_connection_lost(error):
            connection.close()
        self._opened().putconn(connection)

    @contextmanager
    def _transaction(self, durable: bool, patience_seconds: float, turn: str | None) -> Iterator[StoreConnection]:
        try:
            connection = self._begin(durable, time.monotonic() + patience_seconds)
            failure: BaseException | None = None
            try:
                if turn is not None:
                    connection.execute(_TAKE_TURN, (turn,))
                yield StoreConnection(connection)
                connection.execute("COMMIT")
            except BaseException as error:
                failure = error
                _undo(connection)
                raise
            finally:
                self._give_back(connection, failure)
        except psycopg.Error as error:
            self._give_up(error, WRITING)
        self._over(WRITING)

    def _begin(self, durable: bool, deadline: float) -> PgConnection:
        """Borrow a connection and begin a transaction on it; one that turns out to be dead is replaced."""
        while True:
            connection = self._borrow_for_certain(deadline)
            try:
                connection.execute(BEGIN_DURABLE if durable else BEGIN_LIGHT, prepare=False)
            except psycopg.Error as error:
                self._give_back(connection, error)
                if not is_connection_lost(error) or time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)
            else:
                return connection

    def _borrow_for_certain(self, deadline: float) -> PgConnection:
        """Borrow a connection, trying again where one broke as it was looked at."""
        while True:
            try:
                return self._borrow(deadline)
            except psycopg.Error as error:
                if not is_connection_lost(error) or time.monotonic() > deadline:
                    raise
            time.sleep(PAUSE_SECONDS)

    # --- trouble ---

    def _patience(self) -> float:
        in_trouble = min(PATIENCE_IN_TROUBLE_SECONDS, self._patience_seconds)
        return in_trouble if self.trouble.known else self._patience_seconds

    def _give_up(self, error: psycopg.Error, doing: str) -> NoReturn:
        told = explained(error)
        if told is None:
            raise error
        if isinstance(told, DatabaseFaulty):
            self._prepared = False
        if type(told) is not QueueUnavailable or is_connection_lost(error):
            self.trouble.begins(doing, told, in_short(error))
        raise told from error

    def _over(self, doing: str) -> None:
        if self.trouble.known:
            self.trouble.over(doing)
            self._contact_since = time.monotonic()


def _borrowed(pool: ConnectionPool[PgConnection], deadline: float) -> PgConnection:
    while True:
        try:
            return pool.getconn(timeout=min(SLICE_SECONDS, max(deadline - time.monotonic(), 0.01)))
        except PoolTimeout:
            if time.monotonic() > deadline:
                raise


def _configure(connection: PgConnection) -> None:
    connection.execute(SETTINGS, prepare=False)
    # An integer is one of 8 bytes whatever its value: else each statement would be planned several times.
    connection.adapters.register_dumper(int, Int8Dumper)


def _undo(connection: PgConnection) -> None:
    """Undo a transaction; where that cannot be said to the server any more it undoes it by itself."""
    try:
        connection.execute("ROLLBACK", prepare=False)
    except psycopg.Error:
        connection.close()
