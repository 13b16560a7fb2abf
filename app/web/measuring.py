"""Every request gets an id, is counted and timed, and is logged where that is wished: by its route, never its path."""

from __future__ import annotations

import itertools
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, request

from app.config import Config
from app.logs import REQUEST, quiet_development_server
from app.seeing.counts import DURATIONS, POLLS, REQUESTS

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
#: An id of somebody else's making that is taken over.
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
#: Where the route's template stands in the environment of a request that came as far as Flask.
ROUTE = "doorstep.route"
NO_ROUTE = "(none)"
#: Routes that are not counted: whoever asks whether the process lives must not wait for anything.
UNCOUNTED = frozenset({"/healthz"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNCHANGED, PANEL = POLLS.labels("unchanged"), POLLS.labels("panel")


def init_app(app: Flask) -> None:
    """Note the route of each request. To be called before anything else looks at requests."""
    quiet_development_server()

    @app.before_request
    def note_route() -> None:
        request.environ[ROUTE] = route()


def route() -> str:
    """Return the template of the request's route: "/job/<job_id>"."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


class Measured:
    """Middleware in front of all others."""

    def __init__(self, app: WSGIApplication, config: Config) -> None:
        self._app = app
        self._believes_ids = config.trusted_proxies > 0
        self._logs = bool(config.log_requests)
        self._prefix, self._numbers = secrets.token_hex(4), itertools.count(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, with the request's id."""
        began = time.perf_counter()
        request_id = self._given_id(environ) or f"{self._prefix}-{next(self._numbers):x}"
        REQUEST.set(request_id)

        def start(
            status: str, headers: list[tuple[str, str]], error: OptExcInfo | None = None
        ) -> Callable[[bytes], object]:
            template = environ.get(ROUTE)
            if template is None and status[0] == "2":  # nothing but polls is answered in front of Flask
                (UNCHANGED if status[:3] == "204" else PANEL).inc()
            elif template not in UNCOUNTED:
                self._count(environ["REQUEST_METHOD"], template or NO_ROUTE, status, time.perf_counter() - began)
            return start_response(status, [*headers, (HEADER, request_id)], error)

        return self._app(environ, start)

    def _given_id(self, environ: WSGIEnvironment) -> str:
        """Return the id that a proxy gave the request, "" if there is none to believe."""
        given: str = environ.get("HTTP_X_REQUEST_ID", "") if self._believes_ids else ""
        return given if WELL_FORMED.fullmatch(given) else ""

    def _count(self, method: str, template: str, status: str, seconds: float) -> None:
        method = method if method in METHODS else "other"
        REQUESTS.labels(template, method, f"{status[0]}xx").inc()
        DURATIONS.labels(template).observe(seconds)
        if self._logs:
            _log(method, template, status[:3], seconds)


def _log(method: str, template: str, status: str, seconds: float) -> None:
    fields = {"method": method, "route": template, "status": int(status), "milliseconds": round(seconds * 1e3, 1)}
    logger.info("%s %s %s in %.1f ms", method, template, status, seconds * 1e3, extra={"fields": fields})
