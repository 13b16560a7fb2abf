"""A PostgreSQL server as the store's database: a few connections for each process, and transactions on them."""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, NoReturn, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from app.db.interface import Change, Parameters, Row, Sizes
from app.db.postgres.clock import ServerClock
from app.db.postgres.closing import refuse_half_filled
from app.db.postgres.connection import DEFAULTS, FLUSH, PgConnection, StoreConnection, configure
from app.db.postgres.errors import NAME, UNPREPARED, ServerUnreachable, explained, in_short, is_connection_lost
from app.db.postgres.opening import prepare
from app.db.postgres.room import used_bytes
from app.db.postgres.rows import NamedRow, named_rows
from app.db.postgres.statements import translated
from app.db.trouble import READING, WRITING, trouble_of
from app.errors import DatabaseFaulty, DoorstepError, QueueUnavailable

#: Longer than any transaction of ours, shorter than a person's patience; and while the server is known to be away.
PATIENCE_SECONDS = 5.0
PATIENCE_IN_TROUBLE_SECONDS = 0.5
#: A connection is waited for so long at a time: whoever asks again lets the pool try to connect again.
SLICE_SECONDS = 0.25
#: Before another connection is tried: not the first time, as the one at hand may have been broken long ago.
PAUSE_SECONDS = 0.05
#: A statement that was used so often is prepared, unless a pooler in front cannot have that.
PREPARE_AFTER = 5
#: Before each look (seconds) whether a commit that was not answered happened.
COMMIT_LOOKS = (0.0, 0.1)
BEGIN_DURABLE = "BEGIN"
#: Safe when a process or the server is killed by itself, and whole, if perhaps a moment old, after a power cut.
BEGIN_LIGHT = "BEGIN; SET LOCAL synchronous_commit = off"
#: For statements that are the same again and again, and long: else each is planned anew five times a connection.
PLANNED_ONCE = "; SET LOCAL plan_cache_mode = force_generic_plan"
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"

#: What the log calls a process that is short of connections, apart from a server that is away.
BORROWING = "getting a connection"
#: The shortage is over when nobody has waited in vain for so long.
CALM_SECONDS = 10.0

logger = logging.getLogger(__name__)
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # what fails is logged here, once, without addresses


