"""The walks from every point of a region to what people want near: one search over all streets a question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.coverage import Coverage
from app.atlas.facts import LEAST_STREET_M, WALK_LIMIT_S
from app.atlas.fields.build.edge import cut_off
from app.atlas.fields.build.points import Sample
from app.atlas.fields.build.stop_walks import walks_to_stops
from app.atlas.fields.fields import NONE, UNKNOWN, Numbers
from app.atlas.fields.rides import HomeWalks
from app.atlas.fields.trips import TripsFromHomes
from app.atlas.stops import COVERED_M
from app.atlas.streets.build.homes import walked_parts
from app.atlas.streets.network import Network
from app.atlas.streets.search import walking
from app.atlas.streets.snapping import SNAP, Snaps
from app.geo import Floats, Geometries, distances_m
from app.needs import NEED, OFTEN_MIN, STEP_FREE_MIN, STEP_FREE_NEEDS, Need
from app.places import Kind

Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

#: Taken off before rounding up, so that a walk of 24 s is 24 s whatever its last bits say.
ROUNDING_S = 12e-6


@dataclass(frozen=True, slots=True)
class FieldPlaces:
    """The places of a region: of each the kind, the element it is mapped as, and the packed snaps of its ways in.

    `greens` are the areas, in degrees, of those that are green space, by their place in the columns.
    """

    kinds: Sequence[Kind]
    elements: Sequence[str]
    access: Sequence[bytes]
    greens: Mapping[int, shapely.Geometry] = field(default_factory=dict)
    #: (lat, lon) rows in degrees, for places that are counted.
    points: Floats = field(default_factory=lambda: np.empty((0, 2)))

    def ways_in(self, kinds: Collection[Kind]) -> Snaps:
        """Return the ways into all places of these kinds."""
        chosen = [access for kind, access in zip(self.kinds, self.access, strict=True) if kind in kinds]
        return np.frombuffer(b"".join(chosen), dtype=SNAP)

    def inside(self, kinds: Collection[Kind], lats: Floats, lons: Floats) -> Rows:
        """Return which of some points lie in a green space of these kinds: there is no walk to it then."""
        areas = np.array([area for row, area in self.greens.items() if self.kinds[row] in kinds], dtype=object)
        if not len(areas):
            return np.empty(0, dtype=np.int64)
        points: Geometries = np.asarray(shapely.points(lons, lats), dtype=object)
        rows: Rows = np.unique(shapely.STRtree(points).query(areas, predicate="intersects")[1])
        return rows

    def located(self, kinds: Collection[Kind]) -> Floats:
        """Return the (lat, lon) rows of the distinct places of these kinds."""
        first: dict[str, int] = {}
        for row, (kind, element) in enumerate(zip(self.kinds, self.elements, strict=True)):
            if kind in kinds:
                first.setdefault(element, row)
        return self.points[list(first.values())] if len(self.points) else self.points

    def count(self, kinds: Collection[Kind]) -> int:
        """Return how many distinct places are of these kinds."""
        return len({place for kind, place in zip(self.kinds, self.elements, strict=True) if kind in kinds})


@dataclass(frozen=True, slots=True)
class FieldStops:
    """The ways into the stops of the timetables: where they lie on the streets, and the stop that each leads to.

    `lats` and `lons` are those of the stops, in degrees; `often` says which of them a line leaves from every so many
    minutes.
    """

    lats: Floats
    lons: Floats
    snaps: Snaps
    stop_of: NDArray[np.integer]
    often: Mapping[int, Bools]


class Walks:
    """Walks from the points of a region."""

    def __init__(
        self, network: Network, coverage: Coverage, places: FieldPlaces, stops: FieldStops | None, sample: Sample
    ) -> None:
        """Find where the points stand on the streets, which are private ones for some."""
        self._network, self._places, self._stops, self._sample = network, places, stops, sample
        self.homes = network.homes_at(sample.lats, sample.lons, sample.streets)
        self._trips = TripsFromHomes(network, self.homes, walking(network.files))
        has_way_out = network.on_mainland(self.homes.public) | (self.homes.private["edge"] >= 0)
        self._cut_off = cut_off(coverage, sample.lats, sample.lons) | ~has_way_out
        self._mapped: dict[str, Floats] = {}

    def to_need(self, need: Need) -> Numbers:
        """Return the seconds to the nearest place of a need; of stops, those of the timetables where they cover it."""
        seconds = self._to_mapped(need)
        if need.key == "stop" and self._stops is not None:
            to_stops = self._to(self._stops.snaps)
            seconds = np.where(np.isfinite(to_stops) & self.has_timetable, to_stops, seconds)
        return _rounded(seconds, self._cut_off)

    def to_schools(self) -> Numbers:
        """Return the seconds to the nearest school, whatever its level."""
        return _rounded(self._to(self._places.ways_in((Kind.SCHOOL,))), self._cut_off)

    def to_frequent_stops(self) -> Numbers:
        """Return the seconds to the nearest stop for each of OFTEN_MIN; unknown where no timetable covers a point."""
        rows = [self._to_frequent(minutes) for minutes in OFTEN_MIN]
        return np.array(rows, np.uint16).reshape(len(OFTEN_MIN), len(self._sample.lats))

    def _to_frequent(self, minutes: int) -> Numbers:
        if self._stops is None:
            return np.full(len(self._sample.lats), UNKNOWN, dtype=np.uint16)
        chosen = self._stops.snaps[self._stops.often[minutes][self._stops.stop_of]]
        return _rounded(np.where(self.has_timetable, self._to(chosen), np.inf), ~self.has_timetable)

    def step_free(self) -> NDArray[np.int8]:
        """Return whether a pram gets to all that is near without steps: 1, 0, or -1 where nothing is near."""
        graph, limit_s = walking(self._network.files, step_free=True), STEP_FREE_MIN * 60.0
        trips = TripsFromHomes(self._network, self.homes, graph)
        fine, blocked = (np.zeros(len(self._sample.lats), dtype=bool) for _ in range(2))
        for need in map(NEED.__getitem__, STEP_FREE_NEEDS):
            is_near = self._to_mapped(need) <= limit_s
            is_free = np.isfinite(trips.to_nearest(self._places.ways_in(need.kinds), limit_s))
            fine |= is_near & is_free
            blocked |= is_near & ~is_free
        return np.where(blocked, 0, np.where(fine, 1, -1)).astype(np.int8)

    def gets_out(self) -> Bools:
        """Return where a way on foot is mapped to the streets around a point: the rule of `Knowledge.why_no_way`."""
        files, edge = self._network.files, self.homes.public["edge"]
        part_of = walked_parts(files).of_edge
        walked = part_of >= 0
        metres = np.bincount(part_of[walked], files.edges.length_m[walked], 1)
        out = np.ones(len(edge), dtype=bool)
        has_own = edge >= 0
        out[has_own] = metres[np.maximum(part_of[edge[has_own]], 0)] >= LEAST_STREET_M
        return out | (self.homes.private["edge"] >= 0)

    def to_stops(self) -> HomeWalks:
        """Return the walks to all stops of the timetables around each point."""
        stops = self._stops
        snaps = np.empty(0, dtype=SNAP) if stops is None else stops.snaps
        stop_of = np.empty(0, dtype=np.int64) if stops is None else stops.stop_of.astype(np.int64)
        return walks_to_stops(self._trips, len(self._sample.lats), snaps, stop_of)

    def _to_mapped(self, need: Need) -> Floats:
        """Return the seconds to the map's own places of a need; none from inside a green one."""
        if need.key not in self._mapped:
            seconds = self._to(self._places.ways_in(need.kinds))
            seconds[self._places.inside(need.kinds, self._sample.lats, self._sample.lons)] = 0.0
            self._mapped[need.key] = seconds
        return self._mapped[need.key]

    def _to(self, ways_in: Snaps) -> Floats:
        return self._trips.to_nearest(ways_in, WALK_LIMIT_S)

    @cached_property
    def has_timetable(self) -> Bools:
        """For each point whether a timetable covers it: the rule of `StopsNear.has_timetable`."""
        from scipy.spatial import cKDTree  # a tenth of a second that only an import with timetables needs

        stops, sample = self._stops, self._sample
        if stops is None or not len(stops.lats) or not len(sample.lats):
            return np.zeros(len(sample.lats), dtype=bool)
        squeeze = np.array([1.0, np.cos(np.radians(float(sample.lats.mean())))])
        tree = cKDTree(np.column_stack((stops.lats, stops.lons)) * squeeze)
        _, nearest = tree.query(np.column_stack((sample.lats, sample.lons)) * squeeze)
        near: Bools = distances_m(sample.lats, sample.lons, stops.lats[nearest], stops.lons[nearest]) <= COVERED_M
        return near


def _rounded(seconds: Floats, cut_off: Bools) -> Numbers:
    """Return whole seconds rounded up; what was not found is unknown where the map is cut off, else none."""
    found = np.isfinite(seconds)
    whole = np.maximum(np.ceil(np.where(found, seconds, 0.0) - ROUNDING_S), 0.0)
    return np.where(found, whole, np.where(cut_off, UNKNOWN, NONE)).astype(np.uint16)
