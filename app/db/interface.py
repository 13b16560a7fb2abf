"""What the store asks of a database. SQLite and PostgreSQL answer it, each in a folder of its own.

Statements are the same text for both, with named parameters (`:name`). What only PostgreSQL needs stands in a comment
`/*pg ... */` inside the statement: row locks, as its writers do not wait for each other as SQLite's do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Parameters = Mapping[str, object]
#: Words of an address that hold a secret.
SECRET_WORDS = ("password", "sslpassword", "passfile", "sslkey", "oauth_client_secret")


class Row(Protocol):
    """A row whose columns are read by name or by place."""

    def __getitem__(self, key: Any, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def keys(self) -> Any: ...


class Cursor(Protocol):
    """What came of a statement. `rowcount`: the rows that it changed."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Change:
    """A statement that makes or changes one job, and those that follow if it did.

    The latter read the job as it is then `FROM changed`, without any condition of their own. `returning` names columns
    of it that are wanted, `seq` among them; a change that returns none is of the job with the number `:seq`.
    """

    statement: str
    then: tuple[str, ...]
    returning: str = ""


class Connection(Protocol):
    """A connection in a transaction."""

    def execute(self, sql: str, parameters: Parameters = ..., /) -> Cursor: ...

    def executemany(self, sql: str, parameters: Sequence[Parameters], /) -> Cursor: ...

    def insert(self, sql: str, parameters: Parameters, key: str, /) -> int:
        """Insert one row and return its number, which the database gives: the value of the column `key`."""
        ...

    def apply(self, parameters: Parameters, /, *changes: Change) -> tuple[int, Any]:
        """Make changes, each but the first only if the one before it changed a job.

        Return how many changed one, and what the last returned, None where it did not come to that. All of them have
        the same parameters; one that comes second is an UPDATE which ends with its WHERE.
        """
        ...

    def prove(self, sql: str, parameters: Parameters, /) -> None:
        """Name a query that finds something once this transaction is committed, and nothing else makes it find.

        By it a database over a network sees whether a commit happened to which no answer came.
        """
        ...

    def tell(self, channel: str, /) -> bool:
        """Tell all who listen on a channel as soon as this is committed; return False where a database cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of a database, and of the log beside it (0 while there is none, or where it is the server's)."""

    database: int
    log: int


class Database(Protocol):
    """A database with its tables. Nothing is opened before the first use, which must come after any fork.

    Every method raises QueueUnavailable where it cannot be reached, and DatabaseDamaged where it is not whole.
    """

    #: Whether all who use it are on one machine, so that whoever is not seen there is gone.
    one_machine: bool
    #: Whether one writes at a time, so that whoever may find nothing to write looks first.
    one_writer: bool

    def read(self, sql: str, parameters: Parameters | None = None) -> Sequence[Row]:
        """Run one query and return all its rows."""
        ...

    def write(
        self,
        *,
        durable: bool,
        seen_early: bool = False,
        draining: bool = False,
        patience_seconds: float | None = None,
        turn: str | None = None,
    ) -> AbstractContextManager[Connection]:
        """Hold a transaction: committed at the end, undone by any exception.

        What is not `durable` survives a killed process, but perhaps not a power cut. What is `seen_early` others may
        see, and go on with, before it is durable; it is durable at the end, with all that the transaction saw.
        `draining` is for whoever writes again and again. Of those that name the same `turn` one goes at a time: who
        looks first and then writes by what was there must name one, such as the owner whose jobs are counted.
        """
        ...

    def change(self, parameters: Parameters, *changes: Change) -> tuple[int, Any]:
        """Make changes as `Connection.apply` does, in a transaction of their own that is `draining`, not durable.

        Where QueueUnavailable is raised they may have been made all the same.
        """
        ...

    def contact_seconds(self) -> float:
        """Return for how long it has been reached without a break, infinity if it always was."""
        ...

    def check(self) -> None:
        """Raise QueueUnavailable or DatabaseDamaged unless it is whole, as far as a few milliseconds can tell."""
        ...

    def check_room(self, least_free_mb: float) -> None:
        """Raise DiskNearlyFull where its disk, as far as this machine sees it, has less left."""
        ...

    def check_thoroughly(self, *, at_start: bool) -> None:
        """Go through all of it if nobody has today, or `at_start`; `check` tells what was found."""
        ...

    def is_first(self) -> bool:
        """Return whether no other process of this machine had it open when this one came."""
        ...

    def used_bytes(self) -> int:
        """Return how much of it holds something."""
        ...

    def holds_more_than(self, size: float) -> bool:
        """Return whether more bytes of it than that hold something."""
        ...

    def sizes(self) -> Sizes:
        """Return how large it is."""
        ...

    def last_number(self, table: str, key: str) -> int:
        """Return the last number that was given to a row of a table, 0 for none: a number is never given twice."""
        ...

    def shorten_log(self) -> None:
        """Let what was deleted go from the log beside it, too."""
        ...

    def close(self) -> None:
        """Close what every thread of this process has opened; call it when none of them is using it."""
        ...


def address_without_password(address: str) -> str:
    """Return the address of a server as it may be shown: its password is left out wherever libpq would look for one.

    Not a word is left of an address that cannot be read.
    """
    try:
        parts = urlsplit(address)
        asked = [pair for pair in parse_qsl(parts.query) if pair[0] not in SECRET_WORDS]
    except ValueError:
        return "postgresql://..."
    if not parts.scheme or "@" in parts.path + parts.query + parts.fragment:  # an unquoted password ends anywhere
        return "postgresql://..."
    name, at, hosts = parts.netloc.rpartition("@")
    user = name.partition(":")[0]
    return urlunsplit((parts.scheme, f"{user}{at}{hosts}", parts.path, urlencode(asked), ""))
