"""The walking graph of small towns whose every distance can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.atlas.streets.network import Network
from app.errors import AtlasDamaged
from tests.support.street_town import Town, at, walk_metres


@pytest.fixture
def corner() -> Town:
    """A street 200 m east and then 100 m north."""
    return Town().node("a", 0, 0).node("b", 200, 0).node("c", 200, 100).way("a b").way("b c")


def test_it_walks_along_the_streets_and_not_through_the_air(corner: Town, tmp_path: Path) -> None:
    network = corner.network(tmp_path)
    assert walk_metres(network, at(0, 0), at(200, 100)) == pytest.approx(300, rel=0.002)


def test_it_splits_the_nearest_edge_instead_of_jumping_to_a_junction(corner: Town, tmp_path: Path) -> None:
    network = corner.network(tmp_path)
    assert walk_metres(network, at(150, 10), at(200, 40)) == pytest.approx(10 + 50 + 40, rel=0.01)


def test_two_places_on_one_street_are_as_far_as_the_street_between(corner: Town, tmp_path: Path) -> None:
    network = corner.network(tmp_path)
    assert walk_metres(network, at(40, 5), at(90, -5)) == pytest.approx(5 + 50 + 5, rel=0.01)


def test_a_loop_is_walked_the_shorter_way_round(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 100, 0).node("c", 100, 100).node("d", 0, 100).way("a b c d a")
    network = town.way("a e").node("e", -50, 0).network(tmp_path)
    assert walk_metres(network, at(-50, 0), at(0, 80)) == pytest.approx(130, rel=0.01)
    assert walk_metres(network, at(50, 0), at(0, 80)) == pytest.approx(130, rel=0.01)


def test_what_lies_beyond_the_limit_is_not_reached(corner: Town, tmp_path: Path) -> None:
    network = corner.network(tmp_path)
    shed = network.walk(network.snap(*at(0, 0))[0], 180.0)
    lats, lons = zip(at(200, 30), at(200, 60), strict=True)
    assert np.isfinite(shed.seconds_to(network.snap(lats, lons))).tolist() == [True, False]


def test_a_place_far_from_any_street_is_not_snapped(corner: Town, tmp_path: Path) -> None:
    network = corner.network(tmp_path)
    snaps = network.snap(*zip(at(200, 590), at(200, 610), strict=True))
    assert snaps["offset"][0] == pytest.approx(490, rel=0.01)
    assert snaps["edge"][1] == -1
    assert network.walk(snaps[1], 600.0).seconds_to(snaps).tolist() == [np.inf, np.inf]


def test_a_bridge_does_not_meet_the_street_below(tmp_path: Path) -> None:
    town = Town().node("w", -100, 0).node("e", 100, 0).node("s", 0, -100).node("n", 0, 100)
    network = town.way("w e").way("s n", bridge="yes").way("e n").network(tmp_path)
    assert walk_metres(network, at(0, -100), at(-100, 0)) == pytest.approx(200 + 141 + 200, rel=0.01)


def test_ways_are_cut_where_the_extract_holds_no_node(corner: Town, tmp_path: Path) -> None:
    corner.nodes["b"] = (2, float("nan"), float("nan"))
    network = corner.way("a c").network(tmp_path)
    assert walk_metres(network, at(0, 0), at(200, 100)) == pytest.approx(224, rel=0.01)


def test_an_island_does_not_swallow_the_address(tmp_path: Path) -> None:
    town = Town()
    for i in range(50):
        town.node(f"n{i}", i * 20, 0).node(f"m{i}", i * 20, 20)
        town.way(f"n{i} m{i}")
    for i in range(49):
        town.way(f"n{i} n{i + 1}")
    town.node("x", 0, -60).node("y", 40, -60).way("x y").node("far", 0, -400).node("off", 40, -400).way("far off")
    network = town.network(tmp_path)
    assert network.snap(*at(20, -50))["offset"][0] == pytest.approx(50, rel=0.01)
    assert network.snap(*at(20, -390))["offset"][0] == pytest.approx(10, rel=0.01)


def test_the_order_of_the_file_changes_nothing(corner: Town, tmp_path: Path) -> None:
    corner.network(tmp_path / "one")
    corner.network(tmp_path / "two", backwards=True)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_an_empty_region_answers_that_nothing_is_near(tmp_path: Path) -> None:
    network = Town().network(tmp_path)
    snaps = network.snap(*at(0, 0))
    assert snaps["edge"].tolist() == [-1]
    assert network.walk(snaps[0], 600.0).seconds_to(snaps).tolist() == [np.inf]
    assert network.street_facts(*at(0, 0)) == (None, None)
    assert network.travel_seconds("car", at(0, 0), *at(100, 0)).tolist() == [np.inf]


def test_a_missing_or_cut_file_is_refused(corner: Town, tmp_path: Path) -> None:
    corner.network(tmp_path)
    cut = tmp_path / "walk.heads.npy"
    cut.write_bytes(cut.read_bytes()[:20])
    with pytest.raises(AtlasDamaged):
        Network.open(tmp_path)
    with pytest.raises(AtlasDamaged):
        Network.open(tmp_path / "nowhere")


def test_files_of_another_version_are_refused(corner: Town, tmp_path: Path) -> None:
    corner.network(tmp_path)
    (tmp_path / "network.json").write_text('{"format": 0}')
    with pytest.raises(AtlasDamaged):
        Network.open(tmp_path)


def test_a_search_loads_no_more_in_a_larger_region(corner: Town, tmp_path: Path) -> None:
    alone = corner.network(tmp_path / "alone")
    for i in range(30):
        corner.node(f"p{i}", 9_000 + 300 * i, 400 * i).node(f"q{i}", 9_200 + 300 * i, 400 * i).way(f"p{i} q{i}")
    among_many = corner.network(tmp_path / "many")
    sizes = [net.walk(net.snap(*at(150, 5))[0], 2700.0)._reached.near.size for net in (alone, among_many)]
    assert sizes == [3, 3]
    assert walk_metres(among_many, at(0, 0), at(200, 100)) == pytest.approx(300, rel=0.002)
