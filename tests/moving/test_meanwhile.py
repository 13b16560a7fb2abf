"""What people and workers change between the copying and the stop: the copy is compared with it and mended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Timer

import psycopg
import pytest

from app.errors import DoorstepError, MoveFailed, MoveRefused
from app.moving.move import Move
from app.moving.postgres_side import LOCK, PostgresSide
from app.moving.sqlite_side import SqliteSide
from app.queue.jobs import Status
from app.queue.store import JobStore
from app.queue.store.tables import POSTGRES_SCRIPTS, SCHEMA
from tests.support import postgres
from tests.support.building import create, open_at, wait_for
from tests.support.crashing import asked_to_stop, claimed, completed
from tests.support.moving import SENTENCES, filled_site, held_by_file, held_by_server, to_postgres, to_sqlite

FILE = "doorstep.sqlite"


def at_the_stop(action: Callable[[], object]) -> Callable[..., None]:
    """Return what is told of the steps, and acts once all is copied and nothing is closed yet."""

    def said(step: str, *_: object) -> None:
        if step == "closing":
            action()

    return said


def change_everything(store: JobStore) -> None:
    """Delete, retry, cancel, prune, complete, send again, and give a token's name to another one."""
    reports = store.db.read("SELECT snapshot_id FROM snapshots ORDER BY job_seq")
    store.delete_snapshot(reports[0]["snapshot_id"], None)
    with store.db.write(durable=True) as connection:
        connection.execute(
            "UPDATE snapshots SET report = :new WHERE snapshot_id = :id", {"new": b"", "id": reports[1][0]}
        )
        connection.execute("DELETE FROM pictures WHERE job_seq % 2 = 0", {})
    failed = store.list_jobs(Status.FAILED)
    store.retry_job(failed[0].job_id, None)
    for job in store.list_jobs(Status.QUEUED)[:2]:
        store.cancel_job(job.job_id, None)
    store.prune(0)
    completed(store)
    create(store, owner="late")
    store.revoke_token("host")
    store.create_token("host", 9, 9)
    with store.db.write(durable=True) as connection:  # no two live jobs of an owner have one key
        connection.execute("UPDATE evaluation_jobs SET listing_key = 'x' || listing_key WHERE completed_at IS NULL", {})


def test_what_changed_since_it_was_copied_is_mended(tmp_path: Path, url: str) -> None:
    store = filled_site(tmp_path)
    before = held_by_file(tmp_path / FILE)
    to_postgres(tmp_path / FILE, url, at_the_stop(lambda: change_everything(store)))
    store.db.close()
    after = held_by_file(tmp_path / FILE)
    changed = [table for table in after if after[table] != before[table]]
    assert len(changed) > 7
    for table in after.keys() - {"evaluation_jobs", "job_events"}:
        assert held_by_server(url)[table] == after[table], table


def test_what_changed_since_an_earlier_try_is_mended(tmp_path: Path, url: str) -> None:
    store = filled_site(tmp_path)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_postgres(tmp_path / FILE, url, at_the_stop(stop))
    change_everything(store)
    for _ in range(30):
        create(store, owner="many")
    to_postgres(tmp_path / FILE, url)
    store.db.close()
    after = held_by_file(tmp_path / FILE)
    assert held_by_server(url).keys() == after.keys()
    assert held_by_server(url)["snapshots"] == after["snapshots"]
    assert held_by_server(url)["api_tokens"] == after["api_tokens"]


def test_a_job_that_runs_goes_on_from_what_it_has(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_at(tmp_path)
    claim = claimed(store)
    create(store, owner="behind")
    before = store.get_job(claim.job_id)
    outcome = to_postgres(tmp_path / FILE, url)
    assert outcome.put_back == 1
    store.db.close()
    job = held_by_server(url)["evaluation_jobs"][(("int", claim.seq),)]
    assert job["status"] == ("str", "queued")
    assert job["attempts"] == ("int", before.attempts - 1)
    assert job["claim_token"] == job["worker"] == job["lease_until"] == ("NoneType", None)
    stages = held_by_server(url)["job_stages"]
    assert ("bytes", b"here") in [row["finding"] for row in stages.values()]


def test_a_running_job_that_was_called_off_ends(tmp_path: Path, url: str) -> None:
    store = open_at(tmp_path)
    claim = asked_to_stop(store)
    to_postgres(tmp_path / FILE, url)
    store.db.close()
    held = held_by_server(url)
    assert held["evaluation_jobs"][(("int", claim.seq),)]["status"] == ("str", "cancelled")
    assert held["job_totals"][(("str", "cancelled"), ("str", ""))]["jobs"] == ("int", 1)


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("UPDATE stage_totals SET seconds = seconds * 1.0000000000000002 WHERE at_most = 0.5", "stage_totals is not"),
        ("DELETE FROM pictures WHERE name = 'map.svg'", "the table pictures has"),
        ("UPDATE snapshots SET report = report || ''::bytea, again_of = '' WHERE owner = 'late'", "snapshots is not"),
    ],
)
def test_what_arrives_otherwise_opens_the_site_again(tmp_path: Path, url: str, what: str, why: str) -> None:
    """The server does not keep what it was given, after it was mended in the stop."""
    store = filled_site(tmp_path)

    def change() -> None:
        with store.db.write(durable=True) as connection:
            connection.execute("INSERT INTO stage_totals VALUES ('geocode', 0.5, 1, 0.3)", {})
            connection.execute("UPDATE snapshots SET owner = 'late' WHERE job_seq = 1", {})

    with closing(PostgresSide(url, POSTGRES_SCRIPTS)) as server, closing(SqliteSide(tmp_path / FILE, SCHEMA)) as file:

        def said(step: str, table: str, *_: object) -> None:
            if step == "closing":
                change()
            elif (step, table) == ("repaired", "stage_totals"):
                server.connection.execute(what)

        with pytest.raises(MoveFailed, match=f"{why}.*The site goes on"):
            Move(file, server, SENTENCES, said).run()
    assert create(store, owner="later")
    store.db.close()


