"""Which tags may be walked and cycled, beside OSRM's own tables; where ours differ, docs/methods.md says why."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.streets.network import Network
from app.atlas.streets.rules.bike import cycling_directions, may_cycle
from app.atlas.streets.rules.walk import SECONDS_PER_METRE, passage, walking_directions
from tests.support.folders import REGIONS

SUITES = REGIONS.parent / "suites"
pytestmark = pytest.mark.skipif(not SUITES.exists(), reason="the suites (../shared/data/suites) are not here")

Tags = dict[str, str]
Ways = tuple[bool, bool]
Choice = Callable[[Tags, Tags], bool]

#: A row that says one-way though none of its tags does, as the table that it is from has a column more.
PLAIN = frozenset(
    {"living_street", "path", "pedestrian", "pier", "primary_link", "secondary", "secondary_link", "service", "steps"}
    | {"tertiary", "tertiary_link", "track", "unclassified"}
)
#: highway=* that is no way of OpenStreetMap's: a runway, or a word made up.
NO_WAY = frozenset({"garbagetag", "some_tag", "runway"})


def _is(highway: str) -> Choice:
    return lambda way, node: way.get("highway") == highway


#: Each choice that docs/methods.md names, and the rows that it is about.
ON_FOOT: dict[str, Choice] = {
    "plain streets are open both ways": lambda way, node: set(way) == {"highway"} and way["highway"] in PLAIN,
    "what is only proposed changes nothing": lambda way, node: "proposed" in way,
    "unknown highways are none": lambda way, node: way.get("highway") in NO_WAY,
    "motorways want foot=*": _is("motorway"),
    "cycleways are walked": _is("cycleway"),
    "bridleways are walked": _is("bridleway"),
    "roads of unknown class are walked": _is("road"),
    "a pavement apart on one side leaves the other": lambda way, node: way.get("sidewalk:right") == "separate",
    "a shut node stays shut for unknown values": lambda way, node: node.get("foot") == "some_tag",
}
BY_BIKE: dict[str, Choice] = {
    "unknown highways are none": lambda way, node: way.get("highway") in NO_WAY or "highway" not in way,
    "motorways want bicycle=*": _is("motorway"),
    "what is said of one direction closes no other": lambda way, node: any(key.endswith(":forward") for key in way),
    "tracks apart are not on the road": lambda way, node: way.get("cycleway:right") == "separate",
    "trunk roads are ridden where nothing forbids it": lambda way, node: way["highway"] in ("trunk", "trunk_link"),
    "roads of unknown class are ridden": _is("road"),
    "a bus road closed to all but buses is closed": lambda way, node: way.get("access") == "psv",
}


def _tags(text: str) -> Tags:
    return dict(part.split("=", 1) for part in text.split(";") if part)


def _on_foot(way: Tags, node: Tags) -> Ways:
    may = walking_directions(way)
    passes = not node or passage(node).foot
    return may.forward and passes, may.backward and passes


def _ridden(way: Tags, node: Tags) -> Ways:
    rides = cycling_directions(way) if may_cycle(way) else None
    passes = not node or passage(node).bike
    return bool(rides and rides.forward and passes), bool(rides and rides.backward and passes)


def _pushed(way: Tags, node: Tags) -> Ways:
    """Return where a bicycle may be taken: ridden, or pushed wherever one may walk. OSRM pushes on some ways alone."""
    pairs = zip(_ridden(way, node), _on_foot(way, node), strict=True)
    ahead, against = (rides or walks for rides, walks in pairs)
    return ahead, against


Reading = Callable[[Tags, Tags], Ways]


def _differing(suite: str, *readings: Reading) -> Iterator[tuple[Tags, Tags]]:
    """Yield the rows of which a direction is neither what one reading says nor what another one does."""
    with (SUITES / suite).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 200
    for row in rows:
        way, node = _tags(row["way_tags"]), _tags(row["node_tags"])
        told = row["forward"] == "yes", row["backward"] == "yes"
        ours = [reading(way, node) for reading in readings]
        if not all(any(each[side] == told[side] for each in ours) for side in (0, 1)):
            yield way, node


@pytest.mark.parametrize(
    ("suite", "readings", "choices"),
    [("foot_tags.csv", (_on_foot,), ON_FOOT), ("bike_tags.csv", (_ridden, _pushed), BY_BIKE)],
)
def test_the_rules_are_osrm_s_but_for_choices_that_are_named(
    suite: str, readings: tuple[Reading, ...], choices: dict[str, Choice]
) -> None:
    differing = list(_differing(suite, *readings))
    unexplained = [row for row in differing if not any(choice(*row) for choice in choices.values())]
    assert unexplained == []
    unused = [name for name, choice in choices.items() if not any(choice(*row) for row in differing)]
    assert unused == []


def test_walks_are_as_long_as_graphhopper_s(tmp_path: Path) -> None:
    extract = tmp_path / "monaco.osm"
    with gzip.open(SUITES / "monaco-2012.osm.gz") as packed, extract.open("wb") as file:
        shutil.copyfileobj(packed, file)
    store = RegionStore(tmp_path / "regions")
    import_region(store, "monaco", RegionInput(extract))
    network = Network.open(store.directory("monaco") / "network")
    with (SUITES / "walks.csv").open(encoding="utf-8", newline="") as file:
        walks = [{key: float(value) for key, value in row.items() if key != "extract"} for row in csv.DictReader(file)]
    assert walks
    for walk in walks:
        start, end = ((walk[f"{side}_lat"], walk[f"{side}_lon"]) for side in ("from", "to"))
        metres = network.travel_seconds("walk", start, *end)[0] / SECONDS_PER_METRE
        assert 0.95 <= metres / walk["metres"] <= 1.10, (walk, metres)
