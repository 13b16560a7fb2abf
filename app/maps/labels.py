"""Names on a map: each once, along the straightest stretch of its street, and none touching another or a pin."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import shapely

from app.geo import Floats, Geometries
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.ragged import Bools, Integers, joined


class Face(StrEnum):
    """How a name is set; the value is its class in the picture."""

    MAIN_ROAD = "tm"
    STREET = "ts"
    SQUARE = "tq"
    GREEN = "tg"
    WATER = "tw"
    PLACE = "tp"


#: Sizes in pixels, and widths of a letter in ems: what the widest usual typefaces need.
FONT_PX = {Face.MAIN_ROAD: 9.6, Face.STREET: 9.0, Face.SQUARE: 9.2, Face.GREEN: 9.6, Face.WATER: 9.6, Face.PLACE: 9.4}
LETTER_EM = {Face.MAIN_ROAD: 0.70}
USUAL_LETTER_EM, WIDE_LETTER_EM, AROUND_EM = 0.63, 1.05, 0.6
#: Half the height that a line of letters needs, and from one line to the next.
HALF_EM, LINE_EM = 0.62, 1.12
#: From the middle of the letters down to the line that they stand on.
BASELINE_EM = 0.34
#: A stretch of street bears letters where it leaves its curve by no more than this, and the curve its chord.
OFF_CURVE_PX, MOST_BEND = 2.8, 0.22
#: A name may be so much longer than its street: it then stands out at both ends.
STANDS_OUT = 1.3
#: Streets bent less than this are written straight.
STRAIGHT_PX = 0.7
SAMPLE_PX = 3.0
#: From this size on an area of the picture is named (square pixels: 3 ha of a map 2.4 km wide), by at most so much
#: wider a name than itself.
LEAST_AREA_PX2, WIDER = 2_500.0, 1.35
#: Names longer than this stand in two lines.
LONG_NAME = 13
EDGE_PX = 3.0


@dataclass(frozen=True, slots=True)
class Label:
    """A name in the picture: its lines stand on curves (start, control, end) in units."""

    lines: tuple[str, ...]
    face: Face
    curves: tuple[Floats, ...]

    @property
    def size(self) -> float:
        """Return the size of its letters in units."""
        return FONT_PX[self.face] * UNITS_PER_PX


@dataclass(slots=True)
class Room:
    """What is taken in a picture, as discs (x, y, radius) in units."""

    frame: Frame
    taken: Floats = field(default_factory=lambda: np.empty((0, 3)))

    def take(self, discs: Floats) -> None:
        """Take the room of some discs."""
        self.taken = np.vstack((self.taken, discs))

    def is_free(self, discs: Floats) -> bool:
        """Return whether discs lie in the picture and touch nothing."""
        return self.first_free(discs, np.zeros(len(discs), dtype=np.int64), 1) is not None

    def first_free(self, discs: Floats, group: Integers, groups: int) -> int | None:
        """Return the first of some groups of discs that lie in the picture and touch nothing, by the group of each."""
        is_bad = np.zeros(groups, dtype=np.bool_)
        is_bad[group[~self._is_inside(discs)]] = True
        discs, group = discs[~is_bad[group]], group[~is_bad[group]]
        if len(discs):
            is_bad[group[self._touches(discs)]] = True
        return None if is_bad.all() else int(np.argmin(is_bad))

    def _is_inside(self, discs: Floats) -> Bools:
        edge = discs[:, 2:] + EDGE_PX * UNITS_PER_PX
        far = np.array([self.frame.width, self.frame.height]) - edge
        return np.asarray(((discs[:, :2] >= edge) & (discs[:, :2] <= far)).all(axis=1))

    def _touches(self, discs: Floats) -> Bools:
        """Return for each disc whether it touches what is taken."""
        reach = (discs[:, 2].max() + self.taken[:, 2])[:, None]
        beside = (self.taken[:, :2] >= discs[:, :2].min(0) - reach) & (self.taken[:, :2] <= discs[:, :2].max(0) + reach)
        taken = self.taken[beside.all(1)]
        away = discs[:, None] - taken
        reach = discs[:, None, 2] + taken[:, 2]
        return np.asarray((away[..., 0] ** 2 + away[..., 1] ** 2 < reach**2).any(axis=1))


def width_of(text: str, face: Face) -> float:
    """Return the units that a line of text needs, with some room at both ends."""
    usual = LETTER_EM.get(face, USUAL_LETTER_EM)
    letters = sum(WIDE_LETTER_EM if unicodedata.east_asian_width(letter) in "WF" else usual for letter in text)
    return (letters + AROUND_EM) * FONT_PX[face] * UNITS_PER_PX


# --- along streets and rivers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NamedLines:
    """All lines of one name, in units."""

    name: str
    face: Face
    lines: Geometries


def along_lines(room: Room, named: Iterable[NamedLines], most: int) -> list[Label]:
    """Write names along lines, in the order given, until there are enough; those without a free stretch are left."""
    labels: list[Label] = []
    for wanted in named:
        if len(labels) >= most:
            break
        label = _along(room, wanted)
        if label is not None:
            labels.append(label)
    return labels


def _along(room: Room, wanted: NamedLines) -> Label | None:
    names = dict.fromkeys((wanted.name, shortened(wanted.name)))
    if shapely.length(wanted.lines).sum() * STANDS_OUT < min(width_of(name, wanted.face) for name in names):
        return None
    lines = joined(wanted.lines)
    lines = lines[np.argsort(-shapely.length(lines), kind="stable")][:5]
    size = FONT_PX[wanted.face] * UNITS_PER_PX
    for name in names:
        needed = width_of(name, wanted.face)
        for line in lines[shapely.length(lines) * STANDS_OUT >= needed]:
            curves = _stretches(line, needed)
            discs, curve = _discs(curves, size)
            free = room.first_free(discs, curve, len(curves))
            if free is not None:
                room.take(discs[curve == free])
                return Label((name,), wanted.face, (_lowered(curves[free], size),))
    return None


#: What street signs and printed maps write short.
SHORT = MappingProxyType(
    {"Boulevard": "Bd", "Avenue": "Av.", "Place": "Pl.", "Square": "Sq.", "Street": "St", "Road": "Rd", "Drive": "Dr"}
    | {"Viale": "V.le", "Piazza": "P.za", "Corso": "C.so", "Avenida": "Av.", "Rond-Point": "Rd-Pt", "Lane": "La"}
)
SHORT_ENDINGS = (("straße", "str."), ("strasse", "str."))


def shortened(name: str) -> str:
    """Return a name as signs write it where room is short: "Bd Rainier III", "Müllerstr."."""
    first, *rest = name.split(" ")
    words = [SHORT.get(first, first), *rest]
    if rest and first not in SHORT:
        words[-1] = SHORT.get(rest[-1], rest[-1])
    for ending, short in SHORT_ENDINGS:
        words = [word.removesuffix(ending) + short if word.endswith(ending) else word for word in words]
    return " ".join(words)


#: So many of the best stretches of a line are looked at.
MOST_STRETCHES = 24


def _stretches(line: shapely.LineString, needed: float) -> Floats:
    """Return curves under the stretches of a line that bear a name of a length, the best first; shape (n, 3, 2)."""
    step = SAMPLE_PX * UNITS_PER_PX
    count = int(line.length // step)
    window = min(int(np.ceil(needed / step)), count)
    if window < 2:
        return np.empty((0, 3, 2))
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, np.arange(count + 1) * step))
    runs = np.lib.stride_tricks.sliding_window_view(points, window + 1, axis=0).transpose(0, 2, 1)
    curves, off_curve, bend = _curves(runs)
    length = np.hypot(*(curves[:, 2] - curves[:, 0]).T)
    good = (off_curve <= OFF_CURVE_PX * UNITS_PER_PX) & (bend <= MOST_BEND * length)
    good &= length * STANDS_OUT >= needed
    rows = np.flatnonzero(good)
    from_middle = np.abs(rows - len(runs) / 2) * step
    cost = off_curve[rows] + 0.25 * bend[rows] + 0.012 * from_middle
    best = rows[np.argsort(cost, kind="stable")]
    # Neighbours of a stretch that is taken are mostly taken too.
    spread = best if len(best) <= MOST_STRETCHES else best[:: len(best) // MOST_STRETCHES]
    return _stretched(_left_to_right(curves[spread]), needed)


def _curves(runs: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the quadratic curve nearest to each run of points, how far they leave it, and how far it is bent."""
    along = np.linspace(0.0, 1.0, runs.shape[1])
    begin, end, weight = (1 - along) ** 2, along**2, 2 * along * (1 - along)
    rest = runs - begin[:, None] * runs[:, :1] - end[:, None] * runs[:, -1:]
    control = (weight[:, None] * rest).sum(axis=1) / (weight**2).sum()
    off = rest - weight[:, None] * control[:, None]
    curves = np.stack((runs[:, 0], control, runs[:, -1]), axis=1)
    bend = control - (runs[:, 0] + runs[:, -1]) / 2
    return curves, np.hypot(off[..., 0], off[..., 1]).max(axis=1), np.hypot(bend[:, 0], bend[:, 1])


