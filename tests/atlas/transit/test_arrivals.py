"""Journeys to a place, searched backwards, against the search that leaves from home."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings

from app.atlas.transit.arrivals import NO_RIDE, Arrivals, turned_back
from app.atlas.transit.contract import StopWalks
from app.atlas.transit.journeys import MINUTE_S, Span
from app.atlas.transit.timetable import KEPT_WINDOWS, Timetable
from tests.atlas.transit.test_journeys import Call, Walks, latitudes, tables, trips, walks
from tests.support.gtfs_feeds import TINY, at, compiled

#: Arrivals by each minute from 7:10 to 7:20, and all departures from which one can be there within 40 minutes.
ARRIVALS = Arrivals(7 * 3600 + 20 * 60, 11, 40 * 60)
DEPARTURES = Span(6 * 3600 + 30 * 60, 51, 40 * 60)


def arrives(timetable: Timetable, access: StopWalks, egress: StopWalks) -> np.ndarray:
    """Return whether leaving at each minute one is there by each arrival: (departures, arrivals), searched forwards."""
    search = timetable.search(DEPARTURES)
    leave = DEPARTURES.first_s + MINUTE_S * np.arange(DEPARTURES.minutes)
    there = leave + search.durations(search.labels(access), egress)
    by = ARRIVALS.last_s - MINUTE_S * np.arange(ARRIVALS.minutes)
    return (there[:, None] <= by) & (by - leave[:, None] <= ARRIVALS.limit_s)


def arrives_backwards(timetable: Timetable, access: StopWalks, egress: StopWalks) -> np.ndarray:
    """Return the same by the search from the place."""
    before = timetable.arrivals(ARRIVALS).seconds_before(egress)[access.stops] + access.seconds[:, None]
    seconds = before.min(axis=0, initial=NO_RIDE)
    leave = DEPARTURES.first_s + MINUTE_S * np.arange(DEPARTURES.minutes)
    apart = ARRIVALS.last_s - MINUTE_S * np.arange(ARRIVALS.minutes) - leave[:, None]
    return (apart >= seconds) & (apart <= ARRIVALS.limit_s)


@settings(max_examples=150, deadline=None)
@given(calls=trips(), lats=latitudes, access=walks, egress=walks)
def test_who_leaves_at_a_minute_is_there_by_another_in_both_searches(
    calls: list[Call], lats: list[float], access: Walks, egress: Walks
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        timetable = compiled(Path(directory), **tables(calls, lats))
        here, there = (
            at(timetable, *(walk for walk in each if walk[0] in timetable.stops.ids)) for each in (access, egress)
        )
        forwards, backwards = arrives(timetable, here, there), arrives_backwards(timetable, here, there)
        del timetable
    assert np.array_equal(forwards, backwards)


def test_it_finds_the_last_bus_that_is_there_in_time(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    ash, birch, cedar = (timetable.stops.ids.index(stop) for stop in "ABC")
    # The bus leaves Ash at 7:30, Birch at 7:36, and is in Cedar at 7:40; the place is two minutes from there.
    before = timetable.arrivals(Arrivals(7 * 3600 + 42 * 60, 2)).seconds_before(at(timetable, ("C", 120.0)))
    assert before[ash].tolist() == [12 * 60, NO_RIDE]
    assert before[birch].tolist() == [6 * 60, NO_RIDE]
    assert before[cedar].tolist() == [NO_RIDE, NO_RIDE]


def test_turned_back_twice_a_timetable_is_itself(tmp_path: Path) -> None:
    columns = compiled(tmp_path)._columns
    twice = turned_back(turned_back(columns, 40_000), 40_000)
    for name in ("call_stop", "arrival", "departure", "boards", "alights", "change_start"):
        assert np.array_equal(getattr(twice, name), getattr(columns, name))


def test_a_process_keeps_a_few_windows(tmp_path: Path) -> None:
    timetable = compiled(tmp_path, **TINY)
    for hour in range(6, 6 + 2 * KEPT_WINDOWS):
        timetable.arrivals(Arrivals(hour * 3600))
    assert len(timetable._arrivals) == KEPT_WINDOWS
    assert timetable.arrivals(Arrivals(hour * 3600)) is timetable.arrivals(Arrivals(hour * 3600))
