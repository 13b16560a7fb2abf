"""A database made by the first version of the tables: everything in it is kept when the second comes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from app.db.sqlite.database import SqliteDatabase
from app.db.sqlite.opening import Schema
from app.queue.jobs import Once, Picture, Status
from app.queue.store.batches import NewLine
from app.queue.store.people import OWN_SNAPSHOTS
from app.queue.store.tables import APPLICATION_ID, SCHEMA
from tests.support.building import assert_whole, create, new_job, open_at, tuples
from tests.support.dialects import sqlite_alone

#: PostgreSQL came after all of these versions; that both have the same tables is test_tables.py's.
pytestmark = sqlite_alone("files that earlier versions made")

FIRST = Schema(APPLICATION_ID, SCHEMA.migrations[:1])
TABLES = ("job_events", "job_stages", "probe")
#: What the first version knew of a job.
COLUMNS = """
seq, job_id, address, listing, listing_key, owner, status, priority, turn, current_stage, result_snapshot_id, error,
error_code, suggestions, attempts, kept_stages, resumed, cancel_requested, run_after, created_at, queued_at, started_at,
completed_at, version, claim_token, worker, process, lease_until
"""
SNAPSHOT = "job_seq, snapshot_id, job_id, owner, address, created_at, report"
JOBS = f"""
INSERT INTO evaluation_jobs ({COLUMNS}) VALUES
    (2, 'q', '2 main', '{{"address": "2 main"}}', 'k2', 'ann', 'queued', 3, 20.5, 'schools', NULL, 'Later.', 'passing',
     '["1 main"]', 2, 1, 1, 0, 99.5, 20.0, 20.25, 21.0, NULL, 7, NULL, NULL, NULL, NULL),
    (3, 'r', '3 main', '{{}}', 'k3', 'ann', 'running', 0, 30.0, 'geocode', NULL, NULL, NULL, '[]', 1, 0, 0, 1, 0, 30.0,
     30.0, 31.0, NULL, 3, 'token', 'box:1:1', 'an-earlier-boot/1/1/1', 5.0),
    (4, 'd', '4 main', '{{}}', 'k2', 'ann', 'done', 0, 40.0, 'saving', 'abc-4', NULL, NULL, '[]', 1, 0, 0, 0, 0, 40.0,
     40.0, 41.0, 42.0, 16, NULL, NULL, NULL, NULL),
    (5, 'f', '5 main', '{{}}', 'k2', 'ann', 'failed', 0, 50.0, NULL, NULL, 'Bad.', 'bad', '[]', 3, 0, 0, 0, 0, 50.0,
     50.0, 51.0, 52.0, 9, NULL, NULL, NULL, NULL),
    (6, 'c', '6 main', '{{}}', 'k6', 'bob', 'cancelled', 0, 60.0, NULL, NULL, NULL, NULL, '[]', 0, 0, 0, 1, 0, 60.0,
     60.0, NULL, 62.0, 2, NULL, NULL, NULL, NULL),
    (9, 'pruned', '9 main', '{{}}', 'k9', 'bob', 'failed', 0, 9.0, NULL, NULL, NULL, NULL, '[]', 0, 0, 0, 0, 0, 9.0,
     9.0, NULL, 9.0, 2, NULL, NULL, NULL, NULL);
