"""The places of an extract as rows of the atlas: twins left out, neighbours near in the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.importing.elements import Extract, PointFeature, Shape
from app.atlas.importing.outlines import Outlines
from app.atlas.importing.tags.classify import display_name, tags_json
from app.geo import Floats, Projection, point_array
from app.places import Kind


class PlaceRow(NamedTuple):
    """One row of the table `places`; `element` is the row of the shape it comes from, -1 for a point."""

    kind: Kind
    lat: float
    lon: float
    osm_id: str
    name: str
    tags: str
    area_m2: float | None
    element: int


@dataclass(frozen=True, slots=True)
class PlaceShapes:
    """The shapes that are places, with their geometry."""

    shapes: Sequence[Shape]
    outlines: Outlines


def place_rows(extract: Extract, places: PlaceShapes) -> list[PlaceRow]:
    """Return all places in spatial order."""
    points = _one_centre_each([point for point in extract.points if any(map(is_place, point.kinds))])
    rows = [*_area_rows(places), *_point_rows(_without_twins(points, places))]
    order = spatial_order(np.array([row.lat for row in rows]), np.array([row.lon for row in rows]))
    return _one_stop_each([rows[i] for i in order.tolist()])


#: Kinds of the safety checks that a person also goes to.
ALSO_PLACES = frozenset({Kind.FUEL_STATION})


def is_place(kind: Kind) -> bool:
    """Return whether people go to a kind, rather than only keep away from it."""
    return kind < Kind.FUEL_STATION or kind in ALSO_PLACES


def _point_rows(points: Iterable[PointFeature]) -> Iterable[PlaceRow]:
    for point in points:
        name, tags = display_name(point.tags), tags_json(point.tags)
        for kind in filter(is_place, point.kinds):
            yield PlaceRow(kind, point.lat, point.lon, point.osm_id, name, tags, None, -1)


def _area_rows(places: PlaceShapes) -> Iterable[PlaceRow]:
    centres = shapely.get_coordinates(shapely.point_on_surface(places.outlines.degrees)).tolist()
    areas = np.where(places.outlines.is_area, shapely.area(places.outlines.metres), np.nan).tolist()
    for row, shape in enumerate(places.shapes):
        lon, lat = centres[row]
        name, tags = display_name(shape.tags), tags_json(shape.tags)
        area = areas[row] if areas[row] == areas[row] else None
        for kind in filter(is_place, shape.kinds):
            yield PlaceRow(kind, lat, lon, shape.osm_id, name, tags, area, row)


def _without_twins(points: Sequence[PointFeature], places: PlaceShapes) -> list[PointFeature]:
    """Leave out a point inside an area of the same kind and name (or either without one): it is the same thing."""
    areas = np.flatnonzero(places.outlines.is_area)
    tree = shapely.STRtree(places.outlines.degrees[areas])
    positions = np.array([(point.lon, point.lat) for point in points])
    pairs = tree.query(point_array(positions), predicate="intersects")
    twins = {row for row, area in pairs.T.tolist() if _same(points[row], places.shapes[areas[area]])}
    return [point for row, point in enumerate(points) if row not in twins]


def _same(point: PointFeature, shape: Shape) -> bool:
    if not set(filter(is_place, point.kinds)) & set(shape.kinds):
        return False
    names = display_name(point.tags).casefold(), display_name(shape.tags).casefold()
    return names[0] == names[1] or "" in names


def _one_centre_each(points: Sequence[PointFeature]) -> list[PointFeature]:
    """Leave out the middle of a town's outline where the town has a node of its own, put where its centre is."""

    def is_node(point: PointFeature) -> bool:
        return point.osm_id.startswith("n")

    nodes = {(point.kinds, display_name(point.tags)) for point in points if is_node(point)}
    return [point for point in points if is_node(point) or (point.kinds, display_name(point.tags)) not in nodes]


#: A platform this near a pole with a bus stop sign is the same stop.
SAME_STOP_M = 25.0

#: How the two schemes of bus stops show in a row's tags.
POLE, PLATFORM = '"highway":"bus_stop"', '"public_transport":"platform"'


def _one_stop_each(rows: list[PlaceRow]) -> list[PlaceRow]:
    """Leave out bus platforms beside a pole with a sign: the same stop, mapped in two schemes."""
    poles = [i for i, row in enumerate(rows) if _is_stop(row, POLE)]
    platforms = [i for i, row in enumerate(rows) if _is_stop(row, PLATFORM) and not _is_stop(row, POLE)]
    if not poles or not platforms:
        return rows
    projection = Projection(rows[0].lon)
    tree = shapely.STRtree(point_array(_metres(rows, poles, projection)))
    beside = point_array(_metres(rows, platforms, projection))
    twins = {platforms[i] for i in tree.query(beside, predicate="dwithin", distance=SAME_STOP_M)[0].tolist()}
    return [row for i, row in enumerate(rows) if i not in twins]


def _is_stop(row: PlaceRow, scheme: str) -> bool:
    return row.kind == Kind.BUS_STOP and scheme in row.tags


def _metres(rows: Sequence[PlaceRow], picks: Sequence[int], projection: Projection) -> Floats:
    return projection.points_to_metres(np.array([(rows[i].lon, rows[i].lat) for i in picks]))


#: Bits of a coordinate along the curve: cells of about 60 m on the ground.
BITS = 19


def spatial_order(lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the row numbers along a Z-shaped curve (Morton 1966); rows in one cell keep their order."""
    x = ((lons + 180) / 360 * ((1 << BITS) - 1)).astype(np.uint64)
    y = ((lats + 90) / 180 * ((1 << BITS) - 1)).astype(np.uint64)
    key = np.zeros(len(x), dtype=np.uint64)
    for bit in range(BITS):
        one = np.uint64(bit)
        key |= ((x >> one) & np.uint64(1)) << np.uint64(2 * bit)
        key |= ((y >> one) & np.uint64(1)) << np.uint64(2 * bit + 1)
    return np.argsort(key, kind="stable")
