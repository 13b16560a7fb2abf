"""The panel of a job, rendered for its page and for polls; and the job as JSON, from the same view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec
from flask import Flask, Response, current_app, redirect, url_for
from jinja2 import Environment
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.config import Config
from app.pipeline.listing import Listing
from app.pipeline.report import to_json
from app.places import Choice
from app.queue.jobs import Job, NewJob, Status
from app.queue.store.hosts import Unserved
from app.queue.waiting import ServiceWait
from app.sources.advice import LIVE_DOCS, Advice, advice_on
from app.sources.extracts import SITE
from app.views.job import JobView, Step, StepState, view_of
from app.web import visitor
from app.web.negotiation import NOT_KEPT, Wanted, json_response, negotiated, wanted
from app.web.programs.idempotency import once_in_request
from app.web.security.live_jobs import room_for_one
from app.web.services import config, store
from app.wording import iso


def init_app(app: Flask, config: Config) -> None:
    """Give the panel what may be done about an address that is not covered."""

    def advice_for(job: Job) -> Advice | None:
        return advice_on(job.address, job.error_code, config)

    app.jinja_env.globals.update(advice_for=advice_for, live_docs=LIVE_DOCS, extracts_site=SITE)


def job_response(job: Job, *, refresh: bool = True) -> Response:
    """Return the job as a fragment, JSON or a whole page. `refresh`: without scripts, the page reloads itself."""
    here = url_for("jobs.page", job_id=job.job_id)
    view = view_of(store(), job, mine=visitor.known_owner() == job.owner, now=store().clocks.unix())
    match wanted():
        case Wanted.JSON:
            return negotiated(json_response(job_json(view)))
        case Wanted.FRAGMENT:
            return Response(panel_html(current_app.jinja_env, here, view, first=True), headers=NOT_KEPT)
        case Wanted.PAGE:
            batch_id = store().batch_of(job.job_id, job.owner) if view.mine else None
            shape: dict[str, bool | str | None] = {"first": True, "refresh": refresh, "batch_id": batch_id}
            html = _rendered(current_app.jinja_env, "job.html", here, view, **shape)
            page = negotiated(Response(html))
            page.headers["Cache-Control"] = "no-cache"
            return page


def new_job(listing: Listing) -> NewJob:
    """Return the job that evaluates a listing for the visitor, under the key that came with it."""
    asked = to_json(listing)
    once = once_in_request(visitor.known_owner(), asked)
    return NewJob(
        address=listing.address,
        listing=asked.decode(),
        listing_key=listing.key(),
        owner=visitor.owner(),
        once=once,
    )


def create_job(new: NewJob) -> Job:
    """Queue a job and return it, or the one that it is. Raises as the store does, and TooManyJobsHere."""
    with room_for_one() as keep:
        job, is_new = store().create_job(new)
        if is_new:
            keep(job)
    return job


def created_response(job: Job) -> AnyResponse:
    """Answer with a job that was just created: htmx with its panel, programs with its link, others are sent there."""
    page = url_for("jobs.page", job_id=job.job_id)
    match wanted():
        case Wanted.JSON:
            links = CreatedDocument(job.job_id, url_for("jobs.page", job_id=job.job_id, _external=True))
            response = json_response(msgspec.json.encode(links), 202)
            response.headers["Location"] = page
            return negotiated(response)
        case Wanted.FRAGMENT:
            response = job_response(job)
            response.headers["HX-Push-Url"] = page
            return response
        case Wanted.PAGE:
            return redirect(page, 303)


def panel_html(environment: Environment, here: str, view: JobView, *, first: bool) -> str:
    """Render the panel as a fragment. `here` is the job's path; `first`: nobody has polled it yet."""
    return _rendered(environment, "partials/panel.html", here, view, first=first, fragment=True)


def wait_html(environment: Environment, wait: ServiceWait) -> str:
    """Render what is waited for alone: it is all that changes from poll to poll while a service is asked."""
    return environment.get_template("panel/wait.html").render(wait=wait, alone=True)


def _rendered(environment: Environment, template: str, here: str, view: JobView, **shape: bool | str | None) -> str:
    items = "".join([_step_item(environment, step) for step in view.steps])
    step_items = Markup(items)  # noqa: S704 - rendered templates
    return environment.get_template(template).render(view=view, here=here, step_items=step_items, **shape)


@lru_cache(maxsize=4096)
def _step_item(environment: Environment, step: Step) -> str:
    """Render one step, or take it from the cache: a thousand watchers see much the same steps."""
    return environment.get_template("panel/step.html").render(step=step)


# --- for programs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreatedDocument:
    """An evaluation that was queued: ask `status_url` how it stands."""

    job_id: str
    status_url: str


@dataclass(frozen=True, slots=True)
class StepDocument:
    """One step."""

    stage: str
    text: str
    state: StepState
    words: str


@dataclass(frozen=True, slots=True)
class ChoiceDocument:
    """One place that may be meant; `choice` is what to answer."""

    choice: int
    label: str
    what: str
    where: str
    lat: float
    lon: float
    precision: str
    region: str