def test_a_server_that_is_killed_in_the_stop_opens_the_site_again(tmp_path: Path) -> None:
    store = filled_site(tmp_path)
    with postgres.server() as server:

        def kill(step: str, *_: object) -> None:
            if step == "repaired":
                server.stop("immediate")

        with pytest.raises(MoveFailed):
            to_postgres(tmp_path / FILE, server.url(), kill)
        assert create(store, owner="later")
        before = held_by_file(tmp_path / FILE)
        server.start()
        store.db.close()
        postgres.wait_until_ready(server)
        to_postgres(tmp_path / FILE, server.url())
        assert held_by_server(server.url()) == before


def test_a_connection_that_breaks_before_the_stop_leaves_the_site_open(
    tmp_path: Path, url: str, postgres_server: postgres.Server
) -> None:
    store = filled_site(tmp_path)
    name = url.rpartition("/")[2]

    def cut(step: str, table: str, *_: object) -> None:
        if (step, table) == ("copied", "pictures"):
            postgres_server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name)

    with pytest.raises(Exception, match=r"terminat|clos"):
        to_postgres(tmp_path / FILE, url, cut)
    assert create(store, owner="later")
    store.db.close()
    wait_for(lambda: postgres_server.run("SELECT 1 FROM pg_stat_activity WHERE datname = %s", name) == [])
    before = held_by_file(tmp_path / FILE)
    to_postgres(tmp_path / FILE, url)
    assert held_by_server(url) == before


def test_a_database_that_holds_something_is_refused(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path / "one").db.close()
    filled_site(tmp_path / "two").db.close()
    to_postgres(tmp_path / "one" / FILE, url)
    with pytest.raises(MoveRefused, match="holds data of a site already"):
        to_postgres(tmp_path / "two" / FILE, url)
    assert create(open_at(tmp_path / "two"), owner="new")


def test_a_database_that_another_site_fills_is_refused(tmp_path: Path, url: str) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    for site in ("one", "two"):
        filled_site(tmp_path / site).db.close()
    with pytest.raises(KeyboardInterrupt):
        to_postgres(tmp_path / "one" / FILE, url, at_the_stop(stop))
    with pytest.raises(MoveRefused, match="is being filled from another site"):
        to_postgres(tmp_path / "two" / FILE, url)


def test_two_moves_at_once_are_refused(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path).db.close()
    met: list[DoorstepError] = []

    def again() -> None:
        try:
            to_postgres(tmp_path / FILE, url)
        except DoorstepError as error:
            met.append(error)

    to_postgres(tmp_path / FILE, url, at_the_stop(again))
    assert "is under way" in str(met[0])


def test_a_move_begun_as_another_is_killed_waits_until_the_server_hears_of_it(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path).db.close()
    with psycopg.connect(url, autocommit=True) as dying:
        dying.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        gone = Timer(1, dying.close)
        gone.start()
        to_postgres(tmp_path / FILE, url)
        gone.join()


def test_a_copy_of_a_file_that_has_moved_is_not_taken_for_it(tmp_path: Path, url: str) -> None:
    store = filled_site(tmp_path)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_postgres(tmp_path / FILE, url, at_the_stop(stop))
    store.db.close()
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / FILE).write_bytes((tmp_path / FILE).read_bytes())
    to_postgres(tmp_path / FILE, url)
    create(open_at(tmp_path / "copy"), owner="of the copy")
    with pytest.raises(MoveRefused, match="from a copy of"):
        to_postgres(tmp_path / "copy" / FILE, url)


def test_a_file_with_a_site_of_its_own_is_not_replaced(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path / "one").db.close()
    filled_site(tmp_path / "two").db.close()
    to_postgres(tmp_path / "one" / FILE, url)
    before = held_by_file(tmp_path / "two" / FILE)
    with pytest.raises(MoveRefused, match="holds a site of its own"):
        to_sqlite(url, tmp_path / "two" / FILE)
    assert held_by_file(tmp_path / "two" / FILE) == before


def test_a_file_that_somebody_opened_in_the_stop_leaves_the_server_open(tmp_path: Path, url: str) -> None:
    filled_site(tmp_path).db.close()
    to_postgres(tmp_path / FILE, url)
    before = held_by_server(url)
    late = open_at(tmp_path)
    with pytest.raises(MoveFailed, match="is in use"):
        to_sqlite(url, tmp_path / FILE, at_the_stop(late.stats))
    late.db.close()
    with psycopg.connect(url) as server:
        server.execute("UPDATE probe SET checked_at = 5")
        server.rollback()
    to_sqlite(url, tmp_path / FILE)
    assert held_by_file(tmp_path / FILE) == before
