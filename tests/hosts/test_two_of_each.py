"""Two web hosts, two worker hosts and one database: real processes, each host with a folder and a network of its own.

Where networks of their own are not permitted, and beside that always, the hosts meet on loopback, and a proxy between a
worker and the database plays the cable.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from app.queue.jobs import Event, Job, Status
from app.queue.store import JobStore
from tests.support import postgres
from tests.support.building import open_at, wait_for, wait_for_status
from tests.support.cutting_proxy import CuttingProxy
from tests.support.hosts import Host, network
from tests.support.serving import free_port

LEASE_SECONDS = 4.0
LEASE = {"DOORSTEP_LEASE_SECONDS": str(LEASE_SECONDS)}


@dataclass
class Site:
    """The hosts, and the store as it is seen beside the database."""

    store: JobStore
    web: list[Host]
    workers: list[Host]
    cut_off: Callable[[], None]
    connect_again: Callable[[], None]
    urls: list[str] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    def kill(self) -> None:
        for host in (*self.web, *self.workers):
            host.kill()


def in_namespaces(folder: Path) -> Iterator[Site]:
    """Give hosts with networks of their own."""
    with postgres.server(listen_addresses="0.0.0.0") as server, network() as net:
        with (server.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {net.address}/24 trust\n")
        server.run("SELECT pg_reload_conf()")
        name = server.database_for(folder)
        url = f"postgresql://postgres@{net.address}:{server.port}/{name}"
        hosts = [Host(folder / each, url, net) for each in ("web-1", "web-2", "worker-1", "worker-2")]
        store = opened(server, folder)
        site = Site(store, hosts[:2], hosts[2:], hosts[2].cut_off, hosts[2].connect_again)
        site.urls = [host.serve(**LEASE) for host in site.web]
        try:
            wait_for(lambda: all(is_up(url) for url in site.urls), 90)
            yield site
        finally:
            site.kill()
        store.db.close()


def on_loopback(folder: Path) -> Iterator[Site]:
    """Give hosts on loopback, the first worker behind a proxy."""
    with postgres.server() as server:
        proxy = CuttingProxy(server.port)
        name = server.database_for(folder)
        web = [Host(folder / each, server.url(name)) for each in ("web-1", "web-2")]
        workers = [Host(folder / "worker-1", proxy.url(name)), Host(folder / "worker-2", server.url(name))]

        def silence(silent: bool) -> None:
            proxy.silent = silent

        store = opened(server, folder)
        site = Site(store, web, workers, lambda: silence(True), lambda: silence(False))
        site.urls = [host.serve(port=str(free_port()), **LEASE) for host in site.web]
        try:
            wait_for(lambda: all(is_up(url) for url in site.urls), 90)
            yield site
        finally:
            site.kill()
        proxy.close()
        store.db.close()


def opened(server: postgres.Server, folder: Path) -> JobStore:
    """Open the store beside the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(postgres.VARIABLE, str(server.port))
        return open_at(folder)


@pytest.fixture(params=[in_namespaces, on_loopback], ids=lambda make: make.__name__)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    yield from request.param(tmp_path)


def test_a_worker_that_is_cut_off_loses_its_job_to_another_host_and_comes_back(site: Site) -> None:
    first, second = site.workers
    for host in site.workers:
        host.work("long", **LEASE)
    job = taken_by(first, site)
    wait_for(lambda: len(site.store.checkpoints(job.job_id)) >= 2, 30)
    site.cut_off()
    lease_until = lease_of(site.store, job)
    done = wait_for_status(site.store, job, Status.DONE, seconds=60)
    queued, running, ended = site.store.events(job.job_id)[-3:]
    assert queued.why == "its worker sent no heartbeat in time"
    taken_after = running.at - (lease_until - LEASE_SECONDS)
    print(f"taken {taken_after:.2f} s after the last heartbeat, with a lease of {LEASE_SECONDS:.0f} s")
    assert LEASE_SECONDS <= taken_after < LEASE_SECONDS + 10
    assert (host_of(running), host_of(ended)) == (host_at(second), host_at(second))
    assert (done.attempts, done.resumed) == (2, 1), "it went on from what the first one had found"

    site.connect_again()
    before = site.store.events(job.job_id)
    for each in [submitted(site, number % 2) for number in range(4)]:
        assert wait_for_status(site.store, each, Status.DONE, seconds=90).attempts == 1
    wait_for(lambda: works_again(site, first), 60)
    assert site.store.events(job.job_id) == before, "what the first one still wrote was refused"
    assert len(site.store.db.read("SELECT 1 FROM snapshots")) == len(site.jobs)
    assert "Traceback" not in first.log.read_text() + second.log.read_text()
    assert "street" not in first.log.read_text(), "the log holds no address"


