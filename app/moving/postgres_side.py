"""A PostgreSQL database as one side of a move. What is compared is computed by the server, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8Dumper

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
    TRIGGER,
)
from app.db.postgres.closing import FILLING, MOVER, notes_in, reopen, shut
from app.db.postgres.connection import DEFAULTS, PgConnection, StoreConnection
from app.db.postgres.opening import prepare
from app.db.postgres.rows import named_rows
from app.errors import MoveRefused
from app.moving.settling import settle
from app.moving.tables import NO_CONTENT, NOT_MOVED, AlreadyThere, Column, Key, Kind, Row, Table, Total

#: Whoever moves holds this lock as long as its connection lasts: "Move" in ASCII.
LOCK = 0x4D6F7665
#: How long the lock is waited for: the server hears a moment late that a move was killed, later on a busy machine.
LOCK_WAIT = "SET lock_timeout = '5s'"
#: A whole table is read or summed up in one statement, and writers are waited for.
SETTINGS = (
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '30s'; "
    "SET work_mem = '64MB'; SET default_transaction_isolation = 'read committed'; SET timezone = 'UTC'; "
    "SET synchronous_commit = on"
)
#: How often the tables are locked, where writers hold some and wait for others.
MOST_TRIES = 5
#: Keys of one statement that names rows.
KEYS_AT_ONCE = 2_000
#: Here a figure may have several rows, so that two who count do not wait for each other; a row in SQLite is their sum.
FOLDED = {
    "stage_totals": (
        "part",
        "(SELECT stage, at_most, sum(stages)::bigint AS stages, sum(seconds ORDER BY part) AS seconds "
        "FROM stage_totals GROUP BY stage, at_most) AS stage_totals",
    )
}

KINDS = {
    "bigint": Kind.INTEGER,
    "double precision": Kind.FLOAT,
    "text": Kind.TEXT,
    "bytea": Kind.BYTES,
}
#: What a value is in the text of which the digest is taken.
ENCODE = {
    Kind.INTEGER: "convert_to('i' || {column}::text || ';', 'UTF8')",
    Kind.FLOAT: "'f'::bytea || float8send({column})",
    Kind.TEXT: "convert_to('t' || octet_length({column})::text || ':' || {column}, 'UTF8')",
    Kind.BYTES: "'b'::bytea || sha256({column})",
}


class PostgresSide:
    """A database behind an address. Raises MoveRefused where it cannot be reached or used."""

    def __init__(self, url: str, migrations: Sequence[str]) -> None:
        self.name = _name_of(url)
        self._tables: dict[str, Table] = {}
        try:
            self.connection = psycopg.connect(autocommit=True, **cast(Any, {**DEFAULTS, **conninfo_to_dict(url)}))
        except psycopg.Error:
            why = f"{self.name} cannot be reached, or not be written to. The server's own words: psql tells them"
            raise MoveRefused(why=why) from None
        self.connection.adapters.register_dumper(int, Int8Dumper)
        try:
            self._take_lock()
            self.connection.execute(SETTINGS, prepare=False)
            prepare(self.connection, migrations)
        except errors.InsufficientPrivilege:
            self.close()
            raise MoveRefused(why=f"the user of {self.name} may not make tables there") from None
        except BaseException:
            self.close()
            raise

    def _take_lock(self) -> None:
        self.connection.execute(LOCK_WAIT)
        try:
            self.connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        except errors.LockNotAvailable:
            raise MoveRefused(why=f"another move from or to {self.name} is under way") from None

    def close(self) -> None:
        """Close what is open."""
        self.connection.close()

    # --- what there is ---

    def tables(self) -> dict[str, Table]:
        """Return the tables, by name."""
        if not self._tables:
            columns: dict[str, list[Column]] = {}
            for table, column, kind in self.connection.execute(_COLUMNS).fetchall():
                if table not in (NOTES, "doorstep_tables") and column != FOLDED.get(table, ("",))[0]:
                    columns.setdefault(table, []).append(Column(column, KINDS[kind]))
            keys: dict[str, list[str]] = {}
            for table, column in self.connection.execute(_KEYS).fetchall():
                keys.setdefault(table, []).append(column)
            for name, found in columns.items():
                by_name = {column.name: column for column in found}
                key = tuple(by_name[each] for each in keys.get(name, ()) if each in by_name)
                self._tables[name] = Table(name, tuple(by_name[each] for each in sorted(by_name)), key)
        return self._tables

    def notes(self) -> dict[str, str]:
        """Return what a move has written down here."""
        return notes_in(self.connection)

    def put_notes(self, notes: Mapping[str, str | None]) -> None:
        """Write some notes down, those that are None away; in the transaction that is open, if one is."""
        with self.connection.transaction():
            self.connection.execute(MAKE_NOTES)
            for name, value in notes.items():
                self.connection.execute(_sql("DELETE FROM {} WHERE name = %s", NOTES), (name,))
                if value is not None:
                    self.connection.execute(_sql("INSERT INTO {} VALUES (%s, %s)", NOTES), (name, value))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold a transaction: committed at the end, undone by any exception."""
        with self.connection.transaction():
            yield

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        return int(self._one(f"SELECT count(*) FROM {_source(table)}"))  # noqa: S608 - names of ours

    def last_numbers(self) -> dict[str, int]:
        """Return the last number that was given to a row, by table, where rows are numbered by the database."""
        found = {}
        for name, table in self.tables().items():
            if len(table.key) == 1 and table.key[0].kind is Kind.INTEGER and name not in NOT_MOVED:
                key = table.key[0].name
                highest = f"SELECT coalesce(max({key}), 0) FROM {name}"  # noqa: S608 - names of ours
                found[name] = max(int(self._one(highest)), self._last_given(name, key))
        return found

    # --- rows ---

    def rows_after(self, table: Table, key: Key | None) -> Iterator[Row]:
        """Yield all rows in the order of their keys, from those after a key on, as they are now."""
        beyond = "" if key is None else f"WHERE {_beyond(table, '>', key)}"
        yield from self._stream(f"{_select(table)} {beyond} ORDER BY {_order(table)}", table.columns)

    def rows_of(self, table: Table, keys: Sequence[Key]) -> Iterator[Row]:
        """Yield the rows with certain keys."""
        for some, parameters in _in_parts(table, keys):
            yield from self.connection.execute(f"{_select(table)} WHERE {some}".encode(), parameters).fetchall()

    def digests(self, table: Table) -> Iterator[tuple[Key, bytes]]:
        """Yield the key of each row with the SHA-256 of the whole row, in the order of the keys."""
        columns = (*table.key, Column("digest", Kind.BYTES))
        names = ", ".join(column.name for column in table.key)
        query = f"SELECT {names}, {_digest(table)} FROM {_source(table)} ORDER BY {_order(table)}"  # noqa: S608
        for row in self._stream(query, columns):
            yield row[:-1], row[-1]

    def total(self, table: Table, since: Key | None = None) -> Total:
        """Return the number of rows and the sum of their digests, of all or of those from a key on."""
        rows = _source(table) if since is None else f"{_source(table)} WHERE {_beyond(table, '>=', since)}"
        row = self.connection.execute(
            f"""
            SELECT count(*), coalesce(sum(('x' || encode(substr(digest, 1, 8), 'hex'))::bit(64)::bigint), 0),
                coalesce(sum(('x' || encode(substr(digest, 9, 8), 'hex'))::bit(64)::bigint), 0)
            FROM (SELECT {_digest(table)} AS digest FROM {rows} OFFSET 0) AS digests
            """.encode()  # noqa: S608 - names of ours
        ).fetchone()
        return Total(*map(int, row or ()))

    def delete(self, table: Table, keys: Sequence[Key]) -> None:
        """Delete the rows with certain keys."""
        for some, parameters in _in_parts(table, keys):
            self.connection.execute(f"DELETE FROM {table.name} WHERE {some}".encode(), parameters)  # noqa: S608

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Insert rows. Raises AlreadyThere where one is there that they contradict."""
        names = ", ".join(column.name for column in table.columns)
        try:
            with self.connection.cursor().copy(
                f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)".encode()
            ) as copy:
                copy.set_types([column.kind.value for column in table.columns])
                for row in rows:
                    copy.write_row(row)
        except errors.UniqueViolation as error:
            raise AlreadyThere from error

    # --- as what data moves from ---

    def shut(self, why: str) -> None:
        """Let every write of others be refused with a sentence, from now on, and note that."""
        for tries_left in reversed(range(MOST_TRIES)):
            try:
                with self.transaction():
                    shut(self.connection, self.tables(), IS_MOVING + why)
                    self.put_notes({OUT_STATE: CLOSED, OUT_WHY: why})
            except (errors.DeadlockDetected, errors.LockNotAvailable):  # writers take the tables in any order
                if not tries_left:
                    raise
            else:
                return

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
        """Make it ready for the rows of a move, or for more. Raises MoveRefused where it holds anything else."""
        notes = self.notes()
        mine = notes.get("in:id") == move and notes.get(IN_STATE) == RECEIVING
        if not mine:
            self._check_empty(notes)
        self._one("SELECT set_config(%s, %s, false)", MOVER, move)
        if mine:
            return
        try:
            with self.transaction():
                shut(self.connection, self.tables(), IS_MOVING + FILLING, mover=move)
                self._check_empty(notes)  # nobody came in between
                self.put_notes({"in:id": move, IN_STATE: RECEIVING})
        except errors.InsufficientPrivilege:
            raise MoveRefused(why=f"the tables of {self.name} belong to another user") from None

    def has_arrived(self, move: str) -> bool:
        """Return whether it holds all of a move."""
        notes = self.notes()
        return notes.get("in:id") == move and notes.get(IN_STATE) == ARRIVED

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Hold the last transaction, in which no trigger of the tables does anything until `wake_triggers`."""
        with self.transaction():
            self._for_all("ALTER TABLE {} DISABLE TRIGGER USER")
            yield

    def wake_triggers(self) -> None:
        """Let the triggers of the tables do their part again, and nobody be refused."""
        self._for_all("ALTER TABLE {} ENABLE TRIGGER USER")
        self._for_all(f"ALTER TABLE {{}} DISABLE TRIGGER {TRIGGER}")

    def set_last_numbers(self, numbers: Mapping[str, int]) -> frozenset[str]:
        """Let the next rows get higher numbers than these, where the server gives them."""
        numbered = {name: self._sequence_of(name, self.tables()[name].key[0].name) for name in numbers}
        for name, sequence in numbered.items():
            if sequence:
                self._one("SELECT setval(%s::regclass, %s, %s)", sequence, max(numbers[name], 1), numbers[name] > 0)
        return frozenset(name for name, sequence in numbered.items() if sequence)

    def settle(self) -> int:
        """Put the jobs that run back in line, and forget who held them; return how many."""
        self.connection.row_factory = cast(Any, named_rows)
        try:
            return settle(StoreConnection(cast(PgConnection, self.connection)))
        finally:
            self.connection.row_factory = tuple_row

    def put_in_place(self) -> str:
        """Do nothing: the last transaction has put all in place."""
        return ""

    def take_back(self, receipt: Mapping[str, str], why: str) -> str:
        """Shut it if it holds what it did when all had arrived; return "", else the table that differs.

        A later move goes on with what is here.
        """
        notes = self.notes()
        if notes.get(IN_STATE) == RECEIVING:
            return ""
        try:
            with self.transaction():
                shut(self.connection, self.tables(), HAS_MOVED + why, mover=notes["in:id"])
                for name, table in self.tables().items():
                    if name not in NO_CONTENT and self.total(table).as_text() != receipt.get(name):
                        raise _Differs(name)
                self.put_notes({IN_STATE: RECEIVING})
        except _Differs as differs:
            return str(differs)
        return ""

    # --- parts ---

    def _check_empty(self, notes: Mapping[str, str]) -> None:
        """Raise MoveRefused where it holds anything, or belongs to another move."""
        if notes.get(IN_STATE) == RECEIVING:
            raise MoveRefused(why=f"{self.name} is being filled from another site")
        for name in self.tables().keys() - NO_CONTENT:
            if self.connection.execute(_sql("SELECT 1 FROM {} LIMIT 1", name)).fetchall():
                why = f"{self.name} holds data of a site already (in the table {name}). Give an empty database"
                raise MoveRefused(why=why)

    def _stream(self, query: str, columns: Sequence[Column]) -> Iterator[Row]:
        """Yield the rows of a query as the server computes them: nothing is held but what is on its way."""
        with self.connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)".encode()) as copy:
            copy.set_types([column.kind.value for column in columns])
            yield from copy.rows()

    def _for_all(self, statement: str) -> None:
        for name in sorted(self.tables()):
            self.connection.execute(_sql(statement, name))

    def _one(self, query: str, *parameters: object) -> Any:
        row = self.connection.execute(query.encode(), parameters or None).fetchone()
        return row[0] if row else None

    def _sequence_of(self, table: str, key: str) -> str:
        return self._one("SELECT pg_get_serial_sequence(%s, %s)", table, key) or ""

    def _last_given(self, table: str, key: str) -> int:
        sequence = self._sequence_of(table, key)
        return int(self._one("SELECT pg_sequence_last_value(%s::regclass)", sequence) or 0) if sequence else 0


