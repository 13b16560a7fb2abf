"""Finished reports under their permanent links: as they were made, or scored again as the query asks."""

from __future__ import annotations

import time

import msgspec
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.errors import NotYours, SnapshotNotFound
from app.pipeline.listing import MAX_DESTINATIONS
from app.pipeline.report import to_json
from app.pipeline.rescoring import PARTS
from app.pipeline.rules.headline import AMOUNTS, PROFILES
from app.pipeline.rules.must_haves import OFFERED
from app.queue.jobs import Snapshot
from app.sources.extras import Ratings
from app.views.adjusting import Adjustment, adjustment_in
from app.views.earlier import Since, since_earlier
from app.views.report import ReportView
from app.views.shown import (
    AdjustedDocument,
    ChangesDocument,
    SnapshotDocument,
    is_mine,
    kept,
    ratings_of,
    shown_json,
    shown_report,
)
from app.web import visitor
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.preferences import MUST, NONE, PROFILE, WEIGHT, in_link
from app.web.programs.describing import Operation, Query, Who, described
from app.web.services import store
from app.wording import iso

bp = Blueprint("snapshots", __name__, url_prefix="/s")

#: What a link may ask of a report: what is not known of it is left out with a sentence, so no schema forbids it.
WISHES = (
    Query(PROFILE, "Score it for this profile.", {"type": "string", "examples": [each.key for each in PROFILES]}),
    Query(
        MUST,
        f"Ask this of the place, once for each; `{NONE}` for nothing at all.",
        {"type": "array", "items": {"type": "string", "examples": [*map(in_link, OFFERED), NONE]}},
    ),
    *(
        Query(
            f"{WEIGHT}.{part}",
            "Count this part so many times as usual.",
            {"type": "string", "examples": [f"{amount:g}" for amount in AMOUNTS]},
        )
        for part in PARTS
    ),
)
REPORT = Operation(
    "Return a report, as it was made or scored again for other wishes.",
    SnapshotDocument,
    "Reports",
    query=WISHES,
    problems=(SnapshotNotFound,),
)


@bp.get("/<snapshot_id>")
@described(REPORT)
def page(snapshot_id: str) -> AnyResponse:
    """Show the report. A query that could be shorter leads to the link that is to be shared."""
    if wanted() is Wanted.JSON:
        return document(snapshot_id)
    snapshot = store().get_snapshot(snapshot_id)
    adjustment = adjustment_in(request.args, shown_report(snapshot))
    link = url_for(".page", snapshot_id=snapshot_id, **adjustment.arguments)  # type: ignore[arg-type]
    if wanted() is Wanted.PAGE and not adjustment.is_shortest:
        return negotiated(redirect(link, 303))  # type: ignore[arg-type]
    response = negotiated(make_response(_html(snapshot, adjustment)))
    if wanted() is Wanted.FRAGMENT:
        response.headers["HX-Push-Url"] = link
        return response
    return kept(response)


@bp.get("/<snapshot_id>.json")
@described(REPORT)
def document(snapshot_id: str) -> AnyResponse:
    """Return the report as JSON."""
    snapshot = store().get_snapshot(snapshot_id)
    stored = shown_report(snapshot)
    adjustment, since = adjustment_in(request.args, stored), since_earlier(snapshot, stored)
    body = SnapshotDocument(
        snapshot.snapshot_id,
        url_for(".page", snapshot_id=snapshot_id, _external=True, **adjustment.arguments),  # type: ignore[arg-type]
        iso(snapshot.created_at),
        snapshot.address,
        msgspec.Raw(to_json(adjustment.report) if adjustment.is_adjusted else shown_json(snapshot)),
        _adjusted(adjustment) if adjustment.asked else None,
        _changes(since) if since else None,
    )
    return kept(negotiated(json_response(msgspec.json.encode(body))))


@bp.get("/<snapshot_id>/ratings")
def ratings(snapshot_id: str) -> Response:
    """Show what people think of places near by, as long as that may be shown."""
    snapshot = store().get_snapshot(snapshot_id)
    found = ratings_of(snapshot)
    if found is None:
        abort(404)
    view = ReportView(shown_report(snapshot), snapshot, mine=is_mine(snapshot))
    response = make_response(render_template("ratings.html", view=view, ratings=found, is_over=_is_over(found)))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<snapshot_id>/delete")
@described(
    Operation(
        "Delete a report for good: the link stops working for everyone.",
        None,
        "Reports",
        status=204,
        problems=(SnapshotNotFound, NotYours),
        who=Who.OWNER,
    )
)
def delete(snapshot_id: str) -> AnyResponse:
    """Delete the report for its owner; others are refused."""
    store().delete_snapshot(snapshot_id, visitor.owner())
    if wanted() is Wanted.JSON:
        return negotiated(Response(status=204))
    return redirect(url_for("home.form"), 303)


def _html(snapshot: Snapshot, adjustment: Adjustment) -> str:
    view = ReportView(
        adjustment.report,
        snapshot,
        mine=is_mine(snapshot),
        arguments=adjustment.arguments,
        has_ratings=_may_show_ratings(snapshot),
    )
    return render_template(
        "report.html",
        view=view,
        adjustment=adjustment,
        since=since_earlier(snapshot, adjustment.stored),
        max_destinations=MAX_DESTINATIONS,
        on_shortlist=_is_on_shortlist(snapshot),
        # What was just swapped in takes the focus; a page that was opened begins at its top.
        is_news=wanted() is Wanted.FRAGMENT,
    )


def _may_show_ratings(snapshot: Snapshot) -> bool:
    found = ratings_of(snapshot)
    return found is not None and not _is_over(found)


def _is_over(found: Ratings) -> bool:
    """Return whether the time is over for which ratings may be shown."""
    return time.time() >= found.shown_until


def _is_on_shortlist(snapshot: Snapshot) -> bool:
    """Return whether this visitor keeps the report on a list of their own."""
    owner = visitor.known_owner()
    return owner is not None and store().is_listed(owner, snapshot.snapshot_id)


def _adjusted(adjustment: Adjustment) -> AdjustedDocument:
    asked = adjustment.wanted
    return AdjustedDocument(asked.profile, asked.must_haves, dict(asked.weights), adjustment.left_out)


def _changes(since: Since) -> ChangesDocument | None:
    return None if since.sentences is None else ChangesDocument(iso(since.created_at), since.sentences)
