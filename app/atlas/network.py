"""The streets of a region: how far it is on foot, by bike and by car, and what the streets are like."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from app.atlas.network_build import compile_network
from app.atlas.network_files import NetworkFiles, Spots
from app.atlas.search import MAX_STRESS, EdgeCosts, Graph, Neighbourhood, Reached, reach
from app.atlas.snapping import SNAP, Snaps, snap_points
from app.atlas.street_graph import BIKE_METRES_PER_SECOND, EdgeFlag
from app.atlas.street_ways import StreetWays
from app.atlas.tiling import Floats, to_degrees
from app.atlas.walk_rules import SECONDS_PER_METRE
from app.geometry import METRES_PER_DEGREE, Box, box_around, metres_per_degree_lon

__all__ = ["SNAP", "Network", "Reach", "Snaps", "StreetWays", "Walkshed", "compile_network"]

#: Paths and lanes count fully at the address and nothing at this distance (one and a half miles), linearly between.
BIKE_INFRASTRUCTURE_M = 2_414.0
#: Junctions and blocks are measured within half a mile.
PATTERN_M = 800.0
#: Straight metres beyond which nobody asks for a walk, a ride or a drive.
FARTHEST_M: Final[Mapping[str, float]] = {"walk": 10_000.0, "bike": 30_000.0, "car": 150_000.0}


class Walkshed:
    """Walking time from one address to whatever lies within a limit."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached

    def seconds_to(self, snaps: Snaps) -> Floats:
        """Return the walking seconds to each snapped place; infinity where it is not within the limit."""
        return self._reached.cost_to(snaps)


