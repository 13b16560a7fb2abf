"""Distances to what safety checks look at: to the line, to the area's edge, tunnels left out."""

from __future__ import annotations

import pytest

from app.places import Kind
from tests.conftest import Opened
from tests.support.extracts import Town, small_town


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
    town.square(-100, 200, 40, {**works, "product": "steel"})
    assert len(around(town).hazards(Kind.HEAVY_INDUSTRY, within_m=300)) == 2


@pytest.mark.parametrize(
    "tags",
    [
        {"man_made": "wastewater_plant"},
        {"landuse": "quarry"},
        {"landuse": "landfill"},
        {"power": "plant", "plant:source": "gas"},
    ],
)
def test_a_small_site_without_a_name_is_none(around: Opened, tags: dict[str, str]) -> None:
    kinds = (Kind.WASTEWATER_PLANT, Kind.QUARRY, Kind.LANDFILL, Kind.HEAVY_INDUSTRY)
    town = small_town()
    town.node(0, 50, tags)
    town.square(50, 50, 25, tags)
    assert around(town).hazards(*kinds, within_m=300) == ()
    town.square(100, 100, 40, tags)
    town.square(-50, 100, 25, {**tags, "name": "West"})
    town.square(-100, 200, 25, {**tags, "operator": "Town works"})
    assert len(around(town).hazards(*kinds, within_m=300)) == 3


def runways(around: Opened, town: Town) -> int:
    """Count the runways within 2 km."""
    return len(around(town).hazards(Kind.RUNWAY, within_m=2_000))


def test_a_short_strip_is_no_runway(around: Opened) -> None:
    town = small_town()
    town.way([(0, 300), (20, 300)], {"aeroway": "runway"})
    town.way([(0, 500), (700, 500)], {"aeroway": "runway", "surface": "asphalt"})
    town.area([(0, 700), (600, 700), (600, 730), (0, 730)], {"aeroway": "runway", "area": "yes"})
    assert runways(around, town) == 0


def test_a_runway_counts_from_its_length_on_in_pieces_too_and_as_an_area(around: Opened) -> None:
    town = small_town()
    town.way([(0, 300), (450, 300)], {"aeroway": "runway"})
    town.way([(900, 300), (450, 300)], {"aeroway": "runway"})
    town.area([(0, 700), (900, 700), (900, 730), (0, 730)], {"aeroway": "runway", "area": "yes"})
    assert runways(around, town) == 3


def test_two_short_strips_that_cross_are_no_runway(around: Opened) -> None:
    town = small_town()
    town.way([(0, 300), (250, 300), (500, 300)], {"aeroway": "runway"})
    town.way([(250, 50), (250, 300), (250, 550)], {"aeroway": "runway"})
    assert runways(around, town) == 0


def test_the_length_that_the_map_tells_counts_where_the_extract_cuts_the_line(around: Opened) -> None:
    town = small_town()
    town.way([(0, 300), (100, 300)], {"aeroway": "runway", "length": "1800 m"})
    assert runways(around, town) == 1


@pytest.mark.parametrize(
    ("points", "direction"),
    [
        ([(-2_000, 120), (2_000, 120)], "north"),
        ([(50, -2_000), (50, 2_000)], "east"),
        ([(-300, 0), (0, -300)], "south-west"),
    ],
)
def test_the_direction_is_that_of_the_nearest_point(
    around: Opened, points: list[tuple[float, float]], direction: str
) -> None:
    town = small_town()
    town.way(points, {"highway": "motorway", "ref": "A 1"})
    assert around(town).hazards(Kind.MOTORWAY, within_m=300)[0].direction == direction


def test_inside_an_area_there_is_no_direction(around: Opened) -> None:
    town = small_town()
    town.square(-200, -200, 400, {"landuse": "quarry"})
    (quarry,) = around(town).hazards(Kind.QUARRY, within_m=300)
    assert (quarry.distance_m, quarry.direction) == (0, "")


def test_a_line_is_not_called_by_its_operator_and_keeps_its_voltage_in_volts(around: Opened) -> None:
    town = small_town()
    town.way([(-300, 50), (300, 50)], {"power": "line", "voltage": "380/110 kV", "operator": "Grid"})
    (line,) = around(town).hazards(Kind.POWER_LINE, within_m=300)
    assert (line.name, line.tags["voltage"]) == ("", "380000")


def test_a_sign_or_a_pylon_on_a_line_is_none(around: Opened) -> None:
    town = small_town()
    town.node(0, 50, {"waterway": "river"})
    town.node(0, 60, {"railway": "rail"})
    assert around(town).hazards(Kind.WATERCOURSE, Kind.RAILWAY, within_m=300) == ()
