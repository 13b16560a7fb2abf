"""Where a job stands right now: its place in the queue, and the mark that its panel carries."""

from __future__ import annotations

import time

from app.queue.interface import JobStore
from app.queue.jobs import Job, Status
from app.routes.job_view import seen_mark


def position_of(store: JobStore, job: Job) -> int | None:
    """Return how many jobs go before this one, None where it does not wait."""
    return store.position(job) if job.status is Status.QUEUED else None


def mark_now(store: JobStore, job: Job) -> str:
    """Return the mark of the panel as it would be rendered now."""
    return seen_mark(job, position_of(store, job), time.time())


def again_because(store: JobStore, job: Job) -> str:
    """Return the reason of the last time the job went back into the queue, "" on its first try."""
    if job.attempts + (job.status is Status.QUEUED) < 2:
        return ""
    back = [event.why for event in store.events(job.job_id) if event.from_status and event.to_status is Status.QUEUED]
    return back[-1] if back else ""
