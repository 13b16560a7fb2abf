"""One imported region, opened for reading: tables, street network, coverage, timetables, addresses."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from app.atlas.basemap.basemap import Basemap
from app.atlas.coverage import Coverage
from app.atlas.fields.fields import Fields
from app.atlas.fields.rides import HomeWalks, Rides
from app.atlas.fields.town import Town
from app.atlas.files import AtlasFiles, array_in, unreadable
from app.atlas.geocoder.geocoder import Geocoder
from app.atlas.home_streets import HomeStreets, streets_beside, streets_of_houses
from app.atlas.streets.network import Network
from app.atlas.streets.snapping import SNAP, Snaps
from app.atlas.transit.timetable import Timetable
from app.errors import AtlasDamaged, AtlasOutdated, AtlasUnreadable, DoorstepError
from app.geo import Box
from app.places import Kind

Part = TypeVar("Part")

TABLES_FILE = "atlas.sqlite"
ADDRESSES_FILE = "addresses.sqlite"
NETWORK_DIR = "network"
TRANSIT_DIR = "transit"
STOP_SNAPS_FILE = "stop_snaps.npy"
FIELDS_DIR = "fields"
BASEMAP_DIR = "basemap"

#: Raised with every change that older code cannot read: an atlas of another version must be imported again.
FORMAT_VERSION = 6

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


#: What reading a part of an atlas raises where it is damaged.
FAULTS = (OSError, ValueError, EOFError, sqlite3.Error, msgspec.MsgspecError, AtlasUnreadable)


class Atlas:
    """Threads and processes may share it: nothing in it changes, and each thread has its own connections.

    Its parts are read into memory when they are first asked for; their properties raise AtlasDamaged.
    """

    def __init__(self, name: str, directory: Path, files: AtlasFiles | None = None) -> None:
        """Open an atlas. Raises AtlasOutdated, AtlasDamaged where a file is not as it was written, TooManyOpenFiles."""
        self.name = name
        self.directory = directory
        self.files = AtlasFiles(name, directory) if files is None else files
        _refuse_outdated(name, directory)
        self.files.check()
        self.tables = Connections(directory / TABLES_FILE, name)
        self.meta: AtlasMeta = self._read(lambda: read_meta(self.tables()))
        self.coverage = self._read(lambda: Coverage.open(directory))
        self.geocoder = Geocoder(Connections(directory / ADDRESSES_FILE, name), self.meta.title)

    @property
    def build(self) -> str:
        """The name of its build: hex digits that follow from its content."""
        return self.files.build

    def _read(self, read: Callable[[], Part]) -> Part:
        """Return a part that is read now. Raises AtlasDamaged where files change meanwhile, or TooManyOpenFiles."""
        try:
            part = read()
        except FAULTS as error:
            raise unreadable(self.name, error) from error
        self.files.check()
        return part

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let a failure of the block be one of the data where that was damaged meanwhile. Raises AtlasDamaged."""
        try:
            yield
        except DoorstepError:
            raise
        except Exception:
            self.files.check()
            raise

    @cached_property
    def network(self) -> Network:
        """The streets."""
        return self._read(lambda: Network.open(self.directory / NETWORK_DIR))

    @cached_property
    def timetable(self) -> Timetable | None:
        """The timetables, None where there are none."""
        return self._read(lambda: Timetable.open(self.directory / TRANSIT_DIR))

    @cached_property
    def stop_snaps(self) -> Snaps:
        """Where streets lead to the timetables' stops."""
        return self._read(lambda: _stop_snaps(self.directory, self.timetable))

    @cached_property
    def fields(self) -> Fields:
        """How far everything is from every address."""
        return self._read(lambda: Fields.open(self.directory / FIELDS_DIR))

    @cached_property
    def basemap(self) -> Basemap | None:
        """What a map is drawn from."""
        return self._read(lambda: Basemap.open(self.directory / BASEMAP_DIR))

    @cached_property
    def town(self) -> Town:
        """What is true of every home at once."""
        timetable = self.timetable
        rows = self._read(lambda: self.fields.rows)
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
    snaps: Snaps = array_in(directory / STOP_SNAPS_FILE)
    if len(snaps) != len(timetable.ways_in.stops):
        raise ValueError("stops without a street")
    return snaps


