"""Where the nodes of an extract are, and ways with the positions of their nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from app.atlas.importing.pbf.block import Block, Points, Tags, WayColumns
from app.atlas.streets.tiling import STEPS_PER_DEGREE
from app.atlas.varints import Ints
from app.geo import Floats


class NodePositions:
    """Collects the positions of all nodes of an extract, 16 bytes each."""

    def __init__(self) -> None:
        self._points: list[Points] = []

    def add(self, block: Block) -> None:
        """Take the nodes of a block."""
        for ids, lats, lons in block.points:
            self._points.append(Points(ids, lats.astype(np.int32), lons.astype(np.int32)))

    def of(self, refs: Ints) -> Floats:
        """Return the (lon, lat) row of each node in degrees, NaN where it is not known."""
        ids, lats, lons = self._by_id()
        found = np.full((len(refs), 2), np.nan)
        if len(ids):
            rows = np.searchsorted(ids[:-1], refs)
            found[:, 0], found[:, 1] = lons[rows], lats[rows]
            found /= STEPS_PER_DEGREE
            found[ids[rows] != refs] = np.nan
        return found

    def _by_id(self) -> Points:
        """Return all nodes by ascending id: an editor's own file may have them the other way round."""
        if not self._points:
            return Points(*np.empty((3, 0), dtype=np.int64))
        points = Points(*(np.concatenate(column) for column in zip(*self._points, strict=True)))
        if (points.ids[1:] >= points.ids[:-1]).all():
            return points
        order = np.argsort(points.ids, kind="stable")
        return Points(*(column[order] for column in points))


class Way(NamedTuple):
    """A way: its nodes, and a (lon, lat) row for each in degrees, NaN where the extract does not hold it."""

    way_id: int
    tags: Tags
    refs: Ints
    corners: Floats
    #: The extract holds all its nodes.
    is_whole: bool
    is_closed: bool


class WayNodes:
    """Collects the nodes of ways, to be found all at once."""

    def __init__(self) -> None:
        none = np.empty(0, dtype=np.int64)
        self._steps, self._counts = [none], [none]

    def add(self, ways: WayColumns, rows: Ints) -> None:
        """Add some ways, all of which have nodes."""
        steps, counts = ways.steps(rows)
        self._steps.append(steps)
        self._counts.append(counts)

    def refs(self) -> tuple[Ints, Ints, Ints]:
        """Return the ids of all nodes, the position of the first of each way, and that after its last."""
        steps, counts = np.concatenate(self._steps), np.concatenate(self._counts)
        ends = np.cumsum(counts)
        starts = ends - counts
        sums = np.cumsum(steps)
        return sums - np.repeat(sums[starts] - steps[starts], counts), starts, ends


def centres(corners: Floats, starts: Ints) -> Floats:
    """Return the (lon, lat) of the middle of each of many lines, of which `starts` are the first corners.

    That is the centroid of the area that a closed one encloses, and the mean of the known corners of any other; NaN
    where none is known.
    """
    if not len(starts):
        return np.empty((0, 2))
    middles = means(corners, starts)
    ends = np.append(starts[1:], len(corners)) - 1
    is_last = np.zeros(len(corners), dtype=bool)
    is_last[ends] = True
    here = corners - np.repeat(middles, np.diff(starts, append=len(corners)), axis=0)
    following = np.roll(here, -1, axis=0)
    cross = np.where(is_last, 0.0, here[:, 0] * following[:, 1] - following[:, 0] * here[:, 1])
    areas = np.add.reduceat(cross, starts)
    moments = np.add.reduceat((here + following) * cross[:, None], starts)
    is_area = (corners[starts] == corners[ends]).all(axis=1) & (np.abs(areas) > SMALLEST_AREA)
    found: Floats = middles + np.where(is_area[:, None], moments / (3 * np.where(is_area, areas, 1.0))[:, None], 0.0)
    return found


#: Twice the area, in square degrees, below which what a line encloses is none: a square decimetre.
SMALLEST_AREA = 1e-12


def means(corners: Floats, starts: Ints) -> Floats:
    """Return the mean (lon, lat) of the known corners of each line, without those that repeat the one before.

    NaN where none is known.
    """
    if not len(starts):
        return np.empty((0, 2))
    known = np.isfinite(corners[:, 0])
    same = np.concatenate(([False], (corners[1:] == corners[:-1]).all(axis=1)))
    same[starts] = False
    known &= ~same
    sums = np.add.reduceat(np.where(known[:, None], corners, 0.0), starts)
    counts = np.add.reduceat(known.astype(np.float64), starts)
    means: Floats = sums / np.where(counts > 0, counts, np.nan)[:, None]
    return means


class Ways:
    """Collects ways with all their tags."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._tags: list[Tags] = []
        self._nodes = WayNodes()

    def add(self, ways: WayColumns, rows: Ints) -> None:
        """Add some ways, all of which have nodes."""
        self._ids += ways.ids[rows].tolist()
        self._tags += ways.tags(rows)
        self._nodes.add(ways, rows)

    def located(self, positions: NodePositions) -> Iterator[Way]:
        """Yield all ways with their positions."""
        refs, starts, ends = self._nodes.refs()
        corners = positions.of(refs)
        cuts = np.concatenate(([0], np.cumsum(np.isnan(corners[:, 0]))))
        is_whole = cuts[ends] == cuts[starts]
        is_closed = refs[starts] == refs[ends - 1]
        parts = map(slice, starts.tolist(), ends.tolist())
        columns = (self._ids, self._tags, parts, is_whole.tolist(), is_closed.tolist())
        for way_id, tags, part, whole, closed in zip(*columns, strict=True):
            yield Way(way_id, tags, refs[part], corners[part], whole, closed)
