"""What holds in every town: more paths never mean a longer walk, and the order of a file means nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.atlas.streets.network import Network
from tests.support.street_town import Town, at

SIZE, STEP_M = 5, 90.0
CORNERS = [(i, j) for i in range(SIZE) for j in range(SIZE)]
#: Streets of a grid; every walk starts and ends on the ring road, which is always there.
STREETS = [((i, j), (i + a, j + b)) for i, j in CORNERS for a, b in ((1, 0), (0, 1)) if max(i + a, j + b) < SIZE]
RING = [street for street in STREETS if any(street[0][k] == street[1][k] in (0, SIZE - 1) for k in (0, 1))]
PLACES = [at(x * STEP_M, 0) for x in (0.3, 2.5)] + [at(x * STEP_M, 4 * STEP_M) for x in (0.7, 2, 3.6)]
#: Places snap to the centimetre, and a pushed centimetre counts three.
ROUNDING = 0.05
KINDS = ["residential", "footway", "steps", "primary"]

streets = st.lists(st.tuples(st.sampled_from(STREETS), st.sampled_from(KINDS)), max_size=20)
#: Across the blocks: a path drawn over a street would take that street's addresses, as a pavement does.
shortcuts = st.tuples(st.sampled_from(CORNERS), st.sampled_from(CORNERS)).filter(
    lambda pair: pair[0][0] != pair[1][0] and pair[0][1] != pair[1][1]
)


def _town(drawn: list[tuple[tuple[tuple[int, int], tuple[int, int]], str]]) -> Town:
    town = Town()
    for i, j in CORNERS:
        town.node(f"{i}.{j}", i * STEP_M, j * STEP_M)
    for (start, end), kind in [(street, "residential") for street in RING] + drawn:
        town.way(f"{start[0]}.{start[1]} {end[0]}.{end[1]}", highway=kind)
    return town


def _network(town: Town, *, backwards: bool = False) -> Network:
    with TemporaryDirectory() as directory:
        return town.network(Path(directory), backwards=backwards)


def _walks(network: Network) -> np.ndarray:
    snaps = network.snap(*zip(*PLACES, strict=True))
    return np.array([network.walk(snap, 3600.0).seconds_to(snaps) for snap in snaps])


def _rides(network: Network, max_stress: int = 4) -> np.ndarray:
    snaps = network.snap(*zip(*PLACES, strict=True))
    return np.array([network.bike(snap, 10_000.0, max_stress).metres_to(snaps) for snap in snaps])


@settings(max_examples=25, deadline=None)
@given(streets, shortcuts)
def test_a_new_footpath_never_lengthens_a_walk_or_a_ride(drawn: list, shortcut: tuple) -> None:
    before = _network(_town(drawn))
    (a, b), (c, d) = shortcut
    after = _network(_town(drawn).way(f"{a}.{b} {c}.{d}", highway="footway"))
    assert (_walks(after) <= _walks(before) + ROUNDING).all()
    assert (_rides(after, 2) <= _rides(before, 2) + ROUNDING).all()


@settings(max_examples=25, deadline=None)
@given(streets)
def test_the_order_of_ways_changes_no_walk(drawn: list) -> None:
    town = _town(drawn)
    assert (_walks(_network(town)) == _walks(_network(town, backwards=True))).all()


@settings(max_examples=25, deadline=None)
@given(streets)
def test_a_walk_is_as_long_there_as_back_and_no_shorter_than_the_straight_line(drawn: list) -> None:
    walks = _walks(_network(_town(drawn)))
    assert np.allclose(walks, walks.T, atol=0.01)
    spots = np.array(PLACES)
    straight = np.hypot(
        *(np.subtract.outer(spots[:, k], spots[:, k]) * scale for k, scale in ((0, 111195), (1, 55310)))
    )
    assert (walks * 80 / 60 >= straight * 0.995).all()


@settings(max_examples=25, deadline=None)
@given(streets)
def test_bearing_more_stress_never_lengthens_a_ride(drawn: list) -> None:
    network = _network(_town(drawn))
    rides = [_rides(network, level) for level in (1, 2, 3, 4)]
    for strict, lenient in pairwise(rides):
        assert (lenient <= strict + ROUNDING).all()
