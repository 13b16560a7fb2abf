"""Tiles of the map in row-major order: what lies in a box is a few contiguous slices of a sorted array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.geo import Box

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Stored coordinates are whole steps of 1e-7 degrees, about one centimetre, as in OpenStreetMap itself.
STEPS_PER_DEGREE = 10_000_000


@dataclass(frozen=True, slots=True)
class Tiling:
    """A grid over the whole globe with tiles of a fixed size in degrees."""

    lat_step: float
    lon_step: float

    @property
    def columns(self) -> int:
        """Return how many tiles lie side by side around the globe."""
        return int(np.ceil(360 / self.lon_step)) + 1

    def rows(self, lats: ArrayLike) -> Integers:
        """Return the row of each latitude in degrees, counted from the south pole."""
        return np.floor((np.asarray(lats, dtype=np.float64) + 90) / self.lat_step).astype(np.int64)

    def cols(self, lons: ArrayLike) -> Integers:
        """Return the column of each longitude in degrees, counted from the date line."""
        return np.floor((np.asarray(lons, dtype=np.float64) + 180) / self.lon_step).astype(np.int64)

    def keys(self, lats: ArrayLike, lons: ArrayLike) -> Integers:
        """Return the tile of each point as one number, row by row."""
        return self.rows(lats) * self.columns + self.cols(lons)


#: About one kilometre: what a search loads.
SEARCH_TILES = Tiling(0.01, 0.015)
#: About forty metres: what a look for the nearest street loads.
SNAP_CELLS = Tiling(0.0004, 0.0006)


@dataclass(frozen=True, slots=True)
class TileIndex:
    """Where each tile's entries start in an array sorted by tile; only tiles that hold something are kept."""

    #: Height and width of a tile in degrees.
    size: Floats
    keys: Integers
    starts: Integers

    @property
    def tiling(self) -> Tiling:
        """Return the grid."""
        return Tiling(float(self.size[0]), float(self.size[1]))

    @classmethod
    def of_sorted(cls, tiling: Tiling, keys: Integers) -> TileIndex:
        """Index an array by the tile of each of its entries, which must ascend."""
        unique, first = np.unique(keys, return_index=True)
        size = np.array([tiling.lat_step, tiling.lon_step])
        return cls(size, unique, np.append(first, len(keys)).astype(np.int64))

    def slices(self, box: Box) -> list[tuple[int, int]]:
        """Return the non-empty [start, end) slices that hold every entry of a box, and some beside it."""
        tiling = self.tiling
        first, last = tiling.rows([box.min_lat, box.max_lat])
        west, east = tiling.cols([box.min_lon, box.max_lon])
        row_keys = np.arange(first, last + 1) * tiling.columns
        starts = self.starts[np.searchsorted(self.keys, row_keys + west)]
        ends = self.starts[np.searchsorted(self.keys, row_keys + east, side="right")]
        return [(int(start), int(end)) for start, end in zip(starts, ends, strict=True) if end > start]

    def members(self, box: Box) -> Integers:
        """Return the positions of all entries of the tiles that a box touches."""
        slices = self.slices(box)
        return np.concatenate([np.arange(*one) for one in slices]) if slices else np.empty(0, dtype=np.int64)


def ranges(starts: Integers, ends: Integers) -> tuple[Integers, Integers]:
    """Return (row, number) pairs for the numbers from each start up to its end."""
    counts = ends - starts
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts - starts, counts)


def to_steps(degrees: ArrayLike) -> NDArray[np.int32]:
    """Return degrees as the whole steps that are stored."""
    return np.rint(np.asarray(degrees, dtype=np.float64) * STEPS_PER_DEGREE).astype(np.int32)


def to_degrees(steps: NDArray[np.int32]) -> Floats:
    """Return stored steps as degrees."""
    return np.asarray(steps, dtype=np.float64) / STEPS_PER_DEGREE
