"""A job as people see it: its state, its steps, how long it takes, and what they may do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from app.errors import (
    AddressNotFound,
    AddressOutsideRegions,
    AddressUnknown,
    LinkWithoutPoint,
    NoHomeHere,
    QuestionExpired,
    ShortPlusCode,
)
from app.pipeline.evaluate import STAGES
from app.pipeline.listing import listing_from_json, question_from_json, without_money
from app.places import Question
from app.queue.jobs import Job, StageRecord, StageState, Status
from app.queue.store import JobStore
from app.queue.store.hosts import Unserved
from app.queue.waiting import ServiceWait, wait_of
from app.web.forms import FormValues, values_from
from app.wording import duration, listed, moment, ordinal, time_of_day

#: While a job lives, the elapsed time on the page is renewed this often (seconds) even when nothing else changed.
TICK_SECONDS = 10.0
#: A wait of so many seconds is told by the time of day, too.
LEAST_TIMED_SECONDS = 60.0
#: The time of day alone does not tell when something was that is so long ago.
LONG_AGO_SECONDS = 12 * 3_600.0
#: Nobody needs to hear that two seconds are longer than usual.
LEAST_SLOW_SECONDS = 5.0
NOBODY_WORKS = "Nobody is working on requests at the moment. Yours is kept, and starts as soon as somebody is."
#: Letters of the job's id that a person reads out to whoever runs the site.
ERROR_ID_LETTERS = 8

#: Failures that another address mends.
ADDRESS_FAULTS = tuple(
    fault.code
    for fault in (AddressNotFound, AddressUnknown, AddressOutsideRegions, LinkWithoutPoint, ShortPlusCode, NoHomeHere)
)

TITLES = {
    Status.QUEUED: "Waiting",
    Status.RUNNING: "Waiting",
    Status.ASKING: "Which one?",
    Status.DONE: "Ready",
    Status.FAILED: "Stopped",
    Status.CANCELLED: "Cancelled",
}


@dataclass(frozen=True, slots=True)
class JobView:
    """Everything that the panel and the JSON of a job show."""

    job: Job
    steps: tuple[Step, ...]
    #: What `panel_mark` makes of it.
    mark: str
    #: How many jobs are ahead of this one, None if it does not wait.
    position: int | None
    elapsed_seconds: float
    estimate: Estimate | None
    #: Why the job was queued again, "" if it never was.
    requeue_reason: str
    #: Whether the visitor is the job's owner.
    mine: bool
    #: What the owner is asked, and until when (Unix time); None unless the job asks.
    question: Question | None = None
    question_expires_at: float | None = None
    #: Seconds until a job whose last try failed, or that was handed back, is tried again; 0 where it need not wait.
    due_in_seconds: float = 0.0
    #: The live service that is waited for, None where none is.
    service_wait: ServiceWait | None = None
    #: Whether services may be asked at all, so that there is a line for them.
    asks_services: bool = False
    #: Whether no worker of the site looks for work.
    nobody_works: bool = False
    #: The data that it waits for, as no host of the site has it; None where one does.
    unserved: Unserved | None = None

    @property
    def live(self) -> bool:
        """Return whether the panel still polls."""
        return self.job.status.live

    @property
    def sentence(self) -> str:
        """Return how the job stands, in one sentence."""
        if self.job.cancel_requested and self.live:
            return "Cancelling. It stops in a moment."
        match self.job.status:
            case Status.RUNNING:
                step, current = f"Step {self.number} of {len(self.steps)}", self.current
                return f"{step}: {current.text}" if current else f"{step}."
            case Status.QUEUED if self.nobody_works:
                return NOBODY_WORKS
            case Status.QUEUED if self.unserved:
                return self._unserved_sentence(self.unserved)
            case Status.QUEUED if self.due_in_seconds:
                return f"{self.job.error or 'That did not work out.'} {self._due_sentence}"
            case Status.QUEUED if self.position:
                ahead = "1 evaluation is" if self.position == 1 else f"{self.position} evaluations are"
                return f"Waiting: {ahead} ahead of yours."
            case Status.QUEUED:
                return "Yours is next. It starts in a moment."
            case Status.ASKING:
                return self._asking_sentence
            case Status.DONE:
                return "Your report is ready."
            case Status.CANCELLED if self.expired:
                return "This evaluation was closed."
            case Status.CANCELLED:
                return "This evaluation was cancelled."
            case Status.FAILED:
                return "This evaluation stopped without a report."

    @property
    def _due_sentence(self) -> str:
        """Return when a job is tried again; the time of day only where that is more than a moment away."""
        wait = _whole_ticks(self.due_in_seconds)
        at = f", at {time_of_day(self.job.run_after)}" if wait >= LEAST_TIMED_SECONDS else ""
        return f"Tried again in about {duration(wait)}{at}."

    def _unserved_sentence(self, unserved: Unserved) -> str:
        """Return which data a job waits for that no host has, and since when; with the day where that was long ago."""
        when = time_of_day if self.elapsed_seconds < LONG_AGO_SECONDS else moment
        return (
            f"Waiting since {when(unserved.since)} for the data of {listed(unserved.regions)}, which no machine of "
            "this site has yet. It starts by itself as soon as one does."
        )

    @property
    def _asking_sentence(self) -> str:
        """Return the question itself; a destination is named, as the address stands above it."""
        question = self.question
        if question is None or not self.mine:
            return "This evaluation waits for an answer from whoever started it."
        place = f"“{question.about}” " if self.about_destination else ""
        if len(question.choices) == 1:
            return f"Is this the {place or 'place '}that you mean?"
        return f"Which {place or 'one '}did you mean?"

    @property
    def about_destination(self) -> bool:
        """Return whether the question is about a destination, not the address."""
        return self.question is not None and self.question.about in self._form.destinations

    @property
    def expired(self) -> bool:
        """Return whether the job was closed because nobody answered its question."""
        return self.job.error_code == QuestionExpired.code

    @property
    def shows_steps(self) -> bool:
        """Return whether there are steps to follow: none has begun for good while a question is open."""
        return self.job.status is not Status.ASKING and not self.expired

    @property
    def title(self) -> str:
        """Return the title of the browser's tab: "3/14 Finding schools - Doorstep", then "Ready - ..."."""
        current = self.current
        if current:
            return f"{self.number}/{len(self.steps)} {current.label} - Doorstep"
        return f"{TITLES[self.job.status]} - {self.job.address} - Doorstep"

    @property
    def notes(self) -> tuple[str, ...]:
        """Return how long it takes and took, which try this is, and what was kept."""
        usual = self.estimate.sentence if self.estimate and not self.slow and not self.unserved else ""
        notes = (_elapsed_note(self.job, self.elapsed_seconds), usual, self._try_note, _resumed_note(self.job))
        return tuple(filter(None, notes))

    @property
    def _try_note(self) -> str:
        """Return which try this is and why, from the second on; the sentence of one that waits has said why."""
        number = _try_number(self.job)
        if number < 2:
            return ""
        is_said = self.due_in_seconds > 0 and bool(self.job.error)
        why = "" if is_said or not self.requeue_reason else f", after: {self.requeue_reason}"
        return f"{ordinal(number)} try{why}"

    @property
    def slow(self) -> bool:
        """Return whether the job is taking longer than nine in ten before it."""
        if self.estimate is None or self.job.status is not Status.RUNNING:
            return False
        return self.elapsed_seconds > max(self.estimate.high_seconds, LEAST_SLOW_SECONDS)

    @property
    def finished(self) -> int:
        """Return how many steps are over."""
        return sum(step.state in ("done", "missing") for step in self.steps)

    @property
    def current(self) -> Step | None:
        """Return the step under way."""
        return next((step for step in self.steps if step.state == "working"), None)

    @property
    def number(self) -> int:
        """Return the number of the step under way, from 1."""
        return min(self.finished + 1, len(self.steps))

    @property
    def can_cancel(self) -> bool:
        """Return whether this visitor may call the job off now."""
        return self.mine and not self.job.status.ended and not self.job.cancel_requested

    @property
    def can_retry(self) -> bool:
        """Return whether this visitor may start the job again."""
        return self.mine and self.job.status in (Status.FAILED, Status.CANCELLED)

    @property
    def address_at_fault(self) -> bool:
        """Return whether another address would help, rather than another try."""
        return self.job.error_code in ADDRESS_FAULTS

    @property
    def error_id(self) -> str:
        """Return a short id to tell whoever runs the site."""
        return f"{self.job.error_code or 'unknown'}-{self.job.job_id[:ERROR_ID_LETTERS]}"

    @property
    def form_query(self) -> dict[str, str | list[str]]:
        """Return the query that fills the form again; what was said of money is its owner's alone."""
        return self._form.query

    @property
    def _form(self) -> FormValues:
        listing = listing_from_json(self.job.listing)
        return values_from(listing if self.mine or listing.shares_money else without_money(listing))


