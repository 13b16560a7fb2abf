"""Steps, barriers, bicycles and cars in small towns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.atlas.streets.network import Network
from app.atlas.streets.rules.bike import PUSHING
from tests.support.street_town import Town, at, ride_metres, walk_metres


def _line() -> Town:
    return Town().node("a", 0, 0).node("b", 100, 0).node("c", 200, 0)


def _drive_seconds(network: Network, start: tuple[float, float], end: tuple[float, float]) -> float:
    return float(network.travel_seconds("car", start, *end)[0])


def test_steps_are_walked_at_half_the_pace(tmp_path: Path) -> None:
    network = _line().way("a b").way("b c", highway="steps").network(tmp_path)
    assert walk_metres(network, at(0, 0), at(200, 0)) == pytest.approx(100 + 2 * 100, rel=0.005)


def test_who_takes_no_steps_goes_round(tmp_path: Path) -> None:
    town = _line().node("d", 200, 150).node("e", 0, 150).way("a b").way("b c", highway="steps").way("c d e a")
    network = town.network(tmp_path)
    origin, end = network.snap(*at(0, 0))[0], network.snap(*at(200, 0))
    assert network.walk(origin, 3_600.0).seconds_to(end)[0] == pytest.approx((100 + 2 * 100) * 0.75, rel=0.005)
    assert network.walk(origin, 3_600.0, step_free=True).seconds_to(end)[0] == pytest.approx(500 * 0.75, rel=0.005)


def test_a_place_on_steps_is_not_reached_without_them(tmp_path: Path) -> None:
    network = _line().way("a b").way("b c", highway="steps").network(tmp_path)
    walkshed = network.walk(network.snap(*at(0, 0))[0], 3_600.0, step_free=True)
    assert walkshed.seconds_to(network.snap(*at(150, 0)))[0] == np.inf


def test_a_private_gate_bars_the_way(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 100, 0, barrier="gate", access="private").node("c", 200, 0)
    town.node("d", 200, 150).node("e", 0, 150).way("a b c").way("c d e a")
    network = town.network(tmp_path)
    assert walk_metres(network, at(80, 0), at(130, 0)) == pytest.approx(80 + 500 + 70, rel=0.005)
    assert walk_metres(network, at(20, 0), at(80, 0)) == pytest.approx(60, rel=0.005)


def test_an_open_gate_does_not_bar_the_way(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 100, 0, barrier="gate").node("c", 200, 0)
    assert walk_metres(town.way("a b c").network(tmp_path), at(80, 0), at(130, 0)) == pytest.approx(50, rel=0.005)


def test_a_bollard_stops_cars_only(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 100, 0, barrier="bollard").node("c", 200, 0)
    network = town.way("a b c").network(tmp_path)
    assert walk_metres(network, at(50, 0), at(150, 0)) == pytest.approx(100, rel=0.005)
    assert ride_metres(network, at(50, 0), at(150, 0)) == pytest.approx(100, rel=0.005)
    assert _drive_seconds(network, at(50, 0), at(150, 0)) == np.inf


def test_a_barrier_on_a_junction_bars_every_arm(tmp_path: Path) -> None:
    town = _line().node("d", 100, 100).way("a b c").way("b d")
    town.barriers[2] = {"barrier": "gate", "foot": "no"}
    network = town.network(tmp_path)
    assert walk_metres(network, at(50, 0), at(150, 0)) == np.inf
    assert walk_metres(network, at(50, 0), at(100, 60)) == np.inf


def test_a_bicycle_follows_one_way_streets_and_is_pushed_against_them(tmp_path: Path) -> None:
    network = _line().way("a b c", oneway="yes").network(tmp_path)
    assert ride_metres(network, at(20, 0), at(150, 0)) == pytest.approx(130, rel=0.005)
    assert ride_metres(network, at(150, 0), at(20, 0)) == pytest.approx(130 * PUSHING, rel=0.005)


def test_a_contraflow_lane_is_ridden(tmp_path: Path) -> None:
    network = _line().way("a b c", oneway="yes", cycleway="opposite_lane").network(tmp_path)
    assert ride_metres(network, at(150, 0), at(20, 0)) == pytest.approx(130, rel=0.005)


def test_the_last_metres_on_a_footpath_are_pushed(tmp_path: Path) -> None:
    network = _line().way("a b").way("b c", highway="footway").network(tmp_path)
    assert ride_metres(network, at(0, 0), at(140, 0), max_stress=1) == pytest.approx(100 + 40 * PUSHING, rel=0.005)


def test_low_stress_riding_goes_round_the_big_road(tmp_path: Path) -> None:
    town = _line().node("d", 0, 100).node("e", 200, 100).node("o", -50, 0).node("p", 250, 0)
    network = town.way("a b c", highway="primary").way("o a d e c p").network(tmp_path)
    assert ride_metres(network, at(-30, 0), at(230, 0)) == pytest.approx(260, rel=0.005)
    assert ride_metres(network, at(-30, 0), at(230, 0), max_stress=2) == pytest.approx(460, rel=0.005)


def test_a_shop_on_the_big_road_is_reached_by_pushing_from_the_corner(tmp_path: Path) -> None:
    network = _line().way("a b").way("b c", highway="primary").network(tmp_path)
    assert ride_metres(network, at(0, 0), at(120, 0)) == pytest.approx(120, rel=0.005)
    assert ride_metres(network, at(0, 0), at(120, 0), max_stress=2) == pytest.approx(100 + 20 * PUSHING, rel=0.005)


def test_cars_keep_to_one_way_streets(tmp_path: Path) -> None:
    town = _line().node("d", 0, 100).node("e", 200, 100).way("a b c", oneway="yes").way("a d e c")
    network = town.network(tmp_path)
    assert _drive_seconds(network, at(0, 0), at(200, 0)) == pytest.approx(200 * 3.6 / 25, rel=0.01)
    assert _drive_seconds(network, at(200, 0), at(0, 0)) == pytest.approx(400 * 3.6 / 25, rel=0.01)


def test_walk_and_ride_times_come_from_the_same_graphs(tmp_path: Path) -> None:
    network = _line().way("a b c").network(tmp_path)
    lats, lons = zip(at(100, 0), at(200, 0), strict=True)
    assert network.travel_seconds("walk", at(0, 0), lats, lons) == pytest.approx([75, 150], rel=0.005)
    assert network.travel_seconds("bike", at(0, 0), lats, lons) == pytest.approx([24, 48], rel=0.005)


def test_what_is_too_far_to_walk_is_not_searched(tmp_path: Path) -> None:
    network = Town().node("a", 0, 0).node("z", 12_000, 0).way("a z").network(tmp_path)
    assert network.travel_seconds("walk", at(0, 0), *at(11_000, 0)).tolist() == [np.inf]
    assert network.travel_seconds("bike", at(0, 0), *at(11_000, 0)) == pytest.approx([2640], rel=0.01)


def test_an_address_by_the_motorway_is_not_on_it(tmp_path: Path) -> None:
    town = _line().way("a b c", highway="motorway").node("d", 0, 60).node("e", 200, 60).way("d e")
    network = town.network(tmp_path)
    lats, lons = zip(at(50, 10), at(150, 10), strict=True)
    assert _drive_seconds(network, (lats[0], lons[0]), (lats[1], lons[1])) == pytest.approx(75 + 14.4, rel=0.02)


def test_an_address_above_a_tunnel_is_not_in_it(tmp_path: Path) -> None:
    town = _line().way("a b c", tunnel="yes").node("d", 0, 60).node("e", 200, 60).way("d e")
    assert town.network(tmp_path).snap(*at(100, 10))["offset"][0] == pytest.approx(50, rel=0.01)


def _highway_town(**tags: str) -> Town:
    """Two villages 14 km apart with a main road in two pieces between them."""
    town = Town().node("a", 0, 0).node("b", 500, 0).node("m", 7_000, 0).node("y", 13_500, 0).node("z", 14_000, 0)
    town.node("s", 7_000, 300).way("a b").way("y z").way("m s")
    return town.way("b m", highway="primary", **tags).way("m y", highway="secondary", **tags)


def test_a_long_drive_is_streets_then_main_roads_then_streets(tmp_path: Path) -> None:
    network = _highway_town().network(tmp_path)
    seconds = 3.6 * (2 * 400 / 25 + 6_500 / 65 + 6_500 / 55)
    assert _drive_seconds(network, at(100, 0), at(13_900, 0)) == pytest.approx(seconds, rel=0.005)
    assert _drive_seconds(network, at(13_900, 0), at(100, 0)) == pytest.approx(seconds, rel=0.005)


def test_a_long_drive_keeps_to_one_way_roads(tmp_path: Path) -> None:
    network = _highway_town(oneway="yes").network(tmp_path)
    assert np.isfinite(_drive_seconds(network, at(100, 0), at(13_900, 0)))
    assert _drive_seconds(network, at(13_900, 0), at(100, 0)) == np.inf


def test_nobody_drives_for_hours(tmp_path: Path) -> None:
    network = Town().node("a", 0, 0).node("z", 160_000, 0).way("a z", highway="motorway").network(tmp_path)
    assert _drive_seconds(network, at(0, 0), at(159_000, 0)) == np.inf
