"""Sending an address: as a form, through htmx, as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.pipeline.listing import MAX_DESTINATIONS
from app.places import Location
from app.queue.jobs import Status
from app.queue.store import JobStore
from app.web.services import services_of
from tests.support.asking import ADDRESS, HTMX, JSON, soup, submit, visible_text
from tests.support.dialects import on_both
from tests.support.extracts import small_town

pytestmark = on_both


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


WRONG = {"address": ADDRESS, "rent": "much", "bedrooms": "two", "must_haves": "pool", "profile": "pirate"}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_it_names_every_wrong_field_at_once_and_leads_to_each(client: FlaskClient, headers: dict[str, str]) -> None:
    form = soup(client.post("/", data=WRONG, headers=headers))
    links = form.select("#problems a")
    assert [link["href"] for link in links] == ["#rent", "#bedrooms", "#must-1", "#profile"]
    for link in links:
        field = form.select_one(link["href"])
        assert field["aria-invalid"] == "true"
        assert form.select_one(f"#{field['aria-describedby'].split()[0]}").text == link.text
    assert [field["id"] for field in form.select("[autofocus]")] == ["rent"]


def test_it_tells_programs_every_wrong_field_too(client: FlaskClient) -> None:
    problem = client.post("/", data=WRONG, headers=JSON).json
    assert list(problem["errors"]) == ["rent", "bedrooms", "must_haves", "profile"]
    assert (problem["field"], problem["detail"]) == ("rent", problem["errors"]["rent"])


def test_it_can_be_sent_before_and_after_the_options(client: FlaskClient) -> None:
    buttons = soup(client.get("/")).select("form.ask button[type=submit]")
    assert [button.text for button in buttons] == ["Evaluate", "Get the report"]
    assert buttons[1].find_parent("details", class_="options") is not None


def test_the_focus_goes_to_what_a_person_s_own_step_brought(client: FlaskClient) -> None:
    panel = soup(client.post("/", data={"address": ADDRESS}, headers=HTMX))
    assert panel.select_one("[autofocus]")["id"] == "panel-status"
    polled = soup(client.get(panel.select_one("#panel")["hx-get"].partition("?")[0], headers=HTMX))
    assert polled.select_one("#panel-status")
    assert not polled.select("[autofocus]")


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
def test_it_offers_addresses_that_are_found_and_regions_that_lead_somewhere(client: FlaskClient) -> None:
    front = soup(client.get("/"))
    (example,) = front.select(".examples a")
    assert isinstance(services_of(client.application).source.locate(example.text), Location)
    assert soup(client.get(example["href"])).select_one("#address")["value"] == example.text
    (region,) = front.select(".chips a")
    page, _, anchor = region["href"].partition("#")
    assert soup(client.get(page)).select_one(f"[id='{anchor}']") is not None


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


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"address": 5}, "address"),
        ({"address": True}, "address"),
        ({"address": ADDRESS, "profile": {}}, "profile"),
        ({"address": ADDRESS, "profile": 1}, "profile"),
        ({"address": ADDRESS, "destinations": [None]}, "destinations"),
        ({"address": ADDRESS, "destinations": [5]}, "destinations"),
        ({"address": ADDRESS, "destinations": [""] * 4}, "destinations"),
        ({"address": ADDRESS, "must_haves": [["steps"]]}, "must_haves"),
    ],
)
def test_it_refuses_json_of_another_type(client: FlaskClient, body: dict[str, object], field: str) -> None:
    refused = client.post("/", json=body, headers=JSON)
    assert (refused.status_code, refused.json["field"]) == (422, field)


def test_nothing_said_of_the_profile_is_the_usual_one(client: FlaskClient) -> None:
    answers = {
        client.post("/", json={"address": ADDRESS, **more}, headers=JSON).json["job_id"]
        for more in ({}, {"profile": None}, {"profile": ""}, {"profile": "balanced"})
    }
    assert len(answers) == 1


def test_programs_begin_at_the_front_page(client: FlaskClient) -> None:
    entry = client.get("/", headers=JSON)
    assert "Set-Cookie" in entry.headers
    assert entry.json["evaluate_url"] == "http://localhost/"
    for name in ("reports_url", "regions_url", "suggest_url", "openapi_url"):
        assert client.get(entry.json[name], headers=JSON).is_json
