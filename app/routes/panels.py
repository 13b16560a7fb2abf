"""From the store to the panel: gather a job's view, and answer with it in the shape that was asked for."""

from __future__ import annotations

import time
from functools import lru_cache

from flask import Response, current_app, make_response, render_template, url_for
from markupsafe import Markup

from app.queue.jobs import Job, Status
from app.routes import visitor
from app.routes.estimates import Estimates
from app.routes.job_json import job_json
from app.routes.job_view import JobView, StageLine, elapsed_seconds, seen_mark, stage_lines
from app.routes.negotiation import Wanted, json_response, negotiated, wanted
from app.routes.services import store


def position_of(job: Job) -> int | None:
    """Return how many jobs go before this one, None where it does not wait."""
    return store().position(job) if job.status is Status.QUEUED else None


def view_of(job: Job) -> JobView:
    """Gather what the panel shows."""
    now = time.time()
    position = position_of(job)
    return JobView(
        job=job,
        lines=stage_lines(job, store().stages(job.job_id)),
        seen=seen_mark(job, position, now),
        position=position,
        elapsed_seconds=elapsed_seconds(job, now),
        estimate=estimates().usual(store()) if job.status.live else None,
        again_because=_again_because(job),
        mine=visitor.known_owner() == job.owner,
    )


def _render(template: str, view: JobView, **shape: bool) -> str:
    here = url_for("jobs.page", job_id=view.job.job_id)
    items = Markup().join(map(stage_item, view.lines))
    return render_template(template, view=view, here=here, stage_items=items, **shape)


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
    kept: Estimates = current_app.extensions.setdefault("doorstep-estimates", Estimates())
    return kept


def panel_response(job: Job, *, first: bool = False, refresh: bool = True, status: int = 200) -> Response:
    """Answer with the job: fragment, JSON or whole page. `first`: nobody has polled it yet."""
    view = view_of(job)
    match wanted():
        case Wanted.JSON:
            response = json_response(job_json(view), status)
        case Wanted.FRAGMENT:
            response = make_response(_render("partials/panel.html", view, first=first, fragment=True))
        case Wanted.PAGE:
            response = make_response(_render("job.html", view, first=True, refresh=refresh))
            response.headers["Cache-Control"] = "no-cache"
    return negotiated(response)
