"""From the store to the panel: gather a job's view, and answer with it in the shape that was asked for."""

from __future__ import annotations

import time
from functools import lru_cache

from flask import Response, current_app, url_for
from jinja2 import Environment
from markupsafe import Markup

from app.queue.interface import JobStore
from app.queue.jobs import Job
from app.routes import visitor
from app.routes.estimates import Estimates
from app.routes.job_json import job_json
from app.routes.job_view import JobView, StageLine, elapsed_seconds, seen_mark, stage_lines
from app.routes.negotiation import NOT_KEPT, Wanted, json_response, negotiated, wanted
from app.routes.services import services
from app.routes.watching import again_because, position_of


def view_of(store: JobStore, estimates: Estimates, job: Job, mine: bool, now: float) -> JobView:
    """Gather what the panel shows at a Unix time; `mine`: to the job's owner."""
    position = position_of(store, job)
    return JobView(
        job=job,
        lines=stage_lines(job, store.stages(job.job_id)),
        seen=seen_mark(job, position, now),
        position=position,
        elapsed_seconds=elapsed_seconds(job, now),
        estimate=estimates.usual(store) if job.status.live else None,
        again_because=again_because(store, job),
        mine=mine,
    )


def panel_html(environment: Environment, here: str, view: JobView, *, first: bool) -> str:
    """Render the panel as a fragment. `here` is the job's path; `first`: nobody has polled it yet."""
    return _rendered(environment, "partials/panel.html", here, view, first=first, fragment=True)


def panel_response(job: Job, *, first: bool = False, refresh: bool = True, status: int = 200) -> Response:
    """Answer with the job: fragment, JSON or whole page."""
    here = url_for("jobs.page", job_id=job.job_id)
    mine = visitor.known_owner() == job.owner
    view = view_of(services().store, services().estimates, job, mine, time.time())
    match wanted():
        case Wanted.JSON:
            return negotiated(json_response(job_json(view), status))
        case Wanted.FRAGMENT:
            return Response(panel_html(current_app.jinja_env, here, view, first=first), headers=NOT_KEPT)
        case Wanted.PAGE:
            html = _rendered(current_app.jinja_env, "job.html", here, view, first=True, refresh=refresh)
            page = negotiated(Response(html))
            page.headers["Cache-Control"] = "no-cache"
            return page


def _rendered(environment: Environment, template: str, here: str, view: JobView, **shape: bool) -> str:
    items = "".join([_stage_item(environment, line) for line in view.lines])
    stage_items = Markup(items)  # noqa: S704 - rendered templates
    return environment.get_template(template).render(view=view, here=here, stage_items=stage_items, **shape)


@lru_cache(maxsize=4096)
def _stage_item(environment: Environment, line: StageLine) -> str:
    """Render one step; a thousand watchers see much the same ones, so each is rendered once."""
    return environment.get_template("partials/panel_stage.html").render(line=line)
