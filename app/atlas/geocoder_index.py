"""Builds the geocoder's tables from an extract's addresses, streets and places."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from app.atlas.address_text import core_of, fold, key_of, short_forms, spelled_out, tokens_of
from app.atlas.address_words import STATION_WORDS, TYPES
from app.atlas.geocoder_cities import Cities
from app.atlas.geocoder_labels import style_of
from app.atlas.geocoder_rows import AddressRow, PlaceRow, StreetRow
from app.atlas.geocoder_schema import CITY, INDEXES, PLACE, POSTCODE, STREET, TABLES, cell_of
from app.atlas.geocoder_streets import Street, build_streets


def index_addresses(
    connection: sqlite3.Connection,
    addresses: Iterable[AddressRow],
    streets: Iterable[StreetRow],
    places: Iterable[PlaceRow],
) -> None:
    """Create the geocoder's tables and fill them; the caller commits. The rows' order makes no difference."""
    rows = list(addresses)
    spots = sorted(set(places))
    index = _Index(connection, Cities(rows, spots))
    for statement in TABLES.split(";"):
        connection.execute(statement)
    built = build_streets(rows, streets)
    for street in built:
        index.vote(street)
    for street in built:
        index.add_street(street)
    for place in spots:
        index.add_place(place)
    index.write(style_of(street.name for street in built))
    for statement in INDEXES.split(";"):
        connection.execute(statement)


class _Index:
    def __init__(self, connection: sqlite3.Connection, cities: Cities) -> None:
        self._connection = connection
        self._cities = cities
        self._city_ids: dict[str, int] = {"": 0}
        self._postcode_ids: dict[str, int] = {"": 0}
        self._streets: list[tuple[object, ...]] = []
        self._numbers: list[tuple[object, ...]] = []
        self._places: list[tuple[object, ...]] = []
        self._names: dict[tuple[str, ...], set[tuple[int, int]]] = defaultdict(set)
        self._spellings: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._weights: Counter[tuple[str, ...]] = Counter()
        self._city_points: dict[int, tuple[array[float], array[float]]] = defaultdict(_two_arrays)
        self._number_cells: dict[int, array[int]] = defaultdict(lambda: array("i"))
        self._street_cells: dict[int, array[int]] = defaultdict(lambda: array("i"))

    def vote(self, street: Street) -> None:
        for house in street.houses:
            self._cities.vote(house.row.lat, house.row.lon, self._cities.spelled(house.row.city))

    def add_street(self, street: Street) -> None:
        ident, first = len(self._streets) + 1, len(self._numbers) + 1
        lat, lon = _middle(street.points)
        city, only = self._street_city(street, lat, lon)
        for house in street.houses:
            row, number = house.row, house.number
            own = self._cities.spelled(row.city) or (city if only else self._cities.guess(row.lat, row.lon))
            here = self._city(own, row.lat, row.lon)
            self._number_cells[cell_of(row.lat, row.lon)].append(len(self._numbers) + 1)
            self._numbers.append(
                (len(self._numbers) + 1, *number[1:], number.text, row.lat, row.lon, here, self._postcode(row.postcode))
            )
        for cell in sorted({cell_of(*point) for point in street.points}):
            self._street_cells[cell].append(ident)
        self._streets.append(
            (
                ident,
                street.name,
                self._city(city, lat, lon),
                self._postcode(_common_postcode(street)),
                lat,
                lon,
                first,
                len(self._numbers),
            )
        )
        for name in (street.name, *street.alt_names):
            self._add_name(name, STREET, ident, 1 + len(street.houses))

    def _street_city(self, street: Street, lat: float, lon: float) -> tuple[str, bool]:
        """Return a street's city, and whether its houses that name none may be taken to lie in it too."""
        named = Counter(self._cities.spelled(house.row.city) for house in street.houses)
        unnamed = named.pop("", 0)
        if named.total() * 3 < unnamed or not named:
            return self._cities.guess(lat, lon), False
        return min(named, key=lambda name: (-named[name], name)), len(named) == 1

    def add_place(self, place: PlaceRow) -> None:
        ident = len(self._places) + 1
        self._places.append((ident, place.name, place.kind, place.lat, place.lon))
        for name in (place.name, *place.alt_names):
            self._add_name(name, PLACE, ident, 1)
            if place.kind == "station":
                short = [word for word in fold(name).split() if word not in STATION_WORDS]
                self._add_name(" ".join(short), PLACE, ident, 1)

    def _city(self, name: str, lat: float, lon: float) -> int:
        if name not in self._city_ids:
            self._city_ids[name] = len(self._city_ids)
            self._add_name(name, CITY, self._city_ids[name], 1)
        ident = self._city_ids[name]
        lats, lons = self._city_points[ident]
        lats.append(lat)
        lons.append(lon)
        return ident

    def _postcode(self, text: str) -> int:
        text = text.split(";")[0].strip()
        if text not in self._postcode_ids:
            self._postcode_ids[text] = len(self._postcode_ids)
            self._add_name(text, POSTCODE, self._postcode_ids[text], 1)
        return self._postcode_ids[text]

    def _add_name(self, name: str, kind: int, ident: int, weight: int) -> None:
        for spelling in {fold(name), fold(spelled_out(name))}:
            words = short_forms(spelling)
            if words and (kind != STREET or _tells_something(words)):
                self._names[words].add((kind, ident))
                self._spellings[words] |= {token.text for token in tokens_of(spelling)}
                self._weights[words] += weight if kind == STREET else 0

    def write(self, style: str) -> None:
        many = self._connection.executemany
        self._connection.execute("INSERT INTO geo_meta VALUES ('style', ?)", (style,))
        many("INSERT INTO geo_city VALUES (?, ?, ?, ?)", self._city_rows())
        codes = [(i, code, key_of(short_forms(code))) for code, i in self._postcode_ids.items()]
        many("INSERT INTO geo_postcode VALUES (?, ?, ?)", codes)
        many("INSERT INTO geo_place VALUES (?, ?, ?, ?, ?)", self._places)
        many("INSERT INTO geo_street VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._streets)
        many("INSERT INTO geo_number VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._numbers)
        self._write_names()
        self._write_cells()

    def _city_rows(self) -> list[tuple[object, ...]]:
        """Place each city at the mean of its streets and houses."""
        rows: list[tuple[object, ...]] = []
        for name, ident in self._city_ids.items():
            lats, lons = self._city_points[ident]
            rows.append((ident, name, sum(lats) / max(len(lats), 1), sum(lons) / max(len(lons), 1)))
        return rows

    def _write_names(self) -> None:
        many = self._connection.executemany
        names = sorted(self._names, key=lambda words: (-self._weights[words], words))
        keys = [key_of(words) for words in names]
        rows = [(i, keys[i - 1], core_of(words), " ".join(words)) for i, words in enumerate(names, 1)]
        many("INSERT INTO geo_name VALUES (?, ?, ?, ?)", rows)
        refs = [(i, *ref) for i, words in enumerate(names, 1) for ref in sorted(self._names[words])]
        many("INSERT INTO geo_ref VALUES (?, ?, ?)", refs)
        lettered = [row[:2] for row, words in zip(rows, names, strict=True) if self._is_for_people(words)]
        many("INSERT INTO geo_trigram (rowid, key) VALUES (?, ?)", lettered)
        streets = [
            (i, " ".join(sorted(self._spellings[words] | set(words))))
            for i, words in enumerate(names, 1)
            if self._weights[words]
        ]
        many("INSERT INTO geo_word (rowid, words) VALUES (?, ?)", streets)
        located = [words for words in names if any(kind in (PLACE, CITY) for kind, _ in self._names[words])]
        place_words = sorted({word for words in located for word in words if len(word) > 3})
        many("INSERT INTO geo_place_word VALUES (?)", [(word,) for word in place_words])

    def _is_for_people(self, words: tuple[str, ...]) -> bool:
        return any(kind != POSTCODE for kind, _ in self._names[words])

    def _write_cells(self) -> None:
        cells = sorted(self._number_cells.keys() | self._street_cells.keys())
        empty: array[int] = array("i")
        self._connection.executemany(
            "INSERT INTO geo_cell VALUES (?, ?, ?)",
            [
                (c, self._number_cells.get(c, empty).tobytes(), self._street_cells.get(c, empty).tobytes())
                for c in cells
            ],
        )


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the point of a street that lies nearest to the mean of all its points."""
    lat = sum(point[0] for point in points) / len(points)
    lon = sum(point[1] for point in points) / len(points)
    return min(points, key=lambda point: ((point[0] - lat) ** 2 + (point[1] - lon) ** 2, point))


def _common_postcode(street: Street) -> str:
    codes = {house.row.postcode for house in street.houses}
    return codes.pop() if len(codes) == 1 else ""


def _tells_something(words: Sequence[str]) -> bool:
    """Tell whether a street's name is more than a type or a number: "Via" and "8" name no street."""
    return not all(word in TYPES or word.isdigit() for word in words) or len(words) > 1


def _two_arrays() -> tuple[array[float], array[float]]:
    return array("d"), array("d")
