"""What is true of every home of a region at once: for the search for homes that meet several wishes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.atlas.facts import SNAP_M
from app.atlas.fields.fields import Fields, Numbers
from app.atlas.fields.trips import TripsFrom, TripsFromHomes
from app.atlas.streets.arrays import EdgeFlag
from app.atlas.streets.network import FARTHEST_M, HomesAt, Network
from app.atlas.streets.rules.bike import BIKE_METRES_PER_SECOND
from app.atlas.streets.search import cycling, driving, walking
from app.atlas.streets.snapping import Points, Snaps, Wish, snap_points
from app.avoided import AVOIDED
from app.geo import Floats, distances_m

Seconds = NDArray[np.float32]
Mode = Literal["walk", "bike", "car"]
#: Places whose trips a process keeps: those of the last few people.
KEPT_PLACES = 8

_AVOIDED_ROWS = {avoided.key: row for row, avoided in enumerate(AVOIDED)}


class Town:
    """The homes of one region: its addresses, or points along its streets. Threads may share it.

    All arrays have one entry a home, in one order, and may not be written to.
    """

    def __init__(self, fields: Fields, network: Network) -> None:
        """Take what the import measured, and the streets."""
        self._fields, self._network = fields, network
        self._kept = _Kept(KEPT_PLACES)

    @property
    def count(self) -> int:
        """The number of homes."""
        return len(self._fields.rows.positions)

    @property
    def sample(self) -> str:
        """What the homes are: "addresses", or "streets" (points along them) where few addresses are mapped."""
        return self._fields.facts.sample

    @cached_property
    def _degrees(self) -> tuple[Floats, Floats]:
        lats, lons = self._fields.degrees()
        lats.flags.writeable = lons.flags.writeable = False
        return lats, lons

    @property
    def lats(self) -> Floats:
        """The latitudes in degrees."""
        return self._degrees[0]

    @property
    def lons(self) -> Floats:
        """The longitudes in degrees."""
        return self._degrees[1]

    def seconds(self, need: str) -> Numbers:
        """Return whole seconds on foot, rounded up, to the nearest place of a need; `fields.UNKNOWN` or `fields.NONE`.

        Raises KeyError for a need that was not measured.
        """
        return self._fields.of(need)

    def metres(self, key: str) -> Numbers:
        """Return whole metres, rounded up, to the nearest of what is avoided; `fields.FAR` beyond its farthest wish.

        Raises KeyError for what was not measured.
        """
        row: Numbers = self._fields.rows.metres[_AVOIDED_ROWS[key]]
        return row

    def frequent_stop_seconds(self, every_min: int) -> Numbers:
        """TEMPORARY."""
        return np.full(self.count, 65534, dtype=np.uint16)

    @property
    def side_street(self) -> NDArray[np.int8]:
        """TEMPORARY."""
        return np.full(self.count, -1, dtype=np.int8)

    step_free = side_street

    def is_covered(self, within_m: float) -> NDArray[np.bool_]:
        """TEMPORARY."""
        return np.ones(self.count, dtype=bool)

    def transit_seconds_to(self, lat: float, lon: float, arrive_s: int) -> Floats | None:
        """TEMPORARY."""
        return None

    def seconds_to(self, mode: Mode, lat: float, lon: float, street: str = "", *, over_rails: bool = False) -> Seconds:
        """Return the seconds from every home to a place on foot, by bike or by car; infinity where there is no way.

        These are those of `Network.travel_seconds` from each home. `street` is that of the place ("": not known), and
        `over_rails` says that trains stop there.
        """
        key = (mode, lat, lon, street, over_rails)
        return self._kept.get(key, lambda: self._trips(mode, lat, lon, street, over_rails))

    def _trips(self, mode: Mode, lat: float, lon: float, street: str, over_rails: bool) -> Seconds:
        points = Points.of([lat], [lon], [street] if street else (), over_rails)
        wish = Wish(SNAP_M, EdgeFlag.CAR if mode == "car" else EdgeFlag.WALK)
        place = snap_points(self._network.files, points, wish).snaps
        seconds = self._seconds_by(mode, place)
        seconds[distances_m(self.lats, self.lons, lat, lon) > FARTHEST_M[mode]] = np.inf
        found: Seconds = seconds.astype(np.float32)
        return found

    def _seconds_by(self, mode: Mode, place: Snaps) -> Floats:
        files, rows = self._network.files, self._fields.rows
        if mode == "car":
            return TripsFrom(driving(files), rows.by_car).to_nearest(place, np.inf)
        homes = HomesAt(rows.public, rows.private)
        graph = walking(files) if mode == "walk" else cycling(files)
        costs = TripsFromHomes(self._network, homes, graph).to_nearest(place, np.inf)
        return costs if mode == "walk" else costs / BIKE_METRES_PER_SECOND


class _Kept:
    """The answers to the last few questions: threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[tuple[object, ...], Seconds] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...], work_out: Callable[[], Seconds]) -> Seconds:
        """Return an answer that is kept, or work it out and keep it. Two that ask at once may both work it out."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        answer = work_out()
        answer.flags.writeable = False
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer
