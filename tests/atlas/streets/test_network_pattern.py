"""Junctions, blocks, cycle paths and kilometres of street around a point."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from app.atlas.streets.network import Network
from tests.support.street_town import Town, at

AREA_KM2 = math.pi * 0.8**2


def _grid(size: int, step_m: float) -> Town:
    town = Town()
    for i in range(size):
        for j in range(size):
            town.node(f"{i}.{j}", i * step_m, j * step_m)
    for i in range(size):
        town.way(" ".join(f"{i}.{j}" for j in range(size)))
        town.way(" ".join(f"{j}.{i}" for j in range(size)))
    return town


def _junctions(network: Network, east_m: float, north_m: float) -> float:
    per_km2, _ = network.street_facts(*at(east_m, north_m))
    assert per_km2 is not None
    return per_km2 * AREA_KM2


def test_a_grid_has_its_junctions_and_its_block_length(tmp_path: Path) -> None:
    network = _grid(6, 100).network(tmp_path)
    assert _junctions(network, 250, 250) == pytest.approx(32)
    assert network.street_facts(*at(250, 250))[1] == pytest.approx((4 * 200 + 52 * 100) / 56, rel=0.005)
    assert network.street_km(*at(250, 250), 800) == pytest.approx(6.0, rel=0.005)


def test_footpaths_and_driveways_make_no_junctions(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 100, 0).node("c", 200, 0).node("d", 100, 80).node("e", 100, -80)
    network = town.way("a b c").way("b d", highway="footway").way("b e", highway="service").network(tmp_path)
    assert network.street_facts(*at(0, 0)) == (0.0, pytest.approx(200, rel=0.005))
    assert network.street_km(*at(0, 0), 500) == pytest.approx(0.2, rel=0.005)


def test_a_dual_carriageway_crossing_is_one_junction(tmp_path: Path) -> None:
    town = Town().node("s", 0, -100).node("n", 0, 100)
    for name, north in (("u", 6), ("v", -6)):
        town.node(f"{name}w", -100, north).node(f"{name}x", 0, north).node(f"{name}e", 100, north)
        town.way(f"{name}w {name}x {name}e", oneway="yes", highway="primary")
    network = town.way("s vx ux n").network(tmp_path)
    assert _junctions(network, 0, 0) == pytest.approx(1)


def test_a_roundabout_is_one_junction(tmp_path: Path) -> None:
    town = Town().node("e", 30, 0).node("n", 0, 30).node("w", -30, 0).node("s", 0, -30)
    town.node("E", 130, 0).node("N", 0, 130).node("W", -130, 0)
    town.way("e n w s e", junction="roundabout").way("e E").way("n N").way("w W")
    assert _junctions(town.network(tmp_path), 0, 0) == pytest.approx(1)


def test_a_bend_between_two_ways_does_not_cut_a_block(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 70, 0).node("c", 70, 50).way("a b").way("b c", surface="sett")
    assert town.network(tmp_path).street_facts(*at(0, 0)) == (0.0, pytest.approx(120, rel=0.005))


def test_no_street_means_unknown(tmp_path: Path) -> None:
    network = Town().node("a", 0, 0).node("b", 100, 0).way("a b").network(tmp_path)
    assert network.street_facts(*at(0, 5_000)) == (None, None)
    assert network.street_km(*at(0, 5_000), 800) == 0.0


def test_cycle_paths_and_lanes_count_less_with_distance(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 0, 100).node("c", 1207, 0).node("d", 1207, 100)
    network = town.way("a b", highway="cycleway").way("c d", cycleway="lane").network(tmp_path)
    path_km, lane_km = network.bike_infrastructure(*at(0, 50))
    assert path_km == pytest.approx(0.1, rel=0.005)
    assert lane_km == pytest.approx(0.05, rel=0.005)
    assert network.bike_infrastructure(*at(0, 5_000)) == (0.0, 0.0)
