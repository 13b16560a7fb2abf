"""The nearest street to a point: a grid of small cells over the segments of all edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.arrays import EdgeFlag, NetworkFiles
from app.atlas.streets.tiling import SNAP_CELLS, STEPS_PER_DEGREE, Floats, Integers, to_degrees
from app.geo import METRES_PER_DEGREE

#: A place on a street: the edge (-1: none), metres along it from its tail, metres from the point to it.
SNAP = np.dtype([("edge", "<i4"), ("along", "<f4"), ("offset", "<f4")])

Snaps = NDArray[np.void]

#: A street on an island is taken only where the nearest one of the mainland is this much further.
ISLAND_PENALTY_M = 150.0

#: A bridge is taken only where the nearest street on the ground is this much further: it may lie above the house.
BRIDGE_PENALTY_M = 75.0

#: Points looked at together; in a dense city each has hundreds of segments near.
_CHUNK = 1024


def snap_points(files: NetworkFiles, lats: Floats, lons: Floats, max_m: float, mode: EdgeFlag) -> Snaps:
    """Snap points to the nearest edge of a mode (WALK or CAR) within a distance in metres."""
    snaps = np.zeros(len(lats), dtype=SNAP)
    for start in range(0, len(lats), _CHUNK):
        part = slice(start, start + _CHUNK)
        snaps[part] = _snap_chunk(files, lats[part], lons[part], max_m, mode)
    return snaps


@dataclass(frozen=True, slots=True)
class _Best:
    """The best segment found so far for each point, and its rank in metres (with the island penalty)."""

    snaps: Snaps
    rank: Floats


def _snap_chunk(files: NetworkFiles, lats: Floats, lons: Floats, max_m: float, mode: EdgeFlag) -> Snaps:
    lon_cell_m = SNAP_CELLS.lon_step * METRES_PER_DEGREE * np.cos(np.radians(np.abs(lats).max(initial=0.0) + 0.01))
    cell_m = max(min(SNAP_CELLS.lat_step * METRES_PER_DEGREE, lon_cell_m), 1.0)
    reach = 1
    best = _nearest(files, lats, lons, reach, mode)
    while reach * cell_m < max_m:
        # Anything not looked at yet is at least `reach` whole cells away.
        again = np.flatnonzero(best.rank > reach * cell_m)
        if not len(again):
            break
        reach = min(reach * 3, int(np.ceil(max_m / cell_m)))
        wider = _nearest(files, lats[again], lons[again], reach, mode)
        best.snaps[again] = wider.snaps
        best.rank[again] = wider.rank
    too_far = best.snaps["offset"] > max_m
    best.snaps[too_far] = np.array((-1, 0.0, 0.0), dtype=SNAP)
    return best.snaps


def _nearest(files: NetworkFiles, lats: Floats, lons: Floats, reach: int, mode: EdgeFlag) -> _Best:
    """Look at all segments in the cells within `reach` cells of each point."""
    owner, segment = _candidates(files, lats, lons, reach)
    flags = files.edges.flags[files.shapes.edge[segment]]
    usable = (flags & int(mode)) > 0
    owner, segment, flags = owner[usable], segment[usable], flags[usable]
    offset, share = _project(files, lats[owner], lons[owner], segment)
    rank = offset + np.where(flags & (int(mode) << 2), 0.0, ISLAND_PENALTY_M)
    rank += np.where(flags & EdgeFlag.BRIDGE, BRIDGE_PENALTY_M, 0.0)
    winner = _first_of_lowest(owner, rank)
    best = _Best(np.full(len(lats), -1, dtype=SNAP), np.full(len(lats), np.inf))
    chosen = segment[winner]
    along = files.shapes.along_m[chosen]
    best.snaps["edge"][owner[winner]] = files.shapes.edge[chosen]
    best.snaps["along"][owner[winner]] = along + share[winner] * (files.shapes.along_m[chosen + 1] - along)
    best.snaps["offset"][owner[winner]] = offset[winner]
    best.rank[owner[winner]] = rank[winner]
    return best


def _candidates(files: NetworkFiles, lats: Floats, lons: Floats, reach: int) -> tuple[Integers, Integers]:
    """Return (point, segment) pairs for the square of cells around each point."""
    cells = files.shapes.cells
    around = np.arange(-reach, reach + 1)
    west = (SNAP_CELLS.rows(lats)[:, None] + around) * SNAP_CELLS.columns + (SNAP_CELLS.cols(lons) - reach)[:, None]
    low = cells.starts[np.searchsorted(cells.keys, west.ravel())]
    high = cells.starts[np.searchsorted(cells.keys, west.ravel() + 2 * reach, side="right")]
    counts = high - low
    owner = np.repeat(np.repeat(np.arange(len(lats)), len(around)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, files.shapes.segments[np.repeat(low, counts) + place].astype(np.int64)


def _project(files: NetworkFiles, lats: Floats, lons: Floats, segment: Integers) -> tuple[Floats, Floats]:
    """Return metres from each point to its segment, and how far along the segment that is, 0 to 1."""
    squeeze = np.cos(np.radians(lats))
    start_x = (to_degrees(files.shapes.lon[segment]) - lons) * squeeze
    start_y = to_degrees(files.shapes.lat[segment]) - lats
    run_x = (files.shapes.lon[segment + 1] - files.shapes.lon[segment]) / STEPS_PER_DEGREE * squeeze
    run_y = (files.shapes.lat[segment + 1] - files.shapes.lat[segment]) / STEPS_PER_DEGREE
    square = run_x * run_x + run_y * run_y
    share = np.clip(-(start_x * run_x + start_y * run_y) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    return np.hypot(start_x + share * run_x, start_y + share * run_y) * METRES_PER_DEGREE, share


def _first_of_lowest(owner: Integers, rank: Floats) -> Integers:
    """Return, for each run of equal owners, where its lowest rank first stands."""
    if not len(owner):
        return np.empty(0, dtype=np.int64)
    is_first = np.concatenate([[True], np.diff(owner) > 0])
    lowest = np.minimum.reduceat(rank, np.flatnonzero(is_first))
    at = np.flatnonzero(rank == lowest[np.cumsum(is_first) - 1])
    return np.asarray(at[np.concatenate([[True], np.diff(owner[at]) > 0])], dtype=np.int64)


def cells_of_segments(lats: Floats, lons: Floats, is_last: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Return (cell, segment) pairs, sorted: each segment in every cell it may touch.

    A segment starts at each point but the last of an edge. Long ones are covered piece by piece.
    """
    segment = np.flatnonzero(~is_last)
    rows = np.abs(lats[segment + 1] - lats[segment]) / SNAP_CELLS.lat_step
    cols = np.abs(lons[segment + 1] - lons[segment]) / SNAP_CELLS.lon_step
    pieces = np.maximum(np.ceil(np.maximum(rows, cols)), 1).astype(np.int64)
    owner = np.repeat(segment, pieces)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = np.repeat(pieces, pieces)
    corners = [_between(lats, lons, owner, place / share), _between(lats, lons, owner, (place + 1) / share)]
    keys = [SNAP_CELLS.keys(lat, lon) for lat, _ in corners for _, lon in corners]
    # Nearly every piece lies in one cell: leave repeated corners out before sorting.
    fresh = [np.ones(len(owner), dtype=np.bool_)]
    fresh += [np.all([key != other for other in keys[:i]], axis=0) for i, key in enumerate(keys) if i]
    cells = np.concatenate([key[new] for key, new in zip(keys, fresh, strict=True)])
    return _sorted_once(cells, np.concatenate([owner[new] for new in fresh]))


def _sorted_once(cells: Integers, segments: Integers) -> tuple[Integers, Integers]:
    order = np.lexsort((segments, cells))
    cells, segments = cells[order], segments[order]
    first = np.ones(len(cells), dtype=np.bool_)
    first[1:] = (np.diff(cells) > 0) | (np.diff(segments) > 0)
    return cells[first], segments[first]


def _between(lats: Floats, lons: Floats, start: Integers, share: Floats) -> tuple[Floats, Floats]:
    lat = lats[start] + (lats[start + 1] - lats[start]) * share
    return lat, lons[start] + (lons[start + 1] - lons[start]) * share
