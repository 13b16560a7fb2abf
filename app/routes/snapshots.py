"""Finished reports under their permanent links."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.pipeline.report import report_from_json
from app.queue.jobs import Snapshot
from app.views.report import ReportView
from app.web import visitor
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.services import store
from app.wording import iso

bp = Blueprint("snapshots", __name__, url_prefix="/s")


@dataclass(frozen=True, slots=True)
class SnapshotDocument:
    """A report for programs: `report` is the same whenever listing and data are; the rest belongs to this run."""

    snapshot_id: str
    url: str
    created_at: str
    address: str
    #: The stored bytes, untouched.
    report: msgspec.Raw


@bp.get("/<snapshot_id>")
def page(snapshot_id: str) -> AnyResponse:
    """Show the report."""
    snapshot = store().get_snapshot(snapshot_id)
    if wanted() is Wanted.JSON:
        return _document(snapshot)
    view = ReportView(report_from_json(snapshot.report), snapshot, mine=visitor.known_owner() == snapshot.owner)
    return _kept(negotiated(make_response(render_template("report.html", view=view))))


@bp.get("/<snapshot_id>.json")
def document(snapshot_id: str) -> AnyResponse:
    """Return the report as JSON."""
    return _document(store().get_snapshot(snapshot_id))


@bp.post("/<snapshot_id>/delete")
def delete(snapshot_id: str) -> AnyResponse:
    """Delete the report for its owner; others are refused."""
    store().delete_snapshot(snapshot_id, visitor.owner())
    return redirect(url_for("home.form"), 303)


def _document(snapshot: Snapshot) -> Response:
    link = url_for("snapshots.page", snapshot_id=snapshot.snapshot_id, _external=True)
    body = SnapshotDocument(
        snapshot.snapshot_id, link, iso(snapshot.created_at), snapshot.address, msgspec.Raw(snapshot.report)
    )
    return _kept(negotiated(json_response(msgspec.json.encode(body))))


def _kept(response: Response) -> Response:
    """Let the browser, but no shared cache, keep the report; it asks each time whether the report has changed."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
