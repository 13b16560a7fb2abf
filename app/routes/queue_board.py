"""What the operators' page shows. Job ids only: addresses are the business of those who asked."""

from __future__ import annotations

import time
from dataclasses import dataclass

from app.queue.interface import JobStore, QueueStats
from app.queue.jobs import Job, Status

FAILURES = 20
RUNNING = 100


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
