"""One thing mapped twice counts once, and two things that look alike stay two."""

from __future__ import annotations

import pytest

from app.atlas.surroundings import AtlasSurroundings
from app.places import Kind
from tests.conftest import Opened
from tests.support.extracts import Tags, Town

SCHOOL = {"amenity": "school", "name": "Hill Primary"}
PARK = {"leisure": "park", "name": "Green"}


@pytest.fixture
def town() -> Town:
    town = Town()
    town.street()
    return town


def count(surroundings: AtlasSurroundings, kind: Kind) -> int:
    return len(surroundings.nearest(kind, limit=10))


def test_a_schools_building_in_its_ground_is_the_school(around: Opened, town: Town) -> None:
    town.square(100, 20, 100, SCHOOL)
    town.square(130, 50, 20, {**SCHOOL, "building": "school"})
    town.square(160, 50, 20, {"amenity": "school", "building": "school"})
    assert count(around(town), Kind.PRIMARY_SCHOOL) == 1
    assert count(around(town), Kind.SCHOOL) == 0


def test_a_ground_without_a_level_is_the_school_of_its_building(around: Opened, town: Town) -> None:
    town.square(100, 20, 100, {"amenity": "school", "name": "Hill"})
    town.square(130, 50, 20, {"amenity": "school", "name": "Hill", "isced:level": "1"})
    here = around(town)
    assert (count(here, Kind.PRIMARY_SCHOOL), count(here, Kind.SCHOOL)) == (1, 0)


def test_two_named_schools_in_one_nameless_ground_stay_two(around: Opened, town: Town) -> None:
    town.square(100, 20, 200, {"amenity": "school"})
    town.square(130, 50, 20, SCHOOL)
    town.square(230, 50, 20, {**SCHOOL, "name": "Dale Primary"})
    here = around(town)
    assert (count(here, Kind.PRIMARY_SCHOOL), count(here, Kind.SCHOOL)) == (2, 0)


def test_a_shops_building_and_its_node_are_one_and_two_branches_are_two(around: Opened, town: Town) -> None:
    shop = {"shop": "supermarket", "name": "Coop"}
    town.square(100, 20, 20, {**shop, "building": "retail"})
    town.node(110, 12, shop)
    town.node(180, 10, shop)
    assert count(around(town), Kind.SUPERMARKET) == 2


def test_shops_of_one_name_at_two_addresses_stay_two(around: Opened, town: Town) -> None:
    for number in (1, 2):
        shop = {"shop": "bakery", "name": "Coop", "addr:street": "Main Street", "addr:housenumber": str(number)}
        town.node(100 + 8 * number, 10, shop)
    assert count(around(town), Kind.BAKERY) == 2


def test_a_shop_in_two_buildings_wall_to_wall_is_one(around: Opened, town: Town) -> None:
    for number in (1, 2):
        shop = {"shop": "bakery", "name": "Coop", "addr:street": "Main Street", "addr:housenumber": str(number)}
        town.square(100 + 8 * number, 10, 8, shop)
    assert count(around(town), Kind.BAKERY) == 1


def test_a_park_on_its_outer_way_and_its_relation_is_one_without_the_hole(around: Opened, town: Town) -> None:
    outer = town.square(200, 20, 300, PARK)
    inner = town.square(300, 120, 100, {"natural": "water"})
    town.relation([("w", outer, "outer"), ("w", inner, "inner")], {"type": "multipolygon", **PARK})
    (green,) = around(town).green_spaces()
    assert (green.place.osm_id, round(green.area_m2 / 10_000, 1)) == ("r1", 8.0)


def test_the_tags_of_outer_ways_make_an_area_in_the_old_style(around: Opened, town: Town) -> None:
    south = town.way([(200, 20), (500, 20), (500, 320)], PARK)
    north = town.way([(200, 20), (200, 320), (500, 320)], PARK)
    town.relation([("w", south, "outer"), ("w", north, "outer")], {"type": "multipolygon"})
    (green,) = around(town).green_spaces()
    assert (green.place.osm_id, round(green.area_m2 / 10_000, 1)) == ("r1", 9.0)


def test_the_old_style_leaves_out_the_hole_of_a_closed_outer_way(around: Opened, town: Town) -> None:
    outer, inner = town.square(200, 20, 300, PARK), town.square(300, 120, 100, {"natural": "water"})
    town.relation([("w", outer, "outer"), ("w", inner, "inner")], {"type": "multipolygon", "source": "survey"})
    (green,) = around(town).green_spaces()
    assert (green.place.osm_id, round(green.area_m2 / 10_000, 1)) == ("r1", 8.0)


