"""A database file that is swapped, moved or deleted: noticed, refused, and written to by nobody."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.db.sqlite.database import SqliteDatabase
from app.db.sqlite.opening import Schema
from app.errors import DatabaseSwapped, DatabaseTooNew
from app.queue.store import JobStore
from app.queue.store.tables import SCHEMA
from tests.support.building import assert_whole, create, open_at, tuples
from tests.support.databases import FILE, die_with_a_log, filled


@pytest.fixture
def running(tmp_path: Path) -> JobStore:
    """A store that is in use, with a copy of its file from a moment ago."""
    store = filled(tmp_path)
    store.db.close()
    shutil.copy(tmp_path / FILE, tmp_path / "copy")
    create(store)
    return store


#: As a later version would have it.
NEWER = Schema(SCHEMA.application_id, (*SCHEMA.migrations, ("CREATE TABLE more (a)",)))


def refuses(store: JobStore) -> None:
    for action in (lambda: create(store), store.check, lambda: store.claim_next_job("w")):
        with pytest.raises(DatabaseSwapped, match="under the running site"):
            action()


def test_a_file_moved_over_the_one_in_use_is_not_written_to(tmp_path: Path, running: JobStore) -> None:
    before = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").rename(tmp_path / FILE)
    log = (tmp_path / f"{FILE}-wal").read_bytes()
    refuses(running)
    assert (tmp_path / FILE).read_bytes() == before
    assert (tmp_path / f"{FILE}-wal").read_bytes() == log
    running.db.close()


def test_another_process_does_not_open_it_either(tmp_path: Path, running: JobStore) -> None:
    (tmp_path / "copy").rename(tmp_path / FILE)
    before = (tmp_path / FILE).read_bytes()
    other = "import sys; from pathlib import Path; from tests.support.building import create, open_at; "
    told = subprocess.run(
        [sys.executable, "-c", other + "create(open_at(Path(sys.argv[1])))", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "DatabaseSwapped" in told.stderr
    assert (tmp_path / FILE).read_bytes() == before
    running.db.close()


def test_a_deleted_file_is_told_and_not_made_anew(tmp_path: Path, running: JobStore) -> None:
    (tmp_path / FILE).unlink()
    refuses(running)
    with pytest.raises(DatabaseSwapped):
        create(open_at(tmp_path))
    assert not (tmp_path / FILE).exists()
    running.db.close()


def test_it_goes_on_once_the_file_is_back(tmp_path: Path, running: JobStore) -> None:
    (tmp_path / FILE).rename(tmp_path / "away")
    refuses(running)
    (tmp_path / "away").rename(tmp_path / FILE)
    create(running)
    assert running.stats().queued == 5
    assert_whole(running)
    running.db.close()


def test_the_log_of_a_killed_site_is_not_applied_to_another_file(tmp_path: Path) -> None:
    filled(tmp_path).db.close()
    shutil.copy(tmp_path / FILE, tmp_path / "copy")
    die_with_a_log(tmp_path)
    (tmp_path / "copy").rename(tmp_path / FILE)
    before, log = (tmp_path / FILE).read_bytes(), (tmp_path / f"{FILE}-wal").read_bytes()
    with pytest.raises(DatabaseSwapped):
        open_at(tmp_path).stats()
    assert ((tmp_path / FILE).read_bytes(), (tmp_path / f"{FILE}-wal").read_bytes()) == (before, log)


def test_a_log_that_was_overwritten_while_the_site_was_down_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path).db.close()
    die_with_a_log(tmp_path)
    with (tmp_path / f"{FILE}-wal").open("r+b") as log:
        log.seek(32 + 8)  # the salts of the first frame
        log.write(b"\xff" * 8)
    store = open_at(tmp_path)
    assert store.stats().queued == 3
    assert "something else was written into its log before this start, so the last changes are lost" in caplog.text
    store.check()
    create(store)
    assert_whole(store)
    store.db.close()


def test_the_log_of_a_killed_site_is_applied_to_its_own_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(tmp_path).db.close()
    die_with_a_log(tmp_path)
    store = open_at(tmp_path)
    assert store.stats().queued == 4
    assert not caplog.records
    store.db.close()


def test_a_folder_of_a_killed_site_may_be_copied_as_a_whole(tmp_path: Path) -> None:
    filled(tmp_path / "old").db.close()
    die_with_a_log(tmp_path / "old")
    shutil.copytree(tmp_path / "old", tmp_path / "new")
    store = open_at(tmp_path / "new")
    assert store.stats().queued == 4
    assert_whole(store)
    store.db.close()


def test_a_file_may_be_replaced_by_hand_while_nobody_uses_it(tmp_path: Path) -> None:
    filled(tmp_path).db.close()
    shutil.copy(tmp_path / FILE, tmp_path / "copy")
    (tmp_path / "copy").rename(tmp_path / FILE)
    store = open_at(tmp_path)
    create(store)
    assert store.stats().queued == 4
    store.db.close()


def test_the_first_to_come_knows_that_it_is(tmp_path: Path) -> None:
    store, other = filled(tmp_path), open_at(tmp_path)
    other.stats()
    assert store.db.in_use.first
    assert other.db.in_use is store.db.in_use
    which = "import sys; from pathlib import Path; from tests.support.building import open_at; "
    which += "store = open_at(Path(sys.argv[1])); store.stats(); print(store.db.in_use.first)"
    for closed, said in ((False, "False\n"), (True, "True\n")):
        if closed:
            store.db.close()
            other.db.close()
        told = subprocess.run([sys.executable, "-c", which, str(tmp_path)], capture_output=True, text=True, check=True)
        assert told.stdout == said


def test_a_newer_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    newer = SqliteDatabase(
        tmp_path / FILE, Schema(SCHEMA.application_id, (*SCHEMA.migrations, ("CREATE TABLE more (a)",)))
    )
    newer.read("SELECT 1")
    newer.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(DatabaseTooNew, match=f"version {len(SCHEMA.migrations) + 1}, and this one") as refusal:
        create(open_at(tmp_path))
    assert "install that version" in refusal.value.message
    assert (tmp_path / FILE).read_bytes() == before


def test_a_process_that_runs_goes_on_while_a_newer_version_migrates(tmp_path: Path) -> None:
    old = filled(tmp_path)
    newer = SqliteDatabase(
        tmp_path / FILE, Schema(SCHEMA.application_id, (*SCHEMA.migrations, ("CREATE TABLE more (a)",)))
    )
    newer.read("SELECT 1")
    create(old)
    another = open_at(tmp_path)  # the same process
    create(another)
    assert tuples(another.db.read("PRAGMA user_version")) == [(len(SCHEMA.migrations) + 1,)]
    for each in (old.db, another.db, newer):
        each.close()
