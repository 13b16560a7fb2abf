"""Run evaluations in a process of their own that is kept warm, and replaced when it hangs, dies or must stop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from app.config import Config
from app.errors import StageTimeout
from app.logs import JOB
from app.queue.runner import (
    BeganAnew,
    Drew,
    EvaluatorDied,
    EvaluatorUnavailable,
    Failed,
    Interrupted,
    NeedsAnswer,
    OthersFirst,
    Pause,
    PausedHere,
    Questioned,
    Ready,
    Refused,
    Reported,
    StageBegan,
    StageEnded,
    StageObserver,
    Waits,
    Work,
)

logger = logging.getLogger(__name__)

#: The longest wait for the libraries to load, which takes about a second unless the machine is in trouble.
START_SECONDS = 60.0

_ROOT = Path(__file__).resolve().parents[2]

Message = Ready | BeganAnew | StageBegan | StageEnded | Waits | Drew | PausedHere | Reported | Questioned | Failed


def production_command(config: Config) -> tuple[str, ...]:
    """Return the command that starts the evaluator; the file descriptor of its socket is appended to it."""
    niceness = str(config.evaluation_niceness)
    return (sys.executable, "-m", "app.queue.evaluator", os.fspath(config.data_dir.resolve()), niceness)


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
        """The id of the evaluator's process; None if none was started."""
        child = self._child
        return child.process.pid if child else None

    def start(self) -> None:
        """Start the process unless it runs, and wait until it has loaded."""
        self._interrupted = False
        self._ready_child()

    def run(self, listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        """Evaluate in the child; return the report (JSON).

        Any error but Refused, NeedsAnswer and OthersFirst replaces the child.
        """
        self._interrupted = False
        child = self._ready_child()
        try:
            return self._converse(child, Work(listing, tuple(finished), JOB.get(), progress.needs), progress)
        except (Refused, NeedsAnswer, OthersFirst):
            raise
        except (EOFError, ConnectionError):
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
            child.kill()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._drop()

    def _converse(self, child: _Child, work: Work, progress: StageObserver) -> bytes:
        child.connection.send(work)
        stage = ""
        while True:
            match self._next_message(child, stage):
                case Reported(report):
                    return report
                case Questioned(question):
                    raise NeedsAnswer(question)
                case Failed(failure, passing):
                    raise Refused(failure, passing=passing)
                case BeganAnew():
                    progress.began_anew()
                case StageBegan(stage):
                    self._begin(child, stage, progress)
                case PausedHere():
                    raise OthersFirst
                case StageEnded() as ended:
                    progress.ended(ended)
                case Waits(service, turn):
                    progress.waits(service, turn=turn)
                case Drew(pictures):
                    progress.drew(pictures)

    def _begin(self, child: _Child, stage: str, progress: StageObserver) -> None:
        """Pass the beginning of a stage on. Where others come first the child is asked to pause, and heard out.

        What it finds meanwhile is not kept: the next attempt finds it again.
        """
        try:
            progress.began(stage)
        except OthersFirst:
            child.connection.send(Pause())
            while not isinstance(self._next_message(child, stage), (PausedHere, Reported, Failed, Questioned)):
                pass
            raise

    def _next_message(self, child: _Child, stage: str) -> Message:
        try:
            return child.receive()
        except TimeoutError:
            logger.warning("stage %s took longer than %g s and was stopped", stage, self._stage_timeout_seconds)
            raise StageTimeout(stage=_text_of(stage), seconds=f"{self._stage_timeout_seconds:g}") from None

    def _ready_child(self) -> _Child:
        child = self._living_child()
        try:
            child.wait_until_ready()
        except (EOFError, ConnectionError):
            with self._lock:
                self._drop()
            raise (Interrupted() if self._interrupted else EvaluatorUnavailable()) from None
        return child

    def _living_child(self) -> _Child:
        with self._lock:
            if self._child is None or not self._child.is_alive():
                self._drop()
                self._child = _Child(self._command, self._stage_timeout_seconds)
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
    """One evaluator's process and the socket to it."""

    def __init__(self, command: Sequence[str], patience_seconds: float) -> None:
        path = os.pathsep.join(filter(None, (os.fspath(_ROOT), os.environ.get("PYTHONPATH"))))
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                (*command, str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=2,  # what a library prints belongs in the log
                env={**os.environ, "PYTHONPATH": path},
                # A Ctrl-C in the terminal is for the worker alone; and its own children are of its group.
                start_new_session=True,
            )
        # A time limit in the kernel also ends the wait for the rest of a message whose sender hangs.
        seconds, rest = divmod(patience_seconds, 1)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", int(seconds), int(rest * 1e6)))
        self.connection = Connection(ours.detach())
        self._ready = False

    def receive(self) -> Message:
        """Return the next message. Raises EOFError or ConnectionError if the process is gone, or TimeoutError."""
        try:
            message: Message = self.connection.recv()
        except BlockingIOError:
            raise TimeoutError from None
        return message

    def wait_until_ready(self) -> None:
        """Wait for the first message. Raises EOFError if it does not come in time."""
        if self._ready:
            return
        if not self.connection.poll(START_SECONDS):
            raise EOFError
        self._ready = isinstance(self.receive(), Ready)

    def is_alive(self) -> bool:
        """Return whether it still runs. One that ended is left to `end`: until then its group is no other's."""
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def kill(self) -> None:
        """Kill it with all processes that it has started."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill it, wait for it, close the socket."""
        self.kill()
        self.process.wait()
        self.connection.close()


def _text_of(stage: str) -> str:
    """Return a stage as the page names it."""
    # Imported here: the evaluator's side needs none of the pipeline's libraries.
    from app.pipeline.evaluate import STAGES

    texts = {known.name: known.text.rstrip(".") for known in STAGES}
    return texts.get(stage, stage or "starting")
