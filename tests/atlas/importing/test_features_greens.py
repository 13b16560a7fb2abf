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
    town.area([(150, 20), (220, 20), (220, 500), (150, 500)], {"natural": "water"})
    assert measured(around, town).nature_share == pytest.approx(0.6, abs=0.01)


def test_lawn_is_mapped_but_no_nature(around: Opened) -> None:
    town = park()
    town.square(100, 20, 150, {"landuse": "grass"})
    assert measured(around, town).nature_share == 0.0


@pytest.mark.parametrize("cover", ["grass", "forest"])
def test_where_the_cover_of_little_is_mapped_the_nature_share_is_unknown(around: Opened, cover: str) -> None:
    assert measured(around, park()).nature_share is None
    town = park()
    town.square(100, 20, 100, {"landuse": cover})
    town.square(100, 20, 120, {"landuse": cover})
    assert measured(around, town).nature_share is None


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


# --- what lets nobody in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tags",
    [
        {"access": "private"},
        {"access": "permit"},
        {"access": "students"},
        {"foot": "no"},
        {"foot": "private"},
        {"private": "yes"},
    ],
)
def test_a_park_that_lets_nobody_in_is_none(around: Opened, tags: dict[str, str]) -> None:
    assert around(park(**tags)).green_spaces() == ()


@pytest.mark.parametrize("access", ["yes", "permissive", "public"])
def test_a_park_where_people_may_walk_counts(around: Opened, access: str) -> None:
    assert len(around(park(access=access)).green_spaces()) == 1


def test_a_garden_that_takes_a_fee_is_none_for_a_daily_walk(around: Opened) -> None:
    town = Town()
    town.street()
    town.square(100, 20, 200, {"leisure": "garden", "name": "Botanical", "fee": "yes"})
    assert around(town).green_spaces() == ()


@pytest.mark.parametrize(
    "tags",
    [
        {"landuse": "cemetery"},
        {"amenity": "grave_yard"},
        {"leisure": "golf_course"},
        {"landuse": "allotments"},
        {"amenity": "school"},
        {"landuse": "military"},
        {"leisure": "dog_park"},
        {"leisure": "pitch"},
        {"landuse": "grass"},
    ],
)
def test_green_that_is_not_there_to_walk_in_is_none(around: Opened, tags: dict[str, str]) -> None:
    town = Town()
    town.street()
    town.square(100, 20, 200, {**tags, "name": "Green"})
    assert around(town).green_spaces() == ()


# --- one park once -----------------------------------------------------------------------------------


def test_a_park_on_its_outer_way_and_on_a_relation_counts_once_without_its_holes(around: Opened) -> None:
    town = park()
    hole = town.square(150, 70, 100, {"natural": "water"})
    town.relation(
        [("w", 2, "outer"), ("w", hole, "inner")], {"type": "multipolygon", "leisure": "park", "name": "Green"}
    )
    green = measured(around, town)
    assert (green.place.osm_id, green.area_m2) == ("r1", pytest.approx(30_000, rel=0.003))


@pytest.mark.parametrize(("way", "relation"), [("Green", ""), ("", "Green")])
def test_of_two_mappings_of_a_park_the_one_with_a_name_is_kept(around: Opened, way: str, relation: str) -> None:
    town = Town()
    town.street()
    named = {"leisure": "park", "name": "Green"}
    edge = town.square(100, 20, 200, named if way else {"leisure": "park"})
    town.relation([("w", edge, "outer")], {"type": "multipolygon", **(named if relation else {"leisure": "park"})})
    assert measured(around, town).place.name == "Green"


def test_a_nameless_lawn_in_a_park_is_a_part_of_it_and_a_named_garden_is_not(around: Opened) -> None:
    town = park()
    town.square(110, 30, 60, {"leisure": "park"})
    assert measured(around, town).place.name == "Green"
    town.square(200, 100, 60, {"leisure": "garden", "name": "Rose Garden", "access": "yes"})
    assert {green.place.name for green in around(town).green_spaces()} == {"Green", "Rose Garden"}


def test_two_parks_side_by_side_are_two(around: Opened) -> None:
    town = park()
    town.square(300, 20, 200, {"leisure": "park", "name": "Green"})
    assert len(around(town).green_spaces()) == 2


def test_a_nameless_park_in_a_reserve_as_large_as_a_village_is_a_park(around: Opened) -> None:
    town = Town()
    town.street()
    town.square(-2_000, 10, 3_000, {"leisure": "nature_reserve", "name": "Hills"})
    town.way([(200, 0), (200, 400)], {"highway": "path"})
    town.square(100, 20, 100, {"leisure": "park"})
    assert len(around(town).green_spaces()) == 2


# --- where the address lies inside -------------------------------------------------------------------


def test_standing_in_a_park_there_is_no_walk(around: Opened) -> None:
    here = around(park(), 200, 120)
    (green,) = here.green_spaces()
    assert (green.place.walk_s, green.place.straight_m) == (0.0, 0.0)
    assert here.walk_seconds(Kind.PARK).tolist() == [0.0]


def test_in_a_hole_of_a_park_one_is_not_in_it(around: Opened) -> None:
    town = Town()
    town.street()
    outer, inner = town.square(100, 20, 300, {}), town.square(200, 120, 100, {"natural": "water"})
    town.relation([("w", outer, "outer"), ("w", inner, "inner")], {"type": "multipolygon", "leisure": "park"})
    (green,) = around(town, 250, 170).green_spaces()
    assert (green.place.walk_s or 0.0) > 0


def test_a_school_around_the_address_is_still_walked_to(around: Opened) -> None:
    town = Town()
    town.street()
    town.square(100, 20, 200, {"amenity": "school", "name": "Hill"})
    assert around(town, 200, 120).walk_seconds(Kind.SCHOOL)[0] > 0
