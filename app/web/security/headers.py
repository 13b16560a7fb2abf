"""The headers of every answer, which tell browsers what the site never does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask

from app.config import Config

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = "Content-Security-Policy"
#: An answer that has one of these of its own keeps that: pictures have a stricter policy, and what other sites show
#: says so.
HEADERS = {
    # Links are made of the name that was asked for (`hosts.py`), so caches that others share keep only what says so.
    "Cache-Control": "private, no-cache",
    POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Links to jobs and reports are secrets of those who have them, so no other site may learn them.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Sent over https only: for a year the browser then asks for this site over nothing else.
HTTPS_HEADER = ("Strict-Transport-Security", "max-age=31536000")


def init_app(app: Flask, config: Config) -> None:
    """Put the middleware in front of the application."""
    app.wsgi_app = WithHeaders(app.wsgi_app)  # type: ignore[method-assign]


class WithHeaders:
    """Middleware that adds the headers to every answer, files and errors included, at less cost than in Flask."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._http = list(HEADERS.items())
        self._https = [*self._http, HTTPS_HEADER]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, with the headers."""
        added = self._https if environ["wsgi.url_scheme"] == "https" else self._http

        def start(
            status: str, headers: list[tuple[str, str]], error: OptExcInfo | None = None
        ) -> Callable[[bytes], object]:
            own = HEADERS.keys() & {name for name, _ in headers}
            others = [(name, value) for name, value in added if name not in own] if own else added
            return start_response(status, headers + others, error)

        return self._app(environ, start)
