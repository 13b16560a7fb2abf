"""A SQLite file as one side of a move: the file of a site, or a new one that is filled."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from app.db.closed import (
    ARRIVED,
    CLOSED,
    COPYING,
    HAS_MOVED,
    IN_STATE,
    IS_MOVING,
    MAKE_NOTES,
    MOVED,
    NOTES,
    OUT_STATE,
    OUT_WHY,
    RECEIVING,
)
from app.db.owners import give_to_owner_of
from app.db.sqlite.backup import install
from app.db.sqlite.closing import reopen, shut
from app.db.sqlite.database import SqliteConnection
from app.db.sqlite.in_use import InUse, alone, create_file, enter
from app.db.sqlite.opening import Schema, prepare
from app.db.sqlite.write_lock import WaitingSign, begin
from app.errors import MoveRefused
from app.moving.settling import settle
from app.moving.tables import NO_CONTENT, NOT_MOVED, AlreadyThere, Column, Key, Kind, Row, Table, Total

#: How long the stop waits for those who are writing (seconds).
PATIENCE_SECONDS = 30.0
#: Rows of one look at a table that others write to: a reader that stays holds the log back.
ROWS_AT_ONCE = 5_000
#: PostgreSQL keeps no NUL in a text. It becomes the sign that stands for one; the old file keeps it as it was.
NUL, SIGN_FOR_NUL = "\0", "\N{SYMBOL FOR NULL}"
#: Memory for pages, in kB.
CACHE_KB = 16_000

KINDS = {"INTEGER": Kind.INTEGER, "REAL": Kind.FLOAT, "TEXT": Kind.TEXT, "BLOB": Kind.BYTES}
TYPES: dict[Kind, type] = {Kind.INTEGER: int, Kind.FLOAT: float, Kind.TEXT: str, Kind.BYTES: bytes}

Encode = Callable[[Any], bytes]
ENCODE: dict[Kind, Encode] = {
    Kind.INTEGER: lambda value: b"i%d;" % value,
    Kind.FLOAT: lambda value: b"f" + struct.pack(">d", value),
    Kind.TEXT: lambda value: b"t%d:%s" % (len(encoded := value.encode()), encoded),
    Kind.BYTES: lambda value: b"b" + hashlib.sha256(value).digest(),
}


class SqliteSide:
    """A file. `building`: a new one, which is filled under another name and put in place at the end."""

    def __init__(self, path: Path, schema: Schema, *, building: bool = False) -> None:
        self.path = path
        self.name = str(path)
        #: Texts that held a NUL, by table and column.
        self.with_nul: dict[tuple[str, str], set[Key]] = {}
        self._schema = schema
        self._file = path.with_name(path.name + ".moving") if building else path
        self._mark: InUse | None = None
        self._sign: WaitingSign | None = None
        self._tables: dict[str, Table] = {}
        self._is_arrived = building and self._has_state(path, ARRIVED)
        if building and not self._is_arrived:
            with alone(path):  # raises DatabaseInUse
                self._check_replaceable()
            create_file(self._file)
            give_to_owner_of(self._file, path)
        else:
            self._file = path
            self._mark = enter(path)
            self._sign = WaitingSign(path)
        self.connection = _connected(self._file)
        prepare(self.connection, schema, path.name)
        self.connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        self.connection.execute("PRAGMA secure_delete=1").fetchall()

    def close(self) -> None:
        """Close what is open."""
        self.connection.close()
        if self._sign is not None:
            self._sign.close()
            self._sign = None
        if self._mark is not None:
            self._mark.leave()
            self._mark = None

    # --- what there is ---

    def tables(self) -> dict[str, Table]:
        """Return the tables, by name."""
        if not self._tables:
            sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            names = {row[0] for row in self.connection.execute(sql).fetchall()} - {NOTES}
            self._tables = {name: self._table(name) for name in sorted(names)}
        return self._tables

    def notes(self) -> dict[str, str]:
        """Return what a move has written down here."""
        return _notes(self.connection)

    def put_notes(self, notes: Mapping[str, str | None]) -> None:
        """Write some notes down, those that are None away; in the transaction that is open, if one is."""
        if not self.connection.in_transaction:
            with self.transaction():
                return self.put_notes(notes)
        self.connection.execute(MAKE_NOTES)
        for name, value in notes.items():
            self.connection.execute(f"DELETE FROM {NOTES} WHERE name = ?", (name,))  # noqa: S608 - a constant
            if value is not None:
                self.connection.execute(f"INSERT INTO {NOTES} VALUES (?, ?)", (name, value))  # noqa: S608
        return None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold a transaction: committed at the end, undone by any exception."""
        if self._mark is not None and self._sign is not None:
            begin(self.connection, self._sign, draining=False, patience_seconds=PATIENCE_SECONDS)
        else:
            self.connection.execute("BEGIN IMMEDIATE")
        try:
            if self._mark is not None:
                self._mark.check()
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        return int(self.connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0])  # noqa: S608

    def last_numbers(self) -> dict[str, int]:
        """Return the last number that was given to a row, by table, where rows are numbered by the database."""
        found = {}
        for name, table in self.tables().items():
            if len(table.key) == 1 and table.key[0].kind is Kind.INTEGER and name not in NOT_MOVED:
                sql = f"SELECT coalesce(max({table.key[0].name}), 0) FROM {name}"  # noqa: S608 - names of ours
                found[name] = int(self.connection.execute(sql).fetchone()[0])
        for name, number in self.connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall():
            if name in found:
                found[name] = max(int(number), found[name])
        return found

    # --- rows ---

    def rows_after(self, table: Table, key: Key | None) -> Iterator[Row]:
        """Yield rows in the order of their keys, from those after a key on: some thousands at most."""
        names = _names(table.key)
        beyond = "" if key is None else f"WHERE ({names}) > ({_marks(table.key)})"
        sql = f"{_select(table)} {beyond} ORDER BY {names} LIMIT {ROWS_AT_ONCE}"
        with closing(self._read(sql, table, key or ())) as rows:
            yield from rows

    def rows_of(self, table: Table, keys: Sequence[Key]) -> Iterator[Row]:
        """Yield the rows with certain keys."""
        sql = f"{_select(table)} WHERE {_same(table.key)}"
        for key in keys:
            yield from self._read(sql, table, key)

    def digests(self, table: Table, since: Key | None = None) -> Iterator[tuple[Key, bytes]]:
        """Yield the key of each row with the SHA-256 of the whole row, in the order of the keys, from a key on."""
        encode = [ENCODE[column.kind] for column in table.columns]
        names = _names(table.key)
        beyond = "" if since is None else f"WHERE ({names}) >= ({_marks(table.key)})"
        for row in self._read(f"{_select(table)} {beyond} ORDER BY {names}", table, since or ()):
            parts = [b"n" if value is None else one(value) for one, value in zip(encode, row, strict=True)]
            yield table.key_of(row), hashlib.sha256(b"".join(parts)).digest()

    def total(self, table: Table, since: Key | None = None) -> Total:
        """Return the number of rows and the sum of their digests, of all or of those from a key on."""
        total = Total()
        for _, digest in self.digests(table, since):
            total = total.plus(digest)
        return total

    def delete(self, table: Table, keys: Sequence[Key]) -> None:
        """Delete the rows with certain keys."""
        self.connection.executemany(f"DELETE FROM {table.name} WHERE {_same(table.key)}", keys)  # noqa: S608

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Insert rows. Raises AlreadyThere where one is there that they contradict, MoveRefused for one without a form
        here.
        """
        sql = f"INSERT INTO {table.name} ({_names(table.columns)}) VALUES ({_marks(table.columns)})"  # noqa: S608
        try:
            self.connection.executemany(sql, (_keepable(table, row) for row in rows))
        except sqlite3.IntegrityError as error:
            raise AlreadyThere from error

    # --- as what data moves from ---

    def shut(self, why: str) -> None:
        """Let every write of others be refused with a sentence, from now on, and note that."""
        with self.transaction():
            shut(self.connection, self.tables(), IS_MOVING + why)
            self.put_notes({OUT_STATE: CLOSED, OUT_WHY: why})

    def reopen(self) -> None:
        """Take writes again, and note that."""
        with self.transaction():
            reopen(self.connection)
            self.put_notes({OUT_STATE: COPYING, OUT_WHY: None})

    def mark_moved(self, why: str) -> None:
        """Note that the data has moved for good, and let refusals say so."""
        with self.transaction():
            shut(self.connection, self.tables(), HAS_MOVED + why)
            self.put_notes({OUT_STATE: MOVED, OUT_WHY: why})

    # --- as what data moves to ---

    def begin_to_receive(self, move: str) -> None:
        """Make it ready for the rows of a move, or for more of them; what another one left is begun anew."""
        if self._file == self.path:
            raise MoveRefused(why=f"{self.path} holds a site of its own. Name another file with --to")
        notes = self.notes()
        with self.transaction():
            for name in self._triggers():
                self.connection.execute(f"DROP TRIGGER {name}")
            if notes.get("in:id") != move:
                for table in self.tables():
                    self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
                self.put_notes(dict.fromkeys(notes))
            self.put_notes({"in:id": move, IN_STATE: RECEIVING})

    def has_arrived(self, move: str) -> bool:
        """Return whether the file at its place holds all of a move."""
        return self._has_state(self.path, ARRIVED, move)

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Hold the last transaction; a new file has no triggers before its end."""
        with self.transaction():
            yield

    def wake_triggers(self) -> None:
        """Make the triggers that the tables should have."""
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as example:
            for statements in self._schema.migrations:
                for statement in statements:
                    example.execute(statement)
            found = example.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (statement,) in found:
            self.connection.execute(statement)

    def set_last_numbers(self, numbers: Mapping[str, int]) -> frozenset[str]:
        """Let the next rows get higher numbers than these, where the table remembers numbers of rows that are gone."""
        counting = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
        names = frozenset(name for (name,) in self.connection.execute(counting).fetchall())
        for name in names:
            self.connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            self.connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, numbers[name]))
        return names

    def settle(self) -> int:
        """Put the jobs that run back in line, and forget who held them; return how many."""
        self.connection.row_factory = sqlite3.Row
        try:
            return settle(self.connection)
        finally:
            self.connection.row_factory = None

    def put_in_place(self) -> str:
        """Put the finished file in the place of the one of before; return where that is kept, in words."""
        if self._file == self.path:
            return ""
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        fault = str(self.connection.execute("PRAGMA integrity_check(1)").fetchall()[0][0])
        if fault != "ok":
            raise MoveRefused(why=f"the new file is damaged ({fault})")
        self.connection.close()
        before = install(self.path, self._file, kept_as=self._kept_as())
        self._file = self.path
        self.connection = _connected(self.path)
        return f"The file of before is kept as {before}; delete it when you no longer need it." if before else ""

    def take_back(self, receipt: Mapping[str, str], why: str) -> str:
        """Shut it for good if it holds what it did when all had arrived; return "", else the table that differs."""
        if self.notes().get(OUT_STATE) == MOVED:
            return ""
        with self.transaction():
            for name, table in self.tables().items():
                if name not in NO_CONTENT and self.total(table).as_text() != receipt.get(name):
                    return name
            shut(self.connection, self.tables(), HAS_MOVED + why)
            self.put_notes({OUT_STATE: MOVED, OUT_WHY: why})
        return ""

    # --- parts ---

    def _table(self, name: str) -> Table:
        rows = self.connection.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
        columns = {row[0]: Column(row[0], KINDS[row[1]]) for row in rows}
        key = sorted((row for row in rows if row[2]), key=lambda row: int(row[2]))
        return Table(name, tuple(columns[each] for each in sorted(columns)), tuple(columns[row[0]] for row in key))

    def _triggers(self) -> list[str]:
        rows = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        return [name for (name,) in rows]

    def _read(self, sql: str, table: Table, parameters: Key) -> Generator[Row, None, None]:
        """Yield the rows of a query as another database can hold them. Raises MoveRefused where it cannot."""
        kinds: list[type] = [TYPES[column.kind] for column in table.columns]
        cursor = self.connection.cursor()
        try:
            for row in cursor.execute(sql, parameters):
                for value, kind in zip(row, kinds, strict=True):
                    if type(value) is not kind and value is not None:
                        _refuse_odd(table, row)
                    if isinstance(value, str) and NUL in value:
                        row = self._without_nul(table, row)
                yield row
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
            raise MoveRefused(why=f"a row of {table.name} holds a text that is no Unicode") from None
        finally:
            cursor.close()

    def _without_nul(self, table: Table, row: Row) -> Row:
        for column, value in zip(table.columns, row, strict=True):
            if isinstance(value, str) and NUL in value:
                if column in table.key:
                    raise MoveRefused(why=f"a row of {table.name} has a NUL in {column.name}, by which it is found")
                self.with_nul.setdefault((table.name, column.name), set()).add(table.key_of(row))
        return tuple(value.replace(NUL, SIGN_FOR_NUL) if isinstance(value, str) else value for value in row)

    def _has_state(self, path: Path, state: str, move: str = "") -> bool:
        if not path.is_file():
            return False
        with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS)) as file:
            notes = _notes(file)
            return notes.get(IN_STATE) == state and OUT_STATE not in notes and move in ("", notes.get("in:id"))
        return False

    def _check_replaceable(self) -> None:
        """Raise MoveRefused where the file at the place is not one whose data has moved away."""
        if not self.path.exists():
            return
        with closing(sqlite3.connect(self.path)) as file:
            moved = _notes(file).get(OUT_STATE) == MOVED
            empty = not file.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        if not moved and not empty:
            why = f"{self.path} holds a site of its own. Name another file with --to, or put that one elsewhere"
            raise MoveRefused(why=why)

    def _kept_as(self) -> Path:
        return self.path.with_name(f"{self.path.name}.before-move-{time.strftime('%Y%m%d-%H%M%S')}")


