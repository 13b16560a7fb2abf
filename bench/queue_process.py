"""One process of the queue's benchmark: `python -m bench.queue_process WHAT NAME FOLDER SYNC`."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.queue_contestants import CONTESTANTS, Contestant, Doorstep, Huey


def drain(contestant: Contestant) -> None:
    """Wait for the start, work until nothing is left; print when it began and ended, and the jobs done."""
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.monotonic()
    done = list(contestant.work())
    print(started, time.monotonic(), *done)


def work_forever(contestant: Contestant) -> None:
    """Work until killed."""
    print("ready", flush=True)
    while True:
        for _ in contestant.work():
            pass


def die(contestant: Contestant) -> None:
    """Take a job and be killed in the middle of it."""
    assert contestant.take()
    os.kill(os.getpid(), signal.SIGKILL)


def serve(contestant: Contestant) -> None:
    """Run the real worker, whose evaluation reports the moment it began, until stdin ends."""
    if isinstance(contestant, Huey):
        serve_huey(contestant)
    elif isinstance(contestant, Doorstep):
        serve_doorstep(contestant)


def serve_doorstep(contestant: Doorstep) -> None:
    """Run a worker with its watch and its wake-up."""
    from app.queue.runner import InlineRunner, StageObserver
    from app.queue.wake.datagrams import DatagramWakeUp
    from app.queue.worker import Worker

    def evaluation(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        now = time.monotonic()
        print(listing, now, flush=True)
        return b"{}"

    worker = Worker(contestant.store, InlineRunner(evaluation), DatagramWakeUp(contestant.folder))
    worker.start()
    print("ready", flush=True)
    sys.stdin.read()
    worker.stop(2.0)


def serve_huey(contestant: Huey) -> None:
    """Run huey's own consumer with its defaults."""

    def task(number: int) -> None:
        now = time.monotonic()
        print(number, now, flush=True)

    contestant.job = task
    consumer = contestant.huey.create_consumer(workers=1)
    consumer.start()
    print("ready", flush=True)
    sys.stdin.read()
    consumer.stop(graceful=False)


MODES = {"drain": drain, "work": work_forever, "die": die, "serve": serve}

if __name__ == "__main__":
    what, name, folder, sync = sys.argv[1:]
    MODES[what](CONTESTANTS[name](Path(folder), sync))
