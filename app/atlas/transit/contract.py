"""The shapes that the importer and the surroundings meet when they use timetables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
#: Row numbers of any width.
Rows = NDArray[np.integer]

#: The modes, the one that counts most first: a stop has the first of those that call there.
RANKED_MODES = ("subway", "rail", "light_rail", "tram", "ferry", "cable_car", "bus")

#: The hours over which departures are averaged: 7 to 19.
DAYTIME_S = (7 * 3600, 19 * 3600)
#: From when on departures count as those of the evening.
EVENING_S = DAYTIME_S[1]
#: The longest walk to the first stop and from the last, in seconds and in straight metres.
STOP_WALK_S, STOP_WALK_M = 20 * 60.0, 1_600.0
#: A count that the feed does not tell.
UNKNOWN = -1


class WalkBetween(Protocol):
    """Walking times over the street network, wanted for changes between stops."""

    def seconds_between(self, lats: Floats, lons: Floats, origin: Rows, target: Rows, limit_s: float) -> Floats:
        """Return the walking seconds of each pair of points; infinity beyond the limit.

        `origin` and `target` are rows of `lats` and `lons`, sorted by origin. NaN marks a pair with an end off the
        network.
        """


@dataclass(frozen=True, slots=True)
class TimetableFacts:
    """What was compiled: for `RegionFacts`, and for the person who imported it."""

    feeds: tuple[str, ...]
    #: ISO date of the typical weekday that the timetables show.
    service_date: str
    #: ISO date of the last day on which the timetable that is shown runs.
    valid_until: str
    stops: int
    trips: int
    #: Plain sentences about what was assumed or left out.
    notes: tuple[str, ...]


class Changes(NamedTuple):
    """Changes from each stop: those of stop `s` are rows `start[s]` to `start[s + 1]` of the other two columns."""

    start: Ints
    stop: Ints
    seconds: Ints


class StopWalks(NamedTuple):
    """Stops (indices into `Timetable.stops`) with the walking seconds between each and a place."""

    stops: Ints
    seconds: Floats


@dataclass(frozen=True, slots=True)
class Stops:
    """All stops that are served, as columns of the same length."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    lats: Floats
    lons: Floats
    #: The mode that counts most among those which call there.
    modes: tuple[str, ...]
    #: Stops with one number are one place to wait: platforms of a station, both sides of a street.
    stations: Ints
    station_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Where a person gets from the street to the stops: entrances of stations, else the stops themselves."""

    lats: Floats
    lons: Floats
    #: The stop (index into `Timetable.stops`) that each leads to.
    stops: Ints