@dataclass(frozen=True, slots=True)
class QuestionDocument:
    """What the owner is asked."""

    about: str
    why: str
    may_be_left_out: bool
    choices: tuple[ChoiceDocument, ...]
    answer_url: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class ServiceWaitDocument:
    """The live service that is waited for, in words, and for how many seconds already."""

    service: str
    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class DataWaitDocument:
    """Regions whose data a job waits for that no host of the site has, and since when that is so."""

    regions: tuple[str, ...]
    since: str


@dataclass(frozen=True, slots=True)
class ExtractDocument:
    """An extract of OpenStreetMap that would cover the address: its name, and where to download it."""

    title: str
    path: str
    page: str


@dataclass(frozen=True, slots=True)
class AdviceDocument:
    """What whoever runs the site can do about an address that is not covered."""

    #: The likeliest first; none where the address is not a point.
    extracts: tuple[ExtractDocument, ...]
    import_command: str
    #: The settings that would let live services be asked instead; none where all is turned on.
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobDocument:
    """A job, with links to its page and report. Null: not known, or not yet."""

    job_id: str
    status: Status
    address: str
    current_stage: str | None
    stage_text: str | None
    stages: tuple[StepDocument, ...]
    stages_finished: int
    stages_total: int
    position: int | None
    elapsed_seconds: float
    usual_seconds: tuple[float, float] | None
    attempts: int
    resumed: int
    cancel_requested: bool
    created_at: str
    started_at: str | None
    completed_at: str | None
    snapshot_id: str | None
    snapshot_url: str | None
    error: str | None
    error_code: str | None
    error_id: str | None
    tried_again_at: str | None
    waiting_for: ServiceWaitDocument | None
    waiting_for_data: DataWaitDocument | None
    question: QuestionDocument | None
    status_url: str
    #: Where the address is not covered.
    advice: AdviceDocument | None


def job_json(view: JobView) -> bytes:
    """Return the JSON of a job."""
    job = view.job
    snapshot = job.result_snapshot_id
    document = JobDocument(
        job_id=job.job_id,
        status=job.status,
        address=job.address,
        current_stage=job.current_stage,
        stage_text=next((step.text for step in view.steps if step.stage == job.current_stage), None),
        stages=tuple(StepDocument(step.stage, step.text, step.state, step.state_text) for step in view.steps),
        stages_finished=view.finished,
        stages_total=len(view.steps),
        position=view.position,
        elapsed_seconds=round(view.elapsed_seconds, 3),
        usual_seconds=(view.estimate.low_seconds, view.estimate.high_seconds) if view.estimate else None,
        attempts=job.attempts,
        resumed=job.resumed,
        cancel_requested=job.cancel_requested,
        created_at=iso(job.created_at),
        started_at=iso(job.started_at) if job.started_at else None,
        completed_at=iso(job.completed_at) if job.completed_at else None,
        snapshot_id=snapshot,
        snapshot_url=url_for("snapshots.page", snapshot_id=snapshot, _external=True) if snapshot else None,
        error=job.error,
        error_code=job.error_code,
        error_id=view.error_id if job.error else None,
        tried_again_at=iso(job.run_after) if view.due_in_seconds else None,
        waiting_for=_wait_document(view.service_wait),
        waiting_for_data=_data_wait_document(view.unserved),
        question=_question_document(view),
        status_url=url_for("jobs.page", job_id=job.job_id, _external=True),
        advice=_advice_document(job),
    )
    return msgspec.json.encode(document)


def _wait_document(wait: ServiceWait | None) -> ServiceWaitDocument | None:
    return ServiceWaitDocument(wait.service, wait.text, round(wait.seconds, 3)) if wait else None


def _data_wait_document(unserved: Unserved | None) -> DataWaitDocument | None:
    return DataWaitDocument(unserved.regions, iso(unserved.since)) if unserved else None


def _question_document(view: JobView) -> QuestionDocument | None:
    job, question = view.job, view.question
    if question is None:
        return None
    return QuestionDocument(
        about=question.about,
        why=question.why,
        may_be_left_out=question.may_be_left_out,
        choices=tuple(_choice_document(number, choice) for number, choice in enumerate(question.choices)),
        answer_url=url_for("jobs.answer", job_id=job.job_id, question=job.version, _external=True),
        expires_at=iso(view.question_expires_at or 0.0),
    )


def _choice_document(number: int, choice: Choice) -> ChoiceDocument:
    place = choice.location
    return ChoiceDocument(
        choice=number,
        label=place.label,
        what=choice.what,
        where=choice.where,
        lat=place.lat,
        lon=place.lon,
        precision=place.precision.value,
        region=place.region,
    )


def _advice_document(job: Job) -> AdviceDocument | None:
    advice = advice_on(job.address, job.error_code, config())
    if advice is None:
        return None
    extracts = tuple(ExtractDocument(each.title, each.path, each.page) for each in advice.extracts)
    return AdviceDocument(extracts, advice.command, advice.settings)
