"""One imported region, opened for reading: tables, street network, coverage, timetables, addresses."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import msgspec
import numpy as np

from app.atlas.coverage import Coverage
from app.atlas.files import ADDRESSES_FILE, NETWORK_DIR, STOP_SNAPS_FILE, TABLES_FILE, TRANSIT_DIR
from app.atlas.geocoder.geocoder import Geocoder
from app.atlas.meta import AtlasMeta, Origin, read_meta, read_origin
from app.atlas.streets.network import SNAP, Network, Snaps
from app.atlas.transit import Timetable
from app.errors import AtlasDamaged

#: Bytes of a database mapped into memory, so that processes share its pages.
MAPPED_BYTES = 1 << 30


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
            addresses = Connections(directory / ADDRESSES_FILE)
            addresses().execute("SELECT 1 FROM sqlite_master").fetchone()
        except (OSError, ValueError, sqlite3.Error, msgspec.MsgspecError, AtlasDamaged) as error:
            raise AtlasDamaged(name=name) from error
        self.geocoder = Geocoder(addresses, self.meta.title)


def _stop_snaps(directory: Path, timetable: Timetable | None) -> Snaps:
    """Map where the timetables' stops lie on the streets. Raises OSError or ValueError where that does not fit."""
    if timetable is None:
        return np.empty(0, dtype=SNAP)
    snaps: Snaps = np.load(directory / STOP_SNAPS_FILE, mmap_mode="r")
    if len(snaps) != len(timetable.stops.ids):
        raise ValueError("stops without a street")
    return snaps


def origin_of(name: str, directory: Path) -> Origin:
    """Return what a region was imported from, whatever version it is of. Raises AtlasDamaged."""
    try:
        return read_origin(Connections(directory / TABLES_FILE)())
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise AtlasDamaged(name=name) from error


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
