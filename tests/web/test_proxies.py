"""What proxies say: believed from as many as are trusted, and only where it can be true."""

from __future__ import annotations

import pytest
from flask import Flask

from app import create_app
from app.config import Config
from tests.support.asking import ADDRESS, JSON

SAID = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "homes.example"}


@pytest.fixture
def behind(config: Config) -> Flask:
    """The site behind one proxy."""
    return create_app(Config(config.data_dir, config.secret_key, trusted_proxies=1))


def status_url(app: Flask, **headers: str) -> str:
    """Return the link that a program is given."""
    created = app.test_client().post("/", json={"address": ADDRESS}, headers=JSON | headers)
    return str(created.json["status_url"])


def test_a_trusted_proxy_is_believed(behind: Flask) -> None:
    assert status_url(behind, **SAID).startswith("https://homes.example/job/")


def test_without_one_nobody_is(app: Flask) -> None:
    assert status_url(app, **SAID).startswith("http://localhost/job/")


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example", "a b", "evil.example/path", "\xff"])
def test_a_host_that_cannot_be_is_refused(behind: Flask, host: str) -> None:
    answer = behind.test_client().get("/", headers={"X-Forwarded-Host": host})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert host not in answer.text


def test_a_scheme_that_is_none_of_the_web_is_left_out(behind: Flask) -> None:
    assert status_url(behind, **{"X-Forwarded-Proto": "javascript"}).startswith("http://localhost/job/")
