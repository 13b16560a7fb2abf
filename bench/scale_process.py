"""What `bench.scale` starts: `python -m bench.scale_process NAME URL FOLDER`, a process that forks workers.

It loads everything once. For each line that it reads it forks a worker, which writes the number of every job that it
begins, and when, into a file of its own in the folder. So a worker that was killed is replaced at once: what is
measured then is the queue, not how long Python takes to start.
"""

from __future__ import annotations

import importlib
import os
import signal
import struct
import sys
import time
from pathlib import Path

from app.queue.process import end_with_parent
from bench.scale_contestants import CONTESTANTS

#: A job's number, and when it began, in seconds of the steady clock.
RECORD = struct.Struct("<qd")
#: What is loaded before the fork, for us and for procrastinate.
LOADED = (("app.queue.worker", "app.db.postgres.database", "app.queue.wake.notifications"), ("procrastinate",))


def main(name: str, url: str, folder: Path) -> None:
    """Fork a worker for each line of stdin and print its process id; end with it, and all of them."""
    for module in LOADED[name != "Doorstep"]:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed is gone at once
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            work(name, url, folder)
        print(pid, flush=True)


def work(name: str, url: str, folder: Path) -> None:
    """Wait for the start, then work until killed."""
    end_with_parent()
    contestant = CONTESTANTS[name](url)
    record = os.open(folder / f"{os.getpid()}.records", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    (folder / f"{os.getpid()}.ready").touch()
    while not (folder / "go").exists():
        time.sleep(0.005)

    def began(number: int) -> None:
        os.write(record, RECORD.pack(number, time.monotonic()))

    contestant.work(began)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
