"""All places, hazards and green areas around an address: R*Tree queries, and one bounded walk search."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.atlas.facts import GREEN_KINDS, GreenSpace, Hazard
from app.atlas.streets.network import Reach, Walkshed
from app.atlas.streets.snapping import SNAP, Snaps
from app.geo import (
    METRES_PER_DEGREE,
    Box,
    Floats,
    box_around,
    distance_m,
    distances_to_shapes_m,
    metres_per_degree_lon,
    nearest_points_m,
    towards,
)
from app.places import Kind, Place

_PLACES = """
SELECT p.id, p.kind, p.lat, p.lon, p.element, p.access
FROM place_index AS i JOIN places AS p ON p.id = i.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
ORDER BY p.id
"""
_DETAILS = """
SELECT id, kind, lat, lon, osm_id, name, tags, shape FROM places WHERE id IN (SELECT value FROM json_each(?))
"""
_OF_KINDS = "SELECT id, lat, lon FROM places WHERE kind IN (SELECT value FROM json_each(?))"

Rows = NDArray[np.intp]

decode_tags = msgspec.json.Decoder(dict[str, str]).decode

_HAZARDS = """
SELECT h.kind, h.osm_id, h.name, h.lanes, h.tags, h.shape
FROM hazard_index AS i JOIN hazards AS h ON h.id = i.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
  AND h.kind IN (SELECT value FROM json_each(?))
"""

#: What is mapped as a point, or by an outline that the extract cuts open, has no measures.
_GREENS = """
SELECT p.id, CASE WHEN g.place IS NOT NULL THEN p.area_m2 END, g.paths_m, coalesce(g.has_named_trail, 0),
    g.nature_share, coalesce(g.comforts, '')
FROM places AS p LEFT JOIN greens AS g ON p.id = g.place
WHERE p.id IN (SELECT value FROM json_each(?))
"""
_GREENS_AROUND = """
SELECT p.id, p.shape
FROM place_index AS i JOIN places AS p ON p.id = i.id JOIN greens AS g ON g.place = p.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
"""
_AREAS_NEAR = """
SELECT p.area_m2, p.shape
FROM place_index AS i JOIN places AS p ON p.id = i.id JOIN greens AS g ON g.place = p.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """One entry a place, in the order of the table; the snaps of place i are `starts[i]` to `starts[i + 1]`."""

    ids: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    lats: Floats
    lons: Floats
    elements: NDArray[np.int64]
    snaps: Snaps
    starts: NDArray[np.int64]


def read_columns(connection: sqlite3.Connection, box: Box) -> Columns:
    """Read the places that touch a box."""
    rows = connection.execute(_PLACES, (box.max_lon, box.min_lon, box.max_lat, box.min_lat)).fetchall()
    ids, kinds, lats, lons, elements, access = zip(*rows, strict=True) if rows else ((),) * 6
    counts = np.fromiter(map(len, access), dtype=np.int64, count=len(rows)) // SNAP.itemsize
    return Columns(
        ids=np.array(ids, dtype=np.int64),
        kinds=np.array(kinds, dtype=np.uint8),
        lats=np.array(lats, dtype=np.float64),
        lons=np.array(lons, dtype=np.float64),
        elements=np.array(elements, dtype=np.int64),
        snaps=np.frombuffer(b"".join(access), dtype=SNAP),
        starts=np.concatenate(([0], np.cumsum(counts))),
    )


