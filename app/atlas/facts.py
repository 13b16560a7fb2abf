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
    """One transit route at the stop where it is nearest. Times are "HH:MM" of the service day (may pass 24:00).

    From a feed every number is set; from OpenStreetMap alone `weekday_trips` and the rest are None.
    """

    route_id: str
    name: str
    #: subway, rail, tram, light_rail, ferry, cable_car or bus
    mode: str
    headsign: str
    weekday_trips: int | None
    #: Mean departures per hour, weekday 7 to 19, both directions counted once (the better one).
    departures_per_hour: float | None
    first_departure: str
    last_departure: str


@dataclass(frozen=True, slots=True)
class TransitTime:
    """Door-to-door seconds by walk and transit over a departure window: mean and range of what was reachable."""

    mean_s: float
    min_s: float
    max_s: float
    #: Share of the window's departures that reach the destination within the limit, 0 to 1.
    reached_share: float


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
    """A park, garden, forest or reserve with the measures of its own polygon (holes left out)."""

    place: Place
    area_m2: float
    paths_inside_m: float
    has_named_trail: bool
    #: Share of wood, water and meadow in the area, 0 to 1; None where that of too little of it is mapped.
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
    """A stop within 45 minutes on foot, nearest first, with the routes that call there."""

    stop_id: str
    name: str
    mode: str
    lat: float
    lon: float
    walk_s: float
    straight_m: float
    from_feed: bool
    routes: tuple[RouteAtStop, ...]


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """Seconds to one destination by each mode; None where it cannot be reached or is not known."""

    walk_s: float | None
    bike_s: float | None
    car_s: float | None
    transit: TransitTime | None
