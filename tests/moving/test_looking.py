"""Every start looks whether the data has moved: it must leave a file as a killed site left it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.config import Config
from app.db.sqlite.closing import why_moved
from app.errors import SiteMoved
from app.queue import refuse_moved
from tests.support.building import create, open_at
from tests.support.databases import FILE, die_with_a_log
from tests.support.moving import to_postgres


def test_the_log_of_a_killed_site_stays(tmp_path: Path) -> None:
    die_with_a_log(tmp_path)
    before = contents(tmp_path)
    assert why_moved(tmp_path / FILE) == ""
    assert contents(tmp_path) == before
    assert open_at(tmp_path).stats().queued == 1


def test_a_log_that_is_not_whole_stays_for_whoever_says_so(tmp_path: Path) -> None:
    die_with_a_log(tmp_path)
    with (tmp_path / f"{FILE}-wal").open("r+b") as log:
        log.seek(-5_000, 2)
        log.write(b"x" * 3_000)
    before = contents(tmp_path)
    assert why_moved(tmp_path / FILE) == ""
    assert contents(tmp_path) == before


@pytest.mark.parametrize("what", [b"", b"no database" * 500])
def test_what_is_no_database_of_ours_is_left_to_others(tmp_path: Path, what: bytes) -> None:
    (tmp_path / FILE).write_bytes(what)
    refuse_moved(Config(data_dir=tmp_path))
    refuse_moved(Config(data_dir=tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


def test_a_server_out_of_reach_is_left_to_others(tmp_path: Path) -> None:
    refuse_moved(Config(data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/nothing"))


def test_what_has_moved_is_refused_with_its_sentence(tmp_path: Path, url: str) -> None:
    create(open_at(tmp_path))
    refuse_moved(Config(data_dir=tmp_path))
    to_postgres(tmp_path / FILE, url)
    with pytest.raises(SiteMoved) as refused:
        refuse_moved(Config(data_dir=tmp_path))
    assert refused.value.terminal_message == "all has moved"


def test_a_file_that_is_closed_in_the_stop_may_be_started_on(tmp_path: Path, url: str) -> None:
    """Its pages can be read, and the move may yet open it again."""
    create(open_at(tmp_path))

    def look(step: str, *_: object) -> None:
        if step == "closed":
            refuse_moved(Config(data_dir=tmp_path))

    to_postgres(tmp_path / FILE, url, look)
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert file.execute("SELECT count(*) FROM evaluation_jobs").fetchone() == (1,)


def contents(folder: Path) -> dict[str, str]:
    """Return a digest of each file; SQLite's index of the log is made anew by whoever looks."""
    files = [file for file in folder.iterdir() if file.is_file() and not file.name.endswith("-shm")]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
