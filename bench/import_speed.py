"""Measures how fast extracts are imported and how much memory that takes: `python -m bench.import_speed [FILE ...]`.

Without files it takes the samples and, where they are present, the larger regions and the tiling in `../shared/data`,
and 40 MB each of copies of Queens Village and of Newport side by side. Beside each is how long osmium alone takes to
read the file and find where the nodes of its ways are, in C++ with a second thread and no line of Python: no import
can be faster than that.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import osmium

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from bench.copies import side_by_side
from bench.regions import EXTRACTS, ROOT, SHARED

#: Imports of each extract, of which the median is printed.
REPEATS = 3
#: How many copies of an extract make some 40 MB.
COPIES = {"queens": 18, "newport-gb": 16}


class Measured(NamedTuple):
    """One import: both processes' processor time and the larger of their peaks."""

    addresses: int
    places: int
    seconds: float
    cpu_s: float
    peak_mb: float
    atlas_mb: float


def measure(extract: Path) -> Measured:
    """Import a file in a fresh process, as the command does, with Python and its libraries already loaded."""
    ours, theirs = get_context("fork").Pipe()
    process = get_context("fork").Process(target=_import, args=(extract, theirs))
    process.start()
    theirs.close()  # so that the end of the process is the end of the pipe
    measured: Measured = ours.recv()
    process.join()
    return measured


def _import(extract: Path, answers: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = RegionStore(Path(folder))
        start = time.perf_counter()
        meta = import_region(store, "bench", RegionInput(extract))
        seconds = time.perf_counter() - start
        usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        size = sum(path.stat().st_size for path in store.directory("bench").rglob("*") if path.is_file())
        answers.send(
            Measured(
                meta.addresses,
                meta.places,
                seconds,
                sum(each.ru_utime + each.ru_stime for each in usage),
                max(each.ru_maxrss for each in usage) / 1024,
                size / 1e6,
            )
        )


def osmium_reads(extract: Path) -> float:
    """Return the seconds that osmium takes to read a file with the positions of its ways."""
    began = time.perf_counter()
    positions = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    positions.ignore_errors()
    with osmium.io.Reader(str(extract)) as reader:
        osmium.apply(reader, positions)
    return time.perf_counter() - began


def main(arguments: list[str]) -> None:
    """Print one line an extract."""
    files = [Path(argument) for argument in arguments] or [
        *sorted((ROOT / "data" / "samples").glob("*.osm.pbf")),
        *sorted(SHARED.glob("regions/*/*.osm.pbf")),
        *sorted(SHARED.glob("scale/*.osm.pbf")),
        *(side_by_side(EXTRACTS[name], copies) for name, copies in COPIES.items() if EXTRACTS[name].exists()),
    ]
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, load {load:.1f} at the start; peak memory is of the larger of two processes")
    heads = ("MB", "s", "MB/s", "cpu s", "osmium s", "peak MB", "atlas MB", "addresses", "places")
    print(f"{'extract':34}" + "".join(f"{head:>11}" for head in heads))
    for path in files:
        size = path.stat().st_size / 1e6
        found = sorted((measure(path) for _ in range(REPEATS)), key=lambda each: each.seconds)[REPEATS // 2]
        alone = statistics.median(osmium_reads(path) for _ in range(REPEATS))
        numbers = (size, found.seconds, size / found.seconds, found.cpu_s, alone, found.peak_mb, found.atlas_mb)
        print(
            f"{path.name[:33]:34}" + "".join(f"{number:11.2f}" for number in numbers)
            + f"{found.addresses:11,}{found.places:11,}", flush=True
        )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
