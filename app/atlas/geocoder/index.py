"""Builds the geocoder's tables from an extract's addresses, streets and places."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import count

import numpy as np

from app.atlas.geocoder.cities import Cities
from app.atlas.geocoder.labels import style_of
from app.atlas.geocoder.names import Names, Spots
from app.atlas.geocoder.rows import AddressRow, PlaceRow, StreetRow
from app.atlas.geocoder.schema import CITY, INDEXES, PLACE, POSTCODE, STREET, TABLES, cell_of, cells_of
from app.atlas.geocoder.streets import House, Street, build_streets
from app.atlas.geocoder.text import fold
from app.atlas.geocoder.words import STATION_WORDS


def index_addresses(
    connection: sqlite3.Connection,
    addresses: Iterable[AddressRow],
    streets: Iterable[StreetRow],
    places: Iterable[PlaceRow],
) -> None:
    """Create the geocoder's tables and fill them; the caller commits. The rows' order makes no difference."""
    rows = list(addresses)
    spots = sorted(set(places))
    built = build_streets(rows, streets)
    cities = Cities(rows, spots)
    cities.vote(house.row for street in built for house in street.houses)
    index = _Index(cities)
    for street in built:
        index.add_street(street)
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
        self._places: list[tuple[object, ...]] = []
        self._street_cells: dict[int, array[int]] = defaultdict(lambda: array("i"))

    def add_street(self, street: Street) -> None:
        ident, first = len(self._streets) + 1, len(self._numbers) + 1
        lat, lon = _middle(street.points)
        city, for_all = self._street_city(street, lat, lon)
        self._add_houses(street.houses, city if for_all else None)
        for cell in sorted({cell_of(*point) for point in street.points}):
            self._street_cells[cell].append(ident)
        here = self._cities.add(city, lat, lon)
        postcode = self._postcodes.add(_common_postcode(street), lat, lon)
        self._streets.append((ident, street.name, here, postcode, lat, lon, first, len(self._numbers)))
        for name in (street.name, *street.alt_names):
            self._names.add(name, STREET, ident, 1 + len(street.houses))

    def _add_houses(self, houses: Sequence[House], city_of_all: str | None) -> None:
        """Add the houses of a street; None as their city has each one's guessed where it names none."""
        rows = [house.row for house in houses]
        lats, lons = [row.lat for row in rows], [row.lon for row in rows]
        here = self._cities.add_all(self._house_cities(rows, city_of_all), lats, lons)
        postcodes = self._postcodes.add_all([_postcode(row.postcode) for row in rows], lats, lons)
        idents = count(len(self._numbers) + 1)
        numbers = (house.number for house in houses)
        self._numbers += [
            (ident, house, last, suffix, text, lat, lon, city, postcode)
            for ident, (text, house, last, suffix), lat, lon, city, postcode in zip(
                idents, numbers, lats, lons, here, postcodes, strict=False
            )
        ]

    def _house_cities(self, rows: Sequence[AddressRow], city_of_all: str | None) -> list[str]:
        cities = [self._known.spelled(row.city) for row in rows]
        if city_of_all is not None:
            return [city or city_of_all for city in cities]
        silent = [i for i, city in enumerate(cities) if not city]
        guesses = self._known.guess_all([rows[i].lat for i in silent], [rows[i].lon for i in silent])
        for i, guess in zip(silent, guesses, strict=True):
            cities[i] = guess
        return cities

    def _street_city(self, street: Street, lat: float, lon: float) -> tuple[str, bool]:
        """Return a street's city, and whether its houses that name none may be taken to lie in it too."""
        written = Counter(house.row.city for house in street.houses)
        named: Counter[str] = Counter()
        for city, times in written.items():
            named[self._known.spelled(city)] += times
        unnamed = named.pop("", 0)
        if named.total() * 3 < unnamed or not named:
            return self._known.guess(lat, lon), False
        return min(named, key=lambda name: (-named[name], name)), len(named) == 1

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
        numbers = self._number_cells()
        cells = sorted(numbers.keys() | self._street_cells.keys())
        rows = [(cell, numbers.get(cell, b""), self._street_cells[cell].tobytes()) for cell in cells]
        many("INSERT INTO geo_cell VALUES (?, ?, ?)", rows)

    def _number_cells(self) -> dict[int, bytes]:
        """Return the packed ids of the numbers in each grid cell, ascending."""
        cells = cells_of(*np.array([row[5:7] for row in self._numbers], dtype=np.float64).reshape(-1, 2).T)
        order = np.argsort(cells, kind="stable")
        unique, first = np.unique(cells[order], return_index=True)
        runs = np.split((order + 1).astype("<i4"), first[1:])
        return {cell: run.tobytes() for cell, run in zip(unique.tolist(), runs, strict=False)}


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
