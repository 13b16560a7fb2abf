"""The visitor's own recent evaluations and reports, for the front page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from app.queue.jobs import Job, Status
from app.routes.services import store

LIMIT = 8

WORDS = {
    Status.QUEUED: "waiting",
    Status.RUNNING: "under way",
    Status.FAILED: "stopped",
    Status.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Recent:
    """One line of the list."""

    address: str
    url: str
    words: str
    at: float


def recent_of(owner: str | None) -> tuple[Recent, ...]:
    """Return an owner's newest evaluations, finished ones as their report; empty for a new visitor."""
    if owner is None:
        return ()
    reports = [
        Recent(found.address, url_for("snapshots.page", snapshot_id=found.snapshot_id), "report", found.created_at)
        for found in store().recent_snapshots(owner, LIMIT)
    ]
    jobs = [_from_job(job) for job in store().recent_jobs(owner, LIMIT) if job.status in WORDS]
    return tuple(sorted(reports + jobs, key=lambda item: -item.at)[:LIMIT])


def _from_job(job: Job) -> Recent:
    return Recent(job.address, url_for("jobs.page", job_id=job.job_id), WORDS[job.status], job.created_at)
