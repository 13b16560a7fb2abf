"""The queue on PostgreSQL beside procrastinate, on one server: `python -m bench.scale [--quick] [--only PART ...]`.

Prints Markdown tables: jobs a second by 1, 2, 4 and 8 worker processes; jobs of 14 stages; how soon an idle worker
begins; how long storing a job takes while others work flat out; what is lost or doubled over 20,000 jobs; the rate
while things go wrong; and while somebody holds a transaction open for 3 minutes. The server is Debian's, on loopback,
with a folder of its own, `fsync` and `synchronous_commit` on and its other settings as Debian's package has them.
Figures are medians of rounds that alternate between the queues. procrastinate is installed into a throw-away folder.
The machine should have nothing else to do: the load before each part is printed. All takes 14 minutes, `--quick` 2.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import scale_contestants
from bench.scale_contestants import CONTESTANTS, VERSION
from bench.scale_crew import DURABLE, Drained, Site, connection_seconds, crew, doubled, finish, wal_bytes
from bench.scale_scenarios import SCENARIOS, beside, held_open, longest_gap, rates
from tests.support import postgres

OURS, THEIRS = "Doorstep", ("procrastinate", "procrastinate, concurrency 8")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done in each part."""

    rounds: int
    jobs: int
    their_jobs: int
    jobs_of_stages: int
    workers: tuple[int, ...]
    wakes: int
    puts: int
    counted_jobs: int
    scenario_rounds: int
    scenario_jobs: int
    held_seconds: float
    held_jobs: int


WHOLE = Sizes(3, 6_000, 1_500, 1_200, (1, 2, 4, 8), 200, 1_000, 20_000, 1, 60_000, 180.0, 500_000)
QUICK = Sizes(1, 1_500, 500, 300, (1, 8), 30, 150, 4_000, 1, 4_000, 12.0, 60_000)
#: So small that a test can run every part.
TINY = Sizes(1, 60, 30, 10, (2,), 3, 5, 100, 1, 150, 1.0, 30_000)
#: The transaction is opened after these seconds; the rate before is that of the second half.
STEADY_SECONDS = 20.0


