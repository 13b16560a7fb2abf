"""The maps of a report under its permanent link: as files, and on a page of their own."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request

from app.maps.pictures import ZOOMS
from app.pipeline.report import report_from_json
from app.views.maps import map_view
from app.views.report import ReportView
from app.web import pictures, visitor
from app.web.negotiation import Wanted, negotiated, wanted
from app.web.services import store

bp = Blueprint("maps", __name__, url_prefix="/s")


@bp.get("/<snapshot_id>/<name>.svg")
def picture(snapshot_id: str, name: str) -> Response:
    """Return a map; `zoom` 1 to 3 asks for another scale than the usual one."""
    file = f"{name}.svg"
    body = pictures.svg_of(snapshot_id, file, _zoom()) if pictures.is_picture(file) else None
    if body is None:
        abort(404)
    return pictures.answer_svg(body)


@bp.get("/<snapshot_id>/preview.png")
def preview(snapshot_id: str) -> Response:
    """Return the picture that others show beside the link."""
    body = pictures.preview_of(snapshot_id)
    if body is None:
        abort(404)
    return pictures.answer_png(body)


@bp.get("/<snapshot_id>/map")
def page(snapshot_id: str) -> Response:
    """Show the map at a scale: as a page, or for htmx as the part that takes the place of the one in the report."""
    snapshot = store().get_snapshot(snapshot_id)
    view = ReportView(report_from_json(snapshot.report), snapshot, mine=visitor.known_owner() == snapshot.owner)
    shown = map_view(view, _zoom())
    if shown is None:
        abort(404)
    template = "report/map.html" if wanted() is Wanted.FRAGMENT else "map.html"
    return negotiated(make_response(render_template(template, view=view, map=shown)))


def _zoom() -> int | None:
    """Return the scale that was asked for, None for the usual one; any other text is no page."""
    asked = request.args.get("zoom", "")
    if not asked:
        return None
    if asked not in {str(zoom) for zoom in ZOOMS}:
        abort(404)
    return int(asked)
