"""The days shown: an ordinary Tuesday to Thursday in the middle of the newest full timetable, and its weekend."""

from __future__ import annotations

from datetime import date

import pytest

from app.atlas.transit.feed.service_day import Calendar, Season, WeeklyService, common_day, last_season, weekend_day

MONDAY = date(2024, 6, 3).toordinal()
WORKDAYS = (True,) * 5 + (False,) * 2
WEEKEND = (False,) * 5 + (True,) * 2
SATURDAYS = (False,) * 5 + (True, False)
TUESDAY, WEDNESDAY, THURSDAY = MONDAY + 1, MONDAY + 2, MONDAY + 3


def weeks(first: int, count: int, weekdays: tuple[bool, ...] = WORKDAYS) -> WeeklyService:
    """Return a service of whole weeks from a week of June 2024 on, counted from 0."""
    return WeeklyService(MONDAY + 7 * first, MONDAY + 7 * (first + count) - 1, weekdays)


def season(weekly: dict[str, WeeklyService], trips: dict[str, int], dated: dict[tuple[str, int], bool]) -> Season:
    found = last_season(Calendar(weekly, dated), trips)
    assert found is not None
    return found


def middle(weekly: dict[str, WeeklyService], trips: dict[str, int], dated: dict[tuple[str, int], bool]) -> int:
    return season(weekly, trips, dated).middle - MONDAY


def test_it_takes_the_middle_of_the_season() -> None:
    assert middle({"a": weeks(0, 5)}, {"a": 100}, {}) == 16


def test_it_takes_the_newest_full_timetable() -> None:
    weekly = {"old": weeks(0, 50), "new": weeks(60, 3)}
    assert middle(weekly, {"old": 4, "new": 110}, {}) == 7 * 61 + 2
    assert middle(weekly, {"old": 110, "new": 4}, {}) == 7 * 24 + 3
    assert middle(weekly, {"old": 110, "new": 100}, {}) == 7 * 61 + 2


def test_a_new_timetable_of_the_same_size_is_a_season_of_its_own() -> None:
    assert middle({"old": weeks(0, 100), "new": weeks(100, 3)}, {"old": 110, "new": 111}, {}) == 7 * 101 + 2


@pytest.mark.parametrize("runs", [20, 300])
def test_it_passes_over_a_holiday_and_an_event(runs: int) -> None:
    days = {WEDNESDAY: runs, MONDAY + 14: 100, **{MONDAY + 7 * n + day: 100 for n in (0, 1) for day in (1, 3)}}
    days |= {MONDAY + 9: runs}
    dated = {(f"s{day}", day): True for day in days}
    assert middle({}, {f"s{day}": count for day, count in days.items()}, dated) in (1, 3, 8, 10)


def test_new_year_s_day_is_not_the_service_day() -> None:
    first = date(2025, 1, 1).toordinal()
    dated = {(f"s{day}", day): True for day in range(first, first + 10)}
    trips = {f"s{day}": 30 if day == first else 100 for day in range(first, first + 10)}
    assert season({}, trips, dated).middle == date(2025, 1, 7).toordinal()


def test_a_thin_end_of_the_feed_is_not_shown() -> None:
    weekly = {"main": weeks(0, 4), "school": weeks(0, 100)}
    found = season(weekly, {"main": 100, "school": 4}, {})
    assert found.middle - MONDAY < 28
    assert found.last == MONDAY + 25


def test_it_never_takes_a_friday_where_there_is_a_thursday() -> None:
    dated = {("a", THURSDAY): True, ("a", MONDAY + 4): True, ("b", MONDAY + 4): True}
    assert middle({}, {"a": 50, "b": 50}, dated) == 3


def test_it_takes_the_only_day() -> None:
    assert middle({}, {"a": 7}, {("a", MONDAY + 6): True}) == 6


def test_it_finds_no_season_in_an_empty_calendar() -> None:
    assert last_season(Calendar(), {"a": 3}) is None


def test_it_finds_an_ordinary_saturday_and_sunday() -> None:
    calendar = Calendar({"work": weeks(0, 4), "sat": weeks(0, 4, SATURDAYS)}, {("sat", MONDAY + 12): False})
    trips = {"work": 100, "sat": 40}
    assert weekend_day(calendar, trips, WEDNESDAY + 7, 5) == MONDAY + 5
    assert weekend_day(calendar, trips, WEDNESDAY + 14, 5) == MONDAY + 19
    sunday = weekend_day(calendar, trips, WEDNESDAY, 6)
    assert sunday is not None
    assert calendar.active(sunday) == frozenset()


def test_a_feed_of_working_days_says_nothing_of_the_weekend() -> None:
    assert weekend_day(Calendar({}, {("a", TUESDAY): True}), {"a": 3}, TUESDAY, 5) is None


def test_a_feed_cut_out_for_one_day_says_nothing_of_the_weekend() -> None:
    daily = {f"s{n}": weeks(0, 4, (True,) * 6 + (False,)) for n in range(10)}
    assert weekend_day(Calendar(daily), dict.fromkeys(daily, 5), TUESDAY, 5) is None
    over = daily | {"until May": WeeklyService(MONDAY - 70, MONDAY - 7, (True,) * 5 + (False,) * 2)}
    assert weekend_day(Calendar(over), dict.fromkeys(over, 5), TUESDAY, 5) is None
    whole = daily | {"sat": weeks(0, 4, SATURDAYS)}
    assert weekend_day(Calendar(whole), dict.fromkeys(whole, 5), TUESDAY, 5) == MONDAY + 5


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
    early, late = season({"a": weeks(0, 4)}, {"a": 9}, {}), season({"b": weeks(2, 9)}, {"b": 30}, {})
    assert common_day([early, late]) == MONDAY + 7 * 2 + 3


def test_it_finds_no_common_day_of_feeds_from_different_years() -> None:
    assert common_day([Season((TUESDAY,), TUESDAY), Season((TUESDAY + 364,), TUESDAY + 364)]) is None
