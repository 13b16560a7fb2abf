"""What both sides of a move are: tables of typed columns with a key, their rows, and the digests of these."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

Row = tuple[Any, ...]
Key = tuple[Any, ...]

#: What only processes say of themselves, on clocks of their own: it means nothing in another database.
NOT_MOVED = frozenset({"workers", "hosts"})
#: What putting jobs back in line changes.
SETTLED = frozenset({"evaluation_jobs", "job_events", "job_totals", "services"})
#: What a site writes though nobody does anything: no sign that a database is in use.
NO_CONTENT = NOT_MOVED | {"probe", "settled_clock", "services"}


class Kind(enum.Enum):
    """The types of columns that both databases have."""

    INTEGER = "int8"
    FLOAT = "float8"
    TEXT = "text"
    BYTES = "bytea"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `in_key`: it is a part of the primary key."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in the order of their names, and those of the primary key apart, in the order of the key."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[Column, ...]

    @property
    def key_places(self) -> tuple[int, ...]:
        """Return where the columns of the key stand in a row."""
        names = [column.name for column in self.columns]
        return tuple(names.index(column.name) for column in self.key)

    def key_of(self, row: Row) -> Key:
        """Return the key of a row."""
        return tuple(row[place] for place in self.key_places)


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a table has, and the sum of their digests, as two numbers: the same in whichever order."""

    rows: int = 0
    first: int = 0
    second: int = 0

    def plus(self, digest: bytes) -> Total:
        """Return the total with one row more."""
        first = int.from_bytes(digest[:8], "big", signed=True)
        second = int.from_bytes(digest[8:16], "big", signed=True)
        return Total(self.rows + 1, self.first + first, self.second + second)

    def as_text(self) -> str:
        """Return it as a text that a note can hold."""
        return f"{self.rows} {self.first} {self.second}"


class Side(Protocol):
    """One of the two databases, opened by the move alone. Rows are tuples in the order of the table's columns.

    Every method may raise what the database's own library raises.
    """

    #: For people: where it is, without a password.
    name: str

    def tables(self) -> dict[str, Table]:
        """Return the tables, by name."""
        ...

    def notes(self) -> dict[str, str]:
        """Return what a move has written down here."""
        ...

    def put_notes(self, notes: Mapping[str, str | None]) -> None:
        """Write some notes down, those that are None away; in the transaction that is open, if one is."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Hold a transaction: committed at the end, undone by any exception."""
        ...

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        ...

    def rows_after(self, table: Table, key: Key | None) -> Iterator[Row]:
        """Yield rows in the order of their keys, from those after a key on; perhaps not all."""
        ...

    def rows_of(self, table: Table, keys: Sequence[Key]) -> Iterator[Row]:
        """Yield the rows with certain keys."""
        ...

    def digests(self, table: Table) -> Iterator[tuple[Key, bytes]]:
        """Yield the key of each row with the SHA-256 of the whole row, in the order of the keys."""
        ...

    def total(self, table: Table, since: Key | None = None) -> Total:
        """Return the number of rows and the sum of their digests, of all or of those from a key on."""
        ...

    def delete(self, table: Table, keys: Sequence[Key]) -> None:
        """Delete the rows with certain keys."""
        ...

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Insert rows. Raises AlreadyThere where one is there that they contradict."""
        ...

    def last_numbers(self) -> dict[str, int]:
        """Return the last number that was given to a row, by table, where rows are numbered and never again alike."""
        ...

    def shut(self, why: str) -> None:
        """Let every write of others be refused with a sentence, from now on, and note that."""
        ...

    def reopen(self) -> None:
        """Take writes again, and note that."""
        ...

    def mark_moved(self, why: str) -> None:
        """Note that the data has moved for good, and let refusals say so."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class Target(Side, Protocol):
    """A side that data moves to."""

    def begin_to_receive(self, move: str) -> None:
        """Make it ready for the rows of a move, or for more. Raises MoveRefused where it holds anything else."""
        ...

    def has_arrived(self, move: str) -> bool:
        """Return whether it holds all of a move, where people may use it."""
        ...

    def filling(self) -> AbstractContextManager[None]:
        """Hold the last transaction, in which no trigger of the tables does anything until `wake_triggers`."""
        ...

    def wake_triggers(self) -> None:
        """Let triggers do their part again."""
        ...

    def set_last_numbers(self, numbers: Mapping[str, int]) -> frozenset[str]:
        """Let the next rows get higher numbers than these; return the tables that remember them."""
        ...

    def settle(self) -> int:
        """Put the jobs that run back in line, with what they have kept, and forget who held them; return how many."""
        ...

    def put_in_place(self) -> str:
        """Let people use it, where the last transaction has not done so; return what else there is to tell, or ""."""
        ...

    def take_back(self, receipt: Mapping[str, str], why: str) -> str:
        """Shut it for good if it holds what it did when all had arrived, by its totals.

        Return "" then, else the table that differs, with everything as it was.
        """
        ...


class AlreadyThere(Exception):
    """A row is there that a new one contradicts."""


def key_as_text(key: Key) -> str:
    """Return a key as a text that a note can hold."""
    return json.dumps([{"bytes": part.hex()} if isinstance(part, bytes) else part for part in key])


def key_from_text(text: str) -> Key:
    """Return the key in a note."""
    return tuple(bytes.fromhex(part["bytes"]) if isinstance(part, dict) else part for part in json.loads(text))
