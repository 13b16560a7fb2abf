"""A visitor's own reports, newest first, a page at a time."""

from __future__ import annotations

import msgspec
from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.errors import InvalidListing
from app.views.own import OwnReports, cursor_in, own_reports
from app.web import visitor
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.programs.describing import Operation, Query, described
from app.web.services import store

bp = Blueprint("reports", __name__)

#: Reports of a page: usually, and at most.
USUAL, MOST = 20, 100
BAD_LIMIT = f"A page holds 1 to {MOST} reports."


@bp.get("/reports")
@described(
    Operation(
        "List your own reports, newest first.",
        OwnReports,
        "Reports",
        query=(
            Query("limit", "Reports of a page.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
            Query("cursor", "What the page before gave as `next`.", {"type": "string"}),
        ),
        problems=(InvalidListing,),
    )
)
def page() -> AnyResponse:
    """List the visitor's reports; `cursor` is what the page before gave as `next`."""
    limit, cursor = _limit(), cursor_in(request.args.get("cursor", ""))
    owner = visitor.known_owner()
    found = own_reports(store(), owner, before=cursor, limit=limit) if owner else OwnReports((), None)
    link = url_for(".page", cursor=found.next, limit=limit) if found.next else None
    if wanted() is Wanted.JSON:
        response = json_response(msgspec.json.encode(found))
    else:
        response = make_response(render_template("reports.html", found=found, next_link=link, is_first=cursor is None))
        response.headers["Cache-Control"] = "private, no-cache"
    if link:
        response.headers["Link"] = f'<{link}>; rel="next"'
    negotiated(response).vary.update(("Cookie", "Authorization"))
    return response


def _limit() -> int:
    """Return how many reports are asked for. Raises InvalidListing for what is no such number."""
    asked = request.args.get("limit", str(USUAL))
    if not (asked.isascii() and asked.isdigit() and len(asked) < 4 and 1 <= int(asked) <= MOST):
        raise InvalidListing(field="limit", why=BAD_LIMIT)
    return int(asked)
