"""Where the nodes of an extract are, and ways with the positions of their nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from app.atlas.importing.pbf.block import Block, Ints, Points, Tags, WayColumns
from app.atlas.streets.tiling import STEPS_PER_DEGREE
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
