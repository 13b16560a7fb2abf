"""What is told about an address's surroundings: shapes that every layer shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.places import Kind, Place

Floats = NDArray[np.float64]

#: How far each search looks. Straight metres for places, seconds for the walk.
PLACES_RADIUS_M = 4_800.0
WALK_LIMIT_S = 45 * 60.0
#: A street is looked for this far around a place.
SNAP_M = 500.0
#: What is mapped is counted in the disc that a person can walk in 30 minutes.
MAPPED_RADIUS_M = 2_400.0
#: Junctions and blocks are measured within half a mile.
PATTERN_M = 800.0
#: Cycle paths and lanes count fully at the address and nothing at this distance (a mile and a half), linearly between.
BIKE_INFRASTRUCTURE_M = 2_414.0
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


@dataclass(frozen=True, slots=True)
class Hazard:
    """The nearest line or area of one kind: metres from the address to its line or edge (0 inside it)."""

    osm_id: str
    kind: Kind
    name: str
    distance_m: float
    lanes: int | None
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class GreenSpace:
    """A park, garden, forest or reserve with the measures of its own polygon (holes left out)."""

    place: Place
    area_m2: float
    paths_inside_m: float
    has_named_trail: bool
    #: Share of wood, water and meadow in the area, 0 to 1; None where no land cover is mapped in or on it.
    nature_share: float | None
    #: Which of bench, toilets, drinking_water, playground, lighting, viewpoint are in it.
    comforts: tuple[str, ...]


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
