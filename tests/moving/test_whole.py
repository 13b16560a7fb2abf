"""Everything moves, there and back, and no table is forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from app.db.postgres.opening import prepare
from app.errors import MoveRefused
from app.moving.postgres_side import FOLDED, PostgresSide
from app.moving.sqlite_side import SqliteSide
from app.moving.tables import NOT_MOVED
from app.queue.store.tables import POSTGRES_SCRIPTS, SCHEMA
from tests.support.building import create, open_at
from tests.support.moving import filled_site, held_by_file, held_by_server, to_postgres, to_sqlite

FILE = "doorstep.sqlite"


def test_both_have_the_same_tables_columns_and_keys(tmp_path: Path, url: str) -> None:
    with closing(SqliteSide(tmp_path / FILE, SCHEMA)) as file, closing(PostgresSide(url, POSTGRES_SCRIPTS)) as server:
        assert file.tables() == server.tables()
        assert all(table.key for table in file.tables().values())
        assert file.tables().keys() > NOT_MOVED


def test_the_lists_of_tables_are_those_of_the_databases(tmp_path: Path, url: str) -> None:
    open_at(tmp_path).stats()
    with psycopg.connect(url, autocommit=True) as server:
        prepare(server, POSTGRES_SCRIPTS)
    assert held_by_file(tmp_path / FILE).keys() == held_by_server(url).keys()
    with closing(SqliteSide(tmp_path / FILE, SCHEMA)) as file:
        assert file.tables().keys() - NOT_MOVED == held_by_file(tmp_path / FILE).keys()


def test_no_table_refers_to_another_one_so_their_order_is_free(tmp_path: Path) -> None:
    open_at(tmp_path).stats()
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        sql = "SELECT sqlite_master.name FROM sqlite_master JOIN pragma_foreign_key_list(sqlite_master.name)"
        assert file.execute(sql).fetchall() == []


def test_a_column_of_one_side_alone_is_refused_before_anything_moves(tmp_path: Path, url: str) -> None:
    create(open_at(tmp_path))
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute("ALTER TABLE snapshots ADD COLUMN of_tomorrow TEXT")
    with pytest.raises(MoveRefused, match="the table snapshots is not the same"):
        to_postgres(tmp_path / FILE, url)
    assert create(open_at(tmp_path))


def test_everything_arrives_bit_by_bit(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path).db.close()
    before = held_by_file(tmp_path / FILE)
    assert not [table for table in ("pictures", "list_opinions", "stage_totals", "batch_lines") if not before[table]]
    outcome = to_postgres(tmp_path / FILE, url)
    assert held_by_server(url) == before == held_by_file(tmp_path / FILE)
    assert outcome.rows == {table: len(rows) for table, rows in before.items()}


def test_there_and_back_it_is_the_same(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path).db.close()
    before = held_by_file(tmp_path / FILE)
    to_postgres(tmp_path / FILE, url)
    to_sqlite(url, tmp_path / "back.sqlite")
    assert held_by_file(tmp_path / "back.sqlite") == before
    with closing(sqlite3.connect(tmp_path / "back.sqlite")) as back, closing(sqlite3.connect(tmp_path / FILE)) as old:
        names = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%doorstep%' ORDER BY 1, 2"
        assert back.execute(names).fetchall() == old.execute(names).fetchall()
        assert back.execute("SELECT * FROM sqlite_sequence ORDER BY 1").fetchall() == (
            old.execute("SELECT * FROM sqlite_sequence ORDER BY 1").fetchall()
        )


def test_back_in_its_place_the_file_serves_again(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path).db.close()
    before = held_by_file(tmp_path / FILE)
    to_postgres(tmp_path / FILE, url)
    remark = to_sqlite(url, tmp_path / FILE).remark
    assert held_by_file(tmp_path / FILE) == before
    (kept,) = tmp_path.glob("doorstep.sqlite.before-move-*")
    assert str(kept) in remark
    store = open_at(tmp_path)
    assert create(store, owner="new")
    store.check()


def test_an_empty_site_moves_there_and_back(tmp_path: Path, url: str) -> None:
    open_at(tmp_path).stats()
    before = held_by_file(tmp_path / FILE)
    to_postgres(tmp_path / FILE, url)
    to_sqlite(url, tmp_path / "back.sqlite")
    assert held_by_server(url) == before == held_by_file(tmp_path / "back.sqlite")


def test_numbers_go_on_where_they_were(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_at(tmp_path)
    create(store)
    newest = create(store)
    with store.db.write(durable=True) as connection:
        connection.execute("DELETE FROM evaluation_jobs WHERE job_id = :job_id", {"job_id": newest.job_id})
    store.db.close()
    to_postgres(tmp_path / FILE, url)
    insert = (
        "INSERT INTO evaluation_jobs (job_id, address, listing, listing_key, owner, status, priority, turn, run_after, "
        "created_at, queued_at) VALUES ('a', 'b', 'c', 'd', 'e', 'queued', 0, 0, 0, 0, 0) RETURNING seq"
    )
    with psycopg.connect(url) as server:
        row = server.execute(insert).fetchone()
        assert row == (3,)
    to_sqlite(url, tmp_path / "back.sqlite")
    with closing(sqlite3.connect(tmp_path / "back.sqlite")) as back:
        assert back.execute(insert.replace("'a'", "'z'").replace("'d'", "'y'")).fetchone() == (4,)


def test_figures_in_several_rows_become_one(tmp_path: Path, url: str) -> None:
    assert FOLDED.keys() == {"stage_totals"}
    open_at(tmp_path).stats()
    to_postgres(tmp_path / FILE, url)
    with psycopg.connect(url) as server:
        for part, seconds in ((0, 0.1), (7, 0.2), (63, 0.3)):
            server.execute("INSERT INTO stage_totals VALUES ('geocode', 0.5, 2, %s, %s)", (seconds, part))
    to_sqlite(url, tmp_path / "back.sqlite")
    with closing(sqlite3.connect(tmp_path / "back.sqlite")) as back:
        assert back.execute("SELECT * FROM stage_totals").fetchall() == [("geocode", 0.5, 6, 0.1 + 0.2 + 0.3)]


def test_a_zero_below_zero_becomes_the_one_zero_that_sqlite_knows(tmp_path: Path, url: str) -> None:
    open_at(tmp_path).stats()
    to_postgres(tmp_path / FILE, url)
    with psycopg.connect(url) as server:
        server.execute("UPDATE probe SET checked_at = '-0'")
    to_sqlite(url, tmp_path / "back.sqlite")
    assert str(held_by_file(tmp_path / "back.sqlite")["probe"]) == str(held_by_file(tmp_path / FILE)["probe"])


def test_what_is_no_number_stays_where_it_is(tmp_path: Path, url: str) -> None:
    open_at(tmp_path).stats()
    to_postgres(tmp_path / FILE, url)
    with psycopg.connect(url) as server:
        server.execute("UPDATE probe SET checked_at = 'NaN'")
    with pytest.raises(MoveRefused, match="probe holds what is no number"):
        to_sqlite(url, tmp_path / "back.sqlite")
    with psycopg.connect(url) as server:
        server.execute("UPDATE probe SET checked_at = 0")  # it is open
