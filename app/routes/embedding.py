"""A report on other sites: its badge, and a small page for a frame. Both are the same for everyone."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from app.errors import SnapshotNotFound
from app.pipeline.report import report_from_json
from app.pipeline.sharing import as_shared
from app.views.badge import badge_svg
from app.views.report import ReportView
from app.web.errors import answer
from app.web.security import POLICY
from app.web.services import store

bp = Blueprint("embedding", __name__, url_prefix="/s/<snapshot_id>")

#: Caches may show it so long after its owner has deleted the report.
KEPT_SECONDS = 300
#: Any site may frame the page, which runs nothing, sends nothing and sets no cookie.
EMBED_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
BADGE_POLICY = "default-src 'none'; frame-ancestors 'none'"


@bp.get("/badge.svg")
def badge(snapshot_id: str) -> Response:
    """Return the badge."""
    return _for_other_sites(Response(badge_svg(_view(snapshot_id)), mimetype="image/svg+xml"), BADGE_POLICY)


@bp.get("/embed")
def embed(snapshot_id: str) -> Response:
    """Show score, character and the eight things at the door."""
    return _for_other_sites(make_response(render_template("embed.html", view=_view(snapshot_id))), EMBED_POLICY)


@bp.errorhandler(SnapshotNotFound)
def gone(error: SnapshotNotFound) -> Response:
    """Say so within the frame, where a page for people would be refused by the browser."""
    if request.endpoint != f"{bp.name}.embed":
        return answer(error)
    response = make_response(render_template("embed.html", view=None), error.http_status)
    return _for_other_sites(response, EMBED_POLICY)


def _view(snapshot_id: str) -> ReportView:
    """Return the report as everyone may see it, its owner too: caches keep one answer for all."""
    snapshot = store().get_snapshot(snapshot_id)
    return ReportView(as_shared(report_from_json(snapshot.report)), snapshot, mine=False)


def _for_other_sites(response: Response, policy: str) -> Response:
    response.headers[POLICY] = policy
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.add_etag()
    response.make_conditional(request)
    return response
