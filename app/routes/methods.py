"""How every score is made."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from app.pipeline.methods import METHODS_VERSION, SECTIONS
from app.routes.negotiation import negotiated

bp = Blueprint("methods", __name__)


@bp.get("/methods")
def explained() -> Response:
    """Explain the methods, from the same constants that the stages read."""
    return negotiated(make_response(render_template("methods.html", sections=SECTIONS, version=METHODS_VERSION)))
