"""Odd requests to the real server: what reaches it as bytes, with its log and its memory looked at afterwards."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
import requests

from app import create_app
from app.config import Config
from tests.programs.test_shared_limits import holders
from tests.support.hostile import Ids, Request, hand_picked
from tests.support.odd_values import TAG
from tests.support.programs import KNOWN, Shell
from tests.support.serving import Site

#: Every so many-th of the hand-picked requests is sent, and the bytes that a process may grow by meanwhile.
EVERY, MOST_BYTES = 41, 300_000_000
RAW = (
    b"GET / HTTP/1.1\r\nHost: " + b"h" * 5_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a..b\r\n\r\n",
    b"GET /?address=\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /job/\xff/progress HTTP/1.1\r\nHost: x\r\nHX-Request: true\r\n\r\n",
    b"GET /suggest?address=x HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 40 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(300)) + b"\r\n",
)


@pytest.fixture(scope="module")
def requests_to_send(site: Site, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Give some of the odd requests as bytes, to a report and a list that are there."""
    owner = Shell(site, tmp_path_factory.mktemp("owner"))
    snapshot_id = owner.report(KNOWN)
    ids = Ids({"snapshot_id": (snapshot_id,), "link": (owner.shared_list(snapshot_id),), "filename": ("doorstep.css",)})
    routes = create_app(Config(data_dir=tmp_path_factory.mktemp("routes")))
    return [as_bytes(request) for request in itertools.islice(hand_picked(routes, ids), 0, None, EVERY)]


def as_bytes(request: Request) -> bytes:
    """Return a request as a client writes it."""
    target = quote(request.path.encode(errors="surrogateescape"), safe="/%;~*") + f"?{request.query[:7_000]}"
    headers = {"Host": "localhost", "Connection": "close", "Content-Type": request.content_type, **request.headers}
    headers.setdefault("Content-Length", str(len(request.body)))
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1", errors="replace") + b"\r\n\r\n" + request.body


def status_of(site: Site, sent: bytes) -> int:
    """Send bytes on a connection of their own; return the status of the answer, 0 where the server just hangs up."""
    where = urlsplit(site.url)
    with socket.create_connection((str(where.hostname), int(where.port or 80)), timeout=20) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            head = connection.recv(65_536)
        except OSError:  # it hung up before all was sent
            return 0
    return int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0


def resident(site: Site) -> Iterator[int]:
    """Yield the bytes in memory of each web process."""
    for process in holders(site):
        with open(f"/proc/{process}/statm") as counts:  # noqa: PTH123
            yield int(counts.read().split()[1]) * 4_096


def test_the_server_bears_odd_requests(site: Site, requests_to_send: list[bytes]) -> None:
    before = max(resident(site))
    log = site.data_dir / "gunicorn.log"
    told = len(log.read_text(errors="replace"))
    assert len(requests_to_send) > 100
    answers = [(status_of(site, sent), sent[:200]) for sent in (*RAW, *requests_to_send)]
    assert [answer for answer in answers if answer[0] >= 500 and answer[0] not in (501, 503, 505)] == []
    assert max(resident(site)) - before < MOST_BYTES
    assert requests.get(f"{site.url}/healthz", timeout=5).ok
    news = log.read_text(errors="replace")[told:]
    assert "Traceback" not in news
    assert TAG not in news
