"""Journeys: small cases by hand, and random timetables against a plain Dijkstra on their events."""

from __future__ import annotations

import heapq
import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.atlas.facts import TransitTime
from app.atlas.transit.contract import StopWalks
from app.atlas.transit.journeys import MORNING, Span
from app.atlas.transit.timetable import Timetable
from tests.support.gtfs_feeds import TINY, at, compiled

SPAN = Span(7 * 3600, 20, 40 * 60)
HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n"


def one(timetable: Timetable, access: StopWalks, egress: StopWalks, walk_s: float | None = None) -> TransitTime | None:
    """Return the time to one destination over the departures from 7:00 to 9:00."""
    return timetable.travel_times(access, [egress], [walk_s])[0]


def test_it_waits_for_the_bus(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    found = one(timetable, at(timetable, ("A", 120)), at(timetable, ("C", 60)))
    # Whoever leaves from 7:00 to 7:28 is there at 7:41 (41 to 13 minutes), until 8:28 at 8:41 (72 to 13), then never.
    mean_s = (29 * (41 + 13) / 2 + 60 * (72 + 13) / 2) / 89 * 60
    assert found == TransitTime(pytest.approx(mean_s), min_s=780, max_s=4320, reached_share=89 / 120)


def test_it_reaches_nothing_against_the_direction(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    assert one(timetable, at(timetable, ("C", 0)), at(timetable, ("A", 0))) is None


def test_it_reaches_nothing_without_stops_nearby(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    assert one(timetable, at(timetable), at(timetable, ("C", 0))) is None
    assert one(timetable, at(timetable, ("A", 0)), at(timetable)) is None


def test_it_walks_where_that_is_sooner(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    found = one(timetable, at(timetable, ("A", 120)), at(timetable, ("C", 60)), 900.0)
    assert found is not None
    assert (found.min_s, found.max_s, found.reached_share) == (780, 900, 1.0)


def test_it_does_not_walk_past_the_limit(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    assert one(timetable, at(timetable), at(timetable), 111 * 60.0) is None


def test_it_does_not_ride_past_the_limit(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    walks = at(timetable, ("A", 0)), [at(timetable, ("C", 0))], [None]
    (found,) = timetable.travel_times(*walks, span=MORNING._replace(limit_s=600))
    assert found == TransitTime(mean_s=600, min_s=600, max_s=600, reached_share=2 / 120)


def test_it_answers_each_destination_in_order(tmp_path: Path) -> None:
    timetable = compiled(tmp_path)
    egresses = [at(timetable, ("C", 0)), at(timetable), at(timetable, ("B", 0))]
    found = timetable.travel_times(at(timetable, ("A", 0)), egresses, [None] * 3)
    assert [time and time.min_s for time in found] == [600, None, 300]


@pytest.mark.parametrize(("column", "stop"), [("pickup_type", "A"), ("drop_off_type", "C")])
def test_it_neither_boards_nor_alights_where_that_is_forbidden(tmp_path: Path, column: str, stop: str) -> None:
    header, *rows = TINY["stop_times"].splitlines()
    times = "\n".join([f"{header},{column}", *(f"{row},{int(f',{stop},' in row)}" for row in rows)])
    timetable = compiled(tmp_path, stop_times=times)
    assert one(timetable, at(timetable, ("A", 0)), at(timetable, ("C", 0))) is None


def test_it_changes_at_a_stop_in_a_minute_but_not_in_less(tmp_path: Path) -> None:
    for leaves, reached in (("07:36:00", True), ("07:35:59", False)):
        times = (
            f"{HEAD}T1,07:30:00,07:30:00,A,1,,\nT1,07:35:00,07:35:00,B,2,,\n"
            f"T2,{leaves},{leaves},B,1,,\nT2,07:50:00,07:50:00,C,2,,\n"
        )
        timetable = compiled(tmp_path, stop_times=times)
        assert (one(timetable, at(timetable, ("A", 0)), at(timetable, ("C", 0))) is not None) == reached


def test_it_lets_the_wrong_bus_pass_after_a_change(tmp_path: Path) -> None:
    stops = TINY["stops"] + "D,Dogwood,50.10,4.0\n"
    trips = TINY["trips"] + "R1,week,T3,\n"
    times = (
        f"{HEAD}T1,07:30:00,07:30:00,A,1,,\nT1,07:35:00,07:35:00,B,2,,\n"
        "T2,07:38:00,07:38:00,B,1,,\nT2,07:50:00,07:50:00,D,2,,\n"
        "T3,07:45:00,07:45:00,B,1,,\nT3,07:50:00,07:50:00,C,2,,\n"
    )
    timetable = compiled(tmp_path, stops=stops, trips=trips, stop_times=times)
    found = one(timetable, at(timetable, ("A", 0)), at(timetable, ("C", 0)))
    assert found is not None
    assert found.min_s == 20 * 60


def test_it_changes_from_a_trip_that_calls_twice_at_once(tmp_path: Path) -> None:
    times = (
        f"{HEAD}T1,07:30:00,07:30:00,A,1,,\nT1,07:35:00,07:35:00,B,2,,\nT1,07:35:00,07:35:00,B,3,,\n"
        "T2,07:40:00,07:40:00,B,1,,\nT2,07:50:00,07:50:00,C,2,,\n"
    )
    timetable = compiled(tmp_path, stop_times=times)
    assert one(timetable, at(timetable, ("A", 0)), at(timetable, ("C", 0))) is not None


STOPS = "ABCD"
Call = tuple[int, str, int, int, bool, bool]


@st.composite
def trips(draw: st.DrawFn) -> list[Call]:
    """Return calls (trip, stop, arrival, departure, boards, alights) of up to 8 trips, in seconds after 6:50."""
    calls: list[Call] = []
    for trip in range(draw(st.integers(1, 10))):
        clock = draw(st.integers(0, 40)) * 60
        for stop in draw(st.lists(st.sampled_from(STOPS), min_size=2, max_size=5)):
            clock += draw(st.integers(0, 6)) * 60
            leaves = clock + draw(st.sampled_from([0, 0, 30, 90]))
            boards, alights = draw(st.integers(0, 9)) > 0, draw(st.integers(0, 9)) > 0
            calls.append((trip, stop, 24_600 + clock, 24_600 + leaves, boards, alights))
            clock = leaves
    return calls


def tables(calls: list[Call], lats: list[float]) -> dict[str, str]:
    """Return the feed's tables for such calls."""
    stops = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(
        f"{stop},{stop},{lat},4.0\n" for stop, lat in zip(STOPS, lats, strict=True)
    )
    rows = [
        f"T{trip},{_clock(arrival)},{_clock(departure)},{stop},{row},{int(not boards)},{int(not alights)}\n"
        for row, (trip, stop, arrival, departure, boards, alights) in enumerate(calls)
    ]
    ids = sorted({call[0] for call in calls})
    trip_rows = "route_id,service_id,trip_id\n" + "".join(f"R1,week,T{trip}\n" for trip in ids)
    return {"stops": stops, "trips": trip_rows, "stop_times": HEAD + "".join(rows)}


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


Changes = dict[str, list[tuple[str, int]]]
Walks = list[tuple[str, float]]


def slow_duration(calls: list[Call], changes: Changes, access: Walks, egress: Walks, leave: int) -> float:
    """Return the seconds from door to door for one departure: Dijkstra over single events, sharing no code."""
    best = math.inf
    queue: list[tuple[float, str, str, int]] = [(leave + walk, "at", stop, -1) for stop, walk in access]
    heapq.heapify(queue)
    done: set[tuple[str, str, int]] = set()
    while queue:
        now, what, stop, call = heapq.heappop(queue)
        if (what, stop, call) in done:
            continue
        done.add((what, stop, call))
        if what == "at":
            for index, (_, place, _, departure, boards, _) in enumerate(calls):
                if place == stop and boards and departure >= now:
                    heapq.heappush(queue, (departure, "on", "", index))
        elif what == "on" and call + 1 < len(calls) and calls[call + 1][0] == calls[call][0]:
            _, place, arrival, departure, _, alights = calls[call + 1]
            heapq.heappush(queue, (departure, "on", "", call + 1))
            if alights:
                best = min([best, *(arrival + walk - leave for door, walk in egress if door == place)])
                for target, seconds in changes.get(place, []):
                    heapq.heappush(queue, (arrival + seconds, "at", target, -1))
    return best if best <= SPAN.limit_s else math.inf


walks = st.lists(st.tuples(st.sampled_from(STOPS), st.integers(0, 900).map(float)), min_size=1, max_size=3)
latitudes = st.lists(st.integers(0, 80).map(lambda step: 50 + step / 10_000), min_size=4, max_size=4)


@settings(max_examples=200, deadline=None)
@given(calls=trips(), lats=latitudes, access=walks, egress=walks)
def test_it_finds_what_a_plain_search_finds(calls: list[Call], lats: list[float], access: Walks, egress: Walks) -> None:
    with tempfile.TemporaryDirectory() as directory:
        timetable = compiled(Path(directory), **tables(calls, lats))
        ids, columns = timetable.stops.ids, timetable._columns
        changes: Changes = {stop: [] for stop in ids}
        for stop in range(len(ids)):
            for row in range(columns.change_start[stop], columns.change_start[stop + 1]):
                changes[ids[stop]].append((ids[columns.change_stop[row]], int(columns.change_s[row])))
        access, egress = ([walk for walk in each if walk[0] in ids] for each in (access, egress))
        window = timetable.search(SPAN)
        found = window.durations(window.labels(at(timetable, *access)), at(timetable, *egress)).tolist()
        del timetable, columns, window
    wanted = [slow_duration(calls, changes, access, egress, minute) for minute in range(25_200, 26_400, 60)]
    assert found == wanted


@settings(max_examples=50, deadline=None)
@given(calls=trips(), lats=latitudes, access=walks, egress=walks)
def test_a_trip_more_never_makes_a_journey_slower(
    calls: list[Call], lats: list[float], access: Walks, egress: Walks
) -> None:
    fewer = [call for call in calls if call[0] > 0]
    if {call[1] for call in fewer} != {call[1] for call in calls}:
        return
    with tempfile.TemporaryDirectory() as directory:
        times = []
        for name, some in (("all", calls), ("fewer", fewer)):
            (Path(directory) / name).mkdir()
            timetable = compiled(Path(directory) / name, **tables(some, lats))
            known = [[walk for walk in each if walk[0] in timetable.stops.ids] for each in (access, egress)]
            window = timetable.search(SPAN)
            times.append(window.durations(window.labels(at(timetable, *known[0])), at(timetable, *known[1])))
    assert (times[0] <= times[1]).all()
