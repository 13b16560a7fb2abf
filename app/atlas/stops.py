"""The stops near an address: from timetables where there are some, else as OpenStreetMap knows them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Protocol

import numpy as np

from app.atlas.atlas import Atlas
from app.atlas.facts import MODE_OF_STOP, STOP_KINDS, RouteAtStop, TransitStop
from app.atlas.nearby import Nearby
from app.atlas.station_names import leads_away, telling_words
from app.atlas.streets.network import Walkshed
from app.atlas.transit.contract import RANKED_MODES, StopWalks
from app.atlas.transit.timetable import Timetable
from app.geo import distance_m
from app.places import Kind, Place
from app.wording import calm

#: Straight metres beyond which no stop is within 45 minutes on foot.
REACH_M = 3_600.0
#: A timetable covers an address when one of its stops is this near.
COVERED_M = 2_400.0
#: The middles of a station of one name, on the map and in a timetable, are no farther from each other; where one
#: leaves words out ("Cernusco S.N.", "Assago Forum"), they are this near.
SAME_STATION_M, SHORTENED_M = 400.0, 100.0
STATION_KINDS = frozenset({Kind.SUBWAY_STATION, Kind.RAIL_STATION})
#: What the map calls an underground is light rail or a railway to some timetables.
TRAINS = frozenset({"subway", "rail", "light_rail"})
#: Platforms of one name and mode are one stop up to this distance.
SAME_NAME_M = 150.0

_ROUTES = """
SELECT place, route, name, mode, headsign FROM stop_routes
WHERE place IN (SELECT value FROM json_each(?)) ORDER BY place, route
"""


class StopsNear:
    """Stops within reach of one address on foot."""

    def __init__(self, atlas: Atlas, lat: float, lon: float, walkshed: Walkshed) -> None:
        self._atlas = atlas
        self._lat, self._lon = lat, lon
        self._walkshed = walkshed

    @cached_property
    def has_timetable(self) -> bool:
        """Whether a timetable covers the surroundings."""
        timetable = self._atlas.timetable
        return timetable is not None and len(timetable.stops_near(self._lat, self._lon, COVERED_M)) > 0

    @cached_property
    def walks(self) -> StopWalks:
        """The timetables' stops within 45 minutes on foot, with the seconds to the nearest way into each."""
        timetable = self._atlas.timetable
        if timetable is None:
            return StopWalks(np.empty(0, dtype=np.int32), np.empty(0))
        ways = timetable.ways_near(self._lat, self._lon, REACH_M)
        return timetable.walks(ways, self._walkshed.seconds_to(self._atlas.stop_snaps[ways]))

    def from_feed(self, nearby: Nearby) -> tuple[TransitStop, ...]:
        """Return the stations of the timetables, nearest walk first; empty where none covers the address.

        A station of trains that the map has, too, is one thing, as a report names stations of both: it has the map's
        name, kind and walk. The import has given both the ways in of both (`transit/compile/shared_stations.py`).
        """
        timetable = self._atlas.timetable
        if timetable is None or not self.has_timetable:
            return ()
        platforms: dict[int, list[tuple[float, int]]] = {}
        for stop, seconds in zip(self.walks.stops.tolist(), self.walks.seconds.tolist(), strict=True):
            platforms.setdefault(int(timetable.stops.stations[stop]), []).append((seconds, stop))
        mapped = [(telling_words(place.name), place) for place in nearby.places(nearby.reached(STATION_KINDS))]
        alone: list[TransitStop] = []
        of_place: dict[str, tuple[Place, list[TransitStop]]] = {}
        for stop in (self._station(timetable, sorted(walks)) for walks in platforms.values()):
            station = _on_the_map(stop, mapped)
            (alone if station is None else of_place.setdefault(station.osm_id, (station, []))[1]).append(stop)
        return _nearest_first((*alone, *(_as_mapped(place, stops) for place, stops in of_place.values())))

    def _station(self, timetable: Timetable, walks: list[tuple[float, int]]) -> TransitStop:
        """Return the platforms of a station as one place to wait."""
        stops, (seconds, nearest) = timetable.stops, walks[0]
        lat, lon = float(stops.lats[nearest]), float(stops.lons[nearest])
        return TransitStop(
            stop_id=stops.ids[nearest],
            name=calm(stops.station_names[nearest]),
            mode=min((stops.modes[stop] for _, stop in walks), key=RANKED_MODES.index),
            lat=lat,
            lon=lon,
            walk_s=seconds,
            straight_m=distance_m(self._lat, self._lon, lat, lon),
            from_feed=True,
            routes=timetable.routes_calling(*(stop for _, stop in walks)),
        )

    def from_map(self, nearby: Nearby) -> tuple[TransitStop, ...]:
        """Return OpenStreetMap's stops, nearest walk first, with the routes that its relations name."""
        ids = nearby.ids(nearby.reached(STOP_KINDS))
        routes: dict[int, list[RouteAtStop]] = {}
        # A route calls at many stops and is the same at each.
        route_of = cache(_route)
        for place, *told in self._atlas.tables().execute(_ROUTES, (json.dumps(ids),)):
            routes.setdefault(place, []).append(route_of(*told))
        stops = [
            _stop(place, tuple(routes.get(number, ())))
            for number, place in zip(ids, nearby.places_by_id(ids), strict=True)
        ]
        return _joined(_nearest_first(stops))


