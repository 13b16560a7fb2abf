"""The extracts a benchmark runs on: the samples, and larger ones where they lie beside the repository."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import osmium

from app.geo import Box

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
FOLDER = ROOT / "var" / "bench"
EXTRACTS = {
    "monaco": ROOT / "data/samples/monaco.osm.pbf",
    "helsinki": ROOT / "data/samples/helsinki.osm.pbf",
    "newport-gb": SHARED / "regions/newport-gb/newport-2023-06-13.osm.pbf",
    "vancouver-ca": SHARED / "regions/vancouver-ca/vancouver_canada.osm.pbf",
    "queens": SHARED / "regions/queens-village-ny-us/queens_village_ny.osm.pbf",
    "queens-x12": SHARED / "scale/derived-queens-x12.osm.pbf",
}
#: The tiling's own parts, to see how costs grow with a region: name, then columns of 4 and rows of 3 that are kept.
CROPS = {"queens-x1": (1, 1), "queens-x4": (2, 2)}
TILING = Box(-73.7698, 40.6942, -73.5550, 40.8313)
FEEDS = {
    "newport-gb-timetable": ("newport-gb", SHARED / "regions/newport-gb/newport-20230613.gtfs.zip"),
}


#: Runs a command from a small process: a child starts with the peak of the process that it was made from.
MEASURED = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Import:
    """What one import cost: seconds, megabytes of extract per second, and peak resident megabytes."""

    seconds: float
    mb_per_second: float
    peak_mb: float


def available() -> list[str]:
    """Return the names of the extracts that are here, saying which are not."""
    missing = [name for name, path in EXTRACTS.items() if not path.exists()]
    if missing:
        print(f"not here, left out: {', '.join(missing)}", file=sys.stderr)
    return [name for name in EXTRACTS if name not in missing]


def crops() -> dict[str, Path]:
    """Cut the tiling to fewer tiles and return the extracts."""
    if not EXTRACTS["queens-x12"].exists():
        return {}
    FOLDER.mkdir(parents=True, exist_ok=True)
    return {name: _cropped(name, *kept) for name, kept in CROPS.items()}


def _cropped(name: str, columns: int, rows: int) -> Path:
    path = FOLDER / f"{name}.osm.pbf"
    if path.exists():
        return path
    east = TILING.min_lon + (TILING.max_lon - TILING.min_lon) * columns / 4
    north = TILING.min_lat + (TILING.max_lat - TILING.min_lat) * rows / 3
    inside = {
        n.id for n in osmium.FileProcessor(EXTRACTS["queens-x12"], osmium.osm.NODE) if n.lon < east and n.lat < north
    }
    with osmium.BackReferenceWriter(str(path), EXTRACTS["queens-x12"], overwrite=True) as writer:
        for element in osmium.FileProcessor(EXTRACTS["queens-x12"], osmium.osm.NODE | osmium.osm.WAY):
            if element.id in inside if element.is_node() else any(node.ref in inside for node in element.nodes):
                writer.add(element)
    return path


def import_region(name: str, extract: Path, feed: Path | None = None) -> Import:
    """Import an extract into a data folder of its own through the command a person uses."""
    data_dir = FOLDER / name
    shutil.rmtree(data_dir, ignore_errors=True)
    command = [sys.executable, "-m", "flask", "--app", "app", "region", "import", str(extract), "--name", name]
    if feed:
        command += ["--gtfs", str(feed)]
    measured = subprocess.run(
        [sys.executable, "-c", MEASURED, *command],
        env=os.environ | {"DOORSTEP_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    seconds, peak_kb = map(float, measured.stdout.split())
    return Import(seconds, extract.stat().st_size / 1e6 / seconds, peak_kb / 1024)


def sample_addresses(extract: Path, count: int, seed: int = 1) -> list[tuple[str, float, float]]:
    """Return addresses mapped on nodes or buildings ("12 Bulevardi", lat, lon), the same ones for the same seed."""
    found = []
    reader = osmium.FileProcessor(str(extract)).with_locations()
    for element in reader.with_filter(osmium.filter.KeyFilter("addr:housenumber")):
        street = element.tags.get("addr:street")
        if not street or element.is_relation():
            continue
        where = element.location if element.is_node() else element.nodes[0].location
        if where.valid():
            found.append((f"{element.tags['addr:housenumber']} {street}", where.lat, where.lon))
    return random.Random(seed).sample(found, min(count, len(found)))
