"""The one cookie, and the key that signs it."""

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
from app.web.security import cookies
from app.web.security.cookies import cookie_name
from tests.support.asking import HTMX, submit, visible_text
from tests.support.queue_steps import Steps

HTTPS = "https://localhost"


@pytest.fixture
def name(app: Flask) -> str:
    return cookie_name(app.config["SECRET_KEY"])


def test_it_is_signed_and_kept_from_scripts(client: FlaskClient, name: str) -> None:
    cookie = client.get("/").headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/;" in cookie
    assert "Secure" not in cookie


def test_it_is_kept_on_https_and_on_this_host(client: FlaskClient, name: str) -> None:
    cookie = client.get("/", base_url=HTTPS).headers["Set-Cookie"]
    assert cookie.startswith(f"__Host-{name}=")
    assert "Secure" in cookie
    assert "Path=/;" in cookie
    assert "Domain" not in cookie


def test_its_path_is_the_site_s_below_a_prefix(client: FlaskClient, name: str) -> None:
    cookie = client.get("/", base_url="https://localhost/homes").headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert "Path=/homes;" in cookie
    assert "Secure" in cookie


def test_it_outlives_the_browser_by_a_year(client: FlaskClient, name: str) -> None:
    client.get("/")
    cookie = client.get_cookie(name)
    assert cookie
    assert cookie.expires
    assert (cookie.expires - datetime.now(UTC)).days in (364, 365)


def test_it_is_given_only_once(client: FlaskClient) -> None:
    assert "Set-Cookie" in client.get("/").headers
    assert "Set-Cookie" not in client.get("/").headers


def test_it_is_not_given_to_those_who_only_read(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    link = f"/s/{steps.finish()}"
    assert "Set-Cookie" not in client.application.test_client().get(link).headers


def test_two_sites_on_one_host_keep_their_own(tmp_path: Path) -> None:
    # Cookies know no ports: one browser shows both sites whatever either of them gave it.
    browser, other = (create_app(Config(data_dir=tmp_path / name)).test_client() for name in ("one", "two"))
    job = submit(browser)
    other.get("/")
    for cookie in other._cookies.values():  # what the browser would hold
        browser.set_cookie(cookie.key, cookie.value)
    assert "Cancel" in visible_text(browser.get(f"/job/{job}"))


# --- cookies of before ------------------------------------------------------------------------------


def with_old_cookie(app: Flask, value: str) -> FlaskClient:
    """Return a browser with the cookie of a version that called it by its old name."""
    client = app.test_client()
    client.set_cookie("doorstep", value)
    return client


def test_who_has_a_cookie_of_before_keeps_their_reports(client: FlaskClient, name: str) -> None:
    job = submit(client)
    browser = with_old_cookie(client.application, client.get_cookie(name).value)
    assert "Cancel" in visible_text(browser.get(f"/job/{job}/progress", headers=HTMX))  # a poll only reads
    answer = browser.get(f"/job/{job}")
    assert "Cancel" in visible_text(answer)
    given = answer.headers.getlist("Set-Cookie")
    assert any(line.startswith(f"{name}=") for line in given)
    assert any(line.startswith("doorstep=;") for line in given)
    assert browser.get_cookie("doorstep") is None
    assert "Cancel" in visible_text(browser.get(f"/job/{job}"))
    assert "Set-Cookie" not in browser.get(f"/job/{job}").headers


def test_a_cookie_from_before_https_is_kept_too(client: FlaskClient, name: str) -> None:
    job = submit(client)
    browser = client.application.test_client()
    browser.set_cookie(name, client.get_cookie(name).value)
    answer = browser.get(f"/job/{job}", base_url=HTTPS)
    assert "Cancel" in visible_text(answer)
    assert any(line.startswith(f"__Host-{name}=") for line in answer.headers.getlist("Set-Cookie"))


def test_another_site_s_cookie_of_before_is_left_alone(client: FlaskClient) -> None:
    browser = with_old_cookie(client.application, "eyJvd25lciI6ImFiYyJ9.made.up")
    assert not [line for line in browser.get("/").headers.getlist("Set-Cookie") if line.startswith("doorstep=")]


def test_what_caches_keep_for_everyone_moves_no_cookie(client: FlaskClient, name: str, steps: Steps) -> None:
    submit(client)
    browser = with_old_cookie(client.application, client.get_cookie(name).value)
    snapshot_id = steps.finish()
    for ending in ("badge.svg", "embed"):
        assert "Set-Cookie" not in browser.get(f"/s/{snapshot_id}/{ending}").headers


# --- the key ----------------------------------------------------------------------------------------


def test_it_believes_no_proxy_unless_told(tmp_path: Path) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "doorstep.example"}
    alone = create_app(Config(data_dir=tmp_path)).test_client()
    behind = create_app(Config(data_dir=tmp_path, trusted_proxies=1)).test_client()
    assert "Secure" not in alone.get("/", headers=headers).headers["Set-Cookie"]
    assert "Secure" in behind.get("/", headers=headers).headers["Set-Cookie"]


def test_it_makes_the_key_once_for_all_processes(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: cookies.kept_key(tmp_path / "var"), range(40)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600


def test_it_refuses_a_key_that_is_cut_short(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(ConfigError, match="holds no usable key"):
        cookies.kept_key(tmp_path)


def test_it_refuses_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(ConfigError, match="DOORSTEP_DATA_DIR"):
        cookies.kept_key(tmp_path / "var")
