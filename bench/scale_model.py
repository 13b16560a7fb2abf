"""How many workers a site needs, by a queueing model that is checked: `python -m bench.scale_model [--quick]`.

People come as they like (Poisson), more of them in some hours of a day than in others. Each evaluation takes a worker,
which is a core, for a time that varies. That is M/G/c: the chance to wait by Erlang's formula for M/M/c, the waits as
in M/M/c, times (1 + squared variation) / 2 (Allen and Cunneen), falling off exponentially. The model is compared with
a simulation of whole days, and with real workers on a real server whose evaluations sleep. Takes 3 minutes.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.scale_contestants import Doorstep
from bench.scale_crew import DURABLE, Site, crew, finish
from tests.support import postgres

#: Seconds of a core that an evaluation takes with its maps (`python -m bench.day`), and the standard deviation as a
#: share of it: the longest of Newport's (`python -m bench.evaluate`) take 1.8 times the median.
SERVICE_SECONDS, VARIATION = 0.218, 0.5
#: How the people of a day come, by hour: few at night, most in the evening. An assumption: each site has its own.
HOURS = (6, 4, 3, 2, 2, 4, 10, 18, 24, 26, 27, 28, 29, 27, 26, 26, 28, 32, 40, 50, 54, 48, 32, 12)
PEAK = max(HOURS) / (sum(HOURS) / 24)
DAYS = (1_000, 10_000, 100_000, 1_000_000)
#: So long (seconds) may 95 of 100 people wait at most in the busiest hour before their evaluation begins.
GOAL_SECONDS = 1.0
#: Workers, and how busy they are, in the simulations.
SIMULATED = ((1, 0.5), (1, 0.8), (2, 0.8), (8, 0.8), (8, 0.95))
#: A real run: workers, how busy they are, mean seconds of an evaluation, and how many there are.
REAL = (4, 0.75, 0.2, 1_500)


@dataclass(frozen=True, slots=True)
class Load:
    """Arrivals a second, workers, and how long an evaluation takes: its mean, and its deviation as a share of that."""

    arrivals: float
    workers: int
    seconds: float = SERVICE_SECONDS
    variation: float = VARIATION

    @property
    def busy(self) -> float:
        """The share of the workers' time that is used; no site lasts at 1 or more."""
        return self.arrivals * self.seconds / self.workers

    @property
    def waiting_share(self) -> float:
        """The chance that all workers are busy when somebody comes (Erlang C)."""
        offered, blocked = self.arrivals * self.seconds, 1.0
        for worker in range(1, self.workers + 1):  # Erlang B, worker by worker
            blocked = offered * blocked / (worker + offered * blocked)
        return blocked / (1 - self.busy * (1 - blocked))

    def wait_quantile(self, share: float) -> float:
        """Return the seconds that this share of all people wait at most."""
        if self.busy >= 1:
            return math.inf
        left = (1 - share) / self.waiting_share
        pace = self.workers / self.seconds * (1 - self.busy) / ((1 + self.variation**2) / 2)
        return max(-math.log(left), 0.0) / pace


def workers_needed(evaluations_a_day: float) -> int:
    """Return how many workers keep the goal in the busiest hour."""
    workers, arrivals = 1, evaluations_a_day / 86_400 * PEAK
    while Load(arrivals, workers).wait_quantile(0.95) > GOAL_SECONDS:
        workers += 1
    return workers


def service_times(mean: float, variation: float, chance: random.Random) -> Iterator[float]:
    """Yield how long evaluations take: lognormal."""
    spread = math.sqrt(math.log(1 + variation**2))
    while True:
        yield chance.lognormvariate(math.log(mean) - spread**2 / 2, spread)


def simulated(load: Load, people: int, seed: int = 1) -> list[float]:
    """Return the seconds that people waited, event by event: first come, first served by whoever is free first."""
    chance = random.Random(seed)
    times = service_times(load.seconds, load.variation, chance)
    free, now, waits = [0.0] * load.workers, 0.0, []
    for _ in range(people):
        now += chance.expovariate(load.arrivals)
        begins = max(now, heapq.heappop(free))
        heapq.heappush(free, begins + next(times))
        waits.append(begins - now)
    return waits


