"""Behind nginx and Caddy, set up as deploy/ shows: names, https, cookies, clients' addresses, a path, slow senders."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup

from app import create_app
from app.config import Config
from tests.support.folders import ROOT
from tests.support.proxies import NAME, Proxy, caddy, nginx
from tests.support.serving import Site, free_port, serve

BROWSER = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
ADDRESS = "Street-that-no-log-may-hold 12"
#: Requests that more than empty the bucket of one client.
FLOOD = 300

Start = Callable[[Path, int], AbstractContextManager[Proxy]]


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site behind one proxy, in one process, so that one bucket counts what a client sends."""
    settings = {"DOORSTEP_TRUSTED_PROXIES": "1", "DOORSTEP_HOSTS": NAME, "WEB_CONCURRENCY": "1"}
    with serve(tmp_path_factory.mktemp("site"), "-c", "gunicorn_config.py", "app:create_app()", **settings) as site:
        yield site


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, upstream: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    start: Start = request.param
    with start(tmp_path_factory.mktemp("proxy"), int(upstream.url.rpartition(":")[2])) as running:
        yield running


@pytest.fixture(scope="module")
def below_a_path(upstream: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with nginx(tmp_path_factory.mktemp("proxy"), int(upstream.url.rpartition(":")[2])) as running:
        yield running


def test_a_browser_s_form_is_taken(proxy: Proxy) -> None:
    headers = BROWSER | {"Origin": proxy.url}
    answer = proxy.session().post(proxy.url, data={"address": ADDRESS}, headers=headers, allow_redirects=False)
    assert answer.status_code == 303
    assert proxy.session().get(proxy.url + answer.headers["Location"], headers=BROWSER).status_code == 200


def test_a_form_of_another_site_is_not(proxy: Proxy) -> None:
    headers = BROWSER | {"Origin": "https://elsewhere.example"}
    assert proxy.session().post(proxy.url, data={"address": ADDRESS}, headers=headers).status_code == 403


def test_links_for_programs_have_the_name_that_was_asked(proxy: Proxy) -> None:
    made = proxy.session().post(proxy.url, data={"address": ADDRESS}, headers=JSON).json()
    assert made["status_url"] == f"{proxy.url}/job/{made['job_id']}"


def test_the_cookie_is_sent_over_https_only(proxy: Proxy, upstream: Site) -> None:
    session = proxy.session()
    answer = session.post(proxy.url, data={"address": ADDRESS}, headers=JSON)
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    plain = requests.post(upstream.url, data={"address": ADDRESS}, headers=JSON | {"Host": NAME}, timeout=10)
    assert "Secure" not in plain.headers["Set-Cookie"]


def test_http_leads_to_https(proxy: Proxy) -> None:
    answer = proxy.session().get(f"http://{NAME}:{proxy.http_port}/methods", allow_redirects=False)
    assert answer.status_code in (301, 308)
    assert answer.headers["Location"].startswith(f"https://{NAME}")


def test_each_client_is_counted_by_its_own_address(proxy: Proxy) -> None:
    flood = proxy.session(f"127.0.0.{int(time.time() * 10) % 200 + 20}")
    answers = (flood.post(proxy.url, data={"address": ""}, headers=JSON) for _ in range(FLOOD))
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["Retry-After"]) >= 1
    claimed = flood.post(proxy.url, data={"address": ""}, headers=JSON | {"X-Forwarded-For": "203.0.113.9"})
    assert claimed.status_code == 429, "a client may not say itself who it is"
    other = proxy.session("127.0.0.9").post(proxy.url, data={"address": ""}, headers=JSON)
    assert other.status_code == 422


def test_a_client_cannot_name_the_site(proxy: Proxy) -> None:
    claims = JSON | {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    made = proxy.session().post(proxy.url, data={"address": ADDRESS}, headers=claims).json()
    assert made["status_url"].startswith(f"{proxy.url}/job/")


def test_no_log_of_the_proxy_holds_an_address(proxy: Proxy) -> None:
    proxy.session().get(f"{proxy.url}/suggest", params={"address": ADDRESS}, headers=JSON)
    proxy.session().get(f"{proxy.url}/nowhere", params={"address": ADDRESS})
    logs = list(proxy.folder.glob("*.log"))
    assert logs
    assert not any("no-log-may-hold" in log.read_text() for log in logs)


@pytest.mark.parametrize("start", [nginx, caddy])
def test_no_log_of_the_proxy_holds_an_address_while_the_site_is_down(start: Start, tmp_path: Path) -> None:
    with start(tmp_path, free_port()) as proxy:
        answer = proxy.session().get(f"{proxy.url}/suggest", params={"address": ADDRESS})
        assert answer.status_code == 502
    logs = list(tmp_path.glob("*.log"))
    assert logs
    assert not any("no-log-may-hold" in log.read_text() for log in logs)


def test_slow_senders_hold_nobody_up(below_a_path: Proxy, upstream: Site) -> None:
    with ExitStack() as stack:
        for _ in range(60):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", below_a_path.http_port)))
            slow.sendall(f"POST / HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\naddress=".encode())
        began = time.monotonic()
        assert below_a_path.session().get(f"{below_a_path.url}/healthz", timeout=5).status_code == 200
        assert requests.get(f"{upstream.url}/healthz", timeout=5).status_code == 200
        assert time.monotonic() - began < 5


def test_below_a_path_every_link_begins_with_it(below_a_path: Proxy) -> None:
    session = below_a_path.session()
    page = session.get(f"{below_a_path.url}/doorstep", headers=BROWSER)
    assert page.url == f"{below_a_path.url}/doorstep/"
    links = [
        str(element[name])
        for element in BeautifulSoup(page.text, "html.parser").find_all(True)
        for name in ("href", "src", "action", "hx-get", "hx-post")
        if element.has_attr(name)
    ]
    inside = [link for link in links if link.startswith("/")]
    assert inside
    assert [link for link in inside if not link.startswith("/doorstep/")] == []


def test_below_a_path_an_address_is_taken_and_its_link_works(below_a_path: Proxy) -> None:
    session, url = below_a_path.session(), f"{below_a_path.url}/doorstep/"
    made = session.post(url, data={"address": ADDRESS}, headers=JSON)
    assert made.json()["status_url"].startswith(f"{url}job/")
    assert session.get(made.json()["status_url"], headers=JSON).json()["job_id"] == made.json()["job_id"]


def test_the_examples_say_how_many_proxies_stand_in_front() -> None:
    for name in ("nginx.conf", "Caddyfile"):
        assert "DOORSTEP_TRUSTED_PROXIES=1" in (ROOT / "deploy" / name).read_text()


def test_of_several_proxies_the_first_is_believed(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path, trusted_proxies=2)).test_client()
    headers = JSON | {"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "homes.example, inside", "Host": "inner"}
    made = client.post("/", data={"address": ADDRESS}, headers=headers | {"X-Forwarded-For": "203.0.113.9, 10.0.0.1"})
    assert made.get_json()["status_url"].startswith("https://homes.example/job/")
    alone = client.post("/", data={"address": ADDRESS}, headers=headers | {"X-Forwarded-Host": "homes.example"})
    assert alone.get_json()["status_url"].startswith("https://inner/job/")
