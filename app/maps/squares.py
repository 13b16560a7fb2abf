"""The map of a whole town in squares: how the homes in each stand, on a quiet ground with streets and names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely

from app.atlas.atlas import Atlas
from app.atlas.basemap.layers import Layer
from app.atlas.map_facts import covered_cells
from app.geo import METRES_PER_DEGREE, Floats, metres_per_degree_lon
from app.maps import svg
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.ground import ROADS, Ground
from app.maps.labels import Face, Label, Room, beside_points
from app.maps.pins import HOME_PX, PIN_PX, Pin, pins_at
from app.maps.ragged import Integers, area_path, joined, line_path, simpler
from app.maps.style import WIDTHS_PX, stylesheet
from app.pipeline.choosing.ranking import Squares, Standing


@dataclass(frozen=True, slots=True)
class TownSize:
    """A picture's width and the least and the most of its height in pixels; how many names and numbers it bears."""

    width: int
    least_height: int
    most_height: int
    most_names: int
    most_pins: int


SIZES = MappingProxyType({"map": TownSize(700, 320, 560, 16, 10), "map-phone": TownSize(360, 220, 440, 8, 5)})
#: The picture holds all homes but so many of the outermost on each side (share): a farm far out would make the town
#: small. They are counted all the same, and the page says how many lie outside.
LEFT_OUT = 0.004
#: What is left free between the outermost homes and the picture's edge (share of its width and height).
EDGE = 0.04
#: A town of one house is still shown with its surroundings (metres across).
LEAST_M = 1_200.0
#: Squares are 100 m wide, 150 m where a pixel is more than 20 m, and never under 4 pixels.
SQUARE_M, WIDE_SQUARE_M, WIDE_FROM_M, LEAST_SQUARE_PX, ROUND_M = 100.0, 150.0, 20.0, 4.0, 50.0
#: Streets without much traffic are shown where a pixel is no more than this (metres): all that can be seen up to the
#: first, long ones up to the second; and corners that are left out of them (pixels).
STREETS_UP_TO_M, LONG_STREETS_UP_TO_M, LEAST_STREET_PX, LONG_STREET_PX, STREET_SIMPLER_PX = 22.0, 32.0, 6.0, 20.0, 0.8
#: Where no disc is to make way for anything.
NOWHERE = np.array([-1e6, -1e6])
#: The classes of the squares in the picture.
CLASSES = MappingProxyType(
    {
        Standing.ALL: "q0",
        Standing.ONE_SHORT: "q1",
        Standing.TWO_SHORT: "q2",
        Standing.MORE_SHORT: "q3",
        Standing.UNKNOWN: "qu",
    }
)


def frame_of(lats: Floats, lons: Floats, name: str) -> Frame:
    """Return the frame of "map" or "map-phone" that holds the homes of a town, all but the outermost."""
    size = SIZES[name]
    if not len(lats):
        return Frame(0.0, 0.0, size.width, size.least_height, LEAST_M)
    shares = (LEFT_OUT, 1 - LEFT_OUT)
    (south, north), (west, east) = np.quantile(lats, shares).tolist(), np.quantile(lons, shares).tolist()
    lat, lon = (south + north) / 2, (west + east) / 2
    high, wide = (north - south) * METRES_PER_DEGREE, (east - west) * metres_per_degree_lon(lat)
    metres = max(wide, high * size.width / size.most_height, LEAST_M) / (1 - 2 * EDGE)
    height = round(high / (1 - 2 * EDGE) / metres * size.width)
    return Frame(lat, lon, size.width, min(max(height, size.least_height), size.most_height), metres)


def outside(frame: Frame, lats: Floats, lons: Floats) -> int:
    """Return how many homes lie outside a picture."""
    at = frame.to_units(np.column_stack((lons, lats)))
    return int(((at < 0) | (at > (frame.width, frame.height))).any(axis=1).sum())


def square_m(wide: Frame) -> float:
    """Return how wide the squares of a town are in metres, by the frame of its wide picture: the same in both."""
    metres_per_px = wide.metres / wide.width_px
    usual = SQUARE_M if metres_per_px <= WIDE_FROM_M else WIDE_SQUARE_M
    return max(usual, float(np.ceil(LEAST_SQUARE_PX * metres_per_px / ROUND_M)) * ROUND_M)


@dataclass(frozen=True, slots=True)
class TownGround:
    """What lies below and above the squares of a town: the same whatever is asked, so it is drawn once."""

    name: str
    frame: Frame
    below: tuple[str, ...]
    above: tuple[str, ...]
    #: Names to write, with their places in degrees, the most important first.
    districts: tuple[tuple[str, float, float], ...]


def town_ground(atlas: Atlas, frame: Frame, name: str) -> TownGround:
    """Draw the ground of a town in the frame of one of its pictures. Raises AtlasDamaged."""
    districts = tuple((each.name, each.lat, each.lon) for each in atlas.geocoder.districts)
    if atlas.basemap is None:
        return TownGround(name, frame, (), (), districts)
    box = frame.box
    ground = Ground(frame, atlas.basemap.within(box), covered_cells(atlas.coverage, box))
    return TownGround(name, frame, tuple(ground.quiet), (_streets(ground), _roads(ground), ground.rails()), districts)


def _roads(ground: Ground) -> str:
    """Return the roads with much traffic, in a wide region without the least of them."""
    is_wide = ground.frame.metres / ground.frame.width_px > LONG_STREETS_UP_TO_M
    shown = [(number, layer) for number, layer in ROADS if not (is_wide and layer is Layer.TERTIARY)]
    lines = [(str(number), simpler(joined(ground.lines(layer)), STREET_SIMPLER_PX)) for number, layer in shown]
    return svg.roads([(number, line_path(found)) for number, found in lines])


def _streets(ground: Ground) -> str:
    metres_per_px = ground.frame.metres / ground.frame.width_px
    if metres_per_px > LONG_STREETS_UP_TO_M:
        return ""
    least = LEAST_STREET_PX if metres_per_px <= STREETS_UP_TO_M else LONG_STREET_PX
    lines = simpler(joined(ground.lines(Layer.STREET)), STREET_SIMPLER_PX)
    return svg.path(line_path(lines[shapely.length(lines) >= least * UNITS_PER_PX]), "qs")


def draw_squares(
    ground: TownGround, squares: Squares, streets: Sequence[tuple[float, float]], places: Sequence[tuple[float, float]]
) -> str:
    """Draw the squares of a town, pins at its best streets, and letters at the person's places, both as (lat, lon)."""
    frame = ground.frame
    letters = _in_units(frame, places)
    pins = pins_at(
        frame, dict(enumerate(streets[: SIZES[ground.name].most_pins], 1)), letters[0] if len(letters) else NOWHERE
    )
    return svg.document(
        frame,
        stylesheet() + _squares_style(),
        [
            PATTERNS,
            *ground.below,
            svg.group("qq", [_squares_path(frame, squares, standing) for standing in CLASSES]),
            *ground.above,
            svg.labels(_names(ground, pins, letters)),
            svg.pins(pins),
            *(svg.letter(chr(ord("A") + at), x, y) for at, (x, y) in enumerate(letters.tolist())),
        ],
    )


def _in_units(frame: Frame, points: Sequence[tuple[float, float]]) -> Floats:
    """Return (lat, lon) points as rows in units, those outside the picture at its edge: a place may lie beyond."""
    if not points:
        return np.empty((0, 2))
    inside = HOME_PX * UNITS_PER_PX
    at = frame.to_units(np.array([(lon, lat) for lat, lon in points]))
    return np.clip(at, inside, np.array([frame.width, frame.height]) - inside)


def _names(ground: TownGround, pins: Sequence[Pin], letters: Floats) -> list[Label]:
    room = Room(ground.frame)
    discs = [(pin.x, pin.y, (PIN_PX + 1.5) * UNITS_PER_PX) for pin in pins]
    discs += [(x, y, (HOME_PX + 1.5) * UNITS_PER_PX) for x, y in letters.tolist()]
    if discs:
        room.take(np.array(discs))
    at = _in_frame(ground)
    return beside_points(room, at, 0.0, SIZES[ground.name].most_names, Face.PLACE)


def _in_frame(ground: TownGround) -> list[tuple[str, float, float]]:
    if not ground.districts:
        return []
    at = ground.frame.to_units(np.array([(lon, lat) for _, lat, lon in ground.districts]))
    shown = zip((name for name, _, _ in ground.districts), at.tolist(), strict=True)
    return [(name, x, y) for name, (x, y) in shown if ground.frame.shows(x, y)]


# --- squares -----------------------------------------------------------------------------------------


