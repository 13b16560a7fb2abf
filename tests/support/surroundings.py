"""A small town on a street grid, held in memory: a hand-written source that answers like an imported region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.atlas.facts import (
    FIELD_STEP_S,
    BikeInfrastructure,
    Floats,
    GreenSpace,
    Hazard,
    MappedFacts,
    RegionCounts,
    RegionFacts,
    RouteAtStop,
    StreetFacts,
    TownNeed,
    TransitStop,
    TransitTime,
    TravelTimes,
)
from app.errors import AddressNotFound
from app.geo import METRES_PER_DEGREE, metres_per_degree_lon
from app.needs import NEEDS
from app.pipeline.evaluation import Evaluation
from app.pipeline.listing import Listing
from app.places import Kind, Location, Place, Precision, Question
from app.sources.extras import Extras

ADDRESS = "1 High Street"
LAT, LON = 52.0, 10.0
REGION = RegionFacts("gridtown", "Gridtown", "2026-01-31", "© OpenStreetMap contributors")
WELL_MAPPED = MappedFacts(shops=400, addresses=2_000, stops=60, amenities=500, street_km=180.0)
DENSE_STREETS = StreetFacts(junctions_per_km2=80.0, mean_block_m=90.0)
SOME_PATHS = BikeInfrastructure(path_km=3.0, lane_km=0.0)
WELL_COUNTED = RegionCounts(addresses=20_000, street_km=400.0, places={need.key: 200 for need in NEEDS})
NOTHING_MAPPED = MappedFacts(shops=0, addresses=0, stops=0, amenities=0, street_km=180.0)


def location(label: str = ADDRESS, precision: Precision = Precision.HOUSE) -> Location:
    """Return the town's middle."""
    return Location(LAT, LON, label, precision, "gridtown")


def place(kind: Kind, east_m: float, north_m: float = 0.0, name: str = "", **tags: str) -> Place:
    """Return a place so many metres east and north; the walk follows the grid at 80 m a minute."""
    return Place(
        osm_id=f"n{kind:d}{round(east_m):05d}{round(north_m):05d}",
        kind=kind,
        name=name,
        lat=LAT + north_m / METRES_PER_DEGREE,
        lon=LON + east_m / metres_per_degree_lon(LAT),
        straight_m=float(np.hypot(east_m, north_m)),
        walk_s=(abs(east_m) + abs(north_m)) / 80.0 * 60.0,
        tags={key.replace("_", ":"): value for key, value in tags.items()},
    )


def hazard(kind: Kind, distance_m: float, name: str = "", lanes: int | None = None, **tags: str) -> Hazard:
    """Return a line or area whose nearest point is so many metres north."""
    direction = "north" if distance_m else ""
    return Hazard(f"w{kind:d}{round(distance_m * 10):06d}{name}", kind, name, distance_m, lanes, tags, direction)


def green(
    east_m: float,
    name: str = "Town Park",
    hectares: float = 5.0,
    paths_m: float = 2_500.0,
    nature: float | None = 0.6,
    comforts: tuple[str, ...] = ("bench", "toilets", "drinking_water", "playground", "lighting"),
) -> GreenSpace:
    """Return a green space; the default one has every part in full."""
    return GreenSpace(place(Kind.PARK, east_m, name=name), hectares * 10_000, paths_m, False, nature, comforts)


def green_point(east_m: float, name: str = "Point Park") -> GreenSpace:
    """Return a park that the map has as a mere point."""
    return GreenSpace(place(Kind.PARK, east_m, name=name), None, None, False, None, ())


def stop(walk_m: float, *routes: RouteAtStop, name: str = "Market", mode: str = "bus") -> TransitStop:
    """Return a stop so many metres along the street."""
    walk_s = walk_m / 80.0 * 60.0
    return TransitStop(f"s{name}{round(walk_m)}", name, mode, LAT, LON, walk_s, walk_m, bool(routes), tuple(routes))


def route(
    name: str = "1", mode: str = "bus", trips: int | None = 240, per_hour: float | None = 10.0, **more: object
) -> RouteAtStop:
    """Return a route; without `trips` it is known from OpenStreetMap alone."""
    first, last = ("05:30", "00:10") if trips is not None else ("", "")
    return RouteAtStop(f"{mode}{name}", name, mode, "Centre", trips, per_hour, first, last, **more)  # type: ignore[arg-type]


