"""Distances to what safety checks look at: to the line, to the area's edge, tunnels left out."""

from __future__ import annotations

import pytest

from app.places import Kind
from tests.conftest import Opened
from tests.support.extracts import small_town


def test_the_distance_is_to_the_line_and_not_to_its_nodes(around: Opened) -> None:
    town = small_town()
    town.way([(-2_000, 120), (2_000, 120)], {"highway": "motorway", "ref": "A 1", "lanes": "3"})
    (road,) = around(town).hazards(Kind.MOTORWAY, within_m=300)
    assert (road.name, road.lanes) == ("A 1", 3)
    assert road.distance_m == pytest.approx(120, abs=1)


def test_a_tunnel_does_not_count(around: Opened) -> None:
    town = small_town()
    town.way([(-2_000, 120), (2_000, 120)], {"highway": "motorway", "tunnel": "yes"})
    assert around(town).hazards(Kind.MOTORWAY, within_m=300) == ()


def test_the_distance_to_an_area_is_to_its_edge_and_nothing_inside(around: Opened) -> None:
    town = small_town()
    town.square(100, -200, 400, {"landuse": "quarry"})
    assert around(town).hazards(Kind.QUARRY, within_m=300)[0].distance_m == pytest.approx(100, abs=1)
    assert around(town, 200, 0).hazards(Kind.QUARRY, within_m=300)[0].distance_m == 0


def test_what_lies_further_is_left_out(around: Opened) -> None:
    town = small_town()
    town.node(0, 200, {"amenity": "fuel", "brand": "Shell"})
    assert [h.name for h in around(town).hazards(Kind.FUEL_STATION, within_m=201)] == ["Shell"]
    assert around(town).hazards(Kind.FUEL_STATION, within_m=199) == ()


def test_hazards_come_nearest_first_and_only_of_the_kinds_asked_for(around: Opened) -> None:
    town = small_town()
    for north in (200, 100, 150):
        town.way([(-300, north), (300, north)], {"waterway": "stream", "name": f"at {north}"})
    town.way([(-300, 50), (300, 50)], {"railway": "rail"})
    assert [h.name for h in around(town).hazards(Kind.WATERCOURSE, within_m=300)] == ["at 100", "at 150", "at 200"]


def test_a_pond_without_a_kind_is_no_watercourse_but_a_lake_is(around: Opened) -> None:
    town = small_town()
    town.square(20, 20, 30, {"natural": "water"})
    town.square(100, 100, 60, {"natural": "water"})
    (lake,) = around(town).hazards(Kind.WATERCOURSE, within_m=300)
    assert lake.distance_m == pytest.approx(141, abs=1)


def test_a_fuel_station_is_also_a_place_to_go_to(around: Opened) -> None:
    town = small_town()
    town.node(100, 10, {"amenity": "fuel"})
    assert len(around(town).walk_seconds(Kind.FUEL_STATION)) == 1


def test_a_road_is_no_place_to_go_to(around: Opened) -> None:
    assert len(around(small_town()).walk_seconds(Kind.OTHER_ROAD)) == 0


def test_a_workshop_is_no_heavy_industry_but_a_large_factory_or_a_steel_works_is(around: Opened) -> None:
    town = small_town()
    works = {"man_made": "works"}
    town.node(0, 50, works)
    town.square(50, 50, 40, works)
    assert around(town).hazards(Kind.HEAVY_INDUSTRY, within_m=300) == ()
    town.square(100, 100, 120, works)
    town.square(-100, 200, 30, {**works, "product": "steel"})
    assert len(around(town).hazards(Kind.HEAVY_INDUSTRY, within_m=300)) == 2
