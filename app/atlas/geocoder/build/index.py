"""Writes the tables that addresses are found in: streets, houses, localities, and the names that refer to them."""

from __future__ import annotations

import re
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, combinations, pairwise
from typing import NamedTuple

import numpy as np

from app.atlas.geocoder.build.cities import Cities
from app.atlas.geocoder.build.columns import Addresses, CornerRow, Ints, LocalityRow, StreetRow, transposed
from app.atlas.geocoder.build.streets import HouseColumns, JoinedStreet, JoinedStreets, Point, build_streets
from app.atlas.geocoder.kinds import LESSER_KINDS, MAJOR_KINDS, POSTCODE_AREA, REACH_M, STATION_KINDS, is_town
from app.atlas.geocoder.labels import style_of
from app.atlas.geocoder.language import Vocabulary, languages_in, vocabulary
from app.atlas.geocoder.letters import fold, romanised_alike, spelled_out
from app.atlas.geocoder.numbers import HouseNumber, is_year
from app.atlas.geocoder.store import (
    CITY,
    INDEXES,
    LOCALITY,
    POSTCODE,
    STREET,
    TABLES,
    around,
    cell_of,
    cells_of,
    columns_of,
)
from app.atlas.geocoder.text import core_of, key_of, terms_of, terms_of_tokens, words_of
from app.geo import Floats


def index_addresses(
    connection: sqlite3.Connection,
    addresses: Addresses,
    streets: Sequence[StreetRow],
    localities: Iterable[LocalityRow],
    corners: Sequence[CornerRow] = (),
    numbered: Callable[[Ints, list[str], Ints], None] = lambda rows, names, streets: None,
) -> None:
    """Create the geocoder's tables and fill them; the caller commits. The rows' order makes no difference.

    `numbered` is told the row of each house that is kept, in the order of geo_number, long before they are written; the
    names of all streets ("" for a village, whose houses stand in none); and of each house the number of its street.
    """
    localities = sorted(set(localities))
    names = (name for street in streets for name in (street.name, *street.alt_names))
    languages = languages_in([*names, *addresses.names.distinct])
    words = vocabulary(languages)
    built = build_streets(addresses, streets, words)
    numbered(built.houses.rows, ["" if each.is_village else each.name for each in built.streets], built.houses.streets)
    index = _Index(Cities(Counter(addresses.cities.at(np.arange(len(addresses.lats)))), localities), words)
    index.add_streets(addresses, built)
    index.add_localities(localities)
    index.add_corners(corners, built.streets)
    for statement in TABLES.split(";"):
        connection.execute(statement)
    middle = np.median(columns_of([_middle(street.points) for street in built.streets] or [(0.0, 0.0)]), axis=1)
    meta = {
        "middle": " ".join(map(str, middle.tolist())),
        "style": style_of(street.name for street in built.streets),
        "languages": " ".join(languages),
    }
    connection.executemany("INSERT INTO geo_meta VALUES (?, ?)", sorted(meta.items()))
    index.write(connection)
    for statement in INDEXES.split(";"):
        connection.execute(statement)


