"""Writes the fields of a region: how far everything is from each of its points."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.atlas.coverage import Coverage
from app.atlas.facts import FIELD_STEP_S, WALK_LIMIT_S, RegionCounts, TownNeed
from app.atlas.fields.build.drives import drives_begin
from app.atlas.fields.build.edge import discs_covered
from app.atlas.fields.build.families import families_mapped
from app.atlas.fields.build.hazards import FieldHazards, metres_to_hazards
from app.atlas.fields.build.points import Houses, Sample, StreetLengths, sample_points
from app.atlas.fields.build.walks import FieldPlaces, FieldStops, Walks
from app.atlas.fields.fields import NONE, UNKNOWN, FieldFacts, FieldRows, Fields, Mapped, Numbers
from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.network import Network
from app.atlas.streets.tiling import to_steps
from app.needs import NEEDS, Need


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
    """Measure all there is to ask at all points of a region and write that into a directory, for `Fields.open`."""
    lengths = StreetLengths.of(region.network.files.pieces, region.coverage)
    sample = sample_points(region.houses, region.ways, region.coverage, lengths)
    rows = _rows(region, sample)
    counts = {need.key: _places_of(region, need) for need in NEEDS}
    needs = zip(counts.items(), rows.seconds, strict=True)
    towns = tuple(_summary(key, sample.of, seconds, places) for (key, places), seconds in needs)
    facts = FieldFacts(sample.of, towns, RegionCounts(len(region.houses.points), round(lengths.km, 1), counts))
    Fields.write(directory, facts, rows)


def _rows(region: FieldInput, sample: Sample) -> FieldRows:
    walks = Walks(region.network, region.coverage, region.places, region.stops, sample)
    to_stops = walks.to_stops()
    return FieldRows(
        positions=np.column_stack((to_steps(sample.lats), to_steps(sample.lons))),
        seconds=np.array([walks.to_need(need) for need in NEEDS], np.uint16).reshape(len(NEEDS), len(sample.lats)),
        metres=metres_to_hazards(region.hazards, sample.lats, sample.lons),
        often=walks.to_frequent_stops(),
        school=walks.to_schools(),
        step_free=walks.step_free(),
        covered=discs_covered(region.coverage, sample.lats, sample.lons),
        mapped=_mapped(region, sample, walks),
        walk_homes=to_stops.homes,
        walk_starts=to_stops.starts,
        walk_stops=to_stops.stops,
        walk_seconds=to_stops.seconds,
        public=walks.homes.public,
        private=walks.homes.private,
        by_car=drives_begin(region.network, sample, walks.homes.public),
    )


def _mapped(region: FieldInput, sample: Sample, walks: Walks) -> NDArray[np.uint8]:
    known = families_mapped(region.network, region.places.located, sample.lats, sample.lons)
    known[walks.has_timetable] |= np.uint8(Mapped.TIMETABLE)
    known[walks.gets_out()] |= np.uint8(Mapped.WAY_OUT)
    return known


def _places_of(region: FieldInput, need: Need) -> int:
    """Return how many places of a need the region has; of stops, the more of what map and timetables have."""
    mapped = region.places.count(need.kinds)
    if need.key == "stop" and region.stops is not None:
        return max(mapped, len(np.unique(region.stops.stop_of[region.stops.snaps["edge"] >= 0])))
    return mapped


def _summary(need: str, sample: str, seconds: Numbers, places: int) -> TownNeed:
    """Count the points by steps of 12 s."""
    steps = np.ceil(seconds[seconds < UNKNOWN] / FIELD_STEP_S).astype(np.int64)
    reached = np.cumsum(np.bincount(steps, minlength=int(WALK_LIMIT_S / FIELD_STEP_S) + 1))
    known = len(steps) + int((seconds == NONE).sum())
    unknown = 1.0 - known / len(seconds) if len(seconds) else 1.0
    return TownNeed(need, sample, known, round(unknown, 4), tuple(reached.tolist()), places)
