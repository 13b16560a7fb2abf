"""Whether the process is up, and whether an evaluation can start now."""

from __future__ import annotations

from flask import Blueprint, Response

from app.errors import DoorstepError
from app.queue import worker_health
from app.web.services import source, store

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def up() -> Response:
    """Answer 200 while the process lives; nothing else is looked at."""
    return _plain("ok\n", 200)


@bp.get("/readyz")
def ready() -> Response:
    """Answer 200 if an evaluation can start now, else 503 with one reason a line."""
    reasons = reasons_not_ready()
    return _plain("\n".join(reasons or ("ready",)) + "\n", 503 if reasons else 200)


def _plain(text: str, status: int) -> Response:
    response = Response(text, status=status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response


def reasons_not_ready() -> tuple[str, ...]:
    """Return what is wrong, as sentences for whoever runs the site; empty when all is well."""
    return tuple(filter(None, (_store(), _regions(), _worker())))


def _store() -> str:
    """Return why the store cannot be used, "" if it can. The error is caught here because it is the answer."""
    try:
        store().check()
    except DoorstepError as error:
        return error.message
    return ""


def _regions() -> str:
    """Return what is wrong with each region that cannot be read, or that there is none; "" if all is well."""
    if problems := source().problems():
        return "\n".join(problems)
    return "" if source().covered() else "No region has been imported."


def _worker() -> str:
    """Return what is wrong with this process's worker, "" if nothing; a process that only serves pages has none."""
    health = worker_health()
    return "" if health is None or health.alive else "The queue's worker in this process is not alive."