def view_of(store: JobStore, job: Job, mine: bool, now: float) -> JobView:
    """Return what the panel shows at a Unix time; `mine`: the visitor is the job's owner."""
    waiting = _waiting(store, job, now)
    return JobView(
        job=job,
        steps=steps_of(job, store.stages(job.job_id)),
        mark=panel_mark(job, waiting, now),
        position=waiting.position,
        elapsed_seconds=elapsed_seconds(job, now),
        estimate=estimate_from(store.stage_seconds()) if job.status.live else None,
        requeue_reason=_requeue_reason(store, job),
        mine=mine,
        question=question_from_json(job.question) if job.question else None,
        question_expires_at=store.question_expires_at(job),
        due_in_seconds=waiting.due_in_seconds,
        service_wait=wait_of(job, now, store.config),
        asks_services=store.config.live == "on",
        nobody_works=waiting.nobody_works,
        unserved=waiting.unserved,
    )


class Waiting(NamedTuple):
    """What a job in the line waits for; the defaults are those of a job that does not wait."""

    position: int | None = None
    due_in_seconds: float = 0.0
    nobody_works: bool = False
    unserved: Unserved | None = None


def _waiting(store: JobStore, job: Job, now: float) -> Waiting:
    """Return what a job waits for. That nobody works is said of one that has waited for a moment: sites restart."""
    if job.status is not Status.QUEUED:
        return Waiting()
    nobody_works = elapsed_seconds(job, now) >= TICK_SECONDS and not store.somebody_works()
    unserved = None if nobody_works else store.unserved(job)
    due_in_seconds = store.due_in_seconds(job)
    return Waiting(None if due_in_seconds else store.position(job), due_in_seconds, nobody_works, unserved)


