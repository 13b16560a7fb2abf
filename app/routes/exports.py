"""A report for spreadsheets, maps and programs, beside its page; all of them show what the page shows."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from app.errors import SnapshotNotFound
from app.views.exports import FeatureCollection, csv_of, geojson_of, report_schema
from app.views.shown import kept, shown_report
from app.web.pictures import hazard_shapes_of
from app.web.programs.describing import Operation, described
from app.web.services import store

bp = Blueprint("exports", __name__)


@bp.get("/s/<snapshot_id>.csv")
def table(snapshot_id: str) -> AnyResponse:
    """Return a row for each place, line, trip and check."""
    response = Response(csv_of(shown_report(store().get_snapshot(snapshot_id))), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="doorstep-{snapshot_id}.csv"'
    return kept(response)


@bp.get("/s/<snapshot_id>.geojson")
@described(
    Operation(
        "Return a report as points, lines and areas.",
        FeatureCollection,
        "Reports",
        media="application/geo+json",
        problems=(SnapshotNotFound,),
    )
)
def points(snapshot_id: str) -> AnyResponse:
    """Return the home and all places as points, and what the checks warn of as lines and areas."""
    report = shown_report(store().get_snapshot(snapshot_id))
    return kept(Response(geojson_of(report, hazard_shapes_of(report)), mimetype="application/geo+json"))


@bp.get("/schema/report.json")
@described(
    Operation("Return the JSON Schema of a report.", dict[str, Any], "This interface", media="application/schema+json")
)
def schema() -> AnyResponse:
    """Return the JSON Schema of a report's JSON."""
    response = Response(msgspec.json.encode(report_schema()), mimetype="application/schema+json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
