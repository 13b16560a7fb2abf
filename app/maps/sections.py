"""The small maps beside sections of a report: one subject each on a quiet ground."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import shapely

from app.geo import Floats, Geometries
from app.maps import svg
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.ground import Ground
from app.maps.labels import Face, Room, along_lines, beside_points, in_areas
from app.maps.pins import HOME_PX
from app.maps.ragged import area_path, clipped, line_path, simpler
from app.maps.sheet import Sheet
from app.maps.style import stylesheet
from app.pipeline.report import FoundPlace, Report

#: Pixels of every small map, and the metres across each.
WIDTH_PX, HEIGHT_PX = 360, 260
METRES = MappingProxyType(
    {"map-transit": 1_800.0, "map-green": 2_400.0, "map-schools": 2_400.0, "map-cycling": 2_400.0}
)
MOST_NAMES, MOST_STREETS = 10, 4
#: Lines are drawn from the stops within so long a walk.
STOPS_WITHIN_S = 600.0
#: Rides further than this to the next stop are not drawn: a straight line would be far from the way they take.
LONGEST_RIDE_M = 650.0
DOT_PX = 3.0


def frame_of(report: Report, name: str) -> Frame:
    """Return the frame of a small map around the address."""
    return Frame(report.location.lat, report.location.lon, WIDTH_PX, HEIGHT_PX, METRES[name])


def draw_section(name: str, frame: Frame, sheet: Sheet) -> str:
    """Draw one of the small maps in a frame."""
    at = sheet.report.location
    home = frame.to_units(np.array([(at.lon, at.lat)]))[0]
    room = Room(frame)
    room.take(np.array([(*home.tolist(), (HOME_PX + 2) * UNITS_PER_PX)]))
    ground = sheet.ground(frame)
    parts = SUBJECTS[name](ground, room, sheet)
    return svg.document(frame, stylesheet(), [*ground.quiet, *parts, svg.home(*home.tolist())])


def _streets(ground: Ground, sheet: Sheet) -> list[str]:
    """Return roads, and all other streets as thin lines."""
    return [sheet.streets(ground.frame).plain, ground.roads]


def _transit(ground: Ground, room: Room, sheet: Sheet) -> list[str]:
    """Draw rails, where rides from the stops near by go, straight from stop to stop, and the stops."""
    rides = _rides(ground.frame, sheet.facts.rides(STOPS_WITHIN_S))
    rides = rides[shapely.length(rides) <= LONGEST_RIDE_M * ground.frame.units_per_m]
    stops = [
        (stop.name, x, y)
        for stop in sheet.around.transit_stops()
        for x, y in ground.frame.to_units(np.array([(stop.lon, stop.lat)])).tolist()
        if ground.frame.shows(x, y, DOT_PX)
    ]
    _take(room, [(x, y) for _, x, y in stops])
    names = beside_points(room, _once(stops), DOT_PX * UNITS_PER_PX, MOST_NAMES)
    return [
        *_streets(ground, sheet),
        ground.rails("rt"),
        svg.path(line_path(rides), "ri"),
        svg.stops((x, y) for _, x, y in stops),
        svg.labels(names),
    ]


def _rides(frame: Frame, rides: Floats) -> Geometries:
    if not len(rides):
        return np.empty(0, dtype=object)
    ends = np.stack((frame.to_units(rides[:, :2]), frame.to_units(rides[:, 2:])), axis=1)
    # There and back is one line.
    backwards = (ends[:, 0, 0] > ends[:, 1, 0]) | ((ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1]))
    ends[backwards] = ends[backwards][:, ::-1]
    return clipped(np.asarray(shapely.linestrings(np.unique(np.rint(ends), axis=0)), dtype=object), frame)


def _green(ground: Ground, room: Room, sheet: Sheet) -> list[str]:
    """Draw the green spaces that people may enter."""
    spaces = {space.place.osm_id: space.place.name for space in sheet.around.green_spaces()}
    shapes = sheet.facts.green_shapes(spaces)
    named: list[tuple[str, Geometries]] = []
    drawn = []
    for osm_id, shape in shapes.items():
        shown = clipped(ground.frame.geometries(shape), ground.frame)
        drawn.append(shown)
        if spaces[osm_id] and len(shown):
            named.append((spaces[osm_id], shown))
    areas = simpler(np.concatenate(drawn)) if drawn else np.empty(0, dtype=object)
    labels = in_areas(room, named, Face.GREEN, MOST_NAMES, least_px2=300.0, wider=1.6)
    said = {" ".join(label.lines) for label in labels}
    small = [(name, *_middle(shown)) for name, shown in named if name not in said]
    labels += beside_points(room, _once(small), DOT_PX * UNITS_PER_PX, MOST_NAMES - len(labels), Face.GREEN)
    return [svg.path(area_path(areas), "pg"), *_streets(ground, sheet), svg.labels(labels)]


def _middle(areas: Geometries) -> tuple[float, float]:
    middle = shapely.union_all(shapely.make_valid(areas)).centroid
    return middle.x, middle.y


def _schools(ground: Ground, room: Room, sheet: Sheet) -> list[str]:
    """Draw schools and childcare as the report names them."""
    places = [
        (place.name, x, y)
        for place in found_schools(sheet.report)
        for x, y in ground.frame.to_units(np.array([(place.lon, place.lat)])).tolist()
        if ground.frame.shows(x, y, DOT_PX)
    ]
    _take(room, [(x, y) for _, x, y in places])
    names = beside_points(room, _once(places), DOT_PX * UNITS_PER_PX, MOST_NAMES)
    streets = along_lines(room, ground.named_streets, MOST_STREETS)
    return [
        *_streets(ground, sheet),
        svg.dots(((x, y) for _, x, y in places), DOT_PX),
        svg.labels([*streets, *names]),
    ]


def found_schools(report: Report) -> list[FoundPlace]:
    """Return the places of the section on schools, each once, nearest first."""
    finding = report.finding("schools")
    places = [place for group in finding.groups for place in group.places] if finding else []
    once = {(place.lat, place.lon): place for place in reversed(places)}
    return sorted(once.values(), key=lambda place: (place.metres, place.name))


def _cycling(ground: Ground, room: Room, sheet: Sheet) -> list[str]:
    """Draw streets by the traffic that a cyclist meets."""
    return [*sheet.streets(ground.frame).by_stress(), svg.labels(along_lines(room, ground.named_streets, MOST_STREETS))]


Subject = Callable[[Ground, Room, Sheet], list[str]]
SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {"map-transit": _transit, "map-green": _green, "map-schools": _schools, "map-cycling": _cycling}
)


def _take(room: Room, points: Sequence[tuple[float, float]]) -> None:
    if points:
        room.take(np.array([(x, y, (DOT_PX + 1) * UNITS_PER_PX) for x, y in points]))


def _once(points: Sequence[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Return points with a name, each name at its first point."""
    return list({name: (name, x, y) for name, x, y in reversed(points) if name}.values())[::-1]
