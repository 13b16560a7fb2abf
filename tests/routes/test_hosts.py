"""What people and operators see where a site has several hosts: data that none has, and which host covers what."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.queue.store import JobStore
from app.queue.store.hosts import HeldRegion
from app.web.services import services_of
from app.wording import moment, time_of_day
from tests.conftest import TOKEN
from tests.support.asking import HTMX, JSON, soup, submit, visible_text
from tests.support.metrics import parsed, value

BEARER = {"Authorization": f"Bearer {TOKEN}"}
OLD, NEW = "0" * 16, "1" * 16
#: How long a person has waited, and since when the data is published (seconds ago).
WAITED, PUBLISHED = 60.0, 45.0


@pytest.fixture
def store(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> JobStore:
    """A store that looks at hosts anew whenever it is asked, of a site with two regions, where somebody works."""
    monkeypatch.setattr("app.queue.store.hosts.ASK_SECONDS", -1.0)
    store.say_at_work("box:1:1")
    for build in (OLD, NEW):
        store.publish_build("newport", build)
    store.publish_build("monaco", NEW)
    with store.db.write(durable=False) as connection:
        connection.execute("UPDATE region_builds SET published_at = :at", {"at": time.time() - PUBLISHED})
    return store


def wait(store: JobStore) -> None:
    """Let all jobs have waited."""
    with store.db.write(durable=False) as connection:
        connection.execute("UPDATE evaluation_jobs SET queued_at = queued_at - :waited", {"waited": WAITED})


def say(store: JobStore, name: str, newport: str = "", monaco: str = "") -> None:
    """Let a host say which builds it holds."""
    held = {"newport": HeldRegion(newport, "Newport", "2026-01-02"), "monaco": HeldRegion(monaco, "Monaco")}
    store.say_held(name, {region: each for region, each in held.items() if each.build})


@pytest.fixture
def job_id(client: FlaskClient, store: JobStore) -> str:
    """A job that waits for data of Monaco."""
    say(store, "box-a", newport=NEW)
    job_id = submit(client)
    wait(store)
    return job_id


def status(client: FlaskClient, job_id: str) -> str:
    found = soup(client.get(f"/job/{job_id}", headers=HTMX)).find(id="panel-status")
    assert found
    return found.get_text().strip()


def since(store: JobStore) -> float:
    return store.catalogue()[0].published_at


# --- people ---


def test_the_panel_says_which_data_no_host_has_and_since_when(
    client: FlaskClient, store: JobStore, job_id: str
) -> None:
    assert status(client, job_id) == (
        f"Waiting since {time_of_day(since(store))} for the data of Monaco, which no machine of this site has yet. "
        "It starts by itself as soon as one does."
    )
    assert "box-a" not in client.get(f"/job/{job_id}").text, "hosts are the business of whoever runs the site"


def test_the_day_is_said_where_that_was_long_ago(client: FlaskClient, store: JobStore, job_id: str) -> None:
    with store.db.write(durable=False) as connection:
        connection.execute("UPDATE evaluation_jobs SET queued_at = queued_at - 50000")
        connection.execute("UPDATE region_builds SET published_at = published_at - 40000")
    assert status(client, job_id).startswith(f"Waiting since {moment(since(store))} for the data of Monaco,")


def test_several_regions_are_all_named(client: FlaskClient, store: JobStore, job_id: str) -> None:
    say(store, "box-a")
    say(store, "silent")
    assert "for the data of Monaco and Newport, which" in status(client, job_id)


def test_programs_are_told_so(client: FlaskClient, store: JobStore, job_id: str) -> None:
    told = client.get(f"/job/{job_id}", headers=JSON).json
    assert told["status"] == "queued"
    assert told["waiting_for_data"]["regions"] == ["Monaco"]
    assert told["waiting_for_data"]["since"].endswith("Z")


def test_nothing_is_said_where_a_host_has_it(client: FlaskClient, store: JobStore, job_id: str) -> None:
    say(store, "box-b", newport=OLD, monaco=NEW)
    assert status(client, job_id) == "Yours is next. It starts in a moment."
    assert client.get(f"/job/{job_id}", headers=JSON).json["waiting_for_data"] is None


def test_it_is_said_from_the_first_moment_on(client: FlaskClient, store: JobStore) -> None:
    say(store, "box-a")
    assert status(client, submit(client)).startswith("Waiting since ")


def test_that_nobody_works_is_said_first(client: FlaskClient, store: JobStore, job_id: str) -> None:
    store.say_unable("box:1:1")
    services_of(client.application).store._somebody = (False, time.monotonic())
    assert status(client, job_id).startswith("Nobody is working on requests at the moment.")


def test_a_poll_tells_when_a_host_has_it(client: FlaskClient, store: JobStore, job_id: str) -> None:
    panel = soup(client.get(f"/job/{job_id}", headers=HTMX)).find(id="panel")
    assert panel
    poll = str(panel["hx-get"])
    assert client.get(poll, headers=HTMX).status_code == 204
    say(store, "box-b", newport=NEW, monaco=NEW)
    fresh = client.get(poll, headers=HTMX)
    assert fresh.status_code == 200
    assert "Yours is next." in fresh.text


def test_a_job_that_needs_a_build_waits_for_that(client: FlaskClient, store: JobStore, job_id: str) -> None:
    with store.db.write(durable=False) as connection:
        connection.execute("UPDATE evaluation_jobs SET needs = :needs", {"needs": f"newport@{OLD}"})
    assert "for the data of Newport, which" in status(client, job_id)
    say(store, "box-b", newport=OLD)
    assert status(client, job_id).startswith("Yours is next.")


# --- operators ---


def test_the_queue_shows_what_hosts_cover(client: FlaskClient, store: JobStore, job_id: str) -> None:
    say(store, "box-b", newport=OLD, monaco=NEW)
    say(store, "box-c", newport="f" * 16)
    told = client.get("/queue", headers=BEARER | JSON).json
    standings = {host["name"]: [(each["name"], each["standing"]) for each in host["regions"]] for host in told["hosts"]}
    assert standings == {
        "box-a": [("monaco", "missing"), ("newport", "published")],
        "box-b": [("monaco", "published"), ("newport", "the one before")],
        "box-c": [("monaco", "missing"), ("newport", "not the published build")],
    }
    assert {host["name"]: host["is_whole"] for host in told["hosts"]} == {"box-a": False, "box-b": True, "box-c": False}
    assert told["unserved"] == 0
    monaco, newport = told["regions"]
    assert (monaco["hosts"], newport["hosts"], newport["hosts_before"]) == (1, 1, 1)


def test_the_queue_says_how_many_jobs_wait_for_data(client: FlaskClient, store: JobStore, job_id: str) -> None:
    text = visible_text(client.get("/queue", headers=BEARER))
    assert "1 job waits for data of regions that no host has." in text
    assert "nothing until it has all regions" in text
    assert f"newport {NEW} 2026-01-02, published" in text
    assert "monaco: missing" in text
    history = client.get(f"/queue/jobs/{job_id}", headers=BEARER | JSON).json
    assert history["unserved"] == ["Monaco"]
    assert "Monaco, since" in client.get(f"/queue/jobs/{job_id}", headers=BEARER).text


def test_a_site_of_one_host_shows_what_it_holds(client: FlaskClient, store: JobStore) -> None:
    for name in ("newport", "monaco"):
        store.unpublish_region(name)
    say(store, "box-a", newport=NEW)
    text = visible_text(client.get("/queue", headers=BEARER))
    assert f"newport {NEW} 2026-01-02 " in f"{text} "
    assert "every address" in text
    assert "Published regions" not in text


def test_silent_hosts_come_last(client: FlaskClient, store: JobStore) -> None:
    say(store, "box-a", newport=NEW, monaco=NEW)
    with store.db.write(durable=False) as connection:
        connection.execute("UPDATE hosts SET seen_at = seen_at - 31")
    say(store, "box-b")
    assert [host["name"] for host in client.get("/queue", headers=BEARER | JSON).json["hosts"]] == ["box-b", "box-a"]
    assert "nothing: it is silent" in visible_text(client.get("/queue", headers=BEARER))


def test_readiness_tells_what_each_host_covers(client: FlaskClient, store: JobStore, job_id: str) -> None:
    say(store, "box-b", newport=OLD, monaco=NEW)
    lines = client.get("/readyz").text.splitlines()
    (told,) = [line for line in lines if line.startswith("Host box-b, heard of ")]
    assert told.endswith(
        f"ago: monaco {NEW} (data of unknown date); newport {OLD} (data of 2026-01-02, the one before)."
    )
    assert next(line for line in lines if line.startswith("Host box-a")).endswith(
        f"monaco is missing; newport {NEW} (data of 2026-01-02)."
    )
    assert not [line for line in lines if line.startswith("Jobs that wait")]


def test_readiness_tells_of_jobs_that_wait_for_data(client: FlaskClient, store: JobStore, job_id: str) -> None:
    assert "Jobs that wait for data that no host has: 1." in client.get("/readyz").text.splitlines()


def test_what_other_hosts_lack_does_not_stop_this_one(config: Config, store: JobStore, job_id: str) -> None:
    client = create_app(replace(config, live="on", contact="me@example.org")).test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text.splitlines()[0]) == (200, "ready")


def test_a_host_that_fetches_its_first_region_says_so(config: Config, store: JobStore, tmp_path: Path) -> None:
    client = create_app(replace(config, region_store=str(tmp_path))).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "This host has no region yet; it fetches those of the site's catalogue." in answer.text


def test_metrics_count_them(client: FlaskClient, store: JobStore, job_id: str) -> None:
    say(store, "box-b", newport=OLD, monaco=NEW)
    say(store, "box-c")
    say(store, "box-d")
    figures = parsed(client.get("/metrics", headers=BEARER).text)
    counts = {kind: value(figures, "doorstep_hosts", coverage=kind) for kind in ("all", "some", "none")}
    assert counts == {"all": 1, "some": 1, "none": 2}
    assert value(figures, "doorstep_jobs_unserved") == 0
    say(store, "box-b")
    assert value(parsed(client.get("/metrics", headers=BEARER).text), "doorstep_jobs_unserved") == 1
