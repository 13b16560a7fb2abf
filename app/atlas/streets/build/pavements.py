"""Roads whose pavements are mapped as ways of their own: people walk on those, and not on the carriageway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.rules.walk import FOOTPATH_CLASSES, has_pavement_apart, may_walk
from app.atlas.streets.tiling import Integers
from app.geo import METRES_PER_DEGREE, Geometries, metres_per_degree_lon

#: A road has its pavement beside it where paths lie within this of most places along it, looked at so far apart.
BESIDE_M, STEP_M, MOST = 20.0, 20.0, 0.8

Bools = NDArray[np.bool_]


def with_pavements_apart(ways: StreetWays) -> StreetWays:
    """Return the ways, those carriageways closed on foot whose pavements are mapped beside them.

    A carriageway stays open where the map joins a side street to nothing else: such pavements pass it without a node.
    """
    walked = np.array([may_walk(tags) for tags in ways.tags], dtype=np.bool_)
    apart = [row for row in np.flatnonzero(walked).tolist() if has_pavement_apart(ways.tags[row])]
    if not apart:
        return ways
    closed = np.zeros(len(walked), dtype=np.bool_)
    closed[_with_paths_beside(ways, apart)] = True
    closed = _without_what_cuts_off(ways, walked, closed)
    tags = [{**each, "foot": "use_sidepath"} if shut else each for each, shut in zip(ways.tags, closed, strict=True)]
    return replace(ways, tags=tags)


def _with_paths_beside(ways: StreetWays, roads: Sequence[int]) -> list[int]:
    paths = [row for row, tags in enumerate(ways.tags) if tags.get("highway") in FOOTPATH_CLASSES and may_walk(tags)]
    tree = shapely.STRtree(_lines(ways, paths))
    lines = _lines(ways, roads)
    counts = np.maximum(np.ceil(shapely.length(lines) / STEP_M), 2).astype(np.int64)
    road = np.repeat(np.arange(len(roads)), counts)
    place = np.arange(len(road)) - np.repeat(np.cumsum(counts) - counts, counts)
    points = shapely.line_interpolate_point(lines[road], (place + 0.5) / counts[road], normalized=True)
    beside = np.zeros(len(points), dtype=np.bool_)
    beside[tree.query(points, predicate="dwithin", distance=BESIDE_M)[0]] = True
    share = np.bincount(road, weights=beside) / counts
    return [row for row, enough in zip(roads, (share >= MOST).tolist(), strict=True) if enough]


def _lines(ways: StreetWays, rows: Sequence[int]) -> Geometries:
    """Return ways as lines in metres."""
    scale = metres_per_degree_lon(float(np.nanmean(ways.lats))), METRES_PER_DEGREE
    points = np.column_stack((ways.lons, ways.lats)) * scale
    lines = [shapely.LineString(points[ways.offsets[row] : ways.offsets[row + 1]]) for row in rows]
    return np.array(lines, dtype=object)


def _without_what_cuts_off(ways: StreetWays, walked: Bools, closed: Bools) -> Bools:
    """Return what may be closed so that no way that was joined to most others is cut off from them."""
    before = _is_joined(ways, walked)
    counts = np.diff(ways.offsets)
    while closed.any():
        cut_off = walked & ~closed & before & ~_is_joined(ways, walked & ~closed)
        beside = np.isin(ways.refs, ways.refs[np.repeat(cut_off, counts)])
        opened = closed & np.logical_or.reduceat(beside, ways.offsets[:-1])
        if not opened.any():
            break
        closed = closed & ~opened
    return closed


def _is_joined(ways: StreetWays, open_ways: Bools) -> Bools:
    """Return which ways belong to the largest part that hangs together."""
    _, node = np.unique(ways.refs, return_inverse=True)
    way: Integers = np.repeat(np.arange(len(open_ways)), np.diff(ways.offsets))
    kept = open_ways[way]
    size = len(open_ways) + int(node.max()) + 1
    pairs = (way[kept], node[kept] + len(open_ways))
    part = connected_components(coo_array((np.ones(len(pairs[0])), pairs), shape=(size, size)), directed=False)[1]
    part = part[: len(open_ways)]
    joined: Bools = open_ways & (part == np.argmax(np.bincount(part[open_ways])))
    return joined
