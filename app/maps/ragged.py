"""Many lines or rings as arrays: prepared for a picture all at once, and written as the data of one SVG path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.basemap.basemap import Shapes, picked
from app.geo import Floats, Geometries
from app.maps.frame import UNITS_PER_PX, Frame

Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]
AREAS = shapely.GeometryType.POLYGON

#: Corners that stand out less than this (pixels) are left out.
SIMPLER_PX = 0.45


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lines one after the other in units: line i is points[starts[i]:starts[i + 1]]."""

    points: Floats
    starts: Integers

    @classmethod
    def of(cls, lines: Geometries) -> Ragged:
        """Take line strings."""
        if not len(lines):
            return cls(np.empty((0, 2)), np.zeros(1, dtype=np.int64))
        ends = np.cumsum(shapely.get_num_coordinates(lines), dtype=np.int64)
        return cls(shapely.get_coordinates(lines), np.concatenate(([0], ends)))

    def geometries(self) -> Geometries:
        """Return line strings; parts of a single point are left out."""
        counts = np.diff(self.starts)
        if (counts > 1).all():
            line = np.repeat(np.arange(len(counts)), counts)
            return np.asarray(shapely.linestrings(self.points, indices=line), dtype=object)
        kept = np.flatnonzero(counts > 1)
        return self.pick(kept).geometries() if len(kept) else np.empty(0, dtype=object)

    def pick(self, lines: Integers) -> Ragged:
        """Return some of the lines."""
        return Ragged(*picked(self.points, self.starts, lines))

    def shown(self, frame: Frame) -> tuple[Geometries, Integers]:
        """Return the parts of the lines that a picture shows as line strings, and the row of the line of each."""
        rows = np.flatnonzero(np.diff(self.starts) > 1)
        if len(rows):
            first = self.starts[:-1]
            low, high = np.minimum.reduceat(self.points, first), np.maximum.reduceat(self.points, first)
            rows = rows[_meets(frame, np.column_stack((low, high))[rows])]
        lines, row = clipped_rows(self.pick(rows).geometries(), frame)
        return lines, rows[row]


def lines_of(shapes: Shapes, frame: Frame) -> Ragged:
    """Return the lines of a layer in units."""
    return Ragged(frame.to_units(shapes.points), shapes.starts)


def areas_of(shapes: Shapes, frame: Frame) -> Geometries:
    """Return the areas of a layer in units, in their order."""
    if not len(shapes.owner):
        return np.empty(0, dtype=object)
    points, starts = _closed(frame.to_units(shapes.points), shapes.starts)
    first = np.flatnonzero(np.diff(shapes.owner, prepend=shapes.owner[0] - 1))
    rings = np.append(first, len(shapes.owner))
    return np.asarray(shapely.from_ragged_array(AREAS, points, (starts, rings)), dtype=object)


def _closed(points: Floats, starts: Integers) -> tuple[Floats, Integers]:
    """Return rings whose last point is their first, and that have four: GEOS takes no others."""
    first, last = starts[:-1], starts[1:] - 1
    short = np.maximum(3 - np.diff(starts), 0)
    added = np.where((points[first] != points[last]).any(axis=1) | (np.diff(starts) < 4), 1 + short, 0)
    if not added.any():
        return points, starts
    at = np.repeat(starts[1:], added)
    return np.insert(points, at, np.repeat(points[first], added, axis=0), axis=0), np.append(
        starts[0], starts[1:] + np.cumsum(added)
    )


def clipped(geometries: Geometries, frame: Frame) -> Geometries:
    """Return the parts of lines or areas that the picture shows."""
    return clipped_rows(geometries, frame)[0]


