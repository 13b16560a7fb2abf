"""One imported region, opened for reading: tables, street network, coverage, timetables, addresses."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np

from app.atlas.basemap.basemap import Basemap
from app.atlas.coverage import Coverage
from app.atlas.fields.fields import Fields
from app.atlas.fields.rides import HomeWalks, Rides
from app.atlas.fields.town import Town
from app.atlas.geocoder.geocoder import Geocoder
from app.atlas.home_streets import HomeStreets, streets_beside, streets_of_houses
from app.atlas.streets.network import Network
from app.atlas.streets.snapping import SNAP, Snaps
from app.atlas.transit.timetable import Timetable
from app.errors import AtlasDamaged
from app.geo import Box
from app.places import Kind

TABLES_FILE = "atlas.sqlite"
ADDRESSES_FILE = "addresses.sqlite"
NETWORK_DIR = "network"
TRANSIT_DIR = "transit"
STOP_SNAPS_FILE = "stop_snaps.npy"
FIELDS_DIR = "fields"
BASEMAP_DIR = "basemap"

#: Raised with every change that older code cannot read: an atlas of another version must be imported again.
FORMAT_VERSION = 5

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE places (
    id INTEGER PRIMARY KEY,  -- in the order of a space-filling curve: neighbours lie on the same pages
    kind INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    access BLOB NOT NULL,    -- packed snaps of all ways in
    element INTEGER NOT NULL,  -- the same number for the kinds of one element
    osm_id TEXT NOT NULL,
    name TEXT NOT NULL,
    tags TEXT NOT NULL,      -- JSON
    area_m2 REAL,            -- NULL for a point
    shape BLOB               -- WKB in degrees; NULL for a point
);
CREATE VIRTUAL TABLE place_index USING rtree(id, min_lon, max_lon, min_lat, max_lat);
CREATE INDEX place_kind ON places (kind, lat, lon);
CREATE TABLE hazards (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    osm_id TEXT NOT NULL,
    name TEXT NOT NULL,
    lanes INTEGER,
    tags TEXT NOT NULL,
    shape BLOB NOT NULL
);
CREATE INDEX hazard_kind ON hazards (kind);
CREATE VIRTUAL TABLE hazard_index USING rtree(id, min_lon, max_lon, min_lat, max_lat);
CREATE TABLE ground (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,      -- "water", "coast", "bay", "railway", "deck" over water, else words for a named ground
    name TEXT NOT NULL,
    half_m REAL NOT NULL,    -- half the width of a line
    shape BLOB NOT NULL      -- WKB in degrees
);
CREATE VIRTUAL TABLE ground_index USING rtree(id, min_lon, max_lon, min_lat, max_lat);
CREATE TABLE greens (
    place INTEGER PRIMARY KEY REFERENCES places (id),
    paths_m REAL NOT NULL,
    has_named_trail INTEGER NOT NULL,
    nature_share REAL,       -- NULL where no land cover is mapped
    comforts TEXT NOT NULL   -- words with a space between
);
CREATE TABLE stop_routes (
    place INTEGER NOT NULL REFERENCES places (id),
    route TEXT NOT NULL,
    name TEXT NOT NULL,
    mode TEXT NOT NULL,
    headsign TEXT NOT NULL,
    PRIMARY KEY (place, route)
) WITHOUT ROWID;
"""


class Atlas:
    """Threads and processes may share it: nothing in it changes, and each thread has its own connections."""

    def __init__(self, name: str, directory: Path) -> None:
        """Open an atlas. Raises AtlasDamaged where a part is missing, damaged or of another version."""
        self.name = name
        self.directory = directory
        try:
            self.tables = Connections(directory / TABLES_FILE)
            self.meta: AtlasMeta = read_meta(self.tables())
            self.coverage = Coverage.open(directory)
            self.network = Network.open(directory / NETWORK_DIR)
            self.timetable = Timetable.open(directory / TRANSIT_DIR)
            self.stop_snaps = _stop_snaps(directory, self.timetable)
            self.fields = Fields.open(directory / FIELDS_DIR)
            addresses = Connections(directory / ADDRESSES_FILE)
            addresses().execute("SELECT 1 FROM sqlite_master").fetchone()
        except (OSError, ValueError, sqlite3.Error, msgspec.MsgspecError, AtlasDamaged) as error:
            raise AtlasDamaged(name=name) from error
        self.geocoder = Geocoder(addresses, self.meta.title)

    @cached_property
    def basemap(self) -> Basemap | None:
        """What a map is drawn from, opened at the first map. Raises AtlasDamaged."""
        try:
            return Basemap.open(self.directory / BASEMAP_DIR)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise AtlasDamaged(name=self.name) from error

    @cached_property
    def town(self) -> Town:
        """What is true of every home at once, opened at the first question."""
        rows, timetable = self.fields.rows, self.timetable
        walks = HomeWalks(rows.walk_homes, rows.walk_starts, rows.walk_stops, rows.walk_seconds)
        rides = None if timetable is None else Rides(self.network, timetable, self.stop_snaps, walks)
        return Town(self.fields, self.network, rides, self.geocoder)

    @cached_property
    def home_streets(self) -> HomeStreets:
        """The streets that the homes of the town belong to, worked out at the first question."""
        if self.town.sample == "addresses":
            return streets_of_houses(self.geocoder, self.town.count)
        return streets_beside(self.basemap, self.geocoder, self.town.lats, self.town.lons)

    @cached_property
    def hazard_counts(self) -> dict[Kind, int]:
        """How many hazards of each kind the region has: counted at the first question, not at each."""
        return {Kind(kind): count for kind, count in self.tables().execute(_HAZARD_COUNTS)}