def main() -> None:
    """Run the parts that are asked for, and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer jobs and rounds: about 2 minutes")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS), help="these parts alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as peers:
        install(Path(peers))
        with postgres.server(**DURABLE) as server:
            run(Site(server), QUICK if options.quick else WHOLE, options.only)


def install(folder: Path) -> None:
    """Install procrastinate for this run."""
    if not scale_contestants.PEERS:
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), VERSION], check=True)
        scale_contestants.PEERS = os.environ["SCALE_PEERS"] = str(folder)
        sys.path.append(str(folder))


def run(site: Site, sizes: Sizes, parts: Sequence[str]) -> None:
    """Print the parts on one server."""
    (version,) = site.server.run("SELECT version()")[0]
    print(f"{str(version).split(' on ')[0]}, {', '.join(f'{name} = {value}' for name, value in DURABLE.items())}")
    for name in parts:
        print(f"\n{name}, at a load of {os.getloadavg()[0]:.1f}\n", flush=True)
        PARTS[name](site, sizes)


# --- how fast ---


def print_rates(site: Site, sizes: Sizes) -> None:
    """Print jobs a second by number of worker processes."""
    print("| jobs a second, workers: | " + " | ".join(map(str, sizes.workers)) + " | log, bytes a job | begun twice |")
    print("| --- |" + " --- |" * (len(sizes.workers) + 2))
    found: dict[tuple[str, int], list[float]] = {}
    log: dict[str, float] = {}
    again: Counter[str] = Counter()
    for _ in range(sizes.rounds):
        for workers in sizes.workers:
            for name in CONTESTANTS:
                jobs = sizes.jobs if name == OURS else sizes.their_jobs
                before = wal_bytes(site.server)
                drained = drain(site, name, jobs, workers)
                log[name] = (wal_bytes(site.server) - before) / jobs
                found.setdefault((name, workers), []).append(drained.rate)
                again[name] += drained.begun_again
    for name in CONTESTANTS:
        cells = [f"{statistics.median(found[name, workers]):,.0f}" for workers in sizes.workers]
        print(f"| {name} | {' | '.join(cells)} | {log[name]:,.0f} | {again[name]} |")
    ratio = min(
        statistics.median(found[OURS, workers]) / max(statistics.median(found[name, workers]) for name in THEIRS)
        for workers in sizes.workers
    )
    print(f"\nAt least {ratio:.1f} times procrastinate's better rate (bar: 2).", flush=True)


def drain(site: Site, name: str, jobs: int, workers: int, stages: int = 0, scenario: str = "undisturbed") -> Drained:
    """Have all jobs of a line done."""
    with site.database(name, jobs, stages) as url, crew(name, url, workers) as started:
        began = started.go()
        with beside(SCENARIOS[scenario], site.server, url, started):
            drained = finish(started, url, jobs, began, name)
        if name == OURS:
            assert not doubled(url), "a job ended twice, or without its report"
        assert not drained.lost, f"{name} lost {drained.lost} jobs"
        return drained


def print_stages(site: Site, sizes: Sizes) -> None:
    """Print jobs of 14 stages a second, each kept as it ends."""
    print("| jobs of 14 stages, workers: | " + " | ".join(map(str, sizes.workers)) + " |")
    print("| --- |" + " --- |" * len(sizes.workers))
    cells = [
        statistics.median(drain(site, OURS, sizes.jobs_of_stages, workers, 14).rate for _ in range(sizes.rounds))
        for workers in sizes.workers
    ]
    print(f"| a second | {' | '.join(f'{rate:,.0f}' for rate in cells)} |", flush=True)


# --- how soon ---


def print_wakes(site: Site, sizes: Sizes) -> None:
    """Print how soon an idle worker in another process begins a job."""
    print("| idle worker, another process | p50 ms | p99 ms | storing it, p50 | wake-up, p50 | wake-up, p99 |")
    print("| --- | --- | --- | --- | --- | --- |")
    found = {}
    for name, (waits, puts) in wakes(site, sizes.wakes).items():
        woken = [wait - put for wait, put in zip(waits, puts, strict=True)]
        found[name] = [quantile(times, share) for times in (waits, woken) for share in (0.5, 0.99)]
        figures = (*found[name][:2], quantile(puts, 0.5), *found[name][2:])
        print(f"| {name} | {' | '.join(f'{figure:.2f}' for figure in figures)} |", flush=True)
    shares = [figure / min(found[name][place] for name in THEIRS) for place, figure in enumerate(found[OURS])]
    print(
        f"\nOf procrastinate's better one: the wake-up {shares[2]:.2f}, p99 {shares[3]:.2f} (bar: 0.5); "
        f"with what storing takes {shares[0]:.2f}, p99 {shares[1]:.2f}.",
        flush=True,
    )


def wakes(site: Site, times: int) -> dict[str, tuple[list[float], list[float]]]:
    """Put single jobs into idle queues, each in its turn; return the milliseconds until each began, and was stored.

    A job is stored when whoever puts it is told so; a worker may have begun by then. All queues stand idle side by
    side, as the machine's own speed changes from minute to minute.
    """
    with ExitStack() as stack:
        queues = {}
        for name in CONTESTANTS:
            url = stack.enter_context(site.database(name, 1))
            started = stack.enter_context(crew(name, url, 1))
            finish(started, url, 1, started.go(), name)
            contestant = CONTESTANTS[name](url)
            contestant.put(1)
            queues[name] = started, contestant
        asked: dict[str, dict[int, float]] = {name: {} for name in queues}
        stored: dict[str, list[float]] = {name: [] for name in queues}
        for number in range(2, times + 2):
            for name, (_, contestant) in queues.items():
                time.sleep(0.06 + number % 7 * 0.01)
                asked[name][number] = time.monotonic()
                contestant.put(number)
                stored[name].append((time.monotonic() - asked[name][number]) * 1_000)
        time.sleep(1.5)  # a poll's time
        return {
            name: (_waits(asked[name], dict(started.records())), stored[name]) for name, (started, _) in queues.items()
        }


def _waits(asked: dict[int, float], began: dict[int, float]) -> list[float]:
    assert asked.keys() <= began.keys(), f"{len(asked.keys() - began.keys())} jobs of {len(asked)} were not begun"
    return [(began[number] - at) * 1_000 for number, at in asked.items()]


def print_puts(site: Site, sizes: Sizes) -> None:
    """Print how long storing a job takes beside workers flat out, and how fast one process stores them."""
    print("| storing a job beside 8 workers flat out | a second | p50 ms | p99 ms |\n| --- | --- | --- | --- |")
    for name in CONTESTANTS:
        jobs = sizes.counted_jobs * (2 if name == OURS else 1)
        with site.database(name, jobs) as url, crew(name, url, max(sizes.workers)) as started:
            contestant, waits = CONTESTANTS[name](url), []
            contestant.put(jobs)
            started.go()
            began = time.monotonic()
            for number in range(jobs + 1, jobs + 1 + sizes.puts):
                asked = time.monotonic()
                contestant.put(number)
                waits.append((time.monotonic() - asked) * 1_000)
            rate = sizes.puts / (time.monotonic() - began)
        print(f"| {name} | {rate:,.0f} | {quantile(waits, 0.5):.1f} | {quantile(waits, 0.99):.1f} |", flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank quantile."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


# --- how true ---


def print_count(site: Site, sizes: Sizes) -> None:
    """Print what became of many jobs, by the workers' own records and by the database."""
    workers = max(sizes.workers)
    drained = drain(site, OURS, sizes.counted_jobs, workers)
    print(
        f"{sizes.counted_jobs:,} jobs, {workers} workers, {drained.rate:,.0f} a second: {drained.lost} lost, "
        f"{drained.begun_again} begun twice by the workers' own records; jobs done, reports, jobs with a report and "
        "completions in the history are as many in the database."
    )


