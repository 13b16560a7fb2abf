"""The interface for programs: its page, and its description for tools."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, make_response, render_template, request

from app.views import api
from app.web.negotiation import json_response, negotiated
from app.web.programs.describing import Operation, described

bp = Blueprint("api", __name__, url_prefix="/api")


@bp.get("")
def page() -> Response:
    """Explain the interface, each part from the description beside its route."""
    server = request.url_root.rstrip("/")
    found = api.endpoints(current_app, server)
    return negotiated(make_response(render_template("api.html", server=server, endpoints=found, codes=api.all_codes())))


@bp.get("/openapi.json")
@described(Operation("Return this description (OpenAPI 3.1).", dict[str, Any], "This interface"))
def document() -> Response:
    """Return the description."""
    response = json_response(msgspec.json.encode(api.openapi(current_app, request.url_root.rstrip("/"))))
    # It names the site as whoever asks calls it, so nobody else may be given the same answer.
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
