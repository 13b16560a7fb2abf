"""By which names the site may be asked for, and of which names its links are made."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.errors import ConfigError
from app.front.hosts import is_host
from app.web.services import services_of
from tests.support.asking import ADDRESS, HTMX, JSON, submit, visible_text
from tests.support.queue_steps import Steps

Named = Callable[[str], FlaskClient]
FOREIGN = "evil.example"


@pytest.fixture
def named(tmp_path: Path) -> Named:
    """Give a function that opens a site which goes by some names."""
    return lambda hosts: create_app(Config(data_dir=tmp_path / "var", hosts=hosts)).test_client()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("doorstep.example", 200),
        ("DOORSTEP.example", 200),
        ("doorstep.example:8000", 200),
        ("other.example:8443", 200),
        ("other.example", 400),
        (FOREIGN, 400),
        ("doorstep.example.evil.example", 400),
        ("doorstep.example@evil.example", 400),
        ("doorstep.example:80:80", 400),
        ("127.0.0.1:8000", 400),
    ],
)
def test_only_its_names_are_answered(named: Named, host: str, status: int) -> None:
    client = named("doorstep.example, other.example:8443")
    response = client.get("/regions", headers={"Host": host})
    assert response.status_code == status
    if status == 400:
        assert "does not go by the name that the request asks for" in visible_text(response)
        assert FOREIGN not in response.text + str(response.headers)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_monitors_ask_by_any_name(named: Named, path: str) -> None:
    assert named("doorstep.example").get(path, headers={"Host": "10.0.0.7:8000"}).status_code in (200, 503)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/doorstep.css", "/job/x/progress", "/regions/"])
@pytest.mark.parametrize("headers", [{}, HTMX, JSON])
def test_nothing_else_is_answered_to_a_foreign_name(named: Named, path: str, headers: dict[str, str]) -> None:
    response = named("doorstep.example").get(path, headers={"Host": FOREIGN, **headers})
    assert response.status_code in (400, 404)
    assert FOREIGN not in response.text + str(response.headers)


def test_a_poll_under_a_foreign_name_is_refused(named: Named) -> None:
    client = named("localhost, doorstep.example")
    poll = f"/job/{submit(client)}/progress"
    assert client.get(poll, headers=HTMX).status_code == 200
    assert client.get(poll, headers=HTMX | {"Host": FOREIGN}).status_code == 400


@pytest.mark.parametrize(
    "host",
    [
        *(
            "h" * 5_000,
            "a..b",
            "a b",
            "user@host",
            "user:word@host",
            "host:99999",
            "host:0",
            "host:port",
            "-",
            ".",
            "ä",
        ),
        *(f"{'l' * 64}.example", "host/path", "<script>", "host?x", "host#x", "[::1", "::1", "host,host", "host\\x"),
    ],
)
def test_what_is_no_name_is_refused_everywhere(client: FlaskClient, host: str) -> None:
    for path in ("/", "/api/openapi.json", "/nowhere", "/regions/"):
        response = client.get(path, headers={"Host": host})
        assert response.status_code in (400, 404), path
        assert "<script>" not in response.text.partition("</head>")[2]
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost", "a", "192.0.2.1:80", "[::1]:8000", "under_score.example", "xn--e1afmkfd.example"]
)
def test_names_that_there_are_are_taken(client: FlaskClient, host: str) -> None:
    assert is_host(host)
    assert client.get("/regions", headers={"Host": host}).status_code == 200


def test_a_client_that_names_no_host_is_answered(named: Named) -> None:
    client = named("doorstep.example")
    answer = client.post("/", data={"address": ADDRESS}, headers=JSON, environ_overrides={"HTTP_HOST": ""})
    assert answer.json["status_url"].startswith("http://doorstep.example/job/")


# --- links ------------------------------------------------------------------------------------------


def pages_with_links(snapshot_id: str, job_id: str) -> list[tuple[str, dict[str, str]]]:
    """Return what is asked for whose answer holds whole links."""
    report = f"/s/{snapshot_id}"
    return [
        *((path, JSON) for path in ("/", f"/job/{job_id}", report, "/reports", "/shortlist", "/api/openapi.json")),
        *((path, {}) for path in (report, f"{report}.csv", f"{report}/embed", "/api", "/shortlist.csv")),
    ]


def test_links_are_made_of_the_names_that_are_set(named: Named) -> None:
    client = named("localhost, doorstep.example")
    job_id = submit(client)
    snapshot_id = Steps(services_of(client.application).store).finish()
    client.post("/shortlist/add", data={"s": snapshot_id})
    for path, headers in pages_with_links(snapshot_id, job_id):
        text = client.get(path, headers=headers | {"Host": "doorstep.example"}).text
        links = set(re.findall(r"https?://([a-z0-9.:]+)/(?:job|s|api|reports|shortlist)\b", text))
        assert links <= {"doorstep.example"}, path
        refused = client.get(path, headers=headers | {"Host": FOREIGN})
        assert refused.status_code == 400
        assert FOREIGN not in refused.text


def test_without_names_no_cache_that_others_share_keeps_a_link(client: FlaskClient, steps: Steps) -> None:
    """A foreign name in a link harms its sender alone, as long as nobody else is given the same answer."""
    job_id = submit(client)
    snapshot_id = steps.finish()
    client.post("/shortlist/add", data={"s": snapshot_id})
    for path, headers in pages_with_links(snapshot_id, job_id):
        response = client.get(path, headers=headers | {"Host": FOREIGN})
        kept = response.headers.get("Cache-Control", "")
        assert FOREIGN not in response.text or "private" in kept or "no-" in kept, (path, kept)


@pytest.mark.parametrize("setting", ["https://doorstep.example", "a b", "host:port", "*.example"])
def test_a_setting_that_holds_no_name_stops_the_start(tmp_path: Path, setting: str) -> None:
    with pytest.raises(ConfigError, match="DOORSTEP_HOSTS"):
        create_app(Config(data_dir=tmp_path, hosts=setting))
