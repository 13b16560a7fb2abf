"""Writes the fields of a region: how far the nearest place of each need is from each of its points."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.coverage import Coverage
from app.atlas.facts import FIELD_STEP_S, WALK_LIMIT_S, RegionCounts, TownNeed
from app.atlas.fields.build.points import Houses, Sample, StreetLengths, sample_points
from app.atlas.fields.build.walks import WalksFromHomes
from app.atlas.fields.fields import MOST_STEPS, NONE, UNKNOWN, FieldFacts, Fields
from app.atlas.stops import COVERED_M
from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.network import Network
from app.atlas.streets.rules.walk import METRES_PER_MINUTE
from app.atlas.streets.snapping import SNAP, Snaps
from app.geo import Floats, Geometries, distances_m
from app.needs import NEEDS, Need
from app.places import Kind

Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

#: The straight metres that 45 minutes on foot can lead away, and the share of the disc around a point that the data
#: must cover for "none": what the report itself asks of a disc (`METHODS.confidence.covered`).
DISC_M = WALK_LIMIT_S / 60 * METRES_PER_MINUTE
COVERED_SHARE = 0.98
#: Taken off before rounding up, so that a walk of 24 s is two steps whatever its last bits say.
ROUNDING = 1e-6


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


def compile_fields(region: FieldInput, directory: Path) -> None:
    """Measure all needs at all points of a region and write that into a directory, for `Fields.open`."""
    lengths = StreetLengths.of(region.network.files.pieces, region.coverage)
    sample = sample_points(region.houses, region.ways, region.coverage, lengths)
    values = _values(region, sample)
    counts = {need.key: _places_of(region, need) for need in NEEDS}
    towns = tuple(_summary(need.key, sample.of, row, counts[need.key]) for need, row in zip(NEEDS, values, strict=True))
    facts = FieldFacts(sample.of, towns, RegionCounts(len(region.houses.points), round(lengths.km, 1), counts))
    Fields.write(directory, sample.lats, sample.lons, values, facts)


def _values(region: FieldInput, sample: Sample) -> Bytes:
    """Return one row a need with one byte a point."""
    walks = WalksFromHomes(region.network, sample.lats, sample.lons, sample.streets)
    cut_off = _cut_off(region.coverage, sample) | ~walks.has_way_out
    rows = [_bytes(_seconds(region, need, walks, sample), cut_off) for need in NEEDS]
    return np.array(rows, dtype=np.uint8).reshape(len(NEEDS), len(sample.lats))


def _seconds(region: FieldInput, need: Need, walks: WalksFromHomes, sample: Sample) -> Floats:
    seconds = walks.seconds_to_nearest(region.places.ways_in(need.kinds))
    if need.key == "stop" and region.stops is not None:
        snaps = region.stops.snaps
        to_stops = walks.seconds_to_nearest(snaps[snaps["edge"] >= 0])
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


def _bytes(seconds: Floats, cut_off: Bools) -> Bytes:
    """Return steps of 12 s rounded up; what was not found is unknown where the map is cut off, else none."""
    found = np.isfinite(seconds)
    steps = np.ceil(np.where(found, seconds, 0.0) / FIELD_STEP_S - ROUNDING)
    return np.where(found, np.clip(steps, 0, MOST_STEPS), np.where(cut_off, UNKNOWN, NONE)).astype(np.uint8)


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


def _summary(need: str, sample: str, values: Bytes, places: int) -> TownNeed:
    counts = np.bincount(values, minlength=256)
    reached = np.cumsum(counts[: MOST_STEPS + 1])
    known = int(reached[-1] + counts[NONE])
    unknown = counts[UNKNOWN] / len(values) if len(values) else 1.0
    return TownNeed(need, sample, known, round(float(unknown), 4), tuple(reached.tolist()), places)
