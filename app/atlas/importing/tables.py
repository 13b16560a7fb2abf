"""Writes the tables of an atlas."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from app.atlas.atlas import TABLES
from app.atlas.importing.features import PlaceRow
from app.atlas.importing.greens import GreenFacts
from app.atlas.importing.grounds import GroundRow
from app.atlas.importing.hazards import HazardRow
from app.atlas.importing.stops import StopRoute
from app.geo import Geometries


@dataclass(frozen=True, slots=True)
class AtlasTables:
    """Every row, in the order in which it is numbered."""

    places: Sequence[PlaceRow]
    #: Packed snaps of each place.
    access: Sequence[bytes]
    #: Geometries in degrees; `PlaceRow.element` points into them.
    place_shapes: Geometries
    #: Measures of green areas by the row of their place.
    greens: Mapping[int, GreenFacts]
    hazards: Sequence[HazardRow]
    grounds: Sequence[GroundRow]
    stop_routes: Sequence[StopRoute]


def write_tables(path: Path, tables: AtlasTables) -> None:
    """Write a new database file, but for its facts."""
    with _writing(path) as connection:
        connection.executescript(TABLES)
        with connection:
            _write_places(connection, tables)
            _write_hazards(connection, tables.hazards)
            _write_grounds(connection, tables.grounds)
            connection.executemany("INSERT INTO greens VALUES (?, ?, ?, ?, ?)", _green_rows(tables.greens))
            connection.executemany("INSERT INTO stop_routes VALUES (?, ?, ?, ?, ?)", tables.stop_routes)
        connection.execute("ANALYZE")


def write_meta(path: Path, meta: Mapping[str, str]) -> None:
    """Write the facts about an atlas into its file."""
    with _writing(path) as connection, connection:
        connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that counts only when it is whole: nothing is kept for the case of a crash."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        yield connection


def _write_places(connection: sqlite3.Connection, tables: AtlasTables) -> None:
    wkbs = shapely.to_wkb(tables.place_shapes)
    boxes = shapely.bounds(tables.place_shapes)
    numbers: dict[str, int] = {}
    elements = [numbers.setdefault(row.osm_id, i) for i, row in enumerate(tables.places)]
    connection.executemany(
        "INSERT INTO places VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (i, int(row.kind), row.lat, row.lon, access, elements[i], row.osm_id, row.name, row.tags, row.area_m2,
             wkbs[row.element] if row.element >= 0 else None)
            for i, (row, access) in enumerate(zip(tables.places, tables.access, strict=True))
        ),
    )  # fmt: skip
    connection.executemany("INSERT INTO place_index VALUES (?, ?, ?, ?, ?)", _place_boxes(tables.places, boxes))


def _place_boxes(places: Sequence[PlaceRow], boxes: np.ndarray) -> Iterator[tuple[float, ...]]:
    for i, row in enumerate(places):
        if row.element < 0:
            yield i, row.lon, row.lon, row.lat, row.lat
        else:
            west, south, east, north = boxes[row.element].tolist()
            yield i, west, east, south, north


def _write_hazards(connection: sqlite3.Connection, rows: Sequence[HazardRow]) -> None:
    connection.executemany(
        "INSERT INTO hazards VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((i, int(r.kind), r.osm_id, r.name, r.lanes, r.tags, r.shape) for i, r in enumerate(rows)),
    )
    connection.executemany(
        "INSERT INTO hazard_index VALUES (?, ?, ?, ?, ?)",
        ((i, r.box.min_lon, r.box.max_lon, r.box.min_lat, r.box.max_lat) for i, r in enumerate(rows)),
    )


def _write_grounds(connection: sqlite3.Connection, rows: Sequence[GroundRow]) -> None:
    connection.executemany(
        "INSERT INTO ground VALUES (?, ?, ?, ?, ?)",
        ((i, r.kind, r.name, r.half_m, r.shape) for i, r in enumerate(rows)),
    )
    connection.executemany(
        "INSERT INTO ground_index VALUES (?, ?, ?, ?, ?)",
        ((i, r.box.min_lon, r.box.max_lon, r.box.min_lat, r.box.max_lat) for i, r in enumerate(rows)),
    )


def _green_rows(greens: Mapping[int, GreenFacts]) -> Iterator[tuple[object, ...]]:
    for place, facts in sorted(greens.items()):
        yield place, facts.paths_m, facts.has_named_trail, facts.nature_share, " ".join(facts.comforts)
