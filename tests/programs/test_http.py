"""HTTP as the site's own worker speaks it, where requests are whole: kept connections, bodies, answers without one."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from tests.support.front_site import LARGE_BYTES
from tests.support.raw_http import Line, ask, get
from tests.support.serving import Site, serve

CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("http"), "-c", "tests/support/front_site.py") as served:
        yield served


def test_a_connection_is_kept_for_the_next_request(site: Site) -> None:
    with Line(site) as line:
        for _ in range(3):
            line.send(get("/healthz"))
            answer = line.answer()
            assert (answer.status, answer.body, answer.headers["connection"]) == (200, b"ok\n", "keep-alive")


def test_a_client_that_wants_no_more_is_let_go(site: Site) -> None:
    with Line(site) as line:
        line.send(get("/healthz", "Connection: close"))
        assert line.answer().headers["connection"] == "close"
        assert line.rest() == b""


def test_an_old_client_is_answered_in_its_version(site: Site) -> None:
    with Line(site) as line:
        line.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert line.rest().startswith(b"HTTP/1.0 200 OK\r\n")


def test_requests_sent_at_once_are_answered_in_their_order(site: Site) -> None:
    with Line(site) as line:
        bodies = [f"request {number}" for number in range(20)]
        line.send(b"".join(get("/echo", f"Content-Length: {len(body)}") + body.encode() for body in bodies))
        assert [line.answer().body.decode() for _ in bodies] == bodies


def test_requests_sent_at_once_by_a_client_that_stops_sending_are_all_answered(site: Site) -> None:
    with Line(site) as line:
        line.send(get("/healthz") * 3)
        line.socket.shutdown(socket.SHUT_WR)
        assert line.rest().count(b"HTTP/1.1 200 OK") == 3


def test_a_request_in_pieces_is_put_together(site: Site) -> None:
    with Line(site) as line:
        for byte in get("/echo", "Content-Length: 5") + b"hello":
            line.send(bytes((byte,)))
        assert line.answer().body == b"hello"


def test_a_body_in_chunks_is_put_together(site: Site) -> None:
    with Line(site) as line:
        line.send(get("/echo", CHUNKED) + b"5\r\nhello\r\n6;what=ever\r\n")
        line.send(b" world\r\n0\r\nTrailer: x\r\n\r\n" + get("/healthz"))
        assert (line.answer().body, line.answer().body) == (b"hello world", b"ok\n")


def test_head_has_the_length_of_the_page_and_no_body(site: Site) -> None:
    with Line(site) as line:
        line.send(get("/healthz", method="HEAD") + get("/healthz"))
        assert line.answer("HEAD").headers["content-length"] == "3"
        assert line.answer().body == b"ok\n"


@pytest.mark.parametrize(("path", "status"), [("/none", 204), ("/same", 304)])
def test_an_answer_without_a_body_has_none(site: Site, path: str, status: int) -> None:
    with Line(site) as line:
        line.send(get(path) + get("/healthz"))
        assert (line.answer().status, line.answer().body) == (status, b"ok\n")


def test_a_client_that_asks_before_it_sends_is_told_to(site: Site) -> None:
    with Line(site) as line:
        line.send(get("/echo", "Content-Length: 5", "Expect: 100-continue"))
        assert line.answer().status == 100
        line.send(b"hello")
        assert line.answer().body == b"hello"


def test_a_client_that_asks_to_send_too_much_is_told_not_to(site: Site) -> None:
    assert ask(site, get("/echo", "Content-Length: 9999999", "Expect: 100-continue")).status == 413


def test_a_large_answer_arrives_whole(site: Site) -> None:
    assert ask(site, get("/large")).body == bytes(LARGE_BYTES)


def test_a_client_that_goes_in_the_middle_of_an_answer_harms_nobody(site: Site) -> None:
    for _ in range(20):
        with Line(site, receives=4096) as line:
            line.send(get("/large"))
            line.socket.recv(1)
    assert ask(site, get("/healthz")).status == 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (get("/echo", CHUNKED) + b"5\r\nhelloX\r\n0\r\n\r\n", 400),
        (get("/echo", CHUNKED) + b"-1\r\n", 400),
        (get("/echo", CHUNKED) + b"zz\r\n", 400),
        (get("/echo", CHUNKED) + b"5\nhello\n0\n\n", 400),
        (get("/echo", CHUNKED) + b"5" * 300, 400),
        (get("/echo", CHUNKED) + b"FFFFFFFF\r\n", 413),
        (get("/echo", CHUNKED) + b"0\r\n" + b"X: y\r\n" * 2000, 431),
        (get("/echo", CHUNKED, "Content-Length: 5"), 400),
        (get("/echo", "Transfer-Encoding: gzip"), 400),
        (get("/echo", "Transfer-Encoding: strange, chunked"), 501),
        (get("/echo", "Content-Length: 5", "Content-Length: 6"), 400),
        (get("/echo", "Content-Length: -1"), 400),
        (get("/echo", f"Content-Length: {'9' * 5000}"), 400),
        (get("/echo", "Content-Length: 2000000"), 413),
        (get("/" + "a" * 5000), 414),
        (b"GET /" + b"a" * 5000, 414),
        (get("/", *(f"X-{number}: y" for number in range(200))), 431),
        (get("/", "X: " + "y" * 9000), 431),
        (get("/", *(f"X-{number}: {'y' * 1000}" for number in range(60))), 431),
        (get("/", "Expect: miracles"), 417),
        (get("/", "Bad Name: x"), 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: site\n\n", 400),
        (b"GET / HTTP/3.7\r\nHost: site\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(site: Site, request_bytes: bytes, status: int) -> None:
    with Line(site) as line:
        line.send(request_bytes)
        answer = line.answer()
        assert (answer.status, answer.headers["connection"]) == (status, "close")
        assert answer.body.decode().endswith(".\n")
        line.rest()


@pytest.mark.parametrize("header", ["X-Forwarded-Proto: https", "X-Forwarded-Ssl: on", "SCRIPT_NAME: /else"])
def test_nobody_is_believed_what_only_a_proxy_may_say(site: Site, header: str) -> None:
    seen = json.loads(ask(site, get("/environ", header)).body)
    assert (seen["wsgi.url_scheme"], seen["SCRIPT_NAME"], seen["PATH_INFO"]) == ("http", "", "/environ")


@pytest.mark.parametrize(
    "host", ["a..b", "x" * 64 + ".com", "a" * 5000, "h\xf6st", "a b", "a/b", "a:b", "[::1", "", "a,b"]
)
def test_a_host_that_no_link_can_name_is_refused(site: Site, host: str) -> None:
    assert ask(site, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1")).status in (400, 431)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "xn--hst-sna.example.", "a_b.example"])
def test_a_host_that_a_link_can_name_is_taken(site: Site, host: str) -> None:
    assert ask(site, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).status == 200


def test_a_fault_of_the_application_is_an_answer_and_a_log_line_without_what_was_asked(site: Site) -> None:
    assert ask(site, get("/fault?address=Secret+Street+7")).status == 500
    log = site.log
    assert "A request failed with ValueError" in log
    assert "in answer" in log
    assert "Secret" not in log
