"""Two lines that cross in an empty plain: travel times follow from arithmetic, as Conveyal R5 tests its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from app.atlas.transit.journeys import MORNING
from app.atlas.transit.timetable import Timetable
from tests.support.gtfs_feeds import at, compiled

#: Far from each other, so that nobody walks: West, the crossing of the lines, and North.
STOPS = "stop_id,stop_name,stop_lat,stop_lon\nW,West,50.0,4.0\nX,Cross,50.0,4.1\nN,North,50.1,4.1\n"
ROUTES = "route_id,route_short_name,route_type\nH,Across,3\nV,Up,3\n"
HEADWAY, RIDE, WALK = 20, 10, 1


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


def plain(tmp_path: Path, offset: int) -> Timetable:
    """Compile both lines: each every 20 minutes, ten minutes long, the second so many minutes after the first."""
    trips, times = "route_id,service_id,trip_id\n", "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    for line, ends, first in (("H", "WX", 6 * 60), ("V", "XN", 6 * 60 + offset)):
        for start in range(first, 13 * 60, HEADWAY):
            trips += f"{line},week,{line}{start}\n"
            for place, stop in enumerate(ends):
                leaves = clock(start + RIDE * place)
                times += f"{line}{start},{leaves},{leaves},{stop},{place}\n"
    return compiled(tmp_path, stops=STOPS, routes=ROUTES, trips=trips, stop_times=times)


def minutes(timetable: Timetable) -> list[int]:
    """Return the minutes from a door one minute from West to North, for every departure of the morning."""
    search = timetable.search(MORNING)
    found = search.durations(search.labels(at(timetable, ("W", WALK * 60.0))), at(timetable, ("N", 0.0)))
    assert np.isfinite(found).all()
    return [round(second / 60) for second in found.tolist()]


def test_with_a_timetable_times_are_uniform_from_31_to_51(tmp_path: Path) -> None:
    """The change always takes ten minutes; only the first wait, of 0 to 20, is left to chance."""
    found = Counter(minutes(plain(tmp_path, RIDE + 10)))
    # One departure each minute: the longest wait is that of whoever comes a minute late.
    assert found == dict.fromkeys(range(31, 51), MORNING.minutes // HEADWAY)


def test_by_frequency_times_are_triangular_from_22_to_62(tmp_path: Path) -> None:
    """Where only the headways are known both waits are left to chance: over every offset of the second line."""
    found: Counter[int] = Counter()
    for offset in range(HEADWAY):
        (tmp_path / str(offset)).mkdir()
        found.update(minutes(plain(tmp_path / str(offset), offset)))
    ways = Counter(first + second for first in range(HEADWAY) for second in range(HEADWAY))
    least = WALK + RIDE + 1 + RIDE  # a minute for the change
    assert least == 22
    assert found == {least + wait: count * MORNING.minutes // HEADWAY for wait, count in ways.items()}
    assert (min(found), max(found)) == (22, 60)


@pytest.mark.parametrize("offset", [0, 7, 19])
def test_the_mean_is_the_fixed_times_and_half_a_headway(tmp_path: Path, offset: int) -> None:
    timetable = plain(tmp_path, offset)
    (found,) = timetable.travel_times(at(timetable, ("W", 60.0)), [at(timetable, ("N", 0.0))], [None])
    change = 1 + (offset - RIDE - 1) % HEADWAY
    assert found is not None
    assert found.mean_s == pytest.approx((WALK + RIDE + change + RIDE + (HEADWAY - 1) / 2) * 60)


def test_the_last_way_home_changes_to_the_last_bus(tmp_path: Path) -> None:
    times = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "H1,21:00:00,21:00:00,W,1\nH1,21:10:00,21:10:00,X,2\nH2,23:00:00,23:00:00,W,1\nH2,23:10:00,23:10:00,X,2\n"
        "V1,24:04:00,24:04:00,X,1\nV1,24:14:00,24:14:00,N,2\nV2,18:00:00,18:00:00,X,1\nV2,18:10:00,18:10:00,N,2\n"
    )
    trips = "route_id,service_id,trip_id\nH,week,H1\nH,week,H2\nV,week,V1\nV,week,V2\n"
    timetable = compiled(tmp_path, stops=STOPS, routes=ROUTES, trips=trips, stop_times=times)
    west, north = at(timetable, ("W", 120.0)), at(timetable, ("N", 0.0))
    assert timetable.last_departure(west, north) == (22 * 60 + 58) * 60
    assert timetable.last_departure(at(timetable, ("X", 0.0)), north) == (24 * 60 + 4) * 60
    assert timetable.last_departure(north, west) is None
