"""The figures of a real gunicorn: whichever process is asked, and whoever died meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.asking import HTMX
from tests.support.building import wait_for
from tests.support.folders import ROOT
from tests.support.metrics import BEARER, TOKEN, labels_of, scrape, value
from tests.support.serving import Site, serve

ROUTE = {"route": "/methods", "method": "GET", "status": "2xx"}
MEMORY = "doorstep_process_resident_bytes"
SEEN = "doorstep_worker_seen_timestamp_seconds"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    arguments = ("-c", "gunicorn_config.py", "app:create_app()")
    with serve(
        tmp_path_factory.mktemp("site"), *arguments, WEB_CONCURRENCY="2", DOORSTEP_METRICS_TOKEN=TOKEN
    ) as served:
        # Both workers and their evaluators have loaded.
        wait_for(lambda: len(labels_of(scrape(served.url), SEEN, "pid")) == 2, 40)
        wait_for(lambda: len(labels_of(scrape(served.url), MEMORY, "pid")) == 4, 40)
        yield served


def ask(site: Site, path: str, times: int) -> set[str]:
    """Send requests on connections of their own; return which processes answered, by their requests' ids."""
    answers = [requests.get(f"{site.url}{path}", timeout=10) for _ in range(times)]
    return {answer.headers["X-Request-ID"].partition("-")[0] for answer in answers}


def requests_counted(site: Site) -> float:
    return value(scrape(site.url), "doorstep_http_requests_total", **ROUTE)


def test_the_sum_is_right_whichever_worker_is_asked(site: Site) -> None:
    processes: set[str] = set()
    sent = int(requests_counted(site))
    while len(processes) < 2 and sent < 500:
        processes |= ask(site, "/methods", 10)
        sent += 10
    assert len(processes) == 2
    assert [requests_counted(site) for _ in range(10)] == [sent] * 10
    durations = scrape(site.url)
    assert value(durations, "doorstep_http_request_seconds_count", route="/methods") == sent
    assert value(durations, "doorstep_http_request_seconds_bucket", route="/methods", le="+Inf") == sent


def test_it_counts_polls_and_what_the_evaluator_asked(site: Site) -> None:
    job = requests.post(f"{site.url}/", data={"address": "12 Bulevardi"}, headers={"Accept": "application/json"})
    link = f"{site.url}/job/{job.json()['job_id']}/progress"
    for _ in range(5):
        assert requests.get(link, headers=HTMX, timeout=10).status_code == 200
    figures = scrape(site.url)
    assert value(figures, "doorstep_polls_total", answer="panel") == 5
    assert value(figures, "doorstep_jobs_created_total") == 1
    no_regions = {"call": "locate", "region": "", "outcome": "no-regions"}
    wait_for(lambda: value(scrape(site.url), "doorstep_source_call_seconds_count", **no_regions) > 0)
    wait_for(lambda: value(scrape(site.url), "doorstep_job_retries_total", reason="no-regions") > 0)


def test_it_counts_what_never_reaches_the_application(site: Site) -> None:
    address = urlsplit(site.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nno colon\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    assert value(scrape(site.url), "doorstep_http_refused_total", status="400") == 1


def test_a_killed_worker_s_counts_stay_and_its_gauges_go(site: Site) -> None:
    ask(site, "/methods", 20)
    figures = scrape(site.url)
    counted = value(figures, "doorstep_http_requests_total", **ROUTE)
    web = {dict(labels)["pid"] for name, labels in figures if name == MEMORY and ("role", "web") in labels}
    assert web == labels_of(figures, SEEN, "pid")
    assert labels_of(figures, MEMORY, "role") == {"web", "evaluator"}
    for pid in web:
        os.kill(int(pid), signal.SIGKILL)
    wait_for(lambda: len(labels_of(scrape(site.url), SEEN, "pid") - web) == 2, 40)
    figures = scrape(site.url)
    assert not web & labels_of(figures, MEMORY, "pid")
    assert not web & labels_of(figures, SEEN, "pid")
    assert requests_counted(site) == counted >= 20
    assert len(list((site.data_dir / "metrics").glob("counter_*.db"))) <= 5  # two workers, two evaluators, all others


def test_a_worker_beside_the_site_is_seen(site: Site) -> None:
    environ = {**os.environ, "DOORSTEP_DATA_DIR": str(site.data_dir)}
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL) as worker:
        try:
            wait_for(lambda: str(worker.pid) in labels_of(scrape(site.url), SEEN, "pid"), 20)
            figures = scrape(site.url)
        finally:
            worker.terminate()
    assert value(figures, MEMORY, role="worker", pid=str(worker.pid)) > 0
    wait_for(lambda: str(worker.pid) not in labels_of(scrape(site.url), SEEN, "pid"))


def test_a_stranger_sees_no_figures(site: Site) -> None:
    assert requests.get(f"{site.url}/metrics", timeout=10).status_code == 404
    assert requests.get(f"{site.url}/metrics", headers={"Authorization": "Bearer guess"}, timeout=10).status_code == 404
    assert requests.get(f"{site.url}/metrics", headers=BEARER, timeout=10).status_code == 200
    assert requests.get(f"{site.url}/queue", headers=BEARER, timeout=10).status_code == 404