def _stretched(curves: Floats, needed: float) -> Floats:
    """Return curves made as long as a name, about their middles, where they are shorter."""
    chord = np.maximum(_chords(curves), 1e-9)
    middle = (curves[:, :1] + curves[:, 2:]) / 2
    return np.asarray(middle + (curves - middle) * np.maximum(needed / chord, 1.0)[:, None, None])


def _left_to_right(curves: Floats) -> Floats:
    return np.where((curves[:, 0, 0] <= curves[:, 2, 0])[:, None, None], curves, curves[:, ::-1])


def _chords(curves: Floats) -> Floats:
    away = curves[:, 2] - curves[:, 0]
    return np.asarray(np.hypot(away[:, 0], away[:, 1]))


def _lowered(curve: Floats, size: float) -> Floats:
    """Return the curve that letters stand on whose middle is to lie on this one."""
    chord = curve[2] - curve[0]
    down = np.array([-chord[1], chord[0]]) / max(float(np.hypot(*chord)), 1e-9)
    return curve + down * (BASELINE_EM * size)


def _discs(curves: Floats, size: float) -> tuple[Floats, Integers]:
    """Return discs that cover the letters on curves, and the curve of each."""
    steps = np.maximum(np.ceil(_chords(curves) / (HALF_EM * size)), 2).astype(np.int64)
    curve = np.repeat(np.arange(len(curves)), steps + 1)
    first = np.cumsum(steps + 1) - (steps + 1)
    along = ((np.arange(len(curve)) - first[curve]) / steps[curve])[:, None]
    begin, control, end = curves[curve].transpose(1, 0, 2)
    points = (1 - along) ** 2 * begin + 2 * along * (1 - along) * control + along**2 * end
    return np.column_stack((points, np.full(len(points), HALF_EM * size))), curve


