"""What a PostgreSQL server may do to a running site: nothing is lost or doubled, and it says so once."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import requests

from tests.support import postgres
from tests.support.building import wait_for
from tests.support.hosts import Host
from tests.support.serving import free_port

PASSWORD = "not-to-be-logged"
ROLE = "doorstep"
DATABASE = "site"
LEASE_SECONDS = 3.0


class Site:
    """A web process and two workers on a server, which some other may take the place of."""

    def __init__(self, server: postgres.Server, url: str, folder: Path, disk: Path | None = None) -> None:
        self.server = server
        #: Where the tables are, if that is a small disk of their own.
        self.disk = disk
        self.hosts = [Host(folder / name, url) for name in ("web", "worker-1", "worker-2")]
        settings = {"DOORSTEP_LEASE_SECONDS": str(LEASE_SECONDS), "DOORSTEP_MAX_LIVE_JOBS_PER_CLIENT": "0"}
        settings["DOORSTEP_CLIENT_CHANGES_PER_MINUTE"] = settings["DOORSTEP_CLIENT_READS_PER_MINUTE"] = "100000"
        self.url = self.hosts[0].serve(port=str(free_port()), **settings)
        for host in self.hosts[1:]:
            host.work("slowly", **settings)
        wait_for(self.is_ready, 90)

    def kill(self) -> None:
        """Kill all of it."""
        for host in self.hosts:
            host.kill()

    def is_ready(self) -> bool:
        """Return whether somebody works, and the database can be reached."""
        with suppress(requests.RequestException):
            return "Nobody works" not in (text := requests.get(f"{self.url}/readyz", timeout=10).text) and (
                "cannot be reached" not in text
            )
        return False

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return what the database holds."""
        return self.server.run(query, database=DATABASE)

    def logs(self) -> dict[str, list[str]]:
        """Return the lines that each host has logged."""
        return {host.name: host.log.read_text().splitlines() for host in self.hosts}


