"""Answers the polls of live panels in front of Flask: these are most of all requests, so they take the short way."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from app.config import Config
from app.errors import DoorstepError
from app.views.job import JobView
from app.views.panel import mark_now, panel_html, view_of
from app.web.negotiation import NOT_KEPT
from app.web.services import EXTENSION, Services
from app.web.visitor import owner_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLL = re.compile(r"/job/([^/]+)/progress")
SEEN = "seen="
NOTHING = list(NOT_KEPT.items())
HTML = [*NOTHING, ("Content-Type", "text/html; charset=utf-8")]


def init_app(app: Flask, config: Config) -> None:
    """Put the short way in front of the application."""
    app.wsgi_app = Polls(app, app.wsgi_app)  # type: ignore[method-assign]


class Polls:
    """Middleware: 204 where the panel that the browser shows is still right, else the panel; all else goes on."""

    def __init__(self, app: Flask, onward: WSGIApplication) -> None:
        self._app, self._onward = app, onward
        self._services: Services = app.extensions[EXTENSION]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a poll of a live job, and leave everything else alone."""
        poll = POLL.fullmatch(environ["PATH_INFO"])
        if poll is None or environ.get("HTTP_HX_REQUEST") != "true":
            return self._onward(environ, start_response)
        panel = self._panel(poll[1], environ)
        if panel is None:
            return self._onward(environ, start_response)
        if not panel:
            start_response("204 No Content", list(NOTHING))
            return ()
        body = panel.encode()
        start_response("200 OK", [*HTML, ("Content-Length", str(len(body)))])
        return (body,)

    def _panel(self, job_id: str, environ: WSGIEnvironment) -> str | None:
        """Return the panel, "" where the browser shows it already, None where Flask has to answer.

        What goes wrong here is met again there, and told.
        """
        try:
            store = self._services.store
            job = store.get_job(job_id)
            query = environ["QUERY_STRING"]
            if query.startswith(SEEN) and query[len(SEEN) :] == mark_now(store, job):
                return ""
            if not job.status.live:
                return None
            mine = owner_in(self._app, environ) == job.owner
            return self._html(environ, view_of(store, self._services.estimates, job, mine, time.time()))
        except DoorstepError:
            return None

    def _html(self, environ: WSGIEnvironment, view: JobView) -> str:
        here = f"{environ.get('SCRIPT_NAME', '')}/job/{view.job.job_id}"
        return panel_html(self._app.jinja_env, here, view, first=False)
