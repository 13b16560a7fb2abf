"""The oracles themselves, on hand-made towns and feeds where the truth can be counted by hand."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pytest
from shapely.geometry import Point

from tests.support.extracts import Town, lat_lon
from tests.support.gtfs_feeds import write_feed
from tests.truth.oracles.hazards import HAZARDS, volts
from tests.truth.oracles.timetable import Timetable
from tests.truth.oracles.walking import Roads, Span
from tests.truth.oracles.wanted import WANTED
from tests.truth.oracles.world import Tags, Thing, World, read_world


@pytest.fixture
def town() -> Town:
    town = Town()
    town.street()
    return town


def world_of(town: Town, tmp_path: Path) -> World:
    return read_world(town.write(tmp_path / "town.osm.pbf"))


def walk(town: Town, tmp_path: Path, to: str, east_m: float = 0.0, north_m: float = 10.0) -> Span:
    """Return the walk from a point to a thing."""
    world = world_of(town, tmp_path)
    thing = world.by_id[to]
    return Roads(world).from_point(world.xy(*lat_lon(east_m, north_m))).to(to, thing.shape)


def thing(tags: Tags) -> Thing:
    return Thing("n1", tags, Point(0, 0).buffer(100))


def test_a_walk_along_a_street_takes_its_metres(town: Town, tmp_path: Path) -> None:
    shop = town.node(400, 10, {"shop": "bakery"})
    span = walk(town, tmp_path, f"n{shop}")
    assert span.least == pytest.approx(420 / 80, abs=0.02)
    assert span.most == pytest.approx(420 / 80, abs=0.02)


def test_steps_take_twice_as_long(town: Town, tmp_path: Path) -> None:
    town.way([(300, 0), (300, 160)], {"highway": "steps"})
    shop = town.node(300, 161, {"shop": "bakery"})
    assert walk(town, tmp_path, f"n{shop}", 299, 0).most == pytest.approx(320 / 80, abs=0.1)


@pytest.mark.parametrize("tags", [{"access": "private"}, {"foot": "no"}, {"sidewalk:both": "separate"}])
def test_a_way_in_doubt_is_walked_from_below_only(town: Town, tmp_path: Path, tags: Tags) -> None:
    town.way([(300, 0), (300, 200)], {"highway": "service", **tags})
    span = walk(town, tmp_path, f"n{town.node(305, 200, {'shop': 'bakery'})}")
    assert span.least == pytest.approx(515 / 80, abs=0.1)
    assert span.most == math.inf


def test_no_way_is_sure_across_a_river(town: Town, tmp_path: Path) -> None:
    shop = f"n{town.node(200, 30, {'shop': 'bakery'})}"
    assert walk(town, tmp_path, shop).most < 4
    town.way([(-500, 20), (500, 20)], {"waterway": "river"})
    assert walk(town, tmp_path, shop).most == math.inf


@pytest.mark.parametrize(
    "tags", [{"waterway": "river"}, {"railway": "rail"}, {"highway": "motorway"}, {"waterway": "canal"}]
)
def test_no_walk_begins_across_what_divides(town: Town, tmp_path: Path, tags: Tags) -> None:
    town.way([(-500, 220), (500, 220)], {"highway": "residential", "name": "Far Street"})
    shop = f"n{town.node(0, 225, {'shop': 'bakery'})}"
    assert walk(town, tmp_path, shop, north_m=170).least < 2
    town.way([(-600, 200), (600, 200)], tags)
    assert walk(town, tmp_path, shop, north_m=170).least == math.inf


def test_a_walk_under_a_bridge_is_one(town: Town, tmp_path: Path) -> None:
    town.way([(-600, 20), (600, 20)], {"railway": "rail", "bridge": "yes"})
    shop = f"n{town.node(200, 30, {'shop': 'bakery'})}"
    assert walk(town, tmp_path, shop, north_m=30).least < 4


def test_nothing_divides_the_water_from_its_bank(town: Town, tmp_path: Path) -> None:
    town.square(-100, 20, 200, {"natural": "water"})
    boat = f"n{town.node(50, 40, {'shop': 'bakery'})}"
    assert walk(town, tmp_path, boat).least < 1.5


def test_a_square_is_crossed_where_it_is_open(tmp_path: Path) -> None:
    town = Town()
    town.way([(-100, 0), (0, 0)], {"highway": "residential"})
    town.way([(200, 200), (300, 200)], {"highway": "residential"})
    outer = town.square(0, 0, 200, {})
    shop = f"n{town.node(250, 205, {'shop': 'bakery'})}"
    town.relation([("w", outer, "outer")], {"type": "multipolygon", "highway": "pedestrian"})
    span = walk(town, tmp_path, shop, -50, 0)
    assert span.most == pytest.approx((50 + math.hypot(200, 200) + 55) / 80, abs=0.1)


def test_where_one_stands_is_no_walk(town: Town, tmp_path: Path) -> None:
    park = town.square(-50, -20, 100, {"leisure": "park", "name": "Green"})
    assert walk(town, tmp_path, f"w{park}") == Span(0.0, 0.0)


def test_a_square_is_crossed(tmp_path: Path) -> None:
    town = Town()
    town.square(0, 0, 100, {"highway": "pedestrian", "area": "yes"})
    town.way([(-100, 0), (0, 0)], {"highway": "footway"})
    town.way([(100, 100), (200, 100)], {"highway": "footway"})
    shop = town.node(200, 101, {"shop": "bakery"})
    assert walk(town, tmp_path, f"n{shop}", -100, 0).least == pytest.approx(341 / 80, abs=0.1)


def test_a_multipolygon_of_the_old_style_has_the_tags_of_its_way(tmp_path: Path) -> None:
    town = Town()
    outer = town.square(0, 0, 100, {"leisure": "park", "name": "Green"})
    hole = town.square(40, 40, 10, {})
    relation = town.relation([("w", outer, "outer"), ("w", hole, "inner")], {"type": "multipolygon"})
    park = world_of(town, tmp_path).by_id[f"r{relation}"]
    assert park.tags["leisure"] == "park"
    assert park.shape.area == pytest.approx(9_900, rel=0.01)


@pytest.mark.parametrize(
    ("need", "tags"),
    [
        ("supermarket", {"shop": "supermarket"}),
        ("pharmacy", {"amenity": "pharmacy", "name": "Central"}),
        ("doctor", {"amenity": "doctors", "healthcare:speciality": "general"}),
        ("park", {"leisure": "park", "name": "Green"}),
        ("primary_school", {"amenity": "school", "isced:level": "0-1"}),
        ("secondary_school", {"amenity": "school", "grades": "9-12"}),
        ("primary_school", {"amenity": "school", "name": "École élémentaire Bosio"}),
        ("stop", {"highway": "bus_stop"}),
    ],
)
def test_clear_tags_surely_answer_a_need(need: str, tags: Tags) -> None:
    assert WANTED[need].sure(thing(tags))
    assert WANTED[need].may(thing(tags))


@pytest.mark.parametrize(
    ("need", "tags"),
    [
        ("supermarket", {"shop": "supermarket", "construction": "yes"}),
        ("pharmacy", {"amenity": "pharmacy", "opening_hours": "off"}),
        ("cafe", {"amenity": "cafe", "access": "private"}),
        ("pub", {"amenity": "pub", "end_date": "2003"}),
        ("restaurant", {"amenity": "restaurant", "disused": "yes"}),
        ("bakery", {"shop": "bakery", "name": "Smith (closed)"}),
        ("doctor", {"amenity": "doctors", "healthcare:speciality": "radiology"}),
        ("doctor", {"amenity": "hospital"}),
        ("primary_school", {"amenity": "school", "name": "Driving School Primary"}),
        ("primary_school", {"amenity": "school", "name": "Saint Mary"}),
        ("primary_school", {"amenity": "school", "name": "Lower School", "isced:level": "3"}),
        ("secondary_school", {"amenity": "school", "grades": "K-5", "name": "Old High School"}),
    ],
)
def test_other_tags_surely_do_not(need: str, tags: Tags) -> None:
    assert not WANTED[need].sure(thing(tags))
    assert not WANTED[need].may(thing(tags))


@pytest.mark.parametrize(
    ("text", "value"),
    [("380 kV", 380_000), ("220kV", 220_000), ("400,000", 400_000), ("110000;20000", 110_000), ("", None)],
)
def test_a_voltage_is_read_however_it_is_written(text: str, value: int | None) -> None:
    assert volts({"voltage": text}) == value


@pytest.mark.parametrize(
    ("key", "tags"),
    [
        ("fuel_station", {"amenity": "fuel", "boat": "yes", "name": "Marina"}),
        ("railway", {"railway": "rail", "usage": "main", "tunnel": "yes"}),
        ("power_line", {"power": "line", "voltage": "20 kV"}),
        ("motorway", {"highway": "residential"}),
    ],
)
def test_what_is_no_hazard(key: str, tags: Tags) -> None:
    assert not HAZARDS[key].sure(thing(tags))
    assert not HAZARDS[key].may(thing(tags))


# --- timetables -------------------------------------------------------------------------------------

DAY = date(2024, 6, 5)
BACK = (
    "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "T1,07:30:00,07:30:00,A,1\nT1,07:35:00,07:36:00,B,2\nT1,07:40:00,07:40:00,C,3\n"
    "T2,24:10:00,24:10:00,C,1\nT2,24:15:00,24:16:00,B,2\nT2,24:20:00,24:20:00,A,3\n"
)


def counts(tmp_path: Path, stop: str, **tables: str) -> set[tuple[int, int, int]]:
    timetable = Timetable([write_feed(tmp_path / "feed.zip", **tables)])
    found = timetable.counts(timetable.calls(DAY), "1", stop)
    return {(count.trips, count.first_min, count.last_min) for count in found}


def test_both_trips_of_one_way_are_counted(tmp_path: Path) -> None:
    assert counts(tmp_path, "Birch") == {(2, 7 * 60 + 36, 8 * 60 + 36)}


def test_the_two_ways_of_a_line_are_never_added_up(tmp_path: Path) -> None:
    assert counts(tmp_path, "Birch", stop_times=BACK) == {(1, 456, 456), (1, 16, 16)}


def test_nobody_gets_on_where_a_trip_ends(tmp_path: Path) -> None:
    assert counts(tmp_path, "Cedar") == set()


def test_an_exception_ends_a_service(tmp_path: Path) -> None:
    gone = "service_id,date,exception_type\nweek,20240605,2\n"
    assert counts(tmp_path, "Birch", calendar_dates=gone) == set()


def test_a_trip_by_frequency_is_many(tmp_path: Path) -> None:
    often = "trip_id,start_time,end_time,headway_secs\nT1,10:00:00,11:00:00,600\n"
    found = counts(tmp_path, "Birch", frequencies=often)
    assert found == {(7, 8 * 60 + 36, 10 * 60 + 56)}
