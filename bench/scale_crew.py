"""A server, a crew of worker processes and what they did: the parts that `bench.scale` puts together."""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.scale_contestants import CONTESTANTS
from bench.scale_process import RECORD
from tests.support.folders import ROOT
from tests.support.postgres import Server

#: As Debian's package sets them, and said here since the tests' server is a quick one that forgets: every commit that
#: must be durable is on the disk when it is answered.
DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
}


class Crew:
    """Worker processes of one queue on one database, forked from a process that has everything loaded."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.folder = folder
        self.pids: list[int] = []
        command = [sys.executable, "-m", "bench.scale_process", name, url, str(folder)]
        self._nursery = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def add(self) -> None:
        """Start one more worker."""
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write("\n")
        self._nursery.stdin.flush()
        self.pids.append(int(self._nursery.stdout.readline()))

    def wait_until_ready(self) -> None:
        """Wait until all workers wait for the start."""
        while len(list(self.folder.glob("*.ready"))) < len(self.pids):
            time.sleep(0.01)

    def go(self) -> float:
        """Let the workers begin; return when."""
        (self.folder / "go").touch()
        return time.monotonic()

    def kill_one(self) -> None:
        """Kill a random worker as the kernel does when memory is short."""
        pid = self.pids.pop(random.randrange(len(self.pids)))
        os.kill(pid, signal.SIGKILL)

    def begun(self) -> int:
        """Return how many jobs were begun so far."""
        return sum(file.stat().st_size for file in self.folder.glob("*.records")) // RECORD.size

    def records(self) -> list[tuple[int, float]]:
        """Return the number of each job that was begun, and when."""
        return [each for file in self.folder.glob("*.records") for each in RECORD.iter_unpack(file.read_bytes())]

    def stop(self) -> None:
        """Kill all of them."""
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._nursery.kill()
        self._nursery.communicate()


@contextmanager
def crew(name: str, url: str, workers: int) -> Iterator[Crew]:
    """Run a crew that waits for the start."""
    with tempfile.TemporaryDirectory() as folder:
        started = Crew(name, url, Path(folder))
        try:
            for _ in range(workers):
                started.add()
            started.wait_until_ready()
            yield started
        finally:
            started.stop()


class Site:
    """A durable server with a database for each round, copied from one that was filled once: all rounds begin alike."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._filled: set[str] = set()
        self._rounds = 0

    @contextmanager
    def database(self, name: str, jobs: int, stages: int = 0) -> Iterator[str]:
        """Return the address of a database with so many jobs in line; it is dropped at the end."""
        kind = list(CONTESTANTS).index(name)
        template, self._rounds = f"filled_{kind}_{jobs}_{stages}", self._rounds + 1
        if template not in self._filled:
            self.server.run(f"CREATE DATABASE {template}")
            subprocess.run(
                [sys.executable, "-m", "bench.scale_crew", name, self.server.url(template), str(jobs), str(stages)],
                check=True,
                cwd=ROOT,
            )
            self._filled.add(template)
        copy = f"round_{self._rounds}"
        self.server.run(f"CREATE DATABASE {copy} TEMPLATE {template}")
        self.server.run("CHECKPOINT")
        try:
            yield self.server.url(copy)
        finally:
            self.server.run(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")


@dataclass(frozen=True, slots=True)
class Drained:
    """What came of a line of jobs."""

    seconds: float
    #: Jobs a second, from the start to the end of the last one.
    rate: float
    #: Jobs that nobody began, and those that workers say they began more than once.
    lost: int
    begun_again: int


def finish(started: Crew, url: str, jobs: int, began: float, name: str = "Doorstep", limit: float = 600.0) -> Drained:
    """Wait until every job in line has ended, and count."""
    deadline = time.monotonic() + limit
    while started.begun() < jobs and time.monotonic() < deadline:
        time.sleep(0.02)
    while unfinished(url, name) and time.monotonic() < deadline:
        time.sleep(0.01)
    took = time.monotonic() - began
    counted = Counter(number for number, _ in started.records())
    lost = max(jobs - len(counted), unfinished(url, name))
    return Drained(took, (jobs - lost) / took, lost, sum(times - 1 for times in counted.values()))


def unfinished(url: str, name: str) -> int:
    """Return how many jobs have not ended; all of them while the server cannot be asked."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute(CONTESTANTS[name].unfinished.encode()).fetchone()
    except psycopg.OperationalError:
        return 1
    return int(row[0]) if row else 0


def doubled(url: str) -> int:
    """Return how many of our jobs ended twice or without their one report, by three tables that must agree."""
    sql = """
        SELECT (SELECT count(*) FROM evaluation_jobs WHERE status = 'done'),
            (SELECT count(*) FROM snapshots), (SELECT count(DISTINCT job_id) FROM snapshots),
            (SELECT count(*) FROM job_events WHERE to_status = 'done'),
            (SELECT count(*) FROM evaluation_jobs)
    """
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(sql).fetchone()
    assert row
    return int(max(row) - min(row))


def wal_bytes(server: Server) -> int:
    """Return how much the server has written to its log so far."""
    return int(server.run("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")[0][0])


def connection_seconds(server: Server) -> float:
    """Return how long a new connection takes (median of 20)."""
    took = []
    for _ in range(20):
        began = time.perf_counter()
        psycopg.connect(server.url()).close()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


if __name__ == "__main__":
    CONTESTANTS[sys.argv[1]](sys.argv[2]).fill(int(sys.argv[3]), int(sys.argv[4]))