class Nearby:
    """The places around one point, with the walk to each."""

    def __init__(self, connection: sqlite3.Connection, lat: float, lon: float, radius_m: float) -> None:
        self._connection = connection
        self._lat, self._lon = lat, lon
        self._columns = read_columns(connection, box_around(lat, lon, radius_m))
        self._walk_s = np.full(len(self._columns.ids), np.inf)
        self._places: dict[int, Place] = {}
        #: The stages ask for the same kinds again and again.
        self._rows: dict[frozenset[Kind], Rows] = {}

    def walk_with(self, walkshed: Walkshed) -> None:
        """Take the walking time to each place: to its nearest way in, and none to a green space around the point."""
        self._walk_s = self.seconds_by(walkshed)
        around = green_ids_around(self._connection, self._lat, self._lon)
        self._walk_s[np.isin(self._columns.ids, around)] = 0.0

    def of(self, kinds: Collection[Kind]) -> Rows:
        """Return the rows of places of these kinds, each element once."""
        chosen = frozenset(kinds)
        if chosen not in self._rows:
            self._rows[chosen] = self._choose(chosen)
        return self._rows[chosen]

    def _choose(self, kinds: Collection[Kind]) -> Rows:
        wanted = np.zeros(256, dtype=bool)
        wanted[[int(kind) for kind in kinds]] = True
        rows = np.flatnonzero(wanted[self._columns.kinds])
        _, first = np.unique(self._columns.elements[rows], return_index=True)
        chosen: Rows = rows[np.sort(first)]
        return chosen

    def walk_seconds(self, kinds: Collection[Kind]) -> Floats:
        """Return the walking seconds to every place of these kinds that was reached, ascending."""
        seconds = self._walk_s[self.of(kinds)]
        return np.sort(seconds[np.isfinite(seconds)])

    def nearest(self, kinds: Collection[Kind], limit: int) -> tuple[Place, ...]:
        """Return the places with the shortest walks; a tie goes to the shorter straight line, then to the lower id."""
        rows = self.of(kinds)
        rows = rows[np.isfinite(self._walk_s[rows])]
        seconds = self._walk_s[rows]
        if len(rows) > limit:
            rows = rows[seconds <= np.partition(seconds, limit - 1)[limit - 1]]
        return tuple(sorted(self.places(rows), key=_by_walk)[:limit])

    def reached(self, kinds: Collection[Kind]) -> Rows:
        """Return the rows of places of these kinds that the walk reached, in table order."""
        rows = self.of(kinds)
        there: Rows = rows[np.isfinite(self._walk_s[rows])]
        return there

    def seconds_by(self, walkshed: Walkshed) -> Floats:
        """Return the walking seconds to all places by another walk than the usual one; infinity for no way."""
        return self._least(walkshed.seconds_to(self._columns.snaps))

    def metres_by(self, reach: Reach) -> Floats:
        """Return the cycling metres to all places; infinity where one is not reached."""
        return self._least(reach.metres_to(self._columns.snaps))

    def within(self, kinds: Collection[Kind], radius_m: float) -> Rows:
        """Return the rows of places of these kinds whose point is within a straight distance."""
        rows = self.of(kinds)
        near: Rows = rows[self._straight_m[rows] <= radius_m]
        return near

    def beyond_walks(self, kinds: Collection[Kind], radius_m: float) -> tuple[Place, ...]:
        """Return the places of these kinds within a straight distance that the walk did not reach, nearest first."""
        rows = self.within(kinds, radius_m)
        return tuple(sorted(self.places(rows[~np.isfinite(self._walk_s[rows])]), key=_by_walk))

    def count(self, kinds: Collection[Kind], radius_m: float) -> int:
        """Count the places of these kinds within a straight distance."""
        return len(self.within(kinds, radius_m))

    def ids(self, rows: Rows) -> list[int]:
        """Return the table's ids of some rows."""
        return [int(number) for number in self._columns.ids[rows]]

    def places(self, rows: Rows) -> list[Place]:
        """Return some rows as places, in the order given."""
        return self.places_by_id(self.ids(rows))

    def places_by_id(self, ids: Sequence[int]) -> list[Place]:
        """Return places by the table's ids, in the order given, those outside the radius without a walk."""
        missing = [number for number in ids if number not in self._places]
        if missing:
            self._load(missing)
        return [self._places[number] for number in ids]

    def nearest_in_region(self, kinds: Collection[Kind]) -> Place | None:
        """Return the place of these kinds with the shortest straight line in the whole region."""
        rows = self._connection.execute(_OF_KINDS, (_json(kinds),)).fetchall()
        if not rows:
            return None
        _, number = min((distance_m(self._lat, self._lon, lat, lon), number) for number, lat, lon in rows)
        return self.places_by_id([number])[0]

    @cached_property
    def _straight_m(self) -> Floats:
        north = (self._columns.lats - self._lat) * METRES_PER_DEGREE
        return np.hypot(north, (self._columns.lons - self._lon) * metres_per_degree_lon(self._lat))

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return {number: row for row, number in enumerate(self._columns.ids.tolist())}

    def _least(self, costs: Floats) -> Floats:
        """Return for each place the least of the costs of its ways in; infinity for one without any."""
        starts = self._columns.starts
        least = np.full(len(starts) - 1, np.inf)
        some = np.flatnonzero(np.diff(starts) > 0)
        if len(some):
            least[some] = np.minimum.reduceat(costs, starts[:-1][some])
        return least

    def _load(self, ids: Sequence[int]) -> None:
        rows = self._connection.execute(_DETAILS, (_json(ids),)).fetchall()
        areas = {row[0]: row[7] for row in rows if row[7] is not None}
        to_edges = dict(
            zip(areas, distances_to_shapes_m(self._lat, self._lon, list(areas.values())).tolist(), strict=True)
        )
        for number, kind, lat, lon, osm_id, name, tags, _ in rows:
            row = self._row_of.get(number)
            walk_s = float(self._walk_s[row]) if row is not None else np.inf
            self._places[number] = Place(
                osm_id=osm_id,
                kind=Kind(kind),
                name=name,
                lat=lat,
                lon=lon,
                straight_m=to_edges[number] if number in areas else distance_m(self._lat, self._lon, lat, lon),
                walk_s=walk_s if math.isfinite(walk_s) else None,
                tags=decode_tags(tags),
            )


