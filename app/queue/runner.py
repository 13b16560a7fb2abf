"""One attempt at a job: what an evaluation reports while it runs, how it is stopped, and how it may end."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.errors import DoorstepError, EvaluationFailed, QueueUnavailable
from app.queue.jobs import Claim, Failure, Picture, StageRecord
from app.queue.store import JobStore
from app.queue.store.people import RUN_OWNER

logger = logging.getLogger(__name__)

#: Pause before a write that the database could not take is tried again: the first, doubled up to the second.
RETRY_SECONDS = (0.01, 0.2)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StageEnded:
    """A stage that ended, with its finding for a later attempt to go on from."""

    record: StageRecord
    finding: bytes


@dataclass(frozen=True, slots=True)
class Work:
    """To the evaluator's process: evaluate this listing (JSON), going on after these findings."""

    listing: str
    finished: tuple[bytes, ...]
    #: For its log.
    job_id: str = ""
    #: The build ("name@build") that it must run on.
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """From the evaluator's process: everything is loaded."""


@dataclass(frozen=True, slots=True)
class StageBegan:
    """From the evaluator's process: a stage begins. `StageEnded` reports its end."""

    stage: str


@dataclass(frozen=True, slots=True)
class BeganAnew:
    """From the evaluator's process: the findings are of other data than there is now, so it begins with none."""


@dataclass(frozen=True, slots=True)
class Waits:
    """From the evaluator's process: the live service of this name is asked from now on, None: no longer any."""

    service: str | None
    #: Whether it is not asked yet, as other evaluations come first.
    turn: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """To the evaluator's process: end the evaluation under way as soon as it can be, as others come first."""


@dataclass(frozen=True, slots=True)
class PausedHere:
    """From the evaluator's process: the evaluation ended because it was asked to pause."""


@dataclass(frozen=True, slots=True)
class Drew:
    """From the evaluator's process: the pictures of the report that comes next."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """From the evaluator's process: the report as JSON."""

    report: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """From the evaluator's process: no report, and why, in words for people."""

    failure: Failure
    #: The same work may succeed later.
    passing: bool


@dataclass(frozen=True, slots=True)
class Questioned:
    """From the evaluator's process: no report before this question (JSON) is answered."""

    question: str


class NeedsAnswer(Exception):
    """The evaluation cannot go on before the owner has answered a question, given as JSON: no failure."""

    def __init__(self, question: str) -> None:
        super().__init__("a question is open")
        self.question = question


class Interrupted(Exception):
    """The evaluation was stopped from outside: its claim is lost, it was called off, or the worker stops."""


class OthersFirst(Exception):
    """The evaluation gives way to jobs of people, and goes on later from what is kept."""


class EvaluatorDied(Exception):
    """The evaluator's process ended by itself in the middle of an evaluation."""


class EvaluatorUnavailable(Exception):
    """The evaluator's process cannot be started, and no job is to blame."""


class StageObserver(Protocol):
    """What is told of each stage while an evaluation runs.

    Its methods may raise Interrupted, which ends it; of one that is in no hurry also OthersFirst.
    """

    @property
    def needs(self) -> str:
        """The build ("name@build") that the evaluation must run on, "" for the regions as they are."""

    def began_anew(self) -> None:
        """Take that the findings of earlier attempts are of no use: no stage is finished."""

    def began(self, stage: str) -> None: ...

    def ended(self, stage: StageEnded) -> None: ...

    def waits(self, service: str | None, turn: bool = False) -> None:
        """Take the name of the live service that is waited for from now on, None once its answer is kept.

        `turn`: the service is not asked yet, as other evaluations come first.
        """

    def drew(self, pictures: tuple[Picture, ...]) -> None:
        """Take the pictures of the report, once all stages have ended."""

    def goes_on(self) -> None:
        """Let an evaluation that is in no hurry ask, between two of its steps, whether it is to pause."""


