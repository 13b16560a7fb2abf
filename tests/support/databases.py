"""Databases with jobs in them, some left behind by a process that was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.queue.store import JobStore
from tests.support.building import create, open_at

FILE = "doorstep.sqlite"

_DIE = """
import os, signal, sys
from pathlib import Path
from tests.support.building import create, open_at
store = open_at(Path(sys.argv[1]))
create(store, owner="last words")
os.kill(os.getpid(), signal.SIGKILL)
"""


def filled(folder: Path, jobs: int = 3) -> JobStore:
    """Return a store with some waiting jobs."""
    store = open_at(folder)
    for number in range(jobs):
        create(store, owner=str(number))
    return store


def die_with_a_log(folder: Path) -> None:
    """Let a process write a job that is in the log alone, and be killed."""
    subprocess.run([sys.executable, "-c", _DIE, str(folder)], check=False)
    assert (folder / f"{FILE}-wal").stat().st_size
