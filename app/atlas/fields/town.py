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
from app.atlas.fields.fields import KNOWN_WITHIN_M, Fields, Mapped, Numbers
from app.atlas.fields.rides import Rides
from app.atlas.fields.trips import TripsFrom, TripsFromHomes
from app.atlas.geocoder.geocoder import Geocoder
from app.atlas.streets.arrays import EdgeFlag
from app.atlas.streets.network import FARTHEST_M, HomesAt, Network
from app.atlas.streets.rules.bike import BIKE_METRES_PER_SECOND
from app.atlas.streets.search import cycling, driving, walking
from app.atlas.streets.snapping import Points, Snaps, Wish, snap_points
from app.atlas.transit.arrivals import Arrivals
from app.avoided import MEASURED, THROUGH_STREET
from app.geo import Floats, distances_m
from app.needs import OFTEN_MIN

Seconds = NDArray[np.float32]
Mode = Literal["walk", "bike", "car"]
MODES: tuple[Mode, ...] = ("walk", "bike", "car")
#: Places whose trips a process keeps: those of the last few people.
KEPT_PLACES = 8
ADDRESSES = "addresses"

#: When most people start work: arrivals by each minute of the half hour before.
ARRIVE_BY_S = 8 * 3600 + 30 * 60

_HAZARD_ROWS = {avoided.key: row for row, avoided in enumerate(MEASURED)}


class Town:
    """The homes of one region: its addresses, or points along its streets. Threads may share it.

    All arrays have one entry a home, in one order, and may not be written to.
    """

    def __init__(self, fields: Fields, network: Network, rides: Rides | None, geocoder: Geocoder) -> None:
        """Take what the import measured, the streets, the timetables if there are some, and what names streets."""
        self._fields, self._network, self._rides, self._geocoder = fields, network, rides, geocoder
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
        row: Numbers = self._fields.rows.metres[_HAZARD_ROWS[key]]
        return row

    def frequent_stop_seconds(self, every_min: int) -> Numbers:
        """Return whole seconds on foot, rounded up, to the nearest stop that a line leaves from so often by day.

        `every_min` is one of `needs.OFTEN_MIN`. UNKNOWN where no timetable covers the home, NONE where no such stop is
        within 45 minutes.
        """
        row: Numbers = self._fields.rows.often[OFTEN_MIN.index(every_min)]
        return row

    @property
    def school_seconds(self) -> Numbers:
        """Whole seconds on foot to the nearest school, whatever its level: of some the map does not say it."""
        return self._fields.rows.school

    @cached_property
    def side_street(self) -> NDArray[np.int8]:
        """Whether a home is on a side street: 1 yes, 0 a through street lies within 40 m, -1 not known."""
        (within_m,) = THROUGH_STREET.amounts_m
        is_near = self.metres(THROUGH_STREET.key) <= within_m
        is_known = self.is_covered(within_m) & self.has(Mapped.STREETS)
        found = np.where(is_near, 0, np.where(is_known, 1, -1)).astype(np.int8)
        found.flags.writeable = False
        return found

    @property
    def step_free(self) -> NDArray[np.int8]:
        """Whether a pram gets to what is near without steps: 1 yes, 0 no, -1 nothing is near, so not known."""
        return self._fields.rows.step_free

    def is_covered(self, within_m: int) -> NDArray[np.bool_]:
        """Return whether the region holds enough of the disc around each home for what was not found not to be there.

        `within_m` is one of `fields.KNOWN_WITHIN_M`.
        """
        covered: NDArray[np.bool_] = self._fields.rows.covered & (1 << KNOWN_WITHIN_M.index(within_m)) > 0
        return covered

    def has(self, bit: Mapped) -> NDArray[np.bool_]:
        """Return for each home whether something is mapped around it."""
        return (self._fields.rows.mapped & np.uint8(bit)) > 0

    def street_of(self, home: int) -> str:
        """Return the name of the street that a home is numbered by, or of the nearest one; "" where none has a name."""
        if self.sample == ADDRESSES:
            return self._geocoder.street_of(home + 1)
        return self._geocoder.street_near(float(self.lats[home]), float(self.lons[home]))

    def seconds_to(self, mode: Mode, lat: float, lon: float, street: str = "", *, over_rails: bool = False) -> Seconds:
        """Return the seconds from every home to a place on foot, by bike or by car; infinity where there is no way.

        These are those of `Network.travel_seconds` from each home. `street` is that of the place ("": not known), and
        `over_rails` says that trains stop there.
        """
        key = (mode, lat, lon, street, over_rails)
        return self._kept.get(key, lambda: self._trips(mode, lat, lon, street, over_rails))

    def transit_seconds_to(
        self, lat: float, lon: float, arrive_by: int = ARRIVE_BY_S, *, over_rails: bool = False
    ) -> Seconds | None:
        """Return the seconds from every home to a place by transit, or on foot where that is sooner.

        The median over arrivals by each minute of the half hour up to `arrive_by`, seconds of the day; infinity where
        half of them or more cannot be made within 110 minutes. None where the region has no timetable.
        """
        if self._rides is None:
            return None
        rides = self._rides
        walk = self.seconds_to("walk", lat, lon, over_rails=over_rails)

        def work_out() -> Seconds:
            found = rides.median_seconds((lat, lon), Arrivals(arrive_by), over_rails=over_rails)
            return np.minimum(found, np.where(walk <= Arrivals(arrive_by).limit_s, walk, np.inf), dtype=np.float32)

        return self._kept.get(("transit", lat, lon, arrive_by, over_rails), work_out)

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
