"""The pipeline as an evaluation that a worker can run: JSON in, JSON out, a word at each stage's ends."""

from __future__ import annotations

import ctypes
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, State, finding_from_json, to_json
from app.queue.frames import Began, Ended, Failed, Ready, Reported, Work, receive_work, send
from app.queue.jobs import StageRecord, StageState
from app.queue.runner import Evaluation, Progress, StageEnded, refusal
from app.sources.interface import Source
from app.sources.regions import ImportedRegions

#: prctl(2): the signal this process gets when its parent dies.
_PR_SET_PDEATHSIG = 1


def from_regions(regions_dir: Path) -> Evaluation:
    """Evaluate with what is imported in a folder."""
    return from_source(ImportedRegions(regions_dir))


def from_source(source: Source) -> Evaluation:
    """Evaluate with the facts of a source."""

    def evaluation(listing: str, finished: Sequence[bytes], progress: Progress) -> bytes:
        report = evaluate_property(
            msgspec.json.decode(listing, type=Listing),
            source,
            on_stage=_Stopwatch(progress).note,
            finished=tuple(finding_from_json(finding) for finding in finished),
        )
        return to_json(report)

    return evaluation


class _Stopwatch:
    """Times the stages on their way to the worker."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._began_at = 0.0

    def note(self, stage: str, finding: Finding | None) -> None:
        """Take the pipeline's word: a stage begins (no finding yet), or has ended."""
        if finding is None:
            self._began_at = time.perf_counter()
            self._progress.began(stage)
        else:
            seconds = time.perf_counter() - self._began_at
            self._progress.ended(StageEnded(_record(stage, finding, seconds), to_json(finding)))


def _record(stage: str, finding: Finding, seconds: float) -> StageRecord:
    if finding.state in (State.MEASURED, State.PARTIAL):
        return StageRecord(stage, StageState.DONE, seconds)
    reason = finding.gaps[0].why if finding.gaps else finding.summary
    return StageRecord(stage, StageState.MISSING, seconds, reason)


def main(regions_dir: str, niceness: str) -> None:
    """Evaluate listings from the imported regions, at this niceness."""
    logging.basicConfig(format="%(asctime)s [evaluator %(process)d] %(levelname)s %(message)s")
    os.nice(int(niceness))
    from app.queue.evaluator import from_regions

    serve(from_regions(Path(regions_dir)))


def serve(evaluation: Evaluation) -> None:
    """Answer the worker until it hangs up, which ends this process even in the middle of an evaluation."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not get between the frames
    inbox: queue.SimpleQueue[Work] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(inbox,), name="inbox", daemon=True).start()
    send(answers, Ready())
    while True:
        _answer(answers, inbox.get(), evaluation)


def _receive(inbox: queue.SimpleQueue[Work]) -> None:
    try:
        while True:
            inbox.put(receive_work(0))
    except EOFError:
        os._exit(0)


def _answer(answers: int, work: Work, evaluation: Evaluation) -> None:
    try:
        report = evaluation(work.listing, work.finished, _Teller(answers))
    except Exception as error:  # noqa: BLE001 - a border: `refusal` logs what is unexpected
        refused = refusal(error)
        failure = refused.failure
        send(answers, Failed(failure.code, failure.message, failure.suggestions, refused.passing))
    else:
        send(answers, Reported(report))


class _Teller:
    """Progress, told to the worker."""

    def __init__(self, answers: int) -> None:
        self._answers = answers

    def began(self, stage: str) -> None:
        send(self._answers, Began(stage))

    def ended(self, stage: StageEnded) -> None:
        record = stage.record
        missing = record.state is StageState.MISSING
        send(self._answers, Ended(record.stage, record.seconds or 0.0, missing, record.reason, stage.finding))


def _die_with_parent() -> None:
    """On Linux, die with the worker even while native code holds the interpreter and nobody reads stdin."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
