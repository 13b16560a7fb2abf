"""Texts go out compressed, and caches, conditions and HEAD still hold."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.asking import HTMX, submit
from tests.support.queue_steps import Steps

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
STYLE = "/static/doorstep.css"


@pytest.fixture
def link(client: FlaskClient, steps: Steps) -> str:
    submit(client)
    return f"/s/{steps.finish()}"


def unpacked(response: TestResponse) -> bytes:
    assert response.headers["Content-Encoding"] == "gzip"
    assert int(response.headers["Content-Length"]) == len(response.data)
    return gzip.decompress(response.data)


@pytest.mark.parametrize("path", ["/", "/methods", "/schema/report.json", STYLE, "/static/vendor/htmx-4.0.1.min.js"])
def test_it_sends_the_same_bytes_in_fewer(client: FlaskClient, path: str) -> None:
    plain, packed = client.get(path, buffered=True), client.get(path, headers=GZIP, buffered=True)
    assert unpacked(packed) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Content-Encoding" not in plain.headers
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("ending", ["", ".json", ".csv", ".geojson"])
def test_a_report_in_every_shape_is_compressed_and_kept(client: FlaskClient, link: str, ending: str) -> None:
    response = client.get(f"{link}{ending}", headers=GZIP)
    if len(client.get(f"{link}{ending}").data) >= 1024:
        assert unpacked(response) == client.get(f"{link}{ending}").data
        assert response.headers["ETag"].startswith('W/"')
    again = client.get(f"{link}{ending}", headers=GZIP | {"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert {"Accept-Encoding", "Cookie"} <= set(again.headers["Vary"].split(", "))


def test_a_tag_from_before_compression_still_holds(client: FlaskClient, link: str) -> None:
    strong = client.get(link).headers["ETag"]
    assert not strong.startswith("W/")
    assert client.get(link, headers=GZIP | {"If-None-Match": strong}).status_code == 304


@pytest.mark.parametrize("path", ["/", STYLE])
def test_head_tells_what_get_would(client: FlaskClient, path: str) -> None:
    head = client.head(path, headers=GZIP, buffered=True)
    whole = client.get(path, headers=GZIP, buffered=True)
    assert head.data == b""
    assert head.headers["Content-Encoding"] == "gzip"
    for name in ("ETag", "Vary", "Content-Type"):
        assert head.headers.get(name) == whole.headers.get(name)
    assert head.headers.get("Content-Length") in (None, whole.headers["Content-Length"])


def test_a_poll_is_compressed_too(client: FlaskClient) -> None:
    job_id = submit(client)
    panel = client.get(f"/job/{job_id}/progress", headers=HTMX | GZIP)
    assert unpacked(panel).decode() == client.get(f"/job/{job_id}/progress", headers=HTMX).text


@pytest.mark.parametrize("encoding", ["", "identity", "gzip;q=0", "br"])
def test_who_takes_no_gzip_gets_none(client: FlaskClient, encoding: str) -> None:
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": encoding}).headers


@pytest.mark.parametrize("path", ["/healthz", "/suggest?address=a"])
def test_what_is_short_stays_as_it_is(client: FlaskClient, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers=GZIP).headers


def test_what_another_site_made_a_browser_ask_for_is_not_compressed(client: FlaskClient) -> None:
    """Or it could read from the length which reports are listed beside an address that it chose (BREACH)."""
    client.get("/")
    for site, encoding in (("cross-site", None), ("same-site", None), ("same-origin", "gzip"), ("none", "gzip")):
        response = client.get("/?address=x", headers=GZIP | {"Sec-Fetch-Site": site})
        assert response.headers.get("Content-Encoding") == encoding


def test_what_is_compressed_already_is_left_alone(client: FlaskClient) -> None:
    app = client.application

    @app.get("/packed")
    def packed() -> tuple[bytes, dict[str, str]]:
        return gzip.compress(b"x" * 5000), {"Content-Encoding": "gzip", "Content-Type": "text/plain"}

    @app.get("/picture")
    def picture() -> tuple[bytes, dict[str, str]]:
        return bytes(5000), {"Content-Type": "image/png"}

    assert gzip.decompress(client.get("/packed", headers=GZIP).data) == b"x" * 5000
    assert "Content-Encoding" not in client.get("/picture", headers=GZIP).headers
    assert "Vary" not in client.get("/picture", headers=GZIP).headers


def test_a_static_file_is_kept_for_a_year_under_the_hash_of_its_content(client: FlaskClient) -> None:
    response = client.get(STYLE, headers=GZIP)
    assert "max-age=31536000" in response.headers["Cache-Control"]
    assert "doorstep.css?v=" in client.get("/").text