def _squares_path(frame: Frame, squares: Squares, standing: Standing) -> str:
    """Return all squares that stand so as one path: those side by side are joined to rectangles."""
    chosen = squares.standings == standing
    boxes = rectangles(squares.rows[chosen], squares.columns[chosen])
    if not len(boxes):
        return ""
    steps, corner = np.array([squares.lon_step, squares.lat_step]), np.array([squares.west, squares.south])
    upper_left = np.rint(frame.to_units(corner + boxes[:, (2, 1)] * steps)).astype(np.int64)
    lower_right = np.rint(frame.to_units(corner + boxes[:, (3, 0)] * steps)).astype(np.int64)
    if standing is Standing.MORE_SHORT:
        # An outline alone, around all that lie side by side.
        joined_boxes = shapely.union_all(shapely.box(*upper_left.T, *lower_right.T))
        return svg.path(area_path(shapely.get_parts(shapely.normalize(joined_boxes))), CLASSES[standing])
    data = "".join(
        f"M{x} {y}h{right - x}v{bottom - y}H{x}z"
        for (x, y), (right, bottom) in zip(upper_left.tolist(), lower_right.tolist(), strict=True)
    )
    return svg.path(data, CLASSES[standing])


def rectangles(rows: Integers, columns: Integers) -> Integers:
    """Join squares to rectangles: rows of (south, north, west, east) in squares, north and east being the next ones.

    First squares side by side become runs, then runs of the same ends on each other become one.
    """
    if not len(rows):
        return np.empty((0, 4), dtype=np.int64)
    order = np.lexsort((columns, rows))
    rows, columns = rows[order], columns[order]
    first = np.flatnonzero(np.append(True, (np.diff(rows) != 0) | (np.diff(columns) != 1)))
    last = np.append(first[1:], len(rows)) - 1
    runs = np.column_stack((rows[first], columns[first], columns[last] + 1))
    runs = runs[np.lexsort((runs[:, 0], runs[:, 2], runs[:, 1]))]
    begins = np.append(True, (np.diff(runs[:, 1:], axis=0) != 0).any(axis=1) | (np.diff(runs[:, 0]) != 1))
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(runs)) - 1
    return np.column_stack((runs[first, 0], runs[last, 0] + 1, runs[first, 1], runs[first, 2]))


# --- looks -------------------------------------------------------------------------------------------

#: What is drawn with which colour: by light, by dark. Solid, solid, striped, outlined, dotted: also without colours.
COLOURS = MappingProxyType(
    {
        "all": ("#0f5148", "#86d3c0"),
        "one": ("#b97a1c", "#d39a38"),
        "more": ("#a89d89", "#56635e"),
        "unknown": ("#6d675d", "#97a29d"),
        "street": ("#c9c1b2", "#47524e"),
    }
)
_TILE = 4 * UNITS_PER_PX
PATTERNS = (
    f'<defs><pattern id="stripes" width="{_TILE}" height="{_TILE}" patternUnits="userSpaceOnUse">'
    f'<path class="st2" d="M0 {_TILE}L{_TILE} 0"/></pattern>'
    f'<pattern id="specks" width="{_TILE}" height="{_TILE}" patternUnits="userSpaceOnUse">'
    f'<circle class="sp" cx="{_TILE / 2:g}" cy="{_TILE / 2:g}" r="{UNITS_PER_PX}"/></pattern></defs>'
)


#: Roads are so much narrower than on the map of a report (share), which shows a street or two.
ROADS_NARROWER = 0.6


def _squares_style() -> str:
    roads = {name: width for name, width in WIDTHS_PX.items() if name[0] in "cr" and name[1:].isdigit()}
    return (
        "".join(f".{name}{{stroke-width:{width * ROADS_NARROWER * UNITS_PER_PX:.3g}}}" for name, width in roads.items())
        + f".qq path{{shape-rendering:crispEdges}}.q0,.q1{{fill-opacity:.82}}.q2{{fill:url(#stripes)}}"
        f".qu{{fill:url(#specks)}}.q3,.qs{{fill:none;stroke-width:{UNITS_PER_PX * 0.8:g}}}"
        f".st2{{fill:none;stroke-width:{UNITS_PER_PX * 1.1:g};stroke-linecap:square}}"
        f"{_scheme(0)}@media screen and (prefers-color-scheme:dark){{{_scheme(1)}}}"
    )


def _scheme(which: int) -> str:
    colour = {name: pair[which] for name, pair in COLOURS.items()}
    return (
        f".q0{{fill:{colour['all']}}}.q1{{fill:{colour['one']}}}.st2{{stroke:{colour['one']}}}"
        f".q3{{stroke:{colour['more']}}}.sp{{fill:{colour['unknown']}}}.qs{{stroke:{colour['street']}}}"
    )
