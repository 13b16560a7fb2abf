"""Streets as lines on a map, cut where a walk along them takes so many minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.arrays import EdgeFlag, NetworkFiles
from app.atlas.streets.naming import NAMELESS
from app.atlas.streets.search import Reached
from app.atlas.streets.tiling import Floats, Integers, ranges, to_degrees
from app.geo import Box

#: A street on which cars go no faster than this (seconds per metre; 15 km/h) is a driveway, an alley, a car park.
CRAWLING_PACE = 0.239


@dataclass(frozen=True, slots=True)
class StreetLines:
    """Streets that may be walked or ridden. Line i is points[starts[i]:starts[i + 1]], (lon, lat) in degrees."""

    points: Floats
    starts: Integers
    #: Index of the first limit within which the whole line can be walked to; the number of limits where none is.
    band: Integers
    #: Whether people may walk there; else it is for bicycles alone.
    is_walked: NDArray[np.bool_]
    #: Whether cars go through; else it is a path, a driveway, a square.
    is_driven: NDArray[np.bool_]
    has_name: NDArray[np.bool_]
    #: Highest level of traffic stress of its two directions, 0 where nobody may ride.
    stress: Integers


def street_lines(files: NetworkFiles, box: Box, reached: Reached, limits_s: Sequence[float]) -> StreetLines:
    """Return all streets with a part in the box, cut where the walk takes as long as each limit (ascending)."""
    edges = _edges_in(files, box)
    points, starts, along = _shapes(files, edges)
    cuts = _Cuts(_timed(files, reached, edges), limits_s)
    line_edge, line_band, low, high = cuts.lines()
    drawn, drawn_starts = _pieces(points, starts, along, line_edge, low, high)
    edge = edges[line_edge]
    uses, use = files.uses, files.edges.use[edge]
    pace = np.minimum(uses.car_pace_ahead[use], uses.car_pace_against[use])
    return StreetLines(
        points=drawn,
        starts=drawn_starts,
        band=line_band,
        is_walked=(files.edges.flags[edge] & EdgeFlag.WALK) != 0,
        is_driven=pace < CRAWLING_PACE,
        has_name=files.edges.name[edge] != NAMELESS,
        stress=np.maximum(uses.stress_ahead[use], uses.stress_against[use]).astype(np.int64),
    )


def _edges_in(files: NetworkFiles, box: Box) -> Integers:
    """Return the edges with a segment near the box that people may walk or ride."""
    segments = files.shapes.segments[files.shapes.cells.members(box)]
    edges = np.unique(files.shapes.edge[segments]).astype(np.int64)
    use = files.edges.use[edges]
    is_walked = (files.edges.flags[edges] & EdgeFlag.WALK) != 0
    is_ridden = np.maximum(files.uses.stress_ahead[use], files.uses.stress_against[use]) > 0
    return np.asarray(edges[is_walked | is_ridden], dtype=np.int64)


def _shapes(files: NetworkFiles, edges: Integers) -> tuple[Floats, Integers, Floats]:
    """Return the points of edges one after the other, where each edge starts, and the metres along it."""
    first = np.searchsorted(files.shapes.edge, edges.astype(np.int32), side="left")
    last = np.searchsorted(files.shapes.edge, edges.astype(np.int32), side="right")
    counts = last - first
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    pick = np.repeat(first - starts[:-1], counts) + np.arange(starts[-1])
    points = np.column_stack((to_degrees(files.shapes.lon[pick]), to_degrees(files.shapes.lat[pick])))
    return points, starts, files.shapes.along_m[pick].astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Timed:
    """Stretches of edges, each reached from its two ends: where it lies along the edge, seconds, seconds a metre."""

    edge: Integers
    low: Floats
    high: Floats
    from_low_s: Floats
    from_high_s: Floats
    ahead: Floats
    against: Floats


def _timed(files: NetworkFiles, reached: Reached, edges: Integers) -> _Timed:
    """Return each edge as one stretch, and those on which the walk begins cut where it does."""
    table = files.edges
    use = table.use[edges]
    rows = np.arange(len(edges))
    whole = _Timed(
        edge=rows,
        low=np.zeros(len(edges)),
        high=table.length_m[edges].astype(np.float64),
        from_low_s=reached.costs[reached.near.local(table.tail[edges])],
        from_high_s=reached.costs[reached.near.local(table.head[edges])],
        ahead=reached.edges.ahead[use],
        against=reached.edges.against[use],
    )
    for origin in reached.origins[np.isin(reached.origins["edge"], edges)]:
        whole = _cut_at(
            whole, int(np.searchsorted(edges, origin["edge"])), float(origin["along"]), _to(origin, reached)
        )
    return whole


def _to(origin: np.void, reached: Reached) -> float:
    return float(origin["offset"]) * reached.edges.offset


def _cut_at(timed: _Timed, row: int, along: float, seconds: float) -> _Timed:
    """Return the stretches with the one of an edge that holds a start cut there."""
    held = np.flatnonzero((timed.edge == row) & (timed.low <= along) & (along <= timed.high))
    if not len(held):
        return timed
    at = int(held[0])
    grown = {name: np.append(getattr(timed, name), getattr(timed, name)[at]) for name in timed.__slots__}
    grown["high"][at] = grown["low"][-1] = along
    grown["from_high_s"][at] = grown["from_low_s"][-1] = seconds
    return _Timed(**grown)


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Where walks of so many seconds from both ends of each stretch meet the rest of it."""

    timed: _Timed
    limits_s: Sequence[float]

    def lines(self) -> tuple[Integers, Integers, Floats, Floats]:
        """Return row of the edge, band, and from where to where along the edge, for each line."""
        timed = self.timed
        from_low, from_high = timed.low, timed.high
        is_open = np.ones(len(timed.edge), dtype=np.bool_)
        found: list[tuple[NDArray[np.int64], int, Floats, Floats]] = []
        for band, limit in enumerate([*self.limits_s, np.inf]):
            if band == len(self.limits_s):
                low, high = from_high, from_high
                done = is_open
            else:
                low = np.maximum(from_low, timed.low + _walked(limit - timed.from_low_s, timed.ahead))
                high = np.minimum(from_high, timed.high - _walked(limit - timed.from_high_s, timed.against))
                done = is_open & (low >= high)
            rest = is_open & ~done
            found.append((np.flatnonzero(done), band, from_low, from_high))
            found.append((np.flatnonzero(rest & (low > from_low)), band, from_low, low))
            found.append((np.flatnonzero(rest & (high < from_high)), band, high, from_high))
            from_low, from_high, is_open = low, high, rest
        rows = np.concatenate([row for row, *_ in found])
        bands = np.concatenate([np.full(len(row), band) for row, band, *_ in found])
        lows = np.concatenate([low[row] for row, _, low, _ in found])
        highs = np.concatenate([high[row] for row, _, _, high in found])
        order = np.lexsort((lows, rows))
        return timed.edge[rows[order]], bands[order], lows[order], highs[order]


