"""Around which points shops, other places and stops are mapped at all: without them, "none" says nothing.

What counts is how many there are for the streets within 2.4 km, as `pipeline.knowledge` judges it for one address. Most
points are judged by the cell they lie in, from what surely and what perhaps lies in the disc; the others one by one,
or, where a whole town lies at the limit, by the mean of the two.
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

#: Side of a cell; larger ones in a region that is more than MOST_CELLS of them wide.
CELL_M, MOST_CELLS = 62.5, 4_000
#: More points than this are not judged one by one.
MOST_BY_ONE = 1_000
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
    discs, streets = _Discs.around(lats, lons), _Streets(network, lats, lons)
    km = discs.sums(*streets.pieces())
    found[streets.more_than_nothing(km)] |= np.uint8(Mapped.STREETS)
    for bit, kinds, per_km in FAMILIES:
        places = located(kinds)
        count = discs.sums(places, np.ones(len(places)))
        enough = count.least >= np.maximum(1.0, per_km * km.most + SLACK)
        unsure = np.flatnonzero(~enough & (count.most >= np.maximum(1.0, per_km * km.least - SLACK)))
        if len(unsure) > MOST_BY_ONE:
            enough[unsure] = (count.middle >= np.maximum(1.0, per_km * km.middle))[unsure]
        else:
            for point in unsure.tolist():
                near = _count(places, float(lats[point]), float(lons[point]))
                enough[point] = near >= max(1.0, per_km * streets.km(point))
        found[enough] |= np.uint8(bit)
    return found


@dataclass(frozen=True, slots=True)
class _Streets:
    """The streets around points."""

    network: Network
    lats: Floats
    lons: Floats

    def pieces(self) -> tuple[Floats, Floats]:
        """Return the (lat, lon) rows of all pieces of street, and their kilometres."""
        pieces = self.network.files.pieces
        points = np.column_stack((to_degrees(pieces.lat), to_degrees(pieces.lon)))
        return points, pieces.measures[:, 0].astype(np.float64) / 1000

    def km(self, point: int) -> float:
        """Return the kilometres around one point, as its report counts them."""
        return self.network.street_km(float(self.lats[point]), float(self.lons[point]), MAPPED_RADIUS_M)

    def more_than_nothing(self, km: _Sums) -> Bools:
        """Return around which points there is any street."""
        some = km.least > SLACK
        unsure = np.flatnonzero(~some & (km.most > 0))[:MOST_BY_ONE]
        some[unsure] = [self.km(point) > 0 for point in unsure.tolist()]
        return some


def _count(places: Floats, lat: float, lon: float) -> int:
    """Return how many places lie within the radius, measured as `nearby.Nearby` does."""
    north, east = (places[:, 0] - lat) * METRES_PER_DEGREE, (places[:, 1] - lon) * metres_per_degree_lon(lat)
    return int((np.hypot(north, east) <= MAPPED_RADIUS_M).sum())


@dataclass(frozen=True, slots=True)
class _Sums:
    """For each point a sum over the disc: what it is at least, and at most."""

    least: Floats
    most: Floats

    @property
    def middle(self) -> Floats:
        """Return what it is about."""
        return (self.least + self.most) / 2


@dataclass(frozen=True, slots=True)
class _Discs:
    """The discs around points, as rows of cells of one size in degrees; the widths of a cell differ with latitude."""

    south: float
    west: float
    #: Height of a cell in metres, height and width in degrees.
    cell_m: float
    step: tuple[float, float]
    shape: tuple[int, int]
    #: The cells that hold points, and which of them each point is in.
    rows: Rows
    columns: Rows
    cell_of: Rows
    #: Metres of the narrowest and of the widest cell.
    widths: tuple[float, float]

    @classmethod
    def around(cls, lats: Floats, lons: Floats) -> _Discs:
        """Lay a grid over points and the discs around them."""
        north, south, west = float(lats.max()), float(lats.min()), float(lons.min())
        latitudes = north + SPARE, south - SPARE, float(np.clip(0.0, south, north))
        scales = [max(metres_per_degree_lon(lat), 1.0) for lat in latitudes]
        extent = max((north - south) * METRES_PER_DEGREE, float(lons.max() - west) * max(scales))
        cell_m = max(CELL_M, extent / MOST_CELLS)
        step, pad = (cell_m / METRES_PER_DEGREE, cell_m / min(scales)), int(MAPPED_RADIUS_M / cell_m) + 3
        rows, columns = ((lats - south) / step[0]).astype(np.int64), ((lons - west) / step[1]).astype(np.int64)
        shape = int(rows.max()) + 1 + 2 * pad, int(columns.max()) + 1 + 2 * pad
        cells, cell_of = np.unique((rows + pad) * shape[1] + columns + pad, return_inverse=True)
        widths = step[1] * min(scales), step[1] * max(scales)
        corner = south - pad * step[0], west - pad * step[1]
        return cls(*corner, cell_m, step, shape, *np.divmod(cells, shape[1]), cell_of, widths)

    def sums(self, points: Floats, weights: Floats) -> _Sums:
        """Return the least and the most that the points in each disc weigh together."""
        row = np.floor((points[:, 0] - self.south) / self.step[0]).astype(np.int64)
        column = np.floor((points[:, 1] - self.west) / self.step[1]).astype(np.int64)
        inside = (row >= 0) & (row < self.shape[0]) & (column >= 0) & (column < self.shape[1])
        flat = row[inside] * self.shape[1] + column[inside]
        cells = np.bincount(flat, weights[inside], self.shape[0] * self.shape[1]).reshape(self.shape)
        before = np.zeros((self.shape[0], self.shape[1] + 1))
        np.cumsum(cells, axis=1, out=before[:, 1:])
        least, most = self._sum(before, 1, self.widths[1]), self._sum(before, -1, self.widths[0])
        return _Sums(least[self.cell_of], most[self.cell_of])

    def _sum(self, before: Floats, more: int, width_m: float) -> Floats:
        """Add up spans of cells: those that lie wholly in the disc for each point of the cell (1), or reach it (-1)."""
        total, reach = np.zeros(len(self.rows)), int(MAPPED_RADIUS_M / self.cell_m) + 1
        for up in range(-reach, reach + 1):
            apart_m = max(abs(up) + more, 0) * self.cell_m
            half = int(np.sqrt(max(MAPPED_RADIUS_M**2 - apart_m**2, 0.0)) / width_m) - more
            if apart_m <= MAPPED_RADIUS_M and half >= 0:
                row = self.rows + up
                east = np.clip(self.columns + half + 1, 0, self.shape[1])
                total += before[row, east] - before[row, np.clip(self.columns - half, 0, self.shape[1])]
        return total
