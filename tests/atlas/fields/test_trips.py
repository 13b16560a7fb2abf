"""The walk to the nearest place from many points at once, against the search from one address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.atlas.facts import WALK_LIMIT_S
from app.atlas.fields.trips import TripsFrom
from app.atlas.streets.arrays import Arcs, NetworkFiles
from app.atlas.streets.network import Network
from app.atlas.streets.search import walking
from app.atlas.streets.snapping import Snaps
from app.geo import Floats
from tests.support.folders import SAMPLES
from tests.support.region_network import streets_of
from tests.support.street_town import Town, at, compile_network

PACE = 0.75


def files_of(town: Town, directory: Path) -> NetworkFiles:
    """Compile a town and open its arrays."""
    town.network(directory)
    return NetworkFiles.open(directory)


def nearest(files: NetworkFiles, points: list[tuple[float, float]], places: list[tuple[float, float]]) -> Floats:
    """Return the seconds from points to the nearest of some places, both in metres from the middle."""
    network = Network(files)
    here, there = (network.snap(*np.array([at(*point) for point in each]).T) for each in (points, places))
    return TripsFrom(walking(files), here).to_nearest(there, WALK_LIMIT_S)


def one_by_one(files: NetworkFiles, here: Snaps, there: Snaps) -> Floats:
    """Return the same by a search from each point."""
    network = Network(files)
    return np.array([network.walk(snap, WALK_LIMIT_S).seconds_to(there).min(initial=np.inf) for snap in here])


@pytest.fixture
def street(tmp_path: Path) -> NetworkFiles:
    """Give a street of 4 km with a dead end of 300 m in its middle."""
    town = Town().node("a", -2000, 0).node("b", 0, 0).node("c", 2000, 0).node("d", 0, 300)
    return files_of(town.way("a b c").way("b d"), tmp_path)


def test_it_takes_the_nearer_of_two_places(street: NetworkFiles) -> None:
    (seconds,) = nearest(street, [(100, 10)], [(-500, 20), (400, 20)])
    assert seconds == pytest.approx((300 + 10 + 20) * PACE, abs=0.5)


def test_it_goes_along_one_edge_without_its_ends(street: NetworkFiles) -> None:
    both_ways = nearest(street, [(900, 10), (1100, 10)], [(1000, 0)])
    assert both_ways == pytest.approx([110 * PACE, 110 * PACE], abs=0.5)


def test_it_reaches_into_and_out_of_dead_ends(street: NetworkFiles) -> None:
    assert nearest(street, [(5, 250)], [(200, 0)]) == pytest.approx([(250 + 200 + 5) * PACE], abs=0.5)
    assert nearest(street, [(200, 0)], [(5, 250)]) == pytest.approx([(250 + 200 + 5) * PACE], abs=0.5)


def test_what_is_further_than_45_minutes_is_not_reached(street: NetworkFiles) -> None:
    near, far = nearest(street, [(1590, 0), (1610, 0)], [(-2000, 0)])
    assert near == pytest.approx(3590 * PACE, abs=2)
    assert far == np.inf


def test_a_point_without_a_street_reaches_nothing(street: NetworkFiles) -> None:
    assert nearest(street, [(0, -700)], [(0, 0)]).tolist() == [np.inf]


def test_without_places_nothing_is_reached(street: NetworkFiles) -> None:
    here = Network(street).snap(*at(0, 0))
    assert TripsFrom(walking(street), here).to_nearest(here[:0], WALK_LIMIT_S).tolist() == [np.inf]


def test_a_region_without_streets_reaches_nothing(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 100, 0).way("a b", highway="motorway")
    assert nearest(files_of(town, tmp_path), [(0, 0)], [(50, 0)]).tolist() == [np.inf]


def test_it_walks_from_the_point_to_the_place_where_ways_are_one_way(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 400, 0).node("c", 400, 400).node("d", 0, 400)
    files = files_of(town.way("a b").way("b c").way("c d").way("d a"), tmp_path)
    files = replace(files, walk=without_an_arc(files.walk))
    network = Network(files)
    here = network.snap(*np.array([at(*point) for point in ((100, 0), (400, 100), (300, 400), (0, 300))]).T)
    there_and_back = []
    for place in range(len(here)):
        there = here[place : place + 1]
        expected = one_by_one(files, here, there)
        assert TripsFrom(walking(files), here).to_nearest(there, WALK_LIMIT_S) == pytest.approx(expected, abs=1e-6)
        there_and_back.append(np.allclose(expected, network.walk(there[0], WALK_LIMIT_S).seconds_to(here)))
    assert not all(there_and_back)


def without_an_arc(arcs: Arcs) -> Arcs:
    """Leave out one arc from node 0, so that the ring has a one-way street."""
    tails = np.repeat(np.arange(len(arcs.starts) - 1), np.diff(arcs.starts))
    gone = np.flatnonzero(tails == 0)[0]
    kept = np.arange(len(tails)) != gone
    starts = np.concatenate(([0], np.cumsum(np.bincount(tails[kept], minlength=len(arcs.starts) - 1))))
    return Arcs(starts.astype(np.int32), arcs.heads[kept], arcs.costs[kept], arcs.stress[kept])


@pytest.mark.parametrize("name", ["monaco", "helsinki"])
def test_it_agrees_with_the_search_from_each_address(name: str, tmp_path: Path) -> None:
    ways, barriers = streets_of(SAMPLES / f"{name}.osm.pbf")
    compile_network(ways, barriers, tmp_path)
    files, random = NetworkFiles.open(tmp_path), np.random.default_rng(3)
    nodes = random.choice(len(ways.lats), 120, replace=False)
    nodes = nodes[np.isfinite(ways.lats[nodes])]
    apart = random.normal(scale=4e-4, size=(2, len(nodes)))
    snaps = Network(files).snap(ways.lats[nodes] + apart[0], ways.lons[nodes] + apart[1])
    here, places = snaps[12:], snaps[:12]
    there = places[places["edge"] >= 0]
    expected, found = one_by_one(files, here, there), TripsFrom(walking(files), here).to_nearest(there, WALK_LIMIT_S)
    assert np.isfinite(expected).sum() > 50
    assert np.array_equal(np.isfinite(found), np.isfinite(expected))
    reached = np.isfinite(expected)
    assert found[reached] == pytest.approx(expected[reached], abs=1.5e-6)
