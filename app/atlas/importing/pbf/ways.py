"""The ways of a block as columns, so that only the wanted ones and what is wanted of them become Python objects."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from app.atlas.importing.pbf.varints import Ints, signed, unpacked

Tags = dict[str, str]


class WayColumns:
    """All ways of a block; a row is a way. Raises ValueError where they are damaged."""

    def __init__(self, ways: Sequence[Any], texts: Sequence[str]) -> None:
        self._texts = texts
        self.ids = np.array([way.id for way in ways], dtype=np.int64)
        self._keys, counts = unpacked([way.keys for way in ways])
        self._values, of_values = unpacked([way.vals for way in ways])
        if not np.array_equal(counts, of_values) or max(self._keys.max(initial=0), self._values.max(initial=0)) >= len(
            texts
        ):
            raise ValueError("keys without values")
        self._tag_ends = np.cumsum(counts)
        self._owner = np.repeat(np.arange(len(ways)), counts)
        steps, self._node_counts = unpacked([way.refs for way in ways])
        #: Each node's id as the difference to the one before in its way.
        self._steps = signed(steps)
        self._node_ends = np.cumsum(self._node_counts)

    def with_keys(self, keys: Set[str], also: Ints | None = None) -> Ints:
        """Return the rows of the ways that have nodes, and one of these keys or one of these ids."""
        is_wanted = np.array([text in keys for text in self._texts], dtype=bool)
        found = np.zeros(len(self.ids), dtype=bool)
        found[self._owner[is_wanted[self._keys]]] = True
        if also is not None:
            found |= np.isin(self.ids, also)
        return np.flatnonzero(found & (self._node_counts > 0))

    def tags(self, rows: Ints) -> list[Tags]:
        """Return all tags of some ways."""
        text = self._texts.__getitem__
        ends = self._tag_ends[rows]
        starts = self._tag_ends[rows - 1] * (rows > 0)
        parts = map(slice, starts.tolist(), ends.tolist())
        keys, values = self._keys.tolist(), self._values.tolist()
        return [dict(zip(map(text, keys[part]), map(text, values[part]), strict=True)) for part in parts]

    def texts(self, rows: Ints, key: str) -> list[str]:
        """Return the value of one key for each of some ways, "" where it has none."""
        if key not in self._texts:
            return [""] * len(rows)
        value_of = np.zeros(len(self.ids), dtype=np.int64)
        hits = np.flatnonzero(self._keys == self._texts.index(key))
        value_of[self._owner[hits]] = self._values[hits]
        return list(map(self._texts.__getitem__, value_of[rows].tolist()))

    def steps(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the steps of some ways, one way after another, and how many nodes each has."""
        wanted = np.zeros(len(self.ids), dtype=bool)
        wanted[rows] = True
        return self._steps[np.repeat(wanted, self._node_counts)], self._node_counts[rows]
