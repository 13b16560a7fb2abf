"""The net catches, in towns drawn by hand: hazards moved, trips dropped, a park said twice, levels swapped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.pipeline.report import Check, Finding, FoundPlace, Group, Outcome, Report, Route, State
from app.places import Location, Precision
from tests.support.extracts import Town, lat_lon
from tests.support.gtfs_feeds import write_feed
from tests.support.reports import report
from tests.truth.hazards_said import hazard_statements
from tests.truth.near_by import Region, Surroundings, near_statements
from tests.truth.oracles.timetable import Timetable
from tests.truth.oracles.walking import Roads
from tests.truth.oracles.world import read_world
from tests.truth.statements import Statement
from tests.truth.transit_said import transit_statements

HERE = Location(*lat_lon(0, 0), "here", Precision.HOUSE, "town")
DAY = "2024-06-05"


@pytest.fixture
def town() -> Town:
    """A town with a street, and a main road 60 m to the north."""
    town = Town()
    town.street()
    town.way([(-500, 60), (500, 60)], {"highway": "primary", "name": "High Road"})
    return town


def around(town: Town, tmp_path: Path, told: Report, feed: Path | None = None) -> Surroundings:
    world = read_world(town.write(tmp_path / "town.osm.pbf"))
    return Surroundings(Region(world, Roads(world), Timetable([feed]) if feed else None), told)


def told(finding: Finding, service_date: str = "") -> Report:
    """Return a report of one section."""
    base = report()
    return replace(base, location=HERE, findings=(finding,), source=replace(base.source, service_date=service_date))


def false(statements: Iterator[Statement]) -> set[str]:
    return {statement.kind for statement in statements if statement.truth}


# --- hazards ----------------------------------------------------------------------------------------


def hazards(town: Town, tmp_path: Path, outcome: Outcome, finding: str, metres: float | None) -> set[str]:
    check = Check("busy_road", "Busy road", outcome, finding, metres, rule="Warns nearer than 75 m, never fails.")
    section = Finding(state=State.MEASURED, summary="", checks=(check,))
    return false(hazard_statements(around(town, tmp_path, told(section))))


def test_a_hazard_where_it_is_holds(town: Town, tmp_path: Path) -> None:
    assert hazards(town, tmp_path, Outcome.WARN, "High Road is 60 m away.", 60.0) == set()


@pytest.mark.parametrize("metres", [30.0, 90.0])
def test_a_hazard_that_was_moved_is_caught(town: Town, tmp_path: Path, metres: float) -> None:
    assert hazards(town, tmp_path, Outcome.WARN, f"High Road is {metres:g} m away.", metres) == {"hazard"}


@pytest.mark.parametrize(("far", "caught"), [(60, set()), (120, {"hazard"})])
def test_noise_of_a_road_that_was_moved_is_caught(town: Town, tmp_path: Path, far: int, caught: set[str]) -> None:
    text = "About 70 dB of road noise outside, {}; High Road, {} m north, adds most."
    check = Check("road_noise", "Road noise", Outcome.WARN, text.format("from several roads", far), far)
    section = Finding(state=State.MEASURED, summary="", checks=(check,))
    assert false(hazard_statements(around(town, tmp_path, told(section)))) == caught


def test_a_hazard_that_is_denied_is_caught(town: Town, tmp_path: Path) -> None:
    assert hazards(town, tmp_path, Outcome.PASS, "There are no busy roads within 75 m.", None) == {"no hazard"}


def test_a_hazard_beyond_the_limit_may_be_denied(tmp_path: Path) -> None:
    town = Town()
    town.way([(-500, 100), (500, 100)], {"highway": "primary", "name": "High Road"})
    assert hazards(town, tmp_path, Outcome.PASS, "There are no busy roads within 75 m.", None) == set()


# --- lines ------------------------------------------------------------------------------------------

#: The bus from Ash, one trip there and one back after midnight.
BACK = (
    "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "T1,07:30:00,07:30:00,A,1\nT1,07:35:00,07:36:00,B,2\nT1,07:40:00,07:40:00,C,3\n"
    "T2,24:10:00,24:10:00,C,1\nT2,24:15:00,24:16:00,B,2\nT2,24:20:00,24:20:00,A,3\n"
)
TRIPS = "route_id,service_id,trip_id,trip_headsign\nR1,week,T1,Cedar\nR1,week,T2,Ash\n"


def lines(town: Town, tmp_path: Path, day: str = DAY, **values: object) -> set[str]:
    route = Route("1", "bus", "Cedar", "Birch", 3.0, 1.0, None, 1, "07:36", "07:36")
    section = Finding(state=State.MEASURED, summary="", routes=(replace(route, **values),))
    feed = write_feed(tmp_path / "feed.zip", stop_times=BACK, trips=TRIPS)
    return false(transit_statements(around(town, tmp_path, told(section, day), feed)))


def test_a_line_as_it_runs_holds(town: Town, tmp_path: Path) -> None:
    assert lines(town, tmp_path) == set()
    assert lines(town, tmp_path, towards="Ash", first="00:16", last="00:16") == set()


@pytest.mark.parametrize(
    "values",
    [
        {"weekday_trips": 2},
        {"weekday_trips": 0},
        {"first": "07:30"},
        {"last": "00:16"},
        {"towards": "Ash"},
        {"stop": "Ash"},
    ],
)
def test_a_trip_that_is_dropped_or_added_is_caught(town: Town, tmp_path: Path, values: dict[str, object]) -> None:
    assert lines(town, tmp_path, **values) == {"trips"}


def test_a_weekend_is_counted_on_its_own_day(town: Town, tmp_path: Path) -> None:
    """The bus of the tiny feed runs on weekdays; the feed tells nothing of any Sunday."""
    assert lines(town, tmp_path, saturday_trips=None, sunday_trips=None) == set()
    assert lines(town, tmp_path, sunday_trips=0) == {"weekend"}
    assert lines(town, tmp_path, saturday_trips=3) == {"weekend"}


@pytest.mark.parametrize("often", ["2 a weekday, 07:36 to 07:36", "every 20 min", "1 a weekday, 07:36 to 09:36"])
def test_words_beside_other_numbers_are_caught(town: Town, tmp_path: Path, often: str) -> None:
    assert lines(town, tmp_path, often=often) == {"one value"}


def test_an_unusual_service_day_is_caught(town: Town, tmp_path: Path) -> None:
    assert "service day" in lines(town, tmp_path, "2024-06-08")


def test_a_timetable_that_is_not_there_is_caught(town: Town, tmp_path: Path) -> None:
    route = Route("1", "bus", "Cedar", "Birch", 3.0, 1.0, None, 1, "07:36", "07:36")
    section = Finding(state=State.MEASURED, summary="", routes=(route,))
    assert false(transit_statements(around(town, tmp_path, told(section)))) == {"trips"}


# --- places -----------------------------------------------------------------------------------------


def places(town: Town, tmp_path: Path, key: str, *found: FoundPlace) -> set[str]:
    nearest = found[0].minutes
    group = Group(key, key, nearest, len(found), len(found), found)
    section = Finding(state=State.MEASURED, summary="", groups=(group,))
    return false(near_statements(around(town, tmp_path, told(section))))


def test_one_park_said_twice_is_caught(town: Town, tmp_path: Path) -> None:
    tags = {"leisure": "park", "name": "Green"}
    outer = town.square(200, 0, 100, tags)
    relation = town.relation([("w", outer, "outer")], {**tags, "type": "multipolygon"})
    park = FoundPlace("Green", "park", 2.5, 200.0, 0.0, 0.0, f"w{outer}")
    assert places(town, tmp_path, "park", park) == set()
    assert "mapped once" in places(town, tmp_path, "park", park, replace(park, osm_id=f"r{relation}"))


@pytest.mark.parametrize(
    ("name", "caught"),
    [("Hill Primary School", set()), ("Hill High School", {"exists", "count"}), ("Hill", {"exists", "count"})],
)
def test_a_level_that_was_swapped_is_caught(town: Town, tmp_path: Path, name: str, caught: set[str]) -> None:
    node = town.node(400, 10, {"amenity": "school", "name": name})
    school = FoundPlace(name, "primary school", 5.1, 400.0, 0.0, 0.0, f"n{node}")
    assert places(town, tmp_path, "primary_school", school) == caught
