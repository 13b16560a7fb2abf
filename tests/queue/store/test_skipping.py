"""Looks for the next job that begin behind rows which a transaction held open keeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.config import Config
from app.queue import open_store
from app.queue.jobs import NewJob
from app.queue.store import JobStore
from app.queue.store.skipping import HASTY_LOOKS, SLOW_SECONDS, Skipping
from tests.support.postgres import server


def whole(skipping: Skipping, seconds: float) -> None:
    """Note a look from the very beginning that took so long, and that came long after the one before."""
    time.sleep(0.021)
    skipping.note(time.monotonic() - seconds, whole=True)


def test_a_fresh_process_looks_from_the_beginning() -> None:
    assert not Skipping(after_seconds=0.5).allowed


def test_looks_that_are_slow_again_and_again_are_skipped_until_a_quick_one() -> None:
    skipping = Skipping(after_seconds=0.5)
    for _ in range(5):
        assert not skipping.allowed
        whole(skipping, 0.11)
    assert skipping.allowed
    assert skipping.is_slow
    whole(skipping, 0.0)
    assert not skipping.is_slow
    assert not skipping.allowed


def test_a_few_slow_looks_among_quick_ones_are_no_reason() -> None:
    skipping = Skipping(after_seconds=0.01)
    for _ in range(10):
        whole(skipping, SLOW_SECONDS + 0.0005)
        whole(skipping, 0.0)
    assert not skipping.allowed


def test_looks_in_haste_begin_later_but_for_a_moment() -> None:
    skipping = Skipping()
    for _ in range(HASTY_LOOKS + 1):
        skipping.note(time.monotonic(), whole=True)
    assert skipping.allowed
    assert not skipping.is_slow
    time.sleep(0.12)
    assert not skipping.allowed, "a look from the very beginning is due"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    with server() as running:
        url = running.url()
        opened = open_store(
            Config(data_dir=tmp_path, database_url=url, max_live_jobs=10_000, max_live_jobs_per_owner=10_000)
        )
        yield opened
        opened.db.close()


def put(store: JobStore, number: int, priority: int = 0) -> str:
    new = NewJob("1 main street", str(number), f"key {number}", f"owner {number}", priority=priority)
    return store.create_job(new)[0].job_id


def test_who_skips_finds_what_came_in_before_that_place(store: JobStore) -> None:
    """In haste with nothing behind: at once. Where looks are slow: when the next one from the beginning is due."""
    line = [put(store, number) for number in range(5)]
    assert [store.claim_next_job("w").job_id for _ in line] == line  # type: ignore[union-attr]
    skip_in_haste(store)
    early = put(store, 10, priority=5)
    assert store._line.allowed
    found = store.claim_next_job("w")
    assert found is not None
    assert found.job_id == early
    skip_as_slow(store, 0.5)
    early = put(store, 11, priority=6)
    assert store.claim_next_job("w") is None
    time.sleep(0.6)
    found = store.claim_next_job("w")
    assert found is not None
    assert found.job_id == early


def test_a_lost_job_is_found_by_sweeps_that_begin_later(store: JobStore) -> None:
    put(store, 1)
    claim = store.claim_next_job("w")
    assert claim is not None
    assert store.recover_stale() == 0
    store._sweeps._slow_seconds, store._sweeps._whole_at = 1.0, time.monotonic() + 60
    assert store._sweeps.allowed
    with psycopg.connect(store.db._url) as connection:  # type: ignore[attr-defined]
        connection.execute("UPDATE evaluation_jobs SET lease_until = 1")
    assert store.recover_stale() == 1


def test_all_jobs_are_done_once_while_a_transaction_is_held_open(store: JobStore) -> None:
    line = [put(store, number) for number in range(300)]
    store._line._hasty_looks = HASTY_LOOKS
    done: list[str] = []
    with psycopg.connect(store.db._url) as connection:  # type: ignore[attr-defined]
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT 1 FROM evaluation_jobs")
        threads = [threading.Thread(target=drain, args=(store, name, done)) for name in ("a", "b", "c")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(done) == sorted(line)


def drain(store: JobStore, worker: str, done: list[str]) -> None:
    claim = store.claim_next_job(worker)
    while claim is not None:
        done.append(claim.job_id)
        _, claim = store.complete_and_claim(claim, b"{}", worker)


def skip_in_haste(store: JobStore) -> None:
    store._line._hasty_looks = HASTY_LOOKS
    store._line._looked_at = time.monotonic() + 60
    store._line._whole_at = time.monotonic() + 60


def skip_as_slow(store: JobStore, seconds: float) -> None:
    store._line._hasty_looks = 0
    store._line._slow_seconds = 1.0
    store._line._whole_at = time.monotonic() + seconds