def _walked(seconds: Floats, pace: Floats) -> Floats:
    """Return the metres walked in some seconds, none where there are none left or the way is closed."""
    left = np.where(np.isfinite(seconds), np.maximum(seconds, 0.0), 0.0)
    return np.divide(left, pace, out=np.zeros_like(left), where=pace > 0)


def _pieces(
    points: Floats, starts: Integers, along: Floats, edge: Integers, low: Floats, high: Floats
) -> tuple[Floats, Integers]:
    """Return the part of each edge between two metres along it; whole edges are taken as they are."""
    if not len(edge):
        return np.empty((0, 2)), np.zeros(1, dtype=np.int64)
    first, last = starts[:-1][edge], starts[1:][edge] - 1
    is_cut = (low > 0.0) | (high < along[last])
    line, at = ranges(first, last + 1)
    begins = np.searchsorted(line, np.arange(len(edge)))
    is_kept = ~is_cut[line] | ((along[at] > low[line]) & (along[at] < high[line]))
    counts = np.add.reduceat(is_kept, begins, dtype=np.int64) + 2 * is_cut
    piece_starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    pieces = np.empty((piece_starts[-1], 2))
    is_inner = np.ones(len(pieces), dtype=np.bool_)
    for metres, ends in ((low, piece_starts[:-1][is_cut]), (high, piece_starts[1:][is_cut] - 1)):
        before = first + np.add.reduceat(along[at] <= metres[line], begins, dtype=np.int64) - 1
        pieces[ends] = _interpolated(points, along, metres[is_cut], before[is_cut], last[is_cut])
        is_inner[ends] = False
    pieces[is_inner] = points[at[is_kept]]
    return pieces, piece_starts


def _interpolated(points: Floats, along: Floats, metres: Floats, before: Integers, last: Integers) -> Floats:
    """Return points so many metres along lines, each between the point before it and the next; `last` ends its line."""
    after = np.minimum(before + 1, last)
    length = along[after] - along[before]
    pace = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    step = metres - along[before]
    slope = (points[after] - points[before]) * pace[:, None]
    return np.asarray(points[before] + slope * step[:, None])
