"""Measures an evaluation by live services: `python -m bench.live`.

The services are stand-ins over an extract, with 80 ms added to each answer as an ocean between would. Beside it, in the
same run, what one request for each place costs: so many questions, one after the other, to the same stand-in. All
figures are medians of RUNS.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from app.config import Config
from app.pipeline.listing import Listing
from app.queue.evaluation import as_configured
from app.queue.runner import Evaluate
from bench.regions import EXTRACTS
from tests.support.live.whole import Services, evaluated, live_services

LATENCY_S = 0.08
#: Requests of the way that asks for each place: geocoding, then each amenity, school, stop and destination.
ONE_EACH = 106
RUNS = 5
HERE, NEXT_DOOR = "31 Avenue Princesse Grace, Monaco", "26 Avenue Princesse Grace, Monaco"


@dataclass(frozen=True, slots=True)
class Took:
    """What one way costs: requests, and seconds with the services far away and beside us."""

    requests: int
    far_s: float
    near_s: float


def main() -> None:
    """Measure and print one table."""
    with live_services(EXTRACTS["monaco"]) as services:
        rows = {
            "cold: the first address of its area": took(services, cold),
            "warm: the same address again": took(services, again),
            "warm: another address near by": took(services, next_door),
            f"one request for each place ({ONE_EACH})": took(services, one_each),
        }
    print(f"| way | requests | seconds at {LATENCY_S * 1_000:.0f} ms | our own time | round trips |")
    print("| --- | --- | --- | --- | --- |")
    for way, each in rows.items():
        trips = (each.far_s - each.near_s) / LATENCY_S
        print(f"| {way} | {each.requests} | {each.far_s:.2f} | {each.near_s:.2f} | {trips:.1f} |")


Way = Callable[[Services], Callable[[], object]]


def took(services: Services, way: Way) -> Took:
    """Return the medians of a way; it is prepared anew for each run, which is not counted."""
    far: list[float] = []
    near: list[float] = []
    asked = 0
    for _ in range(RUNS):
        for latency_s, seconds in ((LATENCY_S, far), (0.0, near)):
            services.slow_down(0.0)
            ask = way(services)
            before = services.requests
            services.slow_down(latency_s)
            began = time.perf_counter()
            ask()
            seconds.append(time.perf_counter() - began)
            asked = services.requests - before
    return Took(asked, statistics.median(far), statistics.median(near))


def cold(services: Services) -> Callable[[], object]:
    """Nothing is known of the area."""
    evaluate = evaluation(services)
    return lambda: evaluated(evaluate, Listing(HERE))


def again(services: Services) -> Callable[[], object]:
    """The same address was asked for before."""
    evaluate = evaluation(services)
    evaluated(evaluate, Listing(HERE))
    return lambda: evaluated(evaluate, Listing(HERE))


def next_door(services: Services) -> Callable[[], object]:
    """A neighbour was asked for before."""
    evaluate = evaluation(services)
    evaluated(evaluate, Listing(HERE))
    return lambda: evaluated(evaluate, Listing(NEXT_DOOR))


def one_each(services: Services) -> Callable[[], object]:
    """Everything is asked for by itself, over one connection that is kept open."""

    def ask() -> None:
        with requests.Session() as session:
            session.headers["User-Agent"] = "Doorstep bench"
            for _ in range(ONE_EACH):
                session.get(f"{services.nominatim.url}/search", params={"q": HERE, "format": "jsonv2", "limit": "1"})

    return ask


def evaluation(services: Services) -> Evaluate:
    """Return the evaluation of a site without regions, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="bench-live-"))
    return as_configured(Config(data_dir=folder, own_service_pause_seconds=0.0, **services.settings()))


if __name__ == "__main__":
    main()
