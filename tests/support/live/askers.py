"""Processes that ask a live service all at once, as the evaluators of a site do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.folders import ROOT

ASK = """
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from app.config import Config
from app.errors import ServiceBusy
from app.sources.live.asking.client import Client
from app.sources.live.asking.queries import Query
from tests.support.building import open_at
from tests.support.live.faulty import FaultyServer, read_good

folder, url, pause, threads, way, *questions = sys.argv[1:]
config = Config(contact="operator@doorstep.example")
store = open_at(Path(folder), config)
service = FaultyServer(url).service(pause_s=float(pause))
store.standing("faulty")
print("ready", flush=True)
sys.stdin.read()

def ask(question):
    while True:
        try:
            return Client(config, store).ask(service, Query("/" + way, (("n", question),)), read_good).was_kept
        except ServiceBusy:
            time.sleep(0.02)

with ThreadPoolExecutor(int(threads)) as pool:
    print(sum(pool.map(ask, questions)))
"""


def askers(
    count: int, folder: Path, url: str, *, questions: Sequence[str], pause_s: float = 0.0, threads: int = 3, way: str
) -> list[subprocess.Popen[str]]:
    """Start processes that ask all questions, each from several threads, once their standard input is closed."""
    arguments = [str(folder), url, str(pause_s), str(threads), way, *questions]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    return processes


def let_go(processes: Sequence[subprocess.Popen[str]]) -> None:
    """Let them ask."""
    for process in processes:
        assert process.stdin
        process.stdin.close()


def kept_by(processes: Sequence[subprocess.Popen[str]], seconds: float = 60) -> int:
    """Return how many of their questions were answered without a request, once all have ended."""
    kept = 0
    for process in processes:
        assert process.stdout
        assert process.wait(seconds) == 0
        kept += int(process.stdout.read())
        process.stdout.close()
    return kept
