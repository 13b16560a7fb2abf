"""The queue beside its peers, in one run: `python -m bench.queue [--quick]`.

Prints Markdown tables: jobs stored and finished per second by one and two processes, jobs done twice, what becomes of
a job whose process is killed, the wake-up of an idle worker, and submissions while a worker works flat out. Every
figure is the median of interleaved rounds; all queues run at the same synchronous mode. The peers are installed into a
throw-away folder.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.errors import DoorstepError
from bench import queue_contestants
from bench.queue_contestants import CONTESTANTS, VERSIONS

QUICK = "--quick" in sys.argv
ROUNDS = 1 if QUICK else 5
JOBS = {"NORMAL": 500 if QUICK else 3_000, "FULL": 200 if QUICK else 1_000}
WAKES = 20 if QUICK else 200
SUBMISSIONS = 100 if QUICK else 1_000
#: How long after a kill we look for the job (seconds): longer than our lease.
KILL_SECONDS = 20.0


def main() -> None:
    """Run everything and print it."""
    with tempfile.TemporaryDirectory() as peers:
        install(Path(peers))
        print_rates()
        print_kills()
        print_wakes()
        print_fairness()


def install(folder: Path) -> None:
    """Install the peers for this run."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), *VERSIONS.values()]
    subprocess.run(command, check=True)
    os.environ["QUEUE_PEERS"] = str(folder)
    sys.path.append(str(folder))
    queue_contestants.PEERS = str(folder)


# --- storing and finishing ---


def print_rates() -> None:
    """Print jobs per second, and how many were done twice."""
    print(
        "\n| jobs per second | put NORMAL / FULL | 1 process NORMAL / FULL | 2 processes NORMAL / FULL | done twice |"
    )
    print("| --- | --- | --- | --- | --- |")
    found: dict[tuple[str, str, str], list[float]] = {}
    twice = dict.fromkeys(CONTESTANTS, 0)
    for _ in range(ROUNDS):
        for sync in JOBS:
            for name in CONTESTANTS:
                for processes in (1, 2):
                    put, drain, doubled = one_round(name, sync, processes)
                    found.setdefault((name, "put", sync), []).append(put)
                    found.setdefault((name, str(processes), sync), []).append(drain)
                    twice[name] += doubled
    for name in CONTESTANTS:
        cells = [
            " / ".join(f"{statistics.median(found[name, what, sync]):,.0f}" for sync in JOBS)
            for what in ("put", "1", "2")
        ]
        print(f"| {name} | {' | '.join(cells)} | {twice[name]} |", flush=True)


def one_round(name: str, sync: str, processes: int) -> tuple[float, float, int]:
    """Put jobs, have them all done, and return both rates and how many were done twice."""
    count = JOBS[sync]
    with tempfile.TemporaryDirectory() as folder:
        contestant = CONTESTANTS[name](Path(folder), sync)
        started = time.monotonic()
        for number in range(count):
            contestant.put(number)
        put = count / (time.monotonic() - started)
        del contestant
        outputs = run_together([start("drain", name, folder, sync) for _ in range(processes)])
    done = [word for output in outputs for word in output[2:]]
    took = max(float(output[1]) for output in outputs) - min(float(output[0]) for output in outputs)
    assert len(set(done)) == count, f"{name} lost {count - len(set(done))} jobs"
    return put, count / took, len(done) - count


def start(what: str, name: str, folder: str, sync: str = "FULL") -> subprocess.Popen[str]:
    """Start a process of the benchmark and wait until it is ready."""
    command = [sys.executable, "-m", "bench.queue_process", what, name, folder, sync]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if what != "die":
        assert process.stdout
        process.stdout.readline()
    return process


def run_together(processes: Sequence[subprocess.Popen[str]]) -> list[list[str]]:
    """Let all of them go at once and return the words each printed at its end."""
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate()[0].split() for process in processes]


# --- a kill ---


def print_kills() -> None:
    """Print what becomes of a job whose process is killed in the middle of it."""
    print(f"\n| killed in the middle of a job | within {KILL_SECONDS:.0f} s |\n| --- | --- |")
    for name in CONTESTANTS:
        with tempfile.TemporaryDirectory() as folder:
            CONTESTANTS[name](Path(folder), "FULL").put(1)
            start("die", name, folder).wait()
            print(f"| {name} | {fate(name, folder)} |", flush=True)


