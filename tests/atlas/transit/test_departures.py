"""What a person sees of the routes at a stop: trips, departures per hour, first and last, by station."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.atlas.transit.contract import RANKED_MODES
from app.atlas.transit.feed.reading import mode_of
from tests.support.gtfs_feeds import TINY, compiled

TIMES_HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n"


def shuttle(trips: list[tuple[str, str, str, int]]) -> dict[str, str]:
    """Return tables of trips (id, from, to, hour) that take half an hour; ids that start with B run the other way."""
    times = "".join(
        f"{trip},{hour:02d}:00:00,{hour:02d}:00:00,{a},1,,\n{trip},{hour:02d}:30:00,{hour:02d}:30:00,{b},2,,\n"
        for trip, a, b, hour in trips
    )
    rows = "".join(f"R1,week,{trip},\n" for trip, *_ in trips)
    return {"trips": "route_id,service_id,trip_id,trip_headsign\n" + rows, "stop_times": TIMES_HEAD + times}


#: Two poles of Birch, 60 m apart, and Ash; one bus an hour towards Birch 2 and every two hours back from Birch 1.
POLES = (
    "stop_id,stop_name,stop_lat,stop_lon\nA,Ash,50.0,4.0\nB1,Birch,50.02,4.0\nB2,Birch,50.02,4.0008\nC,Cedar,50.04,4\n"
)


def test_it_counts_trips_and_departures_per_hour(tmp_path: Path) -> None:
    (route,) = compiled(tmp_path).routes_calling(0)
    assert (route.route_id, route.name, route.mode, route.headsign) == ("R1", "1", "bus", "Cedar")
    assert (route.weekday_trips, route.departures_per_hour) == (2, 2 / 12)
    assert (route.first_departure, route.last_departure) == ("07:30", "08:30")


def test_it_counts_by_hour_of_the_clock_what_leaves_after_midnight_at_0_and_1(tmp_path: Path) -> None:
    tables = shuttle([(f"A{hour}", "A", "C", hour) for hour in (6, 7, 24, 25)])
    (route,) = compiled(tmp_path, **tables).routes_calling(0)
    assert [hour for hour, count in enumerate(route.by_hour) if count] == [0, 1, 6, 7]
    assert sum(route.by_hour) == route.weekday_trips == 4


def test_it_counts_no_departure_where_trips_end(tmp_path: Path) -> None:
    assert compiled(tmp_path).routes_calling(2) == ()


def test_it_counts_no_departure_where_nobody_may_board(tmp_path: Path) -> None:
    header, *rows = TINY["stop_times"].splitlines()
    times = "\n".join([f"{header},pickup_type", *(f"{row},{int(',B,' in row)}" for row in rows)])
    assert compiled(tmp_path, stop_times=times).routes_calling(1) == ()


def test_it_takes_the_hours_from_7_to_19_only(tmp_path: Path) -> None:
    tables = shuttle([(f"A{hour}", "A", "C", hour) for hour in (6, 7, 18, 19, 25)])
    (route,) = compiled(tmp_path, **tables).routes_calling(0)
    assert (route.weekday_trips, route.departures_per_hour) == (5, 2 / 12)
    assert (route.first_departure, route.last_departure) == ("06:00", "01:00")


def test_it_tells_the_two_directions_of_a_line_apart_at_both_poles_of_a_street(tmp_path: Path) -> None:
    there = [(f"A{hour}", "B2", "C", hour) for hour in range(8, 14)]
    back = [(f"B{hour}", "B1", "A", hour) for hour in range(8, 14, 2)]
    timetable = compiled(tmp_path, stops=POLES, **shuttle(there + back))
    found = timetable.routes_calling(*(timetable.stops.ids.index(pole) for pole in ("B1", "B2")))
    facts = {(route.headsign, route.direction, route.weekday_trips, route.departures_per_hour) for route in found}
    assert facts == {("Cedar", 0, 6, 6 / 12), ("Ash", 1, 3, 3 / 12)}


def test_it_believes_the_direction_that_the_feed_gives(tmp_path: Path) -> None:
    tables = shuttle([("A8", "B1", "C", 8), ("A9", "B1", "C", 9)])
    trips = "route_id,service_id,trip_id,direction_id\nR1,week,A8,0\nR1,week,A9,1\n"
    found = compiled(tmp_path, stops=POLES, **{**tables, "trips": trips}).routes_calling(0)
    assert [(route.direction, route.weekday_trips) for route in found] == [(0, 1), (1, 1)]


def test_it_keeps_poles_of_different_names_apart(tmp_path: Path) -> None:
    stops = POLES.replace("B2,Birch", "B2,Beech")
    timetable = compiled(tmp_path, stops=stops, **shuttle([("A8", "B1", "C", 8), ("A9", "B2", "C", 9)]))
    assert [route.weekday_trips for route in timetable.routes_calling(0)] == [1]


def test_it_counts_the_platforms_of_a_station_as_one_stop(tmp_path: Path) -> None:
    stops = (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
        "S,Central,50,4,1,\nP1,,50,4,0,S\nP2,Platform 2,50.003,4,0,S\nC,Cedar,50.04,4,0,\n"
    )
    timetable = compiled(tmp_path, stops=stops, **shuttle([("A8", "P1", "C", 8), ("A9", "P2", "C", 9)]))
    assert timetable.stops.names[:2] == ("Central", "Platform 2")
    assert [timetable.routes_calling(stop)[0].weekday_trips for stop in (0, 1)] == [2, 2]


def test_it_counts_a_trip_once_that_calls_at_two_platforms(tmp_path: Path) -> None:
    times = TIMES_HEAD + "A8,08:00:00,08:00:00,B1,1,,\nA8,08:05:00,08:05:00,B2,2,,\nA8,08:30:00,08:30:00,C,3,,\n"
    tables = {**shuttle([("A8", "B1", "C", 8)]), "stop_times": times}
    assert compiled(tmp_path, stops=POLES, **tables).routes_calling(1)[0].weekday_trips == 1


def test_it_names_the_last_stop_where_there_is_no_headsign(tmp_path: Path) -> None:
    assert compiled(tmp_path, **shuttle([("A8", "A", "C", 8)])).routes_calling(0)[0].headsign == "Cedar"


def test_it_finds_the_stops_within_a_distance_nearest_first(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    assert timetable.stops_near(50.015, 4.0, 1_700).tolist() == [1, 0]
    assert timetable.stops_near(50.015, 4.0, 500).tolist() == []


@pytest.mark.parametrize(
    ("route_type", "mode"),
    [
        *[(0, "tram"), (1, "subway"), (2, "rail"), (3, "bus"), (4, "ferry"), (5, "cable_car"), (6, "cable_car")],
        *[(7, "cable_car"), (11, "bus"), (12, "light_rail"), (106, "rail"), (200, "bus"), (300, "rail")],
        *[(401, "subway"), (405, "light_rail"), (500, "subway"), (600, "subway"), (704, "bus"), (800, "bus")],
        *[(900, "tram"), (1000, "ferry"), (1200, "ferry"), (1300, "cable_car"), (1400, "cable_car"), (1700, "bus")],
        *[(8, None), (1100, None), (1500, None), (1600, None), (9999, None)],
    ],
)
def test_it_maps_route_types(route_type: int, mode: str | None) -> None:
    assert mode_of(route_type) == mode
    assert mode is None or mode in RANKED_MODES


def test_a_stop_takes_the_mode_that_counts_most(tmp_path: Path) -> None:
    routes = TINY["routes"] + "R2,M2,1\n"
    timetable = compiled(tmp_path, routes=routes, trips=TINY["trips"].replace("R1,week,T2", "R2,week,T2"))
    assert timetable.stops.modes == ("subway",) * 3
    assert [route.mode for route in timetable.routes_calling(0)] == ["bus", "subway"]


WEEKEND = TINY["calendar"] + "sat,0,0,0,0,0,1,0,20240601,20240630\n"


def test_it_counts_what_the_weekend_offers(tmp_path: Path) -> None:
    trips = TINY["trips"] + "R1,sat,T3,Cedar\n"
    times = TINY["stop_times"] + "T3,10:00:00,10:00:00,A,1\nT3,10:10:00,10:10:00,C,2\n"
    (route,) = compiled(tmp_path, calendar=WEEKEND, trips=trips, stop_times=times).routes_calling(0)
    assert (route.weekday_trips, route.saturday_trips, route.sunday_trips) == (2, 1, 0)


def test_a_line_of_saturdays_alone_is_known_and_carries_nobody_on_weekdays(tmp_path: Path) -> None:
    trips = TINY["trips"].replace("R1,week,T2", "R2,sat,T2")
    timetable = compiled(tmp_path, calendar=WEEKEND, trips=trips, routes=TINY["routes"] + "R2,2,3\n")
    week, saturday = timetable.routes_calling(0)
    assert (week.weekday_trips, week.saturday_trips) == (1, 0)
    assert (saturday.weekday_trips, saturday.saturday_trips, saturday.first_departure) == (0, 1, "")
    assert timetable.facts.trips == 1


def test_routes_of_one_operator_and_name_are_one_line(tmp_path: Path) -> None:
    routes = "route_id,agency_id,route_short_name,route_type\nR1,a,1,3\nR2,a,1,3\n"
    agency = "agency_id,agency_name\na,Valley Buses\n"
    trips = TINY["trips"].replace("R1,week,T2", "R2,week,T2")
    (route,) = compiled(tmp_path, routes=routes, trips=trips, agency=agency).routes_calling(0)
    assert (route.route_id, route.agency, route.weekday_trips) == ("R1", "Valley Buses", 2)


def test_a_feed_that_gives_both_ways_one_direction_is_not_believed(tmp_path: Path) -> None:
    tables = shuttle([("A8", "A", "C", 8), ("A9", "C", "A", 9), ("A10", "C", "A", 10)])
    trips = "route_id,service_id,trip_id,direction_id\n" + "".join(f"R1,week,A{n},0\n" for n in (8, 9, 10))
    timetable = compiled(tmp_path, **{**tables, "trips": trips})
    assert [(route.headsign, route.weekday_trips) for route in timetable.routes_calling(0)] == [("Cedar", 1)]


def test_a_line_that_rides_round_a_suburb_the_same_way_on_both_journeys_has_two_directions(tmp_path: Path) -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(
        f"{stop},{stop},{lat},{lon}\n"
        for stop, lat, lon in (
            ("Town", 50.0, 4.0),
            ("Hill", 50.03, 4.0),
            ("Lane", 50.04, 4.01),
            ("Mill", 50.04, 4.03),
            ("Home", 50.03, 4.04),
        )
    )
    ways = {"A8": ("Home", "Hill", "Lane", "Mill", "Town"), "A15": ("Town", "Hill", "Lane", "Mill", "Home")}
    rows = "".join(
        f"{trip},{trip[1:]}:{10 * place:02d}:00,{trip[1:]}:{10 * place:02d}:00,{stop},{place},,\n"
        for trip, way in ways.items()
        for place, stop in enumerate(way)
    )
    trips = "route_id,service_id,trip_id\nR1,week,A8\nR1,week,A15\n"
    timetable = compiled(tmp_path, stops=stops, trips=trips, stop_times=TIMES_HEAD + rows)
    found = timetable.routes_calling(timetable.stops.ids.index("Lane"))
    assert sorted((route.headsign, route.weekday_trips) for route in found) == [("Home", 1), ("Town", 1)]


@pytest.mark.parametrize(
    ("hours", "kind", "is_school"),
    [
        ([8, 15], "3", True),  # a bus there before school and back after it
        ([8, 12], "3", False),
        ([6, 15], "3", False),
        ([8, 15, 16, 17], "3", False),
        ([8, 12], "712", True),
        ([8, 15], "2", False),
    ],
)
def test_it_tells_school_runs_apart(tmp_path: Path, hours: list[int], kind: str, is_school: bool) -> None:
    tables = shuttle([(f"A{hour}", "A", "C", hour) for hour in hours])
    routes = f"route_id,route_short_name,route_type\nR1,S1,{kind}\n"
    (route,) = compiled(tmp_path, routes=routes, **tables).routes_calling(0)
    assert route.is_school_run == is_school


def test_a_bus_that_also_runs_on_saturdays_is_no_school_run(tmp_path: Path) -> None:
    tables = shuttle([("A8", "A", "C", 8), ("A15", "A", "C", 15)])
    calendar = TINY["calendar"].replace("1,1,1,1,1,0", "1,1,1,1,1,1")
    (route,) = compiled(tmp_path, calendar=calendar, **tables).routes_calling(0)
    assert not route.is_school_run


@pytest.mark.parametrize(
    ("minutes", "wait"),
    [
        (range(420, 1140, 30), 30),
        ([*range(420, 720, 20), *range(720, 1140, 30)], 20),
        ([420, 430, 440, 900, 1080], None),  # gaps of hours
        (range(420, 540, 20), None),  # mornings only
        ([420, 600, 780, 960], None),  # too few
    ],
)
def test_a_headway_is_told_only_of_what_runs_all_day(tmp_path: Path, minutes: list[int], wait: int | None) -> None:
    rows = "".join(
        f"A{m},{m // 60:02d}:{m % 60:02d}:00,{m // 60:02d}:{m % 60:02d}:00,A,1,,\nA{m},26:00:00,26:00:00,C,2,,\n"
        for m in minutes
    )
    trips = "route_id,service_id,trip_id\n" + "".join(f"R1,week,A{m}\n" for m in minutes)
    (route,) = compiled(tmp_path, trips=trips, stop_times=TIMES_HEAD + rows).routes_calling(0)
    assert route.headway_min == wait
