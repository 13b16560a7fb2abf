"""Puts rows that are near on the ground near in the file: order along a Z-shaped curve (Morton 1966)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Bits a coordinate: cells of about 60 m on the ground.
BITS = 19


def spatial_order(lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the row numbers in curve order; rows in the same cell keep their order."""
    x = ((lons + 180) / 360 * ((1 << BITS) - 1)).astype(np.uint64)
    y = ((lats + 90) / 180 * ((1 << BITS) - 1)).astype(np.uint64)
    key = np.zeros(len(x), dtype=np.uint64)
    for bit in range(BITS):
        one = np.uint64(bit)
        key |= ((x >> one) & np.uint64(1)) << np.uint64(2 * bit)
        key |= ((y >> one) & np.uint64(1)) << np.uint64(2 * bit + 1)
    return np.argsort(key, kind="stable")