def test_outer_ways_that_say_different_things_stay_what_they_are(around: Opened, town: Town) -> None:
    park = town.square(200, 20, 100, PARK)
    wood = town.square(400, 20, 100, {"leisure": "playground"})
    town.relation([("w", park, "outer"), ("w", wood, "outer")], {"type": "multipolygon"})
    here = around(town)
    assert (count(here, Kind.PARK), count(here, Kind.PLAYGROUND)) == (1, 1)


def test_a_nameless_park_takes_the_name_of_the_node_in_it(around: Opened, town: Town) -> None:
    town.square(200, 20, 100, {"leisure": "park"})
    town.node(250, 60, PARK)
    (green,) = around(town).green_spaces()
    assert (green.place.osm_id, green.place.name, round(green.area_m2 / 10_000, 1)) == ("w2", "Green", 1.0)


def test_pitches_side_by_side_stay_two_and_one_mapped_twice_is_one(around: Opened, town: Town) -> None:
    pitch = {"leisure": "pitch", "sport": "tennis"}
    town.square(100, 20, 30, pitch)
    town.square(130, 20, 30, pitch)
    town.node(140, 30, pitch)
    assert count(around(town), Kind.PITCH) == 2


def test_a_ward_is_a_part_of_its_hospital(around: Opened, town: Town) -> None:
    town.square(100, 20, 200, {"amenity": "hospital", "name": "Hill Hospital"})
    town.square(130, 50, 20, {"amenity": "hospital", "name": "Ward 5"})
    assert [place.name for place in around(town).nearest(Kind.HOSPITAL)] == ["Hill Hospital"]


@pytest.mark.parametrize(
    ("kind", "tags", "apart_m", "stops"),
    [
        (Kind.TRAM_STOP, {"railway": "tram_stop", "name": "Hill"}, 60, 1),
        (Kind.TRAM_STOP, {"railway": "tram_stop", "name": "Hill"}, 200, 2),
        (Kind.TRAM_STOP, {"railway": "tram_stop"}, 12, 1),
        (Kind.TRAM_STOP, {"public_transport": "platform", "tram": "yes", "name": "Hill"}, 30, 1),
        (Kind.BUS_STOP, {"highway": "bus_stop", "name": "Hill"}, 14, 2),
        (Kind.BUS_STOP, {"highway": "bus_stop"}, 14, 2),
        (Kind.BUS_STOP, {"public_transport": "stop_position", "bus": "yes", "name": "Hill"}, 40, 1),
        (Kind.RAIL_STATION, {"railway": "station", "name": "Hill"}, 250, 1),
        (Kind.RAIL_STATION, {"railway": "station", "name": "Hill"}, 350, 2),
        (Kind.FERRY_TERMINAL, {"amenity": "ferry_terminal", "name": "Hill"}, 100, 1),
    ],
)
def test_halts_of_one_name_are_one_stop(around: Opened, kind: Kind, tags: Tags, apart_m: float, stops: int) -> None:
    town = Town()
    town.street()
    town.node(0, 5, tags)
    town.node(apart_m, 5, tags)
    assert count(around(town), kind) == stops


def test_a_halt_of_a_bus_is_the_pole_beside_it(around: Opened, town: Town) -> None:
    town.node(100, 5, {"highway": "bus_stop", "name": "Hill"})
    town.node(110, 0, {"public_transport": "stop_position", "bus": "yes", "name": "Hill"})
    assert [place.osm_id for place in around(town).nearest(Kind.BUS_STOP)] == ["n12"]


def test_a_station_in_two_schemes_is_one(around: Opened, town: Town) -> None:
    town.node(100, 20, {"railway": "station", "name": "Hill"})
    town.square(90, 30, 30, {"public_transport": "station", "train": "yes", "name": "Hill Station"})
    assert [place.name for place in around(town).nearest(Kind.RAIL_STATION)] == ["Hill"]


def test_a_ferrys_node_and_area_are_one(around: Opened, town: Town) -> None:
    town.square(100, 20, 30, {"amenity": "ferry_terminal", "name": "Quay"})
    town.node(115, 30, {"amenity": "ferry_terminal"})
    assert count(around(town), Kind.FERRY_TERMINAL) == 1
