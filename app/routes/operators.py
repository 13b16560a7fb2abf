"""What the operators' page shows. Job ids only: addresses are the business of those who asked."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass

import msgspec
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.queue.jobs import Job, JobStore, QueueStats, Status
from app.web import visitor
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.services import config, store

FAILURES = 20
RUNNING = 100

bp = Blueprint("operators", __name__, url_prefix="/queue")


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


@dataclass(frozen=True, slots=True)
class Board:
    """The queue at one moment."""

    stats: QueueStats
    running: tuple[RunningJob, ...]
    failures: tuple[FailedJob, ...]


def board(store: JobStore) -> Board:
    """Read everything the page shows."""
    now = time.time()
    return Board(
        store.stats(),
        tuple(_running(job, now) for job in store.list_jobs(Status.RUNNING, RUNNING)),
        tuple(_failed(job) for job in store.list_jobs(Status.FAILED, FAILURES)),
    )


def _running(job: Job, now: float) -> RunningJob:
    seconds = max(0.0, now - (job.started_at or now))
    return RunningJob(job.job_id, job.current_stage or "", job.worker or "unknown", job.attempts, seconds)


def _failed(job: Job) -> FailedJob:
    at = job.completed_at or job.created_at
    return FailedJob(job.job_id, job.current_stage or "", job.error_code or "unknown", job.attempts, at)


@bp.before_request
def let_in() -> AnyResponse | None:
    """Let in by bearer token or cookie; `?token=` once gives the cookie. Everyone else sees no such page."""
    token = config().operator_token
    if token and _same(request.args.get("token", ""), token):
        visitor.let_in_operator(token)
        return redirect(url_for("operators.page"), 303)
    if not token or not (visitor.is_operator(token) or _same(_bearer(), token)):
        abort(404)
    return None


@bp.get("")
def page() -> AnyResponse:
    """Show depth, rates, what runs where, and what failed last."""
    match wanted():
        case Wanted.JSON:
            response = json_response(msgspec.json.encode(board(store())))
        case Wanted.FRAGMENT:
            response = make_response(render_template("partials/queue_board.html", board=board(store())))
        case Wanted.PAGE:
            response = make_response(render_template("queue.html", board=board(store())))
    return _private(negotiated(response))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _bearer() -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
