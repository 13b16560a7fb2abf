"""Forty addresses with people of all kinds: of the sample regions, and of the larger ones where they are at hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.errors import DoorstepError
from app.pipeline.evaluate import evaluate_property
from app.pipeline.evaluation import Asked
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.sources.regions import ImportedRegions
from tests.support.folders import REGIONS, SAMPLES
from tests.support.real_reports import LARGER, PICKY, SAMPLE_LISTINGS
from tests.truth.oracles.timetable import Timetable
from tests.truth.oracles.walking import Roads
from tests.truth.oracles.world import World, read_world

PROFILES = ("", "family", "car-free", "senior", "remote-worker")
#: Addresses drawn from each larger region, beside those that are always asked.
DRAWN = {
    "newport-gb": 5,
    "vancouver-ca": 3,
    "munich-center": 3,
    "liechtenstein": 4,
    "milan": 3,
    "porto-alegre": 1,
    "queens-village-ny-us": 2,
    "reisterstown-md-us": 3,
}
SAMPLE_NAMES = ("monaco", "helsinki")


@dataclass(frozen=True, slots=True)
class Extract:
    """One region's files, and the people who ask about it."""

    name: str
    extract: Path
    feeds: tuple[Path, ...]
    listings: tuple[Listing, ...]

    def import_into(self, folder: Path) -> ImportedRegions:
        """Import it into a folder of its own."""
        import_region(RegionStore(folder), self.name, RegionInput(self.extract, self.feeds))
        return ImportedRegions(folder)


def samples() -> Iterator[Extract]:
    """Yield both sample regions with their twelve addresses."""
    for name in SAMPLE_NAMES:
        asked = tuple(listing for listing in SAMPLE_LISTINGS if _is_in(listing, name))
        yield Extract(name, SAMPLES / f"{name}.osm.pbf", (), asked)


def _is_in(listing: Listing, name: str) -> bool:
    return name in listing.address.lower() or (name == "helsinki" and listing.address[0] == "6")


def larger() -> Iterator[Extract]:
    """Yield each larger region that is at hand, without the addresses that are to be drawn."""
    for name, (extract, *feeds), addresses in LARGER:
        if (REGIONS / name / extract).exists():
            given = tuple(Listing(address) for address in addresses[:2])
            yield Extract(name, REGIONS / name / extract, tuple(REGIONS / name / feed for feed in feeds), given)


def region_of(extract: Extract) -> tuple[World, Roads, Timetable | None]:
    """Read what the oracles know of a region."""
    world = read_world(extract.extract)
    return world, Roads(world), Timetable(extract.feeds) if extract.feeds else None


def drawn(extract: Extract, world: World, seed: int) -> Iterator[Listing]:
    """Yield addresses drawn from the extract, each as a person types it; a pin where it holds none."""
    choose = random.Random(f"{extract.name} {seed}")
    houses = [thing for thing in world.things if {"addr:housenumber", "addr:street"} <= thing.tags.keys()]
    for number in range(DRAWN.get(extract.name, 0)):
        profile = PROFILES[number % len(PROFILES)]
        if houses:
            house = choose.choice(houses)
            point = house.shape.centroid
            address = f"{house.tags['addr:housenumber']} {house.tags['addr:street']}"
        else:
            way = choose.choice([thing for thing in world.things if thing.tags.get("highway") == "residential"])
            point, address = way.shape.centroid, ""
        lat, lon = world.lat_lon((point.x, point.y))
        pin = f"{lat:.6f}, {lon:.6f}"
        listing = PICKY(address or pin) if number == 1 else Listing(address or pin)
        yield replace(listing, profile=profile) if profile else listing
        if address and number == 0:
            yield Listing(pin)


def reports_on(listings: Iterator[Listing] | tuple[Listing, ...], regions: ImportedRegions) -> Iterator[Report]:
    """Yield a report on each address; one that has to be asked about is left out."""
    for listing in listings:
        try:
            yield evaluate_property(listing, regions)
        except (DoorstepError, Asked):
            continue
