"""Where the nodes of an extract are."""

from __future__ import annotations

import numpy as np

from app.atlas.importing.pbf.block import UNITS_PER_DEGREE, Block, Points
from app.atlas.importing.pbf.varints import Ints
from app.atlas.projection import Floats


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
