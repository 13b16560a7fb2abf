"""All places, hazards and green areas around an address: R*Tree queries, and one bounded walk search."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import numpy as np

from app.atlas.facts import GREEN_KINDS, GreenSpace, Hazard
from app.atlas.streets.network import Reach, Walkshed
from app.atlas.vicinity import HazardDetails, Rows, Vicinity
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

_OF_KINDS = "SELECT id, lat, lon FROM places WHERE kind IN (SELECT value FROM json_each(?))"


class Nearby:
    """The places around one point, with the walk to each."""

    def __init__(self, connection: sqlite3.Connection, vicinity: Vicinity, lat: float, lon: float) -> None:
        self._connection = connection
        self._vicinity = vicinity
        self._lat, self._lon = lat, lon
        self._columns = vicinity.columns
        self._walk_s = np.full(len(self._columns.ids), np.inf)
        self._places: dict[int, Place] = {}

    def walk_with(self, walkshed: Walkshed) -> None:
        """Take the walking time to each place: to its nearest way in, and none to a green space around the point."""
        self._walk_s = self.seconds_by(walkshed)
        for number in green_ids_around(self._vicinity, self._lat, self._lon):
            self._walk_s[self._vicinity.row_of[number]] = 0.0

    def of(self, kinds: Collection[Kind]) -> Rows:
        """Return the rows of places of these kinds, each element once."""
        return self._vicinity.of(kinds)

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

    def _least(self, costs: Floats) -> Floats:
        """Return for each place the least of the costs of its ways in; infinity for one without any."""
        starts = self._columns.starts
        least = np.full(len(starts) - 1, np.inf)
        some = np.flatnonzero(np.diff(starts) > 0)
        if len(some):
            least[some] = np.minimum.reduceat(costs, starts[:-1][some])
        return least

    def _load(self, ids: Sequence[int]) -> None:
        details = self._vicinity.details(ids)
        shapes = np.array([each.shape for each in details if each.shape is not None], dtype=object)
        to_edges = iter(distances_to_shapes_m(self._lat, self._lon, shapes).tolist())
        for number, found in zip(ids, details, strict=True):
            row = self._vicinity.row_of.get(number)
            walk_s = float(self._walk_s[row]) if row is not None else np.inf
            is_point = found.shape is None
            self._places[number] = Place(
                osm_id=found.osm_id,
                kind=found.kind,
                name=found.name,
                lat=found.lat,
                lon=found.lon,
                straight_m=distance_m(self._lat, self._lon, found.lat, found.lon) if is_point else next(to_edges),
                walk_s=walk_s if math.isfinite(walk_s) else None,
                tags=found.tags,
            )


def _by_walk(place: Place) -> tuple[float, float, str]:
    return (np.inf if place.walk_s is None else place.walk_s, place.straight_m, place.osm_id)


def _json(values: Iterable[int]) -> str:
    return json.dumps([int(value) for value in values])


def hazards_near(vicinity: Vicinity, lat: float, lon: float, kinds: Collection[Kind], within_m: float) -> list[Hazard]:
    """Return those within a straight distance of their line or edge, nearest first."""
    hazards = vicinity.hazards(kinds, within_m)
    rows = hazards.shapes.touching(box_around(lat, lon, within_m))
    distances = distances_to_shapes_m(lat, lon, hazards.shapes.geometries[rows])
    near = distances <= within_m
    ways = nearest_points_m(lat, lon, hazards.shapes.geometries[rows[near]]).tolist()
    found = [
        _hazard(hazards.details[row], metres, towards(*way))
        for row, metres, way in zip(rows[near].tolist(), distances[near].tolist(), ways, strict=True)
    ]
    return sorted(found, key=lambda hazard: (hazard.distance_m, hazard.osm_id, hazard.kind))


def _hazard(told: HazardDetails, metres: float, direction: str) -> Hazard:
    return Hazard(told.osm_id, told.kind, told.name, metres, told.lanes, told.tags, direction if metres else "")


def greens_near(vicinity: Vicinity, nearby: Nearby) -> list[GreenSpace]:
    """Return the green spaces within 45 minutes on foot, nearest walk first."""
    reached = nearby.ids(nearby.reached(GREEN_KINDS))
    found = [
        GreenSpace(place, *vicinity.greens.of(number))
        for number, place in zip(reached, nearby.places_by_id(reached), strict=True)
    ]
    return sorted(found, key=lambda green: _by_walk(green.place))


def green_ids_around(vicinity: Vicinity, lat: float, lon: float) -> list[int]:
    """Return the table's ids of the green areas that hold a point."""
    greens = vicinity.greens
    rows = greens.shapes.touching(Box(lon, lat, lon, lat))
    inside = distances_to_shapes_m(lat, lon, greens.shapes.geometries[rows]) == 0
    return [int(number) for number in greens.ids[rows[inside]]]


def largest_area_m2(vicinity: Vicinity, lat: float, lon: float, radius_m: float) -> float:
    """Return the square metres of the largest green area with its edge within a straight distance; 0.0 for none."""
    greens = vicinity.greens
    rows = greens.shapes.touching(box_around(lat, lon, radius_m))
    near = distances_to_shapes_m(lat, lon, greens.shapes.geometries[rows]) <= radius_m
    return max((greens.details[row].area_m2 or 0.0 for row in rows[near].tolist()), default=0.0)
