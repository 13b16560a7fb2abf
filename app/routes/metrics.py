"""The site's figures, for Prometheus and those who read its format."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from app.views.metrics import CONTENT_TYPE, exposition
from app.web import operators
from app.web.services import source, store

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
def page() -> Response:
    """Answer whoever shows the token for this, or the operators' one; to others there is no such page."""
    if not operators.is_let_in():
        abort(404)
    response = Response(exposition(store(), source()), content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response
