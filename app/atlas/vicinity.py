"""What addresses near each other share: the places, green areas and hazards around them, read once for all of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.streets.network import SharedSearches
from app.atlas.streets.snapping import SNAP, Snaps
from app.geo import Box, Floats, Geometries, geometries_of, grown
from app.places import Kind

_PLACES = """
SELECT p.id, p.kind, p.lat, p.lon, p.element, p.access
FROM place_index AS i JOIN places AS p ON p.id = i.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
ORDER BY p.id
"""
_DETAILS = """
SELECT id, kind, lat, lon, osm_id, name, tags, shape FROM places WHERE id IN (SELECT value FROM json_each(?))
"""
_HAZARDS = """
SELECT h.kind, h.osm_id, h.name, h.lanes, h.tags, h.shape
FROM hazard_index AS i JOIN hazards AS h ON h.id = i.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
  AND h.kind IN (SELECT value FROM json_each(?))
"""
_GREENS = """
SELECT p.id, p.area_m2, p.shape, g.paths_m, g.has_named_trail, g.nature_share, g.comforts
FROM place_index AS i JOIN places AS p ON p.id = i.id JOIN greens AS g ON g.place = p.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
ORDER BY p.id
"""

Rows = NDArray[np.intp]

decode_tags = msgspec.json.Decoder(dict[str, str]).decode


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


class PlaceDetails(NamedTuple):
    """What is told of a place; `shape` is None for a point."""

    kind: Kind
    lat: float
    lon: float
    osm_id: str
    name: str
    tags: dict[str, str]
    shape: shapely.Geometry | None


class HazardDetails(NamedTuple):
    """What is told of a hazard."""

    kind: Kind
    osm_id: str
    name: str
    lanes: int | None
    tags: dict[str, str]


class GreenDetails(NamedTuple):
    """What was measured of a green space: nothing of a mere point, or of one cut open by the extract's edge."""

    area_m2: float | None
    paths_m: float | None
    has_named_trail: bool
    nature_share: float | None
    comforts: tuple[str, ...]


UNMEASURED = GreenDetails(None, None, False, None, ())


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes in degrees, and the box around each: west, south, east, north, shape (n, 4)."""

    geometries: Geometries
    bounds: Floats

    @classmethod
    def of(cls, wkb: Sequence[bytes]) -> Shapes:
        """Read shapes."""
        geometries = geometries_of(wkb)
        return cls(geometries, shapely.bounds(geometries).reshape(-1, 4))

    def touching(self, box: Box) -> Rows:
        """Return the rows of those whose own box touches a box."""
        west, south, east, north = self.bounds.T
        is_near = (west <= box.max_lon) & (east >= box.min_lon) & (south <= box.max_lat) & (north >= box.min_lat)
        rows: Rows = np.flatnonzero(is_near)
        return rows


@dataclass(frozen=True, slots=True)
class Hazards:
    """The hazards of some kinds in a box."""

    details: tuple[HazardDetails, ...]
    shapes: Shapes


@dataclass(frozen=True, slots=True)
class Greens:
    """The green areas that are open to the public in a box."""

    ids: NDArray[np.int64]
    #: The row of each by its id.
    rows: dict[int, int]
    details: tuple[GreenDetails, ...]
    shapes: Shapes

    def of(self, number: int) -> GreenDetails:
        """Return the measures of the green space of an id."""
        row = self.rows.get(number)
        return UNMEASURED if row is None else self.details[row]


class Vicinity:
    """What lies around the addresses of a small box: one address, or many that lie near each other. For one thread."""

    def __init__(self, connection: sqlite3.Connection, box: Box, radius_m: float) -> None:
        """Look at what lies within so many metres of any point of a box."""
        self._connection = connection
        self._box = box
        self._around = grown(box, radius_m)
        #: The street searches of all its addresses, None for one alone.
        self.searches: SharedSearches | None = SharedSearches(box)
        self._rows: dict[frozenset[Kind], Rows] = {}
        self._details: dict[int, PlaceDetails] = {}
        self._hazards: dict[tuple[frozenset[Kind], float], Hazards] = {}

    @classmethod
    def of_point(cls, connection: sqlite3.Connection, lat: float, lon: float, radius_m: float) -> Vicinity:
        """Look at what lies around one address."""
        alone = cls(connection, Box(lon, lat, lon, lat), radius_m)
        alone.searches = None
        return alone

    @cached_property
    def columns(self) -> Columns:
        """All places."""
        rows = self._connection.execute(_PLACES, _edges(self._around)).fetchall()
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

    def of(self, kinds: Collection[Kind]) -> Rows:
        """Return the rows of places of these kinds, each element once."""
        chosen = frozenset(kinds)
        if chosen not in self._rows:
            self._rows[chosen] = self._choose(chosen)
        return self._rows[chosen]

    def _choose(self, kinds: Collection[Kind]) -> Rows:
        wanted = np.zeros(256, dtype=bool)
        wanted[[int(kind) for kind in kinds]] = True
        rows = np.flatnonzero(wanted[self.columns.kinds])
        _, first = np.unique(self.columns.elements[rows], return_index=True)
        chosen: Rows = rows[np.sort(first)]
        return chosen

    @cached_property
    def row_of(self) -> dict[int, int]:
        """The row of each place by its id."""
        return {number: row for row, number in enumerate(self.columns.ids.tolist())}

    def details(self, ids: Iterable[int]) -> list[PlaceDetails]:
        """Return what is told of places, those outside the radius too, by the table's ids."""
        wanted = list(ids)
        if missing := [number for number in wanted if number not in self._details]:
            for number, kind, lat, lon, osm_id, name, tags, shape in self._connection.execute(
                _DETAILS, (json.dumps(missing),)
            ):
                geometry = None if shape is None else shapely.from_wkb(shape)
                self._details[number] = PlaceDetails(Kind(kind), lat, lon, osm_id, name, decode_tags(tags), geometry)
        return [self._details[number] for number in wanted]

    def hazards(self, kinds: Collection[Kind], within_m: float) -> Hazards:
        """Return the hazards of these kinds within so many metres of any point of the box, and some beyond."""
        asked = frozenset(kinds), within_m
        if asked not in self._hazards:
            box = grown(self._box, within_m)
            rows = self._connection.execute(_HAZARDS, (*_edges(box), json.dumps(sorted(map(int, kinds))))).fetchall()
            details = tuple(
                HazardDetails(Kind(kind), osm_id, name, lanes, decode_tags(tags))
                for kind, osm_id, name, lanes, tags, _ in rows
            )
            self._hazards[asked] = Hazards(details, Shapes.of([row[5] for row in rows]))
        return self._hazards[asked]

    @cached_property
    def greens(self) -> Greens:
        """All green areas that are open to the public."""
        rows = self._connection.execute(_GREENS, _edges(self._around)).fetchall()
        details = tuple(
            GreenDetails(area, paths, bool(trail), share, tuple(comforts.split()))
            for _, area, _, paths, trail, share, comforts in rows
        )
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        of_id = {number: row for row, number in enumerate(ids.tolist())}
        return Greens(ids, of_id, details, Shapes.of([row[2] for row in rows]))


def _edges(box: Box) -> tuple[float, float, float, float]:
    """Return the parameters that the statements look for a box by."""
    return box.max_lon, box.min_lon, box.max_lat, box.min_lat
