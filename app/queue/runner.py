"""What a worker needs of an evaluation: run it stage by stage, and stop it at once when told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.queue.jobs import StageRecord


@dataclass(frozen=True, slots=True)
class StageEnded:
    """A stage that ended, with its finding for a later attempt to go on from."""

    record: StageRecord
    finding: bytes


class Interrupted(Exception):
    """The evaluation was stopped from outside: its claim is lost, it was called off, or the worker stops."""


class EvaluatorDied(Exception):
    """The process of the evaluation ended by itself in the middle of it."""


class EvaluatorUnavailable(Exception):
    """The process of the evaluations cannot be started: no job's fault."""


class Progress(Protocol):
    """What an evaluation tells while it runs. Both may raise Interrupted, which ends it."""

    def began(self, stage: str) -> None: ...

    def ended(self, stage: StageEnded) -> None: ...


class Runner(Protocol):
    """Runs one evaluation at a time."""

    def start(self) -> None:
        """Get ready for an evaluation, and return once it can begin. Raises EvaluatorUnavailable."""

    def run(self, listing: str, finished: Sequence[bytes], progress: Progress) -> bytes:
        """Evaluate a listing (JSON), going on after the findings of finished stages; return the report as JSON.

        Raises a DoorstepError with a message for people, Interrupted, EvaluatorDied or EvaluatorUnavailable.
        """

    def interrupt(self) -> None:
        """Stop the evaluation under way, from another thread."""

    def close(self) -> None:
        """Let go of everything."""


#: listing, finished findings, progress -> report
Evaluation = Callable[[str, Sequence[bytes], Progress], bytes]


class InlineRunner:
    """Runs an evaluation in the worker's own thread: it can only be stopped between stages."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._interrupted = False

    def start(self) -> None:
        """Need nothing."""

    def run(self, listing: str, finished: Sequence[bytes], progress: Progress) -> bytes:
        """Call the evaluation."""
        self._interrupted = False
        return self._evaluation(listing, finished, _Watched(self, progress))

    def interrupt(self) -> None:
        """Make the next word of progress raise Interrupted."""
        self._interrupted = True

    def stop_if_interrupted(self) -> None:
        """Raise Interrupted after `interrupt`."""
        if self._interrupted:
            raise Interrupted

    def close(self) -> None:
        """Hold nothing."""


class _Watched:
    """Progress that ends an interrupted evaluation."""

    def __init__(self, runner: InlineRunner, progress: Progress) -> None:
        self._runner = runner
        self._progress = progress

    def began(self, stage: str) -> None:
        self._runner.stop_if_interrupted()
        self._progress.began(stage)

    def ended(self, stage: StageEnded) -> None:
        self._runner.stop_if_interrupted()
        self._progress.ended(stage)
