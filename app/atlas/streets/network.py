"""The streets of one region as others ask for them: snaps, walks, rides, drives, and the pattern around a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.atlas.facts import BIKE_INFRASTRUCTURE_M, PATTERN_M, SNAP_M
from app.atlas.streets.arrays import HOMES_DIR, SNAP, EdgeFlag, MeasuredPoints, NetworkFiles
from app.atlas.streets.lines import StreetLines, street_lines
from app.atlas.streets.naming import name_number
from app.atlas.streets.rules.bike import BIKE_METRES_PER_SECOND, MAX_STRESS
from app.atlas.streets.rules.walk import SECONDS_PER_METRE
from app.atlas.streets.search import (
    Graph,
    LaidOut,
    Neighbourhood,
    Reached,
    Ways,
    cycling,
    driving,
    reach,
    spread,
    walking,
)
from app.atlas.streets.snapping import OTHER_STREET_M, Found, Points, Snaps, Wish, position_of, snap_points
from app.atlas.streets.tiling import Floats, to_degrees
from app.geo import METRES_PER_DEGREE, Box, box_around, distance_m, distances_m, grown, metres_per_degree_lon


class Network:
    """The street graphs of one region. Answers depend on the files and the question only."""

    def __init__(self, files: NetworkFiles, homes: Network | None = None) -> None:
        """Take the arrays, and the network of private streets where there are some."""
        self._files = files
        self._homes = homes

    @classmethod
    def open(cls, directory: Path) -> Network:
        """Open what `compile_network` wrote.

        Raises AtlasDamaged where it is missing, cut short or of another version.
        """
        files = NetworkFiles.open(directory)
        return cls(files, cls.open(directory / HOMES_DIR) if len(files.exits.home) else None)

    def snap(
        self,
        lats: ArrayLike,
        lons: ArrayLike,
        max_m: float = SNAP_M,
        *,
        streets: Sequence[str] = (),
        over_rails: ArrayLike = False,
    ) -> Snaps:
        """Return a point of a walkable street for each point in degrees; edge -1 where none is near.

        It is on the point's own street where `streets` names it ("": not known), else on the nearest one; never beyond
        water, a motorway or, but where trains stop, rails.
        """
        points = Points.of(lats, lons, streets, over_rails)
        return snap_points(self._files, points, Wish(max_m, EdgeFlag.WALK)).snaps

    @property
    def files(self) -> NetworkFiles:
        """The arrays of the streets that all may walk."""
        return self._files

    @property
    def homes(self) -> Network | None:
        """The network of private streets, where there are some."""
        return self._homes

    def homes_at(self, lats: ArrayLike, lons: ArrayLike, streets: Sequence[str] = ()) -> HomesAt:
        """Return where the homes at some points, in the streets of these names, stand on public and private streets."""
        points, wish = Points.of(lats, lons, streets), Wish(SNAP_M, EdgeFlag.WALK)
        public = snap_points(self._files, points, wish)
        if self._homes is None:
            nowhere = Found.none(len(points.lats)).snaps
            return HomesAt(public.snaps, nowhere)
        private = snap_points(self._homes._files, points, replace(wish, max_m=HOME_M))
        is_private = (private.snaps["edge"] >= 0) & ~(_ranks_at_home(public) < _ranks_at_home(private) - SAME_STREET_M)
        private.put(~is_private, Found.none(int((~is_private).sum())))
        closed = is_private.copy()
        for row in np.flatnonzero(is_private & (public.snaps["edge"] >= 0)).tolist():
            closed[row] = not _is_same_place(self, public.snaps[row], self._homes, private.snaps[row])
        public.put(closed, Found.none(int(closed.sum())))
        return HomesAt(public.snaps, private.snaps)

    def way_out(self, lat: float, lon: float, street: str = "") -> WayOut:
        """Return where somebody who lives at a point gets onto the streets that all may walk.

        That is one place, or, by private streets and through gates that are locked to others, several.
        """
        return self.ways_out([lat], [lon], [street])[0]

    def ways_out(self, lats: ArrayLike, lons: ArrayLike, streets: Sequence[str]) -> list[WayOut]:
        """Return `way_out` of several points, in the streets of these names, by one look at the streets around them."""
        at = self.homes_at(lats, lons, streets)
        return [self._way_out(at.public[row : row + 1], at.private[row : row + 1]) for row in range(len(at.public))]

    def _way_out(self, public: Snaps, private: Snaps) -> WayOut:
        is_near = public["edge"][0] >= 0
        if self._homes is None or private["edge"][0] < 0:
            return WayOut(public, float(public["offset"][0]) if is_near else None)
        exits = self._exits_from(self._homes, private)
        if is_near:
            exits = np.concatenate([public, exits])
        return WayOut(exits, float(private["offset"][0]))

    def _exits_from(self, homes: Network, home: Snaps) -> Snaps:
        """Return the places where the private streets around a home end, with the metres to each as its offset."""
        seconds = homes.walk(home, LONGEST_WAY_OUT_S).seconds_to(self._files.exits.home)
        reached = np.flatnonzero(np.isfinite(seconds))
        exits = np.array(self._files.exits.street[reached])
        exits["offset"] = seconds[reached] / SECONDS_PER_METRE
        return exits

    def on_mainland(self, snaps: Snaps) -> NDArray[np.bool_]:
        """Return for each snap whether it is on a street joined to most others on foot, not on a stray piece."""
        flags = self._files.edges.flags[np.maximum(snaps["edge"], 0)]
        joined: NDArray[np.bool_] = (snaps["edge"] >= 0) & ((flags & EdgeFlag.WALK_JOINED) != 0)
        return joined

    def walk(
        self,
        origin: np.void | Snaps,
        limit_s: float,
        *,
        step_free: bool = False,
        together: SharedSearches | None = None,
    ) -> Walkshed:
        """Search on foot from a snapped place, or from the best of several, at 80 m/min and half that on steps.

        A step-free search takes no steps. `together` is what the search shares with others that start near by.
        """
        graph = walking(self._files, step_free=step_free)
        radius_m = limit_s / SECONDS_PER_METRE
        return Walkshed(self._search(graph, np.atleast_1d(origin), limit_s, radius_m, together))

    def bike(
        self,
        origin: np.void | Snaps,
        limit_m: float,
        max_stress: int = MAX_STRESS,
        *,
        together: SharedSearches | None = None,
    ) -> Reach:
        """Search by bike from a snapped place, or the best of several, on streets of at most a level of traffic stress.

        Where riding is not allowed but walking is, the bike is pushed and each metre counts `PUSHING` metres. The
        street of the address and of each place may be walked along in the same way, whatever its stress.
        """
        graph = cycling(self._files, max_stress)
        return Reach(self._search(graph, np.atleast_1d(origin), limit_m, limit_m, together))

    def lines(self, box: Box, walkshed: Walkshed, limits_s: Sequence[float]) -> StreetLines:
        """Return all streets with a part in a box, cut where a walk takes as long as each limit."""
        return street_lines(self._files, box, walkshed._reached, limits_s)

    def _search(
        self, graph: Graph, origins: Snaps, limit: float, radius_m: float, together: SharedSearches | None
    ) -> Reached:
        origins = origins[origins["edge"] >= 0]
        if not len(origins):
            return reach(graph, Neighbourhood.of([]), origins, limit)
        node = self._files.edges.tail[origins["edge"]]
        lats, lons = to_degrees(self._files.nodes.lat[node]), to_degrees(self._files.nodes.lon[node])
        apart_m = float(distances_m(lats[0], lons[0], lats, lons).max())
        box = box_around(lats[0], lons[0], radius_m + apart_m + float(origins["along"].max()))
        if together is not None and (laid_out := together.laid_out(self._files, graph, radius_m, box)):
            return laid_out.reach(origins, limit)
        return reach(graph, Neighbourhood.of(self._files.nodes.tiles.slices(box)), origins, limit)

    def travel_seconds(
        self,
        mode: str,
        origin: tuple[float, float],
        lats: ArrayLike,
        lons: ArrayLike,
        *,
        street: str = "",
        over_rails: ArrayLike = False,
    ) -> Floats:
        """Return the seconds to a few destinations by "walk", "bike" or "car"; infinity where there is no way.

        Cycling is at 15 km/h. Driving is free flow: without traffic, turns, lights or a search for parking, but with
        the walk between each place and the street; beyond 10 km it keeps to main roads but for 5 km at both ends. Only
        what lies around the places is searched, and nothing beyond FARTHEST_M. `street` is that of the origin, a pair
        of degrees; `over_rails` tells the destinations where trains stop, which lie on their tracks.
        """
        over = np.append(False, np.broadcast_to(np.asarray(over_rails), np.shape(np.atleast_1d(lats))))
        points = Points.of(np.append(origin[0], lats), np.append(origin[1], lons), over_rails=over)
        points.names[0] = name_number(street)
        wish = Wish(SNAP_M, EdgeFlag.CAR if mode == "car" else EdgeFlag.WALK)
        snaps = snap_points(self._files, points, wish).snaps
        origins = snaps[:1] if mode == "car" else self.way_out(*origin, street).origins
        distance = distances_m(*origin, points.lats, points.lons)
        return _journey_seconds(self._files, mode, JourneyEnds(points.lats, points.lons, snaps, distance), origins)

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

    def _within(self, points: MeasuredPoints, lat: float, lon: float, radius_m: float) -> tuple[Floats, Floats]:
        """Return the measures of the points within a straight distance, and their distances."""
        members = points.tiles.members(box_around(lat, lon, radius_m))
        distance = distances_m(lat, lon, to_degrees(points.lat[members]), to_degrees(points.lon[members]))
        inside = distance <= radius_m
        return points.measures[members[inside]].astype(np.float64), distance[inside]


class WayOut(NamedTuple):
    """The places where a home is joined to the streets that all may walk, and the metres to the nearest own street.

    The `offset` of each place is the way to it. There is none where no way is mapped.
    """

    origins: Snaps
    to_street_m: float | None


class HomesAt(NamedTuple):
    """Places of homes on the streets that all may walk, and on private ones; edge -1 where a home is not on them.

    Behind a gate a home is on both where they are one street; else on those that are its own.
    """

    public: Snaps
    private: Snaps


#: No private street is a home's from further away than this.
HOME_M = 150.0
#: Private streets are searched no further than this for their ways out.
LONGEST_WAY_OUT_S = 3_600.0
#: Two networks hold the same street where a point is as far from both.
SAME_STREET_M = 0.5


def _is_same_place(network: Network, snap: np.void, other: Network, other_snap: np.void) -> bool:
    """Return whether two networks hold the same street: one behind a gate is open to all who are inside."""
    if abs(float(snap["offset"]) - float(other_snap["offset"])) > SAME_STREET_M:
        return False
    here, there = position_of(network._files, snap), position_of(other._files, other_snap)
    return distance_m(*here, *there) <= SAME_STREET_M


def _ranks_at_home(found: Found) -> Floats:
    """Return how good each street is for its home: the own street is the better one of two networks."""
    return found.rank - np.where(found.is_own, OTHER_STREET_M, 0.0)


class Walkshed:
    """Walking time from one address to whatever lies within a limit."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached

    def seconds_to(self, snaps: Snaps) -> Floats:
        """Return the walking seconds to each snapped place; infinity where it is not within the limit."""
        return self._reached.cost_to(snaps)

    def street_m(self) -> float:
        """Return the metres of street within the limit: next to nothing where no way out is mapped."""
        return self._reached.street_m()


