"""Reloads (`kill -HUP`) and stops under load: no request is refused or cut off, and nobody waits for a new process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import requests

from tests.support.building import wait_for
from tests.support.gunicorn_site import children
from tests.support.raw_http import Line, get
from tests.support.serving import Site, serve


@dataclass
class Visitors:
    """People who ask again and again: what went wrong, and the longest that anyone waited (seconds)."""

    failures: list[str] = field(default_factory=list)
    answers: int = 0
    longest: float = 0.0

    def ask(self, session: requests.Session, url: str) -> None:
        """Ask once."""
        began = time.monotonic()
        try:
            status = session.get(url, timeout=30).status_code
        except requests.RequestException as error:
            self.failures.append(repr(error))
            return
        self.answers += 1
        self.longest = max(self.longest, time.monotonic() - began)
        if status != 200:
            self.failures.append(str(status))


@contextmanager
def visiting(site: Site, path: str) -> Iterator[Visitors]:
    """Let some people ask on kept connections at several paces, and others on a new one each time."""
    visitors, done = Visitors(), Event()

    def visit(keeps: bool, pause: float) -> None:
        session = requests.Session()
        while not done.wait(pause):
            visitors.ask(session, f"{site.url}{path}")
            session = session if keeps else requests.Session()

    threads = [Thread(target=visit, args=(keeps, pause)) for keeps in (True, False) for pause in (0.01, 0.1, 0.7)]
    for thread in threads:
        thread.start()
    try:
        yield visitors
    finally:
        done.set()
        for thread in threads:
            thread.join()


def reload(site: Site) -> None:
    """Reload, and wait until the processes from before are gone and the new ones are there."""
    before = set(children(site.pid))
    os.kill(site.pid, signal.SIGHUP)
    wait_for(lambda: not before & set(children(site.pid)) and len(children(site.pid)) == len(before), 40)


def test_a_reload_under_load_breaks_nothing_off(site: Site) -> None:
    with visiting(site, "/methods") as visitors:
        reload(site)
    assert visitors.failures == []
    assert visitors.answers > 20


def test_nobody_waits_until_the_new_processes_have_loaded_the_application(tmp_path: Path) -> None:
    with (
        serve(tmp_path, "-c", "tests/support/front_site.py", STARTS_SECONDS="4") as site,
        visiting(site, "/healthz") as visitors,
    ):
        reload(site)
    assert visitors.failures == []
    assert visitors.longest < 3.0


def test_a_stop_waits_for_no_successor(tmp_path: Path) -> None:
    with serve(tmp_path, "-c", "tests/support/front_site.py") as site:
        reload(site)
        began = time.monotonic()
    assert time.monotonic() - began < 10.0


def test_an_answer_under_way_is_finished_before_a_stop(tmp_path: Path) -> None:
    with serve(tmp_path, "-c", "tests/support/front_site.py") as site, Line(site) as idle, Line(site) as busy:
        idle.send(get("/healthz"))
        assert idle.answer().status == 200
        busy.send(get("/slow"))
        time.sleep(0.2)
        os.kill(site.pid, signal.SIGTERM)
        assert busy.answer().status == 200
        for line in (idle, busy):
            line.send(get("/healthz"))
            assert line.answer().headers["connection"] == "close"
