"""Which routes call at which stop, as far as OpenStreetMap's route relations say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.importing.elements import RouteRelation
from app.atlas.importing.place_rows import PlaceRow
from app.atlas.kind_tables import MODE_OF_STOP, STOP_KINDS
from app.atlas.projection import Geometries, Projection, point_array
from app.places import Kind

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
    "tram": 80.0,
    "light_rail": 250.0,
    "subway": 250.0,
    "rail": 350.0,
    "ferry": 200.0,
    "cable_car": 150.0,
}


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
    """Join routes to stops: a stop that is a member, else the nearest stop of the right kind."""
    found = _RouteFinder(rows, members)
    by_key = {(r.place, r.mode, r.name): r for route in routes for r in found.of(route)}
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
