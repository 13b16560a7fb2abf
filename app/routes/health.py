"""For load balancers: is the process up, and can it really serve?"""

from __future__ import annotations

from flask import Blueprint, Response

from app.routes.readiness import reasons_not_ready

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def up() -> Response:
    """Answer while the process lives; touches nothing else."""
    return _plain("ok\n", 200)


@bp.get("/readyz")
def ready() -> Response:
    """Answer 200 where an evaluation can start now, else 503 with one reason a line."""
    reasons = reasons_not_ready()
    return _plain("\n".join(reasons or ("ready",)) + "\n", 503 if reasons else 200)


def _plain(text: str, status: int) -> Response:
    response = Response(text, status=status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
