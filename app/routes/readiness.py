"""What must be true before an evaluation can start."""

from __future__ import annotations

from app.errors import DoorstepError
from app.queue import worker_health
from app.routes.services import store
from app.routes.sources import covered_regions


def reasons_not_ready() -> tuple[str, ...]:
    """Return what is wrong, as sentences for whoever runs the site; empty when all is well."""
    return tuple(filter(None, (_store(), _regions(), _worker())))


def _store() -> str:
    """Say why the store cannot be used. Caught here because the answer is the finding, not a failure."""
    try:
        store().check()
    except DoorstepError as error:
        return error.message
    return ""


def _regions() -> str:
    regions = covered_regions()
    damaged = ", ".join(region.name for region in regions if not region.usable)
    if damaged:
        return f"The data of these regions is damaged: {damaged}. Import them again."
    return "" if regions else "No region has been imported."


def _worker() -> str:
    """Look at this process's own worker; a process that only serves pages has none, and is ready without."""
    health = worker_health()
    return "" if health is None or health.alive else "The queue's worker in this process is not alive."
