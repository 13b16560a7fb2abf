"""What the safety checks warn of, as it is drawn: lines, areas, and a triangle where something is small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from app.atlas.map_facts import MapFacts
from app.geo import Geometries, box_around
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.ragged import clipped, joined, simpler
from app.pipeline.hazards_near import counts, lanes_by_road
from app.pipeline.report import Outcome, Report
from app.pipeline.rules.safety import RULES, SafetyRule
from app.places import Location
from app.sources.interface import Surroundings

#: A river or a road is drawn as far as this from the address: so many times the distance that warns, or at least so
#: many metres. All of it would draw the eye to where it harms nobody here.
FAR, LEAST_REACH_M = 2.0, 350.0
WARNED_OF = (Outcome.WARN, Outcome.FAIL)
#: An area under this size (square pixels) is marked by a triangle.
LEAST_AREA_PX2 = 400.0


@dataclass(frozen=True, slots=True)
class HazardShapes:
    """In units: lines, areas, and the middles of small areas."""

    lines: Geometries
    areas: Geometries
    points: tuple[tuple[float, float], ...]


def warned_rules(report: Report) -> tuple[SafetyRule, ...]:
    """Return the rules whose checks found something."""
    finding = report.finding("tier1_checks")
    found = {check.key for check in finding.checks if check.outcome in WARNED_OF} if finding else set()
    return tuple(rule for rule in RULES if rule.key in found)


def shapes_warned_of(report: Report, around: Surroundings, facts: MapFacts) -> Geometries:
    """Return what the checks of a report warn of in degrees."""
    shapes = [_shapes(rule, around, facts) for rule in warned_rules(report)]
    return np.concatenate(shapes) if shapes else np.empty(0, dtype=object)


def hazards_in(frame: Frame, warned_of: Geometries) -> HazardShapes:
    """Return what the checks of a report warn of, as far as the picture shows it."""
    found = frame.geometries(warned_of) if len(warned_of) else warned_of
    parts = shapely.get_parts(found) if len(found) else found
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    areas, lines = parts[is_area], parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    is_small = shapely.area(areas) < LEAST_AREA_PX2 * UNITS_PER_PX**2
    middles = shapely.get_coordinates(shapely.centroid(areas[is_small])).tolist()
    return HazardShapes(
        lines=simpler(joined(clipped(lines, frame))) if len(lines) else lines,
        areas=simpler(clipped(areas[~is_small], frame)) if (~is_small).any() else areas[:0],
        points=tuple((x, y) for x, y in middles if frame.shows(x, y, 6.0)),
    )


def shapes_by_check(report: Report, around: Surroundings, facts: MapFacts) -> dict[str, BaseGeometry]:
    """Return what each check warns of in degrees, by its key: the lines and areas near the address as one shape."""
    shapes = {rule.key: _shapes(rule, around, facts) for rule in warned_rules(report)}
    return {key: shapely.union_all(found) for key, found in shapes.items() if len(found)}


def _shapes(rule: SafetyRule, around: Surroundings, facts: MapFacts) -> Geometries:
    near = [
        hazard for hazard in lanes_by_road(around.hazards(*rule.kinds, within_m=rule.warn_m)) if counts(rule, hazard)
    ]
    shapes = facts.hazard_shapes({hazard.osm_id for hazard in near}, rule.kinds)
    return _near(shapes, around.location, max(FAR * rule.warn_m, LEAST_REACH_M))


def _near(shapes: Geometries, at: Location, reach_m: float) -> Geometries:
    """Return the parts of shapes in degrees within a distance of the address."""
    box = box_around(at.lat, at.lon, reach_m)
    disc = affinity.scale(
        shapely.Point(at.lon, at.lat).buffer(1.0), (box.max_lon - box.min_lon) / 2, (box.max_lat - box.min_lat) / 2
    )
    near = shapely.intersection(shapely.make_valid(shapes), disc)
    return np.asarray(near[~shapely.is_empty(near)], dtype=object)