class Reach:
    """Cycling distance from one address to whatever lies within a limit."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached

    def metres_to(self, snaps: Snaps) -> Floats:
        """Return the cycling metres to each snapped place; infinity where it is not within the limit."""
        return self._reached.cost_to(snaps)


#: How far from a home the streets are reached from which it is left, in most cases (metres).
LEFT_WITHIN_M = 700.0


class SharedSearches:
    """Lays the streets around a small box out once for each mode, for all searches that start in it. For one thread.

    A search gives the same result as by itself: no way within its limit leaves the box that it would have laid out.
    """

    def __init__(self, box: Box) -> None:
        self._box = box
        self._laid_out: dict[tuple[int, int, float], tuple[Box, LaidOut]] = {}

    def laid_out(self, files: NetworkFiles, graph: Graph, radius_m: float, box: Box) -> LaidOut | None:
        """Return the streets within so many metres; None where they do not hold all of the search's own box."""
        asked = id(graph.arcs), graph.max_stress, radius_m
        if asked not in self._laid_out:
            wide = grown(self._box, radius_m + LEFT_WITHIN_M)
            self._laid_out[asked] = wide, LaidOut(graph, Neighbourhood.of(files.nodes.tiles.slices(wide)))
        wide, laid_out = self._laid_out[asked]
        holds = wide.contains(box.min_lat, box.min_lon) and wide.contains(box.max_lat, box.max_lon)
        return laid_out if holds else None