def town_need(minutes: Sequence[float], *, need: str = "cafe", none: int = 0, sample: str = "addresses") -> TownNeed:
    """Return a town with these minutes to the nearest place, one a point, and so many points without one."""
    steps = np.ceil(np.array(minutes) * 60 / FIELD_STEP_S - 1e-9).astype(int)
    reached = np.cumsum(np.bincount(steps, minlength=226))
    return TownNeed(need, sample, len(steps) + none, 0.0, tuple(reached.tolist()), places=5)


@dataclass(frozen=True)
class StreetGrid:
    """The surroundings of the town's middle. Everything in it can be set; nothing is computed behind its back."""

    places: tuple[Place, ...] = ()
    dangers: tuple[Hazard, ...] = ()
    #: How many hazards of each kind the whole region has.
    hazard_counts: Mapping[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 3))
    greens: tuple[GreenSpace, ...] = ()
    stops: tuple[TransitStop, ...] = ()
    facts: MappedFacts = WELL_MAPPED
    street_facts: StreetFacts = DENSE_STREETS
    bike: BikeInfrastructure = SOME_PATHS
    #: Metres in every direction for which the region holds data.
    edge_m: float = 50_000.0
    location: Location = field(default_factory=location)
    region: RegionFacts = REGION
    snap_m: float | None = 8.0
    street_m: float = 50_000.0
    timetable: bool = False
    #: Share of the window's departures that get anywhere, None: no transit at all.
    transit_share: float | None = None
    counts: RegionCounts = WELL_COUNTED
    #: How far each need is over the whole region, where that is known.
    towns: tuple[TownNeed, ...] = ()
    #: When the last bus home leaves from anywhere, in seconds of the service day.
    last_home_s: int | None = None

    def coverage(self, radius_m: float) -> float:
        return min(1.0, (self.edge_m / radius_m) ** 2)

    def mapped(self) -> MappedFacts:
        return self.facts

    def region_counts(self) -> RegionCounts:
        return self.counts

    def town(self, need: str) -> TownNeed | None:
        return next((town for town in self.towns if town.need == need and town.is_telling), None)

    def town_percentile(self, need: str, minutes: float) -> float | None:
        town = self.town(need)
        return None if town is None else town.percentile(minutes)

    def streets(self) -> StreetFacts:
        return self.street_facts

    def walk_seconds(self, *kinds: Kind) -> Floats:
        return np.sort(np.array([p.walk_s for p in self._of(kinds) if p.walk_s is not None], dtype=float))

    def step_free_seconds(self, *kinds: Kind) -> Floats:
        """A place tagged `steps` lies behind some."""
        return np.sort(
            np.array([p.walk_s for p in self._of(kinds) if p.walk_s is not None and "steps" not in p.tags], dtype=float)
        )

    def nearest(self, *kinds: Kind, limit: int = 5) -> tuple[Place, ...]:
        return tuple(self._of(kinds)[:limit])

    def beyond_walks(self, *kinds: Kind, within_m: float) -> tuple[Place, ...]:
        return tuple(p for p in self._of(kinds) if p.walk_s is None and p.straight_m <= within_m)

    def hazards(self, *kinds: Kind, within_m: float) -> tuple[Hazard, ...]:
        near = [h for h in self.dangers if h.kind in kinds and h.distance_m <= within_m]
        return tuple(sorted(near, key=lambda h: (h.distance_m, h.osm_id)))

    def hazards_mapped(self, *kinds: Kind) -> int:
        return sum(self.hazard_counts.get(kind, 0) for kind in kinds)

    def green_spaces(self) -> tuple[GreenSpace, ...]:
        return tuple(sorted(self.greens, key=lambda g: (g.place.walk_s or 0.0, g.place.osm_id)))

    def largest_green_within_m(self, radius_m: float) -> float:
        return max((g.area_m2 or 0.0 for g in self.greens if g.place.straight_m <= radius_m), default=0.0)

    def bike_infrastructure(self) -> BikeInfrastructure:
        return self.bike

    def bike_metres(self, *kinds: Kind, max_stress: int = 4) -> Floats:
        """A place tagged `stress` lies behind a street of that stress; `detour` is the way round on quiet ones."""
        return np.array([_ride_m(p, max_stress) for p in self._of(kinds) if p.walk_s is not None], dtype=float)

    def transit_stops(self) -> tuple[TransitStop, ...]:
        return tuple(sorted(self.stops, key=lambda s: (s.walk_s, s.straight_m, s.stop_id)))

    def has_timetable(self) -> bool:
        return self.timetable

    def last_way_home(self, start: Location | Place) -> int | None:
        return self.last_home_s

    def landmark(self, *kinds: Kind) -> Place | None:
        return min(self._of(kinds), key=lambda p: (p.straight_m, p.osm_id), default=None)

    def map_facts(self) -> None:
        return None

    def travel_times(self, destinations: Sequence[Location | Place]) -> tuple[TravelTimes, ...]:
        return tuple(self._times(d) for d in destinations)

    def _of(self, kinds: tuple[Kind, ...]) -> list[Place]:
        def order(p: Place) -> tuple[float, float, str]:
            return (float("inf") if p.walk_s is None else p.walk_s, p.straight_m, p.osm_id)

        return sorted((p for p in self.places if p.kind in kinds), key=order)

    def _times(self, destination: Location | Place) -> TravelTimes:
        walk = destination.walk_s if isinstance(destination, Place) else 1_200.0
        base = 1_200.0 if walk is None else walk
        share = self.transit_share
        transit = None if share is None else TransitTime(base / 2, base / 3, base, share)
        reachable = walk if walk is not None and walk <= 45 * 60 else None
        return TravelTimes(reachable, base / 3, base / 5, transit)


