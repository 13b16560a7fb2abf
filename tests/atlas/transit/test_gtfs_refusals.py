"""Bad feeds: a few faulty rows are left out and counted; too many refuse the feed, named in plain words."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.atlas.transit.compile.compiler import compile_timetables
from app.atlas.transit.timetable import Timetable
from app.errors import AtlasDamaged, BadFeed
from tests.support.gtfs_feeds import TINY, compiled, write_feed

TIMES = TINY["stop_times"]
#: What makes a feed useless, and what is said.
FAULTS: dict[str, tuple[dict[str, str | None], str]] = {
    "a missing required file": ({"stop_times": None}, "it has no stop_times.txt"),
    "several missing files": ({"routes": None, "trips": None}, "it has no routes.txt, no trips.txt"),
    "no calendar": ({"calendar": None}, "it has no calendar.txt or calendar_dates.txt"),
    "a missing column": ({"routes": "route_id\nR1\n"}, "routes.txt has no column route_type"),
    "an empty table": ({"stops": ""}, "stops.txt has no column stop_id"),
    "a bad date, the only one": (
        {"calendar": TINY["calendar"].replace("20240630", "30/06/24")},
        "the calendar has no day on which any trip runs - calendar.txt, line 2: a date is not written YYYYMMDD "
        '("20240601, 30/06/24")',
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
}
#: A bus all day: 100 trips, each written as T1 of the tiny feed is, five minutes after the one before.
MANY = 100


def _minute(number: int, after: int) -> str:
    return f"{(300 + 5 * number + after) // 60:02d}:{(5 * number + after) % 60:02d}:00"


BUSY = {
    "trips": "route_id,service_id,trip_id\n" + "".join(f"R1,week,T{n}\n" for n in range(MANY)),
    "stop_times": TIMES.splitlines(keepends=True)[0]
    + "".join(
        f"T{n},{_minute(n, after)},{_minute(n, after)},{stop},{place}\n"
        for n in range(MANY)
        for place, (stop, after) in enumerate((("A", 0), ("B", 5), ("C", 10)), 1)
    ),
}
#: One faulty row each: what is put in place of what in which table, trips left, and what is said.
SLIPS: dict[str, tuple[str, str, str, int, str]] = {
    "a latitude": ("stops", "C,Cedar", "D,Dogwood,north,4\nC,Cedar", 100, "1 of 4 stops left out: the position is not"),
    "no position": ("stops", "C,Cedar", "D,Dogwood,0,0\nC,Cedar", 100, "1 of 4 stops left out: the position is not"),
    "a call of no trip": ("stop_times", "T5,05:30:00,05:30:00,B", "X,05:30:00,05:30:00,B", 100,
        "1 of 300 calls left out: the trip_id is not in trips.txt."),
    "a call at no stop": ("stop_times", "05:30:00,05:30:00,B", "05:30:00,05:30:00,X", 100,
        "1 of 300 calls on the days shown left out: the stop_id is not in stops.txt."),
    "a bad time": ("stop_times", "05:30:00,05:30:00,B", "5h30,05:30:00,B", 100, "a time is not written HH:MM:SS"),
    "a bad sequence": ("stop_times", "05:30:00,B,2", "05:30:00,B,second", 100, "is not a whole number"),
    "a call twice": ("stop_times", "T5,05:25:00,05:25:00,A,1", "T4,05:25:00,05:25:00,B,2", 100,
        "1 of 300 calls on the days shown left out: the trip has the same call twice."),
    "no first time": ("stop_times", "05:25:00,05:25:00,A", ",,A", 100, "the first or last call of a trip has no time"),
    "no last time": ("stop_times", "05:35:00,05:35:00,C", ",,C", 100, "the first or last call of a trip has no time"),
    "a trip back in time": ("stop_times", "05:30:00,05:30:00,B", "05:10:00,05:10:00,B", 99,
        "1 of 100 trips on the days shown left out: the trip goes back in time."),
    "a trip of no route": ("trips", "R1,week,T7\n", "R9,week,T7\n", 99,
        "1 of 100 trips left out: the route_id is not in routes.txt."),
    "a trip twice": ("trips", "R1,week,T7\n", "R1,week,T7\nR1,week,T7\n", 100, "the trip_id is empty or used twice"),
    "a route of no type": ("routes", "R1,1,3\n", "R1,1,3\nR2,2,bus\n", 100, "the route_type is not a number"),
    "a stop twice": ("stops", "B,Birch", "A,Ash,50.1,4\nB,Birch", 100, "the stop_id is empty or used twice"),
    "a weekday": ("calendar", "week,1", "odd,x,1,1,1,1,0,0,20240601,20240630\nweek,1", 100, "neither 0 nor 1"),
    "a date": ("calendar", "week,1", "odd,1,1,1,1,1,0,0,20240601,30.6.24\nweek,1", 100, "a date is not written"),
}  # fmt: skip
#: Tables of their own with one faulty row.
MORE_SLIPS: dict[str, tuple[str, str]] = {
    "calendar_dates": ("service_id,date,exception_type\nweek,20240231,1\n", "the date is not written YYYYMMDD"),
    "frequencies": (
        "trip_id,start_time,end_time,headway_secs\nT1,07:00:00,08:00:00,0\n",
        "the headway is not a number of seconds from 10 up",
    ),
    "transfers": ("from_stop_id,to_stop_id,transfer_type\nA,Z,2\n", "the stop is not in stops.txt"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_refuses(fault: str, tmp_path: Path) -> None:
    tables, sentence = FAULTS[fault]
    with pytest.raises(BadFeed) as refusal:
        compiled(tmp_path, **tables)
    assert refusal.value.message.startswith("tiny.zip is not a usable timetable: ")
    assert sentence in refusal.value.message
    assert not (tmp_path / "transit").exists()


@pytest.mark.parametrize("slip", SLIPS)
def test_it_leaves_out_what_is_wrong_and_says_how_much(slip: str, tmp_path: Path) -> None:
    table, good, bad, trips, sentence = SLIPS[slip]
    tables = TINY | BUSY
    assert good in tables[table]
    facts = compiled(tmp_path, **(BUSY | {table: tables[table].replace(good, bad, 1)})).facts
    assert facts.trips == trips
    assert any(sentence in note for note in facts.notes)


@pytest.mark.parametrize("table", MORE_SLIPS)
def test_it_leaves_out_a_row_of_an_optional_table(table: str, tmp_path: Path) -> None:
    text, sentence = MORE_SLIPS[table]
    facts = compiled(tmp_path, **(BUSY | {table: text})).facts
    assert facts.trips == MANY
    assert any(sentence in note for note in facts.notes)


def test_a_sound_feed_leaves_nothing_out(tmp_path: Path) -> None:
    assert not [note for note in compiled(tmp_path, **BUSY).facts.notes if "left out" in note]


def test_it_leaves_out_one_trip_of_two(tmp_path: Path) -> None:
    times = TIMES.replace("07:35:00,07:36:00", "07:25:00,07:36:00")
    assert compiled(tmp_path, stop_times=times).facts.trips == 1


def test_a_trip_that_begins_again_at_midnight_goes_on(tmp_path: Path) -> None:
    times = (
        TIMES.replace("08:30", "23:50").replace("08:35", "23:59").replace("08:36", "00:01").replace("08:40", "00:10")
    )
    timetable = compiled(tmp_path, stop_times=times)
    assert timetable.facts.trips == 2
    assert timetable.routes_calling(1)[0].last_departure == "00:01"


def test_it_refuses_a_feed_that_loses_more_than_a_hundredth(tmp_path: Path) -> None:
    broken = BUSY["stop_times"]
    for number in (10, 20, 30, 40):
        broken = broken.replace(f"T{number},{_minute(number, 5)},", f"T{number},{_minute(number, 3)}x,")
    with pytest.raises(BadFeed) as refusal:
        compiled(tmp_path, **(BUSY | {"stop_times": broken}))
    assert "4 of 300 calls on the days shown cannot be used - stop_times.txt, line 33" in refusal.value.message
    assert refusal.value.message.endswith("and 1 more like these.")


def test_a_stop_whose_station_is_missing_stands_alone(tmp_path: Path) -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon,parent_station\nA,Ash,50,4,S\nB,Birch,50.02,4,\nC,Cedar,50.04,4,\n"
    facts = compiled(tmp_path, stops=stops).facts
    assert "tiny: The station of 1 of 3 stops is not in the feed." in facts.notes


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not a zip file", "it is not a zip file"),
        (b"", "it is empty"),
        (b"PK\x03\x04" + bytes(60), "it is cut off or damaged; download it again"),
    ],
)
def test_it_refuses_what_is_no_zip_file(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(content)
    with pytest.raises(BadFeed, match=why):
        compile_timetables([path], tmp_path / "out", None)


def test_it_refuses_a_missing_file_and_a_folder_as_such(tmp_path: Path) -> None:
    with pytest.raises(BadFeed, match="there is no such file"):
        compile_timetables([tmp_path / "none.zip"], tmp_path / "out", None)
    with pytest.raises(BadFeed, match="it is a folder; name the zip file in it"):
        compile_timetables([tmp_path], tmp_path / "out", None)


def test_it_refuses_a_locked_file_as_such(tmp_path: Path) -> None:
    path = write_feed(tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + flags] |= 1
    path.write_bytes(content)
    with pytest.raises(BadFeed, match="is locked with a password"):
        compile_timetables([path], tmp_path / "out", None)


# --- what would take all memory ----------------------------------------------------------------------


@contextmanager
def at_most_mb(megabytes: float) -> Iterator[None]:
    """Let the block hold no more memory than this at any time."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1e6
    finally:
        tracemalloc.stop()


