"""Addresses on ways, as columns: an extract has them by the hundred thousand."""

from __future__ import annotations

import numpy as np

from app.atlas.importing.keys import ADDRESS_KEY, CITY_KEYS
from app.atlas.importing.pbf.located_ways import WayNodes
from app.atlas.importing.pbf.positions import NodePositions
from app.atlas.importing.pbf.varints import Ints
from app.atlas.importing.pbf.ways import WayColumns
from app.atlas.projection import Floats


class TextColumns:
    """Ids of ways, and what `address_texts` returns of their tags, as one list each."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        #: Number, street, place, city, postcode.
        self.columns: tuple[list[str], ...] = ([], [], [], [], [])

    def add(self, ways: WayColumns, rows: Ints) -> None:
        """Add some ways."""
        self.ids += ways.ids[rows].tolist()
        named = zip(*(ways.texts(rows, key) for key in CITY_KEYS), strict=True)
        cities = [city or suburb or hamlet for city, suburb, hamlet in named]
        number, street, place, city, postcode = self.columns
        number += ways.texts(rows, ADDRESS_KEY)
        street += ways.texts(rows, "addr:street")
        place += ways.texts(rows, "addr:place")
        city += cities
        postcode += ways.texts(rows, "addr:postcode")


def middles(nodes: WayNodes, positions: NodePositions) -> tuple[Floats, Floats]:
    """Return the mean latitude and longitude of the known corners of each way, NaN for one without."""
    refs, starts = nodes.refs()
    if not len(refs):
        return np.empty(0), np.empty(0)
    corners = positions.of(refs)
    known = np.isfinite(corners[:, 0])
    same = np.concatenate(([False], (corners[1:] == corners[:-1]).all(axis=1)))
    same[starts] = False
    known &= ~same
    sums = np.add.reduceat(np.where(known[:, None], corners, 0.0), starts)
    counts = np.add.reduceat(known.astype(np.float64), starts)
    lons, lats = (sums / np.where(counts > 0, counts, np.nan)[:, None]).T
    return lats, lons
