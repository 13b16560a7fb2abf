"""One block of an .osm.pbf file: some thousand elements with the texts they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.tiling import STEPS_PER_DEGREE
from app.atlas.varints import Ints, signed, unpacked

Tags = dict[str, str]


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


#: Positions are multiples of a block's granularity in 1e-9 degrees, and are kept in the steps that are stored.
NANO_PER_STEP = 1_000_000_000 // STEPS_PER_DEGREE

MEMBER_TYPES = "nwr"


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
        """Return whether it holds relations."""
        return any(group.relations for group in self._groups)

    def nodes(self, keys: Set[str], named: Set[str] = frozenset()) -> Iterator[Node]:
        """Yield the nodes with one of these keys, and those with a name and one of the keys `named`."""
        wanted = _Wanted(self._texts, keys, named)
        if wanted.any.any():
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
        lats = (lats * message.granularity + message.lat_offset) // NANO_PER_STEP
        lons = (lons * message.granularity + message.lon_offset) // NANO_PER_STEP
        if (np.abs(lats) > 90 * STEPS_PER_DEGREE).any() or (np.abs(lons) > 180 * STEPS_PER_DEGREE).any():
            raise ValueError("nodes that lie nowhere on Earth")
        return Points(ids, lats, lons)

    def _tagged(self, group: Any, wanted: _Wanted) -> Iterator[tuple[int, Tags]]:
        """Yield the position in the group and the tags of each node that is wanted."""
        if not group.dense.id:
            counts = [len(node.keys) for node in group.nodes]
            keys = np.array([key for node in group.nodes for key in node.keys], dtype=np.int64)
            for i in wanted.of(len(counts), np.repeat(np.arange(len(counts)), counts), keys).tolist():
                yield i, self._tags(group.nodes[i])
            return
        # Key, value, key, value, 0 for each node, and only a 0 for one without tags.
        pairs = np.array(group.dense.keys_vals, dtype=np.int64)
        ends = np.flatnonzero(pairs == 0)
        starts = np.concatenate(([0], ends + 1))
        hits = np.flatnonzero(wanted.any[pairs])
        owner = np.searchsorted(ends, hits)
        is_key = (hits - starts[owner]) % 2 == 0
        for i in wanted.of(len(ends), owner[is_key], pairs[hits[is_key]]).tolist():
            texts = [self._texts[text] for text in pairs[starts[i] : ends[i]].tolist()]
            yield i, dict(zip(texts[::2], texts[1::2], strict=True))


def _summed(steps: Sequence[int]) -> Ints:
    """Return the values of which each is given as the difference to the one before."""
    values: Ints = np.cumsum(np.array(steps, dtype=np.int64))
    return values


class WayColumns:
    """All ways of a block; a row is a way. Raises ValueError where they are damaged."""

    def __init__(self, ways: Sequence[Any], texts: Texts) -> None:
        self._texts = texts
        # One loop for all: to make the object that stands for a way costs as much as to read a field of it.
        ids, keys, values, refs = zip(*[(way.id, way.keys, way.vals, way.refs) for way in ways], strict=True)
        self.ids = np.array(ids, dtype=np.int64)
        self._keys, counts = unpacked(keys)
        self._values, of_values = unpacked(values)
        largest = max(self._keys.max(initial=0), self._values.max(initial=0))
        if not np.array_equal(counts, of_values) or largest >= len(texts):
            raise ValueError("keys without values, or numbers of no text")
        self._tag_ends = np.cumsum(counts)
        self._tag_starts = self._tag_ends - counts
        self._owner = np.repeat(np.arange(len(ways)), counts)
        steps, self._node_counts = unpacked(refs)
        #: Each node's id as the difference to the one before in its way.
        self._steps = signed(steps)

    def with_keys(self, keys: Set[str], also: Ints | None = None, named: Set[str] = frozenset()) -> Ints:
        """Return the rows of the ways that have nodes, and one of these keys or one of these ids (ascending).

        So are those with a name and one of the keys `named`.
        """
        found = np.zeros(len(self.ids), dtype=bool)
        found[_Wanted(self._texts, keys, named).of(len(self.ids), self._owner, self._keys)] = True
        if also is not None and len(also):
            found |= also[np.searchsorted(also[:-1], self.ids)] == self.ids
        return np.flatnonzero(found & (self._node_counts > 0))

    def tags(self, rows: Ints) -> list[Tags]:
        """Return all tags of some ways."""
        text = self._texts.__getitem__
        parts = map(slice, self._tag_starts[rows].tolist(), self._tag_ends[rows].tolist())
        keys, values = self._keys.tolist(), self._values.tolist()
        return [dict(zip(map(text, keys[part]), map(text, values[part]), strict=True)) for part in parts]

    def texts(self, rows: Ints, key: str) -> list[str]:
        """Return the value of one key for each of some ways, "" where it has none."""
        value_of = np.zeros(len(self.ids), dtype=np.int64)
        hits = np.flatnonzero(self._texts.are({key})[self._keys])
        value_of[self._owner[hits]] = self._values[hits]
        return list(map(self._texts.__getitem__, value_of[rows].tolist()))

    def steps(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the steps of some ways, one way after another, and how many nodes each has."""
        wanted = np.zeros(len(self.ids), dtype=bool)
        wanted[rows] = True
        return self._steps[np.repeat(wanted, self._node_counts)], self._node_counts[rows]


class Texts(list[str]):
    """The texts of a block; number 0 is none."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        super().__init__(["", *(text.decode("utf-8", "replace") for text in texts[1:])])
        self._numbers = dict(zip(self, range(len(self)), strict=True))
        is_twice = len(self._numbers) < len(self)
        #: Numbers of texts that are there again under a larger number.
        self._twice = [i for i, text in enumerate(self) if self._numbers[text] != i] if is_twice else []

    def are(self, wanted: Set[str]) -> NDArray[np.bool_]:
        """Return for each whether it is one of these."""
        found = np.zeros(len(self), dtype=bool)
        found[[self._numbers[text] for text in wanted if text in self._numbers]] = True
        found[[i for i in self._twice if self[i] in wanted]] = True
        return found


#: Keys that give an element a name, and how keys begin that give one in a language.
NAME_KEYS, NAME_PREFIX = frozenset({"name", "brand"}), "name:"


class _Wanted:
    """Which elements of a block are asked for: those with one of `keys`, and those with a name and one of `named`."""

    def __init__(self, texts: Texts, keys: Set[str], named: Set[str]) -> None:
        self._keys, self._kinds = texts.are(keys), texts.are(named)
        self._names = np.zeros_like(self._kinds)
        if self._kinds.any():
            self._names = texts.are(NAME_KEYS)
            self._names[[i for i, text in enumerate(texts) if text.startswith(NAME_PREFIX)]] = True
        #: For each text whether it may decide.
        self.any = self._keys | self._kinds | self._names

    def of(self, count: int, owner: Ints, keys: Ints) -> Ints:
        """Return which of so many elements these are, ascending; each key has the element that it belongs to."""
        has_key, has_kind, has_name = np.zeros((3, count), dtype=bool)
        has_key[owner[self._keys[keys]]] = True
        if self._kinds.any():
            has_kind[owner[self._kinds[keys]]] = True
            has_name[owner[self._names[keys]]] = True
        return np.flatnonzero(has_key | (has_kind & has_name))
