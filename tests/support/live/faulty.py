"""A real loopback server that answers as the path says: well, wrongly, slowly, endlessly or never."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.sources.live.asking.queries import BadAnswer
from app.sources.live.services import Service

GOOD = b'{"answer": 42}'


@dataclass
class FaultyServer:
    """Where a server answers, and what it has seen."""

    url: str
    #: Paths with their queries, and the headers, of all requests, in order.
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    #: When each request came (steady clock), and how many were in flight at most.
    came_at: list[float] = field(default_factory=list)
    most_in_flight: int = 0
    in_flight: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: Where it sends whoever asks for /redirect.
    elsewhere: str = "http://127.0.0.1:1/"
    #: Seconds that /slow takes.
    slowness: float = 0.2
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def gaps(self) -> list[float]:
        """Return the seconds between requests."""
        return [later - earlier for earlier, later in zip(self.came_at, self.came_at[1:], strict=False)]

    def service(self, **changes: object) -> Service:
        """Return the server as a service without a pause worth the name."""
        figures: dict[str, object] = {
            "name": "faulty",
            "title": "The faulty server",
            "asked_for": "trouble",
            "url": self.url,
            "policy": "https://policy.example/",
            "pause_s": 0.0,
            "read_s": 5.0,
            "most_bytes": 1_000_000,
            "requests_per_day": 1_000,
            "bytes_per_day": 100_000_000,
        }
        return Service(**(figures | changes))  # type: ignore[arg-type]


@contextmanager
def faulty_server(certificate: Path | None = None) -> Iterator[FaultyServer]:
    """Run a server, with TLS by a certificate that nobody vouches for where one is given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    seen = FaultyServer(f"{scheme}://127.0.0.1:{server.server_port}")
    server.seen = seen  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield seen
    finally:
        seen.stopping.set()
        server.shutdown()
        server.server_close()


def own_certificate(folder: Path) -> Path:
    """Make a certificate for this machine that is signed by itself, in one file with its key."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    both.write_text(key.read_text() + certificate.read_text())
    return both


def read_good(body: bytes) -> str:
    """Read an answer of the server. Raises BadAnswer for all but the good one."""
    if body != GOOD:
        raise BadAnswer("this text quotes the body: " + repr(body[:40]))
    return body.decode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer as the path says."""
        seen: FaultyServer = self.server.seen  # type: ignore[attr-defined]
        with seen.lock:
            seen.paths.append(self.path)
            seen.headers.append(dict(self.headers))
            seen.came_at.append(time.monotonic())
            seen.in_flight += 1
            seen.most_in_flight = max(seen.most_in_flight, seen.in_flight)
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            with suppress(ConnectionError, ssl.SSLError):
                _WAYS[self.path.partition("?")[0].strip("/").partition("/")[0]](self, seen)
        finally:
            with seen.lock:
                seen.in_flight -= 1
            self.close_connection = True

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def say(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer with a whole body."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self, *headers: str) -> None:
        """Write the head of an answer as it is."""
        self.wfile.write("\r\n".join(("HTTP/1.1 200 OK", *headers, "", "")).encode())


def _slow(handler: _Handler, seen: FaultyServer) -> None:
    seen.stopping.wait(seen.slowness)
    handler.say(GOOD)


def _silent(_: _Handler, seen: FaultyServer) -> None:
    seen.stopping.wait(30)


def _too_short(handler: _Handler, _: FaultyServer) -> None:
    handler.begin("Content-Length: 100")
    handler.wfile.write(GOOD)


def _cut_chunks(handler: _Handler, _: FaultyServer) -> None:
    handler.begin("Transfer-Encoding: chunked")
    handler.wfile.write(b"5\r\n" + GOOD[:5] + b"\r\n9\r\nab")


def _drip(handler: _Handler, seen: FaultyServer) -> None:
    handler.begin()
    while not seen.stopping.wait(0.05):
        handler.wfile.write(b" ")


def _drip_head(handler: _Handler, seen: FaultyServer) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not seen.stopping.wait(0.05):
        handler.wfile.write(b"x")


def _reset(handler: _Handler, _: FaultyServer) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.begin("Content-Length: 100")
    handler.connection.close()


def _endless(handler: _Handler, seen: FaultyServer) -> None:
    handler.begin()
    while not seen.stopping.is_set():
        handler.wfile.write(bytes(65_536))


def _bomb(handler: _Handler, _: FaultyServer) -> None:
    handler.say(gzip.compress(bytes(200_000_000), 9), Content_Encoding="gzip")


def _bad_header(handler: _Handler, _: FaultyServer) -> None:
    handler.begin(f"Content-Length: {len(GOOD)}", "a line that is no header")
    handler.wfile.write(GOOD)


_WAYS: dict[str, Callable[[_Handler, FaultyServer], None]] = {
    "good": lambda handler, _: handler.say(GOOD),
    "gzipped": lambda handler, _: handler.say(gzip.compress(GOOD), Content_Encoding="gzip"),
    "slow": _slow,
    "silent": _silent,
    "401": lambda handler, _: handler.say(b"who?", 401),
    "403": lambda handler, _: handler.say(b"go away", 403),
    "404": lambda handler, _: handler.say(b"what?", 404),
    "406": lambda handler, _: handler.say(b"not acceptable", 406),
    "429": lambda handler, _: handler.say(b"slower", 429),
    "429-in-70": lambda handler, _: handler.say(b"slower", 429, Retry_After="70"),
    "429-in-an-hour": lambda handler, _: handler.say(b"slower", 429, Retry_After="3600"),
    "429-odd": lambda handler, _: handler.say(b"slower", 429, Retry_After="soon"),
    "429-date": lambda handler, _: handler.say(b"slower", 429, Retry_After=formatdate(time.time() + 100, usegmt=True)),
    "500": lambda handler, _: handler.say(b"Traceback: secret", 500),
    "504": lambda handler, _: handler.say(b"too busy", 504),
    "redirect": lambda handler, seen: handler.say(b"", 302, Location=seen.elsewhere),
    "html": lambda handler, _: handler.say(b"<html>12 Privet Drive</html>"),
    "half": lambda handler, _: handler.say(GOOD[:7]),
    "deep": lambda handler, _: handler.say(b"[" * 200_000),
    "latin": lambda handler, _: handler.say('{"answer": "é"}'.encode("latin-1")),
    "not-gzip": lambda handler, _: handler.say(GOOD, Content_Encoding="gzip"),
    "brotli": lambda handler, _: handler.say(GOOD, Content_Encoding="br"),
    "too-short": _too_short,
    "cut-chunks": _cut_chunks,
    "drip": _drip,
    "drip-head": _drip_head,
    "reset": _reset,
    "endless": _endless,
    "bomb": _bomb,
    "bad-header": _bad_header,
}
