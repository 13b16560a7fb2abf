"""Journeys by transit from every home of a region to one place: the walks to stops, and what leaves from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.network import Network
from app.atlas.streets.snapping import Snaps
from app.atlas.transit.arrivals import NO_RIDE, Arrivals
from app.atlas.transit.contract import STOP_WALK_M, STOP_WALK_S, StopWalks
from app.atlas.transit.timetable import Timetable
from app.geo import Floats


@dataclass(frozen=True, slots=True)
class HomeWalks:
    """Walks of up to 20 minutes from homes to stops, in columns: one stop of each home, then another.

    Column j is rows `starts[j]` to `starts[j + 1]`: those of the first homes of `homes`, which come in the order of how
    many stops they have.
    """

    homes: NDArray[np.int32]
    starts: NDArray[np.int64]
    stops: NDArray[np.int32]
    #: Whole seconds, rounded up.
    seconds: NDArray[np.uint16]

    def least(self, before: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the least of a stop's seconds and the walk to it, for each home and minute.

        `before` has the shape (stops, minutes), the answer (homes, minutes), in the order of `homes`.
        """
        least = np.full((len(self.homes), before.shape[1]), NO_RIDE, dtype=np.int16)
        for start, end in zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            by_stop = before[self.stops[start:end]]
            by_stop += self.seconds[start:end, None].astype(np.int16)
            np.minimum(least[: end - start], by_stop, out=least[: end - start])
        return least


@dataclass(frozen=True, slots=True)
class Rides:
    """The timetables of a region with the walks from its homes to their stops. Threads may share it."""

    network: Network
    timetable: Timetable
    stop_snaps: Snaps
    walks: HomeWalks

    def median_seconds(self, place: tuple[float, float], window: Arrivals, *, over_rails: bool) -> Floats:
        """Return the median seconds from each home to a place over the arrivals of a window; infinity for no ride."""
        egress = walks_from_stops(self.network, self.timetable, self.stop_snaps, place, over_rails=over_rails)
        least = self.walks.least(self.timetable.arrivals(window).seconds_before(egress))
        middle = np.partition(least, window.minutes // 2, axis=1)[:, window.minutes // 2]
        seconds = np.full(len(self.walks.homes), np.inf)
        seconds[self.walks.homes] = np.where(middle <= window.limit_s, middle, np.inf)
        return seconds


def walks_from_stops(
    network: Network, timetable: Timetable, stop_snaps: Snaps, place: tuple[float, float], *, over_rails: bool
) -> StopWalks:
    """Return the walks from the stops around a place to it: as long as the other way round."""
    ways = timetable.ways_near(*place, STOP_WALK_M)
    origin = network.snap([place[0]], [place[1]], over_rails=over_rails)[0]
    return timetable.walks(ways, network.walk(origin, STOP_WALK_S).seconds_to(stop_snaps[ways]))
