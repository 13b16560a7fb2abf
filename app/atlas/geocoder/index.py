"""Builds the geocoder's tables from an extract's addresses, streets and places."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from app.atlas.geocoder.cities import Cities
from app.atlas.geocoder.labels import style_of
from app.atlas.geocoder.names import Names, Spots
from app.atlas.geocoder.rows import AddressRow, PlaceRow, StreetRow
from app.atlas.geocoder.schema import CITY, INDEXES, PLACE, POSTCODE, STREET, TABLES, cell_of
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
    for street in built:
        for house in street.houses:
            cities.vote(house.row.lat, house.row.lon, cities.spelled(house.row.city))
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
        self._number_cells: dict[int, array[int]] = defaultdict(lambda: array("i"))
        self._street_cells: dict[int, array[int]] = defaultdict(lambda: array("i"))

    def add_street(self, street: Street) -> None:
        ident, first = len(self._streets) + 1, len(self._numbers) + 1
        lat, lon = _middle(street.points)
        city, for_all = self._street_city(street, lat, lon)
        for house in street.houses:
            self._add_house(house, city, for_all)
        for cell in sorted({cell_of(*point) for point in street.points}):
            self._street_cells[cell].append(ident)
        here = self._cities.add(city, lat, lon)
        postcode = self._postcodes.add(_common_postcode(street), lat, lon)
        self._streets.append((ident, street.name, here, postcode, lat, lon, first, len(self._numbers)))
        for name in (street.name, *street.alt_names):
            self._names.add(name, STREET, ident, 1 + len(street.houses))

    def _add_house(self, house: House, street_city: str, for_all: bool) -> None:
        ident, number, row = len(self._numbers) + 1, house.number, house.row
        city = self._known.spelled(row.city) or (street_city if for_all else self._known.guess(row.lat, row.lon))
        here = self._cities.add(city, row.lat, row.lon)
        postcode = self._postcodes.add(_postcode(row), row.lat, row.lon)
        self._number_cells[cell_of(row.lat, row.lon)].append(ident)
        self._numbers.append((ident, *number[1:], number.text, row.lat, row.lon, here, postcode))

    def _street_city(self, street: Street, lat: float, lon: float) -> tuple[str, bool]:
        """Return a street's city, and whether its houses that name none may be taken to lie in it too."""
        named = Counter(self._known.spelled(house.row.city) for house in street.houses)
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
        cells = sorted(self._number_cells.keys() | self._street_cells.keys())
        rows = [(cell, self._number_cells[cell].tobytes(), self._street_cells[cell].tobytes()) for cell in cells]
        many("INSERT INTO geo_cell VALUES (?, ?, ?)", rows)


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the point of a street that lies nearest to the mean of all its points."""
    lat = sum(point[0] for point in points) / len(points)
    lon = sum(point[1] for point in points) / len(points)
    return min(points, key=lambda point: ((point[0] - lat) ** 2 + (point[1] - lon) ** 2, point))


def _postcode(row: AddressRow) -> str:
    return row.postcode.split(";")[0].strip()


def _common_postcode(street: Street) -> str:
    codes = {_postcode(house.row) for house in street.houses}
    return codes.pop() if len(codes) == 1 else ""
