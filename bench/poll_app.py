"""Doorstep beside a bare Flask view in the same process, for `bench.poll`."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import create_app


def application() -> DispatcherMiddleware:
    """Make the application; `/bare` is a Flask view that does nothing at all."""
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "ok")
    return DispatcherMiddleware(create_app().wsgi_app, {"/bare": bare})