class _Index:
    """The rows of all tables, before they are written."""

    def __init__(self, cities: Cities, words: Vocabulary) -> None:
        self._known = cities
        self._words = words
        self._names = NameIndex(words)
        self._cities = Centroids(self._names, CITY)
        self._postcodes = Centroids(self._names, POSTCODE)
        self._streets: list[tuple[object, ...]] = []
        self._numbers: Iterable[tuple[object, ...]] = ()
        self._number_cells = np.empty(0, dtype=np.int64)
        self._localities: list[tuple[object, ...]] = []
        self._corners: set[tuple[object, ...]] = set()
        self._street_cells: dict[int, array[int]] = defaultdict(lambda: array("i"))

    def add_streets(self, addresses: Addresses, built: JoinedStreets) -> None:
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
        for area in _postcode_areas(own_codes, lats, lons):
            self.add_locality(area)
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
        self, houses: HouseColumns, lats: Floats, lons: Floats, cities: Sequence[int], postcodes: Sequence[int]
    ) -> None:
        numbers = houses.numbers.tolist()
        columns = transposed(houses.parsed, len(HouseNumber._fields))
        texts, *parts = (list(map(column.__getitem__, numbers)) for column in columns)
        places = (lats.tolist(), lons.tolist(), cities, postcodes)
        self._numbers = zip(range(1, len(numbers) + 1), *parts, texts, *places, strict=True)

    def _add_streets(self, built: JoinedStreets, cities: Sequence[str], postcodes: Sequence[str]) -> None:
        """Add the streets without their houses; "" among the cities calls for a guess."""
        middles = [_middle(street.points) for street in built.streets]
        lats, lons = columns_of(middles)
        here = self._cities.add_all(self._with_guesses(cities, lats, lons), lats, lons)
        codes = self._postcodes.add_all(postcodes, lats, lons)
        houses = pairwise(built.first.tolist())
        columns = zip(built.streets, middles, here, codes, houses, strict=True)
        for ident, (street, middle, city, postcode, (start, end)) in enumerate(columns, 1):
            self._streets.append((ident, street.name, city, postcode, *middle, start + 1, end, street.is_village))
            for cell in sorted({cell_of(*point) for point in street.points}):
                self._street_cells[cell].append(ident)
            for name in (street.name, *street.alt_names):
                self._names.add(name, STREET, ident, 1 + end - start)

    def add_localities(self, localities: Sequence[LocalityRow]) -> None:
        """Add all places; what has no address of its own gets the town around it, but for towns and their parts."""
        lats, lons = columns_of([(locality.lat, locality.lon) for locality in localities])
        for locality, town in zip(localities, self._known.guess_all(lats, lons), strict=True):
            alone = locality.kind not in REACH_M and not (locality.street or locality.city)
            self.add_locality(locality._replace(city=town) if alone else locality)

    def add_locality(self, locality: LocalityRow) -> None:
        ident = len(self._localities) + 1
        place = (locality.name, locality.kind, locality.lat, locality.lon)
        own = (locality.street, locality.number, locality.city, locality.postcode)
        self._localities.append((ident, *place, *own))
        names = (locality.name, *locality.alt_names)
        for name in dict.fromkeys(chain(names, *map(_in_brackets, names))):
            self._names.add(name, LOCALITY, ident, _weight(locality.kind))
            if locality.kind in STATION_KINDS:
                without = [word for word in fold(name).split() if word not in self._words.stations]
                self._names.add(" ".join(without), LOCALITY, ident)

    def add_corners(self, corners: Sequence[CornerRow], streets: Sequence[JoinedStreet]) -> None:
        """Add where streets meet, each between the two nearest streets of the names."""
        named: dict[str, set[int]] = defaultdict(set)
        for ident, street in enumerate(streets, 1):
            for name in (street.name, *street.alt_names):
                named[name].add(ident)
        for corner in corners:
            beside = {
                each for cell in around(cell_of(corner.lat, corner.lon)) for each in self._street_cells.get(cell, ())
            }
            bearers = (named[name] & beside or named[name] for name in corner.streets if name in named)
            here = sorted({_nearest(corner, found, streets) for found in bearers})
            self._corners.update((*pair, corner.lat, corner.lon) for pair in combinations(here, 2))

    def write(self, connection: sqlite3.Connection) -> None:
        many = connection.executemany
        many("INSERT INTO geo_city VALUES (?, ?, ?, ?)", self._cities.rows())
        many("INSERT INTO geo_postcode VALUES (?, ?, ?, ?, ?)", self._postcodes.rows())
        many("INSERT INTO geo_place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._localities)
        many("INSERT INTO geo_street VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._streets)
        many("INSERT INTO geo_corner VALUES (?, ?, ?, ?)", sorted(self._corners))
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
    """The city that most houses of a street name ("" for none), and whether it holds for those that name none too."""

    city: str
    for_all: bool


def _common_city(written: Sequence[str]) -> _Common:
    named = Counter(written)
    unnamed = named.pop("", 0)
    if named.total() * 3 < unnamed or not named:
        return _Common("", False)
    return _Common(min(named, key=lambda name: (-named[name], name)), len(named) == 1)


#: As if so many houses bore the name of a place: completions offer the names with the most houses first.
_TOWN_WEIGHT, _MAJOR_WEIGHT, _PLACE_WEIGHT, _LESSER_WEIGHT = 100_000, 500, 5, 1


def _weight(kind: str) -> int:
    if is_town(kind):
        return _TOWN_WEIGHT
    return _MAJOR_WEIGHT if kind in MAJOR_KINDS else _LESSER_WEIGHT if kind in LESSER_KINDS else _PLACE_WEIGHT


_BRACKETS = re.compile(r"(.{3,}?)\s*\((.{3,})\)")


def _in_brackets(name: str) -> tuple[str, ...]:
    """Return the two names that one with brackets is: "Vancouver General Hospital (VGH)"."""
    found = _BRACKETS.fullmatch(name)
    return found.group(1, 2) if found else ()


def _nearest(corner: CornerRow, streets: set[int], built: Sequence[JoinedStreet]) -> int:
    """Return the street of some of one name that passes nearest to a corner."""
    if len(streets) == 1:
        return next(iter(streets))
    return min(streets, key=lambda ident: (_squared_gap(corner, built[ident - 1].points), ident))


def _squared_gap(corner: CornerRow, points: Sequence[Point]) -> float:
    return min((lat - corner.lat) ** 2 + ((lon - corner.lon) / 2) ** 2 for lat, lon in points)


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


#: The first half of a postcode that has letters: "NP20 1JG", "V6B 1A1".
_AREA = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) \S+")


def _postcode_areas(codes: Sequence[str], lats: Floats, lons: Floats) -> Iterator[LocalityRow]:
    """Yield the first halves of postcodes, each at the median of its addresses."""
    areas: dict[str, list[int]] = defaultdict(list)
    for at, code in enumerate(codes):
        if found := _AREA.fullmatch(code):
            areas[found[1]].append(at)
    for area, rows in sorted(areas.items()):
        lat, lon = float(np.median(lats[rows])), float(np.median(lons[rows]))
        yield LocalityRow(area, (), POSTCODE_AREA, lat, lon)


Terms = tuple[str, ...]


#: A street may be called by a type alone if that has so many letters.
_LONG_TYPE = 7
_FEWEST_LETTERS = 2


class NameIndex:
    """All names of a region and what they refer to."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._refs: dict[Terms, set[tuple[int, int]]] = defaultdict(set)
        self._spellings: dict[Terms, set[str]] = defaultdict(set)
        self._weights: Counter[Terms] = Counter()

    def add(self, name: str, kind: int, ident: int, weight: int = 0) -> None:
        """Let a name refer to a street, locality, city or postcode, also with umlauts written as two letters."""
        for spelling in {fold(name)} if name.isascii() else {fold(name), fold(spelled_out(name))}:
            words = words_of(spelling, self._words)
            terms = terms_of_tokens(words, self._words)
            if terms and self._tells_something(terms, kind):
                self._add(terms, words, (kind, ident), weight)
                for other in self._other_terms(terms, words, kind):
                    self._add(other, words, (kind, ident), weight)

    def _add(self, terms: Terms, words: Sequence[str], ref: tuple[int, int], weight: int) -> None:
        if ref not in self._refs[terms]:
            self._refs[terms].add(ref)
            self._spellings[terms].update(words)
            self._weights[terms] += weight

    def _other_terms(self, terms: Terms, words: Sequence[str], kind: int) -> Iterator[Terms]:
        """Yield the terms with number words as they are, since no figure stands for one with a slip, and romanised.

        People leave out the year of a date: "Rue du 8 Mai 1945".
        """
        if any(map(str.isdigit, terms)) and len(words) == len(terms):
            pairs = zip(terms, words, strict=True)
            yield tuple(word if term.isdigit() and word.isalpha() and len(word) > 3 else term for term, word in pairs)
        if self._words.romanised:
            yield tuple(map(romanised_alike, terms))
        if kind == STREET and terms[-1].isdigit() and is_year(terms[-1]):
            yield from self._without_year(terms[:-1])

    def _without_year(self, terms: Terms) -> Iterator[Terms]:
        """Yield a name that ended with a year, if a day and a month stood before that ("3 de maig de")."""
        while terms and terms[-1] in self._words.articles:
            terms = terms[:-1]
        telling = [term for term in terms if term not in self._words.articles]
        if len(telling) > 1 and telling[-2].isdigit() and telling[-1].isalpha():
            yield terms

    def key(self, name: str) -> str:
        """Return the key under which a name is found."""
        return key_of(terms_of(name, self._words))

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all tables of names, the name with the most houses first."""
        many = connection.executemany
        names = sorted(self._refs, key=lambda terms: (-self._weights[terms], terms))
        numbered = list(enumerate(names, 1))
        many("INSERT INTO geo_name VALUES (?, ?, ?, ?)", [self._row(i, t) for i, t in numbered])
        many("INSERT INTO geo_ref VALUES (?, ?, ?)", [(i, *ref) for i, t in numbered for ref in sorted(self._refs[t])])
        lettered = [(i, key_of(t)) for i, t in numbered if self._is_any(t, STREET, LOCALITY, CITY)]
        many("INSERT INTO geo_trigram (rowid, key) VALUES (?, ?)", lettered)
        to_complete = [(i, t) for i, t in numbered if self._is_any(t, STREET, LOCALITY)]
        worded = [(i, " ".join(sorted({*self._spellings[t], *t}))) for i, t in to_complete]
        many("INSERT INTO geo_word (rowid, words) VALUES (?, ?)", worded)

    def _row(self, ident: int, terms: Terms) -> tuple[object, ...]:
        return ident, key_of(terms), core_of(terms, self._words), " ".join(terms)

    def _tells_something(self, terms: Terms, kind: int) -> bool:
        """Return whether a name is more than a short type, a number or a letter, but for a postcode.

        "Via" and "8" name no street, "Bulevardi" does; a building called "12" would take away every such number.
        """
        if kind == POSTCODE:
            return True
        short_type = kind == STREET and terms[0] in self._words.types and len(terms[0]) < _LONG_TYPE
        letters = sum(map(str.isalpha, "".join(terms)))
        return len(terms) > 1 or not (short_type or letters < _FEWEST_LETTERS)

    def _is_any(self, terms: Terms, *kinds: int) -> bool:
        return any(kind in kinds for kind, _ in self._refs[terms])


class Centroids:
    """Numbers the cities or postcodes that addresses name, and averages where these lie. Number 0 is no name."""

    def __init__(self, names: NameIndex, kind: int) -> None:
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
                self._names.add(name, self._kind, self._ids[name], _TOWN_WEIGHT if self._kind == CITY else 0)
        idents = [self._ids[name] for name in names]
        self._idents.extend(idents)
        self._lats.frombytes(lats.tobytes())
        self._lons.frombytes(lons.tobytes())
        return idents

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of geo_city, or of geo_postcode with the key beside the name."""
        lats, lons = self._means(self._lats), self._means(self._lons)
        for name, ident in self._ids.items():
            key = (self._names.key(name),) if self._kind == POSTCODE else ()
            yield (ident, name, *key, lats[ident], lons[ident])

    def _means(self, values: Sequence[float]) -> list[float]:
        idents = np.array(self._idents, dtype=np.int64)
        counts = np.bincount(idents, minlength=len(self._ids))
        sums = np.bincount(idents, weights=np.array(values), minlength=len(self._ids))
        means: list[float] = (sums / np.maximum(counts, 1)).tolist()
        return means
