"""The pictures of one report: the map by walking time at three scales, for wide and for narrow screens."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from app.atlas.basemap.layers import Layer
from app.geo import Floats
from app.maps import svg
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.ground import Ground
from app.maps.hazards import HazardShapes, hazards_in
from app.maps.labels import Face, Label, Room, along_lines, in_areas
from app.maps.pins import HOME_PX, PIN_PX, Pin, numbered, pins_in
from app.maps.ragged import area_path, line_path
from app.maps.sheet import Sheet
from app.maps.style import stylesheet
from app.pipeline.report import Report


@dataclass(frozen=True, slots=True)
class Size:
    """A picture's pixels, the metres across it at the usual scale, and how many names it bears."""

    width: int
    height: int
    metres: float
    most_labels: int


SIZES = MappingProxyType({"map": Size(700, 520, 2_400.0, 24), "map-phone": Size(360, 400, 1_500.0, 12)})
#: How much wider than usual a map is at each step; the steps of the links.
ZOOMS = MappingProxyType({1: 2.0, 2: 1.0, 3: 0.5})
USUAL_ZOOM = 2
#: The wide scale is the usual one where fewer of the things at the door than this share lie in the picture.
LEAST_SHOWN = 0.5
#: Paths are shown from this scale on (pixels a metre).
PATHS_FROM = 0.2


def usual_zoom(report: Report) -> int:
    """Return the scale at which at least half of the things at the door lie in the picture, if one does."""
    places = numbered(report.door)
    if not places:
        return USUAL_ZOOM
    frame = frame_of(report, "map", USUAL_ZOOM)
    at = frame.to_units(np.array([(lon, lat) for lat, lon in places.values()]))
    shown = sum(frame.shows(x, y) for x, y in at.tolist())
    return USUAL_ZOOM if shown >= LEAST_SHOWN * len(places) else 1


def frame_of(report: Report, name: str, zoom: int) -> Frame:
    """Return the frame of "map" or "map-phone" around the address at a scale."""
    size, at = SIZES[name], report.location
    return Frame(at.lat, at.lon, size.width, size.height, size.metres * ZOOMS[zoom])


def draw_map(frame: Frame, sheet: Sheet, most_labels: int, *, dark: bool = True) -> str:
    """Draw the map by walking time in a frame."""
    report = sheet.report
    ground, streets = sheet.ground(frame), sheet.streets(frame)
    hazards = hazards_in(frame, sheet.hazards)
    home = frame.to_units(np.array([(report.location.lon, report.location.lat)]))[0]
    pins = pins_in(frame, report.door, home)
    with_paths = frame.units_per_m / UNITS_PER_PX >= PATHS_FROM
    return svg.document(
        frame,
        stylesheet(dark=dark),
        [
            *ground.below_streets(),
            ground.roads,
            *streets.by_walking_time(paths=with_paths),
            ground.rails(),
            drawn_hazards(hazards),
            svg.labels(names_in(ground, most_labels, _taken(frame, home, pins, hazards))),
            svg.pins(pins),
            svg.home(*home.tolist()),
        ],
    )


def drawn_hazards(hazards: HazardShapes) -> str:
    """Return what the checks warn of."""
    return (
        svg.path(area_path(hazards.areas), "ha")
        + svg.path(line_path(hazards.lines), "hl")
        + svg.triangles(hazards.points)
    )


#: Of all names, at most so many are of parks, of squares and of rivers.
MOST_GREENS, MOST_SQUARES, MOST_WATERS = 5, 3, 2


def names_in(ground: Ground, most: int, room: Room) -> list[Label]:
    """Return the names that find room: areas first, which have one place each, then streets."""
    found = in_areas(room, ground.named_areas(Layer.GREEN, Layer.WOOD), Face.GREEN, MOST_GREENS)
    found += in_areas(room, ground.named_areas(Layer.SQUARE), Face.SQUARE, MOST_SQUARES)
    found += in_areas(room, ground.named_areas(Layer.WATER), Face.WATER, MOST_WATERS)
    said = {line for label in found for line in (" ".join(label.lines),)}
    waters = [river for river in ground.named_waters() if river.name not in said]
    found += along_lines(room, waters, MOST_WATERS)
    streets = [street for street in ground.named_streets if street.name not in said]
    return found + along_lines(room, streets, max(most - len(found), most // 2))


def _taken(frame: Frame, home: Floats, pins: tuple[Pin, ...], hazards: HazardShapes) -> Room:
    """Return the room that is left beside the home, the pins and the triangles."""
    room = Room(frame)
    discs = [(*home.tolist(), HOME_PX + 2), *((pin.x, pin.y, PIN_PX + 1.5) for pin in pins)]
    discs += [(pin.place_x, pin.place_y, 3.0) for pin in pins if pin.is_led]
    discs += [(x, y, 8.0) for x, y in hazards.points]
    room.take(np.array(discs) * (1.0, 1.0, UNITS_PER_PX))
    return room
