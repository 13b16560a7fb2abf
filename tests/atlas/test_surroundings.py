"""What an evaluation may ask about the surroundings of an address in an imported town."""

from __future__ import annotations

import numpy as np
import pytest

from app.places import Kind
from tests.conftest import Opened
from tests.support.extracts import Town, lat_lon, small_town


def test_it_tells_the_data_behind_the_answers(around: Opened) -> None:
    region = around(small_town()).region
    assert (region.region, region.title, region.data_date) == ("town", "Town", "2024-05-06")
    assert "OpenStreetMap" in region.attribution


def test_it_tells_how_far_the_street_is(around: Opened) -> None:
    assert around(small_town(), 0, 30).snap_m == pytest.approx(30, abs=0.5)


def test_without_a_street_nothing_can_be_reached(around: Opened) -> None:
    far = around(small_town(), 0, 800)
    assert far.snap_m is None
    assert far.nearest(Kind.CAFE) == ()
    assert far.travel_times([far.location])[0].walk_s is None


def test_places_come_by_walking_time_with_names_and_tags(around: Opened) -> None:
    first, second = around(small_town()).nearest(Kind.CAFE, Kind.SUPERMARKET)
    assert (first.name, second.name) == ("Market", "Café Nord")
    assert first.walk_s == pytest.approx((100 + 10) * 0.75, abs=2)
    assert first.straight_m == pytest.approx(np.hypot(100, 10), abs=1)
    assert first.tags == {"shop": "supermarket"}


def test_no_more_places_than_asked_for(around: Opened) -> None:
    assert len(around(small_town()).nearest(Kind.CAFE, Kind.SUPERMARKET, limit=1)) == 1


def test_a_nearer_place_without_a_name_comes_first(around: Opened) -> None:
    town = small_town()
    town.node(20, 5, {"amenity": "cafe"})
    assert [place.name for place in around(town).nearest(Kind.CAFE)] == ["", "Café Nord"]


def test_a_tie_goes_to_the_lower_id(around: Opened) -> None:
    town = Town()
    town.street()
    for name in ("first", "second", "third"):
        number = len(town.nodes) + 1
        town.nodes[number] = ((200.0, 10.0), {"amenity": "bank", "name": name})
    assert [bank.name for bank in around(town).nearest(Kind.BANK, limit=2)] == ["first", "second"]


def test_walking_seconds_ascend_and_leave_out_what_is_not_reached(around: Opened) -> None:
    town = small_town()
    town.node(300, 900, {"amenity": "cafe"})
    seconds = around(town).walk_seconds(Kind.CAFE, Kind.SUPERMARKET)
    assert len(seconds) == 2
    assert seconds.tolist() == sorted(seconds.tolist())


def test_it_tells_what_lies_near_though_no_way_leads_there(around: Opened) -> None:
    town = small_town()
    town.node(300, 900, {"amenity": "pharmacy", "name": "Beyond"})
    here = around(town)
    assert [place.name for place in here.beyond_walks(Kind.PHARMACY, within_m=1_000)] == ["Beyond"]
    assert here.beyond_walks(Kind.PHARMACY, within_m=900) == ()
    assert here.beyond_walks(Kind.SUPERMARKET, within_m=1_000) == ()


def test_it_counts_what_is_mapped(around: Opened) -> None:
    mapped = around(small_town()).mapped()
    assert (mapped.shops, mapped.addresses, mapped.stops, mapped.amenities) == (1, 10, 1, 1)
    assert mapped.street_km == pytest.approx(1.0, rel=0.02)


def test_cycling_metres_keep_their_order_whatever_the_stress(around: Opened) -> None:
    town = small_town()
    town.way([(500, 0), (900, 0)], {"highway": "primary", "lanes": "4", "foot": "no"})
    town.node(-100, 5, {"amenity": "cafe"})
    here = around(town)
    calm, any_stress = (here.bike_metres(Kind.CAFE, max_stress=stress) for stress in (1, 4))
    assert len(calm) == len(any_stress) == 2
    assert np.all(calm >= any_stress)


