"""Builds tiny real GTFS feeds."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from app.atlas.transit.compile.compiler import compile_timetables
from app.atlas.transit.contract import StopWalks
from app.atlas.transit.timetable import Timetable

#: A bus from Ash over Birch to Cedar, two trips on every weekday of June 2024; the stops lie 2.2 km apart.
TINY: dict[str, str] = {
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,Ash,50.00,4.0\nB,Birch,50.02,4.0\nC,Cedar,50.04,4.0\n",
    "routes": "route_id,route_short_name,route_type\nR1,1,3\n",
    "trips": "route_id,service_id,trip_id,trip_headsign\nR1,week,T1,Cedar\nR1,week,T2,Cedar\n",
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T1,07:30:00,07:30:00,A,1\nT1,07:35:00,07:36:00,B,2\nT1,07:40:00,07:40:00,C,3\n"
        "T2,08:30:00,08:30:00,A,1\nT2,08:35:00,08:36:00,B,2\nT2,08:40:00,08:40:00,C,3\n"
    ),
    "calendar": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "week,1,1,1,1,1,0,0,20240601,20240630\n"
    ),
}


def write_feed(path: Path, folder: str = "", **tables: str | None) -> Path:
    """Write the tiny feed with some tables replaced, added, or left out (None)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (TINY | tables).items():
            if text is not None:
                archive.writestr(f"{folder}{name}.txt", text)
    return path


def compiled(tmp_path: Path, **tables: str | None) -> Timetable:
    """Compile the tiny feed with some tables changed."""
    directory = tmp_path / "transit"
    compile_timetables([write_feed(tmp_path / "tiny.zip", **tables)], directory, None)
    timetable = Timetable.open(directory)
    assert timetable is not None
    return timetable


def at(timetable: Timetable, *walks: tuple[str, float]) -> StopWalks:
    """Return walks to stops given by id."""
    ids = [timetable.stops.ids.index(stop) for stop, _ in walks]
    return StopWalks(np.array(ids, np.int32), np.array([seconds for _, seconds in walks], np.float64))