class _Differs(Exception):
    pass


def _name_of(url: str) -> str:
    """Return where a database is, without user and password. Raises MoveRefused for what is no address of one."""
    try:
        known = conninfo_to_dict(url)
    except psycopg.Error:
        raise MoveRefused(why="the address of the database is none of PostgreSQL's (postgresql://...)") from None
    place = known.get("host") or known.get("hostaddr") or known.get("service") or "this machine"
    port = f":{known['port']}" if known.get("port") else ""
    return f"the PostgreSQL database {known.get('dbname') or 'of that name'} at {place}{port}"


def _sql(statement: str, name: str) -> sql.Composed:
    return sql.SQL(cast(Any, statement)).format(sql.Identifier(name))


def _source(table: Table) -> str:
    return FOLDED[table.name][1] if table.name in FOLDED else table.name


def _select(table: Table) -> str:
    """Return the query of all rows. SQLite knows one zero, PostgreSQL two: adding makes the negative one the other."""
    names = (
        f"{column.name} + 0 AS {column.name}" if column.kind is Kind.FLOAT and column not in table.key else column.name
        for column in table.columns
    )
    return f"SELECT {', '.join(names)} FROM {_source(table)}"  # noqa: S608 - names of ours


def _order(table: Table) -> str:
    """Return what the rows are ordered by: texts by their bytes, as SQLite has them."""
    return ", ".join(f'{column.name} COLLATE "C"' if column.kind is Kind.TEXT else column.name for column in table.key)