def test_a_landmark_is_the_nearest_in_the_whole_region(around: Opened) -> None:
    town = small_town()
    town.node(9_000, 0, {"amenity": "hospital", "name": "Far"})
    town.node(8_000, 0, {"amenity": "hospital", "name": "Less Far"})
    hospital = around(town).landmark(Kind.HOSPITAL)
    assert hospital is not None
    assert (hospital.name, hospital.walk_s) == ("Less Far", None)
    assert hospital.straight_m == pytest.approx(8_000, rel=0.01)


def test_there_is_no_landmark_where_none_is_mapped(around: Opened) -> None:
    assert around(small_town()).landmark(Kind.AIRPORT) is None


def test_travel_times_are_given_by_mode_and_none_where_unknown(around: Opened) -> None:
    here = around(small_town())
    place = here.nearest(Kind.SUPERMARKET)[0]
    (times,) = here.travel_times([place])
    assert times.walk_s == pytest.approx(place.walk_s)
    assert times.bike_s is not None
    assert times.car_s is not None
    assert times.bike_s < (times.walk_s or 0)
    assert times.transit is None


def test_no_destination_gives_no_times(around: Opened) -> None:
    assert around(small_town()).travel_times([]) == ()


def test_stops_without_a_timetable_are_marked_so_and_name_their_routes(around: Opened) -> None:
    town = small_town()
    stop = town.node(0, 8)
    tags = {"type": "route", "route": "bus", "ref": "7", "to": "Harbour"}
    town.relation([("n", stop, "platform")], tags)
    here = around(town)
    (found,) = here.transit_stops()
    assert (found.name, found.from_feed, here.has_timetable()) == ("Middle", False, False)
    (route,) = found.routes
    assert (route.name, route.mode, route.headsign, route.weekday_trips) == ("7", "bus", "Harbour", None)


def test_a_route_that_stops_on_the_road_calls_at_the_stop_beside(around: Opened) -> None:
    town = small_town()
    position = town.node(10, 0, {"public_transport": "stop_position"})
    town.relation([("n", position, "stop")], {"type": "route", "route": "trolleybus", "ref": "9"})
    assert [route.name for route in around(town).transit_stops()[0].routes] == ["9"]


def test_both_directions_of_a_route_are_one_route(around: Opened) -> None:
    town = small_town()
    stop = town.node(0, 8)
    for to in ("Harbour", "Hill"):
        town.relation([("n", stop, "platform")], {"type": "route", "route": "bus", "ref": "7", "to": to})
    assert len(around(town).transit_stops()[0].routes) == 1


def test_routes_may_be_named_on_the_stop_itself(around: Opened) -> None:
    town = small_town()
    town.node(200, 8, {"highway": "bus_stop", "route_ref": "12; 14"})
    assert [route.name for route in around(town).transit_stops()[1].routes] == ["12", "14"]


def test_coverage_counts_the_disc(around: Opened) -> None:
    here = around(small_town())
    assert here.coverage(100) == 1.0
    assert here.coverage(4_800) < 0.1


def test_the_location_is_the_one_asked_about(around: Opened) -> None:
    here = around(small_town(), 50, 20)
    assert (here.location.lat, here.location.lon) == lat_lon(50, 20)


def test_step_free_walks_leave_out_what_only_steps_lead_to(around: Opened) -> None:
    town = Town()
    town.street()
    town.way([(100, 0), (100, 60)], {"highway": "steps"})
    town.node(100, 62, {"amenity": "cafe"})
    town.node(-100, 5, {"amenity": "cafe"})
    here = around(town)
    assert len(here.walk_seconds(Kind.CAFE)) == 2
    assert len(here.step_free_seconds(Kind.CAFE)) == 1
