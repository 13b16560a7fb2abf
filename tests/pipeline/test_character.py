"""What an address is like in one sentence: facts alone, and nothing of what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pipeline.character import character_of, green, shops, street, transit
from app.pipeline.evaluation import Evaluation
from app.pipeline.stages import transit_access
from app.places import Kind, Precision
from tests.support.surroundings import (
    NOTHING_MAPPED,
    WELL_COUNTED,
    WELL_MAPPED,
    StreetGrid,
    evaluation_of,
    full_grid,
    green_point,
    hazard,
    location,
    place,
    route,
    stop,
)
from tests.support.surroundings import green as park


def of(around: StreetGrid) -> Evaluation:
    evaluation = evaluation_of(around)
    evaluation.findings["transit_access"] = transit_access.run(evaluation)
    return evaluation


def test_it_is_one_sentence_of_all_that_is_known() -> None:
    around = full_grid(dangers=(hazard(Kind.PRIMARY_ROAD, 12.0, "High Street", lanes=4),))
    assert character_of(of(around)) == (
        "Four-lane main road; a food shop and a café within 3 minutes; Town Park (5 ha) 4 minutes away; "
        "a bus 240 times a weekday."
    )


def test_where_nothing_is_mapped_nothing_is_said() -> None:
    assert character_of(of(StreetGrid(facts=NOTHING_MAPPED, hazard_counts={}))) == ""


# --- the street --------------------------------------------------------------------------------------


def test_a_side_street_beside_a_main_road() -> None:
    roads = (hazard(Kind.OTHER_ROAD, 10.0, "Lane"), hazard(Kind.PRIMARY_ROAD, 44.0, "Main"))
    assert street(of(StreetGrid(dangers=roads))) == "side street 44 m from a main road"


def test_a_slip_road_is_called_one_as_in_the_checks() -> None:
    slip = hazard(Kind.TRUNK_ROAD, 66.0, highway="trunk_link")
    roads = (hazard(Kind.OTHER_ROAD, 10.0, "Lane"), slip, hazard(Kind.TRUNK_ROAD, 72.0, "Bypass"))
    assert street(of(StreetGrid(dangers=roads))) == "side street 66 m from a slip road of a trunk road"


def test_the_street_of_the_address_is_its_own_though_another_is_nearer() -> None:
    roads = (hazard(Kind.OTHER_ROAD, 10.0, "Lane"), hazard(Kind.PRIMARY_ROAD, 30.0, "High Street"))
    assert street(of(StreetGrid(dangers=roads))) == "main road"


def test_no_street_is_said_where_the_house_was_not_found() -> None:
    there = location(precision=Precision.STREET)
    roads = (hazard(Kind.PRIMARY_ROAD, 5.0, "High Street"),)
    assert street(of(StreetGrid(dangers=roads, location=there))) == ""


def test_a_street_is_never_called_quiet() -> None:
    assert street(of(StreetGrid(dangers=(hazard(Kind.OTHER_ROAD, 10.0),)))) == "side street"


# --- shops, green ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (110.0, "a food shop at the door"),
        (130.0, "a food shop 2 minutes away"),
        (400.0, "a food shop 5 minutes away"),
        (720.0, "a food shop 9 minutes away"),
        (1_600.0, "no food shop within 15 minutes"),
    ],
)
def test_food_by_minutes(metres: float, said: str) -> None:
    assert shops(of(StreetGrid(places=(place(Kind.SUPERMARKET, metres),)))) == said


@pytest.mark.parametrize(
    ("food_m", "cafe_m", "said"),
    [
        (60.0, 110.0, "a food shop and a café at the door"),
        (60.0, 400.0, "a food shop and a café within 5 minutes"),
        (720.0, 240.0, "a café 3 minutes away"),
    ],
)
def test_food_and_coffee_are_as_far_as_the_farther(food_m: float, cafe_m: float, said: str) -> None:
    places = (place(Kind.SUPERMARKET, food_m), place(Kind.CAFE, cafe_m))
    assert shops(of(StreetGrid(places=places))) == said


def test_a_park_is_at_the_door_where_it_is_a_minute_away() -> None:
    assert green(of(full_grid(greens=(park(70.0, "Near", hectares=9.0),)))) == "Near (9 ha) at the door"
    assert green(of(full_grid(greens=(park(240.0, "Near", hectares=9.0),)))) == "Near (9 ha) 3 minutes away"


def test_shops_that_are_not_mapped_are_not_missed() -> None:
    assert shops(of(StreetGrid(facts=NOTHING_MAPPED))) == ""


def test_only_small_parks() -> None:
    around = full_grid(greens=(park(300.0, hectares=0.5),))
    assert green(of(around)) == "only small parks"
    assert green(of(replace(around, edge_m=900.0))) == ""


def test_the_nearest_large_park_comes_before_a_nearer_smaller_one() -> None:
    around = full_grid(greens=(park(300.0, "Corner", hectares=1.5), park(800.0, "Great", hectares=9.0)))
    assert green(of(around)) == "Great (9 ha) 10 minutes away"


def test_no_park_is_said_only_where_parks_are_mapped() -> None:
    assert green(of(StreetGrid())) == "no park within 15 minutes"
    assert green(of(StreetGrid(facts=NOTHING_MAPPED))) == ""


def test_a_park_that_is_a_mere_point_is_not_called_small_or_missing() -> None:
    point = green_point(300.0)
    assert green(of(StreetGrid(greens=(point,)))) == "Point Park (size not known) 4 minutes away"
    assert green(of(full_grid(greens=(park(200.0, hectares=0.5), point)))) == (
        "Point Park (size not known) 4 minutes away"
    )
    assert green(of(full_grid(greens=(point, park(800.0, "Great", hectares=9.0))))) == "Great (9 ha) 10 minutes away"


def test_one_small_park_is_not_all_there_is_where_parks_are_hardly_mapped() -> None:
    small = (park(300.0, hectares=0.5),)
    assert green(of(StreetGrid(greens=small, facts=NOTHING_MAPPED))) == ""
    hardly_any = replace(WELL_COUNTED, places={**WELL_COUNTED.places, "park": 1})
    assert green(of(StreetGrid(greens=small, counts=hardly_any))) == ""


def test_what_is_told_as_fifteen_minutes_is_within_fifteen() -> None:
    assert green(of(full_grid(greens=(park(1_225.0, hectares=5.0),)))) == "Town Park (5 ha) 15 minutes away"
    assert green(of(full_grid(greens=(park(1_225.0, hectares=0.5),)))) == "only small parks"


def test_what_lies_beyond_the_edge_of_the_map_is_not_denied() -> None:
    around = StreetGrid(
        places=(place(Kind.SUPERMARKET, 1_600.0), place(Kind.BUS_STOP, 1_000.0)), stops=(stop(1_000.0),)
    )
    assert shops(of(around)) == "no food shop within 15 minutes"
    assert transit(of(around)) == "no stop within 10 minutes"
    assert shops(of(replace(around, edge_m=500.0))) == transit(of(replace(around, edge_m=500.0))) == ""


# --- transit -----------------------------------------------------------------------------------------


def test_the_best_line_by_day_and_its_last() -> None:
    lines = (route("1", trips=90, headway_min=10), route("2", trips=20, headway_min=60))
    assert transit(of(full_grid(stops=(stop(210.0, *lines),)))) == "buses every 10 minutes by day, the last at 00:10"


def test_stops_without_a_timetable_are_told_by_their_walk() -> None:
    around = full_grid(stops=(stop(160.0),), timetable=False, places=(place(Kind.RAIL_STATION, 640.0),))
    assert transit(of(around)) == "a bus stop 2 minutes away and a railway station 8 minutes away"


def test_the_timetable_of_one_operator_alone_does_not_tell_that_there_is_no_stop() -> None:
    train = stop(1_600.0, route(mode="rail"), mode="rail")
    alone = full_grid(stops=(train,), facts=replace(WELL_MAPPED, stops=60))
    assert transit(of(alone)) == ""
    few_streets = replace(WELL_MAPPED, stops=1, street_km=30.0)
    assert transit(of(replace(alone, facts=few_streets))) == "no stop within 10 minutes"


def test_a_station_that_the_timetable_does_not_serve_is_not_hidden_by_a_rare_bus() -> None:
    """55 Corso Venezia, Milan: the timetable holds one bus there, and none of the underground at the door."""
    metro = place(Kind.SUBWAY_STATION, 80.0, name="Palestro")
    rare = full_grid(stops=(stop(60.0, route("151", trips=12)),), places=(metro,), facts=WELL_MAPPED)
    assert transit(of(rare)) == "a bus stop 1 minute away and an underground station 1 minute away"
    assert transit(of(replace(rare, facts=replace(WELL_MAPPED, stops=1, street_km=30.0)))) == "a bus 12 times a weekday"


def test_trains_tell_of_no_bus_where_hardly_any_stop_is_mapped() -> None:
    """217-15 Hollis Avenue, Queens Village: six stops are mapped beside 268 km of streets, all of the railway."""
    train = stop(1_120.0, route(mode="rail"), mode="rail")
    few = replace(WELL_MAPPED, stops=6, street_km=268.0)
    assert transit(of(full_grid(stops=(train,), facts=few))) == ""
    assert transit(of(full_grid(stops=(stop(1_120.0),), facts=few, timetable=False))) == ""


@pytest.mark.parametrize(
    ("walk_m", "said"),
    [
        (880.0, "underground trains every 4 minutes by day 11 minutes away, the last at 00:10"),
        (1_360.0, "a bus 12 times a weekday"),
    ],
)
def test_what_comes_all_the_time_a_little_further_on_says_more(walk_m: float, said: str) -> None:
    night = stop(160.0, route("NM1", trips=12))
    metro = route("M2", mode="subway", trips=300, headway_min=4)
    assert transit(of(full_grid(stops=(night, stop(walk_m, metro, mode="subway"))))) == said
