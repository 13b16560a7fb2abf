"""Builds the geocoder's tables from an extract's addresses, streets and places."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.atlas.geocoder.cities import Cities
from app.atlas.geocoder.columns import Addresses, Floats
from app.atlas.geocoder.labels import style_of
from app.atlas.geocoder.names import Names, Spots
from app.atlas.geocoder.numbers import HouseNumber
from app.atlas.geocoder.rows import PlaceRow, StreetRow
from app.atlas.geocoder.schema import CITY, INDEXES, PLACE, POSTCODE, STREET, TABLES, cell_of, cells_of, columns_of
from app.atlas.geocoder.street_numbers import Houses
from app.atlas.geocoder.streets import Point, Street, Streets, build_streets
from app.atlas.geocoder.text import fold
from app.atlas.geocoder.words import STATION_WORDS


def index_addresses(
    connection: sqlite3.Connection, addresses: Addresses, streets: Sequence[StreetRow], places: Iterable[PlaceRow]
) -> None:
    """Create the geocoder's tables and fill them; the caller commits. The rows' order makes no difference."""
    spots = sorted(set(places))
    built = build_streets(addresses, streets)
    index = _Index(Cities(Counter(addresses.cities.at(np.arange(len(addresses.lats)))), spots))
    index.add_streets(addresses, built)
    for place in spots:
        index.add_place(place)
    for statement in TABLES.split(";"):
        connection.execute(statement)
    style = style_of(street.name for street in built.streets)
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
        self._numbers: Iterable[tuple[object, ...]] = ()
        self._number_cells = np.empty(0, dtype=np.int64)
        self._places: list[tuple[object, ...]] = []
        self._street_cells: dict[int, array[int]] = defaultdict(lambda: array("i"))

    def add_streets(self, addresses: Addresses, built: Streets) -> None:
        """Add all streets with their houses."""
        rows, first = built.houses.rows, built.first.tolist()
        lats, lons = addresses.lats[rows], addresses.lons[rows]
        self._number_cells = cells_of(lats, lons)
        written = [self._known.spelled(city) for city in addresses.cities.distinct]
        own_cities = list(map(written.__getitem__, addresses.cities.codes[rows].tolist()))
        self._known.vote(own_cities, lats, lons)
        common = [_common_city(own_cities[start:end]) for start, end in pairwise(first)]
        cities = self._cities.add_all(self._house_cities(own_cities, first, common, lats, lons), lats, lons)
        codes = [text.split(";")[0].strip() for text in addresses.postcodes.distinct]
        own_codes = list(map(codes.__getitem__, addresses.postcodes.codes[rows].tolist()))
        postcodes = self._postcodes.add_all(own_codes, lats, lons)
        self._add_numbers(built.houses, lats, lons, cities, postcodes)
        middles = [_middle(street.points) for street in built.streets]
        of_streets = self._street_cities(common, *columns_of(middles))
        for i, street in enumerate(built.streets):
            houses = slice(first[i], first[i + 1])
            self._add_street(street, houses, middles[i], of_streets[i], set(own_codes[houses]))

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

    def _add_numbers(
        self, houses: Houses, lats: Floats, lons: Floats, cities: Sequence[int], postcodes: Sequence[int]
    ) -> None:
        numbers = houses.numbers.tolist()
        columns = list(zip(*houses.parsed, strict=True)) or [()] * len(HouseNumber._fields)
        texts, *parts = (list(map(column.__getitem__, numbers)) for column in columns)
        places = (lats.tolist(), lons.tolist(), cities, postcodes)
        self._numbers = zip(range(1, len(numbers) + 1), *parts, texts, *places, strict=True)

    def _add_street(self, street: Street, houses: slice, middle: Point, city: str, postcodes: set[str]) -> None:
        ident = len(self._streets) + 1
        for cell in sorted({cell_of(*point) for point in street.points}):
            self._street_cells[cell].append(ident)
        here = self._cities.add(city, *middle)
        postcode = self._postcodes.add(postcodes.pop() if len(postcodes) == 1 else "", *middle)
        self._streets.append((ident, street.name, here, postcode, *middle, houses.start + 1, houses.stop))
        for name in (street.name, *street.alt_names):
            self._names.add(name, STREET, ident, 1 + houses.stop - houses.start)

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


def _middle(points: Sequence[Point]) -> Point:
    """Return the point of a street that lies nearest to the mean of all its points."""
    lat = sum(point[0] for point in points) / len(points)
    lon = sum(point[1] for point in points) / len(points)
    return min(points, key=lambda point: ((point[0] - lat) ** 2 + (point[1] - lon) ** 2, point))
