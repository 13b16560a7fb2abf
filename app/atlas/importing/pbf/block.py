"""One block of an .osm.pbf file: some thousand elements with the texts they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.importing.pbf.texts import Tags, Texts
from app.atlas.importing.pbf.varints import Ints
from app.atlas.importing.pbf.ways import WayColumns
from app.atlas.streets.tiling import STEPS_PER_DEGREE

#: Positions are multiples of a block's granularity in 1e-9 degrees, and are kept in the steps that are stored.
NANO_PER_STEP = 1_000_000_000 // STEPS_PER_DEGREE
MEMBER_TYPES = "nwr"


class Node(NamedTuple):
    """A node with its position in degrees."""

    node_id: int
    tags: Tags
    lat: float
    lon: float


class Member(NamedTuple):
    """An element of a relation: "n12" or "w7", and its role."""

    osm_id: str
    role: str


class Relation(NamedTuple):
    """A relation with its members in order."""

    relation_id: int
    tags: Tags
    members: list[Member]


class Points(NamedTuple):
    """Where nodes are, in steps of which STEPS_PER_DEGREE make a degree."""

    ids: Ints
    lats: Ints
    lons: Ints


class Block:
    """Gives the elements of a block that have one of the keys asked for."""

    def __init__(self, message: Any) -> None:
        self._groups = message.primitivegroup
        self._message = message
        self._texts = Texts(message.stringtable.s)
        self._placed = [(group, self._points(group)) for group in self._groups if group.dense.id or group.nodes]

    @property
    def points(self) -> list[Points]:
        """Return where all its nodes are."""
        return [points for _, points in self._placed]

    @property
    def has_relations(self) -> bool:
        """Tell whether it holds relations."""
        return any(group.relations for group in self._groups)

    def nodes(self, keys: Set[str]) -> Iterator[Node]:
        """Yield the nodes with one of these keys."""
        wanted = self._texts.are(keys)
        if wanted.any():
            for group, points in self._placed:
                for i, tags in self._tagged(group, wanted):
                    lat, lon = int(points.lats[i]) / STEPS_PER_DEGREE, int(points.lons[i]) / STEPS_PER_DEGREE
                    yield Node(int(points.ids[i]), tags, lat, lon)

    def ways(self) -> Iterator[WayColumns]:
        """Yield the ways of each group."""
        for group in self._groups:
            if group.ways:
                yield WayColumns(group.ways, self._texts)

    def relations(self) -> Iterator[Relation]:
        """Yield all relations."""
        for group in self._groups:
            for relation in group.relations:
                ids = np.cumsum(np.array(relation.memids, dtype=np.int64)).tolist()
                members = zip(relation.types, ids, relation.roles_sid, strict=True)
                found = [Member(f"{MEMBER_TYPES[kind]}{ref}", self._texts[role]) for kind, ref, role in members]
                yield Relation(relation.id, self._tags(relation), found)

    def newest(self) -> int:
        """Return when the newest of its nodes and ways was changed, in seconds since 1970, or 0."""
        times = [0]
        for group in self._groups:
            times += [element.info.timestamp for elements in (group.nodes, group.ways) for element in elements]
            if group.dense.denseinfo.timestamp:
                times.append(int(_summed(group.dense.denseinfo.timestamp).max()))
        return int(max(times) * self._message.date_granularity) // 1000

    def _tags(self, element: Any) -> Tags:
        text = self._texts.__getitem__
        return dict(zip(map(text, element.keys), map(text, element.vals), strict=True))

    def _points(self, group: Any) -> Points:
        if group.dense.id:
            dense = group.dense
            ids, lats, lons = _summed(dense.id), _summed(dense.lat), _summed(dense.lon)
        else:
            ids, lats, lons = np.array([(node.id, node.lat, node.lon) for node in group.nodes], dtype=np.int64).T
        message = self._message
        return Points(
            ids,
            (lats * message.granularity + message.lat_offset) // NANO_PER_STEP,
            (lons * message.granularity + message.lon_offset) // NANO_PER_STEP,
        )

    def _tagged(self, group: Any, wanted: NDArray[np.bool_]) -> Iterator[tuple[int, Tags]]:
        """Yield the position in the group and the tags of each node with a wanted key."""
        if not group.dense.id:
            for i, node in enumerate(group.nodes):
                if wanted[list(node.keys)].any():
                    yield i, self._tags(node)
            return
        # Key, value, key, value, 0 for each node, and only a 0 for one without tags.
        pairs = np.array(group.dense.keys_vals, dtype=np.int64)
        ends = np.flatnonzero(pairs == 0)
        starts = np.concatenate(([0], ends + 1))
        hits = np.flatnonzero(wanted[pairs])
        owner = np.searchsorted(ends, hits)
        is_key = (hits - starts[owner]) % 2 == 0
        owner = owner[is_key]
        for i in owner[np.diff(owner, prepend=-1) > 0].tolist():
            texts = [self._texts[text] for text in pairs[starts[i] : ends[i]].tolist()]
            yield i, dict(zip(texts[::2], texts[1::2], strict=True))


def _summed(steps: Sequence[int]) -> Ints:
    """Return the values of which each is given as the difference to the one before."""
    values: Ints = np.cumsum(np.array(steps, dtype=np.int64))
    return values