class PostgresDatabase:
    """The database behind an address. Nothing is opened before the first use, which must come after any fork."""

    one_machine = False
    one_writer = False

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
        #: Why the last connection could not be made, None once one could.
        self._unreachable: ServerUnreachable | None = None
        #: After how many uses a statement is prepared; None: never.
        self._prepare_threshold: int | None = PREPARE_AFTER
        self._last_short_at = -math.inf
        #: The transaction that a thread is in: what it reads meanwhile needs no second connection.
        self._under_way = threading.local()
        self.clock = ServerClock(lambda: self.read("SELECT 1"))
        self.trouble = trouble_of(url, NAME)
        self.shortage = trouble_of(f"connections to {url}", NAME)

    # --- the store's way in ---

    def read(self, sql: str, parameters: Parameters | None = None) -> Sequence[Row]:
        """Run one query and return all its rows; while the server is away for a moment, wait for it.

        In a thread that holds a transaction it is a part of that.
        """
        under_way: PgConnection | None = getattr(self._under_way, "connection", None)
        if under_way is not None:
            return cast(Sequence[Row], under_way.execute(translated(sql), parameters or {}).fetchall())
        deadline, pause = time.monotonic() + self._patience(), 0.0
        while True:
            try:
                rows = self._read_once(sql, parameters or {}, deadline)
            except psycopg.Error as error:
                if not is_connection_lost(error) or time.monotonic() > deadline:
                    self._give_up(error, READING)
            else:
                self._over(READING)
                return cast(Sequence[Row], rows)
            time.sleep(pause)
            pause = PAUSE_SECONDS

    def write(
        self,
        *,
        durable: bool,
        seen_early: bool = False,
        draining: bool = False,
        patience_seconds: float | None = None,
        turn: str | None = None,
    ) -> AbstractContextManager[StoreConnection]:
        """Hold a transaction: committed at the end, undone by any exception. Of one `turn` one goes at a time."""
        patience_seconds = self._patience() if patience_seconds is None else patience_seconds
        beginning = _beginning(durable and not seen_early, draining, turn)
        return self._transaction(beginning, patience_seconds, seen_early=seen_early)

    def change(self, parameters: Parameters, *changes: Change) -> tuple[int, Any]:
        """Make changes as `Connection.apply` does, in a transaction of their own that is not durable.

        All is one message: where the answer does not come nobody knows whether they were made.
        """
        try:
            with self._lent(self._borrow_for_certain(time.monotonic() + self._patience())) as connection:
                made = StoreConnection(connection).apply(parameters, *changes, light=True)
        except psycopg.Error as error:
            self._give_up(error, WRITING)
        self._over(WRITING)
        return made

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
        """Return how much of the database holds something."""
        return used_bytes(self.read)

    def holds_more_than(self, size: float) -> bool:
        """Return whether more of it holds something; that is looked at closely only where its files are larger."""
        return self._size() > size and self.used_bytes() > size

    def sizes(self) -> Sizes:
        """Return the size of the database; its log is the server's."""
        return Sizes(self._size(), 0)

    def last_number(self, table: str, key: str) -> int:
        """Return the last number that was given to a row of a table; some may have been given for nothing."""
        sql = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(:table, :key)::regclass), 0)"
        return int(self.read(sql, {"table": table, "key": key})[0][0])

    def shorten_log(self) -> None:
        """Do nothing: the server does so by itself."""

    def listen(self, channel: str) -> PgConnection:
        """Return a connection of its own that listens on a channel; the caller closes it. Raises psycopg.Error."""
        connection = PgConnection.connect(**self._arguments())
        connection.execute(f"LISTEN {channel}")
        return connection

    def close(self) -> None:
        """Close all connections of this process."""
        with self._lock:
            pool, self._pool, self._prepared = self._pool, None, False
        if pool is not None:
            pool.close(timeout=2.0)

    def _size(self) -> int:
        return int(self.read("SELECT pg_database_size(current_database())")[0][0])

    # --- connections ---

    def _read_once(self, sql: str, parameters: Parameters, deadline: float) -> Sequence[NamedRow]:
        with self._lent(self._borrow(deadline)) as connection:
            return connection.execute(translated(sql), parameters).fetchall()

    @contextmanager
    def _lent(self, connection: PgConnection) -> Iterator[PgConnection]:
        """Give a borrowed connection back at the end, saying what went wrong on it."""
        failure = None
        try:
            yield connection
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
            kwargs=self._arguments() | {"on_failure": self._note_unreachable},
            connection_class=PgConnection,
            min_size=0,
            max_size=self._most_connections,
            configure=self._made,
            reconnect_timeout=0.1,  # whoever waits asks again
            open=False,
            name="doorstep",
        )
        pool.open()
        return pool

    def _made(self, connection: PgConnection) -> None:
        configure(connection)
        connection.prepare_threshold = self._prepare_threshold
        self._unreachable = None

    def _note_unreachable(self, error: ServerUnreachable) -> None:
        self._unreachable = error

    def _borrow(self, deadline: float) -> PgConnection:
        """Borrow a connection to a server that is there and has our tables. Raises psycopg.Error."""
        connection = self._borrowed(deadline)
        try:
            if not self._prepared:
                prepare(connection, self._migrations)
                refuse_half_filled(connection)
                self._prepared = True
            if self.clock.is_due:
                asked_at = time.monotonic()
                row = connection.execute(_CLOCK).fetchone()
                self.clock.note(float(row[0]) if row else 0.0, asked_at)
        except BaseException as error:
            self._give_back(connection, error)
            raise
        return connection

    def _borrowed(self, deadline: float) -> PgConnection:
        while True:
            pool = self._opened()
            try:
                connection = pool.getconn(timeout=min(SLICE_SECONDS, max(deadline - time.monotonic(), 0.01)))
            except PoolClosed:  # another thread found its connections broken
                continue
            except PoolTimeout:
                if time.monotonic() > deadline:
                    if self._unreachable is not None:
                        raise self._unreachable.again() from None
                    raise
            else:
                connection.pool = pool
                return connection

    def _give_back(self, connection: PgConnection, error: BaseException | None = None) -> None:
        """Give a connection back to its pool; where an error showed that it is of no use any more, leave them all.

        The others lead to the same server, and nobody is to find that out with each of them. A pool that is told to
        replace them makes more than there were: one for each that broke, and one for whoever waits meanwhile.
        """
        if isinstance(error, UNPREPARED) and self._prepare_threshold is not None:
            self._prepare_threshold = None
            logger.warning("%s: a pooler in front keeps no prepared statements; going on without", NAME)
        if isinstance(error, psycopg.Error) and is_connection_lost(error):
            connection.close()
            self._leave(connection.pool)
        connection.pool.putconn(connection)

    def _leave(self, pool: ConnectionPool[PgConnection]) -> None:
        """Let whoever needs a connection from now on make one anew; what is borrowed goes back where it came from."""
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.close(timeout=0.0)

    @contextmanager
    def _transaction(self, beginning: str, patience_seconds: float, *, seen_early: bool) -> Iterator[StoreConnection]:
        try:
            connection = self._begin(beginning, time.monotonic() + patience_seconds)
            held, unanswered = StoreConnection(connection, seen_early=seen_early), None
            failure: BaseException | None = None
            self._under_way.connection = connection
            try:
                yield held
                unanswered = failure = _commit(held)
            except BaseException as error:
                failure = error
                held.undo()
                raise
            finally:
                self._under_way.connection = None
                self._give_back(connection, failure)
            if unanswered is not None and not self._happened(held):
                raise unanswered
        except psycopg.Error as error:
            self._give_up(error, WRITING)
        self._over(WRITING)

    def _happened(self, held: StoreConnection) -> bool:
        """Return whether a transaction is known to be committed though nobody answered: by what it left behind.

        False also where that cannot be seen now: whoever writes the same again must do no harm.
        """
        if held.proof is None:
            return False
        with suppress(DoorstepError):
            for pause in COMMIT_LOOKS:  # the server may not be through with it yet
                time.sleep(pause)
                if self.read(*held.proof):
                    self.read(FLUSH)  # what can be seen need not be durable yet
                    return True
        return False

    def _begin(self, beginning: str, deadline: float) -> PgConnection:
        """Borrow a connection and begin a transaction on it; one that turns out to be dead is replaced."""
        pause = 0.0
        while True:
            connection = self._borrow_for_certain(deadline)
            try:
                connection.execute(beginning, prepare=False)
            except psycopg.Error as error:
                StoreConnection(connection).undo()
                self._give_back(connection, error)
                if not is_connection_lost(error) or time.monotonic() > deadline:
                    raise
                time.sleep(pause)
                pause = PAUSE_SECONDS
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
        if isinstance(error, PoolTimeout):  # the server is there: this process has no connection to spare
            self._last_short_at = time.monotonic()
            self.shortage.begins(BORROWING, told, f"all {self._most_connections} are in use")
        elif type(told) is not QueueUnavailable or is_connection_lost(error):
            self.trouble.begins(doing, told, in_short(error))
        raise told from error

    def _over(self, doing: str) -> None:
        if self.trouble.known:
            self.trouble.over(doing)
            self._contact_since = time.monotonic()
        if self.shortage.known and time.monotonic() - self._last_short_at > CALM_SECONDS:
            self.shortage.over(BORROWING)


def _beginning(durable: bool, draining: bool, turn: str | None) -> str:
    """Return the statements that begin a transaction, all sent at once.

    A turn is a lock's number, by a hash: two turns that share one wait for each other, no more.
    """
    beginning = (BEGIN_DURABLE if durable else BEGIN_LIGHT) + (PLANNED_ONCE if draining else "")
    if turn is None:
        return beginning
    number = int.from_bytes(hashlib.blake2b(turn.encode(), digest_size=8).digest(), signed=True)
    return f"{beginning}; SELECT pg_advisory_xact_lock({number})"


def _commit(held: StoreConnection) -> psycopg.Error | None:
    """Commit; return the error where the connection broke, so that nobody knows whether it happened."""
    try:
        held.commit()
    except psycopg.Error as error:
        if not is_connection_lost(error):
            raise
        return error
    return None
