"""One connection to a PostgreSQL server: how it is made, how long it may keep somebody waiting, and its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self, TypeVar, cast

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import InFailedSqlTransaction
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool

from app.db.interface import Change, Cursor, Parameters
from app.db.postgres.errors import ServerUnreachable
from app.db.postgres.rows import NamedRow
from app.db.postgres.statements import as_one, translated

T = TypeVar("T")

#: Whoever is answered this knows that all which was committed before is on the disk: a commit waits for the log up to
#: its own place, if it wrote to the log at all, which is what the message is for. Nobody reads that.
FLUSH = "SELECT pg_logical_emit_message(true, 'doorstep', '')"

#: What libpq is told where the database's address does not say otherwise: a server that is cut off is noticed in
#: seconds, and of several servers the one is taken that can be written to.
DEFAULTS = {
    "application_name": "doorstep",
    "client_encoding": "utf8",
    "connect_timeout": "3",
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "3000",
    "target_session_attrs": "read-write",
}
#: No statement of ours takes long, and none waits for long; a host that was cut off in a transaction holds rows that
#: others need.
SETTINGS = (
    "SET statement_timeout = '20s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '8s'; "
    "SET default_transaction_isolation = 'read committed'"
)
#: The server ends a statement after 20 s; one that has not answered by now does not run any more.
LONGEST_STATEMENT_SECONDS = 25.0


class PgConnection(psycopg.Connection[NamedRow]):
    """A connection that says why it cannot be made, and waits for no server that stands still."""

    #: Where it was borrowed from.
    pool: ConnectionPool[PgConnection]

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> Self:
        """Connect, and tell whom `on_failure` names why that fails. Raises ServerUnreachable."""
        on_failure = kwargs.pop("on_failure", None)
        try:
            return super().connect(conninfo, **kwargs)
        except psycopg.OperationalError as error:
            unreachable = ServerUnreachable(error)
            if on_failure is not None:
                on_failure(unreachable)
            raise unreachable from None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for the server's answer. Raises OperationalError where it has not come when it must have."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, LONGEST_STATEMENT_SECONDS)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from None


def configure(connection: PgConnection) -> None:
    """Get a new connection ready for the store."""
    connection.execute(SETTINGS, prepare=False)
    # An integer is one of 8 bytes whatever its value: else each statement would be planned several times.
    connection.adapters.register_dumper(int, Int8Dumper)


class StoreConnection:
    """A connection in a transaction, as the store uses it."""

    __slots__ = ("_connection", "_ending", "_prepares", "proof")

    def __init__(self, connection: PgConnection, *, seen_early: bool = False) -> None:
        self._connection = connection
        #: What is said at the end, as one message.
        self._ending = f"COMMIT; {FLUSH}" if seen_early else "COMMIT"
        #: What is planned for long is prepared at once, unless a pooler in front cannot have that.
        self._prepares = connection.prepare_threshold is not None
        #: A query that finds something once the transaction is committed.
        self.proof: tuple[str, Parameters] | None = None

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

    def apply(self, parameters: Parameters, /, *changes: Change, light: bool = False) -> tuple[int, Any]:
        sql = translated(as_one(changes, light=light))
        row = self._connection.execute(sql, parameters, prepare=self._prepares).fetchone()
        made = 0 if row is None else int(row["changes_made"])
        return made, row if made == len(changes) else None

    def prove(self, sql: str, parameters: Parameters, /) -> None:
        self.proof = sql, parameters

    def tell(self, channel: str, /) -> bool:
        self._ending = f"NOTIFY {channel}; {self._ending}"
        return True

    def commit(self) -> None:
        """Commit. Raises psycopg.Error, also where the server undid the transaction instead."""
        cursor = self._connection.execute(self._ending, prepare=False)
        done = [cursor.statusmessage]
        while cursor.nextset():
            done.append(cursor.statusmessage)
        if "COMMIT" not in done:
            raise InFailedSqlTransaction("the transaction was undone")

    def undo(self) -> None:
        """Undo; where that cannot be said to the server any more it undoes the transaction by itself."""
        try:
            self._connection.execute("ROLLBACK", prepare=False)
        except psycopg.Error:
            self._connection.close()
