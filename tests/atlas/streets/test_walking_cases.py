"""Small towns in each of which one walk, or what counts as a place to walk to, was wrong once."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.places import Kind
from app.sources.interface import Surroundings
from app.sources.regions import ImportedRegions
from tests.support.folders import SHARED

CASES = SHARED / "cases"
HOME = "1 Home Street, Testham"
#: By file and address: the walk in minutes to each place; None: none within 45 minutes.
WALKS: dict[tuple[str, str], dict[str, float | None]] = {
    ("03-gated-island/full-gatedbig.osm", "8 Inner Row, Smallville"): {"Gate Market": 6.7},
    ("04-gated-private/c3b-gated2.osm", "8 Inner Row, Smallville"): {"Front bakery": 7.7, "Back shop": 38.7},
    ("b01-private-street/town.osm", HOME): {"At the gate": 2.0, "Behind the back fence": 7.0},
    ("b02-square-multipolygon/town.osm", HOME): {"Across the square": 2.8},
    ("b04-motorway-between/town.osm", HOME): {"On the street of the house": 1.0, "Beyond the motorway": 40.0},
    ("b05-village-on-a-trunk-road/town.osm", HOME): {"Next door": 0.8},
    ("b14-platform-and-pier/town.osm", HOME): {"Beyond the platform": 5.0, "Beyond the pier": 3.8},
}
#: By file: all places there are, by name, of those that are closed, not open yet, mapped twice or for members only.
PLACES = {
    ("07-closed-poi/c1.osm", "48.0, 9.0"): {"Sch", "Castle Park", ""},
    ("13-double-school/c6-school-ground-school-building-both.osm", "48.0, 9.0"): {"Same School"},
    ("b07-access-of-places/town.osm", "1 Row 0, Testham"): {"Ordinary gym"},
    ("b08-closed-or-not-yet-open/town.osm", "1 Row 0, Testham"): set[str](),
}
#: Five metres from both ends of A Street, 390 m apart in a straight line.
ONE_END, OTHER_END = "48.0000450, 9.0", "48.0035523, 9.0"
#: By file: the seconds from end to end. Across the square it is 390 m; where a wall or a ruin bars the path, 1,400 m.
BETWEEN_ENDS = {
    "06-square-multipolygon/c3-squaremp.osm": 292,
    "10-disused-path/c2-footway-disused-yes.osm": 1_057,
    "11-wall-node/c2-wall-node.osm": 1_057,
}

pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the cases (../shared/data/cases) are not here")


def region(folder: Path, case: str) -> ImportedRegions:
    import_region(RegionStore(folder), "town", RegionInput(CASES / case))
    return ImportedRegions(folder)


def walks(around: Surroundings) -> dict[str, float | None]:
    """Return the minutes to each place, by its name."""
    return {
        place.name: place.walk_s / 60 for kind in Kind for place in around.nearest(kind) if place.walk_s is not None
    }


@pytest.mark.parametrize(("case", "address"), WALKS)
def test_the_walks_are_as_long_as_they_are(tmp_path: Path, case: str, address: str) -> None:
    source = region(tmp_path, case)
    found = walks(source.surroundings(source.locate(address)))
    for name, minutes in WALKS[case, address].items():
        assert found.get(name) == (None if minutes is None else pytest.approx(minutes, abs=0.15)), found


@pytest.mark.parametrize(("case", "address"), PLACES)
def test_only_what_one_can_use_is_a_place(tmp_path: Path, case: str, address: str) -> None:
    source = region(tmp_path, case)
    assert set(walks(source.surroundings(source.locate(address)))) == PLACES[case, address]


@pytest.mark.parametrize("case", BETWEEN_ENDS)
def test_ways_across_are_walked_where_one_can(tmp_path: Path, case: str) -> None:
    source = region(tmp_path, case)
    (times,) = source.surroundings(source.locate(ONE_END)).travel_times([source.locate(OTHER_END)])
    assert times.walk_s == pytest.approx(BETWEEN_ENDS[case], abs=2)


def test_volts_are_read_in_every_notation(tmp_path: Path) -> None:
    source = region(tmp_path, "08-voltage-kv/c1.osm")
    lines = source.surroundings(source.locate("48.0, 9.0")).hazards(Kind.POWER_LINE, within_m=2_000)
    assert {line.tags["voltage"] for line in lines} == {"380000", "220000", "400000"}
