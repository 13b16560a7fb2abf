"""A page that comes in two pieces, as over a slow network: the browser shows what it has of it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

#: Seconds between the pieces: long enough for a browser to paint.
PAUSE_SECONDS = 0.1
#: Where a page is cut: before what begins a block, an item or a cell.
_BEGINNINGS = re.compile(rb"<(?:li|section|p|h\d|div|figure|details|tr|span|a)[ >]")


class Pieces:
    """A server on loopback in front of a site. `cut_at`: after how many bytes of the page it pauses."""

    def __init__(self, site: str, path: str) -> None:
        with urlopen(site + path) as answer:
            self.page = bytes(answer.read())
        self.cut_at = 0
        pieces = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == path:
                    self._answer("text/html; charset=utf-8", pieces.page, pieces.cut_at)
                    return
                with urlopen(site + self.path) as answer:
                    self._answer(answer.headers["Content-Type"], answer.read())

            def _answer(self, kind: str, body: bytes, cut_at: int = 0) -> None:
                self.send_response(200)
                for name, value in (("Content-Type", kind), ("Content-Length", str(len(body)))):
                    self.send_header(name, value)
                self.send_header("Cache-Control", "no-store" if cut_at else "max-age=600")
                self.end_headers()
                self.wfile.write(body[:cut_at])
                if cut_at:
                    self.wfile.flush()
                    time.sleep(PAUSE_SECONDS)
                self.wfile.write(body[cut_at:])

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{path}"

    def places(self, most: int) -> list[int]:
        """Return places to cut the page at, spread over it, behind its head."""
        all_places = [found.start() for found in _BEGINNINGS.finditer(self.page, self.page.index(b"<body"))]
        return all_places[:: max(len(all_places) // most, 1)]


@contextmanager
def in_pieces(site: str, path: str) -> Iterator[Pieces]:
    """Serve a page of a site in two pieces, and what it needs as it is."""
    pieces = Pieces(site, path)
    threading.Thread(target=pieces.server.serve_forever, daemon=True).start()
    try:
        yield pieces
    finally:
        pieces.server.shutdown()
        pieces.server.server_close()
