"""The front page: the form, what becomes of it, and the visitor's own recent evaluations and reports."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.errors import DoorstepError, InvalidListing
from app.pipeline.listing import MAX_DESTINATIONS
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.must_haves import choices
from app.queue.jobs import Job, Status
from app.views.panel import CreatedDocument, create_job, created_response, new_job
from app.web import visitor
from app.web.errors import answer, with_retry_after
from app.web.forms import FormValues, form_in_request, listing_from, values_in, values_in_request
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.programs.bodies import ListingBody
from app.web.programs.describing import Operation, Query, described
from app.web.services import source, store
from app.wording import count

bp = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class EntryDocument:
    """Where a program begins: links, and addresses to try."""

    evaluate_url: str
    reports_url: str
    regions_url: str
    suggest_url: str
    openapi_url: str
    examples: tuple[str, ...]


@bp.get("/")
@described(Operation("Say where to begin, and make you an owner by a cookie.", EntryDocument, "This interface"))
def form() -> AnyResponse:
    """Show the form, filled in from the query if a link carries an address; `?job_id=` leads to that job."""
    if job_id := request.args.get("job_id"):
        return redirect(url_for("jobs.page", job_id=job_id), 303)
    visitor.owner()
    if wanted() is Wanted.JSON:
        return negotiated(json_response(msgspec.json.encode(_entry())))
    return _form(values_in(request.args))


@bp.post("/")
@described(
    Operation(
        "Evaluate a home: the answer comes at once, the report in some seconds.",
        CreatedDocument,
        "Evaluations",
        status=202,
        body=ListingBody,
        creates=True,
        example_body='{"address": "12 Bulevardi, Helsinki"}',
    )
)
def submit() -> AnyResponse:
    """Create the job before answering. Bad input: 422 with the form and the field's message."""
    return created_response(create_job(new_job(listing_from(values_in_request()))))


@bp.get("/suggest")
@described(
    Operation(
        "Complete what is typed: up to eight addresses and places, best first.",
        tuple[str, ...],
        "Places",
        query=(
            Query(
                "address", "What is typed of the address; fewer than three letters give nothing.", {"type": "string"}
            ),
            Query("destinations", "What is typed of a destination instead, beside the address.", {"type": "string"}),
            Query("place", "What is typed of a place to reach instead, for `/where`.", {"type": "string"}),
            Query("region", "The region whose places come first then.", {"type": "string"}),
        ),
        example_query="?address=bulevardi",
    )
)
def suggest() -> AnyResponse:
    """Complete what is typed: options for the field's list, or a JSON list.

    That is a destination where there is one in the query, beside the address so far, or a place to reach in a region;
    else the address.
    """
    address, destination = request.args.get("address", ""), request.args.get("destinations")
    if (place := request.args.get("place")) is not None:
        found = source().complete(place, region=request.args.get("region", ""))
    else:
        found = source().complete(address) if destination is None else source().complete(destination, beside=address)
    if wanted() is Wanted.JSON:
        return negotiated(json_response(msgspec.json.encode(found)))
    response = negotiated(make_response(render_template("completions.html", addresses=found)))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.errorhandler(DoorstepError)
def refuse(error: DoorstepError) -> Response:
    """Answer a refused submission with the form as it was filled in."""
    if request.method != "POST" or wanted() is Wanted.JSON:
        return answer(error)
    response = _form(values_in(form_in_request()), error)
    response.status_code = error.http_status
    return with_retry_after(response, error)


#: Where the element that a refused field leads to has another id than the field.
ELEMENT_IDS = {"destinations": "destination-1", "must_haves": "must-1"}


def _form(values: FormValues, error: DoorstepError | None = None) -> Response:
    """Show the form. With an error the store is left alone: it may be what cannot be reached."""
    template = "partials/form.html" if wanted() is Wanted.FRAGMENT else "home.html"
    owner = visitor.known_owner() if error is None else None
    response = make_response(
        render_template(
            template,
            values=values,
            error=error,
            errors=error.by_field if isinstance(error, InvalidListing) else {},
            element_ids=ELEMENT_IDS,
            examples=source().examples(),
            profiles=PROFILES,
            must_have_choices=choices(),
            max_destinations=MAX_DESTINATIONS,
            regions=source().covered(),
            recent=recent_of(owner),
            shortlisted=store().shortlist_size(owner) if owner else 0,
        )
    )
    response.headers["Cache-Control"] = "no-cache"
    return negotiated(response)


def _entry() -> EntryDocument:
    links = (".submit", "reports.page", "about.regions", ".suggest", "api.document")
    evaluate, reports, regions, suggestions, openapi = (url_for(link, _external=True) for link in links)
    return EntryDocument(evaluate, reports, regions, suggestions, openapi, source().examples())


# --- recent evaluations and reports ----------------------------------------------------------------

#: The most that the list shows.
MOST_RECENT = 8
#: What the list says about a job; one that is done is listed as its report.
JOB_STATUS_TEXTS = {
    Status.QUEUED: "waiting",
    Status.RUNNING: "under way",
    Status.ASKING: "waiting for your answer",
    Status.FAILED: "stopped",
    Status.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Recent:
    """One line of the list."""

    address: str
    url: str
    status_text: str
    created_at: float


def recent_of(owner: str | None) -> tuple[Recent, ...]:
    """Return an owner's newest evaluations, finished ones as their report, a batch as one; empty for a new visitor."""
    if owner is None:
        return ()
    reports = [
        Recent(found.address, url_for("snapshots.page", snapshot_id=found.snapshot_id), "report", found.created_at)
        for found in store().recent_snapshots(owner, MOST_RECENT, alone=True)
    ]
    jobs = [_recent_job(job) for job in store().recent_jobs(owner, MOST_RECENT) if job.status in JOB_STATUS_TEXTS]
    batches = [
        Recent(count(lines, "address"), url_for("batch.page", batch_id=batch_id), "all at once", created_at)
        for batch_id, created_at, lines in store().recent_batches(owner, MOST_RECENT)
    ]
    return tuple(sorted(reports + jobs + batches, key=lambda line: -line.created_at)[:MOST_RECENT])


def _recent_job(job: Job) -> Recent:
    page = url_for("jobs.page", job_id=job.job_id)
    return Recent(job.address, page, JOB_STATUS_TEXTS[job.status], job.created_at)
