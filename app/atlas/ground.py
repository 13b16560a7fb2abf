"""What lies under a point: water, a motorway, rails, or ordinary land, and the named grounds that hold it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.atlas import Atlas
from app.atlas.nearby import hazards_near
from app.atlas.vicinity import Vicinity
from app.geo import METRES_PER_DEGREE, Floats, box_around, distances_to_shapes_m, geometries_of, metres_per_degree_lon
from app.places import Kind


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies under a point.

    `kind` is "water", "motorway" (trunk roads, too), "railway", or "" for ordinary land; `name` is that of the river,
    road or line, or "". `inside` are the named areas that hold the point, the smallest first, each as (words for its
    kind, name): ("park", "Esplanadi").
    """

    kind: str
    name: str
    inside: tuple[tuple[str, str], ...]

    @property
    def habitable(self) -> bool:
        """Return whether people may live there: not on water, on a fast road's carriageway, or on tracks."""
        return self.kind == ""


#: An address this near makes the ground habitable: a houseboat or a house on stilts; a house under a viaduct (metres).
ADDRESS_ON_WATER_M, ADDRESS_BESIDE_LINE_M = 30.0, 15.0


def ground_at(atlas: Atlas, lat: float, lon: float) -> Ground:
    """Return what lies under a point of a region."""
    connection = atlas.tables()
    near = _near(connection, lat, lon)
    under = [layer for layer in near if layer.metres <= layer.half_m]
    inside = _inside(connection, under, lat, lon)
    found = _road(connection, lat, lon) or _track(under)
    if found and not _has_address(atlas, lat, lon, ADDRESS_BESIDE_LINE_M):
        return Ground(*found, inside)
    found = _water(under, near) or _sea(connection, under, lat, lon)
    if found and not _has_address(atlas, lat, lon, ADDRESS_ON_WATER_M):
        return Ground(*found, inside)
    return Ground("", "", inside)


class _Layer(NamedTuple):
    """A row of the table `ground`, or the area of a place, and the metres from the point to it."""

    kind: str
    name: str
    shape: bytes
    half_m: float
    metres: float


#: Lines and areas are looked for this far out: half the width of a large river mapped as a line.
MOST_HALF_M = 100.0

_GROUND = """
SELECT g.kind, g.name, g.shape, g.half_m
FROM ground_index AS i JOIN ground AS g ON g.id = i.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ? AND g.kind != 'coast'
ORDER BY g.id
"""


def _near(connection: sqlite3.Connection, lat: float, lon: float) -> list[_Layer]:
    """Return what lies near a point, but for coasts, the nearest first."""
    box = box_around(lat, lon, MOST_HALF_M)
    rows = connection.execute(_GROUND, (box.max_lon, box.min_lon, box.max_lat, box.min_lat)).fetchall()
    distances = distances_to_shapes_m(lat, lon, geometries_of([row[2] for row in rows])).tolist()
    layers = [_Layer(*row) for row in zip(*zip(*rows, strict=True), distances, strict=True)] if rows else []
    return sorted((layer for layer in layers if layer.metres <= MOST_HALF_M), key=lambda layer: layer.metres)


#: Metres of a lane, and of hard shoulder and edge on each side; lanes where none are mapped.
LANE_M, EDGE_M, LANES, LINK_LANES = 3.5, 2.0, 2, 1
#: Half of the widest road that is looked for: 12 lanes.
WIDEST_HALF_M = 25.0


def _road(connection: sqlite3.Connection, lat: float, lon: float) -> tuple[str, str] | None:
    """Return the motorway or trunk road whose carriageway a point lies on; tunnels are not in the table."""
    here = Vicinity.of_point(connection, lat, lon, WIDEST_HALF_M)
    for road in hazards_near(here, lat, lon, (Kind.MOTORWAY, Kind.TRUNK_ROAD), WIDEST_HALF_M):
        lanes = road.lanes or (LINK_LANES if road.tags.get("highway", "").endswith("_link") else LANES)
        if road.distance_m <= lanes * LANE_M / 2 + EDGE_M:
            return "motorway", road.name
    return None


def _track(under: Iterable[_Layer]) -> tuple[str, str] | None:
    return next((("railway", layer.name) for layer in under if layer.kind == "railway"), None)


def _water(under: Sequence[_Layer], near: Iterable[_Layer]) -> tuple[str, str] | None:
    """Return the lake or river that a point lies on, under no bridge or pier; a river's name stands on its line."""
    waters = [layer for layer in under if layer.kind == "water"]
    if not waters or _is_under_deck(under):
        return None
    areas = shapely.from_wkb(np.array([water.shape for water in waters], dtype=object))
    lines = (layer for layer in near if layer.kind == "water" and layer.name)
    flowing = (line.name for line in lines if shapely.intersects(areas, shapely.from_wkb(line.shape)).any())
    return "water", next((water.name for water in waters if water.name), next(flowing, ""))


def _sea(connection: sqlite3.Connection, under: Sequence[_Layer], lat: float, lon: float) -> tuple[str, str] | None:
    """Return the sea with the name of its bay, where a point lies on it, under no bridge or pier."""
    if _is_under_deck(under) or not _is_at_sea(connection, lat, lon):
        return None
    return "water", next((layer.name for layer in under if layer.kind == "bay"), "")


