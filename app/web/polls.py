"""Answer the polls of panels without Flask: they are most of the requests, and Flask would be half their cost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from app.config import Config
from app.errors import DoorstepError
from app.queue.waiting import wait_of
from app.views.job import JobView, mark_now, view_of
from app.views.panel import panel_html, wait_html
from app.web.negotiation import NOT_KEPT, SEEN, comes_from_a_panel
from app.web.security.hosts import REFUSED
from app.web.services import services_of
from app.web.visitor import owner_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLL = re.compile(r"/job/([^/]+)/progress")
NO_CONTENT = list(NOT_KEPT.items())
HTML = [*NO_CONTENT, ("Content-Type", "text/html; charset=utf-8")]


def init_app(app: Flask, config: Config) -> None:
    """Put the middleware in front of the application."""
    app.wsgi_app = Polls(app, app.wsgi_app)  # type: ignore[method-assign]


class Polls:
    """Middleware: 204 if the panel that the browser shows is still right, else the panel.

    While a live service is asked, the line that says for how long takes the place of the 204.

    Anything else goes on to Flask. So does a poll that fails, such as one for an unknown job: it fails there again, and
    Flask says why.
    """

    def __init__(self, app: Flask, onward: WSGIApplication) -> None:
        self._app, self._onward = app, onward
        self._services = services_of(app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a poll, and leave everything else alone."""
        job_id = _polled_job(environ)
        panel = self._panel(job_id, environ) if job_id else None
        if panel is None:
            return self._onward(environ, start_response)
        if not panel:
            start_response("204 No Content", list(NO_CONTENT))
            return ()
        body = panel.encode()
        start_response("200 OK", [*HTML, ("Content-Length", str(len(body)))])
        return (body,)

    def _panel(self, job_id: str, environ: WSGIEnvironment) -> str | None:
        """Return the panel, "" if the browser shows it already, None if Flask has to say what is wrong.

        Where it shows all but for how long a service has been asked, that alone comes back.
        """
        try:
            store = self._services.store
            job, now = store.get_job(job_id), store.clocks.unix()
            if _seen(environ) == mark_now(store, job, now):
                wait = wait_of(job, now, store.config)
                return wait_html(self._app.jinja_env, wait) if wait else ""
            view = view_of(store, job, mine=owner_in(self._app, environ) == job.owner, now=now)
        except DoorstepError:
            return None
        if view.live:
            return self._html(environ, view)
        with self._app.request_context(environ):  # the panel of a job that ended or asks links to other pages
            return self._html(environ, view)

    def _html(self, environ: WSGIEnvironment, view: JobView) -> str:
        here = f"{environ.get('SCRIPT_NAME', '')}/job/{view.job.job_id}"
        return panel_html(self._app.jinja_env, here, view, first=False)


def _polled_job(environ: WSGIEnvironment) -> str | None:
    """Return the id of the job that a panel asks about, None if the request is not a poll."""
    poll = POLL.fullmatch(environ["PATH_INFO"])
    is_poll = poll and environ["REQUEST_METHOD"] == "GET" and comes_from_a_panel(environ)
    # Panels show no token; and Flask says what is wrong with the name of a host.
    is_poll = is_poll and "HTTP_AUTHORIZATION" not in environ and REFUSED not in environ
    return poll[1] if poll and is_poll else None


def _seen(environ: WSGIEnvironment) -> str:
    """Return the mark of the panel that the browser shows, "" if it names none."""
    query: str = environ["QUERY_STRING"]
    return query[len(SEEN) :] if query.startswith(SEEN) else ""
