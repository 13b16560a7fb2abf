"""The geocoder's tables, and reading them."""

from __future__ import annotations

import json
import math
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.geocoder.kinds import POSTAL_TOWN
from app.atlas.geocoder.labels import Style
from app.atlas.geocoder.language import Vocabulary, vocabulary
from app.atlas.geocoder.numbers import LONGEST_RANGE, HouseNumber

#: Degrees of latitude and longitude in one cell of the grid for reverse look-ups (some 220 m by 110 to 220 m).
CELL_DEGREES = 0.002
#: From a cell's number to that of the cell north of it.
CELL_ROW = 1_000_000

#: What a name refers to (geo_ref.kind).
STREET, LOCALITY, CITY, POSTCODE = 1, 2, 3, 4

TABLES = """
CREATE TABLE geo_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE geo_city (id INTEGER PRIMARY KEY, name TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL);
CREATE TABLE geo_postcode (
    id INTEGER PRIMARY KEY, postcode TEXT NOT NULL, key TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
);
CREATE TABLE geo_place (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL,
    street TEXT NOT NULL, number TEXT NOT NULL, city TEXT NOT NULL, postcode TEXT NOT NULL
);
-- One row for each street that hangs together: its numbers are first_number to last_number, sorted by house.
-- A village whose houses are numbered without streets is one too.
CREATE TABLE geo_street (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, city INTEGER NOT NULL, postcode INTEGER NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, first_number INTEGER NOT NULL, last_number INTEGER NOT NULL,
    is_village INTEGER NOT NULL
);
-- Where two streets meet, the one with the smaller number first.
CREATE TABLE geo_corner (
    street INTEGER NOT NULL, other INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL,
    PRIMARY KEY (street, other, lat, lon)
) WITHOUT ROWID;
CREATE TABLE geo_number (
    id INTEGER PRIMARY KEY, house INTEGER NOT NULL, last INTEGER NOT NULL, suffix TEXT NOT NULL, text TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, city INTEGER NOT NULL, postcode INTEGER NOT NULL
);
-- One row for each distinct key (text.key_of), ids ascending from the name with the most houses.
CREATE TABLE geo_name (id INTEGER PRIMARY KEY, key TEXT NOT NULL, core TEXT NOT NULL, words TEXT NOT NULL);
CREATE TABLE geo_ref (name INTEGER, kind INTEGER, ref INTEGER, PRIMARY KEY (name, kind, ref)) WITHOUT ROWID;
-- Little-endian 32-bit ids of the numbers and of the streets in each grid cell.
CREATE TABLE geo_cell (cell INTEGER PRIMARY KEY, numbers BLOB NOT NULL, streets BLOB NOT NULL);
CREATE VIRTUAL TABLE geo_trigram USING fts5(key, content='', tokenize='trigram');
CREATE VIRTUAL TABLE geo_word USING fts5(words, content='', detail='none', prefix='1 2 3');
"""

INDEXES = """
CREATE INDEX geo_name_key ON geo_name (key);
CREATE INDEX geo_name_core ON geo_name (core) WHERE core <> '';
CREATE INDEX geo_postcode_key ON geo_postcode (key);
CREATE INDEX geo_street_first ON geo_street (first_number);
"""


def cell_of(lat: float, lon: float) -> int:
    """Return the number of the grid cell that holds a point in degrees."""
    return math.floor(lat / CELL_DEGREES) * CELL_ROW + math.floor(lon / CELL_DEGREES)


