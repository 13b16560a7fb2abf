"""Where the nodes of an extract are."""

from __future__ import annotations

import numpy as np

from app.atlas.importing.pbf.block import Block, Points
from app.atlas.importing.pbf.varints import Ints
from app.atlas.projection import Floats
from app.atlas.streets.tiling import STEPS_PER_DEGREE


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
