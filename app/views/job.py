"""How long an evaluation usually takes, from past runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from app.errors import AddressNotFound, AddressOutsideRegions
from app.pipeline.evaluate import STAGES
from app.pipeline.listing import Listing
from app.queue.jobs import Job, StageRecord, StageState, Status
from app.web.forms import Typed, typed_from
from app.wording import duration, ordinal

#: While a job lives, the elapsed time on the page is renewed this often (seconds) even when nothing else changed.
TICK_SECONDS = 10.0
#: Nobody needs to hear that two seconds are longer than usual.
LEAST_SLOW_SECONDS = 5.0
#: Letters of the job's id that a person reads out to whoever runs the site.
ERROR_ID_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds for all stages: the sums of their 25th and of their 90th percentiles."""

    low_seconds: float
    high_seconds: float

    @property
    def sentence(self) -> str:
        """Say the range in words that promise no more than is known."""
        low, high = max(1, round(self.low_seconds)), max(1, round(self.high_seconds))
        if high == 1:
            return "usually about a second"
        if high < 90:
            return f"usually {low} to {high} seconds" if low < high else f"usually about {high} seconds"
        low, high = max(1, round(low / 60)), round(high / 60)
        return f"usually {low} to {high} minutes" if low < high else f"usually about {high} minutes"


def estimate_from(stage_seconds: Mapping[str, tuple[float, float]]) -> Estimate | None:
    """Add up the stages; None where no run has finished yet."""
    if not stage_seconds:
        return None
    return Estimate(sum(low for low, _ in stage_seconds.values()), sum(high for _, high in stage_seconds.values()))


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


@dataclass(frozen=True, slots=True, eq=False)
class StageLine:
    """One of the 14 lines of the panel; equal ones are the same object, so each is rendered once."""

    name: str
    text: str
    #: The text without its dots, for the title of a tab.
    label: str
    #: done, working, waiting, missing, failed or left
    state: str
    #: The state in words: "done in 0.4 s".
    words: str


@dataclass(frozen=True, slots=True)
class JobView:
    """Everything the panel shows."""

    job: Job
    lines: tuple[StageLine, ...]
    seen: str
    position: int | None
    elapsed_seconds: float
    estimate: Estimate | None
    #: Why the job was queued again, "" where it never was.
    again_because: str
    mine: bool

    @property
    def live(self) -> bool:
        """Return whether the panel still polls."""
        return self.job.status.live

    @property
    def finished(self) -> int:
        """Count the steps that are over."""
        return sum(line.state in ("done", "missing") for line in self.lines)

    @property
    def current(self) -> StageLine | None:
        """Return the step under way."""
        return next((line for line in self.lines if line.state == "working"), None)

    @property
    def step(self) -> int:
        """Number the step under way, from 1."""
        return min(self.finished + 1, len(self.lines))

    @property
    def slow(self) -> bool:
        """Return whether the job takes longer than nine in ten did."""
        if self.estimate is None or self.job.status is not Status.RUNNING:
            return False
        return self.elapsed_seconds > max(self.estimate.high_seconds, LEAST_SLOW_SECONDS)

    @property
    def address_at_fault(self) -> bool:
        """Return whether another address, rather than another try, is what helps."""
        return self.job.error_code in (AddressNotFound.code, AddressOutsideRegions.code)

    @property
    def sentence(self) -> str:
        """Say in one sentence how the job stands."""
        current = self.current
        text = current.text if current else ""
        return status_sentence(self.job, self.position, self.step, len(self.lines), text)

    @property
    def title(self) -> str:
        """Name the browser's tab."""
        current = self.current
        return tab_title(self.job, self.step, len(self.lines), current.label if current else "")

    @property
    def notes(self) -> tuple[str, ...]:
        """Say how long it takes and took, which try this is, and what was kept."""
        usual = self.estimate.sentence if self.estimate and not self.slow else ""
        times = time_words(self.job, self.elapsed_seconds, TICK_SECONDS)
        told = (times, usual, try_words(self.job, self.again_because), resumed_words(self.job))
        return tuple(filter(None, told))

    @property
    def typed(self) -> Typed:
        """Return what the person typed, to start from again."""
        return typed_from(msgspec.json.decode(self.job.listing, type=Listing))

    @property
    def other_fields(self) -> tuple[tuple[str, str], ...]:
        """Return everything typed beside the address."""
        values = tuple((name, value) for name, value in self.typed.values.items() if name != "address")
        return values + tuple(("destinations", place) for place in self.typed.destinations)

    @property
    def form_query(self) -> dict[str, str | list[str]]:
        """Return the query that fills the form again."""
        return {**self.typed.values, "destinations": list(self.typed.destinations)}

    @property
    def error_id(self) -> str:
        """A short id to name to whoever runs the site."""
        return f"{self.job.error_code or 'unknown'}-{self.job.job_id[:ERROR_ID_LETTERS]}"

    @property
    def can_cancel(self) -> bool:
        """Return whether this visitor may call the job off now."""
        return self.mine and self.live and not self.job.cancel_requested

    @property
    def can_retry(self) -> bool:
        """Return whether this visitor may start the job again."""
        return self.mine and self.job.status in (Status.FAILED, Status.CANCELLED)


def seen_mark(job: Job, position: int | None, now: float) -> str:
    """Return a text that changes whenever the panel would: the `seen` of a poll is compared with it."""
    if not job.status.live:
        return f"{job.version}"
    ticks = int(elapsed_seconds(job, now) // TICK_SECONDS)
    return f"{job.version}.{ticks}" if position is None else f"{job.version}.{ticks}.{position}"


def elapsed_seconds(job: Job, now: float) -> float:
    """Return for how long the job has run, or has waited where it has not begun, at a Unix time."""
    return max(0.0, (job.completed_at or now) - (job.started_at or job.created_at))


def stage_lines(job: Job, records: tuple[StageRecord, ...]) -> tuple[StageLine, ...]:
    """Say of each of the 14 stages how it stands."""
    known = {record.stage: record for record in records}
    return tuple(_line(s.name, s.text, *_state(job, s.name, known.get(s.name))) for s in STAGES)


@lru_cache(maxsize=4096)
def _line(name: str, text: str, state: str, words: str) -> StageLine:
    """Make a line, or take the one made before from the same words: a thousand watchers see much the same lines."""
    return StageLine(name, text, text.removesuffix("..."), state, words)


def _state(job: Job, stage: str, record: StageRecord | None) -> tuple[str, str]:
    if record is not None and record.state is StageState.DONE:
        return "done", f"done in {duration(record.seconds)}" if record.seconds is not None else "done"
    if record is not None and record.state is StageState.MISSING:
        return "missing", f"nothing found: {record.reason}" if record.reason else "nothing found"
    return _unfinished(job, stage, begun=record is not None or job.current_stage == stage)


def _unfinished(job: Job, stage: str, *, begun: bool) -> tuple[str, str]:
    match job.status:
        case Status.RUNNING if job.current_stage == stage:
            return "working", "working"
        case Status.FAILED if begun:
            return "failed", "stopped here"
        case Status.DONE:
            return "done", "done"
        case Status.FAILED | Status.CANCELLED:
            return "left", "not reached"
        case _:
            return "waiting", "waiting"