def fate(name: str, folder: str) -> str:
    """Look for the job as a worker does that is started after the kill."""
    died = time.monotonic()
    contestant = CONTESTANTS[name](Path(folder), "FULL")
    while time.monotonic() - died < KILL_SECONDS:
        if contestant.take():
            return f"taken again after {time.monotonic() - died:.2f} s"
        time.sleep(0.1)
    return "not seen again"


# --- waking up ---


@contextmanager
def serving(name: str, folder: str) -> Iterator[subprocess.Popen[str]]:
    """Run a real worker on a folder."""
    worker = start("serve", name, folder)
    try:
        yield worker
    finally:
        worker.kill()
        worker.communicate()


def print_wakes() -> None:
    """Print how soon an idle worker in another process begins a job, and what waiting costs."""
    print("\n| idle worker, another process | p50 ms | p99 ms | of that the commit, p50 | while idle, % of a core |")
    print("| --- | --- | --- | --- | --- |")
    for name, sync in (("Doorstep", "NORMAL"), ("Doorstep", "FULL"), ("huey, no result", "FULL")):
        times = WAKES if name == "Doorstep" else max(WAKES // 5, 10)
        with tempfile.TemporaryDirectory() as folder, serving(name, folder) as worker:
            contestant = CONTESTANTS[name](Path(folder), sync)
            waits, puts = zip(*(wake(contestant, worker, number) for number in range(times)), strict=True)
            idle = idle_share(worker.pid)
        figures = (quantile(waits, 0.5), quantile(waits, 0.99), quantile(puts, 0.5), idle * 100)
        print(f"| {name}, {sync} | {' | '.join(f'{figure:.2f}' for figure in figures)} |", flush=True)


def wake(contestant: queue_contestants.Contestant, worker: subprocess.Popen[str], number: int) -> tuple[float, float]:
    """Put one job into an idle queue; return the milliseconds until its first line ran, and until it was stored."""
    time.sleep(0.03 + number % 7 * 0.01)
    started = time.monotonic()
    contestant.put(number)
    stored = time.monotonic()
    assert worker.stdout
    began = worker.stdout.readline().split()
    assert int(began[0]) == number
    return (float(began[1]) - started) * 1_000, (stored - started) * 1_000


def idle_share(pid: int) -> float:
    """Return the share of a core that a process uses while it has nothing to do."""
    seconds = 2.0 if QUICK else 10.0
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds


def cpu_seconds(pid: int) -> float:
    """Return the processor time of all threads of a process."""
    nanoseconds = sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return nanoseconds / 1e9


def quantile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank quantile."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


# --- fairness ---


def print_fairness() -> None:
    """Print how long a submission takes while a worker process drains jobs that do nothing, at FULL."""
    print("\n| put at FULL beside a worker flat out | p50 ms | p99 ms | longest ms | refused |")
    print("| --- | --- | --- | --- | --- |")
    for name in CONTESTANTS:
        with tempfile.TemporaryDirectory() as folder:
            waits, refused = submissions(name, folder)
        figures = (quantile(waits, 0.5), quantile(waits, 0.99), max(waits))
        print(f"| {name} | {' | '.join(f'{figure:.2f}' for figure in figures)} | {refused} |", flush=True)


def submissions(name: str, folder: str) -> tuple[list[float], int]:
    """Submit while a backlog is drained."""
    contestant = CONTESTANTS[name](Path(folder), "NORMAL")
    for number in range(2_000 if QUICK else 20_000):
        contestant.put(number)
    contestant = CONTESTANTS[name](Path(folder), "FULL")
    waits, refused = [], 0
    worker = start("work", name, folder, "FULL")
    for number in range(SUBMISSIONS):
        started = time.monotonic()
        try:
            contestant.put(1_000_000 + number)
        except (sqlite3.Error, DoorstepError) as error:
            print(f"  {name}: {error}", file=sys.stderr)
            refused += 1
        waits.append((time.monotonic() - started) * 1_000)
        time.sleep(0.002)
    worker.kill()
    worker.communicate()
    return waits, refused


if __name__ == "__main__":
    main()
