"""A move that is killed at each of its steps, and then run again: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest

from app.errors import SiteMoving
from tests.support import postgres
from tests.support.building import create, open_at
from tests.support.moving import (
    KILLED,
    filled_site,
    held_by_file,
    held_by_server,
    killed_at,
    to_postgres,
    to_sqlite,
    undo,
)

FILE = "doorstep.sqlite"
#: Steps of a move of the site of these tests: one for each table that has rows, and those of the stop.
FEWEST_STEPS = 60


@pytest.mark.slow
def test_killed_at_each_step_it_goes_on(tmp_path: Path, postgres_server: postgres.Server) -> None:
    filled_site(tmp_path / "site").db.close()
    before = held_by_file(tmp_path / "site" / FILE)
    step, code = 0, KILLED
    while code:
        step += 1
        here, url = tmp_path / "here", _database(postgres_server, f"killed_{step}")
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(tmp_path / "site", here)
        code = killed_at("to-postgres", here / FILE, url, step)
        assert code in (0, KILLED)
        assert held_by_file(here / FILE) == before
        to_postgres(here / FILE, url)
        assert held_by_server(url) == before
        assert _refuses(here), "both would take new jobs"
        postgres_server.run(f"DROP DATABASE killed_{step} WITH (FORCE)")
    assert step > FEWEST_STEPS


@pytest.mark.slow
def test_killed_again_and_again_it_gets_through(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path).db.close()
    before = held_by_file(tmp_path / FILE)
    for step in range(1, 100):
        if killed_at("to-postgres", tmp_path / FILE, url, step) == 0:
            break
    assert held_by_server(url) == before


@pytest.mark.slow
def test_killed_at_each_step_it_goes_on_back(tmp_path: Path, postgres_server: postgres.Server) -> None:
    filled_site(tmp_path / "site").db.close()
    before = held_by_file(tmp_path / "site" / FILE)
    source = _database(postgres_server, "killed_source")
    to_postgres(tmp_path / "site" / FILE, source)
    step, code = 0, KILLED
    while code:
        step += 1
        here, url = tmp_path / "here", _database(postgres_server, f"killed_{step}", "killed_source")
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(tmp_path / "site", here)  # the closed file of before is in the way, as on a real site
        code = killed_at("to-sqlite", here / FILE, url, step)
        assert code in (0, KILLED)
        to_sqlite(url, here / FILE)
        assert held_by_file(here / FILE) == before == held_by_server(url)
        _takes_new(here)
        postgres_server.run(f"DROP DATABASE killed_{step} WITH (FORCE)")
    assert step > FEWEST_STEPS


@pytest.mark.slow
@pytest.mark.parametrize("back", range(1, 6))
def test_a_move_that_was_killed_is_taken_back(tmp_path: Path, url: str, back: int) -> None:
    """Count from the last step: the stop is where it matters."""
    filled_site(tmp_path).db.close()
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / FILE, tmp_path / "copy" / FILE)
    steps: list[str] = []
    to_postgres(tmp_path / "copy" / FILE, url, lambda step, *_: steps.append(step))
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP SCHEMA public CASCADE")
        server.execute("CREATE SCHEMA public")
    before = held_by_file(tmp_path / FILE)
    assert killed_at("to-postgres", tmp_path / FILE, url, len(steps) + 1 - back) == KILLED
    undo(tmp_path / FILE, url)
    assert held_by_file(tmp_path / FILE) == before
    store = open_at(tmp_path)
    create(store, owner="new")
    store.db.close()
    before = held_by_file(tmp_path / FILE)
    to_postgres(tmp_path / FILE, url)
    assert held_by_server(url) == before


def _database(server: postgres.Server, name: str, template: str = "template1") -> str:
    server.run(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.url(name)


def _takes_new(folder: Path) -> None:
    store = open_at(folder)
    assert create(store, owner="new")
    store.db.close()


def _refuses(folder: Path) -> bool:
    store = open_at(folder)
    try:
        create(store)
    except SiteMoving:
        return True
    finally:
        store.db.close()
    return False
