"""Runs evaluations in a process of their own, kept warm, and replaces it whenever it hangs, dies or must stop."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from app.config import Config
from app.errors import StageTimeout
from app.queue.frames import Answer, Began, Ended, Failed, Ready, Reported, Work, receive_answer, send
from app.queue.jobs import Failure, StageRecord, StageState
from app.queue.runner import EvaluatorDied, EvaluatorUnavailable, Interrupted, Progress, Refused, StageEnded

logger = logging.getLogger(__name__)

#: Loading the libraries takes about a second; this long only where the machine is in trouble.
START_SECONDS = 60.0

_ROOT = Path(__file__).resolve().parents[2]


def production_command(config: Config) -> tuple[str, ...]:
    """Return the command that starts the evaluator with these settings."""
    niceness = str(config.evaluation_niceness)
    return (sys.executable, "-m", "app.queue.evaluator", os.fspath(config.regions_dir.resolve()), niceness)


class ChildRunner:
    """Starts the evaluator, hands it work and listens; one evaluation at a time."""

    def __init__(self, command: Sequence[str], stage_timeout_seconds: float) -> None:
        self._command = tuple(command)
        self._stage_timeout_seconds = stage_timeout_seconds
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._interrupted = False

    @property
    def pid(self) -> int | None:
        """The evaluator's process, where one was started."""
        child = self._child
        return child.process.pid if child else None

    def start(self) -> None:
        """Start the process unless it runs, and wait until it has loaded."""
        self._interrupted = False
        self._ready_child()

    def run(self, listing: str, finished: Sequence[bytes], progress: Progress) -> bytes:
        """Evaluate in the child. Whatever goes wrong, the next evaluation finds a fresh one."""
        self._interrupted = False
        child = self._ready_child()
        try:
            return self._converse(child, Work(listing, tuple(finished)), progress)
        except Refused:
            raise
        except (EOFError, BrokenPipeError):
            self._replace()
            raise (Interrupted() if self._interrupted else EvaluatorDied()) from None
        except BaseException:
            self._replace()
            raise

    def interrupt(self) -> None:
        """Kill the evaluation under way."""
        self._interrupted = True
        child = self._child
        if child is not None:
            child.process.kill()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._drop()

    def _converse(self, child: _Child, work: Work, progress: Progress) -> bytes:
        send(child.words_in, work)
        stage = ""
        while True:
            word = self._next_word(child, stage)
            if isinstance(word, Reported):
                return word.report
            if isinstance(word, Failed):
                failure = Failure(word.code, word.message, word.suggestions)
                raise Refused(failure, passing=word.passing)
            if isinstance(word, Began):
                stage = word.stage
            _tell(progress, word)

    def _next_word(self, child: _Child, stage: str) -> Answer:
        try:
            return receive_answer(child.words_out, time.monotonic() + self._stage_timeout_seconds)
        except TimeoutError:
            logger.warning("stage %s took longer than %g s and was stopped", stage, self._stage_timeout_seconds)
            raise StageTimeout(stage=_text_of(stage), seconds=f"{self._stage_timeout_seconds:g}") from None

    def _ready_child(self) -> _Child:
        child = self._living_child()
        try:
            child.wait_until_ready()
        except EOFError:
            with self._lock:
                self._drop()
            raise (Interrupted() if self._interrupted else EvaluatorUnavailable()) from None
        return child

    def _living_child(self) -> _Child:
        with self._lock:
            if self._child is None or self._child.process.poll() is not None:
                self._drop()
                self._child = _Child(self._command)
            return self._child

    def _replace(self) -> None:
        """Kill the child and let a fresh one load while the worker goes on."""
        with self._lock:
            self._drop()
        self._living_child()

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """One evaluator's process and its two pipes."""

    def __init__(self, command: Sequence[str]) -> None:
        path = os.pathsep.join(filter(None, (os.fspath(_ROOT), os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # a Ctrl-C in the terminal is for the worker alone
        )
        assert self.process.stdin is not None  # noqa: S101 - for the type checker: both are pipes
        assert self.process.stdout is not None  # noqa: S101
        self.words_in = self.process.stdin.fileno()
        self.words_out = self.process.stdout.fileno()
        self._ready = False

    def wait_until_ready(self) -> None:
        """Wait for the first word. Raises EOFError where it never came."""
        if self._ready:
            return
        try:
            self._ready = isinstance(receive_answer(self.words_out, time.monotonic() + START_SECONDS), Ready)
        except TimeoutError:
            raise EOFError from None

    def end(self) -> None:
        """Kill it, wait for it, close the pipes."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def _tell(progress: Progress, word: Answer) -> None:
    if isinstance(word, Began):
        progress.began(word.stage)
    elif isinstance(word, Ended):
        state = StageState.MISSING if word.missing else StageState.DONE
        progress.ended(StageEnded(StageRecord(word.stage, state, word.seconds, word.reason), word.finding))


def _text_of(stage: str) -> str:
    """Name a stage as the page does. Imported here: the evaluator's side needs none of the pipeline's libraries."""
    from app.pipeline.evaluate import STAGES

    texts = {known.name: known.text.rstrip(".") for known in STAGES}
    return texts.get(stage, stage or "starting")
