"""Walks between stops over the street network, for changes from one line to another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.atlas.projection import Floats
from app.atlas.streets.network import Network

Rows = NDArray[np.integer]


class NetworkWalks:
    """Answers what `app.atlas.transit` asks (its protocol WalkBetween)."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def seconds_between(self, lats: Floats, lons: Floats, origin: Rows, target: Rows, limit_s: float) -> Floats:
        """Return the walking seconds of each pair of points; infinity beyond the limit, NaN for an end off the network.

        `origin` and `target` are rows of `lats` and `lons`, sorted by origin: one search an origin.
        """
        snaps = self._network.snap(lats, lons)
        seconds = np.full(len(origin), np.nan)
        starts = np.flatnonzero(np.diff(origin, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(origin)], strict=True):
            here = snaps[origin[start]]
            if here["edge"] >= 0:
                pairs = slice(start, end)
                seconds[pairs] = self._network.walk(here, limit_s).seconds_to(snaps[target[pairs]])
        seconds[snaps["edge"][target] < 0] = np.nan
        return seconds
