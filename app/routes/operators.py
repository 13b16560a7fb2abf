"""The operators' page: the queue at a glance. Job ids only: addresses are the business of those who asked."""

from __future__ import annotations

import time
from dataclasses import dataclass

import msgspec
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.queue.jobs import Job, QueueStats, Status
from app.queue.store import JobStore
from app.web import operators, visitor
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.programs.describing import Operation, Who, described
from app.web.services import config, store

#: The most jobs that the page lists.
MOST_RUNNING, MOST_FAILURES = 100, 20

bp = Blueprint("operators", __name__, url_prefix="/queue")


# --- what it shows ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueueOverview:
    """The queue at one moment."""

    stats: QueueStats
    running: tuple[RunningJob, ...]
    failures: tuple[FailedJob, ...]


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job under way, and the process that holds it."""

    job_id: str
    stage: str
    worker: str
    attempts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that ended without a report."""

    job_id: str
    stage: str
    error_code: str
    attempts: int
    at: float


# --- the page -----------------------------------------------------------------------------------------


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
    overview = overview_of(store(), time.time())
    match wanted():
        case Wanted.JSON:
            response = json_response(msgspec.json.encode(overview))
        case Wanted.FRAGMENT:
            response = make_response(render_template("partials/queue_overview.html", queue=overview))
        case Wanted.PAGE:
            response = make_response(render_template("queue.html", queue=overview))
    negotiated(response).headers["Cache-Control"] = "no-store"
    return response


def overview_of(store: JobStore, now: float) -> QueueOverview:
    """Return everything that the page shows, as of a Unix time."""
    return QueueOverview(
        store.stats(),
        tuple(_running(job, now) for job in store.list_jobs(Status.RUNNING, MOST_RUNNING)),
        tuple(_failed(job) for job in store.list_jobs(Status.FAILED, MOST_FAILURES)),
    )


def _running(job: Job, now: float) -> RunningJob:
    seconds = max(0.0, now - (job.started_at or now))
    return RunningJob(job.job_id, job.current_stage or "", job.worker or "unknown", job.attempts, seconds)


def _failed(job: Job) -> FailedJob:
    at = job.completed_at or job.created_at
    return FailedJob(job.job_id, job.current_stage or "", job.error_code or "unknown", job.attempts, at)
