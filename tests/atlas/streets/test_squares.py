"""Squares, platforms and piers are walked straight across."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.streets.build.compile import compile_network
from app.atlas.streets.build.squares import is_square, with_squares
from app.atlas.streets.network import Network
from app.atlas.streets.rules.walk import SECONDS_PER_METRE
from tests.support.extracts import Town as Drawn
from tests.support.extracts import lat_lon
from tests.support.street_town import Town, at, walk_metres


def square_town(**tags: str) -> Town:
    """A square of 200 m with a street from its west side, another from its east side, and a yard in its middle."""
    town = Town().node("w", -300, 100).node("a", 0, 100).node("b", 200, 100).node("e", 500, 100)
    corners = (("c0", 0, 0), ("c1", 200, 0), ("c2", 200, 200), ("c3", 0, 200))
    for name, east, north in corners:
        town.node(name, east, north)
    town.way("w a", name="West Street").way("b e", name="East Street")
    return town.way("c0 c1 b c2 c3 a c0", **{"highway": "pedestrian", "area": "yes", **tags})


def network_of(town: Town, directory: Path) -> Network:
    compile_network(with_squares(town.street_ways()), town.barriers, directory)
    return Network.open(directory)


def test_a_square_is_crossed_straight(tmp_path: Path) -> None:
    network = network_of(square_town(), tmp_path)
    assert walk_metres(network, at(-100, 100), at(300, 100)) == pytest.approx(400, rel=0.01)


@pytest.mark.parametrize(("start", "end"), [((0, 35), (200, 165)), ((50, 0), (150, 200)), ((0, 200), (200, 0))])
def test_it_is_crossed_from_any_side(tmp_path: Path, start: tuple[float, float], end: tuple[float, float]) -> None:
    network = network_of(square_town(), tmp_path)
    straight = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    assert straight - 1 <= walk_metres(network, at(*start), at(*end)) <= 1.1 * straight


@pytest.mark.parametrize("tags", [{"access": "private"}, {"foot": "no"}, {"area": "no"}, {"junction": "roundabout"}])
def test_what_none_may_enter_or_is_no_area_is_not_crossed(tmp_path: Path, tags: dict[str, str]) -> None:
    highway = {"highway": "residential", "area": ""} if "junction" in tags else {}
    walk = walk_metres(network_of(square_town(**highway, **tags), tmp_path), at(-100, 100), at(300, 100))
    assert walk > 590


def test_lines_across_are_no_streets_of_the_pattern(tmp_path: Path) -> None:
    plain, crossed = (Network.open(tmp_path / name) for name in _both(tmp_path))
    assert plain.street_facts(*at(100, 100)) == crossed.street_facts(*at(100, 100))


def _both(folder: Path) -> tuple[str, str]:
    ways = square_town().street_ways()
    compile_network(ways, {}, folder / "plain")
    compile_network(with_squares(ways), {}, folder / "crossed")
    return "plain", "crossed"


def test_the_order_of_ways_changes_nothing(tmp_path: Path) -> None:
    town = square_town()
    for number, backwards in enumerate((False, True)):
        compile_network(with_squares(town.street_ways(backwards=backwards)), {}, tmp_path / str(number))
    for path in sorted((tmp_path / "0").glob("*.npy")):
        assert path.read_bytes() == (tmp_path / "1" / path.name).read_bytes(), path.name


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "pedestrian", "area": "yes"}, True),
        ({"highway": "pedestrian"}, False),
        ({"railway": "platform"}, True),
        ({"man_made": "pier"}, True),
        ({"man_made": "pier", "area": "no"}, False),
        ({"highway": "service", "area": "yes"}, False),
        ({"highway": "footway", "area": "yes", "access": "no"}, False),
        ({"highway": "footway", "area": "yes", "disused": "yes"}, False),
    ],
)
def test_what_is_a_square(tags: dict[str, str], *, expected: bool) -> None:
    assert is_square(tags, is_closed=True) is expected
    assert not is_square(tags, is_closed=False)


def drawn_square(with_hole: bool) -> Drawn:
    """A square of a relation between two streets, with a building in its middle or not."""
    town = Drawn()
    town.way([(-300, 100), (0, 100)], {"highway": "residential", "name": "West Street"})
    town.way([(200, 100), (500, 100)], {"highway": "residential", "name": "East Street"})
    corners = [(0.0, 0.0), (200.0, 0.0), (200.0, 100.0), (200.0, 200.0), (0.0, 200.0), (0.0, 100.0)]
    members = [("w", town.area(corners, {}), "outer")]
    if with_hole:
        members.append(("w", town.square(50, 50, 100, {"building": "yes"}), "inner"))
    town.relation(members, {"type": "multipolygon", "highway": "pedestrian", "name": "Square"})
    return town


@pytest.mark.parametrize(("with_hole", "metres"), [(False, 400.0), (True, 200 + 2 * np.hypot(50, 50) + 100)])
def test_a_square_that_is_a_relation_is_crossed_round_its_holes(tmp_path: Path, with_hole: bool, metres: float) -> None:
    store = RegionStore(tmp_path / "regions")
    import_region(store, "town", RegionInput(drawn_square(with_hole).write(tmp_path / "town.osm.pbf")))
    network = Atlas("town", store.directory("town")).network
    seconds = network.travel_seconds("walk", lat_lon(-100, 100), *lat_lon(300, 100))[0]
    assert seconds / SECONDS_PER_METRE == pytest.approx(metres, rel=0.03)


def test_an_area_that_is_joined_at_one_place_alone_is_not_crossed(tmp_path: Path) -> None:
    town = square_town()
    town.ways = [way for way in town.ways if way[2].get("name") != "East Street"]
    ways = town.street_ways()
    assert with_squares(ways).tags == ways.tags


def test_a_station_is_on_the_street_before_it_and_not_on_its_platform(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 400, 0).node("p", 0, 30).node("q", 400, 30).way("a b")
    town.way("p q", highway="", railway="platform").way("b q", highway="footway")
    assert network_of(town, tmp_path).snap(*at(50, 28))["offset"][0] == pytest.approx(28, abs=0.1)


def test_a_strip_is_crossed_from_side_to_side(tmp_path: Path) -> None:
    """A pavement of 6 m drawn as an area, with streets on its south side, and houses on its north side."""
    town = Town().node("s", 150, -100).node("a", 150, 0).node("t", 300, -100).node("b", 300, 0)
    for name, east, north in (("c0", 0, 0), ("c1", 400, 0), ("c2", 400, 6), ("c3", 0, 6)):
        town.node(name, east, north)
    town.way("s a").way("t b").way("c0 a b c1 c2 c3 c0", highway="pedestrian", area="yes")
    walk = walk_metres(network_of(town, tmp_path), at(150, -50), at(150, 7))
    assert 56 <= walk <= 75
