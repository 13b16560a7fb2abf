"""What divides the ground: water, railways and motorways, over which no door leads to a street."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.tiling import SNAP_CELLS, Floats, Integers, TileIndex, ranges, to_degrees, to_steps
from app.geo import METRES_PER_DEGREE


class Divider(IntEnum):
    """Kinds of line, by their numbers in the files. A shore is crossed twice by what leads over the water."""

    RAILWAY = 2
    MOTORWAY = 3
    RIVER = 4
    SHORE = 5


@dataclass(frozen=True, slots=True)
class DividerLines:
    """Lines as columns: the points of line i are positions starts[i] to starts[i + 1], in degrees."""

    kinds: NDArray[np.uint8]
    starts: Integers
    lats: Floats
    lons: Floats

    @classmethod
    def none(cls) -> DividerLines:
        """Return no line at all."""
        return cls(np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64), np.empty(0), np.empty(0))

    @classmethod
    def of(cls, lines: Sequence[tuple[Divider, Floats]]) -> DividerLines:
        """Return lines, each a kind and its (lon, lat) rows, in an order that does not depend on theirs."""
        if not lines:
            return cls.none()
        in_order = sorted(lines, key=lambda line: (line[0], line[1].tolist()))
        points = np.concatenate([points for _, points in in_order])
        starts = np.concatenate([[0], np.cumsum([len(points) for _, points in in_order])]).astype(np.int64)
        return cls(np.array([kind for kind, _ in in_order], dtype=np.uint8), starts, points[:, 1], points[:, 0])


@dataclass(frozen=True, slots=True)
class DividerTable:
    """The segments of all lines by small cells, ends in steps of `tiling.STEPS_PER_DEGREE`.

    One that touches several cells stands in each of them with the same number.
    """

    cells: TileIndex
    number: NDArray[np.int32]
    kind: NDArray[np.uint8]
    lat: NDArray[np.int32]
    lon: NDArray[np.int32]
    to_lat: NDArray[np.int32]
    to_lon: NDArray[np.int32]


def divider_table(lines: DividerLines, cells: tuple[Integers, Integers]) -> DividerTable:
    """Lay out the segments of lines; `cells` are (cell, first point of a segment) pairs, sorted."""
    keys, point = cells
    kind = np.repeat(lines.kinds, np.diff(lines.starts))
    lats, lons = to_steps(lines.lats), to_steps(lines.lons)
    index = TileIndex.of_sorted(SNAP_CELLS, keys)
    ends = (lats[point], lons[point], lats[point + 1], lons[point + 1])
    return DividerTable(index, point.astype(np.int32), kind[point], *ends)


#: Lines that a door or a street stands on, to this many metres, are not between them.
AT_ENDS_M = 0.5
#: What one shore alone adds: whoever is in the water, or beside a pond, gets to the street in some way.
SHORE_PENALTY_M = 100.0
#: More than any street is away: nobody goes through water, or over rails or a motorway.
CLOSED_PENALTY_M = 10_000.0


def penalties_m(table: DividerTable, paths: Floats, *, over_rails: NDArray[np.bool_]) -> Floats:
    """Return for each straight path from a point to a street what the lines that it crosses add to it in metres.

    `paths` has rows lat, lon, to_lat, to_lon in degrees. Rails are no hindrance to those that lead `over_rails`.
    """
    path, segment = _segments_beside(table, paths)
    crossed = np.flatnonzero(_crossing(table, paths[path], segment))
    if not len(crossed):
        return np.zeros(len(paths))
    path, at = path[crossed], segment[crossed]
    # A segment stands in every cell that it touches: count it once.
    _, first = np.unique(path * (int(table.number.max()) + 1) + table.number[at], return_index=True)
    met = np.zeros((len(paths), max(Divider) + 1), dtype=np.int64)
    np.add.at(met, (path[first], table.kind[at[first]]), 1)
    return _penalties(met, over_rails)


def _segments_beside(table: DividerTable, paths: Floats) -> tuple[Integers, Integers]:
    """Return (path, segment) pairs for the cells of the box around each path, by path."""
    cells = table.cells
    rows = np.sort(SNAP_CELLS.rows(paths[:, [0, 2]]), axis=1)
    cols = np.sort(SNAP_CELLS.cols(paths[:, [1, 3]]), axis=1)
    path, row = ranges(rows[:, 0], rows[:, 1] + 1)
    west = row * SNAP_CELLS.columns + cols[path, 0]
    low = cells.starts[np.searchsorted(cells.keys, west)]
    high = cells.starts[np.searchsorted(cells.keys, west + cols[path, 1] - cols[path, 0], side="right")]
    span, segment = ranges(low, high)
    return path[span], segment


def _penalties(met: Integers, over_rails: NDArray[np.bool_]) -> Floats:
    """Return the penalty for how often each path meets each kind of line.

    One shore alone: what stands in the water, such as a houseboat or a pier, is reached from its bank.
    """
    shores = met[:, Divider.SHORE]
    through_water = (shores >= 2) | ((shores == 0) & (met[:, Divider.RIVER] > 0))
    over_closed_rails = (met[:, Divider.RAILWAY] > 0) & ~over_rails
    closed = through_water | (met[:, Divider.MOTORWAY] > 0) | over_closed_rails
    return np.where(closed, CLOSED_PENALTY_M, np.where(shores == 1, SHORE_PENALTY_M, 0.0))


def _crossing(table: DividerTable, paths: Floats, segment: Integers) -> NDArray[np.bool_]:
    """Return whether each path crosses its segment, but for crossings within AT_ENDS_M of the path's ends."""
    squeeze = np.cos(np.radians(paths[:, 0]))
    run_x, run_y = (paths[:, 3] - paths[:, 1]) * squeeze, paths[:, 2] - paths[:, 0]
    from_x = (to_degrees(table.lon[segment]) - paths[:, 1]) * squeeze
    from_y = to_degrees(table.lat[segment]) - paths[:, 0]
    line_x = (to_degrees(table.to_lon[segment]) - paths[:, 1]) * squeeze - from_x
    line_y = to_degrees(table.to_lat[segment]) - paths[:, 0] - from_y
    cross = run_x * line_y - run_y * line_x
    safe = np.where(cross == 0, 1.0, cross)
    along = (from_x * line_y - from_y * line_x) / safe
    on_line = (from_x * run_y - from_y * run_x) / safe
    length = np.hypot(run_x, run_y) * METRES_PER_DEGREE
    inside = (along * length > AT_ENDS_M) & ((1 - along) * length > AT_ENDS_M)
    return np.asarray((cross != 0) & inside & (on_line >= 0) & (on_line < 1))
