"""Stations and stops: what runs there, which routes call, their ways in, and the streets of those without a name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import shapely

from app.atlas.facts import MODE_OF_STOP, STOP_KINDS
from app.atlas.importing.elements import Extract, PointFeature, RouteRelation, Shape, Track
from app.atlas.importing.features import PlaceRow
from app.atlas.importing.outlines import decode_areas, street_lines
from app.atlas.importing.tags.stopping import is_station
from app.atlas.station_names import leads_away
from app.atlas.streets.build.ways import StreetWays
from app.geo import Geometries, Projection, point_array
from app.places import Kind

#: Tracks this near belong to a station: half the width of a large one.
BESIDE_M = 80.0

#: railway=* of the nearest tracks to what a station on them is.
STATION_ON: dict[str, Kind] = {
    "rail": Kind.RAIL_STATION,
    "narrow_gauge": Kind.RAIL_STATION,
    "subway": Kind.SUBWAY_STATION,
    "light_rail": Kind.TRAM_STOP,
    "monorail": Kind.TRAM_STOP,
    "tram": Kind.TRAM_STOP,
    "funicular": Kind.CABLE_CAR_STATION,
}

#: Tags that say what runs at a station.
_SAYING = frozenset({"station", "train", "subway", "light_rail", "tram", "funicular"})


def settle_stations(extract: Extract) -> None:
    """Give stations the kind of what runs there, in place: by the tracks beside them, and by the trains that stop."""
    if extract.tracks:
        _settle_by_tracks(_Stations(extract, _is_open), extract.tracks)
    trains = {member for route in extract.routes if route.mode == "rail" for member in route.members}
    stops = [extract.route_members[member] for member in sorted(trains & extract.route_members.keys())]
    if stops:
        _settle_by_trains(_Stations(extract, _is_light_rail), _Stations(extract, _is_of_trains), stops)


class _Stations:
    """Those mapped stops and stations that are meant."""

    def __init__(self, extract: Extract, is_meant: Callable[[PointFeature | Shape], bool]) -> None:
        self._points, self._shapes = extract.points, extract.shapes
        self._at = [i for i, point in enumerate(self._points) if is_meant(point)]
        self._outlined = [i for i, shape in enumerate(self._shapes) if is_meant(shape)]

    def __len__(self) -> int:
        return len(self._at) + len(self._outlined)

    def geometries(self) -> Geometries:
        """Return where they are, in degrees."""
        positions = np.array([(self._points[i].lon, self._points[i].lat) for i in self._at])
        wkbs = np.array([self._shapes[i].wkb for i in self._outlined], dtype=object)
        outlines = decode_areas(wkbs, np.array([self._shapes[i].is_area for i in self._outlined], dtype=bool))
        return np.concatenate((point_array(positions), outlines)) if self._at else outlines

    def settle(self, number: int, kind: Kind, instead_of: Kind) -> None:
        """Give one of them a kind instead of another."""
        if number < len(self._at):
            i = self._at[number]
            self._points[i] = self._points[i]._replace(kinds=_with(self._points[i].kinds, kind, instead_of))
        else:
            i = self._outlined[number - len(self._at)]
            self._shapes[i] = self._shapes[i]._replace(kinds=_with(self._shapes[i].kinds, kind, instead_of))


def _with(kinds: tuple[Kind, ...], kind: Kind, instead_of: Kind) -> tuple[Kind, ...]:
    return tuple(sorted({*kinds, kind} - ({instead_of} - {kind})))


def _is_open(element: PointFeature | Shape) -> bool:
    return Kind.RAIL_STATION in element.kinds and _SAYING.isdisjoint(element.tags)


def _is_of_trains(element: PointFeature | Shape) -> bool:
    return Kind.RAIL_STATION in element.kinds


def _is_light_rail(element: PointFeature | Shape) -> bool:
    tags = element.tags
    is_light = tags.get("station") == "light_rail" or tags.get("light_rail") == "yes"
    return Kind.TRAM_STOP in element.kinds and is_light and is_station(tags)


def _settle_by_tracks(stations: _Stations, tracks: Sequence[Track]) -> None:
    """Settle stations whose tags do not say what runs there; one without any track near stays one for trains."""
    if not len(stations):
        return
    lines = shapely.from_wkb(np.array([track.wkb for track in tracks], dtype=object))
    projection = Projection(float(shapely.get_coordinates(lines[:1])[0, 0]))
    tree = shapely.STRtree(projection.to_metres(lines))
    at = projection.to_metres(stations.geometries())
    for station, line in tree.query_nearest(at, max_distance=BESIDE_M, all_matches=False).T.tolist():
        stations.settle(station, STATION_ON[tracks[line].railway], instead_of=Kind.RAIL_STATION)


def _settle_by_trains(stations: _Stations, of_trains: _Stations, stops: Sequence[tuple[float, float]]) -> None:
    """Make a station of light rail one of the railway where trains stop (degrees) and none of the railway is near.

    So are suburban railways (S-Bahn) mapped in Germany, whose routes are those of trains.
    """
    projection = Projection(stops[0][1])
    at = point_array(projection.points_to_metres(np.array(stops)[:, ::-1]))
    railway, light_rail = (shapely.STRtree(projection.to_metres(each.geometries())) for each in (of_trains, stations))
    served, _ = railway.query_nearest(at, max_distance=NEAR_M["rail"], all_matches=False)
    _, near = light_rail.query_nearest(np.delete(at, served), max_distance=NEAR_M["light_rail"], all_matches=False)
    for station in sorted({*near.tolist()}):
        stations.settle(station, Kind.RAIL_STATION, instead_of=Kind.TRAM_STOP)


#: A stop without a name is called by a street this near.
STREET_OF_STOP_M = 60.0


def name_stops(rows: list[PlaceRow], ways: StreetWays, projection: Projection) -> list[PlaceRow]:
    """Take an operator's name off the stops that have it, and tell nameless ones their street (tag "street")."""
    rows = [row._replace(name="") if row.kind in STOP_KINDS and _is_operator(row) else row for row in rows]
    nameless = [i for i, row in enumerate(rows) if row.kind in STOP_KINDS and not row.name]
    named = np.array([i for i, tags in enumerate(ways.tags) if "name" in tags], dtype=np.intp)
    if not nameless or not len(named):
        return rows
    at = projection.points_to_metres(np.array([(rows[i].lon, rows[i].lat) for i in nameless]))
    tree = shapely.STRtree(street_lines(ways, named, projection))
    stop, street = tree.query_nearest(point_array(at), max_distance=STREET_OF_STOP_M, all_matches=False)
    for position, way in zip(stop.tolist(), named[street].tolist(), strict=True):
        row = rows[nameless[position]]
        tags = msgspec.json.encode(json.loads(row.tags) | {"street": ways.tags[way]["name"]}).decode()
        rows[nameless[position]] = row._replace(tags=tags)
    return rows


