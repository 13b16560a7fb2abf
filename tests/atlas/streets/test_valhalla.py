"""Walks beside those of Valhalla, an independent engine, on the same extracts.

Distances are compared, from the points on streets that Valhalla snapped to: its walking speed differs from ours
(5.1 km/h), and so does what it does with steps, so ours are measured with steps at the plain pace here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from app.atlas.streets.build import ways as street_ways
from app.atlas.streets.network import Network
from app.atlas.streets.rules.walk import SECONDS_PER_METRE, way_class
from app.atlas.streets.tiling import Floats, to_degrees
from tests.support.folders import SAMPLES
from tests.support.region_network import region_network, shared_file

FIXTURES = Path(__file__).parent / "fixtures"
REGIONS = {
    "newport": ("newport-gb", "newport-2023-06-13.osm.pbf"),
    "queens": ("queens-village-ny-us", "queens_village_ny.osm.pbf"),
}
#: Bridge Street, foot=yes: Valhalla leaves it out for its conditional tags and goes round by Newport Arcade.
BRIDGE_STREET = 40549116
#: Walks that differ by more than 15 % even on the same streets, by their points, and why.
OUTLIERS = {
    "helsinki": {
        (60.170775, 24.943157, 60.168966, 24.949086): "Valhalla leaves a bus-only street the way that buses must",
        (60.170775, 24.943157, 60.169385, 24.94932): "the same start",
        (60.17317, 24.942439, 60.169924, 24.948069): "a passage open by permission, which Valhalla leaves out",
        (60.170449, 24.939448, 60.175618, 24.944414): "Valhalla goes through the locked gate of the botanic garden",
    },
    "monaco": {
        (
            43.730085,
            7.42217,
            43.732974,
            7.427902,
        ): "steps down from the Rock, open on the map, that Valhalla never takes",
    },
}


@pytest.fixture(autouse=True)
def plain_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(street_ways, "STEPS_SECONDS_PER_METRE", SECONDS_PER_METRE)


def _only_here(way_id: int, tags: dict[str, str]) -> bool:
    """Return whether a way is one that people walk here but not in Valhalla.

    Valhalla routes over no areas, not even along their outlines; over no cycleway, and no service road closed to cars,
    that does not say it is open on foot; and through no shopping passage mapped as a pedestrian street in a tunnel.
    """
    highway = tags.get("highway")
    return (
        tags.get("area") == "yes"
        or (highway == "cycleway" and "foot" not in tags)
        or (highway == "service" and tags.get("motor_vehicle") == "private" and "foot" not in tags)
        or (highway == "pedestrian" and tags.get("tunnel") == "yes")
        or way_id == BRIDGE_STREET
    )


def _is_platform(way_id: int, tags: dict[str, str]) -> bool:
    """Return whether a way is a platform, which Valhalla's isochrones count as ground, not as junctions to reach."""
    return way_class(tags) == "platform"


def _recorded(name: str, kind: str) -> dict[str, Any]:
    return json.loads(shared_file("api", "valhalla", f"run-{name}-{kind}.json").read_text())  # type: ignore[no-any-return]


def _metres(network: Network, start: dict[str, float], ends: list[dict[str, float]]) -> Floats:
    lats, lons = [end["lat"] for end in ends], [end["lon"] for end in ends]
    return network.travel_seconds("walk", (start["lat"], start["lon"]), lats, lons) / SECONDS_PER_METRE


def _matrix_errors(name: str, *, same_streets: bool) -> Floats:
    network = region_network(shared_file("regions", *REGIONS[name]), _only_here if same_streets else None)
    matrix = _recorded(name, "matrix-pedestrian")
    theirs = np.array([pair["distance"] * 1000 for pair in matrix["sources_to_targets"][0]])
    return np.abs(_metres(network, matrix["sources"][0], matrix["targets"]) / theirs - 1)


def test_recorded_matrices_agree() -> None:
    errors = np.concatenate([_matrix_errors(name, same_streets=False) for name in REGIONS])
    assert np.median(errors) <= 0.05
    assert np.percentile(errors, 95) <= 0.15


@pytest.mark.parametrize("name", REGIONS)
def test_what_differs_in_the_matrices_is_which_streets_are_open(name: str) -> None:
    assert _matrix_errors(name, same_streets=True).max() <= 0.05