_HAZARD_COUNTS = "SELECT kind, count(*) FROM hazards GROUP BY kind"


def _stop_snaps(directory: Path, timetable: Timetable | None) -> Snaps:
    """Map where streets lead to the timetables' stops. Raises OSError or ValueError where that does not fit."""
    if timetable is None:
        return np.empty(0, dtype=SNAP)
    snaps: Snaps = np.load(directory / STOP_SNAPS_FILE, mmap_mode="r")
    if len(snaps) != len(timetable.ways_in.stops):
        raise ValueError("stops without a street")
    return snaps


#: Bytes of a database mapped into memory, so that processes share its pages.
MAPPED_BYTES = 1 << 30


class Connections:
    """Gives each thread its own read-only connection to one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    def __call__(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        # SQLite's connections must not be carried over a fork.
        if connection is None or self._local.process != os.getpid():
            # An atlas never changes once it is in place, so no lock is needed to read it.
            uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True)
            connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
            self._local.connection, self._local.process = connection, os.getpid()
        return connection


ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, slots=True)
class AtlasMeta:
    """Facts for people and for choosing between regions. `data_date` is an ISO date or ""."""

    title: str
    data_date: str
    attribution: str
    #: Where the data lies, in degrees.
    box: Box
    covered_km2: float
    addresses: int
    places: int
    streets: int
    #: Files of timetables imported with the region, their names for people, the day taken, and the last they run on.
    feed_files: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    service_date: str = ""
    feed_valid_until: str = ""
    #: The file that the region was imported from, for `region update`.
    source_file: str = ""
    notes: tuple[str, ...] = ()
    format_version: int = FORMAT_VERSION


def to_rows(meta: AtlasMeta) -> Mapping[str, str]:
    """Return the rows of the table `meta`."""
    fields: dict[str, object] = msgspec.to_builtins(meta)
    return {key: msgspec.json.encode(value).decode() for key, value in fields.items()}


def read_meta(connection: sqlite3.Connection) -> AtlasMeta:
    """Read the table `meta`. Raises sqlite3.Error, msgspec.ValidationError or ValueError where it is not one."""
    meta = _METAS.decode(_rows(connection))
    if meta.format_version != FORMAT_VERSION:
        raise ValueError(f"format {meta.format_version}")
    return meta


@dataclass(frozen=True, slots=True)
class Origin:
    """The part of an atlas's facts that versions share: what it was imported from, to import it again."""

    title: str
    source_file: str = ""
    feed_files: tuple[str, ...] = ()


def origin_of(name: str, directory: Path) -> Origin:
    """Return what a region was imported from, whatever version it is of. Raises AtlasDamaged."""
    try:
        return read_origin(Connections(directory / TABLES_FILE)())
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise AtlasDamaged(name=name) from error


def read_origin(connection: sqlite3.Connection) -> Origin:
    """Read what an atlas of any version was imported from. Raises as `read_meta`."""
    return _ORIGINS.decode(_rows(connection))


# Made here, before any thread: where the first decodings of a type race, msgspec crashes the process.
_METAS = msgspec.json.Decoder(AtlasMeta)
_ORIGINS = msgspec.json.Decoder(Origin)


def _rows(connection: sqlite3.Connection) -> bytes:
    """Return the table `meta` as one JSON object."""
    rows = connection.execute("SELECT key, value FROM meta").fetchall()
    return msgspec.json.encode({key: msgspec.Raw(value.encode()) for key, value in rows})
