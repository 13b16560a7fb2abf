"""A job while it waits and runs: its page, its polled panel, and what its owner may do."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.errors import InvalidListing, JobNotFound, NotYours, QueueFull, SiteFull, TooManyJobs, TransitionRefused
from app.queue.jobs import Job, Status
from app.views.panel import JobDocument, job_response
from app.web import visitor
from app.web.answers import answered_listing, choice_in_request, question_in_request, refuse_no_choice
from app.web.negotiation import Wanted, negotiated, wanted
from app.web.programs.bodies import ChoiceBody
from app.web.programs.describing import Operation, Query, Who, described
from app.web.security.live_jobs import room_for_one
from app.web.services import store

bp = Blueprint("jobs", __name__, url_prefix="/job/<job_id>")


@bp.get("")
@described(
    Operation(
        "Say how an evaluation stands: its steps, its question, its report.",
        JobDocument,
        "Evaluations",
        problems=(JobNotFound,),
    )
)
def page(job_id: str) -> AnyResponse:
    """Show the job; once it is done, a browser that has not been sent to the report yet is sent there."""
    job = store().get_job(job_id)
    if job.status is Status.DONE and wanted() is Wanted.PAGE and not visitor.opened(job_id):
        return _to_report(job)
    return job_response(job, refresh=request.args.get("refresh") != "off")


@bp.get("/progress")
@described(Operation("Say the same, where the page polls.", JobDocument, "Evaluations", problems=(JobNotFound,)))
def progress(job_id: str) -> AnyResponse:
    """Answer programs with the job and send browsers to its page; `app.web.polls` answers panels."""
    job = store().get_job(job_id)
    if wanted() is Wanted.JSON:
        return job_response(job)
    return redirect(url_for("jobs.page", job_id=job_id), 303)


@bp.get("/open")
def open_report(job_id: str) -> AnyResponse:
    """Send the browser to the report: htmx by a header, as its fetch would follow a redirect; others with 303."""
    job = store().get_job(job_id)
    if job.result_snapshot_id is None:
        return redirect(url_for("jobs.page", job_id=job_id), 303)
    if wanted() is not Wanted.FRAGMENT:
        return _to_report(job)
    visitor.remember_opened(job_id)
    response = Response(status=204)
    response.headers["HX-Redirect"] = url_for("snapshots.page", snapshot_id=job.result_snapshot_id)
    return negotiated(response)


@bp.post("/answer")
@described(
    Operation(
        "Answer which place was meant, while an evaluation asks.",
        JobDocument,
        "Evaluations",
        query=(
            Query(
                "question",
                "The question's number, as `answer_url` has it.",
                {"type": "integer", "minimum": 0, "maximum": 10**9 - 1},
            ),
        ),
        body=ChoiceBody,
        problems=(JobNotFound, NotYours, TransitionRefused, InvalidListing),
        who=Who.OWNER,
        example_body='{"choice": 0}',
    )
)
def answer(job_id: str) -> AnyResponse:
    """Go on with the place that was meant. `?question=` names the question, so that a late tap answers no other."""
    choice, question = choice_in_request(), question_in_request()
    job = store().answer_job(job_id, visitor.owner(), lambda job: answered_listing(job, choice), question)
    refuse_no_choice(choice)
    return _changed(job)


@bp.post("/cancel")
@described(
    Operation(
        "Call an evaluation off.",
        JobDocument,
        "Evaluations",
        problems=(JobNotFound, NotYours, TransitionRefused),
        who=Who.OWNER,
    )
)
def cancel(job_id: str) -> AnyResponse:
    """Cancel the job."""
    return _changed(store().cancel_job(job_id, visitor.owner()))


@bp.post("/retry")
@described(
    Operation(
        "Queue an evaluation again that failed or was called off.",
        JobDocument,
        "Evaluations",
        problems=(JobNotFound, NotYours, TransitionRefused, TooManyJobs, QueueFull, SiteFull),
        who=Who.OWNER,
    )
)
def retry(job_id: str) -> AnyResponse:
    """Queue a failed or cancelled job again; the steps it finished are kept."""
    with room_for_one() as keep:
        job = store().retry_job(job_id, visitor.owner())
        keep(job)
    return _changed(job)


def _changed(job: Job) -> AnyResponse:
    if wanted() is Wanted.PAGE:
        return redirect(url_for("jobs.page", job_id=job.job_id), 303)
    return job_response(job)


def _to_report(job: Job) -> AnyResponse:
    visitor.remember_opened(job.job_id)
    return negotiated(redirect(url_for("snapshots.page", snapshot_id=job.result_snapshot_id), 303))  # type: ignore[arg-type]
