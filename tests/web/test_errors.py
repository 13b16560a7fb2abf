"""Every refusal has a page, a fragment and a problem document that says what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from tests.support.asking import ADDRESS, HTMX, JSON, soup, submit, visible_text

SHAPES = ({}, HTMX, JSON)


@pytest.fixture
def broken_client(tmp_path: Path) -> FlaskClient:
    """Serve an application whose database file is no database."""
    (tmp_path / "doorstep.sqlite").write_bytes(b"This is not a database. " * 400)
    return create_app(Config(data_dir=tmp_path)).test_client()


def assert_it_says(client: FlaskClient, path: str, status: int, says: str, **request: object) -> None:
    """Check the page, the fragment and the problem document of one refusal."""
    method = str(request.pop("method", "GET"))
    answers = [client.open(path, method=method, headers=shape, **request) for shape in SHAPES]  # type: ignore[arg-type]
    page, fragment, problem = answers
    assert [answer.status_code for answer in answers] == [status] * 3
    assert says in visible_text(page)
    assert says in visible_text(fragment)
    assert "<html" in page.text
    assert "<html" not in fragment.text
    assert problem.mimetype == "application/problem+json"
    assert (problem.json["status"], says in problem.json["detail"]) == (status, True)


def test_it_tells_of_a_page_that_is_not_there(client: FlaskClient) -> None:
    assert_it_says(client, "/nowhere", 404, "There is no page at this address.")


def test_it_tells_of_a_method_that_is_not_there(client: FlaskClient) -> None:
    assert_it_says(client, "/regions", 405, "Go to the front page", method="DELETE")
    assert "GET" in client.delete("/regions").headers["Allow"]


def test_it_tells_of_a_body_that_is_too_large(client: FlaskClient) -> None:
    assert_it_says(client, "/", 413, "too much text", method="POST", data={"address": "a" * 100_000})


def test_it_tells_of_a_flood(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path, client_changes_per_minute=2)).test_client()
    for _ in range(2):
        client.post("/job/x/cancel")
    assert_it_says(client, "/job/x/cancel", 429, "wait 30 s", method="POST")
    assert client.post("/", data={"address": ADDRESS}).headers["Retry-After"] == "30"


def test_it_lets_a_burst_through(client: FlaskClient) -> None:
    assert {client.post("/", data={"address": ""}).status_code for _ in range(50)} == {422}


def test_it_tells_of_too_many_live_evaluations(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path, max_live_jobs_per_owner=1)).test_client()
    submit(client)
    response = client.post("/", data={"address": "Another 1"})
    assert response.status_code == 429
    assert "1 evaluations under way" in visible_text(response) or "under way" in visible_text(response)
    assert soup(response).select_one("#address")["value"] == "Another 1"
    assert int(response.headers["Retry-After"]) > 0


def test_it_tells_of_a_full_queue_and_keeps_the_address(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path, max_live_jobs=1)).test_client()
    submit(client)
    response = client.post("/", data={"address": "Another 1"}, headers=HTMX)
    assert response.status_code == 503
    assert "1 evaluations are ahead" in visible_text(response)
    assert soup(response).select_one("#address")["value"] == "Another 1"


@pytest.mark.parametrize("path", ["/job/x", "/job/x/progress", "/s/x"])
def test_it_tells_of_a_database_out_of_reach(broken_client: FlaskClient, path: str) -> None:
    assert_it_says(broken_client, path, 503, "damaged or not a Doorstep database")


def test_it_keeps_the_form_when_the_database_is_out_of_reach(broken_client: FlaskClient) -> None:
    response = broken_client.post("/", data={"address": ADDRESS})
    assert response.status_code == 503
    assert soup(response).select_one("#address")["value"] == ADDRESS


def test_it_tells_of_a_defect_without_its_inside(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.add_url_rule("/defect", view_func=lambda: 1 / 0)
    client = app.test_client()
    assert_it_says(client, "/defect", 500, "Something went wrong on our side")
    problem = client.get("/defect", headers=JSON)
    assert "division" not in problem.text
    assert f"error id {problem.json['error_id']}" in caplog.text
