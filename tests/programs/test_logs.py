"""What a real gunicorn and its evaluator log, whatever people type and whatever breaks: ids, never an address."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.asking import HTMX, JSON
from tests.support.building import wait_for
from tests.support.folders import ROOT
from tests.support.serving import Site, free_port, serve, wait_until_up

ADDRESS = "77 Zwiebelgasse"
WORD = "Zwiebelgasse"
#: Requests that no client of good will sends, each with the address in it.
ODD = (
    b"GET /?address=77+Zwiebelgasse\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /?address=77+Zwiebelgasse HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /suggest?address=77 Zwiebelgasse HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /?address=77+Zwiebelgasse HTTP/1.1\r\nHost: " + b"a" * 80 + b".example\r\n\r\n",
    b"GET /?address=77+Zwiebelgasse HTTP/1.1\r\nHost: a..b\r\n\r\n",
    b"GET /?address=77+Zwiebelgasse HTTP/1.1\r\nHost x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 77 Zwiebelgasse\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n77 Zwiebelgasse\r\n",
    b"Zwiebelgasse\r\n\r\n",
)


@contextmanager
def failing_site(folder: Path, **settings: str) -> Iterator[Site]:
    with serve(folder, "-c", "tests/support/failing_site.py", WEB_CONCURRENCY="1", **settings) as served:
        yield served


def use(site: Site) -> dict[str, Any]:
    """Use the site in every way that may log; return a broken page's problem and the failed job."""
    link = {"params": {"address": ADDRESS}, "timeout": 10}
    submitted = requests.post(f"{site.url}/", data={"address": ADDRESS}, headers=JSON, timeout=10)
    job = submitted.json()["job_id"]
    requests.post(f"{site.url}/", json={"address": ADDRESS, "rent": WORD}, headers=JSON, timeout=10)
    for path in ("/", "/suggest", f"/{ADDRESS}", f"/job/{ADDRESS}", f"/s/{WORD}", "/where", f"/job/{job}/progress"):
        requests.get(f"{site.url}{path}", headers=HTMX, **link)
    broken = requests.get(f"{site.url}/broken", headers=JSON, **link)
    for request in ODD:
        send(site, request)
    wait_for(lambda: requests.get(f"{site.url}/job/{job}", headers=JSON, timeout=10).json()["status"] == "failed")
    return {"problem": broken.json(), "header": broken.headers["X-Request-ID"], "job": job}


def send(site: Site, request: bytes) -> None:
    """Send bytes as they are, and wait a moment for the answer."""
    port = urlsplit(site.url).port
    with socket.create_connection(("127.0.0.1", port), 2) as connection:
        connection.sendall(request)
        connection.settimeout(0.5)
        try:
            connection.recv(65_536)
        except TimeoutError:
            return


def log_of(site: Site) -> str:
    time.sleep(0.3)
    return (site.data_dir / "gunicorn.log").read_text()


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_line_holds_an_address(tmp_path: Path, form: str) -> None:
    settings = {"DOORSTEP_LOG_FORMAT": form, "DOORSTEP_LOG_REQUESTS": "1", "DOORSTEP_LOG_LEVEL": "debug"}
    with failing_site(tmp_path, **settings) as site:
        used = use(site)
    log = log_of(site)
    assert [line for line in log.splitlines() if WORD.lower() in line.lower()] == []
    assert used["problem"]["error_id"] in log
    assert used["job"] in log


def test_every_line_is_json_with_the_ids_of_what_it_is_about(tmp_path: Path) -> None:
    with failing_site(tmp_path, DOORSTEP_LOG_FORMAT="json", DOORSTEP_LOG_REQUESTS="1") as site:
        used = use(site)
    lines = [json.loads(line) for line in log_of(site).splitlines()]
    assert {"gunicorn.error", "app.web.measuring"} <= {line["logger"] for line in lines}
    (broken,) = (line for line in lines if used["problem"]["error_id"] in line["message"])
    assert broken["request_id"] == used["header"] == used["problem"]["request_id"]
    assert [error["type"] for error in broken["errors"]] == ["ValueError", "KeyError"]
    assert re.fullmatch(r"tests/support/failing_site\.py:\d+ broken", broken["errors"][0]["frames"][-1])
    (failed,) = (line for line in lines if line["message"].startswith("evaluation failed"))
    assert failed["job_id"] == used["job"]
    assert failed["logger"] == "app.queue.runner"
    (page,) = (line for line in lines if line.get("route") == "/broken")
    assert (page["method"], page["status"]) == ("GET", 500)


def test_requests_are_not_logged_unless_that_is_wished(tmp_path: Path) -> None:
    with failing_site(tmp_path) as site:
        requests.get(f"{site.url}/methods", timeout=10)
    assert "/methods" not in log_of(site)


def test_the_development_server_logs_no_address_either(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "flask.log"
    environ = {**os.environ, "DOORSTEP_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "flask", "--app", "app", "run", "--port", str(port)]
    with log.open("wb") as written, subprocess.Popen(command, cwd=ROOT, env=environ, stderr=written) as server:
        try:
            wait_until_up(f"http://127.0.0.1:{port}", log)
            requests.get(f"http://127.0.0.1:{port}/", params={"address": ADDRESS}, timeout=10)
        finally:
            server.terminate()
    assert f"Running on http://127.0.0.1:{port}" in log.read_text()
    assert WORD not in log.read_text()


def test_a_level_leaves_out_what_is_below_it(tmp_path: Path) -> None:
    with failing_site(tmp_path, DOORSTEP_LOG_LEVEL="error") as site:
        used = use(site)
    log = log_of(site)
    assert used["problem"]["error_id"] in log
    assert "[INFO]" not in log
