"""Collects names while a region is indexed, and writes them to the tables they are searched in."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.atlas.geocoder.build.columns import Addresses, PlaceRow, StreetRow, transposed
from app.atlas.geocoder.build.streets import Houses, Point, Streets, build_streets
from app.atlas.geocoder.cities import Cities
from app.atlas.geocoder.labels import style_of
from app.atlas.geocoder.numbers import HouseNumber
from app.atlas.geocoder.store import CITY, INDEXES, PLACE, POSTCODE, STREET, TABLES, cell_of, cells_of, columns_of
from app.atlas.geocoder.text import core_of, fold, key_of, short_forms, spelled_out, tokens_of
from app.atlas.geocoder.vocabulary import STATION_WORDS, TYPES
from app.geo import Floats

Words = tuple[str, ...]


class Names:
    """All names of a region and what they refer to."""

    def __init__(self) -> None:
        self._refs: dict[Words, set[tuple[int, int]]] = defaultdict(set)
        self._spellings: dict[Words, set[str]] = defaultdict(set)
        self._weights: Counter[Words] = Counter()

    def add(self, name: str, kind: int, ident: int, weight: int = 0) -> None:
        """Let a name refer to a street, place, city or postcode; umlauts may be written with two letters too."""
        for spelling in {fold(name), fold(spelled_out(name))}:
            words = short_forms(spelling)
            if words and (kind != STREET or _tells_something(words)):
                self._refs[words].add((kind, ident))
                self._spellings[words] |= {token.text for token in tokens_of(spelling)}
                self._weights[words] += weight

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all tables of names, the name with the most houses first."""
        many = connection.executemany
        names = sorted(self._refs, key=lambda words: (-self._weights[words], words))
        numbered = list(enumerate(names, 1))
        many("INSERT INTO geo_name VALUES (?, ?, ?, ?)", [(i, key_of(w), core_of(w), " ".join(w)) for i, w in numbered])
        many("INSERT INTO geo_ref VALUES (?, ?, ?)", [(i, *ref) for i, w in numbered for ref in sorted(self._refs[w])])
        lettered = [(i, key_of(w)) for i, w in numbered if self._is_any(w, STREET, PLACE, CITY)]
        many("INSERT INTO geo_trigram (rowid, key) VALUES (?, ?)", lettered)
        streets = [(i, " ".join(sorted({*self._spellings[w], *w}))) for i, w in numbered if self._is_any(w, STREET)]
        many("INSERT INTO geo_word (rowid, words) VALUES (?, ?)", streets)
        places = {word for words in names if self._is_any(words, PLACE, CITY) for word in words if len(word) > 3}
        many("INSERT INTO geo_place_word VALUES (?)", [(word,) for word in sorted(places)])

    def _is_any(self, words: Words, *kinds: int) -> bool:
        return any(kind in kinds for kind, _ in self._refs[words])


