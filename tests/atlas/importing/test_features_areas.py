"""Places that are areas: their own polygon, their holes, and the ways into them."""

from __future__ import annotations

import pytest

from app.atlas.surroundings import AtlasSurroundings
from app.places import Kind, Place
from tests.conftest import Opened
from tests.support.extracts import Town, lat_lon, small_town

PARK = {"leisure": "park", "name": "Green"}


def only(surroundings: AtlasSurroundings, kind: Kind) -> Place:
    """Return the one place of a kind."""
    (place,) = surroundings.nearest(kind, limit=5)
    return place


def town_with_street() -> Town:
    """Return a town of one street from west to east."""
    town = Town()
    town.street()
    return town


def test_the_walk_to_an_area_ends_at_the_edge_nearest_to_a_street(around: Opened) -> None:
    town = town_with_street()
    town.square(200, 30, 400, PARK)
    park = only(around(town), Kind.PARK)
    assert park.walk_s == pytest.approx((200 + 30) * 0.75, abs=3)
    assert park.straight_m == pytest.approx(202, abs=2)


def test_the_walk_to_an_area_ends_where_a_path_crosses_its_edge(around: Opened) -> None:
    town = town_with_street()
    town.square(200, 30, 400, PARK)
    town.way([(300, 0), (300, 100)], {"highway": "footway"})
    assert only(around(town), Kind.PARK).walk_s == pytest.approx((300 + 30) * 0.75, abs=3)


def test_a_path_that_nobody_may_walk_is_no_way_in(around: Opened) -> None:
    town = town_with_street()
    town.square(200, 30, 400, PARK)
    town.way([(300, 0), (300, 100)], {"highway": "footway", "access": "private"})
    assert only(around(town), Kind.PARK).walk_s == pytest.approx((200 + 30) * 0.75, abs=3)


def test_the_walk_to_a_school_ends_at_its_gate(around: Opened) -> None:
    town = town_with_street()
    town.node(400, 20, {"barrier": "gate"})
    town.area([(200, 20), (400, 20), (400, 100), (200, 100)], {"amenity": "school"})
    assert only(around(town), Kind.SCHOOL).walk_s == pytest.approx((400 + 20) * 0.75, abs=3)


def test_a_locked_gate_is_no_way_in(around: Opened) -> None:
    town = town_with_street()
    town.node(400, 20, {"barrier": "gate", "access": "no"})
    town.area([(200, 20), (400, 20), (400, 100), (200, 100)], {"amenity": "school"})
    assert only(around(town), Kind.SCHOOL).walk_s == pytest.approx((200 + 20) * 0.75, abs=3)


def test_a_hole_is_no_part_of_the_area(around: Opened) -> None:
    town = town_with_street()
    outer = town.square(200, 20, 300, {})
    inner = town.square(300, 120, 100, {"natural": "water"})
    town.relation([("w", outer, "outer"), ("w", inner, "inner")], {"type": "multipolygon", **PARK})
    (green,) = around(town).green_spaces()
    assert green.area_m2 == pytest.approx(300 * 300 - 100 * 100, rel=0.003)
    assert green.place.osm_id == "r1"


def test_an_edge_in_pieces_is_put_together(around: Opened) -> None:
    town = town_with_street()
    south = town.way([(200, 20), (500, 20), (500, 320)], {})
    north = town.way([(200, 20), (200, 320), (500, 320)], {})
    town.relation([("w", south, "outer"), ("w", north, "outer")], {"type": "multipolygon", **PARK})
    (green,) = around(town).green_spaces()
    assert green.area_m2 == pytest.approx(300 * 300, rel=0.003)


def test_an_area_whose_edge_is_cut_off_is_closed_along_the_cut(around: Opened) -> None:
    town = town_with_street()
    south = town.way([(200, 20), (500, 20), (500, 320)], {})
    town.relation([("w", south, "outer"), ("w", 99, "outer")], {"type": "multipolygon", **PARK})
    (green,) = around(town).green_spaces()
    assert green.area_m2 == pytest.approx(300 * 300 / 2, rel=0.003)


