"""Finished reports under their permanent links."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.queue.jobs import Snapshot
from app.views.report import ReportView
from app.views.shown import SnapshotDocument, is_mine, kept, shown_json, shown_report
from app.web import visitor
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.services import store
from app.wording import iso

bp = Blueprint("snapshots", __name__, url_prefix="/s")


@bp.get("/<snapshot_id>")
def page(snapshot_id: str) -> AnyResponse:
    """Show the report."""
    snapshot = store().get_snapshot(snapshot_id)
    if wanted() is Wanted.JSON:
        return _document(snapshot)
    view = ReportView(shown_report(snapshot), snapshot, mine=is_mine(snapshot))
    return kept(negotiated(make_response(render_template("report.html", view=view))))


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
        snapshot.snapshot_id, link, iso(snapshot.created_at), snapshot.address, msgspec.Raw(shown_json(snapshot))
    )
    return kept(negotiated(json_response(msgspec.json.encode(body))))