def middle_of(cell: int) -> tuple[float, float]:
    """Return the latitude and longitude of the middle of a grid cell, west of Greenwich too."""
    row = (cell + CELL_ROW // 2) // CELL_ROW
    return (row + 0.5) * CELL_DEGREES, (cell - row * CELL_ROW + 0.5) * CELL_DEGREES


def columns_of(points: Sequence[tuple[float, float]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the latitudes and the longitudes of (lat, lon) points, shape (n,) each."""
    lats, lons = np.array(points, dtype=np.float64).reshape(-1, 2).T
    return lats, lons


def cells_of(lats: NDArray[np.float64], lons: NDArray[np.float64], degrees: float = CELL_DEGREES) -> NDArray[np.int64]:
    """Return the grid cell of each point, shape (n,), in a grid of this step."""
    rows, columns = np.floor(lats / degrees), np.floor(lons / degrees)
    return rows.astype(np.int64) * CELL_ROW + columns.astype(np.int64)


def around(cell: int) -> list[int]:
    """Return a cell and the eight that touch it."""
    return [cell + row + column for row in (-CELL_ROW, 0, CELL_ROW) for column in (-1, 0, 1)]


class Name(NamedTuple):
    """A name that something in the region bears: its key, its core, its terms and what it refers to."""

    id: int
    key: str
    core: str
    terms: tuple[str, ...]
    kind: int
    ref: int


class Street(NamedTuple):
    """A stored street."""

    id: int
    name: str
    city: str
    postcode: str
    lat: float
    lon: float
    first_number: int
    last_number: int
    is_village: int


class House(NamedTuple):
    """A stored house number."""

    id: int
    number: HouseNumber
    lat: float
    lon: float
    city: str
    postcode: str


class Locality(NamedTuple):
    """A stored place: a city, suburb or village, a station, a school or a shop; or a city or postcode of addresses.

    `street` to `postcode` are its own address, "" where it has none.
    """

    id: int
    name: str
    kind: str
    lat: float
    lon: float
    street: str = ""
    number: str = ""
    city: str = ""
    postcode: str = ""


class Corner(NamedTuple):
    """A stored corner: where it is, the names of its two streets, and the city of the first."""

    lat: float
    lon: float
    street: str
    other: str
    city: str


_NAME = "SELECT n.id, n.key, n.core, n.words, r.kind, r.ref FROM geo_name n JOIN geo_ref r ON r.name = n.id"
_STREET = (
    "SELECT s.id, s.name, c.name, p.postcode, s.lat, s.lon, s.first_number, s.last_number,"
    " s.is_village FROM geo_street s JOIN geo_city c ON c.id = s.city JOIN geo_postcode p ON p.id = s.postcode"
)
_HOUSE = (
    "SELECT n.id, n.house, n.last, n.suffix, n.text, n.lat, n.lon, c.name, p.postcode FROM geo_number n"
    " JOIN geo_city c ON c.id = n.city JOIN geo_postcode p ON p.id = n.postcode"
)
_HOUSE_OF = (
    "SELECT s.id, n.id, n.house, n.last, n.suffix, n.text, n.lat, n.lon, c.name, p.postcode FROM geo_number n"
    " JOIN geo_city c ON c.id = n.city JOIN geo_postcode p ON p.id = n.postcode"
)
_CORNER = (
    "SELECT g.lat, g.lon, a.name, b.name, c.name FROM geo_corner g JOIN geo_street a ON a.id = g.street"
    " JOIN geo_street b ON b.id = g.other JOIN geo_city c ON c.id = a.city"
)
_LISTED = "(SELECT value FROM json_each(?))"


class GeocoderStore:
    """One region's names, streets, houses and localities."""

    def __init__(self, provider: Callable[[], sqlite3.Connection]) -> None:
        self._provider = provider

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        return self._provider().execute(sql, values).fetchall()

    @cached_property
    def _meta(self) -> dict[str, str]:
        return dict(self._rows("SELECT name, value FROM geo_meta"))  # type: ignore[arg-type]

    def style(self) -> Style:
        """Return how the region writes its addresses."""
        return Style(self._meta["style"])

    @cached_property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude of the middle of the region's streets."""
        lat, lon = map(float, self._meta["middle"].split())
        return lat, lon

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the region's languages."""
        return vocabulary(tuple(self._meta["languages"].split()))

    def names(self, keys: Iterable[str], cores: Iterable[str]) -> list[Name]:
        """Return the names with any of these keys, or with any of these cores."""
        sql = f"{_NAME} WHERE n.key IN {_LISTED} UNION {_NAME} WHERE n.core <> '' AND n.core IN {_LISTED}"
        return [_name(row) for row in self._rows(sql, [_list(keys), _list(cores)])]

    def names_by_id(self, ids: Sequence[int]) -> list[Name]:
        """Return the names with these ids, in the order of the ids."""
        rows = self._rows(f"{_NAME} WHERE n.id IN {_LISTED} ORDER BY n.id, r.kind, r.ref", [_list(ids)])
        return [_name(row) for row in rows]

    def similar(self, trigrams: Sequence[str], limit: int) -> list[tuple[int, str, str]]:
        """Return (id, key, core) of the names that share most trigrams, weighed by how rare these are."""
        match = " OR ".join(f'"{trigram}"' for trigram in trigrams)
        sql = (
            "SELECT n.id, n.key, n.core FROM (SELECT rowid AS id FROM geo_trigram WHERE geo_trigram MATCH ?"
            " ORDER BY rank, rowid LIMIT ?) JOIN geo_name n USING (id)"
        )
        return self._rows(sql, [match, limit]) if trigrams else []  # type: ignore[return-value]

    def completions(self, match: str, limit: int) -> list[int]:
        """Return ids of the street names that match an FTS5 expression, those with the most houses first."""
        sql = "SELECT rowid FROM geo_word WHERE geo_word MATCH ? ORDER BY rowid LIMIT ?"
        try:
            return [row[0] for row in self._rows(sql, [match, limit])]  # type: ignore[misc]
        except sqlite3.OperationalError as error:
            if not str(error).startswith("fts5:"):
                raise
            return []  # a letter to Python that SQLite's older tables take for a mark between words: no name has it

    def beginning(self, keys: Iterable[str], limit: int) -> list[int]:
        """Return ids of the names whose key begins with any of these, those with the most houses first."""
        sql = (
            "SELECT n.id FROM (SELECT value AS start FROM json_each(?)) JOIN geo_name n"
            " ON n.key >= start AND n.key < start || char(0x10FFFF) ORDER BY n.id LIMIT ?"
        )
        return [row[0] for row in self._rows(sql, [_list(keys), limit])]  # type: ignore[misc]

    def streets(self, ids: Sequence[int]) -> list[Street]:
        """Return the streets with these ids, in the order of the ids."""
        rows = self._rows(f"{_STREET} WHERE s.id IN {_LISTED} ORDER BY s.id", [_list(ids)])
        return [Street(*row) for row in rows]  # type: ignore[arg-type]

    def street_of(self, house_id: int) -> Street:
        """Return the street that a house is on."""
        sql = f"{_STREET} WHERE s.first_number <= ? AND s.last_number >= ? ORDER BY s.first_number DESC LIMIT 1"
        return Street(*self._rows(sql, [house_id, house_id])[0])  # type: ignore[arg-type]

    def houses(self, street: Street, low: int, high: int) -> list[House]:
        """Return a street's houses with numbers from low to high, in order."""
        sql = f"{_HOUSE} WHERE n.id BETWEEN ? AND ? AND n.house BETWEEN ? AND ? ORDER BY n.id"
        return [_house(row) for row in self._rows(sql, [street.first_number, street.last_number, low, high])]

    def houses_reaching(self, streets: Sequence[Street], low: int, high: int) -> dict[int, list[House]]:
        """Return by street the houses whose range reaches into low to high."""
        sql = (
            f"{_HOUSE_OF} JOIN geo_street s ON n.id BETWEEN s.first_number AND s.last_number"
            f" WHERE s.id IN {_LISTED} AND n.house BETWEEN ? AND ? AND n.last >= ? ORDER BY s.id, n.id"
        )
        values = [_list(street.id for street in streets), low - LONGEST_RANGE, high, low]
        found: dict[int, list[House]] = {}
        for street, *row in self._rows(sql, values):
            found.setdefault(street, []).append(_house(row))  # type: ignore[arg-type]
        return found

    def houses_starting(self, street: Street, digits: str, limit: int) -> list[House]:
        """Return a street's first houses whose text, without its hyphen, begins with these digits."""
        sql = f"{_HOUSE} WHERE n.id BETWEEN ? AND ? AND replace(n.text, '-', '') LIKE ? ORDER BY n.id LIMIT ?"
        begins = "".join(c for c in digits if c.isalnum()) + "%"
        return [_house(row) for row in self._rows(sql, [street.first_number, street.last_number, begins, limit])]

    def houses_by_id(self, ids: Sequence[int]) -> list[House]:
        """Return the houses with these ids, in the order of the ids."""
        return [_house(row) for row in self._rows(f"{_HOUSE} WHERE n.id IN {_LISTED} ORDER BY n.id", [_list(ids)])]

    def all_points(self) -> list[tuple[int, float, float]]:
        """Return (id, lat, lon) of all houses."""
        return self._rows("SELECT id, lat, lon FROM geo_number ORDER BY id")  # type: ignore[return-value]

    def points(self, ids: Sequence[int]) -> list[tuple[int, float, float]]:
        """Return (id, lat, lon) of houses."""
        sql = "SELECT id, lat, lon FROM geo_number WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return self._rows(sql, [_list(ids)])  # type: ignore[return-value]

    def localities(self, ids: Sequence[int]) -> dict[int, Locality]:
        """Return the localities with these ids, by id."""
        sql = "SELECT * FROM geo_place WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0]: Locality(*row) for row in self._rows(sql, [_list(ids)])}  # type: ignore[arg-type,misc]

    def settlements(self, kinds: Iterable[str]) -> list[Locality]:
        """Return the localities of some kinds, in order."""
        sql = "SELECT * FROM geo_place WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY id"
        return [Locality(*row) for row in self._rows(sql, [_list(kinds)])]  # type: ignore[arg-type]

    def street_numbers(self) -> list[tuple[str, int, int]]:
        """Return name, first and last number of each street that has some."""
        sql = "SELECT name, first_number, last_number FROM geo_street WHERE first_number <= last_number"
        return self._rows(f"{sql} AND first_number > 0 ORDER BY id")  # type: ignore[return-value]

    def corners(self, one: Sequence[int], other: Sequence[int]) -> list[Corner]:
        """Return where any of some streets meets any of others."""
        sql = f"{_CORNER} WHERE (g.street IN {_LISTED} AND g.other IN {_LISTED})"
        sql += f" OR (g.street IN {_LISTED} AND g.other IN {_LISTED}) ORDER BY g.street, g.other, g.lat, g.lon"
        ours, theirs = _list(one), _list(other)
        return [Corner(*row) for row in self._rows(sql, [ours, theirs, theirs, ours])]  # type: ignore[arg-type]

    def words(self) -> set[str]:
        """Return every word, key and core of the region's names."""
        rows = self._rows("SELECT words, key, core FROM geo_name")
        return {word for words, key, core in rows for word in (*str(words).split(), str(key), str(core))} - {""}

    def cities(self, ids: Sequence[int]) -> dict[int, Locality]:
        """Return cities that addresses name, each as a locality at the mean of its addresses."""
        sql = "SELECT id, name, ?, lat, lon FROM geo_city WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0]: Locality(*row) for row in self._rows(sql, [POSTAL_TOWN, _list(ids)])}  # type: ignore[arg-type,misc]

    def postcodes(self, ids: Sequence[int]) -> dict[int, Locality]:
        """Return postcodes, each as a locality at the mean of its addresses."""
        sql = "SELECT id, postcode, 'postcode', lat, lon FROM geo_postcode WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0]: Locality(*row) for row in self._rows(sql, [_list(ids)])}  # type: ignore[arg-type,misc]

    def has_postcodes(self, prefix: str) -> bool:
        """Return whether a postcode of the region begins so; always True in a region that maps none."""
        sql = "SELECT 1 FROM geo_postcode WHERE key <> '' AND key >= ? AND key < ? LIMIT 1"
        if self._rows(sql, [prefix, prefix + "\uffff"]):
            return True
        return not self._rows("SELECT 1 FROM geo_postcode WHERE key <> '' LIMIT 1")

    def cell(self, cell: int) -> tuple[Sequence[int], Sequence[int]]:
        """Return the ids of the houses and of the streets in one grid cell."""
        numbers, streets = array("i"), array("i")
        for row in self._rows("SELECT numbers, streets FROM geo_cell WHERE cell = ?", [cell]):
            numbers.frombytes(bytes(row[0]))  # type: ignore[call-overload]
            streets.frombytes(bytes(row[1]))  # type: ignore[call-overload]
        return numbers, streets


def _list(values: Iterable[object]) -> str:
    """Return values as one parameter for IN (SELECT value FROM json_each(?)): no limit, and the SQL stays fixed."""
    return json.dumps(list(values))


def _name(row: Sequence[object]) -> Name:
    ident, key, core, terms, *refers_to = row
    return Name(ident, key, core, tuple(terms.split()), *refers_to)  # type: ignore[arg-type,attr-defined]


def _house(row: Sequence[object]) -> House:
    ident, house, last, suffix, text, *rest = row
    return House(ident, HouseNumber(text, house, last, suffix), *rest)  # type: ignore[arg-type]