def _is_operator(row: PlaceRow) -> bool:
    """Return whether a stop's name is only that of who runs it."""
    tags: dict[str, str] = json.loads(row.tags) if '"operator"' in row.tags or '"brand"' in row.tags else {}
    return bool(row.name) and row.name in (tags.get("operator"), tags.get("brand"))


class StopRoute(NamedTuple):
    """One route at one stop; `place` is the stop's row."""

    place: int
    route: str
    name: str
    mode: str
    headsign: str


def stop_routes(
    rows: Sequence[PlaceRow], routes: Sequence[RouteRelation], members: Mapping[str, tuple[float, float]]
) -> list[StopRoute]:
    """Join routes to stops: a stop that is a member, else the nearest stop of the right kind.

    Of the directions of a line one is kept, which goes on from the stop if any does.
    """
    found = _RouteFinder(rows, members)
    told = (told for route in routes for told in found.of(route))
    best_last = sorted(told, key=lambda told: leads_away(told.headsign, rows[told.place].name))
    by_key = {(told.place, told.mode, told.name): told for told in best_last}
    for place, row in enumerate(rows):
        for name in _route_refs(row):
            mode = MODE_OF_STOP[row.kind]
            by_key.setdefault((place, mode, name), StopRoute(place, f"{mode} {name}", name, mode, ""))
    return [by_key[key] for key in sorted(by_key)]


def _route_refs(row: PlaceRow) -> list[str]:
    if row.kind not in STOP_KINDS or '"route_ref"' not in row.tags:
        return []
    text: str = json.loads(row.tags)["route_ref"]
    return [name.strip() for name in text.replace(",", ";").split(";") if name.strip()]


#: Kinds of stop that a mode calls at.
STOPS_OF_MODE: Mapping[str, frozenset[Kind]] = {
    "bus": frozenset({Kind.BUS_STOP}),
    "tram": frozenset({Kind.TRAM_STOP}),
    "light_rail": frozenset({Kind.TRAM_STOP, Kind.SUBWAY_STATION, Kind.RAIL_STATION}),
    "subway": frozenset({Kind.SUBWAY_STATION}),
    "rail": frozenset({Kind.RAIL_STATION}),
    "ferry": frozenset({Kind.FERRY_TERMINAL}),
    "cable_car": frozenset({Kind.CABLE_CAR_STATION}),
}

#: How far a vehicle's stopping point may be from the stop or the middle of the station.
NEAR_M = {
    "bus": 60.0,
    "tram": 110.0,
    "light_rail": 250.0,
    "subway": 250.0,
    "rail": 350.0,
    "ferry": 200.0,
    "cable_car": 150.0,
}


class _RouteFinder:
    def __init__(self, rows: Sequence[PlaceRow], members: Mapping[str, tuple[float, float]]) -> None:
        self._members = members
        self._projection = Projection(rows[0].lon if rows else 0.0)
        self._stops = {
            mode: [i for i, row in enumerate(rows) if row.kind in kinds] for mode, kinds in STOPS_OF_MODE.items()
        }
        self._row_of = {
            mode: {rows[i].osm_id: i for i in places} for mode, places in self._stops.items()
        }  # fmt: skip
        self._trees = {
            mode: shapely.STRtree(self._points([(rows[i].lat, rows[i].lon) for i in places]))
            for mode, places in self._stops.items()
        }

    def of(self, route: RouteRelation) -> list[StopRoute]:
        """Return where a route calls."""
        known = self._row_of[route.mode]
        places = {known[member] for member in route.members if member in known}
        others = sorted(route.members - known.keys())
        positions = [self._members[member] for member in others if member in self._members]
        if positions and self._stops[route.mode]:
            tree, reach = self._trees[route.mode], NEAR_M[route.mode]
            near = tree.query_nearest(self._points(positions), max_distance=reach, all_matches=False)
            places |= {self._stops[route.mode][stop] for stop in near[1].tolist()}
        return [
            StopRoute(place, f"{route.mode} {route.name}", route.name, route.mode, route.headsign)
            for place in sorted(places)
        ]

    def _points(self, positions: Sequence[tuple[float, float]]) -> Geometries:
        lat_lon = np.array(positions, dtype=np.float64).reshape(-1, 2)
        return point_array(self._projection.points_to_metres(lat_lon[:, ::-1]))