class Reach:
    """Cycling distance from one address to whatever lies within a limit."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached

    def metres_to(self, snaps: Snaps) -> Floats:
        """Return the cycling metres to each snapped place; infinity where it is not within the limit."""
        return self._reached.cost_to(snaps)


class Network:
    """The street graphs of one region, mapped into memory. Answers depend on the files and the question only."""

    def __init__(self, files: NetworkFiles) -> None:
        self._files = files

    @classmethod
    def open(cls, directory: Path) -> Network:
        """Open what `compile_network` wrote.

        Raises AtlasDamaged where it is missing, cut short or of another version.
        """
        return cls(NetworkFiles.open(directory))

    def snap(self, lats: ArrayLike, lons: ArrayLike, max_m: float = 500.0) -> Snaps:
        """Return the nearest point of a walkable street for each point in degrees; edge -1 where none is near."""
        return self._snap(lats, lons, max_m, EdgeFlag.WALK)

    def _snap(self, lats: ArrayLike, lons: ArrayLike, max_m: float, mode: EdgeFlag) -> Snaps:
        lat, lon = (np.atleast_1d(np.asarray(degrees, dtype=np.float64)) for degrees in (lats, lons))
        return snap_points(self._files, lat, lon, max_m, mode)

    def walk(self, origin_snap: np.void, limit_s: float) -> Walkshed:
        """Search on foot from one snapped place, at 80 m/min and half that on steps."""
        graph = self._walking()
        return Walkshed(self._search(graph, origin_snap, limit_s, limit_s / SECONDS_PER_METRE))

    def bike(self, origin_snap: np.void, limit_m: float, max_stress: int = MAX_STRESS) -> Reach:
        """Search by bike from one snapped place, on streets of at most a level of traffic stress.

        Where riding is not allowed but walking is, the bike is pushed and each metre counts `PUSHING` metres. The
        street of the address and of each place may be walked along in the same way, whatever its stress.
        """
        return Reach(self._search(self._cycling(max_stress), origin_snap, limit_m, limit_m))

    def _search(self, graph: Graph, origin: np.void, limit: float, radius_m: float) -> Reached:
        if origin["edge"] < 0:
            return reach(graph, Neighbourhood.of([]), origin, limit)
        node = self._files.edges.tail[int(origin["edge"])]
        lat, lon = to_degrees(self._files.nodes.lat[[node]])[0], to_degrees(self._files.nodes.lon[[node]])[0]
        box = box_around(lat, lon, radius_m + float(origin["along"]))
        return reach(graph, Neighbourhood.of(self._files.nodes.tiles.slices(box)), origin, limit)

    def _walking(self) -> Graph:
        pace = self._files.uses.walk_pace.astype(np.float64)
        return Graph(self._files.walk, EdgeCosts(self._files.edges, pace, pace, SECONDS_PER_METRE))

    def _cycling(self, max_stress: int) -> Graph:
        pushed = self._files.uses.walk_pace.astype(np.float64) * BIKE_METRES_PER_SECOND
        ahead, against = (
            np.where((stress > 0) & (stress <= max_stress), 1.0, pushed)
            for stress in (self._files.uses.stress_ahead, self._files.uses.stress_against)
        )
        return Graph(self._files.bike, EdgeCosts(self._files.edges, ahead, against, 1.0), max_stress)

    def _driving(self) -> Graph:
        uses = self._files.uses
        ahead, against = uses.car_pace_ahead.astype(np.float64), uses.car_pace_against.astype(np.float64)
        return Graph(self._files.car, EdgeCosts(self._files.edges, ahead, against, SECONDS_PER_METRE))

    def travel_seconds(
        self, mode: str, origin_lat: float, origin_lon: float, lats: ArrayLike, lons: ArrayLike
    ) -> Floats:
        """Return the seconds to a few destinations by "walk", "bike" or "car"; infinity where there is no way.

        Cycling is at 15 km/h. Driving is free flow: without traffic, turns, lights or a search for parking, but with
        the walk between each place and the street. Only what lies around the places is searched.
        """
        graph = {"walk": self._walking(), "bike": self._cycling(MAX_STRESS), "car": self._driving()}[mode]
        kind = EdgeFlag.CAR if mode == "car" else EdgeFlag.WALK
        lat, lon = (np.atleast_1d(np.asarray(degrees, dtype=np.float64)) for degrees in (lats, lons))
        straight = _distances_m(origin_lat, origin_lon, lat, lon)
        near = straight <= FARTHEST_M[mode]
        seconds = np.full(len(lat), np.inf)
        if near.any():
            origin = self._snap(origin_lat, origin_lon, 500.0, kind)[0]
            box = _box_of(np.append(lat[near], origin_lat), np.append(lon[near], origin_lon), straight[near].max())
            around = Neighbourhood.of(self._files.nodes.tiles.slices(box))
            reached = reach(graph, around, origin, np.inf)
            seconds[near] = reached.cost_to(self._snap(lat[near], lon[near], 500.0, kind))
        return seconds / BIKE_METRES_PER_SECOND if mode == "bike" else seconds

    def bike_infrastructure(self, lat: float, lon: float) -> tuple[float, float]:
        """Return kilometres of cycle path and of cycle lane within 2,414 m, each weighted 1 - distance / 2,414 m."""
        metres, distance = self._within(self._files.pieces, lat, lon, BIKE_INFRASTRUCTURE_M)
        weighted = metres * (1 - distance / BIKE_INFRASTRUCTURE_M)[:, None]
        return float(weighted[:, 1].sum()) / 1000, float(weighted[:, 2].sum()) / 1000

    def street_facts(self, lat: float, lon: float) -> tuple[float | None, float | None]:
        """Return street junctions per square kilometre and the mean block length in metres within 800 m.

        Both are None where no street is mapped.
        """
        blocks, _ = self._within(self._files.blocks, lat, lon, PATTERN_M)
        if not len(blocks):
            return None, None
        junctions, _ = self._within(self._files.junctions, lat, lon, PATTERN_M)
        return len(junctions) / (np.pi * (PATTERN_M / 1000) ** 2), float(blocks[:, 0].mean())

    def street_km(self, lat: float, lon: float, radius_m: float) -> float:
        """Return the kilometres of street, paths and service roads left out, within a straight distance."""
        metres, _ = self._within(self._files.pieces, lat, lon, radius_m)
        return float(metres[:, 0].sum()) / 1000

    def _within(self, spots: Spots, lat: float, lon: float, radius_m: float) -> tuple[Floats, Floats]:
        """Return the measures of the spots within a straight distance, and their distances."""
        members = spots.tiles.members(box_around(lat, lon, radius_m))
        distance = _distances_m(lat, lon, to_degrees(spots.lat[members]), to_degrees(spots.lon[members]))
        inside = distance <= radius_m
        return spots.measures[members[inside]].astype(np.float64), distance[inside]


def _distances_m(lat: float, lon: float, lats: Floats, lons: Floats) -> Floats:
    x = (lons - lon) * np.cos(np.radians((lats + lat) / 2))
    return np.hypot(x, lats - lat) * METRES_PER_DEGREE


def _box_of(lats: Floats, lons: Floats, farthest_m: float) -> Box:
    """Return the box around places, wide enough for the detours that a way between them may take."""
    pad_m = 1_000.0 + 0.3 * farthest_m
    d_lat, d_lon = pad_m / METRES_PER_DEGREE, pad_m / max(metres_per_degree_lon(float(lats.mean())), 1.0)
    return Box(lons.min() - d_lon, lats.min() - d_lat, lons.max() + d_lon, lats.max() + d_lat)