@pytest.mark.parametrize("name", REGIONS)
def test_the_recorded_route_agrees(name: str) -> None:
    trip = _recorded(name, "route-pedestrian")["trip"]
    network = region_network(shared_file("regions", *REGIONS[name]), _only_here)
    start, end = trip["locations"]
    assert _metres(network, start, [end])[0] == pytest.approx(trip["summary"]["length"] * 1000, rel=0.06)


@pytest.mark.parametrize("name", REGIONS)
def test_the_recorded_isochrones_hold_the_same_streets(name: str) -> None:
    path = shared_file("api", "valhalla", f"run-{name}-isochrone-walk-5-10-15.request.json")
    start = json.loads(path.read_text())["body"]["locations"][0]
    network = region_network(shared_file("regions", *REGIONS[name]), _is_platform)
    lats, lons = to_degrees(network._files.nodes.lat), to_degrees(network._files.nodes.lon)
    snaps = network.snap(lats, lons, max_m=5.0)
    seconds = network.walk(network.snap(start["lat"], start["lon"])[0], 2700.0).seconds_to(snaps) * 4.8 / 5.1
    for feature in _recorded(name, "isochrone-walk-5-10-15")["features"]:
        inside = shapely.contains_xy(shapely.geometry.shape(feature["geometry"]), lons, lats)
        limit = feature["properties"]["contour"] * 60
        # Their outline is smoothed by some 100 m, and junctions in its band may fall on either side.
        assert (seconds[inside] <= limit + 120).mean() >= 0.97
        assert inside[seconds <= limit - 120].mean() >= 0.97


def _fixture(name: str) -> Floats:
    return np.array(json.loads((FIXTURES / f"valhalla-{name}.json").read_text())["pairs"])


def _fixture_metres(name: str, *, same_streets: bool) -> Floats:
    network = region_network(SAMPLES / f"{name}.osm.pbf", _only_here if same_streets else None)
    pairs = _fixture(name)
    return np.array([network.travel_seconds("walk", pair[:2], *pair[2:4])[0] / SECONDS_PER_METRE for pair in pairs])


def _same_street_errors(name: str) -> Floats:
    return np.abs(_fixture_metres(name, same_streets=True) / _fixture(name)[:, 4] - 1)


def test_walks_in_monaco_agree_as_they_are() -> None:
    pairs = _fixture("monaco")
    ours, along_streets = (_fixture_metres("monaco", same_streets=same) for same in (False, True))
    errors = np.abs(ours / pairs[:, 4] - 1)
    # Valhalla crosses no square: where we do, the walk can only be shorter than theirs.
    crosses = ours < 0.995 * along_streets
    assert np.median(errors[~crosses]) <= 0.01
    assert np.percentile(errors, 95) <= 0.15
    assert (ours[crosses] <= 1.01 * pairs[crosses, 4]).all()


@pytest.mark.parametrize("name", OUTLIERS)
def test_walks_in_the_samples_agree_on_the_same_streets(name: str) -> None:
    errors = _same_street_errors(name)
    assert np.median(errors) <= 0.01
    assert np.percentile(errors, 95) <= 0.12


@pytest.mark.parametrize("name", OUTLIERS)
def test_every_walk_that_differs_is_explained(name: str) -> None:
    errors = _same_street_errors(name)
    differing = {tuple(pair[:4].tolist()) for pair in _fixture(name)[errors > 0.15]}
    assert differing == set(OUTLIERS[name])


@pytest.mark.parametrize("name", REGIONS)
def test_free_flow_drives_are_of_the_order_of_theirs(name: str) -> None:
    """Valhalla adds turns and lights; we add none, but drive at 80 % of the limit."""
    network = region_network(shared_file("regions", *REGIONS[name]))
    matrix = _recorded(name, "matrix-auto")
    start, ends = matrix["sources"][0], matrix["targets"]
    lats, lons = [end["lat"] for end in ends], [end["lon"] for end in ends]
    ours = network.travel_seconds("car", (start["lat"], start["lon"]), lats, lons)
    ratio = ours / [pair["time"] for pair in matrix["sources_to_targets"][0]]
    assert 0.8 <= np.median(ratio) <= 1.25
    assert ratio.min() >= 0.7
    assert ratio.max() <= 1.6
