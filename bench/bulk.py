"""How many addresses a second one core evaluates, one by one and all together: `python -m bench.bulk [EXTRACT [FEED]]`.

Three ways over the same addresses of a region, in turn, several rounds: a job an address with report and pictures, as
the queue does it; `evaluate_property` alone, without pictures; and tiles. What counts is the processor time of the
worker and its evaluator (of the second way: of this process), so other work on the machine changes the figures less.
Without an extract the sample of Monaco is taken.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from app.atlas.files import build_of
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.bulk.tiles import Tile, addresses_of, listing_of, order_of
from app.config import Config
from app.errors import DoorstepError
from app.pipeline.evaluate import evaluate_property
from app.pipeline.evaluation import Asked
from app.pipeline.listing import Listing
from app.pipeline.report import to_json
from app.places import Location
from app.queue import open_store
from app.queue.jobs import NewJob
from app.queue.store import JobStore
from app.queue.store.runs import NewTile
from app.sources.regions import ImportedRegions
from bench.day import flask, processor_seconds
from tests.support.folders import SAMPLES

#: Rounds, and how many addresses each has: a share of the region, from another part of it in each round.
ROUNDS, ONE_BY_ONE, TOGETHER = 3, 40, 400
NAME = "region"


def main(extract: str = str(SAMPLES / "monaco.osm.pbf"), *feeds: str) -> None:
    """Measure and print it."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=Path(folder), max_live_jobs_per_owner=10_000)
        store_of_regions = RegionStore(config.regions_dir)
        import_region(store_of_regions, NAME, RegionInput(Path(extract), tuple(map(Path, feeds))))
        regions, store = ImportedRegions(config.regions_dir), open_store(config)
        atlas = regions.whole_region(NAME)
        amount, build = len(order_of(atlas)), build_of(atlas.directory)
        worker = flask(folder, "worker")
        try:
            rounds = []
            for number in range(ROUNDS + 1):  # the first one warms everything up
                first = min(number * amount // (ROUNDS + 1), max(amount - TOGETHER, 0))
                tile = Tile(NAME, build, first, min(TOGETHER, amount - first))
                rounds.append(_round(store, regions, addresses_of(atlas, tile), tile, worker.pid, number))
            _tell(amount, rounds[1:])
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait()


def _round(
    store: JobStore, regions: ImportedRegions, places: list[Location], tile: Tile, worker: int, number: int
) -> tuple[float, float, float]:
    """Return the processor seconds an address of each of the three ways."""
    found = [place for place in places if _is_found(regions, place)]
    some = found[:: max(len(found) // ONE_BY_ONE, 1)][:ONE_BY_ONE]

    def jobs() -> None:
        for place in some:
            listing = Listing(place.label)
            store.create_job(NewJob(place.label, to_json(listing).decode(), f"{number} {place.label}", "bench"))
        _wait(lambda: store.stats().done >= done + len(some))

    def together() -> None:
        made = [NewTile(listing_of(tile), tile.count)]
        run = store.begin_run(NAME, f"{tile.build} {number}", "{}", made, "tile")
        _wait(lambda: store.progress_of(run).is_over)
        assert store.progress_of(run).is_whole

    def alone() -> None:
        for place in some:
            evaluate_property(Listing(place.label), regions)

    done = store.stats().done
    queued = _seconds(jobs, lambda: processor_seconds(worker)) / len(some)
    plain = _seconds(alone, time.process_time) / len(some)
    tiled = _seconds(together, lambda: processor_seconds(worker)) / tile.count
    return queued, plain, tiled


def _is_found(regions: ImportedRegions, place: Location) -> bool:
    """Return whether an address is found by its words without a question."""
    try:
        return regions.locate(place.label) == place
    except (DoorstepError, Asked):
        return False


def _seconds(work: Callable[[], None], clock: Callable[[], float]) -> float:
    before = clock()
    work()
    return clock() - before


def _wait(until: Callable[[], bool]) -> None:
    while not until():
        time.sleep(0.02)


def _tell(amount: int, rounds: list[tuple[float, float, float]]) -> None:
    queued, plain, tiled = (median(way) for way in zip(*rounds, strict=True))
    times = [median(one[0] / one[2] for one in rounds), median(one[1] / one[2] for one in rounds)]
    print(f"{amount:,} addresses; medians of {len(rounds)} rounds in turn, {ONE_BY_ONE} addresses one by one and")
    print(f"up to {TOGETHER} together in each")
    print("| way | ms of a processor an address | addresses a second and core |")
    print("| --- | --- | --- |")
    for way, seconds in (
        ("a job an address, with report and pictures", queued),
        ("`evaluate_property` alone, without pictures", plain),
        ("tiles", tiled),
    ):
        print(f"| {way} | {1000 * seconds:.1f} | {1 / seconds:.1f} |")
    print(f"Together: {times[0]:.1f} times as many as by jobs, {times[1]:.1f} times as many as the evaluation alone.")


if __name__ == "__main__":
    main(*sys.argv[1:])