def _by_walk(place: Place) -> tuple[float, float, str]:
    return (np.inf if place.walk_s is None else place.walk_s, place.straight_m, place.osm_id)


def _json(values: Iterable[int]) -> str:
    return json.dumps([int(value) for value in values])


def hazards_near(
    connection: sqlite3.Connection, lat: float, lon: float, kinds: Collection[Kind], within_m: float
) -> list[Hazard]:
    """Return those within a straight distance of their line or edge, nearest first."""
    box = box_around(lat, lon, within_m)
    wanted = _json(kinds)
    rows = connection.execute(_HAZARDS, (box.max_lon, box.min_lon, box.max_lat, box.min_lat, wanted)).fetchall()
    shapes = [row[5] for row in rows]
    distances = distances_to_shapes_m(lat, lon, shapes)
    near = np.flatnonzero(distances <= within_m).tolist()
    ways = nearest_points_m(lat, lon, [shapes[i] for i in near]).tolist()
    found = [_hazard(rows[i], float(distances[i]), towards(*way)) for i, way in zip(near, ways, strict=True)]
    return sorted(found, key=lambda hazard: (hazard.distance_m, hazard.osm_id, hazard.kind))


def _hazard(row: tuple[int, str, str, int | None, str, bytes], metres: float, direction: str) -> Hazard:
    kind, osm_id, name, lanes, tags, _ = row
    return Hazard(osm_id, Kind(kind), name, metres, lanes, decode_tags(tags), direction if metres else "")


def greens_near(connection: sqlite3.Connection, nearby: Nearby) -> list[GreenSpace]:
    """Return the green spaces within 45 minutes on foot, nearest walk first."""
    reached = nearby.ids(nearby.reached(GREEN_KINDS))
    rows = connection.execute(_GREENS, (_json(reached),)).fetchall()
    places = nearby.places_by_id([row[0] for row in rows])
    found = [
        GreenSpace(place, area_m2, paths_m, bool(trail), nature_share, tuple(comforts.split()))
        for place, (_, area_m2, paths_m, trail, nature_share, comforts) in zip(places, rows, strict=True)
    ]
    return sorted(found, key=lambda green: _by_walk(green.place))


def green_ids_around(connection: sqlite3.Connection, lat: float, lon: float) -> list[int]:
    """Return the table's ids of the green areas that hold a point."""
    rows = connection.execute(_GREENS_AROUND, (lon, lon, lat, lat)).fetchall()
    distances = distances_to_shapes_m(lat, lon, [shape for _, shape in rows]).tolist()
    return [number for (number, _), metres in zip(rows, distances, strict=True) if metres == 0]


def largest_area_m2(connection: sqlite3.Connection, lat: float, lon: float, radius_m: float) -> float:
    """Return the square metres of the largest green area with its edge within a straight distance; 0.0 for none."""
    box = box_around(lat, lon, radius_m)
    rows = connection.execute(_AREAS_NEAR, (box.max_lon, box.min_lon, box.max_lat, box.min_lat)).fetchall()
    near = distances_to_shapes_m(lat, lon, [shape for _, shape in rows]) <= radius_m
    return max((area for (area, _), is_near in zip(rows, near, strict=True) if is_near), default=0.0)
