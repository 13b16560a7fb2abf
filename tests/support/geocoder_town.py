"""Builders for geocoder tests: made-up towns of a few houses, and the two sample regions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache

from app.atlas.geocoder.build.columns import Addresses, AddressRow, LocalityRow, StreetRow
from app.atlas.geocoder.build.index import index_addresses
from app.atlas.geocoder.geocoder import Geocoder
from tests.support.extract_rows import read_rows
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


def town(
    houses: Sequence[AddressRow] = (),
    ways: Sequence[StreetRow] = (),
    places: Sequence[LocalityRow] = (),
    title: str = "",
) -> Geocoder:
    """Index a made-up town in memory."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    index_addresses(connection, Addresses.of(houses), ways, places)
    return Geocoder(connection, title)


@cache
def sample(name: str) -> Geocoder:
    """Index one of the repository's sample regions."""
    return town(*read_rows(SAMPLES / f"{name}.osm.pbf"))


def first(geocoder: Geocoder, text: str) -> str:
    """Return the label of the best match, "" for none."""
    matches = geocoder.search(text)
    return matches[0].text if matches else ""
