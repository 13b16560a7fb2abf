"""A real site moves while people use it: whatever was accepted is there, and people are told the truth meanwhile."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.support.building import wait_for
from tests.support.commands import flask
from tests.support.folders import ROOT
from tests.support.moving import Held, held_by_file, held_by_server
from tests.support.serving import Site, serve

FILE = "doorstep.sqlite"
CONFIG = "tests/support/moving_site.py"
SETTINGS = {
    "DOORSTEP_CLIENT_CHANGES_PER_MINUTE": "1000000",
    "DOORSTEP_CLIENT_READS_PER_MINUTE": "1000000",
    "DOORSTEP_MAX_LIVE_JOBS_PER_CLIENT": "0",
    "DOORSTEP_MAX_LIVE_JOBS_PER_OWNER": "100000",
    "DOORSTEP_LEASE_SECONDS": "3",
}
JSON = {"Accept": "application/json"}
#: Tries of a move that are killed before one may go through.
KILLS = 3


class Person:
    """A browser that sends, calls off, asks again and deletes, and writes down what was accepted."""

    _numbers = itertools.count(1)

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Connection"] = "close"  # a kept one may end as it is used
        self.dice = random.Random(next(self._numbers))
        self.accepted: dict[str, str] = {}  # by the key that it was sent with
        self.batches: list[str] = []
        self.deleted: set[str] = set()
        self.called_off: set[str] = set()
        self.name = ""
        self.kept: set[str] = set()
        self.refused: set[str] = set()
        self.odd: list[str] = []
        self.stopping = False
        self.session.get(url, headers=JSON, timeout=20)
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """Go on until `stop`."""
        self.stopping = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """End after the request under way."""
        self.stopping = True
        self._thread.join()

    def post(self, path: str, **sent: object) -> requests.Response | None:
        """Send a form; None where it was refused as the site moves."""
        headers = JSON | ({"Idempotency-Key": str(sent.pop("key"))} if "key" in sent else {})
        answer = self.session.post(self.url + path, headers=headers, timeout=30, **sent)  # type: ignore[arg-type]
        if answer.status_code == 503:
            self.refused.add(answer.json()["code"])
            return None
        if answer.status_code >= 400 and answer.status_code != 409:
            self.odd.append(f"{path} {answer.status_code} {answer.text[:200]}")
        return answer if answer.ok else None

    def _run(self) -> None:
        while not self.stopping:
            roll = self.dice.random()
            if roll < 0.6 or len(self.accepted) <= len(self.deleted):
                self.send(f"key {len(self.accepted)} {self.dice.random()}")
            elif roll < 0.7:
                self._call_off(self._any())
            elif roll < 0.85:
                self._delete(self._any())
            elif roll < 0.9:
                answer = self.post("/batch", json={"listings": [{"address": f"{n} {roll}"} for n in range(3)]})
                if answer is not None:
                    self.batches.append(answer.json()["batch_id"])
                    self.post(f"/batch/{self.batches[-1]}/cancel")
            elif roll < 0.95:
                self._keep_on_list(self._any())
            elif self.kept:
                self._call_oneself(f"Ann {roll}")
            time.sleep(0.1)

    def _any(self) -> str:
        """Return a job of this person's that is not deleted."""
        return self.dice.choice([job_id for job_id in self.accepted.values() if job_id not in self.deleted])

    def send(self, key: str) -> None:
        """Send an address like no other, under a key."""
        answer = self.post("/", data={"address": f"{key} street"}, key=key)
        if answer is not None:
            self.accepted[key] = answer.json()["job_id"]

    def _call_off(self, job_id: str) -> None:
        if self.post(f"/job/{job_id}/cancel") is not None:
            self.called_off.add(job_id)

    def _delete(self, job_id: str) -> None:
        snapshot_id = self._report_of(job_id)
        if snapshot_id and self.post(f"/s/{snapshot_id}/delete") is not None:
            self.deleted.add(job_id)
            self.kept.discard(snapshot_id)

    def _keep_on_list(self, job_id: str) -> None:
        snapshot_id = self._report_of(job_id)
        if snapshot_id and self.post("/shortlist/add", json={"s": [snapshot_id]}) is not None:
            self.kept.add(snapshot_id)

    def _call_oneself(self, name: str) -> None:
        if self.post("/shortlist/name", data={"name": name}) is not None:
            self.name = name

    def _report_of(self, job_id: str) -> str:
        answer = self.session.get(f"{self.url}/job/{job_id}", headers=JSON, timeout=20)
        return str(answer.json().get("snapshot_id") or "") if answer.ok else ""


@contextmanager
def busy(people: list[Person]) -> Iterator[None]:
    for person in people:
        person.start()
    try:
        yield
    finally:
        for person in people:
            person.stop()


