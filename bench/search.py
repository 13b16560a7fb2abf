"""Street searches alone on every extract at hand: `python -m bench.search`.

Addresses are drawn with a fixed seed beside streets, so that each search starts in a built-up place. Every number is
the median and the 99th percentile in milliseconds over those addresses; networks are compiled into a temporary folder.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from app.atlas.facts import WALK_LIMIT_S
from app.atlas.importing.extract import read_extract
from app.atlas.importing.outlines import street_ways
from app.atlas.importing.pbf.file import PbfFile
from app.atlas.streets.build.compile import compile_network
from app.atlas.streets.network import Network
from app.atlas.streets.snapping import Snaps
from app.atlas.streets.tiling import Floats
from bench.regions import EXTRACTS, SHARED, available

#: Regions that only this benchmark uses: the searches want many kinds of street pattern.
MORE = {
    "milan": SHARED / "regions/milan/milan_italy_small.osm.pbf",
    "munich": SHARED / "regions/munich-center/munchen.osm.pbf",
    "liechtenstein": SHARED / "regions/liechtenstein/liechtenstein-latest.osm.pbf",
}
COLUMNS = (
    "snap one",
    "walk 2.5 km",
    "walk 45 min",
    "times to 5,000 places",
    "bike 4.8 km",
    "bike, low stress",
    "pattern and lanes",
    "car to 5 places within 8 km",
)
Point = tuple[float, float]


def main() -> None:
    """Measure every extract and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=100, help="how many a region (default 100)")
    options = parser.parse_args()
    extracts = {name: EXTRACTS[name] for name in available()} | {k: path for k, path in MORE.items() if path.exists()}
    print(f"| region | edges | compile s | files MB | snap 10,000, ms | {' | '.join(COLUMNS)} |")
    print("| --- " * (len(COLUMNS) + 5) + "|", flush=True)
    for name, path in extracts.items():
        print(measured_row(name, path, options.addresses), flush=True)


def measured_row(name: str, path: Path, count: int) -> str:
    """Compile one extract, run every search from each address and lay the results out."""
    with TemporaryDirectory(prefix="bench-search-") as folder:
        directory = Path(folder)
        compile_s = compile_extract(path, directory)
        network = Network.open(directory)
        megabytes = sum(file.stat().st_size for file in directory.iterdir()) / 1e6
        points, places = drawn_points(network, count), drawn_points(network, 10_000)
        many_ms = milliseconds(lambda: network.snap(places[0], places[1]))
        snaps = network.snap(places[0][:5_000], places[1][:5_000])
        times = np.array([searches(network, (lat, lon), points, snaps) for lat, lon in zip(*points, strict=True)])
    cells = [f"{np.median(column):.2f} / {np.percentile(column, 99):.2f}" for column in times.T]
    facts = f"{len(network._files.edges.tail):,} | {compile_s:.2f} | {megabytes:.1f} | {many_ms:.0f}"
    return f"| {name} | {facts} | {' | '.join(cells)} |"


def compile_extract(path: Path, directory: Path) -> float:
    """Compile the streets of an extract and return the seconds that took, without the reading."""
    extract = read_extract(PbfFile(path))
    ways = street_ways(extract.streets)
    barriers = {ref: gate.tags for ref, gate in extract.gates.items()}
    return milliseconds(lambda: compile_network(ways, barriers, directory)) / 1000


def drawn_points(network: Network, count: int) -> tuple[Floats, Floats]:
    """Return points some 20 m from junctions, the same ones for the same region."""
    rng = np.random.default_rng(1)
    nodes = network._files.nodes
    chosen = rng.choice(len(nodes.lat), count)
    shift = rng.normal(0, 2e-4, (2, count))
    return nodes.lat[chosen] / 1e7 + shift[0], nodes.lon[chosen] / 1e7 + shift[1]


def searches(network: Network, origin: Point, points: tuple[Floats, Floats], snaps: Snaps) -> list[float]:
    """Return the milliseconds of each search from one address, in the order of COLUMNS."""
    snap = network.snap(*origin)[0]
    shed = network.walk(snap, WALK_LIMIT_S)
    near = np.flatnonzero(np.hypot(points[0] - origin[0], points[1] - origin[1]) < 0.08)[:5]
    asked: list[Callable[[], object]] = [
        lambda: network.snap(*origin),
        lambda: network.walk(snap, 2_500 * 0.75),
        lambda: network.walk(snap, WALK_LIMIT_S),
        lambda: shed.seconds_to(snaps),
        lambda: network.bike(snap, 4_800.0),
        lambda: network.bike(snap, 4_800.0, max_stress=2),
        lambda: (network.street_facts(*origin), network.bike_infrastructure(*origin)),
        lambda: network.travel_seconds("car", origin, points[0][near], points[1][near]),
    ]
    return [milliseconds(ask) for ask in asked]


def milliseconds(ask: Callable[[], object]) -> float:
    """Time one call."""
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