class Runner(Protocol):
    """Runs one evaluation at a time."""

    def start(self) -> None:
        """Get ready for an evaluation, and return once it can begin. Raises EvaluatorUnavailable."""

    def run(self, listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        """Evaluate a listing (JSON), going on after the findings of finished stages; return the report as JSON.

        Raises NeedsAnswer, a DoorstepError with a message for people, Interrupted, OthersFirst, EvaluatorDied or
        EvaluatorUnavailable.
        """

    def interrupt(self) -> None:
        """Stop the evaluation under way, from another thread."""

    def close(self) -> None:
        """Release everything."""


#: listing, finished findings, progress -> report
Evaluate = Callable[[str, Sequence[bytes], StageObserver], bytes]


class InlineRunner:
    """Runs an evaluation in the worker's own thread: it can only be stopped between stages."""

    def __init__(self, evaluation: Evaluate) -> None:
        self._evaluation = evaluation
        self._interrupted = False

    def start(self) -> None:
        """Do nothing: the worker's own thread is ready."""

    def run(self, listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        """Call the evaluation and return its report (JSON)."""
        self._interrupted = False
        return self._evaluation(listing, finished, _Interruptible(self, progress))

    def interrupt(self) -> None:
        """Make the evaluation's next call of its observer raise Interrupted."""
        self._interrupted = True

    def stop_if_interrupted(self) -> None:
        """Raise Interrupted after `interrupt`."""
        if self._interrupted:
            raise Interrupted

    def close(self) -> None:
        """Do nothing: there is nothing to release."""


class _Interruptible:
    """Passes progress on, and ends an evaluation that was interrupted."""

    def __init__(self, runner: InlineRunner, progress: StageObserver) -> None:
        self._runner = runner
        self._progress = progress

    @property
    def needs(self) -> str:
        return self._progress.needs

    def began_anew(self) -> None:
        self._runner.stop_if_interrupted()
        self._progress.began_anew()

    def began(self, stage: str) -> None:
        self._runner.stop_if_interrupted()
        self._progress.began(stage)

    def ended(self, stage: StageEnded) -> None:
        self._runner.stop_if_interrupted()
        self._progress.ended(stage)

    def waits(self, service: str | None, turn: bool = False) -> None:
        self._runner.stop_if_interrupted()
        self._progress.waits(service, turn=turn)

    def drew(self, pictures: tuple[Picture, ...]) -> None:
        self._runner.stop_if_interrupted()
        self._progress.drew(pictures)

    def goes_on(self) -> None:
        self._runner.stop_if_interrupted()


class Refused(Exception):
    """An evaluation that ended without a report, with the reason for the person who asked."""

    def __init__(self, failure: Failure, *, passing: bool) -> None:
        super().__init__(failure.code)
        self.failure = failure
        self.passing = passing


def refusal(error: Exception) -> Refused:
    """Explain an exception: expected ones in their own words, all others by an id that is also in the log."""
    if isinstance(error, Refused):
        return error
    if not isinstance(error, DoorstepError):
        error_id = secrets.token_hex(4)
        logger.error("evaluation failed, error %s", error_id, exc_info=error)
        error = EvaluationFailed(error_id=error_id)
    failure = Failure(error.code, error.message, error.message_at_last, error.retry_after_seconds, error.counts)
    return Refused(failure, passing=error.passing)


class Attempt:
    """One attempt at a claimed job. It is the evaluation's StageObserver; the watch sets `lost` and `called_off`."""

    def __init__(self, store: JobStore, claim: Claim, *, stopping: Callable[[], bool]) -> None:
        self.claim = claim
        self.lost = False
        self.called_off = False
        #: Whether it waits for its turn at a service, so that nothing is lost when it is broken off.
        self.waits_for_turn = False
        self._store = store
        self._stopping = stopping
        self._ended: StageEnded | None = None
        self._pictures: tuple[Picture, ...] = ()

    @property
    def needs(self) -> str:
        """The build that the job must run on."""
        return self.claim.needs

    def began_anew(self) -> None:
        """Forget what earlier attempts kept. Raises Interrupted if the claim is lost."""
        self.lost = not self.persist(lambda: self._store.begin_anew(self.claim))
        if self.lost:
            raise Interrupted

    def began(self, stage: str) -> None:
        """Store this stage together with the finding of the one before.

        Raises Interrupted if the job must stop, and OthersFirst if it is a tile and jobs of people wait.
        """
        ended = self._ended
        finished, finding = (ended.record, ended.finding) if ended else (None, None)
        self.lost = not self.persist(lambda: self._store.update_job_stage(self.claim, stage, finished, finding))
        self._ended = None
        self.waits_for_turn = False
        self._stop_if_wanted()
        if self.claim.owner == RUN_OWNER and self.persist(lambda: self._store.others_first(self.claim)):
            raise OthersFirst

    def ended(self, stage: StageEnded) -> None:
        """Remember the finding: it is written together with the beginning of the next stage."""
        self._ended = stage

    def waits(self, service: str | None, turn: bool = False) -> None:
        """Store what is waited for. Raises Interrupted if the job must stop and no question is on its way.

        The answer to one that is comes first, and is kept, so that the next attempt need not ask again.
        """
        self.lost = not self.persist(lambda: self._store.note_wait(self.claim, service, turn=turn))
        self.waits_for_turn = turn
        if self.lost or turn or service is None:
            self._stop_if_wanted()

    def drew(self, pictures: tuple[Picture, ...]) -> None:
        """Remember the pictures: they are written together with the report."""
        self._pictures = pictures

    def goes_on(self) -> None:
        """Do nothing: what must stop is told when a stage begins."""

    def complete(self, report: bytes, worker: str) -> Claim | None:
        """Store the report; unless the worker stops, claim and return the next job in the same transaction."""
        finished = self._ended.record if self._ended else None
        if self._stopping():
            self.persist(lambda: self._store.complete_job(self.claim, report, finished, self._pictures))
            return None
        pictures = self._pictures
        return self.persist(lambda: self._store.complete_and_claim(self.claim, report, worker, finished, pictures))[1]

    def break_off(self) -> None:
        """End an interrupted attempt: cancel the job if it was called off, else hand it back as it is."""
        if self.called_off:
            self.persist(lambda: self._store.finish_cancel(self.claim))
        elif not self.lost:
            self.persist(lambda: self._store.release_job(self.claim))

    def give_way(self) -> None:
        """Hand a job back as others come first; its attempt does not count."""
        self.persist(lambda: self._store.release_job(self.claim, "handed back: jobs of people wait"))

    def _stop_if_wanted(self) -> None:
        self.called_off = not self.lost and self.persist(lambda: self._store.cancel_wanted(self.claim))
        if self.lost or self.called_off or self._stopping():
            raise Interrupted

    def persist(self, write: Callable[[], T]) -> T:
        """Read or write, trying again for as long as the database cannot be reached and the claim may still stand.

        On one machine nobody takes the claim meanwhile: who cannot write cannot take it, and this process lives.
        Another host may, once the lease has run out; then this write is refused. A write that was committed though no
        answer came does no harm when it is repeated.
        """
        pause, longest = RETRY_SECONDS
        while True:
            try:
                return write()
            except QueueUnavailable:
                if self._stopping() or self.lost:
                    raise
            time.sleep(pause)
            pause = min(pause * 2, longest)
