"""Whether the process is up, and whether an evaluation can start now."""

from __future__ import annotations

from flask import Blueprint, Response

from app.errors import DoorstepError
from app.queue import worker_health
from app.queue.store.hosts import PublishedRegion
from app.sources.live.asking.checking import troubles
from app.sources.live.services import all_of, services_in
from app.views.queue import hosts_of
from app.web.services import config, source, store

#: What is wrong where a host of several has just begun.
FETCHING = "This host has no region yet; it fetches those of the site's catalogue."
#: What is wrong where pages are served and no evaluation can begin.
NOBODY = "Nobody works on the queue. Start gunicorn with -c gunicorn_config.py, or a `flask worker` beside it."
LEFT_TO_OTHERS = "Nobody works on the queue. DOORSTEP_WORKER is off here, so start a `flask worker`, on any host."

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def up() -> Response:
    """Answer 200 while the process lives; nothing else is looked at."""
    return _plain("ok\n", 200)


@bp.get("/readyz")
def ready() -> Response:
    """Answer 200 if an evaluation can start now, else 503 with one reason a line.

    A live service that is not asked for a while is told in a line, too: evaluations in regions go on without it. So is
    what each host covers, where the site has a catalogue of regions: what another host lacks does not stop this one.
    """
    reasons = reasons_not_ready()
    return _plain("\n".join((*(reasons or ("ready",)), *_services(), *_hosts())) + "\n", 503 if reasons else 200)


def _plain(text: str, status: int) -> Response:
    response = Response(text, status=status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response


def reasons_not_ready() -> tuple[str, ...]:
    """Return what is wrong, as sentences for whoever runs the site; empty when all is well."""
    return tuple(filter(None, (_store(), _regions(), _worker())))


def _store() -> str:
    """Return why the store cannot be used, "" if it can. The error is caught here because it is the answer."""
    try:
        store().check()
        store().check_room()
    except DoorstepError as error:
        return error.terminal_message
    return ""


def _regions() -> str:
    """Return what is wrong with each region that cannot be read, or that there is none; "" if all is well.

    Without a region a site can answer from live sources.
    """
    if problems := source().problems():
        return "\n".join(problems)
    if source().covered() or config().live == "on":
        return ""
    return FETCHING if config().region_store and _catalogue() else "No region has been imported."


def _catalogue() -> tuple[PublishedRegion, ...]:
    """Return the site's catalogue; nothing where the store cannot tell, which is a reason already."""
    try:
        return store().catalogue()
    except DoorstepError:
        return ()


def _hosts() -> tuple[str, ...]:
    """Return what each host covers and how many jobs wait for data that none has; nothing without a catalogue."""
    try:
        coverage = store().coverage()
        waiting = store().unserved_jobs(coverage)
    except DoorstepError:
        return ()
    told = (f"Jobs that wait for data that no host has: {waiting}.",) if waiting else ()
    return (*told, *(host.sentence for host in hosts_of(coverage))) if coverage.catalogue else told


def _services() -> tuple[str, ...]:
    """Return which live services are not asked now; nothing where the store cannot tell, which is a reason already."""
    try:
        return troubles(all_of(services_in(config())), store())
    except DoorstepError:
        return ()


def _worker() -> str:
    """Return what is wrong with this process's worker, or that no process has one; "" if somebody works."""
    health = worker_health()
    if health is None:
        return _nobody()
    if not health.alive:
        return "The queue's worker in this process is not alive."
    return "The evaluator cannot be started; the log says why." if health.cannot_start else ""


def _nobody() -> str:
    """Return that nobody works, as far as the store can tell: why it cannot is a reason of its own."""
    try:
        if store().somebody_works():
            return ""
        return LEFT_TO_OTHERS if config().worker == "off" else NOBODY
    except DoorstepError:
        return ""
