"""Headers, cookies, and forms that other sites send."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.web.security import foreign
from tests.support.asking import ADDRESS, HTMX, JSON, submit, visible_text

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def every_path(app: Flask) -> list[str]:
    """Return a path for each route."""
    ids = dict.fromkeys(("job_id", "snapshot_id", "batch_id", "link"), "x")
    parts = {**ids, "filename": "doorstep.css", "name": "map", "person_id": 1, "run_id": "r"}
    adapter = app.url_map.bind("localhost")
    return [adapter.build(rule.endpoint, parts) for rule in app.url_map.iter_rules()]


@pytest.mark.parametrize("headers", [{}, HTMX, JSON])
def test_it_sets_the_headers_on_every_route(app: Flask, client: FlaskClient, headers: dict[str, str]) -> None:
    for path in [*every_path(app), "/nowhere"]:
        for method in ("GET", "POST"):
            response = client.open(path, method=method, headers=headers, buffered=True)
            if method == "GET" and path.startswith("/s/x/embed"):
                # The one page that other sites may frame: test_embedding.py.
                assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
                continue
            assert response.headers["Content-Security-Policy"] == POLICY, path
            assert response.headers["Cache-Control"], path
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "same-origin"
            assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "geolocation=()" in response.headers["Permissions-Policy"]


def test_it_keeps_fragments_out_of_caches(client: FlaskClient) -> None:
    response = client.get(f"/job/{submit(client)}/progress", headers=HTMX)
    assert response.headers["Cache-Control"] == "no-store"
    assert {"HX-Request", "Accept"} <= set(response.headers["Vary"].split(", "))


def test_it_lets_the_browser_keep_the_page_for_going_back(client: FlaskClient) -> None:
    assert "no-store" not in client.get(f"/job/{submit(client)}").headers["Cache-Control"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://localhost:8000"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_it_takes_forms_from_its_own_pages_only(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/", data={"address": ADDRESS}, headers=headers).status_code == status


def test_it_lets_other_sites_link_here(client: FlaskClient) -> None:
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_it_opens_no_database_before_the_first_request(config: Config) -> None:
    create_app(config)
    assert not config.database_path.exists()


def test_it_asks_for_https_where_it_was_asked_over_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" in client.get("/", base_url="https://localhost").headers
    assert "Strict-Transport-Security" not in client.get("/").headers


# --- what a proxy keeps back ------------------------------------------------------------------------


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as a process that has told nothing yet."""
    monkeypatch.setattr(foreign, "_told", set())


@pytest.mark.usefixtures("untold")
@pytest.mark.parametrize(
    ("origin", "header", "setting"),
    [
        ("http://doorstep.example", "Host", "X-Forwarded-Host"),
        ("https://doorstep.example:8443", "Host", "X-Forwarded-Host"),
        ("https://localhost", "X-Forwarded-Proto", "DOORSTEP_TRUSTED_PROXIES"),
    ],
)
def test_it_names_the_header_that_a_proxy_keeps_back(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, origin: str, header: str, setting: str
) -> None:
    for _ in range(3):
        response = client.post("/", data={"address": ADDRESS}, headers={"Origin": origin})
        assert response.status_code == 403
        assert f"does not pass on the header {header}: please tell whoever runs it" in visible_text(response)
    (line,) = [record.getMessage() for record in caplog.records]
    assert f"does not fit the header {header}" in line
    assert setting in line
    assert "example" not in line


@pytest.mark.usefixtures("untold")
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_it_blames_no_proxy_for_what_another_site_sent(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    response = client.post("/", data={"address": ADDRESS}, headers=headers)
    assert "came from another site" in visible_text(response)
    assert "proxy" not in visible_text(response)
    assert caplog.records == []
