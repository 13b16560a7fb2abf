"""The evaluator's process: evaluates one listing after another for the worker at the other end of its socket.

A process of its own, because an evaluation in Python holds the interpreter's lock: in the web process every page and
the heartbeat would feel it. It may hang, crash or be killed without harm to either.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import sys
import threading
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from app import logs
from app.config import load_config
from app.queue.jobs import Picture
from app.queue.process import end_with_parent
from app.queue.runner import (
    BeganAnew,
    Drew,
    Evaluate,
    Failed,
    NeedsAnswer,
    OthersFirst,
    Pause,
    PausedHere,
    Questioned,
    Ready,
    Reported,
    StageBegan,
    StageEnded,
    Waits,
    Work,
    refusal,
)
from app.seeing import sentry


def main(data_dir: str, niceness: str, socket_fd: str) -> None:
    """Evaluate listings by what is in a data folder, at this niceness."""
    _leave_the_end_to_the_worker()
    config = replace(load_config(), data_dir=Path(data_dir))
    logs.configure(config)
    sentry.start(config)
    os.nice(int(niceness))
    # Imported here: loading the pipeline's libraries must already yield to the pages.
    from app.queue.evaluation import as_configured

    evaluate = as_configured(config)
    # The libraries stay until the process ends: the collector need not look through them in each evaluation.
    gc.collect()
    gc.freeze()
    serve(evaluate, int(socket_fd))


def serve(evaluate: Evaluate, socket_fd: int) -> None:
    """Answer the worker until it hangs up, which ends this process even in the middle of an evaluation."""
    end_with_parent()
    _leave_the_end_to_the_worker()
    connection = Connection(socket_fd)
    inbox: queue.SimpleQueue[Work] = queue.SimpleQueue()
    pause = threading.Event()
    threading.Thread(target=_receive, args=(connection, inbox, pause), name="inbox", daemon=True).start()
    connection.send(Ready())
    while True:
        work = inbox.get()
        pause.clear()  # one that came late was for the work before: the worker waits for its end
        with logs.about_job(work.job_id):
            _answer(connection, work, evaluate, pause)


def _receive(connection: Connection, inbox: queue.SimpleQueue[Work], pause: threading.Event) -> None:
    try:
        while True:
            message: Work | Pause = connection.recv()
            if isinstance(message, Pause):
                pause.set()
            else:
                inbox.put(message)
    except (EOFError, OSError):
        os._exit(0)


def _answer(connection: Connection, work: Work, evaluate: Evaluate, pause: threading.Event) -> None:
    sender = _Sender(connection, work.needs, pause)
    try:
        with closing(sender):
            report = evaluate(work.listing, work.finished, sender)
    except NeedsAnswer as asked:
        connection.send(Questioned(asked.question))
    except OthersFirst:
        connection.send(PausedHere())
    except Exception as error:  # noqa: BLE001 - a border: `refusal` logs what is unexpected
        refused = refusal(error)
        connection.send(Failed(refused.failure, refused.passing))
    else:
        connection.send(Reported(report))


class _Sender:
    """Sends the beginning and the end of each stage, what it waits for, and the pictures, to the worker.

    Threads of the evaluation may wait for services beside it, and even after it: of that nothing is sent.
    """

    def __init__(self, connection: Connection, needs: str, pause: threading.Event) -> None:
        self.needs = needs
        self._connection = connection
        self._pause = pause
        self._lock = threading.Lock()
        self._is_open = True

    def began_anew(self) -> None:
        self._send(BeganAnew())

    def began(self, stage: str) -> None:
        self._send(StageBegan(stage))

    def ended(self, stage: StageEnded) -> None:
        self._send(stage)

    def waits(self, service: str | None, turn: bool = False) -> None:
        self._send(Waits(service, turn))

    def drew(self, pictures: tuple[Picture, ...]) -> None:
        self._send(Drew(pictures))

    def goes_on(self) -> None:
        """Raise OthersFirst where the worker wants it."""
        if self._pause.is_set():
            raise OthersFirst

    def close(self) -> None:
        """Send no more."""
        with self._lock:
            self._is_open = False

    def _send(self, message: BeganAnew | StageBegan | StageEnded | Waits | Drew) -> None:
        with self._lock:
            if self._is_open:
                self._connection.send(message)


def _leave_the_end_to_the_worker() -> None:
    """Ignore the signals that ask for an end: a service manager sends them to every process of the site at once.

    The worker lets the stage under way end, keeps what it found, and then ends this process.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main(*sys.argv[1:])