@pytest.mark.slow
def test_a_site_in_use_moves_and_moves_back(tmp_path: Path, url: str) -> None:
    settings = SETTINGS | {"DOORSTEP_DATABASE_URL": url}
    with serve(tmp_path, "-c", CONFIG, **SETTINGS) as site:
        people = [Person(site.url) for _ in range(2)]
        with busy(people):
            time.sleep(3.0)
            for _ in range(KILLS):
                kill_after(tmp_path, "migrate-to-postgres", url, people[0].dice.uniform(0.5, 3.0))
            move(tmp_path, "migrate-to-postgres", url)
            wait_for(lambda: all("site-moved" in person.refused for person in people), 20)
        assert {code for person in people for code in person.refused} <= {"site-moving", "site-moved"}
        assert_all_there(people, held_by_server(url))
        assert_told_of(site, people[0], "DOORSTEP_DATABASE_URL")
        assert_does_not_start(tmp_path, SETTINGS, "Set DOORSTEP_DATABASE_URL")
    with serve(tmp_path, "-c", CONFIG, **settings) as site:
        for person in people:
            person.url = site.url
            person.refused.clear()
            sent = {key: job_id for key, job_id in person.accepted.items() if job_id not in person.deleted}
            key, job_id = list(sent.items())[-1]
            person.send(key)
            assert person.accepted[key] == job_id, "an address that was sent again under its key became a second job"
        with busy(people):
            time.sleep(2.0)
            move(tmp_path, "migrate-to-sqlite", url)
            wait_for(lambda: all("site-moved" in person.refused for person in people), 20)
        assert_all_there(people, held_by_file(tmp_path / FILE))
        assert_told_of(site, people[0], "restart every process of the site on that file")
        assert_does_not_start(tmp_path, settings, "Take DOORSTEP_DATABASE_URL out of the settings")
    with serve(tmp_path, "-c", CONFIG, **SETTINGS) as site:
        for person in people:
            person.url = site.url
            person.send("the last one")
        wait_for(lambda: not unfinished(held_by_file(tmp_path / FILE)), 120)
    held = held_by_file(tmp_path / FILE)
    assert_all_there(people, held)
    jobs = {row["job_id"][1]: row for row in held["evaluation_jobs"].values()}
    for person in people:
        for job_id in person.accepted.values():
            if job_id not in person.deleted:
                ends = {"done", "cancelled"} if job_id in person.called_off else {"done"}
                assert jobs[job_id]["status"][1] in ends
        assert person.odd == []


def move(folder: Path, command: str, url: str) -> None:
    done = subprocess.run(flask_command(command), cwd=ROOT, env=environ(folder, url), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compared at both sides and are the same" in done.stdout


def kill_after(folder: Path, command: str, url: str, seconds: float) -> None:
    """Kill a move a moment after it began to copy: it must not be through by then."""
    running = subprocess.Popen(flask_command(command), cwd=ROOT, env=environ(folder, url), stderr=subprocess.PIPE)
    assert running.stderr
    assert running.stderr.readline().startswith(b"Copying")
    time.sleep(seconds / 200)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    running.stderr.close()


def flask_command(command: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "app", command]


def environ(folder: Path, url: str) -> dict[str, str]:
    return os.environ | {"DOORSTEP_DATA_DIR": str(folder), "DOORSTEP_DATABASE_URL": url}


def assert_all_there(people: list[Person], held: Held) -> None:
    """Check that what was accepted is there, and what was deleted is not."""
    jobs = {row["job_id"][1]: row for row in held["evaluation_jobs"].values()}
    reports = {row["job_id"][1] for row in held["snapshots"].values()}
    batches = {row["batch_id"][1] for row in held["batches"].values()}
    reports_by_seq = {row["job_seq"]: row["snapshot_id"][1] for row in held["snapshots"].values()}
    listed = {reports_by_seq[row["job_seq"]] for row in held["list_entries"].values()}
    names = {row["name"][1] for row in held["list_people"].values()}
    assert len(jobs) > 20
    assert len({row["seq"] for row in held["evaluation_jobs"].values()}) == len(jobs)
    for person in people:
        accepted = set(person.accepted.values())
        assert accepted - person.deleted <= jobs.keys()
        assert not person.deleted & (jobs.keys() | reports)
        assert set(person.batches) <= batches
        assert not person.name or person.name in names
        assert person.kept <= listed
    assert {job_id for job_id, row in jobs.items() if row["status"][1] == "done"} == reports & jobs.keys()


def unfinished(held: Held) -> list[object]:
    return [row["job_id"] for row in held["evaluation_jobs"].values() if row["status"][1] in ("queued", "running")]


def assert_told_of(site: Site, person: Person, what: str) -> None:
    """Check that the old processes still show what was there, and say why they take nothing new."""
    job_id = next(iter(set(person.accepted.values()) - person.deleted))
    assert person.session.get(f"{site.url}/job/{job_id}", headers=JSON, timeout=20).ok
    page = person.session.post(site.url, data={"address": "late"}, timeout=20)
    assert (page.status_code, "The data of this site has moved to another place" in page.text) == (503, True)
    assert int(page.headers["Retry-After"]) > 0
    ready = requests.get(f"{site.url}/readyz", timeout=20)
    assert (ready.status_code, what in ready.text) == (503, True)
    assert 2 <= site.log.count(what) <= 8, "one line when it begins, in each of two processes, each time"


def assert_does_not_start(folder: Path, settings: dict[str, str], what: str) -> None:
    """Check that neither the site nor a worker starts where the data has gone."""
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "-c", CONFIG]
    env = os.environ | {"DOORSTEP_DATA_DIR": str(folder)} | settings
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert what in done.stderr
    assert "Traceback" not in done.stderr
    if "DOORSTEP_DATABASE_URL" not in settings:
        worker = flask(folder, "worker")
        assert (worker.returncode, what in worker.stderr) == (1, True)
