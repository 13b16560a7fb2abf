"""Distances to hazards, checked against an oracle of their own straight from the extracts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.places import Kind, Location, Precision
from tests.support.folders import REGIONS, SAMPLES
from tests.support.hazard_oracle import Thing, read_things

EXTRACTS = {
    "monaco": SAMPLES / "monaco.osm.pbf",
    "helsinki": SAMPLES / "helsinki.osm.pbf",
    "newport": REGIONS / "newport-gb" / "newport-2023-06-13.osm.pbf",
    "liechtenstein": REGIONS / "liechtenstein" / "liechtenstein-latest.osm.pbf",
}
#: How far each kind is looked for (metres); of side streets there is nearly always one at the door.
REACH_M = dict.fromkeys([kind for kind in Kind if kind >= Kind.FUEL_STATION and kind != Kind.OTHER_ROAD], 500.0)
REACH_M[Kind.RUNWAY] = 2_500.0
#: The oracle joins no relation that the extract cuts; of what such relations are nearest to, no more may be unequal.
MOST_CUT_SHARE = 0.05


def nearest(things: list[Thing], lon: float, lat: float, within_m: float) -> float | None:
    """Return the metres to the nearest of some things, None for none within a distance."""
    found = [t.metres_from(lon, lat) for t in things if t.is_near(lon, lat, within_m)]
    least = min(found, default=within_m + 1)
    return least if least <= within_m else None


@pytest.mark.parametrize("region", EXTRACTS)
def test_the_nearest_of_each_kind_is_as_far_as_the_extract_says(tmp_path: Path, region: str) -> None:
    if not EXTRACTS[region].exists():
        pytest.skip(f"the extract of {region} is not beside the repository")
    things, addresses = read_things(EXTRACTS[region])
    import_region(RegionStore(tmp_path), region, RegionInput(EXTRACTS[region]))
    atlas = Atlas(region, RegionStore(tmp_path).directory(region))
    whole = {thing.osm_id for thing in things}
    unequal, compared, cut = [], 0, 0
    for lon, lat in random.Random(7).sample(sorted(addresses), 30):
        here = AtlasSurroundings(atlas, Location(lat, lon, "here", Precision.HOUSE, region))
        for kind, within_m in REACH_M.items():
            ours = here.hazards(kind, within_m=within_m)
            theirs = nearest([t for t in things if t.kind == kind.name.lower()], lon, lat, within_m)
            if theirs is None and not ours:
                continue
            compared += 1
            if ours and ours[0].osm_id.startswith("r") and ours[0].osm_id not in whole:
                cut += 1
            elif not ours or theirs is None or abs(ours[0].distance_m - theirs) > max(0.5, 0.003 * theirs):
                unequal.append((kind.name, lat, lon, theirs, ours[:1]))
    assert compared >= 60
    assert cut <= MOST_CUT_SHARE * compared
    assert not unequal
