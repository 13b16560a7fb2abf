"""Measures timetables: seconds to compile, milliseconds per evaluation, memory: `python -m bench.transit FEED.zip ...`.

Each feed is measured as it is and as 4 and 12 copies side by side. On the plain feed the search is compared with
two connection scans, which must find the same times to the second.
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from app.atlas.transit.compile.compiler import compile_timetables
from app.atlas.transit.contract import StopWalks
from app.atlas.transit.journeys import MORNING
from app.atlas.transit.timetable import Timetable
from app.geo import distances_m
from bench.connection_scans import Scan, by_departure, by_profile

DESTINATIONS, WALK_M, SEED = 5, 1_500.0, 20240604


def copies(feed: Path, count: int, folder: Path) -> list[Path]:
    """Write copies of a feed side by side, four in a row: a city grows outwards."""
    if count == 1:
        return [feed]
    with zipfile.ZipFile(feed) as source:
        stops = read_table(source.read("stops.txt"))
    lats, lons = ([float(row[name]) for row in stops] for name in ("stop_lat", "stop_lon"))
    # Some lines of a feed run far out: the copies overlap there, and one can change between them.
    steps = [float(np.diff(np.percentile(degrees, [5, 95]))[0]) for degrees in (lats, lons)]
    return [shifted(feed, copy, (steps[0] * (copy // 4), steps[1] * (copy % 4)), folder) for copy in range(count)]


def read_table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), skipinitialspace=True))


def shifted(feed: Path, copy: int, by: tuple[float, float], folder: Path) -> Path:
    """Write one copy of a feed with its stops moved."""
    path = folder / f"{feed.stem}-{copy:02d}.zip"
    with zipfile.ZipFile(feed) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            if name != "stops.txt":
                target.writestr(name, source.read(name))
        table = io.StringIO()
        stops = read_table(source.read("stops.txt"))
        writer = csv.DictWriter(table, stops[0].keys(), extrasaction="ignore")
        writer.writeheader()
        for row in stops:
            moved = {"stop_lat": float(row["stop_lat"]) + by[0], "stop_lon": float(row["stop_lon"]) + by[1]}
            writer.writerow(row | moved)
        target.writestr("stops.txt", table.getvalue())
    return path


def walks(timetable: Timetable, stop: int) -> StopWalks:
    """Return estimated walks to all stops around one."""
    stops = timetable.stops
    near = timetable.stops_near(float(stops.lats[stop]), float(stops.lons[stop]), WALK_M)
    straight_m = distances_m(stops.lats[stop], stops.lons[stop], stops.lats[near], stops.lons[near])
    return StopWalks(near, np.ceil(straight_m * 1.3 / 80 * 60))


def questions(timetable: Timetable, count: int) -> list[tuple[StopWalks, list[StopWalks]]]:
    """Draw homes and destinations among the stops, the same in every run."""
    draw = np.random.default_rng(SEED)
    stops = draw.integers(len(timetable.stops.ids), size=(count, 1 + DESTINATIONS)).tolist()
    return [(walks(timetable, home), [walks(timetable, there) for there in others]) for home, *others in stops]


def milliseconds(
    ask: Callable[[StopWalks, list[StopWalks]], object], asked: Sequence[tuple[StopWalks, list[StopWalks]]]
) -> str:
    """Return p50 and p99 of the time per question."""
    taken = []
    for access, egresses in asked:
        start = time.perf_counter()
        ask(access, egresses)
        taken.append((time.perf_counter() - start) * 1000)
    return f"{np.percentile(taken, 50):9.1f} {np.percentile(taken, 99):9.1f}"


def measure(feed: Path, count: int, asked: int, peers: int) -> None:
    """Print the lines of one feed at one size."""
    with tempfile.TemporaryDirectory() as folder:
        paths = copies(feed, count, Path(folder))
        start = time.perf_counter()
        facts = compile_timetables(paths, Path(folder) / "out", None)
        taken = time.perf_counter() - start
        timetable = Timetable.open(Path(folder) / "out")
        assert timetable is not None
        start = time.perf_counter()
        timetable.travel_times(*questions(timetable, 1)[0], [None] * DESTINATIONS)
        first_ms = (time.perf_counter() - start) * 1000
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        name = f"{feed.name.split('.')[0]} x{count}"
        print(f"{name}: {facts.stops} stops, {facts.trips} trips on {facts.service_date}")
        print(f"  compile {taken:.2f} s, first evaluation {first_ms:.0f} ms, peak memory {peak_mb:.0f} MB")
        some = questions(timetable, asked)
        times = milliseconds(lambda a, e: timetable.travel_times(a, e, [None] * DESTINATIONS), some)
        print(f"  {'profile by rounds (Doorstep)':32} {times} ms (p50, p99 of {len(some)})")
        if count == 1:
            compare(timetable, some[:peers])


def compare(timetable: Timetable, some: list[tuple[StopWalks, list[StopWalks]]]) -> None:
    """Time both connection scans and check that all three agree."""
    scan = Scan.of(timetable._columns, MORNING)
    search = timetable.search(MORNING)
    for access, egresses in some:
        labels = search.labels(access)
        ours = [search.durations(labels, egress).tolist() for egress in egresses]
        assert ours == by_departure(scan, access, egresses) == by_profile(scan, access, egresses)
    for name, way in (("connection scan by profile", by_profile), ("connection scan by departure", by_departure)):
        times = milliseconds(lambda a, e, way=way: way(scan, a, e), some)  # type: ignore[misc]
        print(f"  {name:32} {times} ms (p50, p99 of {len(some)}), same times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feeds", nargs="+", type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=[1, 4, 12])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--peers", type=int, default=5, help="questions put to the slower ways")
    chosen = parser.parse_args()
    for feed in chosen.feeds:
        for size in chosen.sizes:
            measure(feed, size, chosen.questions, chosen.peers)


if __name__ == "__main__":
    main()
