"""How the score of a place is spread over a region's addresses: `python -m bench.headline --regions DIR [--import]`.

Evaluates addresses drawn with a fixed seed in every region at hand, with its timetable where there is one, and prints
the tables that stand in docs/methods.md: percentiles, the share of each word, and how often two addresses differ.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import osmium

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Verdict
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import word_for
from app.places import Location, Precision
from app.sources.extras import Extras
from app.sources.interface import Surroundings
from app.sources.regions import ImportedRegions
from bench.geocoder.regions import OVERLAPPING, SHARED, at_hand
from bench.regions import sample_addresses

#: Timetables of regions, below the data folder.
FEEDS = {
    "newport-gb": ("regions/newport-gb/newport-20230613.gtfs.zip",),
    "queens-village-ny-us": ("regions/queens-village-ny-us/lirr.gtfs.zip",),
    "milan": ("regions/milan/milano_small.gtfs.zip",),
    "porto-alegre": ("regions/porto-alegre/poa_eptc.gtfs.zip", "regions/porto-alegre/poa_trensurb.gtfs.zip"),
}
SEED = 11
#: Two addresses differ where their scores are this far apart.
DIFFERENT = 3.0


@dataclass(frozen=True, slots=True)
class Here:
    """A source that takes every text for one location."""

    regions: ImportedRegions
    location: Location

    def locate(self, text: str, near: Location | None = None) -> Location:
        """Return the location."""
        return self.location

    def surroundings(self, location: Location) -> Surroundings:
        """Return what the imported region holds."""
        return self.regions.surroundings(location)

    def extras(self, location: Location) -> Extras:
        """Return what the regions do: nothing."""
        return self.regions.extras(location)


def main() -> None:
    """Import where asked, evaluate, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regions", type=Path, required=True, help="folder of imported regions, called regions")
    parser.add_argument("--import", dest="importing", action="store_true", help="import all regions into it first")
    parser.add_argument("--data", type=Path, default=SHARED, help="folder that holds the larger extracts")
    parser.add_argument("--addresses", type=int, default=300, help="how many a region (default 300)")
    parser.add_argument("--profile", default="balanced")
    options = parser.parse_args()
    extracts = {region.name: path for region, path in at_hand(options.data).items()}
    extracts |= {region.name: path for region in OVERLAPPING[:1] if (path := region.extract(options.data))}
    if options.importing:
        for name, extract in extracts.items():
            _import(name, extract, options.data, options.regions)
    source = ImportedRegions(options.regions)
    found = {
        name: verdicts(source, name, extract, options.addresses, options.profile) for name, extract in extracts.items()
    }
    print_tables(found)


def verdicts(source: ImportedRegions, name: str, extract: Path, count: int, profile: str) -> list[Verdict]:
    """Return the verdicts on addresses of one region; where none is mapped, on points of its named streets."""
    points = [(lat, lon) for _, lat, lon in sample_addresses(extract, count, SEED)] or street_points(extract, count)
    print(f"{name}: {len(points)} addresses", file=sys.stderr)
    places = [Location(lat, lon, f"{lat:.5f}, {lon:.5f}", Precision.HOUSE, name) for lat, lon in points]
    return [evaluate_property(Listing("here", profile=profile), Here(source, place)).verdict for place in places]


def street_points(extract: Path, count: int) -> list[tuple[float, float]]:
    """Return nodes of named streets, the same ones every time."""
    reader = osmium.FileProcessor(str(extract), osmium.osm.WAY | osmium.osm.NODE).with_locations()
    ways = (w for w in reader.with_filter(osmium.filter.KeyFilter("highway")) if w.is_way() and "name" in w.tags)
    found = [(n.location.lat, n.location.lon) for way in ways for n in way.nodes if n.location.valid()]
    return random.Random(SEED).sample(found, min(count, len(found)))


def print_tables(found: dict[str, list[Verdict]]) -> None:
    """Print how the scores are spread, and which words they get."""
    print("| region | of | scored | p5 | p25 | median | p75 | p95 | range | pairs 3 apart | deal-breaker |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, all_verdicts in found.items():
        print(f"| {name} | {_spread(all_verdicts)} |")
    words = [word for _, word in METHODS.headline.words]
    print(f"\n| region | {' | '.join(words)} | shown without a word |\n| --- |{' --- |' * (len(words) + 1)}")
    for name, all_verdicts in found.items():
        scores = [v.score for v in all_verdicts if v.score is not None]
        earned = [word_for(METHODS.headline.words, score) for score in scores]
        silent = sum(not any(word in v.sentence.lower() for word in words) for v in all_verdicts if v.score is not None)
        shares = [*map(earned.count, words), silent]
        print(f"| {name} | {' | '.join(f'{100 * n / len(scores):.0f} %' if scores else '-' for n in shares)} |")


def _spread(found: Sequence[Verdict]) -> str:
    scores = [v.score for v in found if v.score is not None]
    share = f"{100 * len(scores) / len(found):.0f} %" if found else "-"
    if len(scores) < 2:
        return f"{len(found)} | {share} | - | - | - | - | - | - | - | -"
    cuts = statistics.quantiles(scores, n=20, method="inclusive")
    five = " | ".join(f"{cuts[i]:.0f}" for i in (0, 4, 9, 14, 18))
    widths = [(v.high or 0.0) - (v.low or 0.0) for v in found if v.score is not None]
    mixed = random.Random(SEED).sample(scores, len(scores))
    apart = [abs(a - b) >= DIFFERENT for a, b in pairwise(mixed)]
    broken = sum(bool(v.deal_breakers) for v in found) / len(found)
    apart_share = f"{100 * sum(apart) / len(apart):.0f} %"
    return f"{len(found)} | {share} | {five} | {statistics.median(widths):.0f} | {apart_share} | {100 * broken:.0f} %"


def _import(name: str, extract: Path, data: Path, regions_dir: Path) -> None:
    print(f"importing {name}", file=sys.stderr)
    feeds = [data / feed for feed in FEEDS.get(name, ()) if (data / feed).exists()]
    command = [sys.executable, "-m", "flask", "--app", "app", "region", "import", str(extract), "--name", name]
    command += [option for feed in feeds for option in ("--gtfs", str(feed))]
    environment = os.environ | {"DOORSTEP_DATA_DIR": str(regions_dir.parent)}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
