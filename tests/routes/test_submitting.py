"""Sending an address: as a form, through htmx, as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.pipeline.listing import MAX_DESTINATIONS
from app.queue.jobs import Status
from app.queue.store import JobStore
from tests.support.asking import ADDRESS, HTMX, JSON, soup, submit, visible_text
from tests.support.extracts import small_town


def test_it_answers_a_plain_form_with_a_redirect_to_the_job(client: FlaskClient, store: JobStore) -> None:
    response = client.post("/", data={"address": ADDRESS})
    assert response.status_code == 303
    job = store.get_job(response.location.removeprefix("/job/"))
    assert (job.address, job.status) == (ADDRESS, Status.QUEUED)


def test_it_answers_htmx_with_the_panel_and_pushes_its_address(client: FlaskClient) -> None:
    response = client.post("/", data={"address": ADDRESS}, headers=HTMX)
    assert response.status_code == 200
    panel = soup(response).select_one("#panel")
    assert panel is not None
    assert response.headers["HX-Push-Url"] in str(panel["hx-get"])
    assert "every 2s" in panel["hx-trigger"]
    assert "<html" not in response.text


def test_it_answers_a_program_with_the_job_and_where_to_ask(client: FlaskClient) -> None:
    response = client.post("/", json={"address": ADDRESS, "rent": 1200, "has_parking": True}, headers=JSON)
    assert response.status_code == 202
    assert response.json["status_url"].endswith(f"/job/{response.json['job_id']}")


def test_it_takes_a_form_from_a_program_too(client: FlaskClient) -> None:
    assert client.post("/", data={"address": ADDRESS}, headers=JSON).status_code == 202


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"address": ""}, "address", "Type an address first"),
        ({"address": "  , "}, "address", "Type an address first"),
        ({"address": "a" * 201}, "address", "shorten it to 200"),
        ({"address": "Bulevardi\x00 12"}, "address", "cannot be read"),
        ({"address": ADDRESS, "rent": "much"}, "rent", "must be a number"),
        ({"address": ADDRESS, "rent": "-5"}, "rent", "must be a number"),
        ({"address": ADDRESS, "budget": "0"}, "budget", "must be between"),
        ({"address": ADDRESS, "bedrooms": "2.5"}, "bedrooms", "whole number"),
        ({"address": ADDRESS, "bedrooms": "9" * 40}, "bedrooms", "whole number"),
        ({"address": ADDRESS, "has_parking": "maybe"}, "has_parking", "yes or no"),
        ({"address": ADDRESS, "profile": "pirate"}, "profile", "one of these profiles"),
        ({"address": ADDRESS, "destinations": ["a", "b", "c", "d"]}, "destinations", "at most 3"),
    ],
)
def test_it_refuses_bad_input_in_every_shape(
    client: FlaskClient, fields: dict[str, str], field: str, says: str
) -> None:
    page = client.post("/", data=fields)
    fragment = client.post("/", data=fields, headers=HTMX)
    problem = client.post("/", data=fields, headers=JSON)
    assert {page.status_code, fragment.status_code, problem.status_code} == {422}
    assert says in visible_text(page)
    assert says in visible_text(fragment)
    assert "<html" not in fragment.text
    assert problem.mimetype == "application/problem+json"
    assert (problem.json["field"], says in problem.json["detail"]) == (field, True)


def test_it_keeps_what_was_typed_when_it_refuses(client: FlaskClient) -> None:
    form = soup(client.post("/", data={"address": ADDRESS, "rent": "much", "wants_laundry": "yes"}))
    assert form.select_one("#address")["value"] == ADDRESS
    assert form.select_one("#rent")["value"] == "much"
    assert form.select_one("#rent")["aria-invalid"] == "true"
    assert form.select_one("details.options").has_attr("open")
    assert form.select_one("[name=wants_laundry]").has_attr("checked")


@pytest.mark.parametrize(
    "body", ["[]", "7", "{", '{"address": {"street": "x"}}', '{"adress": "x"}', '{"address": "x", "answers": []}']
)
def test_it_refuses_json_of_another_shape(client: FlaskClient, body: str) -> None:
    response = client.post("/", data=body, content_type="application/json", headers=JSON)
    assert (response.status_code, response.json["code"]) == (422, "invalid-listing")


def test_it_gives_a_double_click_the_same_job(client: FlaskClient) -> None:
    client.get("/")
    assert submit(client) == submit(client, f"  {ADDRESS.upper()} ")


def test_it_gives_another_visitor_another_job(client: FlaskClient) -> None:
    stranger = client.application.test_client()
    assert submit(client) != submit(stranger)


def test_it_leads_the_plan_s_form_to_the_job(client: FlaskClient) -> None:
    assert client.get("/?job_id=abc").location == "/job/abc"


def test_it_fills_the_form_from_a_link(client: FlaskClient) -> None:
    form = soup(client.get("/?address=Rue+Grimaldi+3&rent=900"))
    assert form.select_one("#address")["value"] == "Rue Grimaldi 3"
    assert form.select_one("#rent")["value"] == "900"


@pytest.fixture
def town(config: Config, tmp_path: Path) -> None:
    """Import a town with Main Street and Harbour Road."""
    town = small_town()
    town.street("Harbour Road", 200)
    import_region(RegionStore(config.regions_dir), "town", RegionInput(town.write(tmp_path / "town.osm.pbf")))


@pytest.mark.usefixtures("town")
def test_it_completes_the_address_and_the_destinations_alike(client: FlaskClient) -> None:
    address = client.get("/suggest?address=harbour", headers=JSON).json
    assert client.get("/suggest?destinations=harbour&address=main", headers=JSON).json == address
    assert [label.split(",")[0] for label in address] == ["Harbour Road"]


@pytest.mark.usefixtures("town")
def test_it_answers_a_field_with_the_options_of_its_list(client: FlaskClient) -> None:
    options = soup(client.get("/suggest?destinations=harbour&address=", headers=HTMX)).select("option")
    assert [option["value"].split(",")[0] for option in options] == ["Harbour Road"]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("query", ["", "address=", "destinations=&address=main", "destinations=ma&address=main"])
def test_it_completes_nothing_where_nothing_is_typed(client: FlaskClient, query: str) -> None:
    assert client.get(f"/suggest?{query}", headers=JSON).json == []


def test_each_place_in_the_form_completes_into_a_list_of_its_own(client: FlaskClient) -> None:
    form = soup(client.get("/"))
    fields = form.select("#address, [name=destinations]")
    assert len(fields) == 1 + MAX_DESTINATIONS
    for field in fields:
        assert field["hx-target"] == f"#{field['list']}"
        assert form.select_one(f"datalist#{field['list']}") is not None
    assert [field.get("hx-include") for field in fields] == [None, "#address", "#address", "#address"]


def test_it_lists_the_visitor_s_own_addresses_and_nobody_else_s(client: FlaskClient) -> None:
    submit(client)
    assert ADDRESS in visible_text(client.get("/"))
    assert ADDRESS not in visible_text(client.application.test_client().get("/"))
