"""Several addresses at once: the form, one polled panel for all of them, and the ranking at the end."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from app.errors import (
    BatchNotFound,
    DoorstepError,
    InvalidListing,
    NotYours,
    QueueFull,
    TooManyBatches,
    TooManyJobsHere,
)
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.must_haves import choices
from app.queue.store.batches import NewLine
from app.views.batch import BatchCreatedDocument, BatchDocument, batch_csv, batch_json, batch_view, title_of
from app.views.panel import new_job
from app.views.shown import kept
from app.web import visitor
from app.web.errors import answer, with_retry_after
from app.web.forms import FormValues, form_in_request, values_in
from app.web.listings import COLUMNS, MOST_BYTES, MOST_LINES, listings_in_request
from app.web.negotiation import NOT_KEPT, Wanted, comes_from_a_panel, json_response, negotiated, wanted
from app.web.programs.bodies import BatchBody
from app.web.programs.describing import Operation, Who, described
from app.web.programs.idempotency import once_in_request
from app.web.security import refuse_floods
from app.web.security.live_jobs import BATCH, room_for_one
from app.web.services import store

bp = Blueprint("batch", __name__, url_prefix="/batch")

#: Bytes of a request with a file, and with what stands around it.
MOST_BODY_BYTES = 4 * MOST_BYTES


@bp.before_request
def allow_a_file() -> None:
    """Take more in one request than other pages do."""
    request.max_content_length = MOST_BODY_BYTES


@bp.get("")
def form() -> AnyResponse:
    """Show the form, and the visitor's own earlier lists. To programs there is nothing to get here."""
    if wanted() is Wanted.JSON:
        raise MethodNotAllowed(["POST"])
    return _form(FormValues({}), "")


@bp.post("")
@described(
    Operation(
        f"Evaluate up to {MOST_LINES} homes, behind all that are sent by themselves.",
        BatchCreatedDocument,
        "Batches",
        status=202,
        body=BatchBody,
        problems=(InvalidListing, TooManyBatches, TooManyJobsHere, QueueFull),
        creates=True,
        example_body='{"listings": ["12 Bulevardi, Helsinki", {"address": "20 Bulevardi, Helsinki"}]}',
    )
)
def submit() -> AnyResponse:
    """Create a job for each line that can be read, all in one go, and keep why the others cannot."""
    read = listings_in_request()
    refuse_floods(sum(line.listing is not None for line in read.lines))
    known, owner = visitor.known_owner(), visitor.owner()
    lines = [
        NewLine(line.number, line.address, new_job(line.listing) if line.listing else None, line.why, line.given_json)
        for line in read.lines
    ]
    asked = msgspec.json.encode(
        [(line.number, line.address, line.why, line.job and line.job.listing) for line in lines]
    )
    once = once_in_request(known, asked)
    with room_for_one(BATCH) as keep:
        batch_id = store().create_batch(owner, lines, read.notes, once)
        keep([line.job for line in store().get_batch(batch_id).lines if line.job][-1])
    page = url_for(".page", batch_id=batch_id)
    if wanted() is not Wanted.JSON and _is_form():
        return redirect(page, 303)
    links = BatchCreatedDocument(batch_id, url_for(".page", batch_id=batch_id, _external=True))
    response = json_response(msgspec.json.encode(links), 202)
    response.headers["Location"] = page
    response.headers.update(NOT_KEPT)
    return response


@bp.get("/<batch_id>")
@described(
    Operation(
        "Say how all lines of a batch stand, and rank the reports at the end.",
        BatchDocument,
        "Batches",
        problems=(BatchNotFound,),
    )
)
def page(batch_id: str) -> AnyResponse:
    """Show all lines; without scripts the page reloads itself while anything is at work."""
    view = batch_view(batch_id)
    if wanted() is Wanted.JSON:
        return negotiated(json_response(batch_json(view)))
    here, refresh = url_for(".page", batch_id=batch_id), request.args.get("refresh") != "off"
    html = render_template(
        "batch/page.html", view=view, here=here, title=title_of(view), refresh=refresh, first=True, fragment=False
    )
    return kept(negotiated(make_response(html)))