def taken_by(host: Host, site: Site) -> Job:
    """Submit addresses one after the other until the worker of a host takes one; return its job."""
    while True:
        job = submitted(site, 0)
        wait_for(lambda job=job: bool(site.store.get_job(job.job_id).worker))  # type: ignore[misc]
        if host_of(site.store.events(job.job_id)[-1]) == host_at(host):
            return job
        wait_for_status(site.store, job, Status.DONE, seconds=60)


def works_again(site: Site, host: Host) -> bool:
    """Return whether the worker of a host does a job that is new: two at once, so that it has a chance."""
    jobs = [submitted(site, number) for number in range(2)]
    for job in jobs:
        wait_for_status(site.store, job, Status.DONE, seconds=60)
    return any(host_of(event) == host_at(host) for job in jobs for event in site.store.events(job.job_id))


def test_a_cookie_of_one_web_host_is_good_at_the_other(site: Site) -> None:
    browser = requests.Session()
    answer = browser.post(f"{site.urls[0]}/", data={"address": "Bulevardi 12"}, timeout=10, allow_redirects=False)
    cookies = answer.cookies.get_dict()
    path = requests.compat.urlsplit(answer.headers["Location"]).path  # type: ignore[attr-defined]
    own = requests.get(f"{site.urls[1]}{path}", cookies=cookies, timeout=10)
    strange = requests.get(f"{site.urls[1]}{path}", timeout=10)
    assert ("Cancel" in own.text, "Cancel" in strange.text) == (True, False)
    ready = requests.get(f"{site.urls[1]}/readyz", timeout=10)
    assert (ready.status_code, "DOORSTEP_WORKER is off here" in ready.text) == (503, True)
    site.workers[1].work("slowly", **LEASE)
    wait_for(lambda: "Nobody works" not in requests.get(f"{site.urls[0]}/readyz", timeout=10).text, 20)
    for number in range(6):
        wait_for_status(site.store, submitted(site, number % 2), Status.DONE, seconds=30)


def submitted(site: Site, number: int) -> Job:
    """Submit an address at one of the web hosts."""
    address = f"{time.monotonic_ns()} High street"
    answer = requests.post(
        f"{site.urls[number]}/", json={"address": address}, headers={"Accept": "application/json"}, timeout=10
    )
    assert answer.status_code == 202, answer.text
    site.jobs.append(site.store.get_job(answer.json()["job_id"]))
    return site.jobs[-1]


def is_up(url: str) -> bool:
    """Return whether a web host answers."""
    try:
        return requests.get(f"{url}/healthz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def lease_of(store: JobStore, job: Job) -> float:
    """Return until when (the server's clock) a job's lease runs."""
    rows = store.db.read("SELECT lease_until FROM evaluation_jobs WHERE job_id = :job_id", {"job_id": job.job_id})
    return float(rows[0]["lease_until"])


def host_of(event: Event) -> str:
    """Return the host of the worker in an event, and its process."""
    return ":".join(event.worker.split(":")[:2])


def host_at(host: Host) -> str:
    """Return what `host_of` says of a host's worker."""
    name = host.name if host.namespace else socket.gethostname()
    return f"{name}:{host.newest_pid}"


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Site]:
    """Hosts with networks of their own."""
    yield from in_namespaces(tmp_path)


def test_a_web_host_that_is_cut_off_goes_on_answering(apart: Site) -> None:
    job, web = submitted(apart, 0), apart.web[0]
    path = f"/job/{job.job_id}"
    assert {status for status, _ in web.ask_from_within(path, 24)} == {200}
    web.cut_off()
    first, later = web.ask_from_within(path, 24), web.ask_from_within(path, 24)
    health = web.ask_from_within("/healthz", 4)
    longest = [max(seconds for _, seconds in answers) for answers in (first, later, health)]
    print("first {:.1f} s, later {:.1f} s, /healthz {:.2f} s".format(*longest))
    assert ({status for status, _ in first + later}, {status for status, _ in health}) == ({503}, {200})
    assert (longest[0] < 25, longest[1] < 12) == (True, True)
    web.connect_again()
    wait_for(lambda: web.ask_from_within(path, 1)[0][0] == 200, 60)
    lines = web.log.read_text()
    assert (lines.count("reading fails"), lines.count("reading works again")) == (1, 1)