class People(threading.Thread):
    """Submit addresses one after the other, and look at the last one; note how each was answered."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.taken: list[str] = []
        self.refused: list[tuple[float, requests.Response]] = []
        self.longest = 0.0
        self.enough = False

    def run(self) -> None:
        while not self.enough:
            self._submit(f"{time.monotonic_ns()} Secret street")
            time.sleep(0.05)

    def _submit(self, address: str) -> None:
        while not self.enough:
            began = time.monotonic()
            answer = requests.post(
                f"{self.url}/", json={"address": address}, headers={"Accept": "application/json"}, timeout=60
            )
            self.longest = max(self.longest, time.monotonic() - began)
            if answer.status_code == 202:
                self.taken.append(answer.json()["job_id"])
                return
            self.refused.append((time.monotonic() - began, answer))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with postgres.server(max_connections="40", fsync="on") as server:
        rules = server.data / "pg_hba.conf"
        rules.write_text(f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
        server.run("SELECT pg_reload_conf()")
        server.run(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        with small_disk(server) as disk:
            place = "TABLESPACE small" if disk else ""
            server.run(f"CREATE DATABASE {DATABASE} OWNER {ROLE} {place}")
            url = f"postgresql://{ROLE}:{PASSWORD}@127.0.0.1:{server.port}/{DATABASE}"
            site = Site(server, url, tmp_path_factory.mktemp("hosts"), disk)
            yield site
            site.kill()
            server.stop("immediate")


@contextmanager
def small_disk(server: postgres.Server) -> Iterator[Path | None]:
    """Give the server a tablespace on a disk of 40 MB; None where nobody may mount one."""
    folder = server.folder / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    shutil.chown(folder, "postgres", "postgres")
    server.run(f"CREATE TABLESPACE small LOCATION '{folder}'")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


# --- what a server may do --------------------------------------------------------------------------


def restarts(site: Site, _: People) -> None:
    site.server.restart("fast")


def crashes(site: Site, _: People) -> None:
    site.server.restart("immediate")


def stays_away_for_longer_than_a_lease(site: Site, people: People) -> None:
    site.server.stop("fast")
    time.sleep(LEASE_SECONDS)
    wait_for(lambda: len(people.refused) >= 4, 60)
    site.server.start()


def ends_all_connections_again_and_again(site: Site, _: People) -> None:
    for _ in range(10):
        site.server.break_connections(DATABASE)
        time.sleep(0.3)


def only_reads(site: Site, people: People) -> None:
    site.server.run("ALTER SYSTEM SET default_transaction_read_only = on")
    site.server.run("SELECT pg_reload_conf()")
    wait_for(lambda: len(people.refused) >= 4, 60)
    with psycopg.connect(site.server.url(), autocommit=True, options="-c default_transaction_read_only=off") as owner:
        owner.execute("ALTER SYSTEM RESET default_transaction_read_only")
    site.server.run("SELECT pg_reload_conf()")


def has_no_connection_left(site: Site, people: People) -> None:
    with ExitStack() as others:
        first = others.enter_context(psycopg.connect(site.server.url(), autocommit=True))
        ends_at = time.monotonic() + 30
        while not people.refused and time.monotonic() < ends_at:
            with suppress(psycopg.OperationalError):
                others.enter_context(psycopg.connect(site.server.url()))
                continue
            first.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (ROLE,))
            time.sleep(0.05)
        assert people.refused, "there was always one left"


def has_another_password(site: Site, people: People) -> None:
    site.server.run(f"ALTER ROLE {ROLE} PASSWORD 'another'")
    site.server.break_connections(DATABASE)
    wait_for(lambda: len(people.refused) >= 2, 60)
    site.server.run(f"ALTER ROLE {ROLE} PASSWORD '{PASSWORD}'")


def has_a_full_disk(site: Site, people: People) -> None:
    if site.disk is None:
        pytest.skip("only root may mount a small disk here")
    filler = site.disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65_536))
    wait_for(lambda: len(people.refused) >= 2, 60)
    filler.unlink()


FAULTS = (
    restarts,
    crashes,
    stays_away_for_longer_than_a_lease,
    ends_all_connections_again_and_again,
    only_reads,
    has_no_connection_left,
    has_another_password,
    has_a_full_disk,
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_lost_or_doubled_where_the_server(fault: Callable[[Site, People], None], site: Site) -> None:
    before = {name: len(lines) for name, lines in site.logs().items()}
    people = People(site.url)
    people.start()
    try:
        wait_for(lambda: len(people.taken) > 5, 60)
        fault(site, people)
        so_far = len(people.taken)
        wait_for(lambda: len(people.taken) > so_far + 3, 60)
    finally:
        people.enough = True
        people.join(60)
    check(site, people, before)


def check(site: Site, people: People, lines_before: dict[str, int]) -> None:
    """Check jobs, answers and logs once all jobs have ended."""
    wait_for(lambda: site.rows("SELECT count(*) FROM evaluation_jobs WHERE completed_at IS NULL") == [(0,)], 90)
    check_jobs(site, people)
    check_refusals(people)
    time.sleep(1.0)
    for name, lines in site.logs().items():
        check_log(name, lines[lines_before[name] :])
    print(f"{len(people.taken)} taken, {len(people.refused)} refused, the longest answer took {people.longest:.1f} s")


def test_another_server_takes_over(tmp_path: Path) -> None:
    with postgres.server() as primary:
        primary.run(f"CREATE DATABASE {DATABASE}")
        replica = primary.copy()
        people = None
        try:
            replica.start()
            primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.run("SELECT pg_reload_conf()")
            both = f"127.0.0.1:{primary.port},127.0.0.1:{replica.port}"
            site = Site(primary, f"postgresql://postgres@{both}/{DATABASE}", tmp_path)
            before = {name: len(lines) for name, lines in site.logs().items()}
            people = People(site.url)
            people.start()
            wait_for(lambda: len(people.taken) > 5, 60)
            primary.kill()
            time.sleep(1.0)
            replica.promote()
            so_far = len(people.taken)
            wait_for(lambda: len(people.taken) > so_far + 5, 60)
            people.enough = True
            people.join(60)
            site.server = replica
            check(site, people, before)
        finally:
            if people is not None:
                people.enough = True
                people.join(60)
                site.kill()
            replica.stop("immediate")
            shutil.rmtree(replica.folder, ignore_errors=True)


def check_jobs(site: Site, people: People) -> None:
    """Check that every job that was taken is there, done, with one snapshot, and that each try is explained."""
    jobs = site.rows("SELECT seq, job_id, status, attempts, result_snapshot_id FROM evaluation_jobs")
    assert {str(job[1]) for job in jobs} >= set(people.taken)
    assert {job[2] for job in jobs} == {"done"}
    snapshots = site.rows("SELECT job_seq, snapshot_id FROM snapshots")
    assert sorted((job[0], job[4]) for job in jobs) == sorted(snapshots)
    for seq, _, _, attempts, _ in jobs:
        events = site.rows(f"SELECT from_status, to_status FROM job_events WHERE job_seq = {seq} ORDER BY version")
        assert [event[0] for event in events[1:]] == [event[1] for event in events[:-1]]
        assert attempts == [event[1] for event in events].count("running")


def check_refusals(people: People) -> None:
    """Check that whoever was refused was told so honestly, and soon."""
    for _, answer in people.refused:
        problem = answer.json()
        assert (answer.status_code, problem["code"] in ("queue-unavailable", "disk-full")) == (503, True)
        assert (int(answer.headers["Retry-After"]) > 0, PASSWORD in answer.text) == (True, False)
    assert people.longest < 15
    later = sorted(seconds for seconds, _ in people.refused[1:])
    assert not later or later[len(later) // 2] < 4, "the server was known to be away"


def check_log(name: str, lines: list[str]) -> None:
    """Check that a log says what was wrong, once for reading and once for writing, and nothing of anybody."""
    text = "\n".join(lines)
    assert "Traceback" not in text, name
    assert not any(word in text for word in (PASSWORD, "Secret street", "127.0.0.1")), text
    for doing in ("reading", "writing"):
        assert text.count(f"{doing} fails") == text.count(f"{doing} works again"), text
    assert len(lines) <= 14, text
