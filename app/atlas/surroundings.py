"""All that one region's atlas knows about the surroundings of an address."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from app.atlas.atlas import Atlas
from app.atlas.facts import (
    AMENITIES,
    MAPPED_RADIUS_M,
    PLACES_RADIUS_M,
    SHOPS,
    STOP_KINDS,
    STOPS,
    WALK_LIMIT_S,
    BikeInfrastructure,
    Floats,
    GreenSpace,
    Hazard,
    MappedFacts,
    RegionCounts,
    RegionFacts,
    StreetFacts,
    TownNeed,
    TransitStop,
    TransitTime,
    TravelTimes,
)
from app.atlas.fields.rides import walks_from_stops
from app.atlas.map_facts import MapFacts
from app.atlas.nearby import Nearby, greens_near, hazards_near, largest_area_m2
from app.atlas.stops import StopsNear
from app.atlas.streets.network import Walkshed, WayOut
from app.atlas.transit.contract import STOP_WALK_S, StopWalks
from app.atlas.transit.timetable import Timetable
from app.atlas.vicinity import Vicinity
from app.places import Kind, Location, Place, Precision


class AtlasSurroundings:
    """What `app.sources.interface.Surroundings` promises, from one atlas. Used by one evaluation in one thread."""

    def __init__(
        self, atlas: Atlas, location: Location, vicinity: Vicinity | None = None, way_out: WayOut | None = None
    ) -> None:
        """Look around a location; `vicinity` is what it shares with others near by, `way_out` its own if looked up."""
        self._atlas = atlas
        self._vicinity = vicinity or Vicinity.of_point(atlas.tables(), location.lat, location.lon, PLACES_RADIUS_M)
        self._location = location
        self._lat, self._lon = location.lat, location.lon
        #: Where whoever lives there gets onto the streets, by their own one if the address names it.
        self._way_out = way_out or atlas.network.way_out(self._lat, self._lon, location.street)
        #: For each level of traffic stress, the metres to every place near by.
        self._bike_metres: dict[int, Floats] = {}

    @property
    def location(self) -> Location:
        """The address that this is about."""
        return self._location

    @cached_property
    def region(self) -> RegionFacts:
        """The data that the answers rest on."""
        meta = self._atlas.meta
        return RegionFacts(
            region=self._atlas.name,
            title=meta.title,
            data_date=meta.data_date,
            attribution=meta.attribution,
            feeds=meta.feeds,
            service_date=meta.service_date,
            feed_valid_until=meta.feed_valid_until,
            fetched_at=meta.fetched_at,
        )

    @property
    def snap_m(self) -> float | None:
        """Metres from the address to its street; None where there is none within 500 m."""
        return self._way_out.to_street_m

    @cached_property
    def street_m(self) -> float:
        """Metres of street within 45 minutes on foot: next to nothing where no way out is mapped."""
        return self._walkshed.street_m()

    @cached_property
    def _walkshed(self) -> Walkshed:
        return self._atlas.network.walk(self._way_out.origins, WALK_LIMIT_S, together=self._vicinity.searches)

    @cached_property
    def _nearby(self) -> Nearby:
        nearby = Nearby(self._atlas.tables(), self._vicinity, self._lat, self._lon)
        nearby.walk_with(self._walkshed)
        return nearby

    def coverage(self, radius_m: float) -> float:
        """Return the share, 0 to 1, of the disc around the address for which the region holds data."""
        return self._atlas.coverage.share(self._lat, self._lon, radius_m)

    @cached_property
    def _mapped(self) -> MappedFacts:
        return MappedFacts(
            shops=self._nearby.count(SHOPS, MAPPED_RADIUS_M),
            addresses=self._atlas.coverage.addresses_within(self._lat, self._lon, MAPPED_RADIUS_M),
            stops=self._nearby.count(STOPS, MAPPED_RADIUS_M),
            amenities=self._nearby.count(AMENITIES, MAPPED_RADIUS_M),
            street_km=self._atlas.network.street_km(self._lat, self._lon, MAPPED_RADIUS_M),
        )

    def mapped(self) -> MappedFacts:
        """Count what is mapped within 2.4 km."""
        return self._mapped

    def region_counts(self) -> RegionCounts:
        """Count what is mapped in the whole region."""
        return self._atlas.fields.facts.counts

    def town(self, need: str) -> TownNeed | None:
        """Return how far a need is over the whole region; None where too little is known to compare with it."""
        return self._atlas.fields.town(need)

    def town_percentile(self, need: str, minutes: float) -> float | None:
        """Return the share of the region, 0 to 1, that needs longer; None where such a rank would be noise."""
        town = self.town(need)
        return None if town is None else town.percentile(minutes)

    def streets(self) -> StreetFacts:
        """Measure the street pattern within 800 m."""
        return StreetFacts(*self._atlas.network.street_facts(self._lat, self._lon))

    def walk_seconds(self, *kinds: Kind) -> Floats:
        """Return walking seconds to every place of these kinds within 45 minutes, ascending."""
        return self._nearby.walk_seconds(kinds)

    def step_free_seconds(self, *kinds: Kind) -> Floats:
        """Return walking seconds on ways without steps to every place of these kinds within 45 minutes, ascending."""
        seconds = self._step_free[self._nearby.of(kinds)]
        return np.sort(seconds[np.isfinite(seconds)])

    @cached_property
    def _step_free(self) -> Floats:
        return self._nearby.seconds_by(self._atlas.network.walk(self._way_out.origins, WALK_LIMIT_S, step_free=True))

    def nearest(self, *kinds: Kind, limit: int = 5) -> tuple[Place, ...]:
        """Return the places of these kinds with the shortest walks of up to 45 minutes."""
        return self._nearby.nearest(kinds, limit)

    def beyond_walks(self, *kinds: Kind, within_m: float) -> tuple[Place, ...]:
        """Return the places of these kinds within a straight distance that no walk of 45 minutes reaches."""
        return self._nearby.beyond_walks(kinds, within_m)

    def hazards(self, *kinds: Kind, within_m: float) -> tuple[Hazard, ...]:
        """Return lines and areas of these kinds within a straight distance, nearest first."""
        return tuple(hazards_near(self._vicinity, self._lat, self._lon, kinds, within_m))

    def hazards_mapped(self, *kinds: Kind) -> int:
        """Count the lines and areas of these kinds in the whole region."""
        return sum(self._atlas.hazard_counts.get(kind, 0) for kind in kinds)

    @cached_property
    def _green_spaces(self) -> tuple[GreenSpace, ...]:
        return tuple(greens_near(self._vicinity, self._nearby))

    def green_spaces(self) -> tuple[GreenSpace, ...]:
        """Return green spaces within 45 minutes on foot, nearest first; those without an area have no measures."""
        return self._green_spaces

    def largest_green_within_m(self, radius_m: float) -> float:
        """Return the square metres of the largest public green area whose edge is within a straight distance."""
        return largest_area_m2(self._vicinity, self._lat, self._lon, radius_m)

    def bike_infrastructure(self) -> BikeInfrastructure:
        """Return the kilometres of cycle paths and lanes near by, those further off counting less."""
        return BikeInfrastructure(*self._atlas.network.bike_infrastructure(self._lat, self._lon))

    def bike_metres(self, *kinds: Kind, max_stress: int = 4) -> Floats:
        """Return cycling metres to each place of these kinds within 4.8 km on streets of at most this stress."""
        if max_stress not in self._bike_metres:
            reach = self._atlas.network.bike(
                self._way_out.origins, PLACES_RADIUS_M, max_stress, together=self._vicinity.searches
            )
            self._bike_metres[max_stress] = self._nearby.metres_by(reach)
        return self._bike_metres[max_stress][self._nearby.within(kinds, PLACES_RADIUS_M)]

    @cached_property
    def _stops(self) -> StopsNear:
        return StopsNear(self._atlas, self._lat, self._lon, self._walkshed)

    def transit_stops(self) -> tuple[TransitStop, ...]:
        """Return the stops of the timetables where there are some near here, else OpenStreetMap's; nearest first."""
        return self._transit_stops

    @cached_property
    def _transit_stops(self) -> tuple[TransitStop, ...]:
        return self._stops.from_feed(self._nearby) or self._stops.from_map(self._nearby)

    def has_timetable(self) -> bool:
        """Return whether a timetable covers the surroundings of this address."""
        return self._stops.has_timetable

    def last_way_home(self, start: Location | Place) -> int | None:
        """Return when the last departure by transit leaves from a place to the address; None where none does.

        Seconds after the midnight before, so that a ride at 0:19 is at 24:19.
        """
        timetable = self._atlas.timetable
        if timetable is None or not self.has_timetable():
            return None
        return timetable.last_departure(_walks_from(self._atlas, timetable, start), _shorter(self._stops.walks))

    def landmark(self, *kinds: Kind) -> Place | None:
        """Return the nearest place of these kinds in the whole region, by straight distance."""
        return self._nearby.nearest_in_region(kinds)

    def map_facts(self) -> MapFacts | None:
        """Return what a map of the surroundings is drawn from; None for a region without a base map."""
        basemap = self._atlas.basemap
        return None if basemap is None else MapFacts(self._atlas, basemap, self._walkshed)

    def travel_times(self, destinations: Sequence[Location | Place]) -> tuple[TravelTimes, ...]:
        """Return the times to each destination, in the order given."""
        if not destinations:
            return ()
        lats = np.array([destination.lat for destination in destinations])
        lons = np.array([destination.lon for destination in destinations])
        here, street, there = (self._lat, self._lon), self._location.street, [_on_tracks(d) for d in destinations]
        walk, bike, car = (
            _known(self._atlas.network.travel_seconds(mode, here, lats, lons, street=street, over_rails=there))
            for mode in ("walk", "bike", "car")
        )
        rides: tuple[TransitTime | None, ...] = (None,) * len(lats)
        timetable = self._atlas.timetable
        if timetable is not None and self.has_timetable():
            egresses = [_walks_from(self._atlas, timetable, destination) for destination in destinations]
            rides = timetable.travel_times(_shorter(self._stops.walks), egresses, walk)
        return tuple(TravelTimes(*times) for times in zip(walk, bike, car, rides, strict=True))


def _on_tracks(place: Location | Place) -> bool:
    """Return whether a place may lie on tracks, as stations do: a stop, or what was looked for by its name."""
    return place.precision is Precision.NAMED if isinstance(place, Location) else place.kind in STOP_KINDS


def _known(seconds: Floats) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in seconds.tolist()]


def _shorter(walks: StopWalks) -> StopWalks:
    near = walks.seconds <= STOP_WALK_S
    return StopWalks(walks.stops[near], walks.seconds[near])


def _walks_from(atlas: Atlas, timetable: Timetable, place: Location | Place) -> StopWalks:
    here = place.lat, place.lon
    return walks_from_stops(atlas.network, timetable, atlas.stop_snaps, here, over_rails=_on_tracks(place))
