"""Every request has an id, that the answer and the log carry."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from tests.support.asking import HTMX, JSON, submit, visible_text

OURS = re.compile(r"[0-9a-f]{8}-[0-9a-f]+")


def behind_proxy(tmp_path: Path) -> FlaskClient:
    return create_app(Config(data_dir=tmp_path, trusted_proxies=1)).test_client()


def test_every_answer_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = [client.get(path).headers["X-Request-ID"] for path in ("/", "/nothing", "/healthz", "/methods")]
    assert all(map(OURS.fullmatch, ids))
    assert len(set(ids)) == 4


def test_polls_have_one_too(client: FlaskClient) -> None:
    job_id = submit(client)
    assert OURS.fullmatch(client.get(f"/job/{job_id}/progress", headers=HTMX).headers["X-Request-ID"])


def test_a_stranger_s_id_is_not_taken_over(client: FlaskClient) -> None:
    assert OURS.fullmatch(client.get("/", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"])


def test_a_trusted_proxy_s_id_is_taken_over(tmp_path: Path) -> None:
    response = behind_proxy(tmp_path).get("/", headers={"X-Request-ID": "7c1f-ab_9.0"})
    assert response.headers.getlist("X-Request-ID") == ["7c1f-ab_9.0"]


@pytest.mark.parametrize("odd", ["", "12 Bulevardi", "x" * 65, "a,b", "é"])
def test_an_odd_id_is_not_taken_over(tmp_path: Path, odd: str) -> None:
    response = behind_proxy(tmp_path).get("/", headers={"X-Request-ID": odd})
    assert OURS.fullmatch(response.headers["X-Request-ID"])


def test_a_problem_names_its_request(client: FlaskClient) -> None:
    response = client.get("/job/nothing", headers=JSON)
    assert response.json["request_id"] == response.headers["X-Request-ID"]


def test_the_page_of_a_defect_names_error_and_request(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/broken/<address>")
    def broken(address: str) -> None:
        raise ValueError(address)

    response = app.test_client().get("/broken/12 Bulevardi")
    text = visible_text(response)
    (line,) = caplog.records
    found = re.search(r"name this: ([0-9a-f]{8}) (\S+)", text)
    assert found
    assert line.getMessage() == f"error id {found[1]}: GET /broken/<address>"
    assert found[2] == response.headers["X-Request-ID"]


def test_a_page_that_is_not_there_names_nothing(client: FlaskClient) -> None:
    assert "If you ask for help" not in visible_text(client.get("/nothing"))


def test_it_logs_requests_by_their_route(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "app.web.measuring")
    client = create_app(Config(data_dir=tmp_path, log_requests=1)).test_client()
    client.get("/job/12-Bulevardi?address=12+Bulevardi")
    (line,) = caplog.records
    assert re.fullmatch(r"GET /job/<job_id> 404 in \d+\.\d ms", line.getMessage())


def test_a_refusal_by_http_itself_is_counted_and_answered(app: Flask) -> None:
    app.add_url_rule("/teapot", view_func=lambda: abort(418))
    assert app.test_client().get("/teapot").headers["X-Request-ID"]
