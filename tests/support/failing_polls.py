"""Doorstep behind a middleware that answers polls with 500 while a file says so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app import create_app
from app.config import load_config

SWITCH = "fail-polls"


def application() -> WSGIApplication:
    """Make the application."""
    switch = load_config().data_dir / SWITCH
    return failing_while(switch, create_app())


def failing_while(switch: Path, app: WSGIApplication) -> WSGIApplication:
    """Fail every poll while the switch's file exists."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith("/progress") and switch.exists():
            start_response("500 Internal Server Error", [("Content-Type", "text/html")])
            return [b"<h1>Broken</h1>"]
        return app(environ, start_response)

    return wrapped