def print_scenarios(site: Site, sizes: Sizes) -> None:
    """Print the rate while things go wrong, over the same number of jobs, the time that it takes included."""
    print(
        f"| {sizes.scenario_jobs:,} jobs, 8 workers | seconds | jobs a second | of the undisturbed rate | begun again |"
    )
    print("| --- | --- | --- | --- | --- |")
    found: dict[str, list[Drained]] = {name: [] for name in SCENARIOS}
    for _ in range(sizes.scenario_rounds):
        for name in SCENARIOS:
            found[name].append(drain(site, OURS, sizes.scenario_jobs, max(sizes.workers), scenario=name))
    undisturbed = statistics.median(each.rate for each in found["undisturbed"])
    for name, rounds in found.items():
        rate, seconds = (
            statistics.median(values) for values in zip(*((e.rate, e.seconds) for e in rounds), strict=True)
        )
        again = sum(each.begun_again for each in rounds)
        print(f"| {name} | {seconds:.1f} | {rate:,.0f} | {rate / undisturbed:.0%} | {again} |", flush=True)


def print_held(site: Site, sizes: Sizes) -> None:
    """Print the rate before, while and after somebody holds a transaction open."""
    steady = min(STEADY_SECONDS, sizes.held_seconds)
    with site.database(OURS, sizes.held_jobs) as url, crew(OURS, url, max(sizes.workers)) as started:
        began = started.go()
        time.sleep(steady)
        opened = time.monotonic()
        with held_open(url):
            time.sleep(sizes.held_seconds)
            closed = time.monotonic()
        time.sleep(steady / 2)
        ended = time.monotonic()
        assert started.begun() < sizes.held_jobs, "the line ran out: the rates say nothing"
        moments = [at for _, at in started.records()]
        sixths = [opened + (closed - opened) * sixth / 6 for sixth in range(7)]
        before, *during = rates(moments, [began + steady / 2, *sixths])
        (after,) = rates(moments, [closed, ended])
    print(
        f"A transaction held open for {sizes.held_seconds:.0f} s: {before:,.0f} jobs a second before, then, by sixths, "
        f"{', '.join(f'{rate:,.0f}' for rate in during)}; {after:,.0f} after. It costs "
        f"{1 - statistics.mean(during) / before:.0%}, in the last sixth {1 - during[-1] / before:.0%} (bar: 35 %). "
        f"Longest time without a job begun: {longest_gap(moments):.2f} s."
    )


def print_start(site: Site, sizes: Sizes) -> None:
    """Print what a connection costs: who opens one for each job pays that each time."""
    del sizes
    print(f"A new connection takes {connection_seconds(site.server) * 1e3:.1f} ms (median of 20).")


PARTS: dict[str, Callable[[Site, Sizes], None]] = {
    "rates": print_rates,
    "stages": print_stages,
    "wakes": print_wakes,
    "puts": print_puts,
    "count": print_count,
    "scenarios": print_scenarios,
    "held": print_held,
    "connections": print_start,
}

if __name__ == "__main__":
    main()