def old_style(town: Town, *more: dict[str, str]) -> None:
    """Draw a park of 9 ha with a lake, tagged on its two outer ways and not on the relation."""
    south = town.way([(200, 20), (500, 20), (500, 320)], more[0] if more else PARK)
    north = town.way([(200, 20), (200, 320), (500, 320)], more[1] if len(more) > 1 else PARK)
    lake = town.square(300, 120, 100, {"natural": "water"})
    members = [("w", south, "outer"), ("w", north, "outer"), ("w", lake, "inner")]
    town.relation(members, {"type": "multipolygon", "source": "survey"})


def test_an_old_style_area_is_tagged_on_its_open_outer_ways(around: Opened) -> None:
    town = town_with_street()
    old_style(town)
    here = around(town)
    (green,) = here.green_spaces()
    assert (green.place.osm_id, green.place.name) == ("r1", "Green")
    assert green.area_m2 == pytest.approx(300 * 300 - 100 * 100, rel=0.003)
    assert len(here.walk_seconds(Kind.PARK)) == 1


def test_an_old_style_area_may_say_it_on_one_of_its_ways(around: Opened) -> None:
    town = town_with_street()
    old_style(town, PARK, {})
    assert len(around(town).green_spaces()) == 1


def test_outer_ways_that_say_different_things_are_no_area(around: Opened) -> None:
    town = town_with_street()
    old_style(town, PARK, {"landuse": "forest"})
    assert [green.area_m2 for green in around(town).green_spaces()] == [None], "its outline is not known"


def test_a_street_around_an_area_stays_a_street(around: Opened) -> None:
    town = town_with_street()
    old_style(town, {"highway": "residential"}, {"highway": "residential"})
    here = around(town)
    assert here.green_spaces() == ()
    roads = here.hazards(Kind.OTHER_ROAD, within_m=1_000)
    assert sorted(road.osm_id for road in roads) == ["w1", "w2", "w3"]


def test_old_style_water_is_an_area_too(around: Opened) -> None:
    town = town_with_street()
    river = {"waterway": "riverbank", "name": "Usk"}
    old_style(town, river, river)
    assert around(town, 250, 60).hazards(Kind.WATERCOURSE, within_m=50)[0].distance_m == 0


def test_a_node_inside_an_area_of_the_same_name_is_the_same_place(around: Opened) -> None:
    town = town_with_street()
    town.square(200, 20, 100, {"amenity": "school", "name": "Hill School"})
    town.node(250, 60, {"amenity": "school", "name": "Hill School"})
    assert only(around(town), Kind.SCHOOL).osm_id.startswith("w")


def test_a_node_of_another_name_inside_an_area_is_another_place(around: Opened) -> None:
    town = town_with_street()
    town.square(200, 20, 100, {"amenity": "school", "name": "Hill School"})
    town.node(250, 60, {"amenity": "school", "name": "Dale Academy"})
    assert len(around(town).nearest(Kind.SCHOOL)) == 2


def test_one_element_may_be_two_kinds_but_counts_once(around: Opened) -> None:
    town = town_with_street()
    town.node(100, 5, {"shop": "bakery", "amenity": "cafe", "name": "Both"})
    here = around(town)
    assert len(here.walk_seconds(Kind.BAKERY)) == len(here.walk_seconds(Kind.CAFE)) == 1
    assert len(here.walk_seconds(Kind.BAKERY, Kind.CAFE)) == 1


def test_a_pole_and_its_platform_are_one_stop(around: Opened) -> None:
    town = town_with_street()
    town.node(100, 5, {"highway": "bus_stop", "name": "Hill"})
    town.way([(95, 4), (105, 4)], {"public_transport": "platform", "bus": "yes", "name": "Hill"})
    town.node(300, 5, {"public_transport": "platform", "bus": "yes", "name": "Far"})
    assert [stop.name for stop in around(town).transit_stops()] == ["Hill", "Far"]