def test_it_refuses_a_feed_that_unpacks_to_far_more_than_a_timetable(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in TINY.items():
            archive.writestr(f"{name}.txt", text + ("\n" * 50_000_000 if name == "stop_times" else ""))
    with at_most_mb(20), pytest.raises(BadFeed, match="unpack to 50 MB, and those of a timetable to at most 40 times"):
        compile_timetables([path], tmp_path / "out", None)


def test_it_refuses_headways_that_make_millions_of_departures(tmp_path: Path) -> None:
    rows = "".join(f"T1,0:00:{at % 60:02},999:00:00,10\n" for at in range(3))
    frequencies = "trip_id,start_time,end_time,headway_secs\n" + rows
    with at_most_mb(100), pytest.raises(BadFeed, match="its headways make millions of departures"):
        compiled(tmp_path, frequencies=frequencies)


def test_it_refuses_stops_on_top_of_each_other(tmp_path: Path) -> None:
    count = 2_000
    stops = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(f"S{at},Same,50.0,4.0\n" for at in range(count))
    minutes = [f"07:{at * 59 // count:02}:00" for at in range(count)]
    times = "".join(f"T{1 + at % 2},{minute},{minute},S{at},{at}\n" for at, minute in enumerate(minutes))
    head = TINY["stop_times"].split("\n", maxsplit=1)[0]
    with at_most_mb(100), pytest.raises(BadFeed, match="its stops lie on top of each other by the thousand"):
        compiled(tmp_path, stops=stops, stop_times=f"{head}\n{times}")


@pytest.mark.parametrize("number", ["2147483648", "9" * 5_000])
def test_a_number_that_is_too_large_is_no_number(tmp_path: Path, number: str) -> None:
    times = TINY["stop_times"].replace("A,1", f"A,{number}")
    facts = compiled(tmp_path, stop_times=times).facts
    assert any("the stop_sequence is not a whole number" in note for note in facts.notes)


# --- of another place --------------------------------------------------------------------------------


def lying(share: float) -> Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]:
    """Return a region that holds so much of any stops."""
    return lambda lats, lons: np.arange(len(lats)) < share * len(lats)


