"""A job for programs."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from flask import url_for

from app.routes.job_view import JobView
from app.routes.words import iso


@dataclass(frozen=True, slots=True)
class StageDocument:
    """One step."""

    stage: str
    text: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class JobDocument:
    """A job with the links to go on from. Null: not known, or not so far yet."""

    job_id: str
    status: str
    address: str
    current_stage: str | None
    stage_text: str | None
    stages: tuple[StageDocument, ...]
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
    suggestions: tuple[str, ...]
    status_url: str


def job_json(view: JobView) -> bytes:
    """Encode a job's view."""
    job = view.job
    snapshot = job.result_snapshot_id
    document = JobDocument(
        job_id=job.job_id,
        status=job.status.value,
        address=job.address,
        current_stage=job.current_stage,
        stage_text=next((line.text for line in view.lines if line.name == job.current_stage), None),
        stages=tuple(StageDocument(line.name, line.text, line.state, line.words) for line in view.lines),
        stages_finished=view.finished,
        stages_total=len(view.lines),
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
        suggestions=job.suggestions,
        status_url=url_for("jobs.page", job_id=job.job_id, _external=True),
    )
    return msgspec.json.encode(document)
