"""What a stranger may do with what belongs to somebody: every route that changes something, from the map of routes."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.queue.jobs import Status
from app.queue.store import JobStore
from app.web.security.floods import SAFE_METHODS
from tests.support.asking import HTMX, JSON, submit
from tests.support.queue_steps import Steps

#: Meant for whoever has the link: evaluating a report's address for oneself, and deciding on a list together.
FOR_WHO_HAS_THE_LINK = {
    "resubmitting.again",
    "resubmitting.destination",
    "shortlist.shared_name",
    "shortlist.shared_mark",
    "shortlist.shared_note",
    "shortlist.adopt",
}
#: Everything that a step of an owner needs.
FIELDS = {"choice": "0", "mark": "yes", "note": "mine", "to": "up", "name": "Eve", "sharing": "reading", "stop": "yes"}


@pytest.fixture
def owned(client: FlaskClient, steps: Steps) -> dict[str, str]:
    """Let somebody own one of everything; return the values of paths."""
    submit(client)
    snapshot_id = steps.finish()
    client.post("/shortlist/add", data={"s": snapshot_id})
    shared = client.post("/shortlist/share", data={"sharing": "reading"}, headers=JSON).json["reading_url"]
    client.post("/shortlist/name", data={"name": "Ann"})
    batch = client.post("/batch", data={"addresses": "1 Main Street\n2 Main Street"}).location
    return {
        "job_id": submit(client, "Waiting 1"),
        "snapshot_id": snapshot_id,
        "batch_id": batch.rsplit("/", 1)[1],
        "link": shared.rsplit("/", 1)[1],
        "person_id": "1",
        "run_id": "r",
    }


def changing(app: Flask) -> list[tuple[str, str]]:
    """Return endpoint and method of every route that changes something which a path names."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments and rule.endpoint not in FOR_WHO_HAS_THE_LINK]
    return [(rule.endpoint, method) for rule in rules for method in (rule.methods or set()) - SAFE_METHODS]


@pytest.mark.parametrize("headers", [{}, HTMX, JSON], ids=["page", "fragment", "json"])
def test_a_stranger_changes_nothing_and_is_told_that_nothing_is_there(
    app: Flask, client: FlaskClient, store: JobStore, owned: dict[str, str], headers: dict[str, str]
) -> None:
    stranger = app.test_client()
    stranger.get("/")
    paths, routes = app.url_map.bind("localhost"), changing(app)
    assert len(routes) >= 10
    before = seen_by(client, store, owned)
    for endpoint, method in routes:
        path = paths.build(endpoint, owned, method=method)
        answer = stranger.open(path, method=method, data=FIELDS, headers=headers)
        assert answer.status_code == 404, (path, answer.status_code)
        assert "Ann" not in answer.text
    assert seen_by(client, store, owned) == before


def seen_by(client: FlaskClient, store: JobStore, owned: dict[str, str]) -> list[object]:
    """Return how everything stands."""
    job = store.get_job(owned["job_id"])
    return [
        (job.status, job.version),
        store.stats().queued,
        len(store.list_jobs(Status.CANCELLED)),
        client.get(f"/s/{owned['snapshot_id']}").status_code,
        client.get("/shortlist", headers=JSON).json,
    ]


def test_an_owner_may_all_that(app: Flask, client: FlaskClient, owned: dict[str, str]) -> None:
    """Without this the test above could pass for paths that lead nowhere."""
    paths = app.url_map.bind("localhost")
    last = ("shortlist.remove", "snapshots.delete")
    routes = sorted(changing(app), key=lambda route: (route[0] in last, route))
    refused = []
    for endpoint, method in routes:
        answer = client.open(paths.build(endpoint, owned, method=method), method=method, data=FIELDS)
        if answer.status_code == 404:
            refused.append(endpoint)
    assert sorted(refused) == ["operators.cancel", "operators.cancel_run", "operators.retry"], (
        "what an operator may is no owner's business"
    )


def test_ids_cannot_be_guessed(owned: dict[str, str]) -> None:
    """Each holds at least 128 random bits, in 4 or 6 bits a character."""
    bits = {"job_id": 4, "snapshot_id": 4, "batch_id": 6, "link": 6}
    for name, each in bits.items():
        assert len(owned[name].rpartition("-")[0] if name == "snapshot_id" else owned[name]) * each >= 128, name
