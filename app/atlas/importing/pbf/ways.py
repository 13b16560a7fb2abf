"""The ways of a block as columns, so that only the wanted ones and what is wanted of them become Python objects."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from app.atlas.importing.pbf.texts import Tags, Texts
from app.atlas.importing.pbf.varints import Ints, signed, unpacked


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

    def with_keys(self, keys: Set[str], also: Ints | None = None) -> Ints:
        """Return the rows of the ways that have nodes, and one of these keys or one of these ids (ascending)."""
        is_wanted = self._texts.are(keys)
        found = np.zeros(len(self.ids), dtype=bool)
        found[self._owner[is_wanted[self._keys]]] = True
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