# --- in areas and beside points --------------------------------------------------------------------


def in_areas(
    room: Room,
    areas: Iterable[tuple[str, Geometries]],
    face: Face,
    most: int,
    *,
    least_px2: float = LEAST_AREA_PX2,
    wider: float = WIDER,
) -> list[Label]:
    """Write names into areas, the largest first, where they are large enough for them."""
    whole = [(name, _largest(parts)) for name, parts in areas]
    known = [(name, area) for name, area in whole if area.area >= least_px2 * UNITS_PER_PX**2]
    labels: list[Label] = []
    for name, area in sorted(known, key=lambda item: (-item[1].area, item[0])):
        if len(labels) >= most:
            break
        left, _, right, _ = area.bounds
        middle = area.centroid if area.contains(area.centroid) else area.point_on_surface()
        label = _level(room, name, face, (middle.x, middle.y), (right - left) * wider)
        if label is not None:
            labels.append(label)
    return labels


def _largest(parts: Geometries) -> shapely.Polygon:
    """Return the largest connected piece of an area that may come cut in several."""
    pieces = shapely.get_parts(shapely.union_all(shapely.make_valid(parts)))
    largest: shapely.Polygon = pieces[int(np.argmax(shapely.area(pieces)))]
    return largest


def _level(room: Room, name: str, face: Face, middle: tuple[float, float], widest: float) -> Label | None:
    size = FONT_PX[face] * UNITS_PER_PX
    for lines in _settings(name):
        width = max(width_of(line, face) for line in lines)
        if width > widest:
            continue
        curves = [
            _level_curve(middle, width, (row - (len(lines) - 1) / 2) * LINE_EM * size) for row in range(len(lines))
        ]
        discs, _ = _discs(np.array(curves), size)
        if room.is_free(discs):
            room.take(discs)
            return Label(lines, face, tuple(_lowered(curve, size) for curve in curves))
    return None


def _level_curve(middle: tuple[float, float], width: float, down: float) -> Floats:
    x, y = middle[0], middle[1] + down
    return np.array([(x - width / 2, y), (x, y), (x + width / 2, y)])


def _settings(name: str) -> list[tuple[str, ...]]:
    """Return a name in one line, and in two where it is long: the long one in two first."""
    gaps = [at for at, letter in enumerate(name) if letter == " "]
    if len(name) <= LONG_NAME or not gaps:
        return [(name,)]
    at = min(gaps, key=lambda gap: abs(gap - len(name) / 2))
    return [(name[:at], name[at + 1 :]), (name,)]


def beside_points(
    room: Room, points: Sequence[tuple[str, float, float]], radius: float, most: int, face: Face = Face.PLACE
) -> list[Label]:
    """Write names to the right of points, else to the left, below or above them; those without room are left."""
    labels: list[Label] = []
    size = FONT_PX[face] * UNITS_PER_PX
    for name, x, y in points:
        if len(labels) >= most:
            break
        width = width_of(name, face)
        aside, below = radius * 1.3 + width / 2, radius * 1.3 + HALF_EM * size
        middles = ((x + aside, y), (x - aside, y), (x, y + below), (x, y - below))
        curves = np.array([_level_curve(middle, width - AROUND_EM * size, 0.0) for middle in middles])
        discs, curve = _discs(curves, size)
        free = room.first_free(discs, curve, len(curves))
        if free is not None:
            room.take(discs[curve == free])
            labels.append(Label((name,), face, (_lowered(curves[free], size),)))
    return labels
