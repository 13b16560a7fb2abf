"""Ways with the positions of their nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from app.atlas.importing.pbf.positions import NodePositions
from app.atlas.importing.pbf.texts import Tags
from app.atlas.importing.pbf.varints import Ints
from app.atlas.importing.pbf.ways import WayColumns
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
