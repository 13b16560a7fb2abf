"""What `/readyz` says when the database, the disk or the workers are not as they should be."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import app.queue
from app import create_app
from app.config import Config
from app.db.sqlite.opening import PAGE_BYTES
from app.queue import start_worker
from app.queue.store import JobStore
from tests.queue.conftest import Site
from tests.support.building import create, stages_of, wait_for


def reasons(client: FlaskClient) -> str:
    """Return what is wrong apart from the missing region."""
    answer = client.get("/readyz")
    assert answer.status_code == 503
    return answer.text.replace("No region has been imported.\n", "")


@pytest.fixture
def working(store: JobStore) -> JobStore:
    """A store with reports in it, and a worker somewhere."""
    store.say_at_work("box:1:1")
    for number in range(30):
        create(store, owner=str(number))
        claim = store.claim_next_job("w")
        assert claim
        store.complete_job(claim, b'{"report": "%s"}' % (b"x" * 9_000))
    return store


def test_nothing_is_wrong(client: FlaskClient, working: JobStore) -> None:
    assert reasons(client) == ""


def test_it_says_that_nobody_works(client: FlaskClient, store: JobStore) -> None:
    assert reasons(client).startswith("Nobody works on the queue.")


def test_a_worker_that_has_been_silent_for_long_does_not_count(client: FlaskClient, working: JobStore) -> None:
    with working.db.write(durable=False) as connection:
        connection.execute("UPDATE workers SET seen_at = seen_at - 31")
    assert reasons(client).startswith("Nobody works on the queue.")


def test_an_evaluator_that_cannot_start_is_told(
    client: FlaskClient, config: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app.queue, "production_command", lambda _: (sys.executable, "-c", "raise SystemExit(1)"))
    worker = start_worker(config)
    try:
        wait_for(lambda: "The evaluator cannot be started" in client.get("/readyz").text, 20)
        wait_for(lambda: caplog.text.count("the evaluator cannot be started") == 1)
    finally:
        worker.stop(10)
        app.queue._workers.clear()


def test_a_deleted_file_is_told(client: FlaskClient, working: JobStore) -> None:
    working.db.path.unlink()
    assert "was replaced, moved or deleted" in reasons(client)


def test_a_file_moved_over_it_is_told(client: FlaskClient, working: JobStore) -> None:
    shutil.copy(working.db.path, working.db.path.with_name("copy")).rename(working.db.path)
    assert "was replaced, moved or deleted" in reasons(client)


def test_a_missing_column_is_told_and_answered_with_when_to_come_back(client: FlaskClient, working: JobStore) -> None:
    job = create(working)
    with working.db.write(durable=True) as connection:
        connection.execute("ALTER TABLE job_stages DROP COLUMN reason")
    assert "the table job_stages lacks the column reason" in reasons(client)
    page = client.get(f"/job/{job.job_id}")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "60")
    assert "lacks the column reason" in page.text


def test_a_missing_table_is_told(client: FlaskClient, working: JobStore) -> None:
    with working.db.write(durable=True) as connection:
        connection.execute("DROP TABLE pictures")
    assert "it lacks the table pictures" in reasons(client)


def test_a_file_cut_to_a_third_is_told(client: FlaskClient, working: JobStore) -> None:
    working.db.connection(durable=False).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with working.db.path.open("r+b") as file:
        file.truncate(working.db.path.stat().st_size // 3 // PAGE_BYTES * PAGE_BYTES)
    assert "damaged" in reasons(client)


@pytest.mark.parametrize("where", [0, 20, 5_000])
def test_garbage_in_the_log_is_told(client: FlaskClient, working: JobStore, where: int) -> None:
    log = working.db.path.with_name(working.db.path.name + "-wal")
    assert reasons(client) == ""
    with log.open("r+b") as file:
        file.seek(where)
        file.write(bytes(range(255)) * 40)
    assert "something else was written into its log" in reasons(client)


def test_a_log_that_was_begun_anew_is_sound(client: FlaskClient, working: JobStore) -> None:
    for _ in range(3):
        working.db.connection(durable=False).execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        create(working)
        assert reasons(client) == ""


def test_reports_overwritten_while_it_was_down_are_found_at_the_start(
    client: FlaskClient, config: Config, working: JobStore, caplog: pytest.LogCaptureFixture
) -> None:
    working.db.close()
    overwrite_ends_of_chains(working.db.path)
    site = Site(config.data_dir)
    site.start(stages_of(1))
    wait_for(lambda: "doorstep.sqlite is damaged" in caplog.text)
    assert "The database doorstep.sqlite is damaged" in reasons(client)
    site.close()


def overwrite_ends_of_chains(path: Path) -> None:
    """Damage the pages that hold nothing but the middle of a report: no query but one for that report reads them."""
    whole = path.read_bytes()
    pages = [
        at for at in range(0, len(whole), PAGE_BYTES) if whole[at + 4 : at + PAGE_BYTES] == b"x" * (PAGE_BYTES - 4)
    ]
    assert pages
    with path.open("r+b") as file:
        for at in pages:
            file.seek(at)
            file.write(b"\xff" * 100)


def test_too_little_room_on_the_disk_is_told(config: Config) -> None:
    client = create_app(replace(config, least_free_mb=1_000_000)).test_client()
    assert "less than the 1e+06 MB" in reasons(client)
