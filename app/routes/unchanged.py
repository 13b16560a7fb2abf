"""Answers a poll whose panel has not changed before Flask is entered: these are most of all requests."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from app.config import Config
from app.errors import DoorstepError
from app.queue.interface import JobStore
from app.queue.jobs import Job, Status
from app.routes.job_view import seen_mark
from app.routes.negotiation import NOT_KEPT
from app.routes.services import EXTENSION, Services

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLL = re.compile(r"/job/([^/]+)/progress")
SEEN = "seen="


def init_app(app: Flask, config: Config) -> None:
    """Put the short way in front of the application."""
    app.wsgi_app = UnchangedPolls(app.wsgi_app, app.extensions[EXTENSION])  # type: ignore[method-assign]


class UnchangedPolls:
    """Middleware: 204 where the panel that the browser shows is still right, else the application answers."""

    def __init__(self, app: WSGIApplication, services: Services) -> None:
        self._app, self._services = app, services

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a poll with one query, and leave everything else alone."""
        poll = POLL.fullmatch(environ["PATH_INFO"])
        if poll and environ.get("HTTP_HX_REQUEST") == "true" and self._unchanged(poll[1], environ["QUERY_STRING"]):
            start_response("204 No Content", list(NOT_KEPT.items()))
            return ()
        return self._app(environ, start_response)

    def _unchanged(self, job_id: str, query: str) -> bool:
        """Tell whether `?seen=` is still the mark. What goes wrong here is met again, and told, by the application."""
        if not query.startswith(SEEN):
            return False
        try:
            store = self._services.store
            return query[len(SEEN) :] == mark_now(store, store.get_job(job_id))
        except DoorstepError:
            return False


def mark_now(store: JobStore, job: Job) -> str:
    """Return the mark of the panel as it would be rendered now."""
    return seen_mark(job, position_of(store, job), time.time())


def position_of(store: JobStore, job: Job) -> int | None:
    """Return how many jobs go before this one, None where it does not wait."""
    return store.position(job) if job.status is Status.QUEUED else None