@bp.get("/<batch_id>/progress")
def progress(batch_id: str) -> AnyResponse:
    """Answer a poll: 204 if the panel that the browser shows is still right, else the panel."""
    if not comes_from_a_panel(request.environ):
        return redirect(url_for(".page", batch_id=batch_id), 303)
    return _panel(batch_id, seen=request.args.get("seen", ""), first=False)


@bp.get("/<batch_id>.csv")
def table(batch_id: str) -> AnyResponse:
    """Return a row for each line, those with a report first, by their score."""
    response = Response(batch_csv(batch_view(batch_id)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="doorstep-addresses.csv"'
    return kept(response)


@bp.post("/<batch_id>/cancel")
@described(
    Operation(
        "Call off whatever of a batch has not ended.",
        BatchDocument,
        "Batches",
        problems=(BatchNotFound, NotYours),
        who=Who.OWNER,
    )
)
def cancel(batch_id: str) -> AnyResponse:
    """Call off whatever has not ended; for the owner alone."""
    store().cancel_batch(batch_id, visitor.owner())
    match wanted():
        case Wanted.PAGE:
            return redirect(url_for(".page", batch_id=batch_id), 303)
        case Wanted.JSON:
            return negotiated(json_response(batch_json(batch_view(batch_id))))
        case Wanted.FRAGMENT:
            return _panel(batch_id, seen="", first=True)


@bp.errorhandler(DoorstepError)
def refuse(error: DoorstepError) -> Response:
    """Answer a refused list with the form as it was filled in; a file has to be chosen again."""
    if request.endpoint != f"{bp.name}.submit" or wanted() is Wanted.JSON or not _is_form():
        return answer(error)
    sent = form_in_request()
    response = _form(values_in(sent), sent.get("addresses", ""), error)
    response.status_code = error.http_status
    return with_retry_after(response, error)


@bp.errorhandler(RequestEntityTooLarge)
def refuse_large(error: RequestEntityTooLarge) -> Response:
    """Answer what is too much to be read, without reading it."""
    why = f"That was too much at once. A file may hold {MOST_BYTES // 1024} KB and {MOST_LINES} lines; please split it."
    refusal = InvalidListing(field="file", why=why)
    response = answer(refusal) if wanted() is Wanted.JSON or not _is_form() else _form(FormValues({}), "", refusal)
    response.status_code = 413
    return response


def _is_form() -> bool:
    """Return whether a page's form sent this: JSON and bare tables come from programs."""
    return not request.is_json and request.mimetype != "text/csv"


def _panel(batch_id: str, *, seen: str, first: bool) -> Response:
    view = batch_view(batch_id)
    if seen == view.mark:
        return Response(status=204, headers=NOT_KEPT)
    here = url_for(".page", batch_id=batch_id)
    html = render_template("batch/panel.html", view=view, here=here, title=title_of(view), first=first, fragment=True)
    return Response(html, headers=NOT_KEPT)


def _form(values: FormValues, addresses: str, error: DoorstepError | None = None) -> Response:
    """Show the form. With an error of ours the store is left alone: it may be what cannot be reached."""
    owner = visitor.known_owner() if error is None or error.http_status < 500 else None
    response = make_response(
        render_template(
            "batch.html",
            values=values,
            addresses=addresses,
            error=error,
            errors=error.by_field if isinstance(error, InvalidListing) else {},
            element_ids={"must_haves": "must-1"},
            profiles=PROFILES,
            must_have_choices=choices(),
            columns=COLUMNS,
            most_lines=MOST_LINES,
            most_kb=MOST_BYTES // 1024,
            recent=store().recent_batches(owner) if owner else (),
        )
    )
    response.headers["Cache-Control"] = "no-cache"
    return negotiated(response)
