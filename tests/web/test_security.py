"""Headers, cookies, and forms that other sites send."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.errors import ConfigError
from app.web import security
from tests.support.asking import ADDRESS, HTMX, JSON, submit
from tests.support.queue_steps import Steps

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def every_path(app: Flask) -> list[str]:
    """Return a path for each route."""
    ids = dict.fromkeys(("job_id", "snapshot_id", "batch_id", "link"), "x")
    parts = {**ids, "filename": "doorstep.css", "name": "map", "person_id": 1}
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


def test_it_gives_a_signed_cookie_that_scripts_cannot_read(client: FlaskClient) -> None:
    cookie = client.get("/").headers["Set-Cookie"]
    assert cookie.startswith("doorstep=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_it_keeps_the_cookie_on_https(client: FlaskClient) -> None:
    response = client.get("/", base_url="https://localhost")
    assert "Secure" in response.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in response.headers


def test_it_gives_no_cookie_to_those_who_only_read(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    link = f"/s/{steps.finish()}"
    assert "Set-Cookie" not in client.application.test_client().get(link).headers


def test_it_believes_no_proxy_unless_told(tmp_path: Path) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "doorstep.example"}
    alone = create_app(Config(data_dir=tmp_path)).test_client()
    behind = create_app(Config(data_dir=tmp_path, trusted_proxies=1)).test_client()
    assert "Secure" not in alone.get("/", headers=headers).headers["Set-Cookie"]
    assert "Secure" in behind.get("/", headers=headers).headers["Set-Cookie"]


def test_it_makes_the_cookie_key_once_for_all_processes(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: security.kept_key(tmp_path / "var"), range(40)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600


def test_it_refuses_a_cookie_key_that_is_cut_short(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(ConfigError, match="holds no usable key"):
        security.kept_key(tmp_path)


def test_it_refuses_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(ConfigError, match="DOORSTEP_DATA_DIR"):
        security.kept_key(tmp_path / "var")


def test_it_opens_no_database_before_the_first_request(config: Config) -> None:
    create_app(config)
    assert not config.database_path.exists()


def test_a_client_may_go_on_once_its_bucket_fills_again() -> None:
    now = 100.0
    limiter = security.RateLimiter(2, 0.5, clock=lambda: now)
    assert [limiter.take("a") for _ in range(3)] == [0.0, 0.0, 2.0]
    assert limiter.take("b") == 0.0
    now += 2.0
    assert limiter.take("a") == 0.0
    assert limiter.take("a") > 0.0


def test_several_tokens_are_taken_all_or_none() -> None:
    limiter = security.RateLimiter(10, 2.0, clock=lambda: 100.0)
    assert limiter.take("a", 8) == 0.0
    assert limiter.take("a", 4) == 1.0
    assert limiter.take("a", 2) == 0.0


def test_a_bucket_never_holds_more_than_a_burst() -> None:
    now = 100.0
    limiter = security.RateLimiter(2, 0.5, clock=lambda: now)
    limiter.take("a")
    now += 1_000.0
    assert [limiter.take("a") > 0 for _ in range(3)] == [False, False, True]


def test_the_rate_limiter_forgets_the_client_seen_longest_ago() -> None:
    limiter = security.RateLimiter(1, 1.0, clock=lambda: 100.0)
    for number in range(security.MOST_CLIENTS):
        limiter.take(f"client-{number}")
    assert limiter.take("client-0") > 0.0
    limiter.take("one more")
    assert limiter.take("client-0") > 0.0
    assert limiter.take("client-1") == 0.0


def test_it_tells_how_long_a_partly_filled_bucket_takes() -> None:
    now = 100.0
    limiter = security.RateLimiter(1, 0.5, clock=lambda: now)
    limiter.take("a")
    now += 1.0
    assert limiter.take("a") == 1.0


def test_a_flood_from_one_address_holds_up_nobody_else(app: Flask, client: FlaskClient) -> None:
    app.extensions[security.RATE_LIMITER] = security.RateLimiter(1, 0.5)
    senders = ["192.0.2.1", "192.0.2.1", "192.0.2.2"]
    statuses = [
        client.post("/job/x/cancel", environ_overrides={"REMOTE_ADDR": sender}).status_code for sender in senders
    ]
    assert statuses == [404, 429, 404]


def test_the_cookie_outlives_the_browser_by_a_year(client: FlaskClient) -> None:
    client.get("/")
    cookie = client.get_cookie("doorstep")
    assert cookie
    assert cookie.expires
    assert (cookie.expires - datetime.now(UTC)).days in (364, 365)


def test_it_gives_the_cookie_only_once(client: FlaskClient) -> None:
    assert "Set-Cookie" in client.get("/").headers
    assert "Set-Cookie" not in client.get("/").headers
