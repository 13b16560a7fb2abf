"""The evaluator's process: evaluates one listing after another for the worker at the other end of its pipes.

A process of its own, because an evaluation in Python holds the interpreter's lock: in the web process every page and
the heartbeat would feel it. It may hang, crash or be killed without harm to either.
"""

from __future__ import annotations

import ctypes
import logging
import os
import queue
import signal
import sys
import threading
from pathlib import Path

from app.queue.failures import refusal
from app.queue.frames import Began, Ended, Failed, Ready, Reported, Work, receive_work, send
from app.queue.jobs import StageState
from app.queue.runner import Evaluation, StageEnded

#: prctl(2): the signal this process gets when its parent dies.
_PR_SET_PDEATHSIG = 1


def main(regions_dir: str, niceness: str) -> None:
    """Evaluate listings from the imported regions, at this niceness."""
    logging.basicConfig(format="%(asctime)s [evaluator %(process)d] %(levelname)s %(message)s")
    os.nice(int(niceness))
    from app.queue.pipeline_evaluation import from_regions

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
