"""The operators' pages: the queue at a glance, and one job's way. Addresses are the business of those who asked."""

from __future__ import annotations

import msgspec
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.errors import JobNotFound
from app.views.queue import JobHistory, QueueOverview, history_of, overview_of
from app.web import operators, visitor
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.programs.describing import Operation, Who, described
from app.web.services import config, store

bp = Blueprint("operators", __name__, url_prefix="/queue")


@bp.before_request
def require_token() -> AnyResponse | None:
    """Admit those who show the token, in a header or by the cookie that `?token=` gives once; others get a 404."""
    if not operators.is_let_in():
        abort(404)
    if "token" in request.args:
        visitor.remember_operator(config().operator_token)
        return redirect(url_for(str(request.endpoint), **(request.view_args or {})), 303)
    return None


@bp.get("")
@described(Operation("Show the queue at a glance.", QueueOverview, "Operators", who=Who.OPERATOR))
def page() -> AnyResponse:
    """Show depth, rates, what runs where, and what failed last."""
    overview = overview_of(store(), store().clocks.unix())
    match wanted():
        case Wanted.JSON:
            response = json_response(msgspec.json.encode(overview))
        case Wanted.FRAGMENT:
            response = make_response(render_template("partials/queue_overview.html", queue=overview))
        case Wanted.PAGE:
            response = make_response(render_template("queue.html", queue=overview))
    negotiated(response).headers["Cache-Control"] = "no-store"
    return response


@bp.get("/jobs/<job_id>")
@described(
    Operation(
        "Show one job's stages and history, without its address.",
        JobHistory,
        "Operators",
        problems=(JobNotFound,),
        who=Who.OPERATOR,
    )
)
def job(job_id: str) -> AnyResponse:
    """Show what became of a job, by whom and when."""
    history = history_of(store(), job_id)
    if wanted() is Wanted.JSON:
        response = json_response(msgspec.json.encode(history))
    else:
        response = make_response(render_template("queue_job.html", job=history))
    negotiated(response).headers["Cache-Control"] = "no-store"
    return response


@bp.post("/jobs/<job_id>/retry")
def retry(job_id: str) -> AnyResponse:
    """Put a job that failed or was called off into the line again."""
    store().retry_job(job_id, None)
    return redirect(url_for("operators.job", job_id=job_id), 303)


@bp.post("/jobs/<job_id>/cancel")
def cancel(job_id: str) -> AnyResponse:
    """Call a job off."""
    store().cancel_job(job_id, None)
    return redirect(url_for("operators.job", job_id=job_id), 303)


@bp.post("/runs/<run_id>/cancel")
def cancel_run(run_id: str) -> AnyResponse:
    """Call an evaluation of all addresses of a region off; what is done stays."""
    store().cancel_run(run_id)
    return redirect(url_for("operators.page"), 303)
