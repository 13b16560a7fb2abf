"""Measures how long a tile takes from the body of an answer to the atlas in place: `python -m bench.tiles [NAME ...]`.

The bodies are what a stand-in for Overpass answers from real extracts, laid out as the server does it. Each tile is
made in a fresh process with Python and its libraries loaded, which reads the body, writes it as an extract and imports
that. Small extracts of town centres are as dense as it gets; large ones fill the whole tile.
"""

from __future__ import annotations

import gzip
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

# Loaded before the processes are made, as it is in one that has made a tile before.
import app.atlas.importing.importer  # noqa: F401
from app.config import Config
from app.sources.live.asking.queries import Answered, Query, Value
from app.sources.live.services import Service
from app.sources.live.tiles.grid import tile_at
from app.sources.live.tiles.overpass import query_text
from app.sources.live.tiles.tiles import Tiles
from bench.regions import EXTRACTS, SHARED
from tests.support.live.overpass import document
from tests.support.live.overpass_language import run
from tests.support.live.overpass_world import world_of
from tests.support.live.tiles import overpass_at

REPEATS = 5
#: Seconds that the query gives the server: they stand in its text alone.
QUERY_S = 180.0
#: Extract, latitude and longitude.
CORES = {
    "monaco": (EXTRACTS["monaco"], 43.7376, 7.4240),
    "munich-center": (SHARED / "regions/munich-center/munchen.osm.pbf", 48.1374, 11.5755),
    "helsinki-older": (SHARED / "regions/helsinki/Helsinki-older.osm.pbf", 60.1700, 24.9420),
    "milan": (SHARED / "regions/milan/milan_italy_small.osm.pbf", 45.4642, 9.1900),
    "vancouver": (EXTRACTS["vancouver-ca"], 49.2606, -123.1140),
    "newport": (EXTRACTS["newport-gb"], 51.5877, -2.9984),
    "queens": (EXTRACTS["queens"], 40.7170, -73.7430),
}


class Measured(NamedTuple):
    """One tile: all processes' time, and the larger of their peaks."""

    seconds: float
    cpu_s: float
    peak_mb: float
    atlas_mb: float


class _InHand:
    """Answers with a body that is there."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Return what `parse` makes of the body."""
        return Answered(parse(self._body), time.time())

    def let_go(self, service: Service, query: Query) -> None:
        """Do nothing: the body is of the bench."""


Result = TypeVar("Result")


def apart(work: Callable[..., Result], *arguments: object) -> Result:
    """Return what a function returns in a fork of this process, which stays small: a fork begins with its peak."""
    ours, theirs = get_context("fork").Pipe()
    process = get_context("fork").Process(target=lambda: theirs.send(work(*arguments)))
    process.start()
    theirs.close()  # so that the end of the process is the end of the pipe
    result: Result = ours.recv()
    process.join()
    return result


def answer(name: str, path: Path) -> int:
    """Write the body of an answer, and return how many elements it has."""
    extract, lat, lon = CORES[name]
    world = world_of(extract)
    printed = run(query_text(tile_at(lat, lon), QUERY_S), world)
    path.write_bytes(document(world, printed))
    return sum(len(each) for ids in printed for each in ids)


def make(body: Path, lat: float, lon: float) -> Measured:
    """Make a tile from a body."""
    with tempfile.TemporaryDirectory() as folder:
        tiles = Tiles(Config(data_dir=Path(folder)), overpass_at(""), _InHand(body.read_bytes()))
        start = time.perf_counter()
        tiles.ready(lat, lon)
        seconds = time.perf_counter() - start
        usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    cpu_s = sum(each.ru_utime + each.ru_stime for each in usage)
    return Measured(seconds, cpu_s, max(each.ru_maxrss for each in usage) / 1024, size / 1e6)


def main(names: list[str]) -> None:
    """Print one line a tile."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start; median of {REPEATS} by seconds")
    heads = ("MB", "gzip MB", "elements", "s", "cpu s", "peak MB", "atlas MB")
    print(f"{'tile of':16}" + "".join(f"{head:>11}" for head in heads))
    for name in names or [name for name, (extract, _, _) in CORES.items() if extract.exists()]:
        with tempfile.NamedTemporaryFile() as file:
            body = Path(file.name)
            elements = apart(answer, name, body)
            found = sorted(apart(make, body, *CORES[name][1:]) for _ in range(REPEATS))[REPEATS // 2]
            sizes = body.stat().st_size / 1e6, apart(_packed_mb, body)
        numbers = "".join(f"{number:11.2f}" for number in found)
        print(f"{name:16}{sizes[0]:11.2f}{sizes[1]:11.2f}{elements:11,}{numbers}", flush=True)


def _packed_mb(path: Path) -> float:
    return len(gzip.compress(path.read_bytes(), 6)) / 1e6


if __name__ == "__main__":
    main(sys.argv[1:])