def _whole_ticks(seconds: float) -> float:
    """Return a time as the panel shows it: no finer than it is renewed, and never too short."""
    return math.ceil(seconds / TICK_SECONDS) * TICK_SECONDS


def elapsed_seconds(job: Job, now: float) -> float:
    """Return the seconds that the job has run in its last try, or has waited if it stands in line, at a Unix time.

    The time before a question, and that which its owner took to answer it, is not counted.
    """
    began_at = None if job.status is Status.QUEUED else job.started_at
    return max(0.0, (job.completed_at or job.asked_at or now) - (began_at or job.queued_at or job.created_at))


def _requeue_reason(store: JobStore, job: Job) -> str:
    """Return why the job last went back into the queue, "" on its first try."""
    if _try_number(job) < 2:
        return ""
    back = [e.why for e in store.events(job.job_id) if (e.from_status, e.to_status) == (Status.RUNNING, Status.QUEUED)]
    return back[-1] if back else ""


def _try_number(job: Job) -> int:
    """Return the number, from 1, of the try that is under way or comes next, or that was the last."""
    return job.attempts + (job.status is Status.QUEUED)


# --- whether the panel that a browser shows is still right -----------------------------------------


def mark_now(store: JobStore, job: Job, now: float) -> str:
    """Return the mark of the panel as it would be rendered at a Unix time."""
    return panel_mark(job, _waiting(store, job, now), now)