class Spots:
    """Numbers the cities or postcodes that addresses name, and averages where these lie. Number 0 is no name."""

    def __init__(self, names: Names, kind: int) -> None:
        self._names, self._kind = names, kind
        self._ids = {"": 0}
        #: One entry an address: its name's number, and where it is.
        self._idents = array("i")
        self._lats, self._lons = array("d"), array("d")

    def add_all(self, names: Sequence[str], lats: Floats, lons: Floats) -> list[int]:
        """Count many addresses and return their names' numbers."""
        for name in dict.fromkeys(names):
            if name not in self._ids:
                self._ids[name] = len(self._ids)
                self._names.add(name, self._kind, self._ids[name])
        idents = [self._ids[name] for name in names]
        self._idents.extend(idents)
        self._lats.frombytes(lats.tobytes())
        self._lons.frombytes(lons.tobytes())
        return idents

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of geo_city, or of geo_postcode with the key beside the name."""
        lats, lons = self._means(self._lats), self._means(self._lons)
        for name, ident in self._ids.items():
            key = (key_of(short_forms(name)),) if self._kind == POSTCODE else ()
            yield (ident, name, *key, lats[ident], lons[ident])

    def _means(self, values: Sequence[float]) -> list[float]:
        idents = np.array(self._idents, dtype=np.int64)
        counts = np.bincount(idents, minlength=len(self._ids))
        sums = np.bincount(idents, weights=np.array(values), minlength=len(self._ids))
        means: list[float] = (sums / np.maximum(counts, 1)).tolist()
        return means


def _tells_something(words: Words) -> bool:
    """Return whether a street's name is more than a type or a number: "Via" and "8" name no street."""
    return len(words) > 1 or not (words[0] in TYPES or words[0].isdigit())


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
        own_cities = addresses.cities.at(rows, self._known.spelled)
        self._known.vote(own_cities, lats, lons)
        own_codes = addresses.postcodes.at(rows, _postcode)
        common = [_common_city(own_cities[start:end]) for start, end in pairwise(first)]
        cities = self._cities.add_all(self._house_cities(own_cities, first, common, lats, lons), lats, lons)
        self._add_numbers(built.houses, lats, lons, cities, self._postcodes.add_all(own_codes, lats, lons))
        codes = [_only(set(own_codes[start:end])) for start, end in pairwise(first)]
        self._add_streets(built, [each.city for each in common], codes)

    def _house_cities(
        self, written: list[str], first: Sequence[int], common: Sequence[_Common], lats: Floats, lons: Floats
    ) -> list[str]:
        """Return the city of each house: its own, that of all others in its street, or a guess."""
        cities = list(written)
        for (start, end), (city, for_all) in zip(pairwise(first), common, strict=True):
            if for_all:
                cities[start:end] = [city] * (end - start)
        return self._with_guesses(cities, lats, lons)

    def _with_guesses(self, cities: Sequence[str], lats: Floats, lons: Floats) -> list[str]:
        """Return cities, with a guess for each "" among them."""
        found = np.array(cities, dtype=object)
        silent = np.flatnonzero(found == "")
        found[silent] = self._known.guess_all(lats[silent], lons[silent])
        return list(found)

    def _add_numbers(
        self, houses: Houses, lats: Floats, lons: Floats, cities: Sequence[int], postcodes: Sequence[int]
    ) -> None:
        numbers = houses.numbers.tolist()
        columns = transposed(houses.parsed, len(HouseNumber._fields))
        texts, *parts = (list(map(column.__getitem__, numbers)) for column in columns)
        places = (lats.tolist(), lons.tolist(), cities, postcodes)
        self._numbers = zip(range(1, len(numbers) + 1), *parts, texts, *places, strict=True)

    def _add_streets(self, built: Streets, cities: Sequence[str], postcodes: Sequence[str]) -> None:
        """Add the streets without their houses; "" among the cities calls for a guess."""
        middles = [_middle(street.points) for street in built.streets]
        lats, lons = columns_of(middles)
        here = self._cities.add_all(self._with_guesses(cities, lats, lons), lats, lons)
        codes = self._postcodes.add_all(postcodes, lats, lons)
        houses = pairwise(built.first.tolist())
        columns = zip(built.streets, middles, here, codes, houses, strict=True)
        for ident, (street, middle, city, postcode, (start, end)) in enumerate(columns, 1):
            self._streets.append((ident, street.name, city, postcode, *middle, start + 1, end))
            for cell in sorted({cell_of(*point) for point in street.points}):
                self._street_cells[cell].append(ident)
            for name in (street.name, *street.alt_names):
                self._names.add(name, STREET, ident, 1 + end - start)

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


def _postcode(written: str) -> str:
    return written.split(";")[0].strip()


def _only(texts: set[str]) -> str:
    """Return the one text of a set, or "" where it holds none or several."""
    return texts.pop() if len(texts) == 1 else ""