def test_a_town_with_a_node_is_found_there_and_not_in_the_middle_of_its_border(around: Opened) -> None:
    town = small_town()
    border = town.square(-400, -400, 800, {})
    town.relation([("w", border, "outer")], {"type": "boundary", "place": "town", "name": "Smallville"})
    centre = around(town).landmark(Kind.TOWN_CENTRE)
    assert centre is not None
    assert (centre.lat, centre.lon) == pytest.approx(lat_lon(0, 300), abs=1e-6)


def test_a_subway_station_is_reached_at_its_entrances(around: Opened) -> None:
    town = town_with_street()
    town.node(400, 60, {"railway": "station", "station": "subway", "name": "Deep"})
    town.node(300, 5, {"railway": "subway_entrance"})
    assert only(around(town), Kind.SUBWAY_STATION).walk_s == pytest.approx((300 + 5) * 0.75, abs=3)


def test_a_stray_path_is_no_way_in(around: Opened) -> None:
    town = town_with_street()
    for east in range(-400, 500, 200):
        town.way([(east, 0), (east, -300)], {"highway": "residential"})
    town.square(200, 30, 400, PARK)
    town.way([(590, 400), (900, 400)], {"highway": "footway"})
    assert only(around(town), Kind.PARK).walk_s == pytest.approx((200 + 30) * 0.75, abs=3)


@pytest.mark.parametrize(
    ("railway", "kind"),
    [("subway", Kind.SUBWAY_STATION), ("light_rail", Kind.TRAM_STOP), ("rail", Kind.RAIL_STATION)],
)
def test_tracks_tell_what_runs_at_a_station_that_does_not_say(around: Opened, railway: str, kind: Kind) -> None:
    town = town_with_street()
    town.node(300, 20, {"railway": "station", "name": "Hill"})
    town.way([(0, 50), (600, 50)], {"railway": railway, "tunnel": "yes"})
    assert only(around(town), kind).name == "Hill"


def test_a_station_says_itself_what_runs_there(around: Opened) -> None:
    town = town_with_street()
    town.node(300, 20, {"railway": "station", "name": "Hill", "train": "yes"})
    town.way([(0, 50), (600, 50)], {"railway": "subway"})
    assert only(around(town), Kind.RAIL_STATION).name == "Hill"


S_BAHN = {"railway": "station", "station": "light_rail", "light_rail": "yes"}


@pytest.mark.parametrize(("route", "kind"), [("train", Kind.RAIL_STATION), ("light_rail", Kind.TRAM_STOP)])
@pytest.mark.parametrize("outlined", [False, True])
def test_light_rail_where_trains_stop_is_a_railway(around: Opened, route: str, kind: Kind, outlined: bool) -> None:
    town = town_with_street()
    if outlined:
        town.square(250, 30, 60, {**S_BAHN, "name": "Isartor"})
    else:
        town.node(300, 20, {**S_BAHN, "name": "Isartor"})
    stop = town.node(340, 90, {"railway": "stop", "public_transport": "stop_position"})
    town.relation([("n", stop, "stop")], {"type": "route", "route": route, "ref": "S1", "to": "Freising"})
    here = around(town)
    assert only(here, kind).name == "Isartor"
    assert [line.name for line in here.transit_stops()[0].routes] == ["S1"]


def test_light_rail_below_a_railways_station_stays_what_it_is(around: Opened) -> None:
    town = town_with_street()
    town.node(300, 20, {**S_BAHN, "name": "Dom"})
    town.node(500, 20, {"railway": "station", "train": "yes", "name": "Hauptbahnhof"})
    stop = town.node(360, 20, {"railway": "stop", "public_transport": "stop_position"})
    town.relation([("n", stop, "stop")], {"type": "route", "route": "train", "ref": "RE1", "to": "Aachen"})
    here = around(town)
    assert (only(here, Kind.TRAM_STOP).name, only(here, Kind.RAIL_STATION).name) == ("Dom", "Hauptbahnhof")
