"""Both databases have the same tables: a migration of one alone is forgotten by nobody."""

from __future__ import annotations

import itertools
import re
import sqlite3
from pathlib import Path

import pytest

from app.queue.store import JobStore
from tests.support.building import open_at, tuples
from tests.support.dialects import postgres_alone

pytestmark = postgres_alone("each test reads both: a file, and the server's database")

#: What SQLite calls what PostgreSQL is told.
KINDS = {
    "TEXT": "text",
    "INTEGER": "bigint",
    "REAL": "double precision",
    "BLOB": "bytea",
}
Columns = dict[tuple[str, str], tuple[str, bool, str]]
#: Tables that one of them needs for itself.
OWN = {"sqlite_sequence", "doorstep_tables"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    """A file after all migrations."""
    with monkeypatch.context() as patched:
        patched.delenv("TEST_POSTGRES_PORT")
        store = open_at(tmp_path)
    store.stats()
    return store.db.connection(durable=True)


@pytest.fixture
def server(tmp_path: Path) -> JobStore:
    return open_at(tmp_path)


def plain(expression: str) -> str:
    """Return a default or a check as both would write it."""
    text = re.sub(r"::[a-z]+( [a-z]+)?(\[\])?", "", expression).replace('"', "")
    text = re.sub(r"=\s*ANY\s*\(+ARRAY\[([^]]*)\]", r"IN \1", text)
    return re.sub(r"[\s()]", "", text).replace(".0", "").lower()


def columns_of_file(file: sqlite3.Connection) -> Columns:
    tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        (table, name): (KINDS[kind], bool(needed or key), plain(default or ""))
        for table in set(tables) - OWN
        for _, name, kind, needed, default, key in file.execute(f"PRAGMA table_info({table})")
    }


def columns_of_server(server: JobStore) -> Columns:
    rows = server.db.read(
        """
        SELECT table_name, column_name, data_type, is_nullable = 'NO', coalesce(column_default, '')
        FROM information_schema.columns WHERE table_schema = current_schema()
        """
    )
    return {
        (table, name): (kind, needed, plain(default)) for table, name, kind, needed, default in rows if table not in OWN
    }


def test_they_have_the_same_columns_of_the_same_kinds(file: sqlite3.Connection, server: JobStore) -> None:
    ours, theirs = columns_of_file(file), columns_of_server(server)
    # What is counted in several parts so that two who count need not wait for each other.
    assert theirs.pop(("stage_totals", "part")) == ("bigint", True, "0")
    assert ours.keys() == theirs.keys()
    assert {each: (kind, theirs[each]) for each, kind in ours.items() if kind != theirs[each]} == {}


def checks_of_file(file: sqlite3.Connection) -> set[tuple[str, str]]:
    found = set()
    for table, sql in file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        for start in (match.end() for match in re.finditer(r"\bCHECK \(", sql)):
            depths = itertools.accumulate((letter == "(") - (letter == ")") for letter in sql[start:])
            found.add((table, plain(sql[start : start + list(depths).index(-1)])))
    return found


def checks_of_server(server: JobStore) -> set[tuple[str, str]]:
    rows = server.db.read(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'c' AND connamespace = current_schema()::regnamespace"
    )
    return {(table, plain(definition.removeprefix("CHECK"))) for table, definition in rows}


def test_they_check_the_same(file: sqlite3.Connection, server: JobStore) -> None:
    ours, theirs = checks_of_file(file), checks_of_server(server)
    assert len(ours) >= 7
    assert ours == theirs


def unique_in_file(file: sqlite3.Connection) -> set[tuple[str, tuple[str, ...]]]:
    found = set()
    for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        keys = sorted((row[5], row[1]) for row in file.execute(f"PRAGMA table_info({table})") if row[5])
        found.add((table, tuple(name for _, name in keys)))
        for _, index, unique, _, _ in file.execute(f"PRAGMA index_list({table})").fetchall():
            if unique:
                found.add((table, tuple(row[2] for row in file.execute(f"PRAGMA index_info({index})"))))
    return {(table, names) for table, names in found if table not in OWN and names}


def unique_on_server(server: JobStore) -> set[tuple[str, tuple[str, ...]]]:
    rows = server.db.read(
        """
        SELECT indrelid::regclass::text, array_agg(attname::text ORDER BY place)
        FROM pg_index CROSS JOIN unnest(indkey) WITH ORDINALITY AS keys (number, place)
        JOIN pg_attribute ON attrelid = indrelid AND attnum = number
        JOIN pg_class ON pg_class.oid = indrelid
        WHERE indisunique AND relnamespace = current_schema()::regnamespace GROUP BY indexrelid, indrelid
        """
    )
    return {(table, tuple(names)) for table, names in rows if table not in OWN}


def test_they_allow_the_same_rows_once(file: sqlite3.Connection, server: JobStore) -> None:
    theirs = {(table, tuple(name for name in names if name != "part")) for table, names in unique_on_server(server)}
    assert unique_in_file(file) == theirs


def test_the_same_happens_by_itself(file: sqlite3.Connection, server: JobStore) -> None:
    ours = file.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    theirs = server.db.read("SELECT tgname::text, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    # PostgreSQL's `snapshot_deleted` does the work of two.
    assert {tuple(row) for row in ours} - {("listed_report_deleted", "snapshots")} == set(tuples(theirs))
