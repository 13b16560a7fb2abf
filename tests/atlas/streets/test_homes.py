"""Who lives on a private street or behind a gate walks out; strangers do not walk in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.atlas.streets.network import Network
from tests.support.street_town import Town, at, walk_metres


def public_streets(back: str = "d e") -> Town:
    """Main Street, and Back Street (by its nodes) 200 m north of it, joined 1,000 m in the west."""
    town = Town().node("a", -1_000, 0).node("b", 0, 0).node("c", 300, 0)
    town.node("d", -1_000, 200).node("e", 300, 200).node("g", 0, 200)
    return town.way("a b c", name="Main Street").way(back, name="Back Street").way("a d", name="Link")


def leaving(network: Network, start: tuple[float, float], end: tuple[float, float], street: str = "") -> float:
    """Return the metres that a resident walks."""
    shed = network.walk(network.way_out(*start, street).origins, 3_600.0)
    return float(shed.seconds_to(network.snap(*end))[0]) / 0.75


HOME, SHOP, BEHIND = (0, 145), (0, -5), (0, 205)


def private_street() -> Town:
    return public_streets().node("h", 0, 150).way("b h", access="private", name="Home Street")


def test_a_resident_walks_out_of_a_private_street(tmp_path: Path) -> None:
    network = private_street().network(tmp_path)
    assert leaving(network, at(*HOME), at(*SHOP)) == pytest.approx(150, rel=0.02)
    assert leaving(network, at(*HOME), at(*BEHIND), "Home Street") == pytest.approx(145 + 2_200 + 5, rel=0.02)


def test_nobody_walks_through_a_private_street(tmp_path: Path) -> None:
    town = public_streets(back="d g e").node("h", 0, 150).way("b h g", access="private", name="Home Street")
    network = town.network(tmp_path)
    assert walk_metres(network, at(200, 0), at(200, 200)) == pytest.approx(1_200 + 200 + 1_200, rel=0.02)
    assert leaving(network, at(*HOME), at(0, 205)) == pytest.approx(55 + 5, rel=0.05)


def test_strangers_do_not_walk_in(tmp_path: Path) -> None:
    network = private_street().network(tmp_path)
    assert network.snap(*at(*HOME))["offset"][0] == pytest.approx(55, abs=1)


def test_a_resident_opens_the_gate(tmp_path: Path) -> None:
    town = public_streets().node("k", 0, 20, barrier="gate", access="private").node("h", 0, 150)
    network = town.way("b k h", name="Inner Row").network(tmp_path)
    assert leaving(network, at(5, 145), at(*SHOP), "Inner Row") == pytest.approx(155, rel=0.02)


def test_a_gated_estate_of_many_streets_has_its_gate(tmp_path: Path) -> None:
    town = public_streets().node("k", 0, 20, barrier="gate", access="private").way("b k")
    for i in range(60):
        town.node(f"x{i}", 4 * i, 100).node(f"y{i}", 4 * i, 108).way(f"x{i} y{i}")
    town.way("k x0").way(" ".join(f"x{i}" for i in range(60)), name="Inner Row")
    network = town.network(tmp_path)
    assert leaving(network, at(100, 98), at(*SHOP), "Inner Row") == pytest.approx(2 + 100 + 100 + 5, rel=0.03)
    assert not np.isfinite(walk_metres(network, at(-500, 0), at(100, 98)))


def test_a_wall_is_no_gate_for_residents_either(tmp_path: Path) -> None:
    town = public_streets().node("k", 0, -20, barrier="wall").node("h", 0, -400)
    network = town.way("b k h", name="Inner Row").network(tmp_path)
    assert not np.isfinite(leaving(network, at(5, -395), at(*SHOP), "Inner Row"))


def test_a_home_without_any_way_out_has_none(tmp_path: Path) -> None:
    town = public_streets().node("p", 0, 900).node("q", 100, 900).way("p q", name="Lost Lane")
    network = town.network(tmp_path)
    out = network.way_out(*at(50, 905), "Lost Lane")
    assert network.walk(out.origins, 2_700.0).street_m() == pytest.approx(100, rel=0.01)


def test_a_public_home_has_one_way_out(tmp_path: Path) -> None:
    network = private_street().network(tmp_path)
    out = network.way_out(*at(-200, 10))
    assert len(out.origins) == 1
    assert out.to_street_m == pytest.approx(10, abs=0.1)


def test_a_bicycle_is_taken_out_too(tmp_path: Path) -> None:
    network = private_street().network(tmp_path)
    reach = network.bike(network.way_out(*at(*HOME)).origins, 5_000.0)
    assert reach.metres_to(network.snap(*at(-500, 0)))[0] == pytest.approx(645, rel=0.02)


def test_journeys_start_at_the_own_street(tmp_path: Path) -> None:
    network = private_street().network(tmp_path)
    seconds = network.travel_seconds("walk", at(0, 175), *at(*BEHIND), street="Home Street")
    assert seconds[0] / 0.75 == pytest.approx(25 + 150 + 2_200 + 5, rel=0.02)
