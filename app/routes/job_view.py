"""One job as a person sees it: the same view stands behind the page, the polled panel and the JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec

from app.errors import AddressNotFound, AddressOutsideRegions
from app.pipeline import STAGES
from app.pipeline.listing import Listing
from app.queue.jobs import Job, StageRecord, StageState, Status
from app.routes.estimates import Estimate
from app.routes.job_words import resumed_words, status_sentence, tab_title, time_words, try_words
from app.routes.listing_form import Typed, typed_from
from app.routes.words import duration

#: While a job lives, the elapsed time on the page is renewed this often (seconds) even when nothing else changed.
TICK_SECONDS = 10.0
#: Nobody needs to hear that two seconds are longer than usual.
LEAST_SLOW_SECONDS = 5.0
#: Letters of the job's id that a person reads out to whoever runs the site.
ERROR_ID_LETTERS = 8


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
        """Tell whether the panel still polls."""
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
        """Tell whether the job takes longer than nine in ten did."""
        if self.estimate is None or self.job.status is not Status.RUNNING:
            return False
        return self.elapsed_seconds > max(self.estimate.high_seconds, LEAST_SLOW_SECONDS)

    @property
    def address_at_fault(self) -> bool:
        """Tell whether another address, rather than another try, is what helps."""
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
        """Tell whether this visitor may call the job off now."""
        return self.mine and self.live and not self.job.cancel_requested

    @property
    def can_retry(self) -> bool:
        """Tell whether this visitor may start the job again."""
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