INSERT INTO job_events VALUES (4, 16, 42.0, 'running', 'done', 'saving', 'box:1:1', 'report stored');
INSERT INTO job_stages VALUES (2, 0, 'geocode', 'done', 0.5, '', x'7B7D');
INSERT INTO snapshots VALUES (4, 'abc-4', 'd', 'ann', '4 main', 42.0, x'7B7D');
DELETE FROM evaluation_jobs WHERE job_id = 'pruned';
"""


@pytest.fixture
def old(tmp_path: Path) -> sqlite3.Connection:
    """A process of the first version, with jobs in every status it knew and the newest one cleared away."""
    database = SqliteDatabase(tmp_path / "doorstep.sqlite", FIRST)
    connection = database.connection(durable=True)
    connection.executescript(JOBS)
    return connection


def test_every_job_is_kept_with_all_that_was_known_of_it(tmp_path: Path, old: sqlite3.Connection) -> None:
    def everything() -> list[list[tuple[object, ...]]]:
        jobs = f"SELECT {COLUMNS} FROM evaluation_jobs ORDER BY seq"
        reports = "SELECT job_seq, snapshot_id, job_id, owner, address, created_at, report FROM snapshots"
        tables = (jobs, reports, *(f"SELECT * FROM {name}" for name in TABLES))
        return [tuples(old.execute(sql).fetchall()) for sql in tables]

    before = everything()
    assert [len(rows) for rows in before] == [5, 1, 1, 1, 1]
    store = open_at(tmp_path)
    statuses = {job.job_id: job.status.value for job in store.list_jobs(None)}
    assert statuses == {"q": "queued", "r": "running", "d": "done", "f": "failed", "c": "cancelled"}
    assert everything() == before
    assert [job.again_of for job in store.list_jobs(None)] == [None] * 5
    assert store.get_snapshot("abc-4").again_of is None
    assert_whole(store)
    store.db.close()


def test_no_number_is_given_twice(tmp_path: Path, old: sqlite3.Connection) -> None:
    store = open_at(tmp_path)
    create(store)
    assert store.db.read("SELECT max(seq) FROM evaluation_jobs")[0][0] == 10
    store.db.close()


def test_numbers_begin_at_one_in_a_new_file(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    create(store)
    assert tuples(store.db.read("SELECT name, seq FROM sqlite_sequence")) == [("evaluation_jobs", 1)]
    store.db.close()


def test_an_upgraded_file_has_the_tables_and_indexes_of_a_new_one(tmp_path: Path, old: sqlite3.Connection) -> None:
    (tmp_path / "new").mkdir()
    stores = [open_at(tmp_path), open_at(tmp_path / "new")]
    parts = [tuples(store.db.read("SELECT type, name, sql FROM sqlite_master ORDER BY name")) for store in stores]
    assert parts[0] == parts[1]
    for store in stores:
        store.db.close()


def test_the_jobs_of_an_upgraded_file_go_on(tmp_path: Path, old: sqlite3.Connection) -> None:
    store = open_at(tmp_path)
    assert store.create_job(new_job("ann", key="k2"))[0].job_id == "q", "the twin is still found"
    assert store.recover_stale() == 1
    assert store.get_job("r").status is Status.CANCELLED
    claim = store.claim_next_job("w")
    assert claim
    assert (claim.job_id, store.checkpoints("q")) == ("q", (b"{}",))
    assert store.ask_job(claim, '{"about": "2 main"}')
    store.db.close()


def test_a_process_of_the_first_version_deletes_pictures_with_their_report(
    tmp_path: Path, old: sqlite3.Connection
) -> None:
    store = open_at(tmp_path)
    store.keep_pictures("abc-4", (Picture("map.svg", b"a map"),))
    assert store.picture("abc-4", "map.svg") == b"a map"
    old.execute("DELETE FROM snapshots WHERE job_seq = 4")
    assert not store.db.read("SELECT 1 FROM pictures")
    store.db.close()


#: What every version can hold, by the names of the first.
OF_ANY = f"""
INSERT INTO evaluation_jobs ({COLUMNS}) VALUES
    (2, 'q', '2 main', '{{}}', 'k2', 'ann', 'queued', 3, 20.5, NULL, NULL, NULL, NULL, '[]', 0, 0, 0, 0, 0, 20.0, 20.0,
     NULL, NULL, 1, NULL, NULL, NULL, NULL),
    (4, 'd', '4 main', '{{}}', 'k4', 'ann', 'done', 0, 40.0, 'saving', 'abc-4', NULL, NULL, '[]', 1, 0, 0, 0, 0, 40.0,
     40.0, 41.0, 42.0, 16, NULL, NULL, NULL, NULL);
INSERT INTO snapshots (job_seq, snapshot_id, job_id, owner, address, created_at, report) VALUES
    (4, 'abc-4', 'd', 'ann', '4 main', 42.0, CAST('{{"verdict": {{"score": 64.5, "word": "fair"}}}}' AS BLOB));
