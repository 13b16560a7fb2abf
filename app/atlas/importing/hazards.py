"""The lines, areas and points that safety checks measure to, as rows of the atlas: without what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.facts import LEAST_RUNWAY_M, SMALLEST_FACTORY_M2, SMALLEST_SITE_M2, SMALLEST_WATER_M2
from app.atlas.importing.elements import PointFeature, Shape
from app.atlas.importing.features import spatial_order
from app.atlas.importing.outlines import Outlines
from app.atlas.importing.tags.classify import display_name, tags_json
from app.atlas.importing.tags.hazards import ROADS, is_some_factory, voltage_v
from app.geo import Box, Floats, Geometries
from app.places import Kind


class HazardRow(NamedTuple):
    """One row of the table `hazards` with its box; `shape` is WKB in degrees."""

    kind: Kind
    osm_id: str
    name: str
    lanes: int | None
    tags: str
    shape: bytes
    box: Box


def hazard_rows(shapes: Sequence[Shape], outlines: Outlines, points: Sequence[PointFeature]) -> list[HazardRow]:
    """Return the lines, areas and points that checks measure to, in spatial order."""
    rows = [*_shape_hazards(shapes, outlines), *_point_hazards(points)]
    lats = np.array([(row.box.min_lat + row.box.max_lat) / 2 for row in rows])
    lons = np.array([(row.box.min_lon + row.box.max_lon) / 2 for row in rows])
    return [rows[i] for i in spatial_order(lats, lons).tolist()]


def is_hazard(kind: Kind) -> bool:
    """Return whether a check measures the distance to a kind."""
    return kind >= Kind.FUEL_STATION


def lanes_of(tags: Mapping[str, str]) -> int | None:
    """Return the number of lanes, or None where it is not mapped or no number."""
    match = re.match(r"\d{1,2}(?!\d)", tags["lanes"]) if "lanes" in tags else None
    return int(match.group()) if match and int(match.group()) > 0 else None


def _shape_hazards(shapes: Sequence[Shape], outlines: Outlines) -> Iterator[HazardRow]:
    wkbs = shapely.to_wkb(outlines.degrees)
    boxes = shapely.bounds(outlines.degrees).tolist()
    areas = shapely.area(outlines.metres)
    short = _short_runways(shapes, outlines.metres)
    for row, shape in enumerate(shapes):
        for kind in filter(is_hazard, shape.kinds):
            if row not in short and not _is_too_small(kind, shape.tags, areas[row]):
                yield _hazard_row(kind, shape.osm_id, shape.tags, wkbs[row], Box(*boxes[row]))


def _point_hazards(points: Sequence[PointFeature]) -> list[HazardRow]:
    return [
        _hazard_row(kind, point.osm_id, point.tags, shapely.to_wkb(shapely.Point(point.lon, point.lat)), _box(point))
        for point in points
        for kind in filter(is_hazard, point.kinds)
        if kind in POINT_KINDS and not _is_too_small(kind, point.tags, 0.0)
    ]


#: What a single node may stand for; a node on a road, a river or a line is a sign or a pylon.
POINT_KINDS = frozenset({Kind.FUEL_STATION, Kind.WASTEWATER_PLANT, Kind.HEAVY_INDUSTRY})


def _box(point: PointFeature) -> Box:
    return Box(point.lon, point.lat, point.lon, point.lat)


def _hazard_row(kind: Kind, osm_id: str, tags: Mapping[str, str], shape: bytes, box: Box) -> HazardRow:
    volts = voltage_v(tags.get("voltage", "")) if kind is Kind.POWER_LINE else None
    kept = tags_json(tags if volts is None else {**tags, "voltage": str(volts)})
    return HazardRow(kind, osm_id, _name(kind, tags), lanes_of(tags), kept, shape, box)


def _name(kind: Kind, tags: Mapping[str, str]) -> str:
    """Return what a person calls it by: a road's number, a station's brand; an operator is no name of a line."""
    if kind is Kind.FUEL_STATION or tags.get("highway") in ROADS:
        return display_name(tags)
    return tags.get("name") or tags.get("name:en", "")


#: Sites that are none where they are small and nobody gave them a name or an operator.
SITES = frozenset({Kind.LANDFILL, Kind.WASTEWATER_PLANT, Kind.HEAVY_INDUSTRY, Kind.QUARRY})


def _is_too_small(kind: Kind, tags: Mapping[str, str], area_m2: float) -> bool:
    """Return whether its size shows that it is a garden pond, a workshop, a septic tank or a hole in the ground."""
    if kind is Kind.HEAVY_INDUSTRY and is_some_factory(tags):
        return area_m2 < SMALLEST_FACTORY_M2
    if kind in SITES:
        return area_m2 < SMALLEST_SITE_M2 and "name" not in tags and "operator" not in tags
    is_still = "waterway" not in tags and (tags.get("natural") == "water" or tags.get("landuse") == "reservoir")
    return kind is Kind.WATERCOURSE and is_still and "water" not in tags and area_m2 < SMALLEST_WATER_M2


def _short_runways(shapes: Sequence[Shape], metres: Geometries) -> frozenset[int]:
    """Return the rows of runways that are too short for airliners; the pieces of one runway count together."""
    rows = [row for row, shape in enumerate(shapes) if Kind.RUNWAY in shape.kinds]
    lengths = _lengths(metres[rows])
    told = np.array([_told_m(shapes[row].tags) for row in rows])
    return frozenset(np.array(rows, dtype=int)[np.maximum(lengths, told) < LEAST_RUNWAY_M].tolist())


def _lengths(runways: Geometries) -> Floats:
    """Return the length of the line that each runway is a piece of; of an area, that of its longer side."""
    is_line = shapely.get_dimensions(runways) == 1
    lines = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(list(runways[is_line]))))
    lengths = np.array([_longer_side(runway) for runway in runways], dtype=np.float64)
    middles = shapely.line_interpolate_point(runways[is_line], 0.5, normalized=True)
    whole = lines[shapely.STRtree(lines).nearest(middles)] if len(lines) else lines
    lengths[is_line] = np.maximum(lengths[is_line], shapely.length(whole))
    return lengths


def _longer_side(runway: shapely.Geometry) -> float:
    corners = shapely.get_coordinates(shapely.oriented_envelope(runway))
    return float(np.hypot(*np.diff(corners, axis=0).T).max()) if len(corners) > 1 else 0.0


def _told_m(tags: Mapping[str, str]) -> float:
    """Return the length in metres that the map itself gives, 0 where it gives none in metres."""
    told = re.fullmatch(r"(\d{2,5})(?:\.\d+)?\s*m?", tags.get("length", ""))
    return float(told[1]) if told else 0.0
