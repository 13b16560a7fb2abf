"""The database file: made once, brought up to date by whoever comes first, never overwritten if it is not ours."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.db.sqlite.database import LOG_BYTES, SqliteDatabase
from app.db.sqlite.opening import PAGE_BYTES, Schema
from app.errors import DatabaseDamaged, QueueUnavailable
from app.queue.store import JobStore
from app.queue.store.tables import SCHEMA
from tests.support.building import WIDE, assert_whole, create, open_at, tuples

FILE = "doorstep.sqlite"
FIRST = ("CREATE TABLE thing (a INTEGER)", "INSERT INTO thing VALUES (1)")
SECOND = ("ALTER TABLE thing ADD COLUMN b INTEGER NOT NULL DEFAULT 7",)


def thing(folder: Path, *migrations: tuple[str, ...]) -> SqliteDatabase:
    return SqliteDatabase(folder / FILE, Schema(42, migrations))


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    create(open_at(tmp_path))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / f"{FILE}-wal").stat().st_mode & 0o777 == 0o600


def test_it_makes_the_folder(tmp_path: Path) -> None:
    store = open_at(tmp_path / "a" / "b")
    create(store)
    store.db.close()


def test_nothing_is_opened_before_the_first_use(tmp_path: Path) -> None:
    open_at(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    old = thing(tmp_path, FIRST)
    assert tuples(old.read("SELECT * FROM thing")) == [(1,)]
    new = thing(tmp_path, FIRST, SECOND)
    assert tuples(new.read("SELECT a, b FROM thing")) == [(1, 7)]
    assert tuples(old.read("SELECT a FROM thing")) == [(1,)]
    old.close()
    new.close()


def test_a_failed_migration_leaves_nothing_half_made(tmp_path: Path) -> None:
    thing(tmp_path, FIRST).read("SELECT 1")
    broken = thing(tmp_path, FIRST, (*SECOND, "CREATE TABLE thing (a)"))
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        broken.read("SELECT 1")
    old = thing(tmp_path, FIRST)
    assert tuples(old.read("SELECT * FROM thing")) == [(1,)]
    old.close()


RACE = """
import sys
from pathlib import Path
from tests.support.building import create, open_at
sys.stdin.read()
store = open_at(Path(sys.argv[1]))
create(store, owner=sys.argv[2])
"""


def test_many_processes_may_come_first_at_once(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path), str(n)], stdin=subprocess.PIPE) for n in range(8)
    ]
    for racer in racers:
        assert racer.stdin
        racer.stdin.close()
    assert [racer.wait() for racer in racers] == [0] * 8
    store = open_at(tmp_path)
    assert store.stats().queued == 8
    store.db.close()


def test_threads_may_come_first_at_once(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: create(store, owner=str(n)), range(8)))
    assert store.stats().queued == 8
    store.db.close()


def test_what_dead_threads_left_is_closed(store: JobStore) -> None:
    for _ in range(5):
        thread = threading.Thread(target=lambda: create(store))
        thread.start()
        thread.join()
    create(store)
    assert len(store.db._closables) <= 6


def test_it_refuses_to_go_on_after_a_fork(store: JobStore) -> None:
    create(store)
    child = os.fork()
    if child == 0:
        try:
            create(store)
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_it_refuses_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"my shopping list\n" * 100)
    with pytest.raises(DatabaseDamaged, match=FILE):
        open_at(tmp_path).stats()
    assert (tmp_path / FILE).read_bytes() == b"my shopping list\n" * 100


def test_it_refuses_the_database_of_another_program(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE)
    other.execute("CREATE TABLE evaluation_jobs (secret)")
    other.commit()
    other.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(DatabaseDamaged):
        create(open_at(tmp_path))
    assert (tmp_path / FILE).read_bytes() == before


def damage(path: Path) -> bytes:
    """Overwrite all pages but the first, and return what is in the file then."""
    with path.open("r+b") as file:
        file.seek(PAGE_BYTES)
        file.write(b"\xff" * (path.stat().st_size - PAGE_BYTES))
    return path.read_bytes()


def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    first = open_at(tmp_path)
    for _ in range(20):
        create(first, owner=str(_))
    first.db.close()
    before = damage(tmp_path / FILE)
    store = open_at(tmp_path)
    for action in (store.stats, store.check, lambda: create(store), lambda: store.claim_next_job("w")):
        with pytest.raises(DatabaseDamaged, match="damaged"):
            action()
    store.db.close()
    assert (tmp_path / FILE).read_bytes() == before


def test_it_works_again_once_a_backup_is_put_back(tmp_path: Path) -> None:
    first = open_at(tmp_path)
    job = create(first)
    first.db.close()
    backup = (tmp_path / FILE).read_bytes()
    damage(tmp_path / FILE)
    store = open_at(tmp_path)
    with pytest.raises(DatabaseDamaged):
        store.get_job(job.job_id)
    (tmp_path / FILE).write_bytes(backup)
    assert store.get_job(job.job_id) == job
    store.db.close()


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    store = open_at(tmp_path, WIDE)
    jobs = [create(store)]
    pages = store.db.read("PRAGMA page_count")[0][0]
    store.db.connection(durable=True).execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(QueueUnavailable):
        jobs.extend(create(store, listing='"%s"' % ("x" * 2_000)) for _ in range(1_000))
    assert 1 < len(jobs) < 30
    assert {job.job_id for job in store.list_jobs(None)} == {job.job_id for job in jobs}
    assert_whole(store)
    create(store)
    store.db.close()


FILL = """
import resource, signal, sys
from pathlib import Path
from app.errors import QueueUnavailable
from tests.support.building import WIDE, create, open_at
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_at(Path(sys.argv[1]), WIDE)
create(store)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
jobs = 1
try:
    while jobs < 10_000:
        create(store)
        jobs += 1
