"""What is measured inside green areas."""

from __future__ import annotations

import pytest

from app.atlas.facts import GreenSpace
from app.places import Kind
from tests.conftest import Opened
from tests.support.extracts import Town


def park(**tags: str) -> Town:
    """Return a town with a park of 4 ha."""
    town = Town()
    town.street()
    town.square(100, 20, 200, {"leisure": "park", "name": "Green", **tags})
    return town


def measured(around: Opened, town: Town) -> GreenSpace:
    """Return the one green space of a town."""
    (green,) = around(town).green_spaces()
    return green


def test_only_the_part_of_a_path_inside_counts(around: Opened) -> None:
    town = park()
    town.way([(200, 0), (200, 120), (200, 400)], {"highway": "footway"})
    green = measured(around, town)
    assert green.paths_inside_m == pytest.approx(200, rel=0.01)
    assert not green.has_named_trail


def test_roads_and_pavements_are_no_paths(around: Opened) -> None:
    town = park()
    town.way([(200, 0), (200, 400)], {"highway": "residential"})
    town.way([(205, 0), (205, 400)], {"highway": "footway", "footway": "sidewalk"})
    assert measured(around, town).paths_inside_m == 0


def test_a_named_path_is_a_trail(around: Opened) -> None:
    town = park()
    town.way([(200, 0), (200, 400)], {"highway": "path", "name": "Ridge Walk"})
    assert measured(around, town).has_named_trail


def test_a_path_of_a_hiking_route_is_a_trail(around: Opened) -> None:
    town = park()
    path = town.way([(200, 0), (200, 400)], {"highway": "path"})
    town.relation([("w", path, "")], {"type": "route", "route": "hiking", "name": "E5"})
    assert measured(around, town).has_named_trail


def test_nature_is_the_union_of_wood_water_and_meadow_inside(around: Opened) -> None:
    town = park()
    town.area([(100, 20), (200, 20), (200, 220), (100, 220)], {"natural": "wood", "access": "private"})
    town.area([(150, 20), (200, 20), (200, 500), (150, 500)], {"natural": "water"})
    assert measured(around, town).nature_share == pytest.approx(0.5, abs=0.01)


def test_lawn_is_mapped_but_no_nature(around: Opened) -> None:
    town = park()
    town.square(100, 20, 100, {"landuse": "grass"})
    assert measured(around, town).nature_share == 0.0


def test_without_land_cover_the_nature_share_is_unknown(around: Opened) -> None:
    assert measured(around, park()).nature_share is None


def test_comforts_are_those_inside(around: Opened) -> None:
    town = park()
    town.node(150, 50, {"amenity": "bench"})
    town.node(160, 50, {"amenity": "drinking_water"})
    town.square(250, 150, 20, {"leisure": "playground"})
    town.node(90, 50, {"amenity": "toilets"})
    town.way([(200, 0), (200, 400)], {"highway": "footway", "lit": "yes"})
    assert measured(around, town).comforts == ("bench", "drinking_water", "playground", "lighting")


def test_a_large_wood_with_paths_is_a_green_space(around: Opened) -> None:
    town = Town()
    town.street()
    town.square(100, 20, 200, {"landuse": "forest"})
    town.way([(200, 0), (200, 400)], {"highway": "path"})
    green = measured(around, town)
    assert (green.place.kind, green.nature_share) == (Kind.FOREST, 1.0)


@pytest.mark.parametrize(("side_m", "highway"), [(90, "path"), (200, "service")])
def test_a_small_wood_or_one_without_paths_is_none(around: Opened, side_m: float, highway: str) -> None:
    town = Town()
    town.street()
    town.square(100, 20, side_m, {"natural": "wood"})
    town.way([(150, 0), (150, 400)], {"highway": highway})
    assert around(town).green_spaces() == ()


def test_a_wood_in_a_park_is_part_of_the_park(around: Opened) -> None:
    town = park()
    town.square(110, 30, 150, {"natural": "wood"})
    town.way([(200, 0), (200, 400)], {"highway": "path"})
    assert measured(around, town).place.name == "Green"


def test_a_private_garden_is_no_green_space(around: Opened) -> None:
    town = Town()
    town.street()
    town.square(100, 20, 200, {"leisure": "garden", "name": "Villa", "access": "private"})
    assert around(town).green_spaces() == ()


def test_the_largest_green_area_counts_when_its_edge_is_near(around: Opened) -> None:
    here = around(park())
    assert here.largest_green_within_m(120) == pytest.approx(40_000, rel=0.003)
    assert here.largest_green_within_m(90) == 0.0


@pytest.mark.parametrize(("highway", "count"), [("path", 1), ("service", 0)])
def test_a_reserve_counts_only_where_paths_lead_in(around: Opened, highway: str, count: int) -> None:
    town = Town()
    town.street()
    town.square(100, 20, 200, {"leisure": "nature_reserve"})
    town.way([(200, 0), (200, 400)], {"highway": highway})
    assert len(around(town).green_spaces()) == count