#: Straight metres beyond which nobody walks, rides (an hour and a half each, with detours) or drives (two hours).
FARTHEST_M: Final = {"walk": 6_000.0, "bike": 15_000.0, "car": 150_000.0}
#: Drives further than this keep to main roads but for this much around both ends.
LONG_DRIVE_M, STREETS_AT_ENDS_M = 10_000.0, 5_000.0

_NOWHERE = np.empty(0, dtype=SNAP)


@dataclass(frozen=True, slots=True)
class JourneyEnds:
    """The start of a journey, first, and its destinations: degrees, streets, and straight metres from the start."""

    lats: Floats
    lons: Floats
    snaps: Snaps
    straight_m: Floats

    def pick(self, chosen: NDArray[np.bool_]) -> JourneyEnds:
        """Return some of the ends."""
        return JourneyEnds(self.lats[chosen], self.lons[chosen], self.snaps[chosen], self.straight_m[chosen])


def _journey_seconds(files: NetworkFiles, mode: str, ends: JourneyEnds, origins: Snaps) -> Floats:
    """Return the seconds from the first place to each of the others by "walk", "bike" or "car"; infinity for no way."""
    graph = {"walk": walking, "bike": cycling, "car": driving}[mode](files)
    is_long = ends.straight_m > (LONG_DRIVE_M if mode == "car" else FARTHEST_M[mode])
    costs = np.full(len(ends.lats), np.inf)
    costs[~is_long] = _search_between(files, graph, ends.pick(~is_long), origins)
    if mode == "car":
        is_long &= ends.straight_m <= FARTHEST_M["car"]
        is_long[0] = True
        if is_long.sum() > 1:
            costs[is_long] = _long_drives(files, graph, ends.pick(is_long))
    return costs[1:] / BIKE_METRES_PER_SECOND if mode == "bike" else costs[1:]


