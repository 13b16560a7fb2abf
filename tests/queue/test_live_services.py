"""Many threads and processes that ask one live service: never two at once, never too fast, nothing twice."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from app.config import Config
from app.errors import ServiceBusy
from app.queue.store import JobStore
from app.seeing import files
from app.sources.live.asking.client import Client
from app.sources.live.asking.ledger import Ended, Turn
from app.sources.live.asking.queries import Query
from app.sources.regions import ImportedRegions
from app.views.metrics import exposition
from tests.support.building import open_at, wait_for
from tests.support.dialects import on_both
from tests.support.live.askers import askers, kept_by, let_go
from tests.support.live.faulty import FaultyServer, faulty_server, read_good

pytestmark = on_both


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
        while True:
            with suppress(ServiceBusy):
                return Client(Config(), ledger).ask(server.service(), Query("/slow"), read_good).was_kept
            time.sleep(0.02)

    with ThreadPoolExecutor(20) as pool:
        kept = sum(pool.map(ask, range(200)))
    assert (kept, len(server.paths)) == (199, 1)


def test_one_waits_where_it_is_and_the_others_join_the_line_again(server: FaultyServer, ledger: JobStore) -> None:
    turn = ledger.take_turn(server.service(), b"somebody else's")
    assert isinstance(turn, Turn)

    def ask(way: str) -> str:
        try:
            return Client(Config(), ledger).ask(server.service(), Query(way), read_good).value
        except ServiceBusy as error:
            return f"busy {error.retry_after_seconds}"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, "/good")
        wait_for(lambda: bool(ledger.db.read("SELECT 1 FROM services WHERE place_token IS NOT NULL")))
        began = time.monotonic()
        answers = {ask("/gzipped") for _ in range(20)}
        assert time.monotonic() - began < 5
        assert not waiting.done()
        ledger.end_turn(turn, Ended("", 0, 0.0))
        assert waiting.result(10).startswith('{"answer"')
    assert answers <= {"busy 6", "busy 7"}, "they come back after some seconds, and not together"
    assert ask("/gzipped").startswith('{"answer"'), "the place is free again"


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


def test_what_a_process_asked_is_among_the_figures(
    server: FaultyServer, ledger: JobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "metrics"
    shared.mkdir()
    monkeypatch.setenv(files.VARIABLE, str(shared))
    (evaluator,) = askers(1, tmp_path, server.url, questions=["a", "b", "a"], threads=1, way="good")
    let_go([evaluator])
    assert kept_by([evaluator]) == 1
    text = exposition(ledger, ImportedRegions(tmp_path / "regions")).decode()
    assert 'doorstep_service_request_seconds_count{outcome="answered",service="faulty"} 2.0' in text
    assert 'doorstep_service_kept_answers_total{service="faulty"} 1.0' in text
    assert 'doorstep_service_bytes_total{service="faulty"} 28.0' in text
