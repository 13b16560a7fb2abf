"""What is told about an address's surroundings: shapes that every layer shares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.places import Kind, Place

Floats = NDArray[np.float64]

#: How far each search looks. Straight metres for places, seconds for the walk.
PLACES_RADIUS_M = 4_800.0
WALK_LIMIT_S = 45 * 60.0
#: Whoever reaches fewer metres of street than this on foot is cut off on the map, not in the world.
LEAST_STREET_M = 500.0
#: A street is looked for this far around a place.
SNAP_M = 500.0
#: What is mapped is counted in the disc that a person can walk in 30 minutes.
MAPPED_RADIUS_M = 2_400.0
#: Families of places that are mapped together or not at all.
SHOPS = frozenset(kind for kind in Kind if kind <= Kind.BAKERY or Kind.COFFEE_SHOP <= kind <= Kind.OTHER_SHOP)
STOPS = frozenset(kind for kind in Kind if Kind.BUS_STOP <= kind <= Kind.CABLE_CAR_STATION)
AMENITIES = frozenset(kind for kind in Kind if kind <= Kind.SPECIAL_SCHOOL) - SHOPS
#: Places per km of street in that disc below which a family of data counts as not mapped there.
#: (Extracts measured: 0.01 to 0.04 where nobody mapped shops, 0.06 and more in villages with few.)
SHOPS_PER_KM, AMENITIES_PER_KM, STOPS_PER_KM = 0.05, 0.1, 0.03
#: Junctions and blocks are measured within half a mile.
PATTERN_M = 800.0
#: Cycle paths and lanes count fully at the address and nothing at this distance (a mile and a half), linearly between.
BIKE_INFRASTRUCTURE_M = 2_414.0
#: What a safety check counts, by its size. Overhead lines from this voltage on, and those without one.
HIGH_VOLTAGE_V = 200_000
#: A runway shorter than this (metres) bears light aircraft alone: airliners need 1,200 m, the smallest 800.
LEAST_RUNWAY_M = 800.0
#: A factory of which the map says nothing more counts from this size on: smaller is a workshop or a bakery.
SMALLEST_FACTORY_M2 = 10_000.0
#: A site without name and operator counts from this size on: smaller is a septic tank or a heap of earth.
SMALLEST_SITE_M2 = 1_000.0
#: Still water without a kind counts from this size on: smaller is a garden pond.
SMALLEST_WATER_M2 = 2_000.0
#: How much of a green space is wood, water or meadow is known where the land cover of this share of it is mapped.
LEAST_MAPPED_SHARE = 0.5
GREEN_KINDS = frozenset({Kind.PARK, Kind.GARDEN, Kind.NATURE_RESERVE, Kind.FOREST, Kind.BEACH})
#: The mode of a stop that only its own route_ref tag names routes for.
MODE_OF_STOP = {
    Kind.BUS_STOP: "bus",
    Kind.TRAM_STOP: "tram",
    Kind.SUBWAY_STATION: "subway",
    Kind.RAIL_STATION: "rail",
    Kind.FERRY_TERMINAL: "ferry",
    Kind.CABLE_CAR_STATION: "cable_car",
}
STOP_KINDS = frozenset(MODE_OF_STOP)


@dataclass(frozen=True, slots=True)
class RouteAtStop:
    """One line in one direction at a stop, all platforms of the stop together. Times are "HH:MM" of the clock.

    From a feed every count of the weekday is set; from OpenStreetMap alone they are None.
    """

    route_id: str
    name: str
    #: subway, rail, tram, light_rail, ferry, cable_car or bus
    mode: str
    headsign: str
    weekday_trips: int | None
    #: Mean departures per hour, weekday 7 to 19.
    departures_per_hour: float | None
    first_departure: str
    last_departure: str
    #: The operator's name, "" where it is not known.
    agency: str = ""
    #: 0 or 1: the two ways of one line.
    direction: int = 0
    #: Usual minutes between two departures by day; None where they are irregular or not known.
    headway_min: int | None = None
    #: Departures on the weekday from 19:00 on.
    evening_trips: int | None = None
    #: None where the feed tells nothing of the weekend.
    saturday_trips: int | None = None
    saturday_headway_min: int | None = None
    sunday_trips: int | None = None
    sunday_headway_min: int | None = None
    #: Runs for schools alone: by its type, or a few times a day and only when school begins and ends.
    is_school_run: bool = False
    #: Weekday departures in each of the 24 hours of the clock, () without a timetable.
    by_hour: tuple[int, ...] = ()

    @property
    def line(self) -> tuple[str, str, str]:
        """What people take for one line, whatever its direction: operator, mode and name."""
        return self.agency, self.mode, self.name


@dataclass(frozen=True, slots=True)
class TransitTime:
    """Door-to-door seconds by transit over a departure window: mean and range of what was reachable.

    Who would be there sooner on foot walks; `rides_share` is the share of departures that do not.
    """

    mean_s: float
    min_s: float
    max_s: float
    #: Share of the window's departures that reach the destination within the limit, 0 to 1.
    reached_share: float
    rides_share: float = 1.0


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """The data a report rests on. `data_date` is an ISO date or "" where the extract carries none."""

    region: str
    title: str
    data_date: str
    attribution: str
    #: Names of the timetables imported with the region, with the service day taken from them.
    feeds: tuple[str, ...] = ()
    service_date: str = ""
    #: ISO date of the last day on which those timetables run, "" without any.
    feed_valid_until: str = ""
    #: When a live service sent it, an ISO date and time to the minute (UTC); "" for an imported region.
    fetched_at: str = ""


@dataclass(frozen=True, slots=True)
class Hazard:
    """A line or area near an address: metres to its line or edge (0 inside it), and where that nearest point lies.

    `direction` is one of the eight of the compass ("north-east"), "" inside.
    """

    osm_id: str
    kind: Kind
    name: str
    distance_m: float
    lanes: int | None
    tags: dict[str, str]
    direction: str = ""


@dataclass(frozen=True, slots=True)
class GreenSpace:
    """A park, garden, forest, beach or reserve with the measures of its own polygon (holes left out).

    Of one that is mapped as a mere point, or by an outline that the extract cuts open, nothing inside is known: its
    area and paths are None.
    """

    place: Place
    area_m2: float | None
    paths_inside_m: float | None
    has_named_trail: bool
    #: Share of wood, water and meadow in the area, 0 to 1; None where that of too little of it is mapped.
    nature_share: float | None
    #: Which of bench, toilets, drinking_water, playground, lighting, viewpoint are in it.
    comforts: tuple[str, ...]

    def is_known_from(self, hectares: float) -> bool:
        """Return whether it is known to have so many hectares or more."""
        return self.area_m2 is not None and self.area_m2 >= hectares * 10_000


@dataclass(frozen=True, slots=True)
class StreetFacts:
    """Street pattern within 800 m: None where no street is mapped."""

    junctions_per_km2: float | None
    mean_block_m: float | None


@dataclass(frozen=True, slots=True)
class MappedFacts:
    """How much is mapped within 2.4 km: counts, and kilometres of street to compare them with."""

    shops: int
    addresses: int
    stops: int
    amenities: int
    street_km: float


@dataclass(frozen=True, slots=True)
class BikeInfrastructure:
    """Kilometres within 2,414 m, decayed with distance: separate paths, and lanes painted on a road."""

    path_km: float
    lane_km: float


@dataclass(frozen=True, slots=True)
class TransitStop:
    """A place to wait within 45 minutes on foot, with the lines that call there: all platforms of a station are one.

    The walk is that to its nearest way in. `near` names a street for a stop without a name.
    """

    stop_id: str
    name: str
    mode: str
    lat: float
    lon: float
    walk_s: float
    straight_m: float
    from_feed: bool
    routes: tuple[RouteAtStop, ...]
    near: str = ""


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """Seconds to one destination by each mode; None where it cannot be reached or is not known."""

    walk_s: float | None
    bike_s: float | None
    car_s: float | None
    transit: TransitTime | None


#: Walks to the nearest place of each need are kept in steps of this, rounded up, for every address of a region.
FIELD_STEP_S = 12.0
_STEPS_PER_MINUTE = 60.0 / FIELD_STEP_S
#: A town is compared with where at least so many of its points are known, and at most this share of all is not: those
#: lie at the edge, where a place is far if it is not beyond it, so leaving many out would make the town look nearer.
FEWEST_KNOWN, MOST_UNKNOWN_SHARE = 100, 0.1
#: How many points make a rank among them worth saying, and how far apart the middle half of them must be.
RANKED_FROM_POINTS, RANKED_FROM_MIN = 1_000, 1.0


@dataclass(frozen=True, slots=True)
class TownNeed:
    """How far the nearest place of one need is over a whole region: minutes on foot, each rounded up by up to 12 s."""

    need: str
    #: What it is a share of: "addresses", or "streets" where few addresses are mapped (points along them).
    sample: str
    #: Points at which it is known how far it is, or that there is none within 45 minutes.
    points: int
    #: Share of all points at which it is not known, because the map ends before 45 minutes on foot.
    unknown_share: float
    #: Of the points, so many reach a place within 0, 12, 24, ... seconds, up to 45 minutes.
    reached: tuple[int, ...]
    #: Distinct places in the region.
    places: int

    @property
    def is_telling(self) -> bool:
        """Whether enough is known to compare an address with it."""
        return self.places > 0 and self.points >= FEWEST_KNOWN and self.unknown_share <= MOST_UNKNOWN_SHARE

    @property
    def median_min(self) -> float | None:
        """Minutes that half of the points need at most; None where fewer than half reach a place within 45."""
        return self._minutes_of(0.5)

    @property
    def quarter_min(self) -> float | None:
        """Minutes that a quarter of the points need at most; None where fewer reach a place within 45."""
        return self._minutes_of(0.25)

    @property
    def three_quarter_min(self) -> float | None:
        """Minutes that three quarters of the points need at most; None where fewer reach a place within 45."""
        return self._minutes_of(0.75)

    def _minutes_of(self, share: float) -> float | None:
        needed = share * self.points
        step = next((step for step, reached in enumerate(self.reached) if reached and reached >= needed), None)
        return None if step is None else step / _STEPS_PER_MINUTE

    def share_within(self, minutes: float) -> float:
        """Return the share of the points, 0 to 1, that reach a place within so many minutes."""
        step = min(math.floor(minutes * _STEPS_PER_MINUTE + 1e-9), len(self.reached) - 1)
        return self.reached[step] / self.points if self.points and step >= 0 else 0.0

    def share_beyond(self, minutes: float) -> float:
        """Return the share of the points, 0 to 1, that need more than so many minutes, or find none within 45."""
        return 1.0 - self.share_within(minutes)

    @property
    def none_share(self) -> float:
        """Share of the points, 0 to 1, without a place within 45 minutes."""
        return 1.0 - self.reached[-1] / self.points if self.points else 0.0

    def percentile(self, minutes: float) -> float | None:
        """Return the share of the points, 0 to 1, that need longer; None where such a rank would be noise.

        It is, where there are few points, or where the middle half of them are all alike.
        """
        quarter, three_quarter = self.quarter_min, self.three_quarter_min
        if self.points < RANKED_FROM_POINTS or quarter is None:
            return None
        if three_quarter is not None and three_quarter - quarter <= RANKED_FROM_MIN:
            return None
        return self.share_beyond(minutes)


@dataclass(frozen=True, slots=True)
class RegionCounts:
    """How much is mapped in a whole region: house numbers, kilometres of street, and distinct places of each need."""

    addresses: int
    street_km: float
    places: Mapping[str, int]
