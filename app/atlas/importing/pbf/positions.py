"""Finds where the nodes of ways are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from app.atlas.importing.pbf.block import UNITS_PER_DEGREE, Block, Points
from app.atlas.importing.pbf.varints import Ints
from app.atlas.importing.pbf.ways import Tags, WayColumns
from app.atlas.projection import Floats


class Way(NamedTuple):
    """A way: its nodes, and a (lon, lat) row for each in degrees, NaN where the extract does not hold it."""

    way_id: int
    tags: Tags
    refs: Ints
    corners: Floats
    #: The extract holds all its nodes.
    is_whole: bool
    is_closed: bool


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
        known = self._all()
        if not len(known.ids):
            return np.full((len(refs), 2), np.nan)
        rows = np.searchsorted(known.ids, refs)
        rows[rows == len(known.ids)] = 0
        found = np.empty((len(refs), 2))
        found[:, 0], found[:, 1] = known.lons[rows], known.lats[rows]
        found /= UNITS_PER_DEGREE
        found[known.ids[rows] != refs] = np.nan
        return found

    def _all(self) -> Points:
        """Return all nodes by ascending id."""
        if len(self._points) > 1:
            ids, lats, lons = (np.concatenate(column) for column in zip(*self._points, strict=True))
            if (ids[1:] < ids[:-1]).any():
                order = np.argsort(ids, kind="stable")
                ids, lats, lons = ids[order], lats[order], lons[order]
            self._points = [Points(ids, lats, lons)]
        return self._points[0] if self._points else Points(*np.empty((3, 0), dtype=np.int64))


class WayNodes:
    """Collects the nodes of ways, to be found all at once."""

    def __init__(self) -> None:
        self._steps: list[Ints] = []
        self._counts: list[Ints] = []

    def add(self, ways: WayColumns, rows: Ints) -> None:
        """Add some ways, all of which have nodes."""
        steps, counts = ways.steps(rows)
        self._steps.append(steps)
        self._counts.append(counts)

    def refs(self) -> tuple[Ints, Ints]:
        """Return the ids of all nodes, and the position of the first of each way."""
        if not self._steps:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        steps, counts = np.concatenate(self._steps), np.concatenate(self._counts)
        starts = np.cumsum(counts) - counts
        sums = np.cumsum(steps)
        return sums - np.repeat(sums[starts] - steps[starts], counts), starts


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
        refs, starts = self._nodes.refs()
        corners = positions.of(refs)
        ends = np.append(starts[1:], len(refs))[: len(starts)]
        cuts = np.concatenate(([0], np.cumsum(np.isnan(corners[:, 0]))))
        is_whole = cuts[ends] == cuts[starts]
        is_closed = refs[starts] == refs[ends - 1]
        parts = map(slice, starts.tolist(), ends.tolist())
        columns = (self._ids, self._tags, parts, is_whole.tolist(), is_closed.tolist())
        for way_id, tags, part, whole, closed in zip(*columns, strict=True):
            yield Way(way_id, tags, refs[part], corners[part], whole, closed)
