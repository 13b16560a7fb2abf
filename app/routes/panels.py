"""From the store to the panel: gather a job's view, and answer with it in the shape that was asked for."""

from __future__ import annotations

import time
from functools import lru_cache

from flask import Flask, Response, current_app, render_template, url_for
from markupsafe import Markup

from app.config import Config
from app.queue.jobs import Job, Status
from app.routes import visitor
from app.routes.estimates import Estimates
from app.routes.job_json import job_json
from app.routes.job_view import JobView, StageLine, elapsed_seconds, seen_mark, stage_lines
from app.routes.negotiation import NOT_KEPT, Wanted, json_response, negotiated, wanted
from app.routes.services import store
from app.routes.unchanged import position_of

ESTIMATES = "doorstep-estimates"


def init_app(app: Flask, config: Config) -> None:
    """Give the process its kept estimate."""
    app.extensions[ESTIMATES] = Estimates()


def view_of(job: Job) -> JobView:
    """Gather what the panel shows."""
    now, jobs = time.time(), store()
    position = position_of(jobs, job)
    return JobView(
        job=job,
        lines=stage_lines(job, jobs.stages(job.job_id)),
        seen=seen_mark(job, position, now),
        position=position,
        elapsed_seconds=elapsed_seconds(job, now),
        estimate=estimates().usual(jobs) if job.status.live else None,
        again_because=_again_because(job),
        mine=visitor.known_owner() == job.owner,
    )


def _render(template: str, view: JobView, **shape: bool) -> str:
    here = url_for("jobs.page", job_id=view.job.job_id)
    items = Markup("".join(map(stage_item, view.lines)))  # noqa: S704 - rendered templates
    # Not render_template: a panel needs none of what Flask adds to the context, and adding it costs a fifth of a poll.
    found = current_app.jinja_env.get_template(template)
    return found.render(view=view, here=here, stage_items=items, **shape)


@lru_cache(maxsize=4096)
def stage_item(line: StageLine) -> Markup:
    """Render one step; a thousand watchers see much the same ones, so each is rendered once."""
    return Markup(render_template("partials/panel_stage.html", line=line))  # noqa: S704 - a rendered template


def _again_because(job: Job) -> str:
    """Return the reason of the last time the job went back into the queue."""
    if job.attempts + (job.status is Status.QUEUED) < 2:
        return ""
    back = [event.why for event in store().events(job.job_id) if event.from_status and event.to_status is Status.QUEUED]
    return back[-1] if back else ""


def estimates() -> Estimates:
    """Return this process's kept estimate."""
    kept: Estimates = current_app.extensions[ESTIMATES]
    return kept


def panel_response(job: Job, *, first: bool = False, refresh: bool = True, status: int = 200) -> Response:
    """Answer with the job: fragment, JSON or whole page. `first`: nobody has polled it yet."""
    view = view_of(job)
    match wanted():
        case Wanted.JSON:
            return negotiated(json_response(job_json(view), status))
        case Wanted.FRAGMENT:
            return Response(_render("partials/panel.html", view, first=first, fragment=True), headers=NOT_KEPT)
        case Wanted.PAGE:
            page = negotiated(Response(_render("job.html", view, first=True, refresh=refresh)))
            page.headers["Cache-Control"] = "no-cache"
            return page
