"""`flask migrate-to-postgres` and `flask migrate-to-sqlite`, as an operator runs them."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click import Command
from click.testing import CliRunner, Result

from app.cli.backup import backup_command
from app.cli.moving import to_postgres_command, to_sqlite_command
from app.cli.worker import worker_command
from app.errors import SiteMoving
from app.queue.store import JobStore
from tests.support import postgres
from tests.support.building import create
from tests.support.crashing import claimed, completed
from tests.support.folders import ROOT
from tests.support.moving import filled_site, held_by_file, held_by_server

FILE = "doorstep.sqlite"
PASSWORD = "the-secret-of-the-server"


@pytest.fixture
def url(postgres_server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of an empty database, with a password, which the environment names."""
    postgres_server.run("CREATE DATABASE moved")
    url = postgres_server.url("moved").replace("postgres@", f"postgres:{PASSWORD}@")
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", url)
    yield url
    postgres_server.run("DROP DATABASE moved WITH (FORCE)")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobStore]:
    """Give a store that the commands find through the environment."""
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path / "var"))
    store = filled_site(tmp_path / "var")
    (tmp_path / "var" / "secret.key").write_text("k" * 64)
    (tmp_path / "var" / "regions" / "monaco").mkdir(parents=True)
    yield store
    store.db.close()


def run(command: Command, *arguments: object) -> Result:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert PASSWORD not in result.output + result.stderr
    assert "Traceback" not in result.output
    return result


def test_it_says_what_came_of_it_and_what_to_do(site: JobStore, url: str, tmp_path: Path) -> None:
    claimed(site)
    result = run(to_postgres_command)
    assert result.exit_code == 0, result.output
    for said in (
        "Moved to the PostgreSQL database moved at 127.0.0.1:",
        "compared at both sides and are the same",
        "1 job that ran will go on",
        "Set DOORSTEP_DATABASE_URL",
        f"what {tmp_path / 'var' / 'secret.key'} holds as DOORSTEP_SECRET_KEY",
        "(monaco)",
        "is closed and kept as a backup",
    ):
        assert said in result.output
    assert "k" * 64 not in result.output


def test_the_file_refuses_writes_and_says_why(site: JobStore, url: str) -> None:
    run(to_postgres_command)
    with pytest.raises(SiteMoving) as refused:
        create(site)
    assert "moving its data" in refused.value.message or "has moved" in refused.value.message
    assert "Set DOORSTEP_DATABASE_URL" in refused.value.terminal_message
    assert site.list_jobs(None)


