"""The pages that explain the reports: which regions are covered, and how every score is made."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, make_response, render_template

from app.sources.regions import CoveredRegion
from app.views.methods import methods_context
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.programs.describing import Operation, described
from app.web.services import source

bp = Blueprint("about", __name__)


@bp.get("/regions")
@described(Operation("List the regions, and how old their data is.", tuple[CoveredRegion, ...], "Places"))
def regions() -> Response:
    """List the regions."""
    found = source().covered()
    if wanted() is Wanted.JSON:
        return negotiated(json_response(msgspec.json.encode(found)))
    return negotiated(make_response(render_template("regions.html", regions=found)))


@bp.get("/methods")
def methods() -> Response:
    """Explain the methods, from the same constants that the stages read."""
    return negotiated(make_response(render_template("methods.html", **methods_context())))
