"""The geocoder's tables inside a region's database."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Degrees of latitude and longitude in one cell of the grid for reverse look-ups (some 220 m by 110 to 220 m).
CELL_DEGREES = 0.002
#: From a cell's number to that of the cell north of it.
CELL_ROW = 1_000_000

#: What a name refers to (geo_ref.kind).
STREET, PLACE, CITY, POSTCODE = 1, 2, 3, 4

TABLES = """
CREATE TABLE geo_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE geo_city (id INTEGER PRIMARY KEY, name TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL);
CREATE TABLE geo_postcode (
    id INTEGER PRIMARY KEY, postcode TEXT NOT NULL, key TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
);
CREATE TABLE geo_place (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
);
-- One row for each street that hangs together: its numbers are first_number to last_number, sorted by house.
CREATE TABLE geo_street (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, city INTEGER NOT NULL, postcode INTEGER NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, first_number INTEGER NOT NULL, last_number INTEGER NOT NULL
);
CREATE TABLE geo_number (
    id INTEGER PRIMARY KEY, house INTEGER NOT NULL, last INTEGER NOT NULL, suffix TEXT NOT NULL, text TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, city INTEGER NOT NULL, postcode INTEGER NOT NULL
);
-- One row for each distinct key (address_text.key_of), ids ascending from the name with the most houses.
CREATE TABLE geo_name (id INTEGER PRIMARY KEY, key TEXT NOT NULL, core TEXT NOT NULL, words TEXT NOT NULL);
CREATE TABLE geo_ref (name INTEGER, kind INTEGER, ref INTEGER, PRIMARY KEY (name, kind, ref)) WITHOUT ROWID;
CREATE TABLE geo_place_word (word TEXT PRIMARY KEY) WITHOUT ROWID;
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


def columns_of(points: Sequence[tuple[float, float]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitudes and longitudes of (lat, lon) points."""
    lats, lons = np.array(points, dtype=np.float64).reshape(-1, 2).T
    return lats, lons


def cells_of(lats: NDArray[np.float64], lons: NDArray[np.float64], degrees: float = CELL_DEGREES) -> NDArray[np.int64]:
    """Return `cell_of` many points, in a grid of this step."""
    rows, columns = np.floor(lats / degrees), np.floor(lons / degrees)
    return rows.astype(np.int64) * CELL_ROW + columns.astype(np.int64)


def around(cell: int) -> list[int]:
    """Return a cell and the eight that touch it."""
    return [cell + row + column for row in (-CELL_ROW, 0, CELL_ROW) for column in (-1, 0, 1)]
