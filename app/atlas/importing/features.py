"""The places of an extract as rows of the atlas: twins left out, neighbours near in the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.importing.elements import Extract, PointFeature, Shape
from app.atlas.importing.inside import not_for_all
from app.atlas.importing.outlines import Outlines, closed_grounds
from app.atlas.importing.tags.classify import display_name, tags_json
from app.atlas.importing.twins import Mapped, folded_names, twins
from app.geo import Geometries, Projection, point_array
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
    projection: Projection


def place_rows(extract: Extract, places: PlaceShapes) -> list[PlaceRow]:
    """Return all places in spatial order, each thing once, without those that only some may use."""
    points = _one_centre_each([point for point in extract.points if any(map(is_place, point.kinds))])
    rows = [*_area_rows(places), *_point_rows(points)]
    things = [*_mapped_areas(places), *_mapped_points(points)]
    shapes = _shapes_of(rows, places)
    closed = closed_grounds(extract.closed_grounds, places.projection)
    kept = sorted(set(range(len(rows))) - not_for_all(things, shapes, closed))
    gone = twins([things[i] for i in kept], shapes[np.array(kept, dtype=np.intp)])
    rows = [rows[i] for position, i in enumerate(kept) if position not in gone]
    order = spatial_order(np.array([row.lat for row in rows]), np.array([row.lon for row in rows]))
    return [rows[i] for i in order.tolist()]


def _mapped_areas(places: PlaceShapes) -> Iterable[Mapped]:
    """Return each kind of each shape as what tells it from others, in the order of their rows."""
    areas = np.where(places.outlines.is_area, shapely.area(places.outlines.metres), 0.0).tolist()
    for shape, area in zip(places.shapes, areas, strict=True):
        (name,), refs = folded_names([display_name(shape.tags)]), frozenset(shape.refs)
        for kind in filter(is_place, shape.kinds):
            yield Mapped(kind, shape.osm_id, name, shape.tags, area, refs)


def _mapped_points(points: Iterable[PointFeature]) -> Iterable[Mapped]:
    for point in points:
        (name,) = folded_names([display_name(point.tags)])
        for kind in filter(is_place, point.kinds):
            yield Mapped(kind, point.osm_id, name, point.tags, 0.0)


def _shapes_of(rows: Sequence[PlaceRow], places: PlaceShapes) -> Geometries:
    """Return the geometry of each row in metres."""
    found = point_array(places.projection.points_to_metres(np.array([(r.lon, r.lat) for r in rows]).reshape(-1, 2)))
    elements = np.array([row.element for row in rows], dtype=np.intp)
    found[elements >= 0] = places.outlines.metres[elements[elements >= 0]]
    return found


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


def _one_centre_each(points: Sequence[PointFeature]) -> list[PointFeature]:
    """Leave out the middle of a town's outline where the town has a node of its own, put where its centre is."""

    def is_node(point: PointFeature) -> bool:
        return point.osm_id.startswith("n")

    nodes = {(point.kinds, display_name(point.tags)) for point in points if is_node(point)}
    return [point for point in points if is_node(point) or (point.kinds, display_name(point.tags)) not in nodes]


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