def test_a_program_of_any_version_is_refused_by_name(site: JobStore, url: str, tmp_path: Path) -> None:
    run(to_postgres_command)
    with closing(sqlite3.connect(tmp_path / "var" / FILE)) as old:
        tables = [row[0] for row in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        for table in set(tables) - {"doorstep_move", "sqlite_sequence", "sqlite_stat1"}:
            column = old.execute(f"PRAGMA table_info({table})").fetchall()[0][1]
            with pytest.raises(sqlite3.IntegrityError, match="moved to PostgreSQL"):
                old.execute(f"INSERT INTO {table} ({column}) VALUES (1)")
            if old.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall():
                with pytest.raises(sqlite3.IntegrityError, match="Set DOORSTEP_DATABASE_URL"):
                    old.execute(f"DELETE FROM {table}")
                with pytest.raises(sqlite3.IntegrityError, match="Set DOORSTEP_DATABASE_URL"):
                    old.execute(f"UPDATE {table} SET {column} = {column}")


def test_a_worker_does_not_start_on_the_closed_file(site: JobStore, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run(to_postgres_command)
    monkeypatch.delenv("DOORSTEP_DATABASE_URL")
    result = run(worker_command)
    assert (result.exit_code, "Set DOORSTEP_DATABASE_URL" in result.output) == (1, True)


def test_no_backup_is_made_of_what_has_moved(
    site: JobStore, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(to_postgres_command)
    assert "pg_dump" in run(backup_command, tmp_path / "backup").output
    monkeypatch.delenv("DOORSTEP_DATABASE_URL")
    assert "was moved to PostgreSQL" in run(backup_command, tmp_path / "backup").output
    assert not (tmp_path / "backup").exists()


def test_run_again_it_says_that_all_is_there(site: JobStore, url: str) -> None:
    run(to_postgres_command)
    again = run(to_postgres_command)
    assert (again.exit_code, "had arrived" in again.output) == (0, True)


def test_it_is_taken_back_while_nothing_was_written_since(site: JobStore, url: str, tmp_path: Path) -> None:
    claim = claimed(site)
    run(to_postgres_command)
    result = run(to_postgres_command, "--undo")
    assert (result.exit_code, result.output.endswith("is open again.\n")) == (0, True)
    assert site.heartbeat(claim), "a job that ran goes on as if nothing had been"
    create(site)
    with psycopg.connect(url) as server, pytest.raises(psycopg.Error, match="taken back"):
        server.execute("DELETE FROM snapshots")


def test_it_moves_once_more_after_it_was_taken_back(site: JobStore, url: str, tmp_path: Path) -> None:
    run(to_postgres_command)
    run(to_postgres_command, "--undo")
    completed(site)
    create(site, owner="new")
    before = held_by_file(tmp_path / "var" / FILE)
    assert run(to_postgres_command).exit_code == 0
    held = held_by_server(url)
    assert {table: held[table] for table in held if table not in ("evaluation_jobs", "job_events")} == {
        table: before[table] for table in before if table not in ("evaluation_jobs", "job_events")
    }


def test_it_is_not_taken_back_once_something_was_written(site: JobStore, url: str) -> None:
    run(to_postgres_command)
    with psycopg.connect(url) as server:
        server.execute("DELETE FROM pictures WHERE job_seq = 1 AND name = 'map.svg'")
    result = run(to_postgres_command, "--undo")
    assert (result.exit_code, "so move the data back" in result.output) == (1, True)
    with pytest.raises(SiteMoving):
        create(site)
    with psycopg.connect(url) as server:
        server.execute("DELETE FROM pictures")  # that goes on


def test_where_nothing_was_moved_nothing_is_taken_back(site: JobStore, url: str) -> None:
    result = run(to_postgres_command, "--undo")
    assert (result.exit_code, "no move has begun" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("postgresql://doorstep:{}@127.0.0.1:1/x", "cannot be reached"),
        ("postgresql://doorstep:{}@127.0.0.1:port/x", "is none of PostgreSQL's|cannot be reached"),
        ("mysql://doorstep:{}@127.0.0.1/x", "is none of PostgreSQL's"),
    ],
)
def test_an_address_without_a_database_is_one_sentence(site: JobStore, address: str, why: str) -> None:
    result = run(to_postgres_command, "--to", address.format(PASSWORD))
    assert result.exit_code == 1
    assert any(each in result.output for each in why.split("|"))
    create(site)


def test_without_an_address_it_says_how_to_give_one(site: JobStore) -> None:
    result = run(to_postgres_command)
    assert (result.exit_code, "DOORSTEP_DATABASE_URL" in result.output) == (1, True)


def test_without_a_file_there_is_nothing_to_move(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path / "nothing"))
    result = run(to_postgres_command)
    assert (result.exit_code, "there is no database at" in result.output) == (1, True)
    assert not (tmp_path / "nothing").exists()


def test_a_database_that_keeps_no_unicode_is_refused(site: JobStore, postgres_server: postgres.Server) -> None:
    postgres_server.run("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    result = run(to_postgres_command, "--to", postgres_server.url("latin"))
    postgres_server.run("DROP DATABASE latin")
    assert (result.exit_code, "its encoding is LATIN1" in result.output) == (1, True)


def test_a_database_of_a_newer_version_is_refused(site: JobStore, url: str) -> None:
    with psycopg.connect(url) as server:
        server.execute("CREATE TABLE doorstep_tables (version BIGINT NOT NULL)")
        server.execute("INSERT INTO doorstep_tables VALUES (99)")
    result = run(to_postgres_command)
    assert (result.exit_code, "newer version" in result.output) == (1, True)


def test_a_user_without_rights_is_refused(site: JobStore, postgres_server: postgres.Server, url: str) -> None:
    postgres_server.run("CREATE ROLE reader LOGIN")
    result = run(to_postgres_command, "--to", postgres_server.url("moved").replace("postgres@", "reader@"))
    assert (result.exit_code, "may not make tables" in result.output) == (1, True)


def test_a_nul_becomes_the_sign_for_it_and_is_named(site: JobStore, url: str, tmp_path: Path) -> None:
    with site.db.write(durable=True) as connection:
        connection.execute("UPDATE list_opinions SET note = :note", {"note": "a\0b"})
        connection.execute("UPDATE evaluation_jobs SET listing = :listing WHERE seq = 1", {"listing": '"\\u0000"'})
    result = run(to_postgres_command)
    assert result.exit_code == 0, result.output
    assert "in list_opinions.note held a NUL character" in result.output
    notes = {row["note"][1] for row in held_by_server(url)["list_opinions"].values()}
    assert notes == {"a\N{SYMBOL FOR NULL}b"}
    assert {row["note"][1] for row in held_by_file(tmp_path / "var" / FILE)["list_opinions"].values()} == {"a\0b"}
    assert held_by_server(url)["evaluation_jobs"][(("int", 1),)]["listing"] == ("str", '"\\u0000"')


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE snapshots SET report = 'text' WHERE job_seq = 1", "snapshots.report holds text in the row 1"),
        ("UPDATE snapshots SET address = x'C3' WHERE job_seq = 1", "snapshots.address holds bytes in the row 1"),
        (
            "UPDATE evaluation_jobs SET attempts = 1.5 WHERE seq = 1",
            "evaluation_jobs.attempts holds a number in the row",
        ),
        ("UPDATE snapshots SET address = CAST(x'C3' AS TEXT)", "snapshots holds a text that is no Unicode"),
    ],
)
def test_a_value_of_another_type_is_named_and_nothing_is_closed(
    site: JobStore, url: str, change: str, why: str
) -> None:
    with site.db.write(durable=True) as connection:
        connection.execute(change, {})
    result = run(to_postgres_command)
    assert (result.exit_code, why in result.output) == (1, True), result.output
    assert "C3" not in result.output
    create(site)


