"""Builds the geocoder's tables from an extract's addresses, streets and places."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, count, pairwise
from typing import NamedTuple

import numpy as np

from app.atlas.geocoder.cities import Cities, Floats
from app.atlas.geocoder.labels import style_of
from app.atlas.geocoder.names import Names, Spots
from app.atlas.geocoder.rows import AddressRow, PlaceRow, StreetRow
from app.atlas.geocoder.schema import CITY, INDEXES, PLACE, POSTCODE, STREET, TABLES, cell_of, cells_of, columns_of
from app.atlas.geocoder.streets import Street, build_streets
from app.atlas.geocoder.text import fold
from app.atlas.geocoder.words import STATION_WORDS


def index_addresses(
    connection: sqlite3.Connection,
    addresses: Iterable[AddressRow],
    streets: Sequence[StreetRow],
    places: Iterable[PlaceRow],
) -> None:
    """Create the geocoder's tables and fill them; the caller commits. The rows' order makes no difference."""
    rows = list(addresses)
    spots = sorted(set(places))
    built = build_streets(rows, streets)
    index = _Index(Cities(rows, spots))
    index.add_streets(built)
    for place in spots:
        index.add_place(place)
    for statement in TABLES.split(";"):
        connection.execute(statement)
    style = style_of(street.name for street in built)
    connection.execute("INSERT INTO geo_meta VALUES ('style', ?)", (style,))
    index.write(connection)
    for statement in INDEXES.split(";"):
        connection.execute(statement)


class _Index:
    """The rows of all tables, before they are written."""

    def __init__(self, cities: Cities) -> None:
        self._known = cities
        self._names = Names()
        self._cities = Spots(self._names, CITY)
        self._postcodes = Spots(self._names, POSTCODE)
        self._streets: list[tuple[object, ...]] = []
        self._numbers: list[tuple[object, ...]] = []
        self._number_cells = np.empty(0, dtype=np.int64)
        self._places: list[tuple[object, ...]] = []
        self._street_cells: dict[int, array[int]] = defaultdict(lambda: array("i"))

    def add_streets(self, streets: Sequence[Street]) -> None:
        """Add all streets with their houses."""
        rows = [house.row for street in streets for house in street.houses]
        first = [0, *accumulate(len(street.houses) for street in streets)]
        written = [self._known.spelled(row.city) for row in rows]
        lats, lons = np.array([row.lat for row in rows]), np.array([row.lon for row in rows])
        self._number_cells = cells_of(lats, lons)
        self._known.vote(written, lats, lons)
        middles = [_middle(street.points) for street in streets]
        common = [_common_city(written[start:end]) for start, end in pairwise(first)]
        cities = self._house_cities(written, first, common, lats, lons)
        self._add_numbers(streets, self._cities.add_all(cities, lats, lons), lats, lons)
        of_streets = self._street_cities(common, *columns_of(middles))
        for street, start, end, middle, city in zip(streets, first, first[1:], middles, of_streets, strict=False):
            self._add_street(street, (start + 1, end), middle, city)

    def _house_cities(
        self, written: list[str], first: Sequence[int], common: Sequence[_Common], lats: Floats, lons: Floats
    ) -> list[str]:
        """Return the city of each house: its own, that of all others in its street, or a guess."""
        cities = list(written)
        for (start, end), (city, for_all) in zip(pairwise(first), common, strict=True):
            if for_all:
                cities[start:end] = [city] * (end - start)
        silent = np.array([i for i, city in enumerate(cities) if not city], dtype=np.intp)
        for i, guess in zip(silent.tolist(), self._known.guess_all(lats[silent], lons[silent]), strict=True):
            cities[i] = guess
        return cities

    def _street_cities(self, common: Sequence[_Common], lats: Floats, lons: Floats) -> list[str]:
        """Return the city of each street: that of most of its houses, or a guess."""
        guesses = self._known.guess_all(lats, lons)
        return [each.city or guess for each, guess in zip(common, guesses, strict=True)]

    def _add_numbers(self, streets: Sequence[Street], cities: Sequence[int], lats: Floats, lons: Floats) -> None:
        houses = [house for street in streets for house in street.houses]
        postcodes = self._postcodes.add_all([_postcode(house.row.postcode) for house in houses], lats, lons)
        self._numbers = [
            (ident, number.house, number.last, number.suffix, number.text, row.lat, row.lon, city, postcode)
            for ident, (number, row), city, postcode in zip(count(1), houses, cities, postcodes, strict=False)
        ]

    def _add_street(self, street: Street, numbers: tuple[int, int], middle: tuple[float, float], city: str) -> None:
        ident = len(self._streets) + 1
        for cell in sorted({cell_of(*point) for point in street.points}):
            self._street_cells[cell].append(ident)
        here = self._cities.add(city, *middle)
        postcode = self._postcodes.add(_common_postcode(street), *middle)
        self._streets.append((ident, street.name, here, postcode, *middle, *numbers))
        for name in (street.name, *street.alt_names):
            self._names.add(name, STREET, ident, 1 + len(street.houses))

    def add_place(self, place: PlaceRow) -> None:
        ident = len(self._places) + 1
        self._places.append((ident, place.name, place.kind, place.lat, place.lon))
        for name in (place.name, *place.alt_names):
            self._names.add(name, PLACE, ident)
            if place.kind == "station":
                short = [word for word in fold(name).split() if word not in STATION_WORDS]
                self._names.add(" ".join(short), PLACE, ident)

    def write(self, connection: sqlite3.Connection) -> None:
        many = connection.executemany
        many("INSERT INTO geo_city VALUES (?, ?, ?, ?)", self._cities.rows())
        many("INSERT INTO geo_postcode VALUES (?, ?, ?, ?, ?)", self._postcodes.rows())
        many("INSERT INTO geo_place VALUES (?, ?, ?, ?, ?)", self._places)
        many("INSERT INTO geo_street VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._streets)
        many("INSERT INTO geo_number VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._numbers)
        self._names.write(connection)
        numbers = self._numbers_by_cell()
        cells = sorted(numbers.keys() | self._street_cells.keys())
        rows = [(cell, numbers.get(cell, b""), self._street_cells[cell].tobytes()) for cell in cells]
        many("INSERT INTO geo_cell VALUES (?, ?, ?)", rows)

    def _numbers_by_cell(self) -> dict[int, bytes]:
        """Return the packed ids of the numbers in each grid cell, ascending."""
        cells = self._number_cells
        order = np.argsort(cells, kind="stable")
        unique, first = np.unique(cells[order], return_index=True)
        runs = np.split((order + 1).astype("<i4"), first[1:])
        return {cell: run.tobytes() for cell, run in zip(unique.tolist(), runs, strict=False)}


class _Common(NamedTuple):
    """The city that most houses of a street name, "" for none, and whether it may be taken for the silent ones too."""

    city: str
    for_all: bool


def _common_city(written: Sequence[str]) -> _Common:
    named = Counter(written)
    unnamed = named.pop("", 0)
    if named.total() * 3 < unnamed or not named:
        return _Common("", False)
    return _Common(min(named, key=lambda name: (-named[name], name)), len(named) == 1)


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the point of a street that lies nearest to the mean of all its points."""
    lat = sum(point[0] for point in points) / len(points)
    lon = sum(point[1] for point in points) / len(points)
    return min(points, key=lambda point: ((point[0] - lat) ** 2 + (point[1] - lon) ** 2, point))


@lru_cache(maxsize=20_000)
def _postcode(written: str) -> str:
    return written.split(";")[0].strip()


def _common_postcode(street: Street) -> str:
    codes = {_postcode(written) for written in {house.row.postcode for house in street.houses}}
    return codes.pop() if len(codes) == 1 else ""