def simulated_day(evaluations: int, workers: int, seed: int = 1) -> list[float]:
    """Return the seconds that the people of the busiest hour waited, in a day that changes from hour to hour."""
    chance = random.Random(seed)
    times = service_times(SERVICE_SECONDS, VARIATION, chance)
    most = evaluations / 86_400 * PEAK
    free, now, waits = [0.0] * workers, 0.0, []
    busiest = HOURS.index(max(HOURS))
    while (now := now + chance.expovariate(most)) < 86_400:
        hour = int(now // 3_600)
        if chance.random() * max(HOURS) > HOURS[hour]:
            continue  # so that each hour has its own rate
        begins = max(now, heapq.heappop(free))
        heapq.heappush(free, begins + next(times))
        if hour == busiest:
            waits.append(begins - now)
    return waits


def real(site: Site, load: Load, people: int) -> list[float]:
    """Return the seconds that jobs waited for real workers: from when they came until their evaluation began."""
    chance = random.Random(2)
    times = service_times(load.seconds, load.variation, chance)
    with site.database("Doorstep", 1) as url, crew("Doorstep", url, load.workers) as started:
        finish(started, url, 1, started.go())
        queue, came, due = Doorstep(url), {}, time.monotonic() + 1
        for number in range(1, people + 1):
            due += chance.expovariate(load.arrivals)
            time.sleep(max(due - time.monotonic(), 0.0))
            came[number] = due
            queue.put_lasting(number, next(times))
        finish(started, url, people + 1, due)
        return [max(at - came[number], 0.0) for number, at in started.records() if number in came]


def quantiles(waits: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    ordered = sorted(waits)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


def main() -> None:
    """Print the model's table, and how far off it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer people")
    quick = parser.parse_args().quick
    print(f"An evaluation takes {SERVICE_SECONDS * 1e3:.0f} ms of a core; {PEAK:.1f} times the average at the peak.\n")
    print("| evaluations a day | a second at the peak | workers | busy at the peak | wait p50 / p95 s | simulated |")
    print("| --- | --- | --- | --- | --- | --- |")
    for evaluations in DAYS:
        workers = workers_needed(evaluations)
        print(day(evaluations, workers, quick), flush=True)
    print("\n| workers | busy | wait p50 / p95 s by the model | simulated | real workers |")
    print("| --- | --- | --- | --- | --- |")
    for workers, busy in SIMULATED:
        load = Load(busy * workers / SERVICE_SECONDS, workers)
        print(f"{row(load, 20_000 if quick else 400_000)} |", flush=True)
    workers, busy, seconds, people = REAL
    load = Load(busy * workers / seconds, workers, seconds)
    with postgres.server(**DURABLE) as server:
        waited = quantiles(real(Site(server), load, people // 10 if quick else people))
    print(f"{row(load, 100_000)} {waited[0]:.2f} / {waited[1]:.2f} |")


def day(evaluations: int, workers: int, quick: bool) -> str:
    """Return the line of one size of site."""
    load = Load(evaluations / 86_400 * PEAK, workers)
    waits = simulated_day(evaluations // 10 if quick and evaluations > 100_000 else evaluations, workers)
    p50, p95 = quantiles(waits)
    return (
        f"| {evaluations:,} | {load.arrivals:.2f} | {workers} | {load.busy:.0%} "
        f"| {load.wait_quantile(0.5):.2f} / {load.wait_quantile(0.95):.2f} | {p50:.2f} / {p95:.2f} |"
    )


def row(load: Load, people: int) -> str:
    """Return the line of one load."""
    p50, p95 = quantiles(simulated(load, people))
    return (
        f"| {load.workers} | {load.busy:.0%} | {load.wait_quantile(0.5):.2f} / {load.wait_quantile(0.95):.2f} "
        f"| {p50:.2f} / {p95:.2f} |"
    )


if __name__ == "__main__":
    main()
