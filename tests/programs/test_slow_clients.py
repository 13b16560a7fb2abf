"""Slow clients without a proxy in front: each has to go in time, and nobody else notices them.

The worker under test loses patience within a second or two; `bench.slow_clients` does the same to the site itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from gunicorn_config import threads
from tests.support.front_site import ImpatientWorker
from tests.support.raw_http import Line, ask, get
from tests.support.serving import Site, serve

LIMITS = ImpatientWorker.limits
HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: si"
HALF_A_BODY = get("/echo", "Content-Length: 100") + b"half"
HALF_A_CHUNK = get("/echo", "Transfer-Encoding: chunked") + b"64\r\nhalf"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("slow"), "-c", "tests/support/front_site.py") as served:
        yield served


@pytest.fixture(params=[HALF_A_HEAD, HALF_A_BODY, HALF_A_CHUNK], ids=["head", "body", "chunk"])
def half(request: pytest.FixtureRequest) -> bytes:
    """Half a request."""
    return bytes(request.param)


@contextmanager
def meanwhile(site: Site, act: Callable[[], object], seconds: float) -> Iterator[None]:
    """Do something again and again for the time of the block, and yet for some seconds."""
    done = Event()

    def again_and_again() -> None:
        while not done.is_set():
            act()

    thread = Thread(target=again_and_again)
    thread.start()
    try:
        yield
        time.sleep(seconds)
    finally:
        done.set()
        thread.join()


def longest_wait(site: Site, seconds: float) -> float:
    """Ask `/healthz` for some time, each time on a new connection; return how long the slowest answer took."""
    longest, until = 0.0, time.monotonic() + seconds
    while time.monotonic() < until:
        asked = time.monotonic()
        assert ask(site, get("/healthz")).status == 200
        longest = max(longest, time.monotonic() - asked)
        time.sleep(0.02)
    return longest


def test_half_a_request_is_answered_that_it_came_too_slowly(site: Site, half: bytes) -> None:
    began = time.monotonic()
    with Line(site) as line:
        line.send(half)
        answer = line.answer()
        assert (answer.status, answer.headers["connection"], line.rest()) == (408, "close", b"")
    assert time.monotonic() - began >= LIMITS.head_seconds


def test_a_client_that_says_nothing_is_let_go(site: Site) -> None:
    with Line(site) as line:
        assert line.rest() == b""


def test_a_client_that_sends_a_byte_now_and_then_has_to_go_as_well(site: Site) -> None:
    with Line(site) as line, suppress(ConnectionError):
        for _ in range(100):
            line.send(b"X")
            time.sleep(0.1)
        raise AssertionError("it was let go on for 10 s")


def test_the_second_request_of_a_connection_has_to_come_in_time_too(site: Site) -> None:
    with Line(site) as line:
        line.send(get("/healthz") + HALF_A_HEAD)
        assert (line.answer().status, line.answer().status) == (200, 408)


def test_nobody_else_waits_for_many_halves(site: Site, half: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(Line(site)).send(half)
        assert longest_wait(site, 1.5) < 0.5


def test_nobody_else_waits_for_clients_that_take_nothing_of_large_answers(site: Site) -> None:
    with ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(Line(site, receives=4096)).send(get("/large") * 2)
        assert longest_wait(site, 1.5) < 1.5


def test_who_asks_for_much_at_once_waits_for_those_who_do_not(site: Site) -> None:
    with ExitStack() as stack:
        for _ in range(6 * threads):
            stack.enter_context(Line(site)).send(get("/slow") * 20)
        time.sleep(3.5)
        assert longest_wait(site, 1.0) < 1.5


def test_a_client_that_takes_an_answer_too_slowly_is_cut_off(site: Site) -> None:
    with Line(site, receives=4096) as line:
        line.send(get("/large"))
        time.sleep(LIMITS.answer_seconds + 2.0)
        assert len(line.rest()) < 8 * 1024 * 1024


def test_a_client_that_takes_its_time_gets_all_of_it(site: Site) -> None:
    with Line(site) as line:
        line.send(get("/large"))
        time.sleep(0.5)
        assert len(line.answer().body) == 8 * 1024 * 1024


def test_who_opens_more_connections_than_a_client_may_loses_the_oldest(site: Site) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(Line(site)) for _ in range(LIMITS.waiting_per_client + 5)]
        for line in lines:
            line.send(HALF_A_HEAD)
        assert [line.rest() for line in lines[:5]] == [b""] * 5
        lines[-1].send(b"te\r\n\r\n")
        assert lines[-1].answer().status == 200


def test_a_flood_of_connections_keeps_nobody_out(site: Site) -> None:
    def open_one() -> None:
        with Line(site) as line:
            line.send(HALF_A_HEAD)

    with meanwhile(site, open_one, 0.0):
        assert longest_wait(site, 1.5) < 0.5


def test_where_all_connections_are_taken_the_quietest_goes(tmp_path: Path) -> None:
    with (
        serve(tmp_path, "-c", "tests/support/front_site.py", "--worker-connections", "10") as small,
        ExitStack() as stack,
    ):
        lines = [stack.enter_context(Line(small)) for _ in range(10)]
        for line in lines:
            line.send(get("/healthz"))
            assert line.answer().status == 200
        assert ask(small, get("/healthz")).status == 200
        assert lines[0].rest() == b""
        lines[-1].send(get("/healthz"))
        assert lines[-1].answer().status == 200


def test_a_process_that_may_open_few_files_still_answers(tmp_path: Path) -> None:
    with serve(tmp_path, "-c", "tests/support/front_site.py", OPEN_FILES="60") as poor, ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(Line(poor)).send(get("/healthz"))
        assert ask(poor, get("/healthz")).status == 200
        assert "Traceback" not in poor.log


def test_behind_a_proxy_all_connections_are_the_proxys(tmp_path: Path) -> None:
    options = ("-c", "tests/support/front_site.py")
    with serve(tmp_path, *options, DOORSTEP_TRUSTED_PROXIES="1") as behind, ExitStack() as stack:
        lines = [stack.enter_context(Line(behind)) for _ in range(LIMITS.waiting_per_client + 5)]
        for line in lines:
            line.send(HALF_A_HEAD)
        lines[0].send(b"te\r\n\r\n")
        assert lines[0].answer().status == 200


def test_what_is_held_for_all_together_has_a_bound(site: Site) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(Line(site, receives=4096)) for _ in range(12)]
        for line in lines:
            line.send(get("/large"))
            time.sleep(0.05)
        assert min(len(line.rest()) for line in lines) < 8 * 1024 * 1024
        assert ask(site, get("/healthz")).status == 200