"""


@pytest.mark.parametrize("version", range(1, len(SCHEMA.migrations)))
def test_every_earlier_version_becomes_this_one(tmp_path: Path, version: int) -> None:
    earlier = SqliteDatabase(tmp_path / "doorstep.sqlite", Schema(APPLICATION_ID, SCHEMA.migrations[:version]))
    connection = earlier.connection(durable=True)
    connection.executescript(OF_ANY)
    store = open_at(tmp_path)
    assert {job.job_id: job.status.value for job in store.list_jobs(None)} == {"q": "queued", "d": "done"}
    (report,) = store.snapshots_of("ann", 10)
    assert (report.seq, report.snapshot_id, report.score, report.low, report.word) == (4, "abc-4", 64.5, None, "fair")
    secret = store.create_token("agency", 5, 60)
    assert store.token_with(secret)
    once = Once("a-key", "a-request")
    first, is_new = store.create_job(replace(new_job("ann"), once=once))
    assert is_new
    assert store.create_job(replace(new_job("ann"), once=once)) == (first, False)
    assert_whole(store)
    connection.execute("DELETE FROM snapshots WHERE job_seq = 4")  # the earlier process goes on
    assert not store.snapshots_of("ann", 10)
    (tmp_path / "new").mkdir()
    new = open_at(tmp_path / "new")
    tables = [tuples(each.db.read("SELECT type, name, sql FROM sqlite_master ORDER BY name")) for each in (store, new)]
    assert tables[0] == tables[1]
    for each in (store, new):
        each.db.close()
    earlier.close()


def test_the_reports_of_an_owner_are_found_by_the_index(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    plan = " ".join(str(row["detail"]) for row in store.db.read(f"EXPLAIN QUERY PLAN {OWN_SNAPSHOTS}", OWN))
    assert "snapshots_by_owner" in plan
    assert "SCAN snapshots" not in plan
    store.db.close()


OWN = {"owner": "ann", "before": 10, "limit": 3}


def test_a_process_of_the_first_version_goes_on_beside_it(tmp_path: Path, old: sqlite3.Connection) -> None:
    store = open_at(tmp_path)
    assert store.stats().queued == 1
    old.execute(
        """
        INSERT INTO evaluation_jobs
            (job_id, address, listing, listing_key, owner, status, priority, turn, run_after, created_at, queued_at)
        VALUES ('n', '10 main', '{}', 'k10', 'bob', 'queued', 0, 70.0, 0, 70.0, 70.0)
        """
    )
    old.execute(
        """
        UPDATE evaluation_jobs SET status = 'running', claim_token = 't' WHERE seq = (
            SELECT seq FROM evaluation_jobs WHERE completed_at IS NULL AND status = 'queued' AND run_after <= 80
            ORDER BY turn, seq LIMIT 1)
        """
    )
    assert (store.get_job("q").status, store.get_job("n").status) == (Status.QUEUED, Status.RUNNING)
    store.db.close()


@pytest.mark.parametrize("version", range(1, len(SCHEMA.migrations)))
def test_a_file_of_any_earlier_version_takes_lists_and_batches(tmp_path: Path, version: int) -> None:
    database = SqliteDatabase(tmp_path / "doorstep.sqlite", Schema(APPLICATION_ID, SCHEMA.migrations[:version]))
    old = database.connection(durable=True)
    old.executescript(JOBS.replace("INTO snapshots VALUES", f"INTO snapshots ({SNAPSHOT}) VALUES"))
    store = open_at(tmp_path)
    assert [job.job_id for job in store.list_jobs(None)] == ["c", "f", "d", "r", "q"]
    store.add_to_list("bob", ["abc-4"])
    batch_id = store.create_batch("ann", [NewLine(1, "2 main", new_job("ann", key="k2"))])
    assert [line.job and line.job.job_id for line in store.get_batch(batch_id).lines] == ["q"]
    # What the process of that version deletes goes here too.
    old.execute("DELETE FROM snapshots WHERE job_seq = 4")
    old.execute("DELETE FROM job_stages WHERE job_seq IN (2, 4)")
    old.execute("DELETE FROM job_events WHERE job_seq IN (2, 4)")
    old.execute("DELETE FROM evaluation_jobs WHERE seq IN (2, 4)")
    assert store.shortlist_size("bob") == 0
    assert not store.db.read("SELECT 1 FROM batches UNION ALL SELECT 1 FROM batch_lines")
    assert_whole(store)
    store.db.close()
    database.close()


#: Rows of each kind that a version can hold, by the version that brought the kind.
OF_EACH_KIND = {
    1: JOBS.replace("INTO snapshots VALUES", f"INTO snapshots ({SNAPSHOT}) VALUES"),
    2: """
INSERT INTO evaluation_jobs
    (seq, job_id, address, listing, listing_key, owner, status, priority, turn, run_after, created_at, queued_at,
     question, asked_at)
