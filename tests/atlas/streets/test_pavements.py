"""A carriageway is not walked where its pavements are mapped as ways of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.atlas.streets.build.compile import compile_network
from app.atlas.streets.build.pavements import with_pavements_apart
from app.atlas.streets.network import Network
from app.atlas.streets.rules.walk import has_pavement_apart
from tests.support.street_town import Town, at, walk_metres


def main_road(*, crossed: bool = True, **tags: str) -> Town:
    """A road of 400 m with a pavement 10 m north of it, joined at its west end, and a side street to the south."""
    town = Town().node("a", 0, 0).node("b", 200, 0).node("c", 400, 0).node("s", 200, -300)
    town.node("p", 0, 10).node("q", 200, 10).node("r", 400, 10).node("w", -300, 0)
    town.way("w a").way("a b c", **{"highway": "primary", "sidewalk": "separate", **tags}).way("b s")
    town.way("a p", highway="footway").way("p q r", highway="footway", footway="sidewalk")
    return town.way("q b", highway="footway", footway="crossing") if crossed else town


def network_of(town: Town, directory: Path) -> Network:
    compile_network(with_pavements_apart(town.street_ways()), town.barriers, directory)
    return Network.open(directory)


def test_the_pavement_is_walked_and_not_the_carriageway(tmp_path: Path) -> None:
    network = network_of(main_road(), tmp_path)
    assert network.snap(*at(300, 2))["offset"][0] == pytest.approx(8, abs=0.1)
    assert walk_metres(network, at(-100, 0), at(200, -100)) == pytest.approx(100 + 10 + 200 + 10 + 100, rel=0.01)


def test_where_the_side_street_is_joined_to_the_carriageway_alone_that_stays_open(tmp_path: Path) -> None:
    network = network_of(main_road(crossed=False), tmp_path)
    assert walk_metres(network, at(-100, 0), at(200, -100)) == pytest.approx(100 + 200 + 100, rel=0.01)


def test_where_no_pavement_is_mapped_the_carriageway_stays_open(tmp_path: Path) -> None:
    town = Town().node("a", 0, 0).node("b", 400, 0).way("a b", highway="primary", sidewalk="separate")
    assert walk_metres(network_of(town, tmp_path), at(0, 0), at(400, 0)) == pytest.approx(400, rel=0.01)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"sidewalk": "separate"}, True),
        ({"sidewalk:both": "separate"}, True),
        ({"sidewalk:left": "separate", "sidewalk:right": "no"}, True),
        ({"sidewalk:left": "separate", "sidewalk:right": "separate"}, True),
        ({"sidewalk:left": "separate", "sidewalk:right": "yes"}, False),
        ({"sidewalk:left": "separate"}, False),
        ({"sidewalk": "separate", "foot": "yes"}, False),
        ({"sidewalk": "both"}, False),
        ({"sidewalk": "no"}, False),
        ({}, False),
    ],
)
def test_what_says_that_pavements_are_apart(tags: dict[str, str], *, expected: bool) -> None:
    assert has_pavement_apart({"highway": "primary", **tags}) is expected