def clipped_rows(geometries: Geometries, frame: Frame) -> tuple[Geometries, Integers]:
    """Return the same, and the row of the geometry that each part is of: first all that is inside, then what is cut."""
    left, top, right, bottom = frame.bounds
    bounds = shapely.bounds(geometries)
    is_inside = (bounds[:, 0] >= left) & (bounds[:, 2] <= right) & (bounds[:, 1] >= top) & (bounds[:, 3] <= bottom)
    inside, crossing = np.flatnonzero(is_inside), np.flatnonzero(_meets(frame, bounds) & ~is_inside)
    if not len(crossing):
        return np.asarray(geometries[inside], dtype=object), inside
    kind = shapely.get_type_id(geometries[crossing[0]])
    parts, row = shapely.get_parts(shapely.clip_by_rect(geometries[crossing], *frame.bounds), return_index=True)
    # A corner that only touches the picture's edge is left as a point.
    is_kept = shapely.get_type_id(parts) == kind
    return np.concatenate((geometries[inside], parts[is_kept])), np.concatenate((inside, crossing[row[is_kept]]))


def _meets(frame: Frame, bounds: Floats) -> Bools:
    """Return which rows of bounds (left, top, right, bottom) meet the picture."""
    left, top, right, bottom = frame.bounds
    meets: Bools = (bounds[:, 0] <= right) & (bounds[:, 2] >= left) & (bounds[:, 1] <= bottom) & (bounds[:, 3] >= top)
    return meets


def simpler(geometries: Geometries, px: float = SIMPLER_PX) -> Geometries:
    """Return geometries without the corners that nobody sees, and without those that vanish."""
    kept = geometries.copy()
    is_bent = shapely.get_num_coordinates(geometries) > 2
    kept[is_bent] = shapely.simplify(geometries[is_bent], px * UNITS_PER_PX, preserve_topology=False)
    return np.asarray(kept[~shapely.is_empty(kept)], dtype=object)


def joined(lines: Geometries) -> Geometries:
    """Return lines that meet end to end as one."""
    if len(lines) < 2:
        return lines
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))), dtype=object)


def line_path(lines: Geometries) -> str:
    """Return lines as the data of a path."""
    shown = Ragged.of(lines)
    return _path(shown.points, shown.starts, close="")


def area_path(areas: Geometries) -> str:
    """Return areas as the data of a path filled by the rule "nonzero": what overlaps stays filled, holes stay open."""
    flat = whole(areas)
    if not len(flat):
        return ""
    rings, polygon = shapely.get_rings(flat, return_index=True)
    shown = Ragged.of(rings)
    is_outer = np.diff(polygon, prepend=-1) > 0
    return _path(_turned(shown, shapely.is_ccw(rings) != is_outer), shown.starts, close="z")


def whole(areas: Geometries) -> Geometries:
    """Return areas as polygons alone."""
    if (shapely.get_type_id(areas) == AREAS).all():
        return areas
    parts = shapely.get_parts(areas)
    return np.asarray(parts[shapely.get_type_id(parts) == AREAS], dtype=object)


def _turned(lines: Ragged, is_turned: Bools) -> Floats:
    """Return the points of lines, those of some in the other direction."""
    counts = np.diff(lines.starts)
    at, begin = np.arange(len(lines.points)), np.repeat(lines.starts[:-1], counts)
    mirrored = 2 * begin + np.repeat(counts, counts) - 1 - at
    return lines.points[np.where(np.repeat(is_turned, counts), mirrored, at)]


def _path(points: Floats, starts: Integers, close: str) -> str:
    """Write whole numbers, each point as the step from the one before; points that fall together are written once."""
    rounded = np.rint(points).astype(np.int64)
    if not len(rounded):
        return ""
    is_first = np.zeros(len(rounded), dtype=np.bool_)
    is_first[starts[:-1]] = True
    steps = np.diff(rounded, axis=0, prepend=rounded[:1])
    kept = is_first | steps.any(axis=1)
    line = np.cumsum(is_first)[kept]
    rounded, is_first = rounded[kept], is_first[kept]
    steps = np.where(is_first[:, None], rounded, np.diff(rounded, axis=0, prepend=rounded[:1]))
    first = np.flatnonzero(is_first)
    ends = np.append(first[1:], len(line))
    least = 2 if close else 1
    tokens = list(map(str, steps.ravel().tolist()))
    path = [
        f"M{tokens[2 * begin]} {tokens[2 * begin + 1]}l{' '.join(tokens[2 * begin + 2 : 2 * end])}{close}"
        for begin, end in zip(first.tolist(), ends.tolist(), strict=True)
        if end - begin > least
    ]
    return "".join(path).replace(" -", "-")
