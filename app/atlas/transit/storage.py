"""The files of a compiled timetable: one .npy per column, read by mapping them, and one file of names."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import msgspec
import numpy as np

from app.atlas.transit.contract import Bools, Floats, Ints, TimetableFacts

NAMES_FILE = "timetable.json"
#: Goes up with every change of the columns' meaning.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Columns:
    """All numbers of a timetable. Seconds count from the service day's midnight."""

    stop_lat: Floats
    stop_lon: Floats
    #: Rows of `departure_row` for stop `s`: from start[s] to start[s + 1].
    departures_start: Ints
    departures_row: Ints
    #: One row per station and route (see departures.py).
    row_route: Ints
    row_trips: Ints
    row_daytime: Ints
    row_first: Ints
    row_last: Ints
    row_headsign: Ints
    #: One row per call, by run and then along it.
    call_run: Ints
    call_stop: Ints
    arrival: Ints
    departure: Ints
    boards: Bools
    alights: Bools
    #: Changes between stops (see changes.py).
    change_start: Ints
    change_stop: Ints
    change_s: Ints


class Names(msgspec.Struct, frozen=True):
    """All words of a timetable."""

    version: int
    facts: TimetableFacts
    stop_ids: tuple[str, ...]
    stop_names: tuple[str, ...]
    stop_modes: tuple[str, ...]
    route_ids: tuple[str, ...]
    route_names: tuple[str, ...]
    route_modes: tuple[str, ...]
    headsigns: tuple[str, ...]


def save(directory: Path, columns: Columns, names: Names) -> None:
    """Write all files; the names come last, so that a directory left half-written is seen as empty."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / NAMES_FILE).unlink(missing_ok=True)
    for field in fields(columns):
        np.save(directory / f"{field.name}.npy", getattr(columns, field.name))
    (directory / NAMES_FILE).write_bytes(msgspec.json.encode(names))


def load(directory: Path) -> tuple[Columns, Names] | None:
    """Map the columns into memory; None where there is no timetable.

    Raises OSError, ValueError or msgspec.ValidationError where files are missing, cut short or of another version.
    """
    if not (directory / NAMES_FILE).exists():
        return None
    names = msgspec.json.decode((directory / NAMES_FILE).read_bytes(), type=Names)
    if names.version != VERSION:
        raise ValueError("compiled by another version")
    columns = Columns(*(np.load(directory / f"{field.name}.npy", mmap_mode="r") for field in fields(Columns)))
    _check(columns, names)
    return columns, names


def _check(columns: Columns, names: Names) -> None:
    """Raise ValueError where the files are of different compilations."""
    stops = len(names.stop_ids)
    lengths = {
        "stop": {stops, len(columns.stop_lat), len(columns.stop_lon)},
        "row": {len(getattr(columns, field.name)) for field in fields(columns) if field.name.startswith("row_")},
        "call": {len(columns.call_run), len(columns.call_stop), len(columns.arrival), len(columns.departure)},
        "flag": {len(columns.call_run), len(columns.boards), len(columns.alights)},
        "change": {len(columns.change_stop), len(columns.change_s), int(columns.change_start[-1])},
        "start": {stops + 1, len(columns.change_start), len(columns.departures_start)},
    }
    if any(len(found) > 1 for found in lengths.values()):
        raise ValueError("the columns differ in length")
