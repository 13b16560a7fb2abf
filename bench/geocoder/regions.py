"""The regions that are asked about: where their extracts lie, how people there write, and how to import them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
#: Regions in the folder that stands for a large site.
MANY = 15
SECONDS_FILE = "import_seconds.json"


@dataclass(frozen=True, slots=True)
class Region:
    """One region: its files below the data folder (the first that is there), and the customs of its addresses.

    `language` is that of its street names, `others` those that are mapped beside it. `town` is the one that most
    people there would name, "" where there are several.
    """

    name: str
    files: tuple[str, ...]
    language: str
    others: tuple[str, ...] = ()
    town: str = ""
    number_first: bool = False
    #: The postcode stands behind the town ("Newport NP20 4AB").
    postcode_last: bool = False

    def extract(self, data: Path) -> Path | None:
        """Return the region's extract, None where it is not here."""
        paths = [data / file if file.startswith("regions/") else ROOT / file for file in self.files]
        return next((path for path in paths if path.exists()), None)


REGIONS = (
    Region("monaco", ("data/samples/monaco.osm.pbf",), "fr", ("en",), "Monaco", number_first=True),
    Region(
        "helsinki",
        ("regions/helsinki/Helsinki-older.osm.pbf", "data/samples/helsinki.osm.pbf"),
        "fi",
        ("sv", "en"),
        "Helsinki",
    ),
    Region(
        "newport-gb",
        ("regions/newport-gb/newport-2023-06-13.osm.pbf",),
        "en",
        ("cy",),
        "Newport",
        number_first=True,
        postcode_last=True,
    ),
    Region(
        "queens-village-ny-us",
        ("regions/queens-village-ny-us/queens_village_ny.osm.pbf",),
        "en",
        town="Queens Village",
        number_first=True,
        postcode_last=True,
    ),
    Region(
        "reisterstown-md-us",
        ("regions/reisterstown-md-us/reisterstown.osm.pbf",),
        "en",
        town="Reisterstown",
        number_first=True,
        postcode_last=True,
    ),
    Region(
        "vancouver-ca",
        ("regions/vancouver-ca/vancouver_canada.osm.pbf",),
        "en",
        ("fr",),
        "Vancouver",
        number_first=True,
        postcode_last=True,
    ),
    Region("liechtenstein", ("regions/liechtenstein/liechtenstein-latest.osm.pbf",), "de", ("en",)),
    Region("munich-center", ("regions/munich-center/munchen.osm.pbf",), "de", ("en",), "München"),
    Region("milan", ("regions/milan/milan_italy_small.osm.pbf",), "it", ("en",)),
    Region("porto-alegre", ("regions/porto-alegre/poa.osm.pbf",), "pt", town="Porto Alegre"),
)
#: Older or smaller extracts of places above: more regions for a large site, which overlap as real ones do.
OVERLAPPING = (
    Region("helsinki-centre", ("data/samples/helsinki.osm.pbf",), "fi"),
    Region("liechtenstein-2013", ("regions/registry-files/liechtenstein-2013-08-03.osm.pbf",), "de"),
)


def at_hand(data: Path) -> dict[Region, Path]:
    """Return the regions whose extracts are here, saying which are left out."""
    found = {region: path for region in REGIONS if (path := region.extract(data))}
    missing = [region.name for region in REGIONS if region not in found]
    if missing:
        print(f"left out, as their extracts are not in {data}: {', '.join(missing)}", file=sys.stderr)
    return found


def alone(regions_dir: Path, name: str) -> Path:
    """Return the folder in which a region stands alone."""
    return regions_dir.parent / "alone" / name / "regions"


def many(regions_dir: Path) -> Path:
    """Return the folder in which MANY regions stand."""
    return regions_dir.parent / "many" / "regions"


def import_all(data: Path, regions_dir: Path) -> None:
    """Import every region: all into the folder, each into one of its own, and MANY into another.

    The folder must be called "regions", as the site's own is. Writes how many seconds each took beside it.
    """
    if regions_dir.name != "regions":
        raise SystemExit(f"the folder must be called regions, as the site calls it, not {regions_dir.name}")
    seconds = {}
    for region, path in at_hand(data).items():
        _import(path, region.name, regions_dir)
        seconds[region.name] = _import(path, region.name, alone(regions_dir, region.name))
    for name, path in _many(data).items():
        _import(path, name, many(regions_dir))
    (regions_dir.parent / SECONDS_FILE).write_text(json.dumps(seconds))


def import_seconds(regions_dir: Path) -> dict[str, float]:
    """Return the seconds that each region's import took, {} where they were not written down."""
    path = regions_dir.parent / SECONDS_FILE
    return {str(name): float(value) for name, value in json.loads(path.read_text()).items()} if path.exists() else {}


def _many(data: Path) -> dict[str, Path]:
    """Return MANY names and extracts: every one that is here, then the first ones again."""
    found = {region.name: path for region in (*REGIONS, *OVERLAPPING) if (path := region.extract(data))}
    again = cycle(list(found.items()))
    for turn in range(MANY - len(found)):
        name, path = next(again)
        found[f"{name}-again-{turn}"] = path
    return found


def _import(extract: Path, name: str, regions_dir: Path) -> float:
    """Import by the command that people use; return the seconds it took, the start of Python included."""
    print(f"importing {name} into {regions_dir}", file=sys.stderr)
    command = [sys.executable, "-m", "flask", "--app", "app", "region", "import", str(extract), "--name", name]
    start = time.perf_counter()
    environment = os.environ | {"DOORSTEP_DATA_DIR": str(regions_dir.parent)}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start
