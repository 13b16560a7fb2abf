"""What safety checks look at, ready for the atlas: lines and areas with their shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.importing.classify import display_name, tags_json
from app.atlas.importing.classify_hazards import is_some_factory
from app.atlas.importing.elements import Shape, Spot
from app.atlas.importing.outlines import Outlines
from app.atlas.importing.spatial_order import spatial_order
from app.geometry import Box
from app.places import Kind

#: Water without a kind counts from this size on: smaller is a garden pond.
SMALLEST_WATER_M2 = 2_000.0
#: A factory whose products are not mapped counts from this size on: smaller is a workshop or a bakery.
SMALLEST_FACTORY_M2 = 10_000.0


class HazardRow(NamedTuple):
    """One row of the table `hazards` with its box; `shape` is WKB in degrees."""

    kind: Kind
    osm_id: str
    name: str
    lanes: int | None
    tags: str
    shape: bytes
    box: Box


def hazard_rows(shapes: Sequence[Shape], outlines: Outlines, spots: Sequence[Spot]) -> list[HazardRow]:
    """Return the lines, areas and points that checks measure to, in spatial order."""
    rows = [*_shape_rows(shapes, outlines), *_spot_rows(spots)]
    lats = np.array([(row.box.min_lat + row.box.max_lat) / 2 for row in rows])
    lons = np.array([(row.box.min_lon + row.box.max_lon) / 2 for row in rows])
    return [rows[i] for i in spatial_order(lats, lons).tolist()]


def is_hazard(kind: Kind) -> bool:
    """Tell whether a check measures the distance to a kind."""
    return kind >= Kind.FUEL_STATION


def lanes_of(tags: Mapping[str, str]) -> int | None:
    """Return the number of lanes, or None where it is not mapped or no number."""
    match = re.match(r"\d{1,2}(?!\d)", tags["lanes"]) if "lanes" in tags else None
    return int(match.group()) if match and int(match.group()) > 0 else None


def _shape_rows(shapes: Sequence[Shape], outlines: Outlines) -> list[HazardRow]:
    wkbs = shapely.to_wkb(outlines.degrees)
    boxes = shapely.bounds(outlines.degrees).tolist()
    areas = shapely.area(outlines.metres)
    rows = []
    for row, shape in enumerate(shapes):
        for kind in filter(is_hazard, shape.kinds):
            if not _is_too_small(kind, shape.tags, areas[row]):
                rows.append(_row(kind, shape.osm_id, shape.tags, wkbs[row], Box(*boxes[row])))
    return rows


def _spot_rows(spots: Sequence[Spot]) -> list[HazardRow]:
    return [
        _row(kind, spot.osm_id, spot.tags, shapely.to_wkb(shapely.Point(spot.lon, spot.lat)), _box(spot))
        for spot in spots
        for kind in filter(is_hazard, spot.kinds)
        if not _is_too_small(kind, spot.tags, 0.0)
    ]


def _box(spot: Spot) -> Box:
    return Box(spot.lon, spot.lat, spot.lon, spot.lat)


def _row(kind: Kind, osm_id: str, tags: Mapping[str, str], shape: bytes, box: Box) -> HazardRow:
    kept = tags_json(tags)
    return HazardRow(kind, osm_id, display_name(tags), lanes_of(tags), kept, shape, box)


def _is_too_small(kind: Kind, tags: Mapping[str, str], area_m2: float) -> bool:
    """Tell whether it is a garden pond or a workshop, of which only the size tells that it is no hazard."""
    if kind == Kind.HEAVY_INDUSTRY:
        return is_some_factory(tags) and area_m2 < SMALLEST_FACTORY_M2
    return (
        kind == Kind.WATERCOURSE
        and tags.get("natural") == "water"
        and "water" not in tags
        and area_m2 < SMALLEST_WATER_M2
    )