def _is_under_deck(under: Iterable[_Layer]) -> bool:
    return any(layer.kind == "deck" for layer in under)


def _has_address(atlas: Atlas, lat: float, lon: float, within_m: float) -> bool:
    nearest = atlas.geocoder.reverse(lat, lon)
    return nearest is not None and nearest.is_house and nearest.metres <= within_m


#: The nearest coast is looked for this far out (metres), nearest first.
COAST_M = (200.0, 1_000.0, 3_000.0)

_COASTS = """
SELECT g.shape
FROM ground_index AS i JOIN ground AS g ON g.id = i.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ? AND g.kind = 'coast'
"""


def _is_at_sea(connection: sqlite3.Connection, lat: float, lon: float) -> bool:
    """Return whether a point lies on the right of the nearest stretch of coast, where OpenStreetMap has the water."""
    for radius_m in COAST_M:
        box = box_around(lat, lon, radius_m)
        rows = connection.execute(_COASTS, (box.max_lon, box.min_lon, box.max_lat, box.min_lat)).fetchall()
        ends = _segments([shape for (shape,) in rows], lat, lon)
        metres = _metres_to(ends)
        least_m = metres.min(initial=np.inf)
        if least_m <= radius_m:
            # At a corner two segments are equally near, and the point may be on either side of the line through one of
            # them; the line that it is further off tells.
            offsets = _offsets(ends[metres <= least_m + 0.001])
            return bool(offsets[np.abs(offsets).argmax()] < 0)
    return False


def _segments(shapes: Sequence[bytes], lat: float, lon: float) -> Floats:
    """Return the segments of lines in metres from a point, shape (n, 2, 2)."""
    lines = shapely.from_wkb(np.array(shapes, dtype=object))
    points, owner = shapely.get_coordinates(lines, return_index=True)
    metres = (points - (lon, lat)) * (metres_per_degree_lon(lat), METRES_PER_DEGREE)
    joined = (owner[1:] == owner[:-1]) & (metres[1:] != metres[:-1]).any(axis=1)
    ends: Floats = np.stack((metres[:-1], metres[1:]), axis=1)[joined]
    return ends


def _metres_to(ends: Floats) -> Floats:
    """Return the distance of each segment from the origin."""
    start, along = ends[:, 0], ends[:, 1] - ends[:, 0]
    share = np.clip(-(start * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
    metres: Floats = np.hypot(*(start + share[:, None] * along).T)
    return metres


def _offsets(ends: Floats) -> Floats:
    """Return how far the origin is off the straight line through each segment; negative on the right."""
    start, along = ends[:, 0], ends[:, 1] - ends[:, 0]
    offsets: Floats = (along[:, 1] * start[:, 0] - along[:, 0] * start[:, 1]) / np.hypot(*along.T)
    return offsets


#: Words for the places that a point may lie inside of.
_GROUNDS = {
    Kind.PARK: "park",
    Kind.GARDEN: "garden",
    Kind.NATURE_RESERVE: "nature reserve",
    Kind.PLAYGROUND: "playground",
    Kind.FOREST: "wood",
    Kind.BEACH: "beach",
    Kind.PITCH: "sports ground",
    Kind.SPORTS_CENTRE: "sports ground",
    Kind.SCHOOL: "school ground",
    Kind.PRIMARY_SCHOOL: "school ground",
    Kind.SECONDARY_SCHOOL: "school ground",
    Kind.SPECIAL_SCHOOL: "school ground",
    Kind.KINDERGARTEN: "kindergarten",
    Kind.COLLEGE: "college ground",
    Kind.UNIVERSITY: "university ground",
    Kind.HOSPITAL: "hospital ground",
    Kind.MALL: "shopping centre",
    Kind.AIRPORT: "airport",
}
#: Layers that say what a point stands on, not where.
_NOT_INSIDE = frozenset({"water", "bay", "railway", "deck"})

_PLACES = """
SELECT p.kind, p.name, p.shape
FROM place_index AS i JOIN places AS p ON p.id = i.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ? AND p.shape IS NOT NULL AND p.name != ''
ORDER BY p.id
"""


def _inside(
    connection: sqlite3.Connection, under: Sequence[_Layer], lat: float, lon: float
) -> tuple[tuple[str, str], ...]:
    """Return the named grounds that hold a point, the smallest first, each name once."""
    rows = connection.execute(_PLACES, (lon, lon, lat, lat)).fetchall()
    distances = distances_to_shapes_m(lat, lon, geometries_of([row[2] for row in rows])).tolist()
    grounds = [
        (_GROUNDS[row[0]], *row[1:]) for row, m in zip(rows, distances, strict=True) if m == 0 and row[0] in _GROUNDS
    ]
    grounds += [layer[:3] for layer in under if layer.name and layer.kind not in _NOT_INSIDE]
    sizes = shapely.area(shapely.from_wkb(np.array([shape for *_, shape in grounds], dtype=object))).tolist()
    by_size = sorted(zip(sizes, grounds, strict=True), key=lambda pair: pair[0])
    names: dict[str, tuple[str, str]] = {}
    for _, (words, name, _) in by_size:
        names.setdefault(name.casefold(), (words, name))
    return tuple(names.values())