class _Connection(sqlite3.Connection):
    """A connection that may be held weakly: one of a thread that ended is not kept."""


class Connections:
    """Gives each thread its own read-only connection to one file of a region, and closes all when nobody holds it.

    A connection and its statements hold each other, so that by itself it would stay open until the collector comes by.
    """

    def __init__(self, path: Path, region: str = "") -> None:
        self._path = path
        self._region = region
        self._local = threading.local()
        self._opened = weakref.WeakSet[_Connection]()

    def __del__(self) -> None:
        """Close the connections of all threads: each keeps a file open, whose build may have been replaced."""
        for connection in self._opened:
            connection.close()

    def __call__(self) -> sqlite3.Connection:
        """Return this thread's connection. Raises AtlasDamaged where there is no file, or TooManyOpenFiles."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        # SQLite's connections must not be carried over a fork.
        if connection is None or self._local.process != os.getpid():
            connection = self._local.connection = self._open()
            self._local.process = os.getpid()
        return connection

    def _open(self) -> sqlite3.Connection:
        # An atlas never changes once it is in place, so no lock is needed to read it.
        uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            # Each is used by its own thread, and closed by whichever lets go last.
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False, factory=_Connection)
        except sqlite3.OperationalError as error:
            raise unreadable(self._region, self._why(error), self._path.name) from error
        self._opened.add(connection)
        return connection

    def _why(self, error: sqlite3.Error) -> Exception:
        """Return what the system says of the file, as SQLite only says that it cannot be opened."""
        try:
            self._path.open("rb").close()
        except OSError as reason:
            return reason
        return error


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
    #: The file that the region was imported from, for `region update`; "" where a live service sent it.
    source_file: str = ""
    #: When a live service sent it, an ISO date and time to the minute (UTC); "" for an imported region.
    fetched_at: str = ""
    notes: tuple[str, ...] = ()
    format_version: int = FORMAT_VERSION


def to_rows(meta: AtlasMeta) -> Mapping[str, str]:
    """Return the rows of the table `meta`."""
    fields: dict[str, object] = msgspec.to_builtins(meta)
    return {key: msgspec.json.encode(value).decode() for key, value in fields.items()}


def read_meta(connection: sqlite3.Connection) -> AtlasMeta:
    """Read the table `meta`. Raises sqlite3.Error or msgspec.ValidationError where it is not one."""
    return _METAS.decode(_rows(connection))


def meta_of(name: str, directory: Path) -> AtlasMeta:
    """Read the facts of an atlas alone. Raises AtlasOutdated, AtlasDamaged or TooManyOpenFiles."""
    _refuse_outdated(name, directory)
    tables = Connections(directory / TABLES_FILE, name)
    try:
        return read_meta(tables())
    except FAULTS as error:
        raise unreadable(name, error, TABLES_FILE) from error


def _refuse_outdated(name: str, directory: Path) -> None:
    """Raise AtlasOutdated where an atlas says that it is of another version; one that says nothing is left alone."""
    tables = Connections(directory / TABLES_FILE, name)
    try:
        version = tables().execute(_VERSION).fetchone()
    except (sqlite3.Error, AtlasDamaged):
        return
    if version is not None and version[0].isdecimal() and int(version[0]) != FORMAT_VERSION:
        raise AtlasOutdated(name=name, why="an older" if int(version[0]) < FORMAT_VERSION else "a newer")


_VERSION = "SELECT value FROM meta WHERE key = 'format_version'"


@dataclass(frozen=True, slots=True)
class Origin:
    """The part of an atlas's facts that versions share: what it was imported from, to import it again."""

    title: str
    source_file: str = ""
    feed_files: tuple[str, ...] = ()


def origin_of(name: str, directory: Path) -> Origin:
    """Return what a region was imported from, whatever version it is of. Raises AtlasDamaged."""
    tables = Connections(directory / TABLES_FILE, name)
    try:
        return read_origin(tables())
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise AtlasDamaged(name=name, file=TABLES_FILE, why="cannot be read") from error


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
