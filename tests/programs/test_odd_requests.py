"""Requests that no browser sends: each is answered with its reason, never with 500, and the log is silent on them."""

from __future__ import annotations

import pytest

from tests.support.raw_http import Line, ask, get
from tests.support.serving import Site

#: What must not be found in the log.
SECRET = "Geheimgasse"
SUGGEST = f"/suggest?address=7+{SECRET}"
FORM = "Content-Type: application/x-www-form-urlencoded"

TARGETS = [
    f"{SUGGEST}\xe9",
    f"{SUGGEST}\x01",
    f"{SUGGEST}%",
    f"{SUGGEST}%zz%00",
    f"{SUGGEST}%ff%fe",
    f"{SUGGEST}[",
    f'{SUGGEST}{{}}|^`"<>\\',
    f"{SUGGEST}" + "a" * 5000,
    f"//{SECRET}@[::1/",
    f"http://[{SECRET}/",
    f"http://{SECRET}:port/",
    f"/{SECRET}%00/%2e%2e/etc",
    f"/s/{SECRET}",
    f"/job/{SECRET}/progress?seen={SECRET}",
    f"*{SECRET}",
    f"/where?wish={SECRET}&place={SECRET}%ff",
]
HOSTS = [
    "x" * 64 + ".example",
    "a..b",
    "a" * 5000,
    "\xff\xfe",
    "a b",
    f"{SECRET}..",
    "[",
    "a:99999999",
    ".",
    "a\x00b",
]
METHODS = ["GETT", "get", "G@T", "CONNECT", "TRACE", "PATCH", "PROPFIND", "A" * 40]
HEADERS = [
    "Cookie: doorstep=\xff\xfe\x80",
    "Cookie: " + "a=b;" * 1500,
    f"Accept: {SECRET}\xe9",
    "Accept-Language: \xe9;q=x",
    "Accept-Encoding: gzip;q=nan",
    "Authorization: Bearer \xff",
    "Authorization: Basic ====",
    "If-None-Match: \xff",
    "If-Modified-Since: never",
    "Range: bytes=-1-",
    "Content-Length: 1e3",
    "Transfer-Encoding: chunked, chunked",
    "Origin: http://[",
    "HX-Current-URL: http://[",
    f"X-Forwarded-For: {SECRET}",
    f"{SECRET}",
    f" {SECRET}: folded",
]
REQUESTS = [
    *(f"GET {target} HTTP/1.1\r\nHost: site\r\n\r\n".encode("latin-1") for target in TARGETS),
    *(f"GET {SUGGEST} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1") for host in HOSTS),
    *(f"{method} {SUGGEST} HTTP/1.1\r\nHost: site\r\n\r\n".encode() for method in METHODS),
    *(f"GET {SUGGEST} HTTP/1.1\r\nHost: site\r\n{header}\r\n\r\n".encode("latin-1") for header in HEADERS),
    f"GET {SUGGEST} HTTP/1.1 {SECRET}\r\nHost: site\r\n\r\n".encode(),
    f"GET {SUGGEST} HTTP/9.9\r\nHost: site\r\n\r\n".encode(),
    f"GET {SUGGEST}\r\n\r\n".encode(),
    get("/", FORM, "Transfer-Encoding: chunked", method="POST") + f"zz\r\naddress={SECRET}\r\n0\r\n\r\n".encode(),
    get("/", FORM, "Content-Length: 70000", method="POST") + f"address={SECRET}".ljust(70_000, "x").encode(),
    get("/", FORM, "Content-Length: 30", method="POST")
    + f"address=\xff\xfe{SECRET}".ljust(30, "\x00").encode("latin-1"),
]


@pytest.mark.parametrize("request_bytes", REQUESTS, ids=range(len(REQUESTS)))
def test_an_odd_request_is_answered_with_its_reason(site: Site, request_bytes: bytes) -> None:
    with Line(site) as line:
        line.send(request_bytes)
        answer = line.answer(request_bytes.split(b" ", 1)[0].decode())
    assert 200 <= answer.status < 500 or answer.status == 501


def test_the_log_says_nothing_of_what_was_asked(site: Site) -> None:
    before = len(site.log)
    for request_bytes in REQUESTS:
        ask(site, request_bytes, request_bytes.split(b" ", 1)[0].decode())
    assert SECRET not in site.log
    assert "Traceback" not in site.log[before:]


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_cannot_be_is_a_bad_request(site: Site, host: str) -> None:
    answer = ask(site, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1"))
    assert answer.status == 400
    assert answer.body.decode().strip()


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
def test_more_than_a_form_may_hold_is_too_much(site: Site, chunked: bool) -> None:
    body = b"address=" + b"x" * 70_000
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    assert ask(site, get("/", FORM, length, method="POST") + sent).status == 413