except QueueUnavailable:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    create(store)
    print(jobs + 1)
"""


def test_a_write_cut_short_by_the_system_loses_nothing(tmp_path: Path) -> None:
    made = subprocess.run([sys.executable, "-c", FILL, str(tmp_path)], stdout=subprocess.PIPE, check=True)
    store = open_at(tmp_path)
    assert store.stats().queued == int(made.stdout)
    assert_whole(store)
    store.db.close()


READ_ONLY = """
import os, sys
from pathlib import Path
from app.errors import QueueUnavailable
from tests.support.building import create, open_at
folder = Path(sys.argv[1])
store = open_at(folder)
if os.geteuid() == 0:
    os.seteuid(65534)  # rights mean nothing to root
try:
    create(store)
except QueueUnavailable:
    print("unavailable", os.listdir(folder))
"""


def test_a_read_only_folder_is_told() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        told = subprocess.run(
            [sys.executable, "-c", READ_ONLY, name],
            capture_output=True,
            check=True,
            text=True,
        )
        assert told.stdout == "unavailable []\n"
        assert "readonly" in told.stderr or "unable to open" in told.stderr or "Permission denied" in told.stderr


def test_a_write_waits_for_its_turn(tmp_path: Path) -> None:
    store, other = open_at(tmp_path), open_at(tmp_path)
    create(store)
    with ThreadPoolExecutor(1) as pool:
        with other.db.write(durable=False):
            waiting = pool.submit(create, store)
            time.sleep(0.1)
            assert not waiting.done()
        assert waiting.result(5)
    store.db.close()
    other.db.close()


def test_a_wait_without_end_is_told_in_plain_words(tmp_path: Path) -> None:
    store, other = open_at(tmp_path, patience=0.2), open_at(tmp_path)
    create(store)
    with other.db.write(durable=False):
        with pytest.raises(QueueUnavailable) as refusal:
            create(store)
        assert store.stats().queued == 1
    assert "locked" not in refusal.value.message
    create(store)
    store.db.close()
    other.db.close()


def test_readers_are_not_held_up_by_a_writer(tmp_path: Path) -> None:
    store, other = open_at(tmp_path, patience=0.0), open_at(tmp_path)
    job = create(store)
    with other.db.write(durable=False):
        assert store.get_job(job.job_id) == job
    store.db.close()
    other.db.close()


def write_much(store: JobStore, megabytes: int) -> None:
    """Write through the log as a worker does."""
    for _ in range(megabytes * 4):
        with store.db.write(durable=False, draining=True) as connection:
            connection.execute("UPDATE snapshots SET report = randomblob(250000)")


def test_the_log_stays_bounded(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    create(store)
    claim = store.claim_next_job("w")
    assert claim
    store.complete_job(claim, b"report")
    log = tmp_path / f"{FILE}-wal"
    write_much(store, 60)
    assert log.stat().st_size <= LOG_BYTES
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM evaluation_jobs").fetchall()
    write_much(store, 60)
    assert log.stat().st_size > LOG_BYTES, "a reader held open should have kept the log"
    reader.close()
    write_much(store, 1)
    assert log.stat().st_size <= LOG_BYTES
    store.db.close()


def test_no_query_of_ours_holds_the_log(store: JobStore) -> None:
    job = create(store)
    for action in (lambda: store.get_job(job.job_id), store.stats, lambda: store.list_jobs(None)):
        action()
        assert store.db.connection(durable=False).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0


def test_the_schema_is_the_one_in_the_file(store: JobStore) -> None:
    assert tuples(store.db.read("PRAGMA user_version")) == [(len(SCHEMA.migrations),)]
    assert tuples(store.db.read("PRAGMA journal_mode")) == [("wal",)]
    assert tuples(store.db.connection(durable=True).execute("PRAGMA synchronous").fetchall()) == [(2,)]
    assert tuples(store.db.connection(durable=False).execute("PRAGMA synchronous").fetchall()) == [(1,)]


def test_a_file_that_got_lost_is_made_anew_after_the_error(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    create(store)
    store.db.close()
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(QueueUnavailable):
        create(store)
    (tmp_path / FILE).rmdir()
    create(store)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    store.db.close()


def test_a_write_that_the_disk_forbids_is_told_and_works_again_later(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    create(store)
    store.db.connection(durable=True).execute("PRAGMA query_only = 1")
    with pytest.raises(QueueUnavailable):
        create(store)
    create(store)
    assert store.stats().queued == 2
    store.db.close()


def test_any_exception_undoes_the_whole_write(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    job = create(store)

    def broken_off() -> None:
        with store.db.write(durable=True) as connection:
            connection.execute("UPDATE evaluation_jobs SET address = 'half a write'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert store.get_job(job.job_id) == job
    store.db.close()
