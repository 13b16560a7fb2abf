"""A report's listing sent once more: as it was, for newer data, or with another destination."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from app.errors import DoorstepError, InvalidListing, SnapshotNotFound, TooManyRequests
from app.pipeline.listing import Listing, with_destination, without_money
from app.pipeline.report import report_from_json
from app.queue.jobs import NewJob, Snapshot
from app.views.panel import CreatedDocument, create_job, created_response, new_job
from app.views.shown import is_mine
from app.web.errors import answer, with_retry_after
from app.web.forms import destinations_from, form_in_request, values_in_request
from app.web.negotiation import Wanted, negotiated, wanted
from app.web.programs.bodies import DestinationBody
from app.web.programs.describing import Operation, Query, described
from app.web.services import store

bp = Blueprint("resubmitting", __name__, url_prefix="/s/<snapshot_id>")


@bp.post("/again")
@described(
    Operation(
        "Evaluate a report's listing with the data of today.",
        CreatedDocument,
        "Evaluations",
        status=202,
        problems=(SnapshotNotFound,),
        creates=True,
    )
)
def again(snapshot_id: str) -> AnyResponse:
    """Evaluate the same listing with the data of today; the new report says what changed since this one."""
    snapshot = store().get_snapshot(snapshot_id)
    return _queued(replace(new_job(_listing_of(snapshot)), again_of=snapshot_id))


@bp.get("/destination")
def destination_form(snapshot_id: str) -> AnyResponse:
    """Show the one field. `?change=` names a destination as it was typed; without it one is added.

    Programs have no use for it: to them there is nothing to get here.
    """
    if wanted() is Wanted.JSON:
        raise MethodNotAllowed(["POST"])
    return _form(snapshot_id)


@bp.post("/destination")
@described(
    Operation(
        "Evaluate a report's listing with one destination more.",
        CreatedDocument,
        "Evaluations",
        status=202,
        query=(Query("change", "A destination as it was sent, to be replaced.", {"type": "string"}),),
        body=DestinationBody,
        problems=(SnapshotNotFound,),
        creates=True,
        example_body='{"destinations": ["Kauppatori"]}',
    )
)
def destination(snapshot_id: str) -> AnyResponse:
    """Evaluate the listing with one destination more, or with another in the place of `change`."""
    listing = _listing_of(store().get_snapshot(snapshot_id))
    places = destinations_from(values_in_request().destinations)
    if len(places) != 1:
        raise InvalidListing(field="destinations", why=SEVERAL_PLACES if places else NO_PLACE)
    changed = with_destination(listing, places[0], instead_of=request.values.get("change", ""))
    destinations_from(changed.destinations)  # at most three
    return _queued(new_job(changed))


SEVERAL_PLACES = "Please give one place at a time."
NO_PLACE = "Type a place first, such as “Central Station” or “12 Bulevardi, Helsinki”."


@bp.errorhandler(DoorstepError)
def refuse(error: DoorstepError) -> Response:
    """Answer a refused destination with its field as it was filled in.

    Where the store cannot be reached it is left alone: the field needs the report.
    """
    is_mendable = request.endpoint == f"{bp.name}.destination" and error.http_status in (422, 429)
    is_mendable = request.endpoint == f"{bp.name}.destination" and error.http_status in (422, 429)
    # Where a client was held up, nobody has looked yet whether there is such a report.
    if not is_mendable or isinstance(error, TooManyRequests) or wanted() is Wanted.JSON:
        return answer(error)
    response = _form(str((request.view_args or {})["snapshot_id"]), error)
    response.status_code = error.http_status
    return with_retry_after(response, error)


def _listing_of(snapshot: Snapshot) -> Listing:
    """Return the listing of a report; what its owner said of money goes to nobody else."""
    listing = report_from_json(snapshot.report).listing
    return listing if is_mine(snapshot) else without_money(listing)


def _queued(new: NewJob) -> AnyResponse:
    return created_response(create_job(new))


def _form(snapshot_id: str, error: DoorstepError | None = None) -> Response:
    snapshot = store().get_snapshot(snapshot_id)
    report, typed = report_from_json(snapshot.report), form_in_request().get("destinations")
    change = request.values.get("change", "")
    change = change if change in report.listing.destinations else ""
    template = "report/destination.html" if wanted() is Wanted.FRAGMENT else "destination.html"
    response = make_response(
        render_template(
            template,
            snapshot_id=snapshot_id,
            beside=report.location.label,
            change=change,
            typed=change if typed is None else typed,
            mine=is_mine(snapshot),
            takes_focus=True,
            error=error,
        )
    )
    response.headers["Cache-Control"] = "no-cache"
    return negotiated(response)
