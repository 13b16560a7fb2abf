"""To which street a house or a place is snapped: its own, and never to one beyond a river, rails or a motorway."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.atlas.streets.dividers import Divider
from app.atlas.streets.network import Network
from tests.support.street_town import Town, at


def two_streets(own_m: float = 70.0, other_m: float = -50.0) -> Town:
    """A house at 0, 0 between Home Street in the north and Other Street in the south, joined far in the west."""
    town = Town().node("a", -800, own_m).node("b", 300, own_m).node("c", -800, other_m).node("d", 300, other_m)
    return town.way("a b", name="Home Street").way("c d", name="Other Street").way("a c", name="Link")


def offset(network: Network, street: str = "", north_m: float = 0.0, **how: bool) -> float:
    """Return how far the house is from its street: in two_streets 70 m from its own, 50 m from the other."""
    lat, lon = at(0, north_m)
    return float(network.snap([lat], [lon], streets=[street], **how)["offset"][0])


def test_without_a_name_the_nearest_street_is_taken(tmp_path: Path) -> None:
    assert offset(two_streets().network(tmp_path)) == pytest.approx(50, abs=0.5)


@pytest.mark.parametrize("written", ["Home Street", "HOME STREET", "Home  Street.", "Hôme Street"])
def test_a_house_is_on_the_street_that_its_address_names(tmp_path: Path, written: str) -> None:
    assert offset(two_streets().network(tmp_path), written) == pytest.approx(70, abs=0.5)


def test_a_street_of_that_name_far_away_is_not_its_street(tmp_path: Path) -> None:
    assert offset(two_streets(own_m=350).network(tmp_path), "Home Street") == pytest.approx(50, abs=0.5)


def test_a_name_that_no_street_has_changes_nothing(tmp_path: Path) -> None:
    assert offset(two_streets().network(tmp_path), "Nowhere Lane") == pytest.approx(50, abs=0.5)


def test_its_drive_is_nearer_than_its_street(tmp_path: Path) -> None:
    town = two_streets().node("e", 5, 5).node("f", 250, 70).way("e f", highway="service").way("f b")
    assert offset(town.network(tmp_path), "Home Street") == pytest.approx(5 * 2**0.5, abs=1)


def test_its_pavement_is_its_street_though_it_has_no_name(tmp_path: Path) -> None:
    town = two_streets(own_m=11).node("e", -700, 5).node("f", 250, 5).way("e f", highway="footway").way("f b")
    assert offset(town.network(tmp_path), "Home Street") == pytest.approx(5, abs=0.5)


@pytest.mark.parametrize("kind", [Divider.RIVER, Divider.RAILWAY, Divider.MOTORWAY, Divider.SHORE])
def test_nothing_is_snapped_across(tmp_path: Path, kind: Divider) -> None:
    network = two_streets().line(kind, (-500, -20), (500, -20)).network(tmp_path)
    assert offset(network) == pytest.approx(70, abs=0.5)


@pytest.mark.parametrize("kind", [Divider.RIVER, Divider.RAILWAY, Divider.MOTORWAY])
def test_where_all_streets_lie_beyond_none_is_taken(tmp_path: Path, kind: Divider) -> None:
    ring = ((-60, -40), (60, -40), (60, 40), (-60, 40), (-60, -40))
    network = two_streets().line(kind, *ring).network(tmp_path)
    assert network.snap(*at(0, 0))["edge"].tolist() == [-1]


def test_with_water_on_all_sides_the_nearest_street_is_taken(tmp_path: Path) -> None:
    network = (
        two_streets().line(Divider.SHORE, (-60, -40), (60, -40), (60, 40), (-60, 40), (-60, -40)).network(tmp_path)
    )
    assert offset(network) == pytest.approx(50, abs=0.5)


def test_a_lake_is_not_crossed_and_a_houseboat_is_reached_from_its_bank(tmp_path: Path) -> None:
    shore = ((-90, -40), (90, -40), (90, -10), (-90, -10), (-90, -40))
    network = two_streets().line(Divider.SHORE, *shore).network(tmp_path)
    assert offset(network) == pytest.approx(70, abs=0.5)
    assert offset(network, north_m=-25) == pytest.approx(25, abs=0.5)


def test_nobody_waits_on_an_escalator(tmp_path: Path) -> None:
    """A station beside one that only leads up from it was within no walk at all."""
    town = two_streets(own_m=9).node("e", -4, 3).node("f", 40, 3).way("e f", highway="steps", conveying="forward")
    network = town.way("f b").network(tmp_path)
    assert offset(network) == pytest.approx(9, abs=0.5)
    walk = network.walk(network.snap(*at(-300, 9))[0], 2_700.0)
    assert walk.seconds_to(network.snap(*at(0, 0))).tolist() < [600.0]


def test_rails_are_no_hindrance_where_trains_stop(tmp_path: Path) -> None:
    network = two_streets().line(Divider.RAILWAY, (-500, -20), (500, -20)).network(tmp_path)
    assert offset(network, over_rails=True) == pytest.approx(50, abs=0.5)


def test_a_house_on_the_line_itself_has_not_crossed_it(tmp_path: Path) -> None:
    network = two_streets().line(Divider.RIVER, (-500, 0), (500, 0)).network(tmp_path)
    assert offset(network) == pytest.approx(50, abs=0.5)


def test_a_viaduct_overhead_is_not_the_street_of_the_house(tmp_path: Path) -> None:
    town = two_streets(own_m=40).node("e", -200, 5).node("f", 200, 5).way("e f", bridge="viaduct", layer="1")
    town.node("g", 900, 5).way("f g").node("h", 900, 40).way("g h b")
    assert offset(town.network(tmp_path)) == pytest.approx(40, abs=0.5)


def test_a_house_on_a_bridge_is_on_it(tmp_path: Path) -> None:
    town = two_streets(own_m=40).node("e", -200, 5).node("f", 200, 5).way("a e").way("f b")
    town.way("e f", bridge="yes", name="Old Bridge")
    assert offset(town.network(tmp_path), "Old Bridge") == pytest.approx(5, abs=0.5)