def _connected(file: Path) -> SqliteConnection:
    """Open a file as the store does, whose statements the end of a move uses."""
    return sqlite3.connect(file, timeout=PATIENCE_SECONDS, isolation_level=None, factory=SqliteConnection)


def _notes(connection: sqlite3.Connection) -> dict[str, str]:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (NOTES,)).fetchall()
    return dict(connection.execute(f"SELECT name, value FROM {NOTES}").fetchall()) if there else {}  # noqa: S608


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns)


def _marks(columns: Sequence[Column]) -> str:
    return ", ".join("?" * len(columns))


def _same(key: Sequence[Column]) -> str:
    return " AND ".join(f"{column.name} = ?" for column in key)


def _select(table: Table) -> str:
    return f"SELECT {_names(table.columns)} FROM {table.name}"  # noqa: S608 - names of ours


def _refuse_odd(table: Table, row: Row) -> NoReturn:
    """Name the value that is not of its column's type: not what it is, as that may be somebody's address."""
    for column, value in zip(table.columns, row, strict=True):
        if value is not None and type(value) is not TYPES[column.kind]:
            where = f"{table.name}.{column.name}"
            key = ", ".join(str(part) for part in table.key_of(row) if isinstance(part, int))
            which = f"in the row {key} " if key else ""
            names = {int: "a whole number", float: "a number", str: "text", bytes: "bytes"}
            found, wanted = names[type(value)], names[TYPES[column.kind]]
            raise MoveRefused(why=f"{where} holds {found} {which}where {wanted} belongs")
    raise AssertionError


def _keepable(table: Table, row: Row) -> Row:
    """Return a row that SQLite keeps as it is. Raises MoveRefused for one with what is no number, which it forgets."""
    if any(value != value for value in row):  # only what is no number differs from itself
        raise MoveRefused(why=f"a row of {table.name} holds what is no number (NaN), which SQLite cannot keep")
    return row
