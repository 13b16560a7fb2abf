"""The benchmark's own reading of a map: outlines, lines, abbreviations, slips, and when several places fit."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.places import Choice, Location, Precision
from bench.geocoder.__main__ import main
from bench.geocoder.abbreviations import replaced, shortenings
from bench.geocoder.addresses import clean_one, misspelled
from bench.geocoder.mapped import House, Mapped, Shape, metres_to_line
from bench.geocoder.regions import Region
from bench.geocoder.world import World, world_of

SQUARE = Shape(0.005, 0.005, (((0.0, 0.0), (0.0, 0.01), (0.01, 0.01), (0.01, 0.0), (0.0, 0.0)),))
REGION = Region("somewhere", (), "en", number_first=True)


def house(lat: float, city: str = "Anytown") -> House:
    return House(Shape(lat, 0.0), "5", "Mill Lane", city, "")


def world_with(*houses: House) -> World:
    return world_of({REGION: Mapped(houses=list(houses))})


def choice_at(lat: float) -> Choice:
    return Choice(Location(lat, 0.0, "5 Mill Lane", Precision.HOUSE, "somewhere"), "house")


def test_an_area_is_reached_inside_and_at_its_corners() -> None:
    assert SQUARE.metres_to(0.002, 0.009) == 0.0
    assert SQUARE.metres_to(0.011, 0.01) == pytest.approx(111, abs=1)


def test_a_line_is_reached_between_its_points() -> None:
    assert metres_to_line([(0.0, 0.0), (0.0, 1.0)], 0.001, 0.5) == pytest.approx(111, abs=1)
    assert metres_to_line([(0.0, 0.0)], 0.001, 0.0) == pytest.approx(111, abs=1)


@pytest.mark.parametrize(
    ("name", "language", "short"),
    [
        ("West 5th Avenue", "en", ["W 5th Avenue", "West 5th Ave"]),
        ("West Street", "en", ["West St"]),
        ("Herzog-Max-Straße", "de", ["Herzog-Max-Str."]),
        ("Jägerstraße", "de", ["Jägerstr."]),
        ("Rua Doutor Flores", "pt", ["R. Doutor Flores", "Rua Dr. Flores"]),
        ("Broadway", "en", []),
    ],
)
def test_it_shortens_what_people_shorten(name: str, language: str, short: list[str]) -> None:
    assert [replaced(name, one, one.written[0]) for one in shortenings(name, language)] == short


def test_a_slip_changes_a_street_but_never_its_short_words() -> None:
    assert misspelled("Mill Lane", random.Random(1)) != "Mill Lane"
    assert misspelled("Via 27", random.Random(1)) == "Via 27"


def test_only_the_town_that_is_named_is_right() -> None:
    here, there = house(0.0), house(1.0, "Othertown")
    asked = clean_one(world_with(here, there), REGION, here)
    assert asked.text == "5 Mill Lane, Anytown"
    assert asked.right(choice_at(0.0004))
    assert not asked.right(choice_at(0.0006))
    assert not asked.right(choice_at(1.0))
    assert not asked.several


def test_two_of_one_town_are_several() -> None:
    asked = clean_one(world_with(house(0.0), house(1.0)), REGION, house(0.0))
    assert asked.several
    assert asked.right(choice_at(1.0))


def test_a_folder_without_regions_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["--regions", str(tmp_path), "--data", str(tmp_path)])