def _search_between(files: NetworkFiles, graph: Graph, ends: JourneyEnds, origins: Snaps) -> Floats:
    """Search every street of the box around the ends."""
    near = Neighbourhood.of(files.nodes.tiles.slices(_box_around_all(ends)))
    return reach(graph, near, origins, np.inf).cost_to(ends.snaps)


def _long_drives(files: NetworkFiles, graph: Graph, ends: JourneyEnds) -> Floats:
    """Search the streets around the start, then main roads, then the streets around each destination."""
    main = files.main
    at_start = box_around(ends.lats[0], ends.lons[0], STREETS_AT_ENDS_M)
    near = Neighbourhood.of(files.nodes.tiles.slices(at_start))
    start = reach(graph, near, ends.snaps[:1], np.inf)
    entries = main.tiles.members(at_start)
    between = Neighbourhood.of(main.tiles.slices(_box_around_all(ends)))
    to_entries = start.costs[near.local(main.node[entries])]
    on_main = spread(Graph(main.arcs, graph.edges), between, entries, to_entries, np.inf)
    costs = np.zeros(len(ends.lats))
    for i in range(1, len(costs)):
        at_end = box_around(ends.lats[i], ends.lons[i], STREETS_AT_ENDS_M)
        near = Neighbourhood.of(files.nodes.tiles.slices(at_end))
        exits = main.tiles.members(at_end)
        streets = spread(graph, near, main.node[exits], on_main[between.local(exits)], np.inf)
        costs[i] = Reached(Ways(graph.edges, near), streets, _NOWHERE, np.inf).cost_to(ends.snaps[i : i + 1])[0]
    return costs


def _box_around_all(ends: JourneyEnds) -> Box:
    """Return the box around all ends, wide enough for the detours that a way between them may take."""
    pad_m = 1_000.0 + 0.25 * float(ends.straight_m.max())
    d_lat = pad_m / METRES_PER_DEGREE
    d_lon = pad_m / max(metres_per_degree_lon(float(ends.lats[0])), 1.0)
    lats, lons = ends.lats, ends.lons
    return Box(lons.min() - d_lon, lats.min() - d_lat, lons.max() + d_lon, lats.max() + d_lat)