VALUES (11, 'a', '11 main', '{}', 'k11', 'bob', 'asking', 0, 70.0, 0, 70.0, 70.0, '{"about": "11 main"}', 71.0);
""",
    3: "UPDATE evaluation_jobs SET again_of = 'abc-1' WHERE seq = 4; UPDATE snapshots SET again_of = 'abc-1';",
    4: "INSERT INTO pictures VALUES (4, 'map.svg', x'1F8B');",
    5: """
INSERT INTO batches VALUES ('b', 'ann', 80.0, '[]');
INSERT INTO batch_lines VALUES ('b', 1, '2 main', 2, '', '{}'), ('b', 2, '?', NULL, 'no address', '{}');
INSERT INTO lists VALUES (1, 81.0, 'reading', 'together');
INSERT INTO list_people VALUES (1, 1, '', 1), (2, 1, 'Cy', 0);
INSERT INTO list_visitors VALUES ('bob', 1, 1, 1), ('cy', 1, 2, 0);
INSERT INTO list_entries VALUES (1, 1, 4, 1, 82.0);
INSERT INTO list_opinions VALUES (1, 2, 'yes', 'near the sea', 83.0);
INSERT INTO api_tokens VALUES (1, 'agency', 'digest', 'doorst', 'token:1', 5, 60, 84.0, NULL, NULL);
INSERT INTO idempotency_keys VALUES ('key', 'request', 'q', 85.0);
""",
    6: """
UPDATE evaluation_jobs SET kept_before = 3, fruitful = 1 WHERE seq = 2;
INSERT INTO workers VALUES ('host:1:1', 'boot/ns/1/2', 86.0);
INSERT INTO settled_clock VALUES (1, 87.0);
""",
    7: """
INSERT INTO stage_totals VALUES ('schools', 0.02, 3, 0.04);
INSERT INTO job_totals VALUES ('failed', 'stage-timeout', 2);
""",
    9: """
INSERT INTO services (name) VALUES ('nominatim');
INSERT INTO service_answers VALUES ('nominatim', x'01', x'02', 3, 4.0, 5.0, x'06');
""",
    8: "UPDATE evaluation_jobs SET waits_for = 'overpass', waits_since = 88.0, turn_seconds = 9.0 WHERE seq = 2;",
    10: """
UPDATE evaluation_jobs SET needs = 'town@0123456789abcdef' WHERE seq = 2;
INSERT INTO region_builds VALUES ('town', '0123456789abcdef', '', 89.0);
INSERT INTO hosts VALUES ('box', '{"town": "0123456789abcdef"}', 90.0);
""",
}


def tables_of(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Return the columns of every table."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    return {
        name: tuple(column["name"] for column in connection.execute(f"PRAGMA table_info({name})").fetchall())
        for (name,) in connection.execute(names).fetchall()
    }


@pytest.mark.parametrize("version", range(1, len(SCHEMA.migrations)))
def test_every_row_of_every_kind_is_kept(tmp_path: Path, version: int) -> None:
    database = SqliteDatabase(tmp_path / "doorstep.sqlite", Schema(APPLICATION_ID, SCHEMA.migrations[:version]))
    old = database.connection(durable=True)
    for kind in range(1, version + 1):
        old.executescript(OF_EACH_KIND[kind])
    tables = tables_of(old)

    def rows(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
        return {
            name: sorted(map(tuple, connection.execute(f"SELECT {', '.join(columns)} FROM {name}")), key=repr)
            for name, columns in tables.items()
        }

    before = rows(old)
    assert not [name for name, found in before.items() if not found], "a table without a row tests nothing"
    database.close()
    store = open_at(tmp_path)
    assert rows(store.db.connection(durable=True)) == before
    assert tuples(store.db.read("PRAGMA user_version")) == [(len(SCHEMA.migrations),)]
    assert_whole(store)
    store.check()
    store.db.close()


def test_a_job_of_an_earlier_version_waits_for_nothing(tmp_path: Path, old: sqlite3.Connection) -> None:
    store = open_at(tmp_path)
    waits = tuples(store.db.read("SELECT waits_for, waits_since, waits_turn, turn_seconds FROM evaluation_jobs"))
    assert set(waits) == {(None, None, 0, 0.0)}
    store.db.close()


def test_this_version_brings_rows_of_its_own(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    new = set(tables_of(store.db.connection(durable=True)))
    assert {"runs", "run_tiles", "tile_rows"} <= new
    assert set(OF_EACH_KIND) == set(range(1, len(SCHEMA.migrations))), "each migration needs rows of its kind here"
    store.db.close()