def test_it_comes_back_to_a_new_file(site: JobStore, url: str, tmp_path: Path) -> None:
    before = held_by_file(tmp_path / "var" / FILE)
    run(to_postgres_command)
    result = run(to_sqlite_command, "--to", tmp_path / "new.sqlite")
    assert result.exit_code == 0, result.output
    assert f"The site looks for its file at {tmp_path / 'var' / FILE}" in result.output
    assert held_by_file(tmp_path / "new.sqlite") == before
    assert (tmp_path / "new.sqlite").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.moving*"))


def test_back_is_refused_while_somebody_has_the_file_open(site: JobStore, url: str) -> None:
    run(to_postgres_command)
    result = run(to_sqlite_command)
    assert (result.exit_code, "is in use" in result.output) == (1, True)
    with psycopg.connect(url) as server:
        server.execute("DELETE FROM pictures")


def test_ctrl_c_leaves_the_site_as_it_was_and_says_how_to_go_on(site: JobStore, url: str, tmp_path: Path) -> None:
    with site.db.write(durable=True) as connection:
        for number in range(3_000):
            connection.execute(
                "INSERT INTO service_answers VALUES ('photon', :question, x'', 1, 0, 0, :body)",
                {"question": b"%d" % number, "body": os.urandom(20_000)},
            )
    command = [sys.executable, "-m", "flask", "--app", "app", "migrate-to-postgres"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stderr
    assert running.stderr.readline().startswith("Copying")
    time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Stopped. The site goes on with its data where it was; run the same command again" in said
    create(site, owner="later")
    before = held_by_file(tmp_path / "var" / FILE)
    assert run(to_postgres_command).exit_code == 0
    assert held_by_server(url) == before


def test_a_site_does_not_work_on_a_database_that_is_half_filled(
    site: JobStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(to_postgres_command)
    run(to_postgres_command, "--undo")
    result = run(worker_command)
    assert (result.exit_code, "is being filled by a move" in result.output) == (1, True)
