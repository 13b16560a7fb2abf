"""Reports side by side: `/compare?s=...&s=...`, each by its number or its link; with fewer than two, the choice."""

from __future__ import annotations

import re

import msgspec
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.errors import InvalidListing, SnapshotNotFound
from app.queue.jobs import Snapshot
from app.views.comparison import FEWEST, MOST, ComparisonDocument, comparison_of, document_of
from app.views.shown import kept
from app.web import visitor
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.programs.describing import Operation, Query, described
from app.web.services import store

bp = Blueprint("comparing", __name__)

#: Own reports that are offered.
MOST_OFFERED = 20
#: What leads to a report in a link to it.
IN_LINK = re.compile(r"/s/([0-9a-z-]+)")
AMOUNT = f"Compare {FEWEST} to {MOST} reports: give each by its link."


@bp.get("/compare")
@described(
    Operation(
        f"Compare {FEWEST} to {MOST} reports.",
        ComparisonDocument,
        "Reports",
        query=(
            Query(
                "s",
                "A report's id or link, once for each; one that is named twice counts once.",
                {"type": "array", "items": {"type": "string"}, "minItems": FEWEST},
                is_required=True,
            ),
        ),
        problems=(SnapshotNotFound, InvalidListing),
        example_query="?s=SNAPSHOT&s=OTHER",
    )
)
def page() -> AnyResponse:
    """Show what tells reports apart. A query with whole links leads to the link that is to be shared."""
    asked = [text.strip() for text in request.args.getlist("s") if text.strip()]
    ids = tuple(dict.fromkeys(_id_in(text) for text in asked))
    as_json = wanted() is Wanted.JSON
    if len(ids) > MOST or (as_json and len(ids) < FEWEST):
        raise InvalidListing(field="s", why=AMOUNT)
    snapshots = [store().get_snapshot(snapshot_id) for snapshot_id in ids]
    if as_json:
        return kept(negotiated(json_response(msgspec.json.encode(document_of(comparison_of(snapshots))))))
    if list(ids) != request.args.getlist("s"):
        return negotiated(redirect(url_for(".page", s=ids), 303))  # type: ignore[arg-type]
    view = comparison_of(snapshots) if len(ids) >= FEWEST else None
    offered = _offered(snapshots)
    return kept(negotiated(make_response(render_template("compare.html", view=view, chosen=ids, offered=offered))))


def _id_in(text: str) -> str:
    found = IN_LINK.search(text)
    return found.group(1) if found else text


def _offered(chosen: list[Snapshot]) -> tuple[Snapshot, ...]:
    """Return the reports that may be chosen: those that are, and the visitor's own."""
    owner = visitor.known_owner()
    own = store().recent_snapshots(owner, MOST_OFFERED) if owner else ()
    return tuple({snapshot.snapshot_id: snapshot for snapshot in (*chosen, *own)}.values())
