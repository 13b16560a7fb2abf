"""Addresses as they are read: columns, because an extract has them by the hundred thousand."""

from __future__ import annotations

import numpy as np

from app.atlas.geocoder.rows import AddressRow
from app.atlas.importing.addressing import address_texts, first_text
from app.atlas.importing.keys import TEXT_KEYS
from app.atlas.importing.pbf.block import Node
from app.atlas.importing.pbf.located_ways import WayNodes
from app.atlas.importing.pbf.positions import NodePositions
from app.atlas.importing.pbf.texts import Tags
from app.atlas.importing.pbf.varints import Ints
from app.atlas.importing.pbf.ways import WayColumns
from app.atlas.projection import Floats


class TextColumns:
    """What `address_texts` returns of many elements, as one list each."""

    def __init__(self) -> None:
        self.columns: tuple[list[str], ...] = tuple([] for _ in TEXT_KEYS)

    def add(self, tags: Tags) -> None:
        """Add one element."""
        for column, text in zip(self.columns, address_texts(tags), strict=True):
            column.append(text)

    def add_ways(self, ways: WayColumns, rows: Ints) -> None:
        """Add some ways."""
        for column, keys in zip(self.columns, TEXT_KEYS, strict=True):
            found = [ways.texts(rows, key) for key in keys]
            column += found[0] if len(found) == 1 else map(first_text, zip(*found, strict=True))


class NodeAddresses:
    """Addresses on nodes."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._lats: list[float] = []
        self._lons: list[float] = []
        self.texts = TextColumns()

    def add(self, node: Node) -> None:
        """Add one."""
        self.ids.append(node.node_id)
        self._lats.append(node.lat)
        self._lons.append(node.lon)
        self.texts.add(node.tags)

    def places(self) -> tuple[Floats, Floats]:
        """Return latitudes and longitudes."""
        return np.array(self._lats, dtype=np.float64), np.array(self._lons, dtype=np.float64)

    def row(self, i: int) -> AddressRow:
        """Return one as a row."""
        return AddressRow(self._lats[i], self._lons[i], *(column[i] for column in self.texts.columns))


class WayAddresses:
    """Addresses on ways, each in the middle of its corners."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.texts = TextColumns()
        self._nodes = WayNodes()

    def add(self, ways: WayColumns, rows: Ints) -> None:
        """Add some, all of which have nodes."""
        self.ids += ways.ids[rows].tolist()
        self.texts.add_ways(ways, rows)
        self._nodes.add(ways, rows)

    def places(self, positions: NodePositions) -> tuple[Floats, Floats]:
        """Return the mean latitude and longitude of the known corners of each way, NaN for one without."""
        refs, starts, _ = self._nodes.refs()
        corners = positions.of(refs)
        known = np.isfinite(corners[:, 0])
        same = np.concatenate(([False], (corners[1:] == corners[:-1]).all(axis=1)))
        same[starts] = False
        known &= ~same
        sums = np.add.reduceat(np.where(known[:, None], corners, 0.0), starts)
        counts = np.add.reduceat(known.astype(np.float64), starts)
        lons, lats = (sums / np.where(counts > 0, counts, np.nan)[:, None]).T
        return lats, lons
