"""Doorstep behind something that answers polls in its place, or takes headers away, while a file says so."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app import create_app
from app.config import load_config

SWITCH = "fail-polls"
#: What the file says: an answer in the place of ours, by its name.
ANSWERS = {
    "": ("500 Internal Server Error", "<h1>Broken</h1>"),
    "not found": ("404 Not Found", "<html><body><h1>404 Not Found</h1><hr>nginx</body></html>"),
    "forbidden": ("403 Forbidden", "<h1>Forbidden</h1>"),
    "sign in": ("200 OK", "<!DOCTYPE html><title>Wi-Fi</title><body><main id=main><h1>Sign in</h1></main></body>"),
    "empty": ("200 OK", ""),
    "gateway": ("502 Bad Gateway", "<h1>Bad Gateway</h1>"),
}
#: Or: what htmx adds to a request is taken away, or the poll is not answered for so many seconds.
NO_HEADERS, NEVER, SILENT_SECONDS = "no headers", "never", 60


def application() -> WSGIApplication:
    """Make the application."""
    switch = load_config().data_dir / SWITCH
    return failing_while(switch, create_app())


def failing_while(switch: Path, app: WSGIApplication) -> WSGIApplication:
    """Treat every poll as the switch's file says, while it exists."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith("/progress") or not switch.exists():
            return app(environ, start_response)
        what = switch.read_text()
        if what == NO_HEADERS:
            for name in [name for name in environ if name.startswith("HTTP_HX_")]:
                del environ[name]
            return app(environ, start_response)
        if what == NEVER:
            wait_while(switch)
        status, body = ANSWERS.get(what, ANSWERS[""])
        start_response(status, [("Content-Type", "text/html")])
        return [body.encode()]

    return wrapped


def wait_while(switch: Path) -> None:
    """Wait as long as the file is there, but not for ever."""
    deadline = time.monotonic() + SILENT_SECONDS
    while switch.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
