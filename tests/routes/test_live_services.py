"""What operators see of live services on `/readyz` and `/metrics`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from app.config import Config
from app.queue.store import JobStore
from app.sources.live.asking.client import Client
from app.sources.live.asking.ledger import Ended, Turn
from app.sources.live.asking.queries import Query
from app.sources.live.services import Service, services_in
from app.web.services import services_of
from tests.conftest import TOKEN
from tests.support.live.faulty import faulty_server, read_good


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, live="on", contact="operator@doorstep.example", service_requests_per_day=10)


@pytest.fixture
def overpass(config: Config) -> Service:
    found = services_in(config).overpass
    assert found
    return replace(found, pause_s=0.0)


def ask(store: JobStore, service: Service, fault: str = "", times: int = 1) -> None:
    for number in range(times):
        turn = store.take_turn(service, bytes([number]))
        assert isinstance(turn, Turn), turn
        store.end_turn(turn, Ended(fault, 1_000_000, 0.0))
        with store.db.write(durable=False) as connection:
            connection.execute("UPDATE services SET next_allowed_at = 0")


def figures(client: FlaskClient) -> dict[tuple[str, str], float]:
    """Return the samples that are about services, by name and service."""
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(s.name, s.labels["service"]): s.value for s in samples if "service" in s.labels}


def test_a_closed_service_is_told_and_is_no_reason(client: FlaskClient, store: JobStore, overpass: Service) -> None:
    before = client.get("/readyz")
    ask(store, overpass, "timeout", times=5)
    after = client.get("/readyz")
    assert after.status_code == before.status_code
    (line,) = set(after.text.splitlines()) - set(before.text.splitlines())
    assert line.startswith("OpenStreetMap's Overpass server is left alone for another ")
    assert line.endswith(", after 5 faults in a row. The last time it did not answer in time.")


def test_a_fault_of_another_version_is_told_too(client: FlaskClient, store: JobStore, overpass: Service) -> None:
    ask(store, overpass, "invented-later", times=5)
    assert "The last time it gave no proper answer." in client.get("/readyz").text


def test_a_spent_budget_is_told(client: FlaskClient, store: JobStore, overpass: Service) -> None:
    ask(store, overpass, times=10)
    assert "is not asked again before tomorrow (UTC): the budget of this day is spent." in client.get("/readyz").text


def test_a_long_rest_is_told_and_a_short_one_is_not(client: FlaskClient, store: JobStore, overpass: Service) -> None:
    turn = store.take_turn(overpass, b"a question")
    assert isinstance(turn, Turn)
    store.end_turn(turn, Ended("too-many", 0, 3_600.0, rests=True))
    assert "OpenStreetMap's Overpass server asked to be left alone for another " in client.get("/readyz").text
    with store.db.write(durable=False) as connection:
        connection.execute("UPDATE services SET next_allowed_at = next_allowed_at - 3550")
    assert "Overpass" not in client.get("/readyz").text


def test_nothing_is_told_where_all_is_well(client: FlaskClient, store: JobStore, overpass: Service) -> None:
    ask(store, overpass, "timeout", times=4)
    assert "Overpass" not in client.get("/readyz").text


def test_nothing_is_told_of_services_that_are_off(config: Config, store: JobStore, overpass: Service) -> None:
    ask(store, overpass, "timeout", times=5)
    client = create_app(replace(config, live="off")).test_client()
    assert "Overpass" not in client.get("/readyz").text
    assert ("doorstep_service_closed", "overpass") not in figures(client)


def test_figures_tell_what_is_left_and_what_is_closed(client: FlaskClient, store: JobStore, overpass: Service) -> None:
    ask(store, overpass, "timeout", times=5)
    found = figures(client)
    assert found["doorstep_service_closed", "overpass"] == 1
    assert found["doorstep_service_requests_left", "overpass"] == 5
    assert found["doorstep_service_bytes_left", "overpass"] == 495_000_000
    assert found["doorstep_service_closed", "photon"] == 0


def test_figures_tell_requests_bytes_and_kept_answers(client: FlaskClient, config: Config) -> None:
    store = services_of(client.application).store
    with faulty_server() as server:
        for _ in range(3):
            Client(config, store).ask(server.service(name="told"), Query("/good"), read_good)
    found = figures(client)
    assert found["doorstep_service_request_seconds_count", "told"] == 1
    assert found["doorstep_service_bytes_total", "told"] == 14
    assert found["doorstep_service_kept_answers_total", "told"] == 2
