"""Writes the fields of a region: how far the nearest place of each need is from each of its points."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.coverage import Coverage
from app.atlas.facts import FIELD_STEP_S, SNAP_M, WALK_LIMIT_S, RegionCounts, TownNeed
from app.atlas.fields.build.hazards import FieldHazards, metres_to_hazards
from app.atlas.fields.build.points import Houses, Sample, StreetLengths, sample_points
from app.atlas.fields.fields import NONE, UNKNOWN, FieldFacts, FieldRows, Fields, Numbers
from app.atlas.fields.trips import TripsFromHomes
from app.atlas.stops import COVERED_M
from app.atlas.streets.arrays import EdgeFlag
from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.network import HomesAt, Network
from app.atlas.streets.rules.walk import METRES_PER_MINUTE
from app.atlas.streets.search import walking
from app.atlas.streets.snapping import SNAP, Points, Snaps, Wish, snap_points
from app.atlas.streets.tiling import to_steps
from app.geo import Floats, Geometries, distances_m
from app.needs import NEEDS, Need
from app.places import Kind

Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

#: The straight metres that 45 minutes on foot can lead away, and the share of the disc around a point that the data
#: must cover for "none": what the report itself asks of a disc (`METHODS.confidence.covered`).
DISC_M = WALK_LIMIT_S / 60 * METRES_PER_MINUTE
COVERED_SHARE = 0.98
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

    def count(self, kinds: Collection[Kind]) -> int:
        """Return how many distinct places are of these kinds."""
        return len({place for kind, place in zip(self.kinds, self.elements, strict=True) if kind in kinds})


@dataclass(frozen=True, slots=True)
class FieldStops:
    """The stops of the timetables: degrees, and where they lie on the streets."""

    lats: Floats
    lons: Floats
    snaps: Snaps


@dataclass(frozen=True, slots=True)
class FieldInput:
    """What the fields of a region are measured from."""

    network: Network
    ways: StreetWays
    coverage: Coverage
    houses: Houses
    places: FieldPlaces
    stops: FieldStops | None = None
    hazards: FieldHazards = field(default_factory=FieldHazards)


def compile_fields(region: FieldInput, directory: Path) -> None:
    """Measure all needs at all points of a region and write that into a directory, for `Fields.open`."""
    lengths = StreetLengths.of(region.network.files.pieces, region.coverage)
    sample = sample_points(region.houses, region.ways, region.coverage, lengths)
    homes = region.network.homes_at(sample.lats, sample.lons, sample.streets)
    seconds = _all_seconds(region, sample, homes)
    counts = {need.key: _places_of(region, need) for need in NEEDS}
    towns = tuple(
        _summary(need.key, sample.of, row, counts[need.key]) for need, row in zip(NEEDS, seconds, strict=True)
    )
    facts = FieldFacts(sample.of, towns, RegionCounts(len(region.houses.points), round(lengths.km, 1), counts))
    rows = FieldRows(
        positions=np.column_stack((to_steps(sample.lats), to_steps(sample.lons))),
        seconds=seconds,
        metres=metres_to_hazards(region.hazards, sample.lats, sample.lons),
        public=homes.public,
        private=homes.private,
        by_car=_by_car(region.network, sample),
    )
    Fields.write(directory, facts, rows)


def _by_car(network: Network, sample: Sample) -> Snaps:
    """Return where a drive from each home begins."""
    points = Points.of(sample.lats, sample.lons, sample.streets)
    return snap_points(network.files, points, Wish(SNAP_M, EdgeFlag.CAR)).snaps


def _all_seconds(region: FieldInput, sample: Sample, homes: HomesAt) -> Numbers:
    """Return one row a need with the seconds from each point."""
    walks = TripsFromHomes(region.network, homes, walking(region.network.files))
    has_way_out = region.network.on_mainland(homes.public) | (homes.private["edge"] >= 0)
    cut_off = _cut_off(region.coverage, sample) | ~has_way_out
    rows = [_rounded(_seconds(region, need, walks, sample), cut_off) for need in NEEDS]
    return np.array(rows, dtype=np.uint16).reshape(len(NEEDS), len(sample.lats))


def _seconds(region: FieldInput, need: Need, walks: TripsFromHomes, sample: Sample) -> Floats:
    seconds = walks.to_nearest(region.places.ways_in(need.kinds), WALK_LIMIT_S)
    if need.key == "stop" and region.stops is not None:
        snaps = region.stops.snaps
        to_stops = walks.to_nearest(snaps[snaps["edge"] >= 0], WALK_LIMIT_S)
        by_timetable = np.isfinite(to_stops) & _has_timetable(region.stops, sample)
        seconds = np.where(by_timetable, to_stops, seconds)
    seconds[region.places.inside(need.kinds, sample.lats, sample.lons)] = 0.0
    return seconds


def _has_timetable(stops: FieldStops, sample: Sample) -> Bools:
    """Return for each point whether a timetable covers it: the rule of `StopsNear.has_timetable`."""
    from scipy.spatial import cKDTree  # a tenth of a second that only an import with timetables needs

    if not len(stops.lats) or not len(sample.lats):
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


def _cut_off(coverage: Coverage, sample: Sample) -> Bools:
    """Return for each point whether 45 minutes on foot may lead out of the map: one look a cell, not a point."""
    grid = coverage.grid
    row, column, inside = grid.cells(sample.lats, sample.lons)
    cell = np.where(inside, row * grid.columns + column, 0)
    is_used = np.zeros(grid.rows * grid.columns, dtype=bool)
    is_used[cell] = True
    used = np.flatnonzero(is_used)
    is_short = np.zeros(len(is_used), dtype=bool)
    is_short[used] = _disc_shares(coverage, *np.divmod(used, grid.columns)) < COVERED_SHARE
    cut: Bools = is_short[cell] | ~inside
    return cut


def _disc_shares(coverage: Coverage, rows: Rows, columns: Rows) -> Floats:
    """Return the share of the disc around the middle of each cell that is covered.

    The disc is a few spans of cells, one a row, each the difference of two running sums.
    """
    grid = coverage.grid
    before = np.zeros((grid.rows, grid.columns + 1), dtype=np.int32)
    np.cumsum(coverage.covered, axis=1, out=before[:, 1:])
    reach = int(DISC_M // grid.cell_m)
    covered, total = np.zeros(len(rows)), 0
    for up in range(-reach, reach + 1):
        half = int(np.sqrt(DISC_M**2 - (up * grid.cell_m) ** 2) // grid.cell_m)
        row = rows + up
        inside = (row >= 0) & (row < grid.rows)
        at = np.where(inside, row, 0)
        east = np.clip(columns + half + 1, 0, grid.columns)
        west = np.clip(columns - half, 0, grid.columns)
        covered += np.where(inside, before[at, east] - before[at, west], 0)
        total += 2 * half + 1
    return covered / total


def _places_of(region: FieldInput, need: Need) -> int:
    """Return how many places of a need the region has; of stops, the more of what map and timetables have."""
    mapped = region.places.count(need.kinds)
    if need.key == "stop" and region.stops is not None:
        return max(mapped, int((region.stops.snaps["edge"] >= 0).sum()))
    return mapped


def _summary(need: str, sample: str, seconds: Numbers, places: int) -> TownNeed:
    """Count the points by steps of 12 s."""
    steps = np.ceil(seconds[seconds < UNKNOWN] / FIELD_STEP_S).astype(np.int64)
    reached = np.cumsum(np.bincount(steps, minlength=int(WALK_LIMIT_S / FIELD_STEP_S) + 1))
    known = len(steps) + int((seconds == NONE).sum())
    unknown = 1.0 - known / len(seconds) if len(seconds) else 1.0
    return TownNeed(need, sample, known, round(unknown, 4), tuple(reached.tolist()), places)