class Station(Protocol):
    """A station of the map."""

    @property
    def kind(self) -> Kind: ...
    @property
    def osm_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...


#: What tells which of several stations a stop is, the least first: another name, another mode, metres, element.
StationRank = tuple[bool, bool, float, str]


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop of trains in a timetable: the words that tell its name from others, what runs there, and where it is."""

    words: frozenset[str]
    mode: str
    lat: float
    lon: float

    def rank(self, words: frozenset[str], place: Station) -> StationRank | None:
        """Return how well a station of the map with these telling words fits; None where it is another one.

        The one's underground is the other's railway; where a name is shortened, both are the same.
        """
        if not self.words or not words or self.mode not in TRAINS:
            return None
        is_other_mode = MODE_OF_STOP[place.kind] != self.mode
        is_shortened = self.words != words
        if is_shortened and (is_other_mode or not (self.words < words or words < self.words)):
            return None
        metres = distance_m(self.lat, self.lon, place.lat, place.lon)
        if metres > (SHORTENED_M if is_shortened else SAME_STATION_M):
            return None
        return is_shortened, is_other_mode, metres, place.osm_id


def _on_the_map(stop: TransitStop, mapped: Sequence[tuple[frozenset[str], Place]]) -> Place | None:
    """Return the station of the map that a stop of a timetable is."""
    halt = Halt(telling_words(stop.name), stop.mode, stop.lat, stop.lon)
    ranked = ((halt.rank(words, place), place) for words, place in mapped)
    fitting = [(rank, place) for rank, place in ranked if rank is not None]
    return min(fitting, key=lambda found: found[0])[1] if fitting else None


def _as_mapped(place: Place, stops: Sequence[TransitStop]) -> TransitStop:
    """Return the stops of a timetable that are one station of the map as that one station."""
    told = {(route.route_id, route.direction): route for stop in stops for route in stop.routes}
    nearest = _nearest_first(stops)[0]
    return replace(
        nearest,
        name=place.name,
        mode=MODE_OF_STOP[place.kind],
        lat=place.lat,
        lon=place.lon,
        walk_s=nearest.walk_s if place.walk_s is None else place.walk_s,
        straight_m=place.straight_m,
        routes=tuple(told[key] for key in sorted(told)),
    )


def _nearest_first(stops: Iterable[TransitStop]) -> tuple[TransitStop, ...]:
    return tuple(sorted(stops, key=lambda stop: (stop.walk_s, stop.straight_m, stop.stop_id)))


def _joined(stops: tuple[TransitStop, ...]) -> tuple[TransitStop, ...]:
    """Join the platforms and positions of one name and mode that are near each other; what has no name stays apart."""
    kept: list[TransitStop] = []
    of_name: dict[tuple[str, str], list[int]] = {}
    for stop in stops:
        named = of_name.setdefault((stop.mode, stop.name.casefold()), [])
        twin = next((i for i in named if stop.name and _is_beside(stop, kept[i])), None)
        if twin is None:
            named.append(len(kept))
            kept.append(stop)
        else:
            both = (*stop.routes, *kept[twin].routes)
            told = {r.route_id: r for r in sorted(both, key=lambda r: leads_away(r.headsign, stop.name))}
            kept[twin] = replace(kept[twin], routes=tuple(told[key] for key in sorted(told)))
    return tuple(kept)


def _is_beside(stop: TransitStop, other: TransitStop) -> bool:
    return distance_m(stop.lat, stop.lon, other.lat, other.lon) <= SAME_NAME_M


def _route(route: str, name: str, mode: str, headsign: str) -> RouteAtStop:
    return RouteAtStop(route, name, mode, headsign, None, None, "", "")


def _stop(place: Place, routes: tuple[RouteAtStop, ...]) -> TransitStop:
    is_light_rail = place.kind == Kind.TRAM_STOP and place.tags.get("station") == "light_rail"
    return TransitStop(
        stop_id=place.osm_id,
        name=place.name,
        mode="light_rail" if is_light_rail else MODE_OF_STOP[place.kind],
        lat=place.lat,
        lon=place.lon,
        walk_s=place.walk_s if place.walk_s is not None else np.inf,
        straight_m=place.straight_m,
        from_feed=False,
        routes=routes,
        near=place.tags.get("street", ""),
    )