def panel_mark(job: Job, waiting: Waiting, now: float) -> str:
    """Return a text that changes whenever the panel would: the `seen` of a poll is compared with it."""
    if not job.status.live:
        return f"{job.version}"
    ticks = int(elapsed_seconds(job, now) // TICK_SECONDS)
    if job.status is not Status.QUEUED:
        return f"{job.version}.{ticks}"
    due = math.ceil(waiting.due_in_seconds / TICK_SECONDS)
    line = "nobody" if waiting.nobody_works else "unserved" if waiting.unserved else waiting.position
    return f"{job.version}.{ticks}.{line}.{due}"


# --- the steps -------------------------------------------------------------------------------------


#: How a step stands; "left" is one that was never reached.
StepState = Literal["done", "working", "waiting", "missing", "failed", "left"]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The state of one stage of a job. Equal steps are the same object, so that each is rendered once."""

    stage: str
    text: str
    #: The text without its dots, for the title of a tab.
    label: str
    state: StepState
    #: The state for people: "done in 0.4 s", "nothing found: no stop is mapped".
    state_text: str

    @property
    def why(self) -> str:
        """Return why the step found nothing, "" for any other."""
        return self.state_text.partition(": ")[2]


def steps_of(job: Job, records: tuple[StageRecord, ...]) -> tuple[Step, ...]:
    """Return all stages, in order."""
    known = {record.stage: record for record in records}
    return tuple(_step(stage.name, stage.text, *_state(job, stage.name, known.get(stage.name))) for stage in STAGES)


@lru_cache(maxsize=4096)
def _step(stage: str, text: str, state: StepState, state_text: str) -> Step:
    """Return the same object for equal steps: a thousand watchers see much the same ones."""
    return Step(stage, text, text.removesuffix("..."), state, state_text)


def _state(job: Job, stage: str, record: StageRecord | None) -> tuple[StepState, str]:
    if record is not None and record.state is StageState.DONE:
        return "done", f"done in {duration(record.seconds)}" if record.seconds is not None else "done"
    if record is not None and record.state is StageState.MISSING:
        return "missing", f"nothing found: {record.reason}" if record.reason else "nothing found"
    return _unfinished(job, stage, begun=record is not None or job.current_stage == stage)


def _unfinished(job: Job, stage: str, *, begun: bool) -> tuple[StepState, str]:
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


# --- how long it takes -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds for all stages: the sums of their 25th and of their 90th percentiles."""

    low_seconds: float
    high_seconds: float

    @property
    def sentence(self) -> str:
        """Return the range, without promising more than is known."""
        low, high = max(1, round(self.low_seconds)), max(1, round(self.high_seconds))
        if high == 1:
            return "usually about a second"
        if high < 90:
            return f"usually {low} to {high} seconds" if low < high else f"usually about {high} seconds"
        low, high = max(1, round(low / 60)), round(high / 60)
        return f"usually {low} to {high} minutes" if low < high else f"usually about {high} minutes"


def estimate_from(stage_seconds: Mapping[str, tuple[float, float]]) -> Estimate | None:
    """Return the sums over all stages; None if no run has finished yet."""
    if not stage_seconds:
        return None
    return Estimate(sum(low for low, _ in stage_seconds.values()), sum(high for _, high in stage_seconds.values()))


def _elapsed_note(job: Job, seconds: float) -> str:
    """Return how long it takes, no finer than the panel is renewed; "" where that means nothing."""
    ticks = seconds // TICK_SECONDS
    so_far = duration(ticks * TICK_SECONDS) if ticks else "a few seconds"
    match job.status:
        case Status.RUNNING:
            return f"{so_far} so far"
        case Status.QUEUED:
            return f"waiting for {so_far}"
        case Status.DONE if job.started_at:
            return f"took {duration(seconds)}"
        case _:
            return ""


def _resumed_note(job: Job) -> str:
    """Return that finished steps of an earlier try were kept, whether it was interrupted or had to wait."""
    if not job.resumed or job.status is Status.QUEUED:
        return ""
    return "went on where it was; finished steps were kept"
