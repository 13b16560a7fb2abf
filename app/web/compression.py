"""Compress texts with gzip on their way out: pages, panels, JSON, tables, styles and scripts.

BREACH reads secrets from the length of compressed answers that hold them beside text of the attacker's choice, over
many requests that the attacker makes a victim's browser send. No page holds a token against foreign forms (the browser
itself says where a form comes from), but the front page lists links to one's own reports beside an address from the
query. So what another site made a browser ask for with its cookie goes out as it is.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.http import parse_accept_header, parse_options_header

from app.config import Config

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Shorter answers fit into one packet anyway.
LEAST_BYTES = 1024
#: A page of 60 KB takes under 2 ms at this level, and is 3 % longer than at the highest.
LEVEL = 6
TYPES = frozenset(f"application/{name}" for name in ("json", "problem+json", "geo+json", "schema+json", "javascript"))
#: Static files that are kept compressed; there are fewer, but old links may name old versions.
MOST_KEPT = 32


def init_app(app: Flask, config: Config) -> None:
    """Put the middleware in front of the application and its polls."""
    app.wsgi_app = Compressed(app.wsgi_app)  # type: ignore[method-assign]


class Compressed:
    """Middleware: texts go out compressed to whoever takes gzip, with the headers that caches need."""

    def __init__(self, onward: WSGIApplication) -> None:
        self._onward = onward
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, compressed where that helps and is safe."""
        begun: list[tuple[str, Headers, OptExcInfo | None]] = []

        def start(
            status: str, headers: list[tuple[str, str]], error: OptExcInfo | None = None
        ) -> Callable[[bytes], object]:
            begun[:] = [(status, Headers(headers), error)]
            return _no_write

        body = self._onward(environ, start)
        status, headers, error = begun[0]
        if _may_be_compressed(status, headers):
            headers.setdefault("Vary", "")
            headers["Vary"] = _with_encoding(headers["Vary"])
            if _takes_gzip(environ) and not _asked_from_elsewhere(environ):
                body = self._shorter(environ, headers, body)
        start_response(status, list(headers), error)
        return body

    def _shorter(self, environ: WSGIEnvironment, headers: Headers, body: Iterable[bytes]) -> Iterable[bytes]:
        """Return the body compressed, with its headers; what is short stays as it is."""
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        if _length(headers) is not None and (_length(headers) or 0) < LEAST_BYTES:
            return body
        data = b"" if is_head else _whole(body)
        if not is_head and len(data) < LEAST_BYTES:
            headers["Content-Length"] = str(len(data))
            return (data,)
        headers["Content-Encoding"] = "gzip"
        headers.pop("Accept-Ranges", None)
        if etag := headers.get("ETag"):
            # The bytes differ from those that the strong tag stands for, what they say does not.
            headers["ETag"] = etag if etag.startswith("W/") else f"W/{etag}"
        if is_head:
            headers.pop("Content-Length", None)
            return body
        packed = self._packed(environ["PATH_INFO"], headers, data)
        headers["Content-Length"] = str(len(packed))
        return (packed,)

    def _packed(self, path: str, headers: Headers, data: bytes) -> bytes:
        """Return the data compressed; static files are compressed once for each of their versions."""
        if not path.startswith("/static/"):
            return gzip.compress(data, LEVEL, mtime=0)
        key = (path, headers.get("ETag", ""))
        with self._lock:
            if key not in self._kept:
                self._kept[key] = gzip.compress(data, 9, mtime=0)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            return self._kept[key]


def _no_write(data: bytes) -> object:
    raise NotImplementedError("answers are returned, not written")


def _whole(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


def _may_be_compressed(status: str, headers: Headers) -> bool:
    """Return whether an answer is a whole text, or stands for one that the browser has (304)."""
    if status.startswith("304"):
        return True
    if not status.startswith(("200", "4", "5")) or "Content-Encoding" in headers:
        return False
    mimetype, _ = parse_options_header(headers.get("Content-Type"))
    return mimetype.startswith("text/") or mimetype in (*TYPES, "image/svg+xml")


def _with_encoding(vary: str) -> str:
    names = [name.strip() for name in vary.split(",") if name.strip()]
    return ", ".join(names if "accept-encoding" in map(str.lower, names) else [*names, "Accept-Encoding"])


def _takes_gzip(environ: WSGIEnvironment) -> bool:
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return accepted.quality("gzip") > 0


def _asked_from_elsewhere(environ: WSGIEnvironment) -> bool:
    """Return whether another site made a browser send this with its cookie."""
    return "HTTP_COOKIE" in environ and environ.get("HTTP_SEC_FETCH_SITE", "none") in ("cross-site", "same-site")


def _length(headers: Headers) -> int | None:
    length = headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None
