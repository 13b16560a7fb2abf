"""The site below a path, as a proxy shows it: every link leads back below that path, and so does every cookie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.config import Config
from tests.conftest import TOKEN
from tests.support.asking import ADDRESS, HTMX, JSON, soup, submit
from tests.support.queue_steps import Steps

PREFIX = "/tools/doorstep"
ATTRIBUTES = (
    "href",
    "src",
    "srcset",
    "action",
    "formaction",
    "poster",
    "hx-get",
    "hx-post",
    "hx-delete",
    "hx-push-url",
)


@pytest.fixture
def config(config: Config) -> Config:
    return Config(config.data_dir, config.secret_key, config.operator_token, trusted_proxies=1)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PREFIX"] = PREFIX
    return client


def links(response: TestResponse) -> Iterator[str]:
    """Give every link of a page that leads somewhere on this host."""
    for tag in soup(response).find_all(True):
        for name in ATTRIBUTES:
            link = str(tag.get(name, ""))
            if link.startswith(("/", "http://localhost")):
                yield link.removeprefix("http://localhost")


def assert_all_below(response: TestResponse) -> None:
    assert response.status_code == 200, response.text
    found = list(links(response))
    assert found
    assert [link for link in found if not f"{link}/".startswith(f"{PREFIX}/")] == []


@pytest.mark.parametrize(
    "path",
    ["/", "/methods", "/regions", "/api", "/batch", "/shortlist", "/where", "/reports", "/queue"],
)
def test_every_link_of_a_page_leads_below_the_prefix(client: FlaskClient, path: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"} if path == "/queue" else {}
    assert_all_below(client.get(path, headers=headers))


def test_a_page_that_is_not_there_leads_back_below_it_too(client: FlaskClient) -> None:
    assert set(links(client.get("/nowhere"))) >= {f"{PREFIX}/"}


def test_a_job_and_its_report_lead_below_it(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    assert_all_below(client.get(f"/job/{job_id}"))
    assert_all_below(client.get(f"/job/{job_id}/progress", headers=HTMX))
    snapshot_id = steps.finish()
    assert_all_below(client.get(f"/job/{job_id}/progress", headers=HTMX))
    opened = client.get(f"/job/{job_id}/open", headers=HTMX)
    assert opened.headers["HX-Redirect"] == f"{PREFIX}/s/{snapshot_id}"
    assert_all_below(client.get(f"/s/{snapshot_id}"))


def test_where_a_form_leads_is_below_it(client: FlaskClient) -> None:
    assert client.post("/", data={"address": ADDRESS}).location.startswith(f"{PREFIX}/job/")
    pushed = client.post("/", data={"address": "20 Bulevardi, Helsinki"}, headers=HTMX)
    assert pushed.headers["HX-Push-Url"].startswith(f"{PREFIX}/job/")
    assert_all_below(pushed)


def test_what_programs_are_told_is_below_it(client: FlaskClient) -> None:
    created = client.post("/", json={"address": ADDRESS}, headers=JSON)
    assert created.json["status_url"].startswith(f"http://localhost{PREFIX}/job/")
    document = client.get("/api/openapi.json").json
    assert document["servers"][0]["url"] == f"http://localhost{PREFIX}"


def test_the_cookie_is_for_the_prefix_alone(client: FlaskClient) -> None:
    assert f"Path={PREFIX};" in client.post("/", data={"address": ADDRESS}).headers["Set-Cookie"] + ";"


@pytest.mark.parametrize("prefix", ["//evil.example", "/a//b", "evil", "/a?b", "/a b", "/"])
def test_a_prefix_that_is_no_path_is_left_out(app: Flask, prefix: str) -> None:
    page = app.test_client().get("/", headers={"X-Forwarded-Prefix": prefix})
    assert "evil" not in page.text
    assert soup(page).select_one("form")["action"] == "/"


def test_a_slash_at_its_end_changes_nothing(app: Flask) -> None:
    page = app.test_client().get("/", headers={"X-Forwarded-Prefix": f"{PREFIX}/"})
    assert_all_below(page)


def test_without_a_trusted_proxy_nobody_sets_a_prefix(config: Config) -> None:
    client = create_app(Config(config.data_dir, config.secret_key)).test_client()
    page = client.get("/", headers={"X-Forwarded-Prefix": PREFIX})
    assert PREFIX not in page.text