def _ride_m(p: Place, max_stress: int) -> float:
    straight = (p.walk_s or 0.0) / 60.0 * 80.0
    if int(p.tags.get("stress", "1")) <= max_stress:
        return straight
    return straight * float(p.tags["detour"]) if "detour" in p.tags else float("inf")


@dataclass
class Town:
    """A source with one address, and what else is put into `known`: places, and questions about which is meant."""

    around: StreetGrid = field(default_factory=StreetGrid)
    known: dict[str, Location | Question] = field(default_factory=dict)
    opened: int = 0
    #: What others say of every address.
    others: Extras = field(default_factory=Extras)

    def locate(self, text: str, near: Location | None = None) -> Location | Question:
        if text == ADDRESS:
            return self.around.location
        if text in self.known:
            return self.known[text]
        raise AddressNotFound(regions=("Gridtown",))

    def surroundings(self, where: Location) -> StreetGrid:
        self.opened += 1
        return self.around

    def extras(self, where: Location) -> Extras:
        return self.others


#: A place of every daily need, all within a few minutes.
DAILY_KINDS = (
    *(Kind.SUPERMARKET, Kind.PHARMACY, Kind.DOCTOR, Kind.CAFE, Kind.RESTAURANT, Kind.PRIMARY_SCHOOL),
    *(Kind.CHILDCARE, Kind.PARK, Kind.PLAYGROUND, Kind.BUS_STOP, Kind.BANK, Kind.LIBRARY, Kind.FITNESS_CENTRE),
)


def full_grid(**changes: object) -> StreetGrid:
    """Return a well-served town: every need within 5 minutes, a park, a bus, no danger."""
    names = [place(kind, 200.0 + 10 * i, name=f"The {kind.name.title()}") for i, kind in enumerate(DAILY_KINDS)]
    centre = place(Kind.TOWN_CENTRE, 900.0, name="Gridtown")
    grid = StreetGrid(
        places=(*names, centre),
        greens=(green(300.0),),
        stops=(stop(210.0, route()),),
        # As many as the timetable serves, and as so few streets have: it is that of all operators.
        facts=replace(WELL_MAPPED, stops=1, street_km=30.0),
        timetable=True,
        transit_share=1.0,
    )
    return replace(grid, **changes)  # type: ignore[arg-type]


def evaluation_of(around: StreetGrid, listing: Listing | None = None, **town: object) -> Evaluation:
    """Return an evaluation whose address is already located."""
    from app.pipeline.stages import geocode

    evaluation = Evaluation(listing or Listing(ADDRESS), Town(around, **town))  # type: ignore[arg-type]
    evaluation.findings["geocode"] = geocode.run(evaluation)
    return evaluation
