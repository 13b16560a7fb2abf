"""Feeds as they come: odd encodings, orders and folders are read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from app.atlas.transit.compile.compiler import compile_timetables
from app.atlas.transit.timetable import Timetable
from tests.support.gtfs_feeds import TINY, compiled, write_feed

DATED = "service_id,date,exception_type\nweek,20240611,1\nweek,20240612,1\n"


def test_it_reads_a_plain_feed(tmp_path: Path) -> None:
    facts = compiled(tmp_path).facts
    assert (facts.feeds, facts.service_date, facts.stops, facts.trips) == (("tiny",), "2024-06-13", 3, 2)


def test_it_names_the_stops(tmp_path: Path) -> None:
    stops = compiled(tmp_path).stops
    assert (stops.ids, stops.names, stops.modes) == (("A", "B", "C"), ("Ash", "Birch", "Cedar"), ("bus",) * 3)
    assert stops.lats.tolist() == [50.0, 50.02, 50.04]


def test_it_skips_a_byte_order_mark(tmp_path: Path) -> None:
    assert compiled(tmp_path, stops="\ufeff" + TINY["stops"]).facts.stops == 3


def test_it_reads_windows_line_ends(tmp_path: Path) -> None:
    assert compiled(tmp_path, **{name: text.replace("\n", "\r\n") for name, text in TINY.items()}).facts.trips == 2


def test_it_reads_quoted_fields_with_commas(tmp_path: Path) -> None:
    stops = TINY["stops"].replace("A,Ash,", 'A,"Ash, ""Old"" Street",')
    assert compiled(tmp_path, stops=stops).stops.names[0] == 'Ash, "Old" Street'


def test_it_strips_stray_spaces(tmp_path: Path) -> None:
    spaced = {name: text.replace(",", " , ").replace("\n", " \n") for name, text in TINY.items()}
    assert compiled(tmp_path, **spaced).stops.ids == ("A", "B", "C")


def test_it_reads_columns_in_any_order(tmp_path: Path) -> None:
    rows = [line.split(",")[::-1] for line in TINY["stop_times"].splitlines()]
    assert compiled(tmp_path, stop_times="\n".join(",".join(row) for row in rows)).facts.trips == 2


def test_it_sorts_calls_by_their_sequence(tmp_path: Path) -> None:
    header, *rows = TINY["stop_times"].splitlines()
    shuffled = compiled(tmp_path, stop_times="\n".join([header, *sorted(rows, key=lambda row: row[::-1])]))
    assert shuffled.routes_calling(0) == compiled(tmp_path).routes_calling(0)


def test_it_skips_blank_lines_and_pads_short_rows(tmp_path: Path) -> None:
    trips = "route_id,service_id,trip_id,trip_headsign\n\nR1,week,T1\nR1,week,T2\n"
    assert compiled(tmp_path, trips=trips).routes_calling(0)[0].headsign == "Cedar"


def test_it_reads_a_feed_in_a_subfolder(tmp_path: Path) -> None:
    path = write_feed(tmp_path / "sub.gtfs.zip", folder="feed 2024/")
    assert compile_timetables([path], tmp_path / "out", None).feeds == ("sub",)


def test_it_needs_no_calendar_where_dates_are_listed(tmp_path: Path) -> None:
    assert compiled(tmp_path, calendar=None, calendar_dates=DATED).facts.service_date == "2024-06-11"


def test_it_says_that_there_is_no_timetable(tmp_path: Path) -> None:
    assert Timetable.open(tmp_path) is None


def test_it_compiles_the_same_bytes_twice(tmp_path: Path) -> None:
    feed = write_feed(tmp_path / "tiny.zip")
    for name in ("one", "two"):
        compile_timetables([feed], tmp_path / name, None)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_it_keeps_two_feeds_apart(tmp_path: Path) -> None:
    feeds = [write_feed(tmp_path / name) for name in ("east.zip", "west.zip")]
    facts = compile_timetables(feeds, tmp_path / "out", None)
    timetable = Timetable.open(tmp_path / "out")
    assert timetable is not None
    assert (facts.feeds, facts.stops, facts.trips) == (("east", "west"), 6, 4)
    assert timetable.stops.ids[0::3] == ("east:A", "west:A")
    assert [route.route_id for route in timetable.routes_calling(0)] == ["east:R1"]


def test_it_tells_two_feeds_of_one_name_apart(tmp_path: Path) -> None:
    feeds = []
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        feeds.append(write_feed(tmp_path / folder / "bus.gtfs.zip"))
    assert compile_timetables(feeds, tmp_path / "out", None).feeds == ("bus", "bus-2", "bus-3")


def test_it_gives_each_feed_its_own_day_where_they_share_none(tmp_path: Path) -> None:
    late = write_feed(tmp_path / "late.zip", calendar=TINY["calendar"].replace("2024", "2025"))
    facts = compile_timetables([write_feed(tmp_path / "early.zip"), late], tmp_path / "out", None)
    assert facts.service_date == "2025-06-12"
    assert "early: its timetable is of 2024-06-13." in facts.notes


def test_it_leaves_out_calls_on_request_and_says_so(tmp_path: Path) -> None:
    header, *rows = TINY["stop_times"].splitlines()
    flexible = "T2,,,,9,zone-1,08:00:00"
    times = "\n".join([f"{header},location_id,start_pickup_drop_off_window", *rows, flexible])
    facts = compiled(tmp_path, stop_times=times).facts
    assert facts.trips == 2
    assert "tiny: Calls on request, within an area or a span of time, were left out." in facts.notes


def test_it_needs_at_least_one_feed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no feed"):
        compile_timetables([], tmp_path / "out", None)


def test_it_reads_text_that_is_not_utf_8_as_windows_wrote_it(tmp_path: Path) -> None:
    path = write_feed(tmp_path / "feed.zip", stops=None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("stops.txt", TINY["stops"].replace("Ash", "Zürich").encode("latin-1"))
    compile_timetables([path], tmp_path / "out", None)
    timetable = Timetable.open(tmp_path / "out")
    assert timetable is not None
    assert timetable.stops.names[0] == "Zürich"


def test_it_reads_two_bytes_a_character(tmp_path: Path) -> None:
    path = write_feed(tmp_path / "feed.zip", stops=None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("stops.txt", TINY["stops"].encode("utf-16"))
    assert compile_timetables([path], tmp_path / "out", None).stops == 3


def test_it_reads_names_of_files_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in TINY.items():
            archive.writestr(f"{name.upper()}.TXT", text)
    assert compile_timetables([path], tmp_path / "out", None).trips == 2


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("stops", TINY["stops"] + ",,,\n , , ,\n"),
        ("stop_times", TINY["stop_times"].replace(":00,", ",")),
        (
            "stop_times",
            "\n".join(f"{line}.0" if line[0] == "T" else line for line in TINY["stop_times"].split("\n") if line),
        ),
        ("routes", TINY["routes"].replace(",3", ",3.0")),
        ("calendar", TINY["calendar"].replace("1,1,1,1,1,0,0", "1.0,1.0,1.0,1.0,1.0,0.0,0.0")),
        ("calendar", TINY["calendar"].replace("20240601", "2024-06-01").replace("20240630", "20240630.0")),
        ("stops", TINY["stops"].replace(",", ";")),
        ("stops", TINY["stops"].replace(",", "\t")),
        ("stops", '\ufeff"stop_id",' + TINY["stops"].removeprefix("stop_id,")),
    ],
    ids=[
        "commas",
        "HH:MM",
        "sequence 1.0",
        "type 3.0",
        "weekday 1.0",
        "dates",
        "semicolons",
        "tabs",
        "mark and quotes",
    ],
)
def test_it_reads_what_can_be_read(table: str, text: str, tmp_path: Path) -> None:
    facts = compiled(tmp_path, **{table: text}).facts
    assert (facts.stops, facts.trips, facts.service_date) == (3, 2, "2024-06-13")
    assert not [note for note in facts.notes if "left out" in note]


def test_it_reads_a_headway_with_a_fraction(tmp_path: Path) -> None:
    rows = "trip_id,start_time,end_time,headway_secs\nT1,10:00:00,10:25:00,600.0\n"
    assert compiled(tmp_path, frequencies=rows).facts.trips == 4
