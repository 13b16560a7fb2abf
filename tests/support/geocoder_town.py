"""Builders for geocoder tests: made-up towns of a few houses, and the two sample regions."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from app.atlas.atlas import Atlas
from app.atlas.geocoder.build.columns import Addresses, AddressRow, CornerRow, LocalityRow, StreetRow
from app.atlas.geocoder.build.index import index_addresses
from app.atlas.geocoder.geocoder import FOUND, Geocoder
from app.atlas.geocoder.search.match import SAME_SCORE
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from tests.support.folders import SAMPLES

#: Metres east of the town's corner to degrees, at 60 degrees north.
DEGREES_PER_METRE_EAST = 1 / 55_600
LAT, LON = 60.0, 24.0


def house(street: str, number: str, east_m: float = 0, city: str = "", postcode: str = "") -> AddressRow:
    """Build a house so many metres east of the town's corner."""
    return AddressRow(LAT, LON + east_m * DEGREES_PER_METRE_EAST, number, street, "", city, postcode)


def row_of_houses(street: str, numbers: Iterable[int], city: str = "", east_m: float = 0) -> list[AddressRow]:
    """Build houses 10 m apart for each step of the number."""
    return [house(street, str(number), east_m + 10 * number, city) for number in numbers]


def way(name: str, *alt_names: str, east_m: float = 0) -> StreetRow:
    """Build a street of two points, 200 m long."""
    ends = [(LAT, LON + (east_m + metres) * DEGREES_PER_METRE_EAST) for metres in (0, 200)]
    return StreetRow(name, alt_names, *ends[0], tuple(ends))


def spot(name: str, kind: str, east_m: float = 0, *alt_names: str) -> LocalityRow:
    """Build a place."""
    return LocalityRow(name, alt_names, kind, LAT, LON + east_m * DEGREES_PER_METRE_EAST)


def village(place: str, number: str, east_m: float = 0, other_numbers: str = "") -> AddressRow:
    """Build a house of a village without streets."""
    lon = LON + east_m * DEGREES_PER_METRE_EAST
    return AddressRow(LAT, lon, number, "", place, place, "", other_numbers)


def corner(east_m: float, *streets: str) -> CornerRow:
    """Build a corner of streets."""
    return CornerRow(LAT, LON + east_m * DEGREES_PER_METRE_EAST, tuple(sorted(streets)))


def town(
    houses: Sequence[AddressRow] = (),
    ways: Sequence[StreetRow] = (),
    places: Sequence[LocalityRow] = (),
    title: str = "",
    corners: Sequence[CornerRow] = (),
) -> Geocoder:
    """Index a made-up town in memory."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    index_addresses(connection, Addresses.of(houses), ways, places, corners)
    return Geocoder(connection, title)


@cache
def sample(name: str) -> Geocoder:
    """Give the geocoder of one of the repository's sample regions."""
    folder = Path(mkdtemp(prefix="doorstep-sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    import_region(RegionStore(folder), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
    return Atlas(name, RegionStore(folder).directory(name)).geocoder


def first(geocoder: Geocoder, text: str) -> str:
    """Return the label of the best match, "" for none."""
    matches = geocoder.search(text)
    return matches[0].text if matches else ""


def taken(geocoder: Geocoder, text: str) -> str:
    """Return the label of the best match if nothing about it must be asked, else "?" before it; "" for none."""
    matches = geocoder.search(text)
    if not matches:
        return ""
    sure = matches[0].doubt is None and matches[0].score >= FOUND
    alone = len(matches) == 1 or matches[0].score - matches[1].score > SAME_SCORE or matches[1].doubt is not None
    return matches[0].text if sure and alone else f"?{matches[0].text}"


def labels(geocoder: Geocoder, typed: str, limit: int = 8) -> tuple[str, ...]:
    """Return the labels of completions."""
    return tuple(completion.label for completion in geocoder.complete(typed, limit))
