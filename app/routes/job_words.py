"""What the panel says of a job, in sentences."""

from __future__ import annotations

from app.queue.jobs import Job, Status
from app.routes.words import duration, ordinal


def status_sentence(job: Job, position: int | None, step: int, total: int, text: str) -> str:
    """Say in one sentence how the job stands; `text` is the display text of the step under way, or ""."""
    if job.cancel_requested and job.status.live:
        return "Cancelling. It stops at the end of this step."
    match job.status:
        case Status.RUNNING:
            return f"Step {step} of {total}: {text}" if text else f"Step {step} of {total}."
        case Status.QUEUED if position:
            ahead = "1 evaluation is" if position == 1 else f"{position} evaluations are"
            return f"Waiting: {ahead} ahead of yours."
        case Status.QUEUED:
            return "Yours is next. It starts in a moment."
        case Status.DONE:
            return "Your report is ready."
        case Status.CANCELLED:
            return "This evaluation was cancelled."
        case Status.FAILED:
            return "This evaluation stopped without a report."


def tab_title(job: Job, step: int, total: int, label: str) -> str:
    """Name the browser's tab: "3/14 Finding schools - Doorstep", then "Ready - ..."."""
    if job.status is Status.RUNNING and label:
        return f"{step}/{total} {label} - Doorstep"
    words = {Status.DONE: "Ready", Status.FAILED: "Stopped", Status.CANCELLED: "Cancelled"}
    return f"{words.get(job.status, 'Waiting')} - {job.address} - Doorstep"


def time_words(job: Job, elapsed_seconds: float, tick_seconds: float) -> str:
    """Say how long it takes, no finer than the panel is renewed; "" where that means nothing."""
    ticks = elapsed_seconds // tick_seconds
    so_far = duration(ticks * tick_seconds) if ticks else "a few seconds"
    match job.status:
        case Status.RUNNING:
            return f"{so_far} so far"
        case Status.QUEUED:
            return f"waiting for {so_far}"
        case Status.DONE if job.started_at:
            return f"took {duration(elapsed_seconds)}"
        case _:
            return ""


def try_words(job: Job, because: str) -> str:
    """Say which try this is and why, from the second on."""
    number = job.attempts + (job.status is Status.QUEUED)
    if number < 2:
        return ""
    return f"{ordinal(number)} try" + (f", after: {because}" if because else "")


def resumed_words(job: Job) -> str:
    """Say that finished steps of an interrupted try were kept."""
    if not job.resumed or job.status is Status.QUEUED:
        return ""
    return "resumed after an interruption; finished steps were kept"
