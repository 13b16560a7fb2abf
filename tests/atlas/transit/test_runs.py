"""The runs of one day: headways laid out, missing times filled in, last night's late trips carried over."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.atlas.transit.journeys import Span
from app.atlas.transit.timetable import Timetable
from tests.support.gtfs_feeds import TINY, at, compiled

HEADWAYS = "trip_id,start_time,end_time,headway_secs,exact_times\n"
CALENDAR_HEAD, WEEK = TINY["calendar"].splitlines()
FROM_HALF_PAST_SEVEN = Span(7 * 3600 + 1800, 30, 6600)


def calls(timetable: Timetable) -> list[tuple[int, int]]:
    """Return arrival and departure of each call in minutes."""
    columns = timetable._columns
    return [(int(a) // 60, int(d) // 60) for a, d in zip(columns.arrival, columns.departure, strict=True)]


@pytest.mark.parametrize("exact", ["0", "1", ""])
def test_it_lays_out_headways_instead_of_the_trip_itself(tmp_path: Path, exact: str) -> None:
    timetable = compiled(tmp_path, frequencies=f"{HEADWAYS}T1,10:00:00,10:25:00,600,{exact}\n")
    assert timetable.facts.trips == 4
    assert [departure for _, departure in calls(timetable)][:9:3] == [600, 610, 620]
    assert timetable.routes_calling(0)[0].first_departure == "08:30"


def test_it_lays_out_a_new_headway_after_an_old_one_without_a_double(tmp_path: Path) -> None:
    rows = "T1,10:00:00,10:20:00,600,0\nT1,10:20:00,10:50:00,900,0\nT1,10:10:00,10:11:00,600,0\n"
    assert compiled(tmp_path, frequencies=HEADWAYS + rows).facts.trips == 1 + 4


def test_it_says_that_departures_by_headway_are_laid_out(tmp_path: Path) -> None:
    notes = compiled(tmp_path, frequencies=f"{HEADWAYS}T1,10:00:00,10:25:00,600,0\n").facts.notes
    assert "tiny: some trips run by headway; their departures were laid out evenly." in notes


def test_it_spreads_missing_times_by_distance(tmp_path: Path) -> None:
    stops = TINY["stops"].replace("50.02", "50.01")
    times = TINY["stop_times"].replace("07:35:00,07:36:00", ",").replace("08:35:00,08:36:00", '"",""')
    assert calls(compiled(tmp_path, stops=stops, stop_times=times))[:3] == [(450, 450), (452, 452), (460, 460)]


def test_it_takes_one_time_of_a_call_for_both(tmp_path: Path) -> None:
    times = TINY["stop_times"].replace("07:35:00,07:36:00", ",07:36:00").replace("07:40:00,07:40:00", "07:40:00,")
    assert calls(compiled(tmp_path, stop_times=times))[1:3] == [(456, 456), (460, 460)]


def test_it_leaves_out_trips_that_call_once(tmp_path: Path) -> None:
    times = "".join(TINY["stop_times"].splitlines(keepends=True)[:-2])
    assert compiled(tmp_path, stop_times=times).facts.trips == 1


def test_it_shows_times_past_midnight(tmp_path: Path) -> None:
    late = TINY["stop_times"].replace("08:3", "24:3").replace("08:40", "24:40")
    assert compiled(tmp_path, stop_times=late).routes_calling(0)[0].last_departure == "00:30"


def test_it_carries_the_late_trips_of_the_day_before(tmp_path: Path) -> None:
    late = TINY["stop_times"].replace("08:", "31:").replace("07:", "09:")
    timetable = compiled(tmp_path, stop_times=late)
    walks = at(timetable, ("A", 0)), [at(timetable, ("C", 0))], [None]
    (found,) = timetable.travel_times(*walks, span=FROM_HALF_PAST_SEVEN)
    assert found is not None
    assert found.min_s == 600
    route = timetable.routes_calling(0)[0]
    assert (timetable.facts.trips, route.weekday_trips, route.first_departure) == (2, 2, "09:30")


def test_it_carries_nothing_from_a_day_without_service(tmp_path: Path) -> None:
    late = TINY["stop_times"].replace("08:", "31:").replace("07:", "12:")
    tuesdays = f"{CALENDAR_HEAD}\n{WEEK.replace('1,1,1,1,1', '0,1,0,0,0')}\n"
    timetable = compiled(tmp_path, stop_times=late, calendar=tuesdays)
    assert timetable.facts.service_date == "2024-06-11"
    walks = at(timetable, ("A", 0)), [at(timetable, ("C", 0))], [None]
    (found,) = timetable.travel_times(*walks, span=FROM_HALF_PAST_SEVEN)
    assert found is None


def test_it_leaves_out_trips_of_other_days(tmp_path: Path) -> None:
    calendar = TINY["calendar"] + "rest,0,0,0,0,0,1,1,20240601,20240630\n"
    trips = TINY["trips"].replace("week,T2", "rest,T2")
    assert compiled(tmp_path, calendar=calendar, trips=trips).facts.trips == 1


def test_it_takes_a_weekend_day_where_there_is_no_other_and_says_so(tmp_path: Path) -> None:
    facts = compiled(tmp_path, calendar=TINY["calendar"].replace("1,1,1,1,1,0", "0,0,0,0,0,1")).facts
    assert facts.service_date == "2024-06-15"
    assert "tiny: no trip runs from Monday to Friday, so a weekend day was taken." in facts.notes


def test_it_leaves_out_aircraft_and_says_so(tmp_path: Path) -> None:
    routes = TINY["routes"] + "R2,Jet,1100\n"
    facts = compiled(tmp_path, routes=routes, trips=TINY["trips"].replace("R1,week,T2", "R2,week,T2")).facts
    assert facts.trips == 1
    assert any("and left out" in note for note in facts.notes)
