"""Backups: whole while others write, private, checked; and put back with nothing left of the file before."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from app.db.sqlite.backup import back_up, restore
from app.db.sqlite.database import SqliteDatabase
from app.db.sqlite.opening import Schema
from app.errors import BackupRefused, BadBackup, DatabaseDamaged, DatabaseInUse
from app.queue.store import JobStore
from app.queue.store.tables import SCHEMA
from tests.support.building import assert_whole, create, open_at, tuples
from tests.support.databases import FILE, die_with_a_log, filled


def backed_up(store: JobStore, target: Path, **kept: bytes) -> Path:
    back_up(store.db.path, SCHEMA, target, kept, replace=False)
    return target


def test_a_backup_is_whole_while_others_write(tmp_path: Path) -> None:
    store = filled(tmp_path)
    stopped = threading.Event()

    def write() -> None:
        writer = open_at(tmp_path)
        while not stopped.is_set():
            claim = create(writer, owner=os.urandom(4).hex()) and writer.claim_next_job("w")
            assert claim
            writer.complete_job(claim, b"report" * 1_000)
        writer.db.close()

    writing = threading.Thread(target=write)
    writing.start()
    for number in range(5):
        backed_up(store, tmp_path / f"backup-{number}")
    stopped.set()
    writing.join()
    store.db.close()
    for number in range(5):
        folder = tmp_path / str(number)
        folder.mkdir()
        restore(folder / FILE, SCHEMA, tmp_path / f"backup-{number}")
        copy = open_at(folder)
        assert_whole(copy)
        assert copy.stats().queued + copy.stats().running + copy.stats().done >= 3
        copy.db.close()


def test_a_backup_is_one_private_file(tmp_path: Path) -> None:
    store = filled(tmp_path)
    (tmp_path / "out").mkdir()
    backup = backed_up(store, tmp_path / "out" / "backup")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["backup"]
    assert backup.stat().st_mode & 0o777 == 0o600
    store.db.close()


def test_a_backup_holds_nothing_that_was_deleted(tmp_path: Path) -> None:
    store = filled(tmp_path)
    with store.db.write(durable=True) as connection:
        connection.execute("PRAGMA secure_delete=0").fetchall()
        connection.execute("UPDATE evaluation_jobs SET listing = :text", {"text": "4 Elm Street" * 400})
        connection.execute("UPDATE evaluation_jobs SET listing = '{}'")
    assert b"Elm Street" not in backed_up(store, tmp_path / "backup").read_bytes()
    store.db.close()


def test_it_overwrites_nothing_unless_told_to(tmp_path: Path) -> None:
    store = filled(tmp_path)
    target = tmp_path / "backup"
    target.write_text("precious")
    with pytest.raises(BackupRefused, match="--force"):
        backed_up(store, target)
    assert target.read_text() == "precious"
    back_up(store.db.path, SCHEMA, target, {}, replace=True)
    assert target.read_bytes().startswith(b"SQLite format 3")
    store.db.close()


@pytest.mark.parametrize("name", [FILE, f"{FILE}-wal", "."])
def test_it_writes_over_no_file_of_the_site(tmp_path: Path, name: str) -> None:
    store = filled(tmp_path)
    with pytest.raises(BackupRefused):
        back_up(store.db.path, SCHEMA, tmp_path / name, {}, replace=True)
    assert_whole(store)
    store.db.close()


def test_a_damaged_database_gives_no_backup(tmp_path: Path) -> None:
    store = filled(tmp_path, jobs=20)
    store.db.close()
    with (tmp_path / FILE).open("r+b") as file:
        file.seek(2_048)
        file.write(b"\xff" * 40_000)
    with pytest.raises(DatabaseDamaged):
        backed_up(store, tmp_path / "backup")
    assert not list(tmp_path.glob("backup*"))


def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="no database"):
        back_up(tmp_path / FILE, SCHEMA, tmp_path / "backup", {}, replace=False)
    assert not list(tmp_path.iterdir())


def test_what_is_restored_is_what_was_backed_up(tmp_path: Path) -> None:
    store = filled(tmp_path)
    backup = backed_up(store, tmp_path / "backup", key=b"secret")
    before = tuples(store.db.read("SELECT * FROM evaluation_jobs"))
    create(store, owner="later")
    store.db.close()
    kept, replaced = restore(tmp_path / FILE, SCHEMA, backup)
    assert kept == {"key": b"secret"}
    assert tuples(store.db.read("SELECT * FROM evaluation_jobs")) == before
    tables = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    (tmp_path / "new").mkdir()
    new = open_at(tmp_path / "new")
    assert tuples(store.db.read(tables)) == tuples(new.db.read(tables))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert replaced
    with closing(sqlite3.connect(replaced)) as earlier:
        assert earlier.execute("SELECT count(*) FROM evaluation_jobs").fetchall() == [(4,)]
    for each in (store, new):
        each.db.close()


def test_it_restores_where_there_was_nothing(tmp_path: Path) -> None:
    store = filled(tmp_path)
    backup = backed_up(store, tmp_path / "backup")
    store.db.close()
    assert restore(tmp_path / "new" / FILE, SCHEMA, backup) == ({}, None)
    again = open_at(tmp_path / "new")
    assert again.stats().queued == 3
    again.db.close()


def test_it_restores_nothing_into_a_database_in_use(tmp_path: Path) -> None:
    store = filled(tmp_path)
    backup = backed_up(store, tmp_path / "backup")
    with pytest.raises(DatabaseInUse, match="stop the site"):
        restore(tmp_path / FILE, SCHEMA, backup)
    create(store)
    assert_whole(store)
    store.db.close()


OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM evaluation_jobs").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


def test_it_restores_nothing_while_another_program_has_it_open(tmp_path: Path) -> None:
    store = filled(tmp_path)
    backup = backed_up(store, tmp_path / "backup")
    store.db.close()
    command = [sys.executable, "-c", OTHER, str(tmp_path / FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(DatabaseInUse):
            restore(tmp_path / FILE, SCHEMA, backup)
    restore(tmp_path / FILE, SCHEMA, backup)


def test_the_log_of_a_killed_site_goes_with_its_own_file(tmp_path: Path) -> None:
    store = filled(tmp_path)
    backup = backed_up(store, tmp_path / "backup")
    store.db.close()
    die_with_a_log(tmp_path)
    _, replaced = restore(tmp_path / FILE, SCHEMA, backup)
    assert not (tmp_path / f"{FILE}-wal").exists()
    assert store.stats().queued == 3
    assert replaced
    with closing(sqlite3.connect(replaced)) as earlier:
        assert earlier.execute("SELECT count(*) FROM evaluation_jobs").fetchall() == [(4,)]
    store.db.close()


def test_it_replaces_a_database_that_is_damaged(tmp_path: Path) -> None:
    store = filled(tmp_path)
    backup = backed_up(store, tmp_path / "backup")
    store.db.close()
    die_with_a_log(tmp_path)
    (tmp_path / FILE).write_bytes(b"\xff" * 5_000)
    _, replaced = restore(tmp_path / FILE, SCHEMA, backup)
    assert store.stats().queued == 3
    assert replaced
    assert replaced.read_bytes() == b"\xff" * 5_000
    store.db.close()


def unusable(folder: Path, how: str) -> Path:
    """A file that is no backup, in one of several ways."""
    path = folder / "unusable"
    if how == "text":
        path.write_text("my shopping list\n" * 500)
    elif how == "empty":
        path.touch()
    elif how == "foreign":
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE evaluation_jobs (secret)")
    elif how == "newer":
        newer = SqliteDatabase(path, Schema(SCHEMA.application_id, (*SCHEMA.migrations, ())))
        newer.read("SELECT 1")
        newer.close()
    elif how in ("cut", "damaged"):
        store = filled(folder / "source", jobs=40)
        backed_up(store, path)
        store.db.close()
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 3] if how == "cut" else whole[:4_096] + os.urandom(len(whole) - 4_096))
    elif how == "folder":
        path.mkdir()
    return path


@pytest.mark.parametrize("how", ["missing", "text", "empty", "foreign", "newer", "cut", "damaged", "folder"])
def test_it_refuses_what_is_no_backup_and_changes_nothing(tmp_path: Path, how: str) -> None:
    store = filled(tmp_path)
    store.db.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(BadBackup):
        restore(tmp_path / FILE, SCHEMA, unusable(tmp_path, how))
    assert (tmp_path / FILE).read_bytes() == before
    assert not list(tmp_path.glob("*before-restore*")) + list(tmp_path.glob("*.restoring"))


def test_it_refuses_the_database_itself(tmp_path: Path) -> None:
    store = filled(tmp_path)
    store.db.close()
    with pytest.raises(BadBackup, match="itself"):
        restore(tmp_path / FILE, SCHEMA, tmp_path / FILE)
    assert store.stats().queued == 3
    store.db.close()


def test_a_plain_copy_with_its_log_beside_it_is_restored_whole(tmp_path: Path) -> None:
    store = filled(tmp_path / "old")
    store.db.close()
    die_with_a_log(tmp_path / "old")
    restore(tmp_path / FILE, SCHEMA, tmp_path / "old" / FILE)
    copy = open_at(tmp_path)
    assert copy.stats().queued == 4
    copy.db.close()


@pytest.mark.parametrize("version", range(1, len(SCHEMA.migrations)))
def test_a_backup_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    (tmp_path / "old").mkdir()
    old = SqliteDatabase(tmp_path / "old" / FILE, Schema(SCHEMA.application_id, SCHEMA.migrations[:version]))
    with old.write(durable=True) as connection:
        connection.execute(
            """
            INSERT INTO evaluation_jobs
                (job_id, address, listing, listing_key, owner, status, priority, turn, run_after, created_at, queued_at)
            VALUES ('q', '2 main', '{}', 'k', 'ann', 'queued', 0, 0, 0, 0, 0)
            """
        )
    back_up(old.path, SCHEMA, tmp_path / "backup", {}, replace=False)
    old.close()
    restore(tmp_path / FILE, SCHEMA, tmp_path / "backup")
    store = open_at(tmp_path)
    assert store.get_job("q").address == "2 main"
    assert tuples(store.db.read("PRAGMA user_version")) == [(len(SCHEMA.migrations),)]
    store.check()
    store.db.close()


def test_it_keeps_a_copy_where_a_file_cannot_have_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(tmp_path)
    backup = backed_up(store, tmp_path / "backup")
    create(store)
    store.db.close()
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError("no links here")))
    _, replaced = restore(tmp_path / FILE, SCHEMA, backup)
    assert replaced
    with closing(sqlite3.connect(replaced)) as earlier:
        assert earlier.execute("SELECT count(*) FROM evaluation_jobs").fetchall() == [(4,)]
    assert store.stats().queued == 3
    store.db.close()
