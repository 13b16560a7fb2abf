"""Bad feeds: each fault is named in plain words with its file and line, and nothing is written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from app.atlas.transit.compile.compiler import compile_timetables
from app.atlas.transit.timetable import Timetable
from app.errors import AtlasDamaged, BadFeed
from tests.support.gtfs_feeds import TINY, compiled, write_feed

TIMES = TINY["stop_times"]
FAULTS: dict[str, tuple[dict[str, str | None], str]] = {
    "a missing required file": ({"stop_times": None}, "it has no stop_times.txt"),
    "several missing files": ({"routes": None, "trips": None}, "it has no routes.txt, no trips.txt"),
    "no calendar": ({"calendar": None}, "it has no calendar.txt or calendar_dates.txt"),
    "a missing column": ({"routes": "route_id\nR1\n"}, "routes.txt has no column route_type"),
    "an empty table": ({"stops": ""}, "stops.txt has no column stop_id"),
    "a bad latitude": (
        {"stops": TINY["stops"].replace("50.02", "north")},
        'stops.txt, line 3: the position is not a latitude and a longitude ("north, 4.0")',
    ),
    "a latitude past the pole": (
        {"stops": TINY["stops"].replace("50.02", "95")},
        "stops.txt, line 3: the position is not a latitude and a longitude",
    ),
    "a stop twice": (
        {"stops": TINY["stops"] + "A,Ash,50,4\n"},
        'stops.txt, line 5: the stop_id is empty or used twice ("A")',
    ),
    "an unknown parent": (
        {"stops": "stop_id,stop_lat,stop_lon,parent_station\nA,50,4,S\nB,50.1,4,\nC,50.2,4,\n"},
        'stops.txt, line 2: the parent_station is not in this file ("S")',
    ),
    "a bad route type": (
        {"routes": TINY["routes"].replace(",3", ",bus")},
        'routes.txt, line 2: the route_type is not a number ("bus")',
    ),
    "a trip of no route": (
        {"trips": TINY["trips"].replace("R1,week,T2", "R9,week,T2")},
        'trips.txt, line 3: the route_id is not in routes.txt ("R9")',
    ),
    "a trip twice": (
        {"trips": TINY["trips"] + "R1,week,T1,Cedar\n"},
        "trips.txt, line 4: the trip_id is empty or used",
    ),
    "a call of no trip": (
        {"stop_times": TIMES.replace("T2,08:30:00,", "T9,08:30:00,")},
        'stop_times.txt, line 5: the trip_id is not in trips.txt ("T9")',
    ),
    "a call at no stop": (
        {"stop_times": TIMES.replace("07:40:00,C", "07:40:00,X")},
        'stop_times.txt, line 4: the stop_id is not in stops.txt ("X")',
    ),
    "a bad time": (
        {"stop_times": TIMES.replace("07:36:00", "7h36")},
        'stop_times.txt, line 3: a time is not written HH:MM:SS ("07:35:00, 7h36")',
    ),
    "a bad sequence": (
        {"stop_times": TIMES.replace("C,3", "C,last")},
        'stop_times.txt, line 4: the stop_sequence is not a whole number ("last")',
    ),
    "a sequence twice": (
        {"stop_times": TIMES.replace("07:40:00,C,3", "07:40:00,C,2")},
        "stop_times.txt, line 4: the trip has two calls with the same stop_sequence",
    ),
    "a trip back in time": (
        {"stop_times": TIMES.replace("07:35:00,07:36:00", "07:25:00,07:36:00")},
        "stop_times.txt, line 3: the trip goes back in time here",
    ),
    "a first call without time": (
        {"stop_times": TIMES.replace("07:30:00,07:30:00", ",")},
        "stop_times.txt, line 2: the first or last call of a trip has no time",
    ),
    "a call without place": (
        {"stops": "stop_id,location_type,stop_lat,stop_lon\nA,,50,4\nB,3,,\nC,,50.1,4\n"},
        "stop_times.txt, line 3: the trip calls where stops.txt gives no position",
    ),
    "a bad date": (
        {"calendar": TINY["calendar"].replace("20240630", "30/06/24")},
        'calendar.txt, line 2: a date is not written YYYYMMDD ("20240601, 30/06/24")',
    ),
    "a bad weekday": (
        {"calendar": TINY["calendar"].replace("week,1", "week,yes")},
        "calendar.txt, line 2: a weekday is neither 0 nor 1",
    ),
    "a date outside the calendar": (
        {"calendar_dates": "service_id,date,exception_type\nweek,20240231,1\n"},
        'calendar_dates.txt, line 2: the date is not written YYYYMMDD ("20240231")',
    ),
    "a bad exception": (
        {"calendar_dates": "service_id,date,exception_type\nweek,20240611,0\n"},
        "calendar_dates.txt, line 2: the exception_type is neither 1 nor 2",
    ),
    "an empty calendar": (
        {"calendar": TINY["calendar"].replace("1,1,1,1,1", "0,0,0,0,0")},
        "the calendar has no day on which any trip runs",
    ),
    "a service that no trip has": (
        {"trips": TINY["trips"].replace("week", "winter")},
        "the calendar has no day on which any trip runs",
    ),
    "trips that call nowhere": (
        {"stop_times": TIMES.splitlines()[0]},
        "none of the trips of its typical day calls anywhere",
    ),
    "a bad headway": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nT1,07:00:00,08:00:00,0\n"},
        'frequencies.txt, line 2: the headway is not a number of seconds from 10 up ("0")',
    ),
    "a headway of no trip": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nT9,07:00:00,08:00:00,600\n"},
        "frequencies.txt, line 2: the trip_id is not in trips.txt",
    ),
    "a transfer at no stop": (
        {"transfers": "from_stop_id,to_stop_id,transfer_type\nA,Z,2\n"},
        'transfers.txt, line 2: the stop is not in stops.txt ("Z")',
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_refuses(fault: str, tmp_path: Path) -> None:
    tables, sentence = FAULTS[fault]
    with pytest.raises(BadFeed) as refusal:
        compiled(tmp_path, **tables)
    assert refusal.value.message.startswith("tiny.zip is not a usable timetable: ")
    assert sentence in refusal.value.message
    assert not (tmp_path / "transit").exists()


def test_it_refuses_what_is_no_zip_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    path.write_text("not a zip file")
    with pytest.raises(BadFeed, match="it is not a zip file, or it is damaged"):
        compile_timetables([path], tmp_path / "out", None)


def test_it_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadFeed, match="it is not a zip file"):
        compile_timetables([tmp_path / "none.zip"], tmp_path / "out", None)


def test_it_refuses_a_zip_file_damaged_inside(tmp_path: Path) -> None:
    path = write_feed(tmp_path / "feed.zip")
    path.write_bytes(path.read_bytes().replace(b"T1,07:30:00", b"T1,07:31:00"))
    with pytest.raises(BadFeed, match=r"stop_times\.txt is damaged inside the zip file"):
        compile_timetables([path], tmp_path / "out", None)


def test_it_refuses_text_that_is_not_utf_8(tmp_path: Path) -> None:
    path = write_feed(tmp_path / "feed.zip", stops=None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("stops.txt", "stop_id,stop_name\nA,Zürich\n".encode("latin-1"))
    with pytest.raises(BadFeed, match=r"stops\.txt is not UTF-8 text"):
        compile_timetables([path], tmp_path / "out", None)


def test_it_lists_faults_of_several_files_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadFeed) as refusal:
        compiled(tmp_path, stops=TINY["stops"].replace("50.02", ""), routes=TINY["routes"].replace(",3", ",x"))
    assert "stops.txt, line 3" in refusal.value.message
    assert "routes.txt, line 2" in refusal.value.message


def test_it_lists_faults_of_calls_beside_those_of_other_tables(tmp_path: Path) -> None:
    trips, times = TINY["trips"].replace("R1,week,T2", "R9,week,T2"), TIMES.replace("07:36:00", "7h36")
    with pytest.raises(BadFeed) as refusal:
        compiled(tmp_path, trips=trips, stop_times=times)
    assert "trips.txt, line 3: the route_id is not in routes.txt" in refusal.value.message
    assert "stop_times.txt, line 3: a time is not written HH:MM:SS" in refusal.value.message
    assert "trip_id" not in refusal.value.message


def test_it_shows_a_repeated_fault_three_times_and_counts_the_rest(tmp_path: Path) -> None:
    with pytest.raises(BadFeed) as refusal:
        compiled(tmp_path, stop_times=TIMES.replace("T1", "T8").replace("T2", "T9"))
    assert refusal.value.message.count("the trip_id is not in trips.txt") == 3
    assert "; and 3 more like these." in refusal.value.message


def test_it_writes_nothing_when_the_second_feed_is_bad(tmp_path: Path) -> None:
    good, bad = write_feed(tmp_path / "good.zip"), write_feed(tmp_path / "bad.zip", routes=None)
    with pytest.raises(BadFeed, match=r"bad\.zip"):
        compile_timetables([good, bad], tmp_path / "out", None)
    assert not (tmp_path / "out").exists()


def test_it_leaves_the_old_timetable_when_the_new_feed_is_bad(tmp_path: Path) -> None:
    compiled(tmp_path)
    with pytest.raises(BadFeed):
        compiled(tmp_path, routes=None)
    assert Timetable.open(tmp_path / "transit") is not None


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"version": 0}'])
def test_it_refuses_a_damaged_timetable(tmp_path: Path, damage: bytes) -> None:
    compiled(tmp_path)
    (tmp_path / "transit" / "timetable.json").write_bytes(damage)
    with pytest.raises(AtlasDamaged):
        Timetable.open(tmp_path / "transit")


def test_it_refuses_a_timetable_with_a_file_cut_short(tmp_path: Path) -> None:
    compiled(tmp_path)
    column = tmp_path / "transit" / "arrival.npy"
    column.write_bytes(column.read_bytes()[:-4])
    with pytest.raises(AtlasDamaged):
        Timetable.open(tmp_path / "transit")


def test_it_refuses_a_timetable_with_a_file_of_another(tmp_path: Path) -> None:
    compiled(tmp_path)
    other = TINY["stop_times"].rsplit("T2", 1)[0]
    compiled(tmp_path / "transit", stop_times=other)
    (tmp_path / "transit" / "transit" / "arrival.npy").replace(tmp_path / "transit" / "arrival.npy")
    with pytest.raises(AtlasDamaged):
        Timetable.open(tmp_path / "transit")
