"""What is covered, and how old it is."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, make_response, render_template

from app.routes.negotiation import Wanted, json_response, negotiated, wanted
from app.routes.sources import covered_regions

bp = Blueprint("regions", __name__)


@bp.get("/regions")
def listing() -> Response:
    """List the regions."""
    found = covered_regions()
    if wanted() is Wanted.JSON:
        return negotiated(json_response(msgspec.json.encode(found)))
    return negotiated(make_response(render_template("regions.html", regions=found)))
