"""The places of an extract, ready for the atlas: one row a kind, twins removed, with their ways in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.importing.classify import display_name, tags_json
from app.atlas.importing.elements import Extract, Shape, Spot
from app.atlas.importing.outlines import Outlines
from app.atlas.importing.spatial_order import spatial_order
from app.atlas.projection import Floats, Projection, point_array
from app.places import Kind

#: Kinds of the safety checks that a person also goes to.
ALSO_PLACES = frozenset({Kind.FUEL_STATION})
#: A platform this near a pole with a bus stop sign is the same stop.
SAME_STOP_M = 25.0
#: How the two schemes of bus stops show in a row's tags.
POLE, PLATFORM = '"highway":"bus_stop"', '"public_transport":"platform"'


def is_place(kind: Kind) -> bool:
    """Tell whether a kind is somewhere to go, rather than only something to keep away from."""
    return kind < Kind.FUEL_STATION or kind in ALSO_PLACES


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
    spots = _one_centre_each([spot for spot in extract.spots if any(map(is_place, spot.kinds))])
    rows = [*_area_rows(places), *_point_rows(_without_twins(spots, places))]
    order = spatial_order(np.array([row.lat for row in rows]), np.array([row.lon for row in rows]))
    return _one_stop_each([rows[i] for i in order.tolist()])


def _point_rows(spots: Iterable[Spot]) -> Iterable[PlaceRow]:
    for spot in spots:
        name, tags = display_name(spot.tags), tags_json(spot.tags)
        for kind in filter(is_place, spot.kinds):
            yield PlaceRow(kind, spot.lat, spot.lon, spot.osm_id, name, tags, None, -1)


def _area_rows(places: PlaceShapes) -> Iterable[PlaceRow]:
    centres = shapely.get_coordinates(shapely.point_on_surface(places.outlines.degrees)).tolist()
    areas = np.where(places.outlines.is_area, shapely.area(places.outlines.metres), np.nan).tolist()
    for row, shape in enumerate(places.shapes):
        lon, lat = centres[row]
        name, tags = display_name(shape.tags), tags_json(shape.tags)
        area = areas[row] if areas[row] == areas[row] else None
        for kind in filter(is_place, shape.kinds):
            yield PlaceRow(kind, lat, lon, shape.osm_id, name, tags, area, row)


def _without_twins(spots: Sequence[Spot], places: PlaceShapes) -> list[Spot]:
    """Leave out a point inside an area of the same kind and name (or either without one): it is the same thing."""
    areas = np.flatnonzero(places.outlines.is_area)
    tree = shapely.STRtree(places.outlines.degrees[areas])
    points = np.array([(spot.lon, spot.lat) for spot in spots])
    pairs = tree.query(point_array(points), predicate="intersects")
    twins = {spot for spot, area in pairs.T.tolist() if _same(spots[spot], places.shapes[areas[area]])}
    return [spot for row, spot in enumerate(spots) if row not in twins]


def _one_centre_each(spots: Sequence[Spot]) -> list[Spot]:
    """Leave out the middle of a town's outline where the town has a node of its own, put where its centre is."""
    nodes = {(spot.kinds, display_name(spot.tags)) for spot in spots if spot.osm_id.startswith("n")}
    return [spot for spot in spots if spot.osm_id.startswith("n") or (spot.kinds, display_name(spot.tags)) not in nodes]


def _same(spot: Spot, shape: Shape) -> bool:
    if not set(filter(is_place, spot.kinds)) & set(shape.kinds):
        return False
    names = display_name(spot.tags).casefold(), display_name(shape.tags).casefold()
    return names[0] == names[1] or "" in names


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
