"""Around which points shops, other places and stops are mapped at all: without them, "none" says nothing.

What counts is how many there are for the streets within 2.4 km, as `pipeline.knowledge` judges it for one address. Most
points are judged by the cell they lie in, from what surely and what perhaps lies in the disc; the others one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.facts import AMENITIES, AMENITIES_PER_KM, MAPPED_RADIUS_M, SHOPS, SHOPS_PER_KM, STOPS, STOPS_PER_KM
from app.atlas.fields.fields import Mapped
from app.atlas.streets.network import Network
from app.atlas.streets.tiling import to_degrees
from app.geo import METRES_PER_DEGREE, Floats, metres_per_degree_lon
from app.places import Kind

Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]

CELL_M = 250.0
#: What runs in binary is compared with this much to spare.
SLACK = 1e-9
#: Degrees of latitude by which the scale of a distance may lie outside that of the points.
SPARE = 0.02
FAMILIES = (
    (Mapped.SHOPS, SHOPS, SHOPS_PER_KM),
    (Mapped.AMENITIES, AMENITIES, AMENITIES_PER_KM),
    (Mapped.STOPS, STOPS, STOPS_PER_KM),
)


def families_mapped(
    network: Network, located: Callable[[Collection[Kind]], Floats], lats: Floats, lons: Floats
) -> NDArray[np.uint8]:
    """Return for each point the bits of what is mapped around it. `located` gives (lat, lon) rows of places."""
    found = np.zeros(len(lats), dtype=np.uint8)
    if not len(lats):
        return found
    discs = _Discs.around(lats, lons)
    pieces = network.files.pieces
    streets = np.column_stack((to_degrees(pieces.lat), to_degrees(pieces.lon)))
    km = discs.sums(streets, pieces.measures[:, 0].astype(np.float64) / 1000)

    def street_km(point: int) -> float:
        return network.street_km(float(lats[point]), float(lons[point]), MAPPED_RADIUS_M)

    some = km.least > SLACK
    unsure = ~some & (km.most > 0)
    some[unsure] = [street_km(point) > 0 for point in np.flatnonzero(unsure).tolist()]
    found[some] |= np.uint8(Mapped.STREETS)
    for bit, kinds, per_km in FAMILIES:
        places = located(kinds)
        count = discs.sums(places, np.ones(len(places)))
        enough = count.least >= np.maximum(1.0, per_km * km.most + SLACK)
        unsure = ~enough & (count.most >= np.maximum(1.0, per_km * km.least - SLACK))
        for point in np.flatnonzero(unsure).tolist():
            near = _count(places, float(lats[point]), float(lons[point]))
            enough[point] = near >= max(1.0, per_km * street_km(point))
        found[enough] |= np.uint8(bit)
    return found


def _count(places: Floats, lat: float, lon: float) -> int:
    """Return how many places lie within the radius, measured as `nearby.Nearby` does."""
    north, east = (places[:, 0] - lat) * METRES_PER_DEGREE, (places[:, 1] - lon) * metres_per_degree_lon(lat)
    return int((np.hypot(north, east) <= MAPPED_RADIUS_M).sum())


@dataclass(frozen=True, slots=True)
class _Sums:
    """For each point a sum over the disc: what it is at least, and at most."""

    least: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class _Discs:
    """The discs around points, as rows of cells of one size in degrees; the widths of a cell differ with latitude."""

    south: float
    west: float
    step: tuple[float, float]
    shape: tuple[int, int]
    rows: Rows
    columns: Rows
    #: Metres of the narrowest and of the widest cell.
    widths: tuple[float, float]

    @classmethod
    def around(cls, lats: Floats, lons: Floats) -> _Discs:
        """Lay a grid over points and the discs around them."""
        north, south = float(lats.max()), float(lats.min())
        pad = int(MAPPED_RADIUS_M / CELL_M) + 3
        scales = [
            max(metres_per_degree_lon(lat), 1.0) for lat in (north + SPARE, south - SPARE, np.clip(0, south, north))
        ]
        step = CELL_M / METRES_PER_DEGREE, CELL_M / min(scales)
        rows, columns = ((lats - south) / step[0]).astype(np.int64), ((lons - lons.min()) / step[1]).astype(np.int64)
        shape = int(rows.max()) + 1 + 2 * pad, int(columns.max()) + 1 + 2 * pad
        corner = south - pad * step[0], float(lons.min()) - pad * step[1]
        return cls(*corner, step, shape, rows + pad, columns + pad, (step[1] * min(scales), step[1] * max(scales)))

    def sums(self, points: Floats, weights: Floats) -> _Sums:
        """Return the least and the most that the points in each disc weigh together."""
        row = np.floor((points[:, 0] - self.south) / self.step[0]).astype(np.int64)
        column = np.floor((points[:, 1] - self.west) / self.step[1]).astype(np.int64)
        inside = (row >= 0) & (row < self.shape[0]) & (column >= 0) & (column < self.shape[1])
        flat = row[inside] * self.shape[1] + column[inside]
        cells = np.bincount(flat, weights[inside], self.shape[0] * self.shape[1]).reshape(self.shape)
        before = np.zeros((self.shape[0], self.shape[1] + 1))
        np.cumsum(cells, axis=1, out=before[:, 1:])
        return _Sums(self._sum(before, 1, self.widths[1]), self._sum(before, -1, self.widths[0]))

    def _sum(self, before: Floats, more: int, width_m: float) -> Floats:
        """Add up spans of cells: those that lie wholly in the disc for each point of the cell (1), or reach it (-1)."""
        total = np.zeros(len(self.rows))
        for up in range(-int(MAPPED_RADIUS_M / CELL_M) - 1, int(MAPPED_RADIUS_M / CELL_M) + 2):
            apart_m = max(abs(up) + more, 0) * CELL_M
            if apart_m <= MAPPED_RADIUS_M:
                half = int(np.sqrt(MAPPED_RADIUS_M**2 - apart_m**2) / width_m) - more
                if half < 0:
                    continue
                row = self.rows + up
                east = np.clip(self.columns + half + 1, 0, self.shape[1])
                total += before[row, east] - before[row, np.clip(self.columns - half, 0, self.shape[1])]
        return total
