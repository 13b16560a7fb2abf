"""Measures wishes over all homes of a town: `python -m bench.where [FOLDER OF REGIONS] [NAME ...]`.

For each imported region: eight wishes over all homes, with a place to reach on foot, by bike, by car and by transit,
beside asking one home after the other (medians of the same run); what a process's memory grows by; and how many answers
of HOMES random homes differ from their own reports. Without a folder the samples are imported, and the larger regions
where they lie beside the repository.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.atlas.atlas import Atlas
from app.atlas.fields.town import MODES, Mode
from app.atlas.regions import RegionStore
from app.pipeline.rules.must_haves import OFFERED
from app.pipeline.rules.safety import LAND_KINDS
from app.pipeline.wishes import Outcomes, TownWishes
from bench.fields import import_all
from tests.support.town_oracle import TownOracle

#: What eight wishes are measured with, in the words of a form.
WISHES = ("supermarket:10", "pharmacy:15", "park:10", "stop:5", "motorway:300", "busy_road:75", "railway:100", "steps")
#: Homes that are compared with their reports, and of these those that are timed one after the other.
HOMES, ONE_BY_ONE, RUNS = 500, 20, 15


def median_ms(work: Callable[[int], object], runs: int = RUNS) -> float:
    """Return the median milliseconds of some runs, numbered from 0."""
    spent = []
    for run in range(runs):
        began = time.perf_counter()
        work(run)
        spent.append((time.perf_counter() - began) * 1_000)
    return statistics.median(spent)


def resident_mb() -> float:
    """Return the megabytes that this process alone holds: what is mapped from files is shared by all."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) / 1_024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def met(wishes: TownWishes) -> Outcomes:
    """Return which homes meet all wishes."""
    outcomes = wishes.outcomes(OFFERED[WISHES[0]])
    for text in WISHES[1:]:
        outcomes = np.minimum(outcomes, wishes.outcomes(OFFERED[text]))
    return outcomes


def show(atlas: Atlas) -> None:
    """Print one region."""
    before = resident_mb()
    town = atlas.town
    has_land = sum(atlas.hazard_counts.get(kind, 0) for kind in LAND_KINDS) > 0
    wishes = TownWishes(town, atlas.fields.facts.counts, has_land)
    first, eight = median_ms(lambda run: met(wishes), 1), median_ms(lambda run: met(wishes))
    # Each run asks for a place that nobody has asked for yet.
    homes = np.random.default_rng(2).choice(town.count, RUNS + 1)
    places = [(float(town.lats[home]), float(town.lons[home])) for home in homes.tolist()]

    def reached_ms(mode: Mode) -> float:
        return median_ms(lambda run: town.seconds_to(mode, *places[run]))

    trips = {mode: reached_ms(mode) for mode in MODES}
    line = f"{atlas.name}: {town.count:,} {town.sample}; 8 wishes {eight:.1f} ms (first {first:.1f})"
    line += "".join(f", {mode} {spent:.0f}" for mode, spent in trips.items())
    if town.transit_seconds_to(*places[RUNS]) is not None:
        line += f", transit {median_ms(lambda run: town.transit_seconds_to(*places[run])):.0f}"
    grown = resident_mb() - before
    oracle = TownOracle(atlas)
    began = time.perf_counter()
    oracle.differences(ONE_BY_ONE, seed=9)
    each = (time.perf_counter() - began) / min(ONE_BY_ONE, town.count)
    differences = dict(oracle.differences(HOMES))
    print(f"{line} ms; {grown:.0f} MB a process; one home after the other {each * town.count:,.0f} s")
    print(f"  of {HOMES} homes: {differences}", flush=True)


def main(arguments: list[str]) -> None:
    """Print some regions of a folder, or those that are imported for this."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(arguments[0]) if arguments else Path(scratch)
        if not arguments:
            import_all(folder)
        store = RegionStore(folder)
        for name in arguments[1:] or store.names():
            show(Atlas(name, store.directory(name)))


if __name__ == "__main__":
    main(sys.argv[1:])
