"""What the pipeline may ask about the world: locate an address, its surroundings, outside scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.places import Kind, Location, Place
from app.transit_facts import RouteAtStop as RouteAtStop
from app.transit_facts import TransitTime as TransitTime

Floats = NDArray[np.float64]

#: How far each search looks. Straight metres for places, seconds for the walk.
PLACES_RADIUS_M = 4_800.0
WALK_LIMIT_S = 45 * 60.0


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """The data behind an answer. `data_date` is an ISO date or "" where the extract carries none."""

    name: str
    title: str
    data_date: str
    attribution: str
    #: Names of the timetables imported with the region, with the service day taken from them.
    feeds: tuple[str, ...] = ()
    service_date: str = ""


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
    """A stop within a 45 minutes' walk, nearest first, with the routes that call there."""

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


class Surroundings(Protocol):
    """All that lies within reach of one located address. Answers are deterministic and in stable order."""

    @property
    def location(self) -> Location: ...

    @property
    def region(self) -> RegionFacts: ...

    @property
    def snap_m(self) -> float | None:
        """Metres from the address to the nearest walkable street; None where there is none within 500 m."""

    def coverage(self, radius_m: float) -> float:
        """Share, 0 to 1, of the disc around the address for which the region holds data."""

    def mapped(self) -> MappedFacts: ...

    def streets(self) -> StreetFacts: ...

    def walk_seconds(self, *kinds: Kind) -> Floats:
        """Walking seconds to every place of these kinds within 45 minutes, ascending."""

    def nearest(self, *kinds: Kind, limit: int = 5) -> tuple[Place, ...]:
        """The places of these kinds with the shortest walks, by (walk_s, straight_m, osm_id)."""

    def hazards(self, *kinds: Kind, within_m: float) -> tuple[Hazard, ...]:
        """Lines and areas of these kinds within a straight distance, nearest first; tunnels left out."""

    def green_spaces(self) -> tuple[GreenSpace, ...]:
        """Green areas open to the public within a 45 minutes' walk, nearest first."""

    def largest_green_within_m(self, radius_m: float) -> float:
        """Square metres of the largest public green area whose edge is within a straight distance; 0.0 for none."""

    def bike_infrastructure(self) -> BikeInfrastructure: ...

    def bike_metres(self, *kinds: Kind, max_stress: int = 4) -> Floats:
        """Cycling metres to each place of these kinds within 4.8 km, on streets of at most this stress.

        The order is the same for every `max_stress`; infinity where no such way exists.
        """

    def transit_stops(self) -> tuple[TransitStop, ...]:
        """Stops of the timetables where there are some near here, else OpenStreetMap's; nearest first."""

    def has_timetable(self) -> bool:
        """Tell whether a timetable covers the surroundings of this address."""

    def landmark(self, *kinds: Kind) -> Place | None:
        """The nearest place of these kinds in the whole region, by straight distance; `walk_s` may be None."""

    def travel_times(self, destinations: Sequence[Location | Place]) -> tuple[TravelTimes, ...]:
        """Times to each destination, in the order given. Car times are free-flow."""


@dataclass(frozen=True, slots=True)
class OutsideScore:
    """A score that another service made, shown beside ours with its own name and link."""

    name: str
    value: float
    out_of: float
    link: str


class Source(Protocol):
    """Where facts come from: imported regions, or a live service."""

    def locate(self, address: str) -> Location:
        """Find an address.

        Raises AddressNotFound (with suggestions), AddressOutsideRegions or NoRegions.
        """

    def surroundings(self, location: Location) -> Surroundings:
        """Open the surroundings of a location that `locate` gave."""

    def outside_scores(self, location: Location) -> tuple[OutsideScore, ...]:
        """Scores of other services; empty where none is configured."""
