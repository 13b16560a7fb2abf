"""Travel times to a few destinations anywhere in a region; only what lies around and between the places is searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.arrays import NetworkFiles
from app.atlas.streets.graph import BIKE_METRES_PER_SECOND, EdgeFlag
from app.atlas.streets.modes import cycling, driving, walking
from app.atlas.streets.search import Graph, Neighbourhood, Reached, reach, spread
from app.atlas.streets.snapping import SNAP, Snaps, snap_points
from app.atlas.streets.tiling import Floats
from app.geometry import METRES_PER_DEGREE, Box, box_around, metres_per_degree_lon

#: Straight metres beyond which nobody walks, rides (an hour and a half each, with detours) or drives (two hours).
FARTHEST_M: Final = {"walk": 6_000.0, "bike": 15_000.0, "car": 150_000.0}
#: Drives further than this keep to main roads but for this much around both ends.
LONG_DRIVE_M, STREETS_AT_ENDS_M = 10_000.0, 5_000.0
#: A street is looked for this far around a place.
SNAP_M = 500.0

_NOWHERE = np.array([(-1, 0.0, 0.0)], dtype=SNAP)[0]


@dataclass(frozen=True, slots=True)
class Places:
    """Places in degrees, their streets, and their straight distance in metres from the first one of a journey."""

    lats: Floats
    lons: Floats
    snaps: Snaps
    straight_m: Floats

    def pick(self, chosen: NDArray[np.bool_]) -> Places:
        """Return some of the places."""
        return Places(self.lats[chosen], self.lons[chosen], self.snaps[chosen], self.straight_m[chosen])


def journey_seconds(files: NetworkFiles, mode: str, lats: Floats, lons: Floats) -> Floats:
    """Return the seconds from the first place to each of the others by "walk", "bike" or "car"; infinity for no way."""
    graph = {"walk": walking, "bike": cycling, "car": driving}[mode](files)
    snaps = snap_points(files, lats, lons, SNAP_M, EdgeFlag.CAR if mode == "car" else EdgeFlag.WALK)
    places = Places(lats, lons, snaps, distances_m(lats[0], lons[0], lats, lons))
    is_long = places.straight_m > (LONG_DRIVE_M if mode == "car" else FARTHEST_M[mode])
    costs = np.full(len(lats), np.inf)
    costs[~is_long] = _search_between(files, graph, places.pick(~is_long))
    if mode == "car":
        is_long &= places.straight_m <= FARTHEST_M["car"]
        is_long[0] = True
        if is_long.sum() > 1:
            costs[is_long] = _long_drives(files, graph, places.pick(is_long))
    return costs[1:] / BIKE_METRES_PER_SECOND if mode == "bike" else costs[1:]


def _search_between(files: NetworkFiles, graph: Graph, places: Places) -> Floats:
    """Search every street of the box around the places."""
    near = Neighbourhood.of(files.nodes.tiles.slices(_box_around_all(places)))
    return reach(graph, near, places.snaps[0], np.inf).cost_to(places.snaps)


def _long_drives(files: NetworkFiles, graph: Graph, places: Places) -> Floats:
    """Search the streets around the start, then main roads, then the streets around each destination."""
    main = files.main
    at_start = box_around(places.lats[0], places.lons[0], STREETS_AT_ENDS_M)
    near = Neighbourhood.of(files.nodes.tiles.slices(at_start))
    start = reach(graph, near, places.snaps[0], np.inf)
    entries = main.tiles.members(at_start)
    between = Neighbourhood.of(main.tiles.slices(_box_around_all(places)))
    to_entries = start.costs[near.local(main.node[entries])]
    on_main = spread(Graph(main.arcs, graph.edges), between, entries, to_entries, np.inf)
    costs = np.zeros(len(places.lats))
    for i in range(1, len(costs)):
        at_end = box_around(places.lats[i], places.lons[i], STREETS_AT_ENDS_M)
        near = Neighbourhood.of(files.nodes.tiles.slices(at_end))
        exits = main.tiles.members(at_end)
        streets = spread(graph, near, main.node[exits], on_main[between.local(exits)], np.inf)
        costs[i] = Reached(graph.edges, near, streets, _NOWHERE, np.inf).cost_to(places.snaps[i : i + 1])[0]
    return costs


def _box_around_all(places: Places) -> Box:
    """Return the box around places, wide enough for the detours that a way between them may take."""
    pad_m = 1_000.0 + 0.25 * float(places.straight_m.max())
    d_lat = pad_m / METRES_PER_DEGREE
    d_lon = pad_m / max(metres_per_degree_lon(float(places.lats[0])), 1.0)
    lats, lons = places.lats, places.lons
    return Box(lons.min() - d_lon, lats.min() - d_lat, lons.max() + d_lon, lats.max() + d_lat)


def distances_m(lat: float, lon: float, lats: Floats, lons: Floats) -> Floats:
    """Return the straight distances in metres from one point to others."""
    x = (lons - lon) * np.cos(np.radians((lats + lat) / 2))
    return np.asarray(np.hypot(x, lats - lat) * METRES_PER_DEGREE, dtype=np.float64)
