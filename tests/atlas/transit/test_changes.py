"""Changes between stops: on foot over the streets or by estimate, and as transfers.txt says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.atlas.transit.compile.compiler import compile_timetables
from app.atlas.transit.contract import Floats, Rows
from app.atlas.transit.timetable import Timetable
from tests.support.gtfs_feeds import TINY, compiled, write_feed

#: Birch lies 111 m from Ash, Cedar 4.4 km.
NEAR = TINY["stops"].replace("50.02", "50.001")
HEAD = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
STATION = (
    "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "S,Central,50,4,1,\nA,Ash,50,4,0,S\nB,Birch,50.001,4,0,S\nC,Cedar,50.04,4,0,\n"
)


def changes(timetable: Timetable) -> dict[tuple[str, str], int]:
    """Return the seconds of each change by stop ids."""
    columns, ids = timetable._columns, timetable.stops.ids
    origins = np.repeat(np.arange(len(ids)), np.diff(columns.change_start))
    rows = zip(origins.tolist(), columns.change_stop.tolist(), columns.change_s.tolist(), strict=True)
    return {(ids[a], ids[b]): seconds for a, b, seconds in rows}


def test_it_takes_a_minute_to_change_at_one_stop(tmp_path: Path) -> None:
    assert changes(compiled(tmp_path)) == {("A", "A"): 60, ("B", "B"): 60, ("C", "C"): 60}


def test_it_estimates_walks_as_1_3_times_the_straight_line(tmp_path: Path) -> None:
    found = changes(compiled(tmp_path, stops=NEAR))
    # 1.3 times 111.2 m at 80 m/min are 108.4 s, and a minute for changing.
    assert found["A", "B"] == found["B", "A"] == 109 + 60
    assert ("A", "C") not in found


def test_it_walks_no_longer_than_ten_minutes(tmp_path: Path) -> None:
    found = [changes(compiled(tmp_path, stops=TINY["stops"].replace("50.02", lat))) for lat in ("50.0055", "50.0056")]
    assert [("A", "B") in each for each in found] == [True, False]


class Streets:
    """A network on which every walk takes as long as it was told."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def seconds_between(self, lats: Floats, lons: Floats, origin: Rows, target: Rows, limit_s: float) -> Floats:
        assert limit_s == 600
        return np.full(len(origin), self.seconds)


def over_streets(tmp_path: Path, seconds: float) -> dict[tuple[str, str], int]:
    facts = compile_timetables([write_feed(tmp_path / "f.zip", stops=NEAR)], tmp_path / "out", Streets(seconds))
    assert bool(facts.notes) == np.isnan(seconds)
    timetable = Timetable.open(tmp_path / "out")
    assert timetable is not None
    return changes(timetable)


def test_it_walks_over_the_streets_where_it_can(tmp_path: Path) -> None:
    assert over_streets(tmp_path, 200.5)["A", "B"] == 261


def test_it_does_not_walk_where_no_street_leads(tmp_path: Path) -> None:
    assert ("A", "B") not in over_streets(tmp_path, np.inf)


def test_it_estimates_walks_off_the_network(tmp_path: Path) -> None:
    assert over_streets(tmp_path, np.nan)["A", "B"] == 169


def test_it_says_that_walks_were_estimated(tmp_path: Path) -> None:
    (note,) = compiled(tmp_path, stops=NEAR).facts.notes
    assert note.startswith("2 of 3 stops are off the mapped streets: walks between them were estimated as 1.3 times")


def test_it_takes_the_least_time_of_a_transfer(tmp_path: Path) -> None:
    found = changes(compiled(tmp_path, stops=NEAR, transfers=f"{HEAD}A,B,2,300\nA,C,2,900\nA,A,2,0\n"))
    assert (found["A", "B"], found["A", "C"], found["A", "A"], found["B", "A"]) == (300, 900, 0, 169)


def test_it_forbids_a_transfer(tmp_path: Path) -> None:
    found = changes(compiled(tmp_path, stops=NEAR, transfers=f"{HEAD}A,B,3,\nA,A,3,\n"))
    assert sorted(found) == [("B", "A"), ("B", "B"), ("C", "C")]


def test_it_needs_no_slack_where_the_next_vehicle_waits(tmp_path: Path) -> None:
    found = changes(compiled(tmp_path, stops=NEAR, transfers=f"{HEAD}A,B,1,\n"))
    assert found["A", "B"] == 109


def test_it_adds_a_recommended_change_that_is_far(tmp_path: Path) -> None:
    assert changes(compiled(tmp_path, transfers=f"{HEAD}A,B,0,\n"))["A", "B"] == 60 + 2169


def test_a_transfer_of_a_station_counts_for_its_platforms(tmp_path: Path) -> None:
    found = changes(compiled(tmp_path, stops=STATION, transfers=f"{HEAD}S,S,2,180\n"))
    assert found == {("A", "A"): 180, ("A", "B"): 180, ("B", "A"): 180, ("B", "B"): 180, ("C", "C"): 60}


def test_it_leaves_out_transfers_between_single_trips(tmp_path: Path) -> None:
    transfers = "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_trip_id,to_trip_id\nA,A,2,999,T1,T2\n"
    assert changes(compiled(tmp_path, transfers=transfers))["A", "A"] == 60


def platforms(apart: float, *, parent: str = "S", name: str = "Central") -> str:
    """Return two platforms, as far apart as told in degrees of latitude (0.001 are 111 m)."""
    return (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
        f"S,Station,50,4,1,\nA,Central,50,4,0,{parent}\nB,{name},{50 + apart},4,0,{parent}\nC,Cedar,50.04,4,0,\n"
    )


def changing(tmp_path: Path, stops: str, walk_s: float) -> int | None:
    compile_timetables([write_feed(tmp_path / "f.zip", stops=stops)], tmp_path / "out", Streets(walk_s))
    timetable = Timetable.open(tmp_path / "out")
    assert timetable is not None
    return changes(timetable).get(("A", "B"))


@pytest.mark.parametrize("stops", [platforms(0.001), platforms(0.001, parent="")], ids=["one parent", "one name"])
@pytest.mark.parametrize(("walk_s", "seconds"), [(np.inf, 180), (550, 180), (40, 100)])
def test_platforms_of_a_station_are_a_change_of_three_minutes_at_most(
    tmp_path: Path, stops: str, walk_s: float, seconds: int
) -> None:
    assert changing(tmp_path, stops, walk_s) == seconds


@pytest.mark.parametrize(
    "stops",
    [platforms(0.001, parent="", name="Market"), platforms(0.002), platforms(0.002, parent="")],
    ids=["two names", "far platforms", "far poles"],
)
def test_what_is_no_station_is_changed_on_foot(tmp_path: Path, stops: str) -> None:
    assert changing(tmp_path, stops, 550) == 610
    assert changing(tmp_path, stops, np.inf) is None
