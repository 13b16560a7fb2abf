"""The service day is the most ordinary weekday of the feed itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.atlas.transit.feed.service_day import Calendar, WeeklyService, common_day, typical_day

MONDAY = date(2024, 6, 3).toordinal()
WORKDAYS = (True,) * 5 + (False,) * 2
WEEKEND = (False,) * 5 + (True,) * 2


def month(tuesday: int, others: int) -> dict[int, int]:
    """Return four weeks of workdays: the first Tuesday has its own number of trips."""
    return {MONDAY + 7 * week + day: others for week in range(4) for day in range(5)} | {MONDAY + 1: tuesday}


def test_it_takes_the_first_of_equal_days() -> None:
    assert typical_day(month(100, 100)) == MONDAY + 1


def test_it_passes_over_a_holiday() -> None:
    assert typical_day(month(20, 100)) == MONDAY + 2


def test_it_passes_over_an_event_with_extra_trips() -> None:
    assert typical_day(month(300, 100)) == MONDAY + 2


def test_it_takes_the_fullest_among_days_that_are_nearly_alike() -> None:
    assert typical_day({MONDAY + 1: 1293, MONDAY + 2: 1340, MONDAY + 3: 1343, MONDAY + 8: 1337}) == MONDAY + 3


def test_it_never_takes_a_friday_where_there_is_a_thursday() -> None:
    assert typical_day({MONDAY + 3: 50, MONDAY + 4: 100, MONDAY + 11: 100}) == MONDAY + 3


def test_it_takes_the_only_day() -> None:
    assert typical_day({MONDAY + 6: 7}) == MONDAY + 6


def test_it_refuses_an_empty_calendar() -> None:
    with pytest.raises(ValueError, match="no day"):
        typical_day({})


def test_it_counts_trips_by_week_and_by_date() -> None:
    calendar = Calendar(
        {"work": WeeklyService(MONDAY, MONDAY + 13, WORKDAYS), "rest": WeeklyService(MONDAY, MONDAY + 13, WEEKEND)},
        {("work", MONDAY + 2): False, ("rest", MONDAY + 2): True, ("work", MONDAY + 1): True, ("rest", MONDAY): False},
    )
    by_day = calendar.trips_by_day({"work": 10, "rest": 3})
    assert [by_day.get(MONDAY + day) for day in range(8)] == [10, 10, 3, 10, 10, 3, 3, 10]
    assert max(by_day) == MONDAY + 13


def test_it_agrees_with_the_services_that_run() -> None:
    calendar = Calendar({"work": WeeklyService(MONDAY, MONDAY + 6, WORKDAYS)}, {("extra", MONDAY + 6): True})
    assert calendar.active(MONDAY + 4) == {"work"}
    assert calendar.active(MONDAY + 6) == {"extra"}
    assert calendar.active(MONDAY + 7) == frozenset()


def test_it_leaves_out_days_without_trips() -> None:
    calendar = Calendar({"work": WeeklyService(MONDAY, MONDAY + 6, WORKDAYS)}, {})
    assert calendar.trips_by_day({"other": 5}) == {}


def test_a_week_that_ends_before_it_starts_never_runs() -> None:
    calendar = Calendar({"odd": WeeklyService(MONDAY + 6, MONDAY, WORKDAYS)}, {("odd", MONDAY): True})
    assert calendar.trips_by_day({"odd": 5}) == {MONDAY: 5}


def test_it_finds_a_day_that_is_ordinary_in_both_feeds() -> None:
    late = {MONDAY + day: 30 for day in range(16, 40)}
    assert common_day([month(100, 100), late]) == MONDAY + 16


def test_it_finds_no_common_day_of_feeds_from_different_years() -> None:
    far = {(date.fromordinal(day) + timedelta(days=364)).toordinal(): 5 for day in month(1, 1)}
    assert common_day([month(100, 100), far]) is None
