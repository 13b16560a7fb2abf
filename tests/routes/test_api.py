"""The description of the JSON interface: it holds every route that answers JSON, says what is so, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import errors
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.queue.store import JobStore
from app.views.api import all_codes
from app.web.forms import FIELDS
from app.web.programs.bodies import ListingBody
from app.web.programs.describing import routes_of
from tests.conftest import TOKEN
from tests.support.asking import JSON, soup, submit, visible_text
from tests.support.extracts import small_town
from tests.support.queue_steps import Steps

#: Routes that describe nothing: files, pages and what only browsers follow.
OPERATOR = JSON | {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def document(client: FlaskClient) -> Any:
    return client.get("/api/openapi.json").json


def test_it_is_valid_openapi(document: Any) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1.")


def answers(client: FlaskClient, steps: Steps, rule: Any, method: str) -> str:
    """Return the kind of what a route answers programs, with real ids in its path."""
    submit(client, "1 Bulevardi")
    snapshot_id = steps.finish()
    job_id = submit(client, "2 Bulevardi")
    if rule.endpoint == "jobs.answer":
        steps.ask()
    if rule.endpoint == "jobs.retry":
        client.post(f"/job/{job_id}/cancel")
    parts = {"job_id": job_id, "snapshot_id": snapshot_id, "filename": "doorstep.css", "name": "map", "person_id": 1}
    parts["run_id"] = "r"
    if "batch_id" in rule.arguments:
        parts["batch_id"] = client.post("/batch", json={"listings": ["5 Bulevardi"]}, headers=JSON).json["batch_id"]
    if rule.endpoint.startswith("shortlist."):
        client.post("/shortlist/add", data={"s": snapshot_id})
        client.post("/shortlist/share", data={"sharing": "together"})
        shared = client.get("/shortlist", headers=JSON).json["together_url"]
        parts["link"] = shared.rpartition("/")[2]
    with client.application.test_request_context():
        path = url_for(rule.endpoint, **{name: parts[name] for name in rule.arguments})
    bodies = {
        "home.submit": {"address": "3 Bulevardi"},
        "jobs.answer": {"choice": 0},
        "resubmitting.destination": {"destinations": ["Kamppi"]},
        "batch.submit": {"listings": ["6 Bulevardi"]},
        "shortlist.add": {"s": [snapshot_id]},
        "shortlist.share": {"sharing": "together"},
        **{f"shortlist.{step}": {"mark": "yes"} for step in ("mark", "shared_mark")},
        **{f"shortlist.{step}": {"note": "Quiet"} for step in ("note", "shared_note")},
        **{f"shortlist.{step}": {"name": "Ann"} for step in ("name", "shared_name")},
        "shortlist.move": {"to": "up"},
    }
    if rule.endpoint == "where.page":
        path += "?wish=park-5"
    if rule.endpoint == "comparing.page":
        submit(client, "4 Bulevardi")
        path += f"?s={snapshot_id}&s={other_report(client, steps)}"
    headers = OPERATOR if rule.endpoint.startswith("operators.") else JSON
    response = client.open(path, method=method, headers=headers, json=bodies.get(rule.endpoint, {}), buffered=True)
    return "" if response.status_code == 204 else f"{response.status_code // 100}xx {response.mimetype}"


def other_report(client: FlaskClient, steps: Steps) -> str:
    """Finish what waits until there is one report more."""
    steps.finish()
    return steps.finish()


def test_every_route_that_answers_json_is_in_it_and_no_other(
    app: Flask, client: FlaskClient, steps: Steps, config: Config, tmp_path: Path
) -> None:
    import_region(
        RegionStore(config.regions_dir), "smallville", RegionInput(small_town().write(tmp_path / "town.osm.pbf"))
    )
    described = {(route.endpoint, route.method) for route in routes_of(app)}
    json_ones = set()
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            kind = answers(client, steps, rule, method)
            if (kind.startswith("2xx") and "json" in kind) or (not kind and method == "POST"):
                json_ones.add((rule.endpoint, method))
            for job in steps.store.list_jobs(None):
                if not job.status.ended:
                    steps.store.cancel_job(job.job_id, None)
    assert json_ones == described


def test_the_body_of_a_listing_has_the_fields_of_the_form() -> None:
    names = {field.name for field in msgspec.structs.fields(ListingBody)}
    assert names == {*FIELDS, "destinations", "must_haves"}


def validator(document: Any, path: str, method: str, status: int) -> Draft202012Validator:
    content = document["paths"][path][method]["responses"][str(status)]["content"]
    (kind,) = content.values()
    return Draft202012Validator({**kind["schema"], "components": document["components"]})


def test_answers_are_as_it_says(client: FlaskClient, steps: Steps, document: Any) -> None:
    job_id = submit(client)
    job = client.get(f"/job/{job_id}", headers=JSON).json
    validator(document, "/job/{job_id}", "get", 200).validate(job)
    snapshot_id = steps.finish()
    report = client.get(f"/s/{snapshot_id}.json").json
    validator(document, "/s/{snapshot_id}.json", "get", 200).validate(report)
    shapes = json.loads(client.get(f"/s/{snapshot_id}.geojson").data)
    validator(document, "/s/{snapshot_id}.geojson", "get", 200).validate(shapes)
    problem = client.get("/job/nothing", headers=JSON).json
    validator(document, "/job/{job_id}", "get", 404).validate(problem)


def test_the_schema_of_a_report_says_enough_to_be_wrong(client: FlaskClient, steps: Steps, document: Any) -> None:
    submit(client)
    report = client.get(f"/s/{steps.finish()}.json").json
    report["report"]["verdict"]["score"] = "78"
    assert not validator(document, "/s/{snapshot_id}.json", "get", 200).is_valid(report)


def test_it_names_the_site_that_was_asked(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json", base_url="https://homes.example").json
    assert document["servers"] == [{"url": "https://homes.example"}]


def test_every_code_is_told_once() -> None:
    codes = [code.code for code in all_codes()]
    assert len(codes) == len(set(codes))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert {kind.code for kind in kinds if not kind.for_operators} <= set(codes)
    assert all("{" not in code.sentence for code in all_codes())


def test_the_page_shows_operations_and_codes(client: FlaskClient) -> None:
    page = client.get("/api")
    text = visible_text(page)
    for route in routes_of(client.application):
        assert f"{route.method} {route.path}" in text
    rows = {row["id"] for row in soup(page).select("#problems tr[id]")}
    assert rows == {code.code for code in all_codes()}
    for link in soup(page).select("main a[href^='#']"):
        assert soup(page).find(id=link["href"][1:]), link


def test_every_page_leads_to_it(client: FlaskClient) -> None:
    assert soup(client.get("/")).select_one(".footer a[href='/api']")


def test_a_token_s_limits_and_prefix_are_in_no_answer(client: FlaskClient, store: JobStore) -> None:
    secret = store.create_token("agency", 2, 60)
    answer = client.get("/reports", headers=JSON | {"Authorization": f"Bearer {secret}"})
    assert secret[:15] not in answer.text