def test_it_refuses_a_feed_of_another_place_unless_it_is_wanted_anyway(tmp_path: Path) -> None:
    feed = write_feed(tmp_path / "feed.zip")
    with pytest.raises(BadFeed, match="of its 3 stops none lies in the region, so it is that of another place"):
        compile_timetables([feed], tmp_path / "out", None, lying(0))
    facts = compile_timetables([feed], tmp_path / "out", None, lying(0), anyway=True)
    assert "feed: Only 0 of its 3 stops lie in the region." in facts.notes


def test_it_tells_of_a_feed_that_lies_elsewhere_for_the_most_part(tmp_path: Path) -> None:
    feed = write_feed(tmp_path / "feed.zip")
    notes = compile_timetables([feed], tmp_path / "a", None, lying(0.3)).notes
    assert "feed: Only 1 of its 3 stops lie in the region." in notes
    notes = compile_timetables([feed], tmp_path / "b", None, lying(1)).notes
    assert not [note for note in notes if "region" in note]


def test_it_refuses_a_zip_file_damaged_inside(tmp_path: Path) -> None:
    path = write_feed(tmp_path / "feed.zip")
    path.write_bytes(path.read_bytes().replace(b"T1,07:30:00", b"T1,07:31:00"))
    with pytest.raises(BadFeed, match=r"stop_times\.txt is damaged inside the zip file"):
        compile_timetables([path], tmp_path / "out", None)


def test_it_shows_a_repeated_fault_three_times_and_counts_the_rest(tmp_path: Path) -> None:
    with pytest.raises(BadFeed) as refusal:
        compiled(tmp_path, stop_times=TIMES.replace("T1", "T8").replace("T2", "T9"))
    assert refusal.value.message.count("the trip_id is not in trips.txt") == 3
    assert "6 of 6 calls cannot be used" in refusal.value.message
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