def _beyond(table: Table, how: str, key: Key) -> str:
    """Return a condition for rows in their order. Its values are written out, as COPY takes no parameters."""
    values = zip(key, table.key, strict=True)
    written = (f"{sql.Literal(part).as_string(None)}::{column.kind.value}" for part, column in values)
    return f"({_order(table)}) {how} ({', '.join(written)})"


def _digest(table: Table) -> str:
    parts = []
    for column in table.columns:
        value = f"({column.name} + 0)" if column.kind is Kind.FLOAT else column.name
        encoded = ENCODE[column.kind].format(column=value)
        parts.append(f"CASE WHEN {column.name} IS NULL THEN 'n'::bytea ELSE {encoded} END")
    return f"sha256({' || '.join(parts)})"


def _in_parts(table: Table, keys: Sequence[Key]) -> Iterator[tuple[str, list[list[object]]]]:
    """Yield conditions that name some of the rows each, with their parameters: a list for each column of the key."""
    arrays = ", ".join(f"%s::{column.kind.value}[]" for column in table.key)
    names = ", ".join(column.name for column in table.key)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        yield f"({names}) IN (SELECT * FROM unnest({arrays}))", [list(part) for part in zip(*some, strict=True)]  # noqa: S608


_COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name IN (
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
)
ORDER BY table_name, column_name
"""
_KEYS = """
SELECT pg_class.relname, pg_attribute.attname
FROM pg_index
JOIN pg_class ON pg_class.oid = pg_index.indrelid
CROSS JOIN LATERAL unnest(pg_index.indkey) WITH ORDINALITY AS parts (number, place)
JOIN pg_attribute ON pg_attribute.attrelid = pg_class.oid AND pg_attribute.attnum = parts.number
WHERE pg_index.indisprimary AND pg_class.relnamespace = current_schema()::regnamespace
ORDER BY pg_class.relname, parts.place
"""
