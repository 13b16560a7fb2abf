"""Defects reach a Sentry server from web and evaluation processes, and nothing that anybody typed goes with them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from app.config import Config
from app.errors import ConfigError
from app.seeing import sentry
from tests.support.asking import JSON
from tests.support.building import wait_for
from tests.support.folders import ROOT
from tests.support.serving import free_port, serve

ADDRESS = "77 Zwiebelgasse"
NOT_A_DSN = "The setting DOORSTEP_SENTRY_DSN is wrong: it is not a DSN as Sentry gives it out."
NO_EXTRA = (
    "The setting DOORSTEP_SENTRY_DSN is wrong: it needs the extra `sentry`; install it with pip install '.[sentry]'."
)


class Receiver(ThreadingHTTPServer):
    """A server that speaks as much of Sentry's protocol as a client needs, and keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Envelopes)
        self.bodies: list[bytes] = []

    @property
    def dsn(self) -> str:
        """Return where clients send to."""
        return f"http://key@127.0.0.1:{self.server_address[1]}/1"

    def events(self) -> list[Any]:
        """Return the events that came."""
        lines = [line for body in self.bodies for line in body.splitlines()]
        items = [json.loads(line) for line in lines if line.startswith(b"{")]
        return [item for item in items if "exception" in item]


class Envelopes(BaseHTTPRequestHandler):
    """Takes an envelope."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep the body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
        answer = b'{"id": "0"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_defects_are_reported_without_what_was_typed(tmp_path: Path, receiver: Receiver) -> None:
    site_of_tests = ("-c", "tests/support/failing_site.py")
    with serve(tmp_path, *site_of_tests, WEB_CONCURRENCY="1", DOORSTEP_SENTRY_DSN=receiver.dsn) as site:
        visitor = requests.Session()
        job = visitor.post(f"{site.url}/", data={"address": ADDRESS, "rent": "1234567"}, headers=JSON).json()["job_id"]
        broken = visitor.get(f"{site.url}/broken", params={"address": ADDRESS}, timeout=10)
        wait_for(lambda: len(receiver.events()) >= 2, 20)
        cookie = visitor.cookies.get_dict()
    by_type = {event["logger"]: event for event in receiver.events()}
    web, evaluator = by_type["app.web.wiring"], by_type["app.queue.runner"]
    assert web["tags"] == {"request_id": broken.headers["X-Request-ID"]}
    assert evaluator["tags"] == {"job_id": job}
    assert [each["type"] for each in web["exception"]["values"]] == ["KeyError", "ValueError"]
    frame = evaluator["exception"]["values"][-1]["stacktrace"]["frames"][-1]
    assert (frame["filename"], frame["function"]) == ("tests/support/failing_site.py", "fails")
    sent = b"\n".join(receiver.bodies).decode()
    assert not [word for word in ("Zwiebel", "1234567", "broken?", "127.0.0.1", *cookie.values()) if word in sent]
    assert not [word for word in ('"vars"', '"request"', '"breadcrumbs"', '"user"') if word in sent]


def test_nothing_is_reported_unless_that_is_wished() -> None:
    import logging

    before = list(logging.getLogger().handlers)
    sentry.start(Config())
    assert logging.getLogger().handlers == before


def test_it_refuses_what_is_no_dsn() -> None:
    with pytest.raises(ConfigError) as caught:
        sentry.check(Config(sentry_dsn="sentry.example"))
    assert caught.value.message == NOT_A_DSN


def test_it_refuses_to_start_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ConfigError) as caught:
        sentry.check(Config(sentry_dsn="http://key@127.0.0.1:1/1"))
    assert caught.value.message == NO_EXTRA


def test_gunicorn_says_so_in_a_sentence(tmp_path: Path) -> None:
    settings = {"DOORSTEP_DATA_DIR": str(tmp_path), "DOORSTEP_SENTRY_DSN": "nowhere", "PORT": str(free_port())}
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn_config.py"]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=60)
    assert run.returncode != 0
    assert NOT_A_DSN in run.stderr
    assert "Traceback" not in run.stderr
