"""Many threads and processes that ask one live service: never two at once, never too fast, nothing twice."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.config import Config
from app.queue.store import JobStore
from app.sources.live.client import Client
from app.sources.live.ledger import Turn
from app.sources.live.queries import Query
from tests.support.building import open_at, wait_for
from tests.support.live.askers import askers, kept_by, let_go
from tests.support.live.faulty import FaultyServer, faulty_server, read_good


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[JobStore]:
    store = open_at(tmp_path)
    yield store
    store.db.close()


def test_two_hundred_who_ask_the_same_send_one_request(server: FaultyServer, ledger: JobStore) -> None:
    def ask(_: int) -> bool:
        return Client(Config(), ledger).ask(server.service(), Query("/slow"), read_good).was_kept

    with ThreadPoolExecutor(20) as pool:
        kept = sum(pool.map(ask, range(200)))
    assert (kept, len(server.paths)) == (199, 1)


def test_processes_ask_one_at_a_time_and_each_question_once(
    server: FaultyServer, ledger: JobStore, tmp_path: Path
) -> None:
    server.slowness = 0.02
    questions = [str(number) for number in range(10)]
    processes = askers(3, tmp_path, server.url, questions=questions, way="slow")
    let_go(processes)
    assert kept_by(processes) == 20
    assert sorted(server.paths) == sorted(f"/slow?n={question}" for question in questions)
    assert server.most_in_flight == 1
    assert ledger.standing("faulty").requests_today == 10


def test_processes_keep_the_pause_between_them(server: FaultyServer, ledger: JobStore, tmp_path: Path) -> None:
    processes = askers(3, tmp_path, server.url, questions=["a", "b", "c", "d", "e", "f"], way="good", pause_s=0.3)
    let_go(processes)
    kept_by(processes)
    assert len(server.paths) == 6
    assert min(server.gaps) >= 0.3


def test_a_killed_holder_loses_its_turn_at_once(server: FaultyServer, ledger: JobStore, tmp_path: Path) -> None:
    (doomed,) = askers(1, tmp_path, server.url, questions=["a"], way="silent")
    let_go([doomed])
    wait_for(lambda: len(server.paths) == 1)
    assert not isinstance(ledger.take_turn(server.service(), b"another"), Turn), "it is asking"
    doomed.send_signal(signal.SIGKILL)
    doomed.wait(10)
    began = time.monotonic()
    assert Client(Config(), ledger).ask(server.service(), Query("/good"), read_good).value
    assert time.monotonic() - began < 5, "far sooner than its turn would have ended"
    assert doomed.stdout
    doomed.stdout.close()


def test_one_who_is_killed_after_the_answer_loses_nothing(
    server: FaultyServer, ledger: JobStore, tmp_path: Path
) -> None:
    server.slowness = 0.05
    questions = [str(number) for number in range(40)]
    doomed = askers(2, tmp_path, server.url, questions=questions, way="slow")
    let_go(doomed)
    wait_for(lambda: len(server.paths) >= 4)
    for process in doomed:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert process.stdout
        process.stdout.close()
    asked = len(server.paths)
    heirs = askers(2, tmp_path, server.url, questions=questions, way="slow")
    let_go(heirs)
    kept_by(heirs)
    repeated = len(server.paths) - len(set(server.paths))
    assert repeated <= 1, "that which was under way when they were killed"
    assert 4 <= asked < len(set(server.paths)) == 40
