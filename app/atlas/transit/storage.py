"""The files of a compiled timetable: one .npy per column, and one file of names."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec
import numpy as np

from app.atlas.files import array_in
from app.atlas.transit.contract import Bools, Floats, Ints, TimetableFacts

TEXTS_FILE = "timetable.json"
#: Goes up with every change of the columns' meaning.
VERSION = 3


@dataclass(frozen=True, slots=True)
class TimetableColumns:
    """All numbers of a timetable. Seconds count from the service day's midnight."""

    stop_lat: Floats
    stop_lon: Floats
    #: Rows of `departure_row` for stop `s`: from start[s] to start[s + 1].
    departures_start: Ints
    departures_row: Ints
    stop_station: Ints
    #: Where one gets from the street to a stop.
    way_lat: Floats
    way_lon: Floats
    way_stop: Ints
    #: One row per line and direction: the route that stands for it.
    line_route: Ints
    line_direction: Ints
    line_school: Bools
    #: One row per station, line and direction (see departures.py).
    row_line: Ints
    row_headsign: Ints
    row_trips: Ints
    row_daytime: Ints
    row_evening: Ints
    row_first: Ints
    row_last: Ints
    row_headway: Ints
    row_saturday: Ints
    row_saturday_headway: Ints
    row_sunday: Ints
    row_sunday_headway: Ints
    row_by_hour: Ints
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


class TimetableTexts(msgspec.Struct, frozen=True):
    """All words of a timetable."""

    version: int
    facts: TimetableFacts
    stop_ids: tuple[str, ...]
    stop_names: tuple[str, ...]
    stop_modes: tuple[str, ...]
    #: Of each stop the name of its station, or its own.
    station_names: tuple[str, ...]
    route_ids: tuple[str, ...]
    route_names: tuple[str, ...]
    route_modes: tuple[str, ...]
    route_agencies: tuple[str, ...]
    headsigns: tuple[str, ...]
    #: Rows of each array, filled in when saved: a file of another compilation shows.
    lengths: dict[str, int] = {}


# Made here, before any thread: where the first decodings of a type race, msgspec crashes the process.
_TEXTS = msgspec.json.Decoder(TimetableTexts)


class _ArraysOnly(Protocol):
    """A dataclass whose fields all are arrays."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Arrays = TypeVar("Arrays", bound=_ArraysOnly)


def save(directory: Path, names: TimetableTexts, *parts: _ArraysOnly) -> None:
    """Write all files; the names come last, so that a directory left half-written is seen as empty."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / TEXTS_FILE).unlink(missing_ok=True)
    lengths: dict[str, int] = {}
    for part in parts:
        for field in fields(part):
            column = getattr(part, field.name)
            lengths[field.name] = len(column)
            np.save(_file(directory, field.name), column)
    (directory / TEXTS_FILE).write_bytes(msgspec.json.encode(msgspec.structs.replace(names, lengths=lengths)))


def add_ways_in(directory: Path, stops: Ints, lats: Floats, lons: Floats) -> None:
    """Add ways in to those of a timetable that was written: the stop of each, and where that is."""
    names = load_texts(directory)
    if names is None or not len(stops):
        return
    (directory / TEXTS_FILE).unlink()
    added: dict[str, Floats | Ints] = {"way_stop": stops, "way_lat": lats, "way_lon": lons}
    for column, rows in added.items():
        np.save(_file(directory, column), np.concatenate((np.load(_file(directory, column)), rows)))
    lengths = {column: names.lengths[column] + len(rows) for column, rows in added.items()}
    told = msgspec.structs.replace(names, lengths=names.lengths | lengths)
    (directory / TEXTS_FILE).write_bytes(msgspec.json.encode(told))


def load_texts(directory: Path) -> TimetableTexts | None:
    """Return the words; None where there is no timetable. Raises ValueError where they are of another version."""
    if not (directory / TEXTS_FILE).exists():
        return None
    names = _TEXTS.decode((directory / TEXTS_FILE).read_bytes())
    if names.version != VERSION:
        raise ValueError("compiled by another version")
    return names


def load_arrays(directory: Path, names: TimetableTexts, kind: type[Arrays]) -> Arrays:
    """Read the arrays. Raises OSError or ValueError where one is missing, cut short or of another size."""
    columns = {field.name: array_in(_file(directory, field.name)) for field in fields(kind)}
    if any(len(column) != names.lengths.get(name) for name, column in columns.items()):
        raise ValueError("a file belongs to another timetable")
    return kind(**columns)


def _file(directory: Path, column: str) -> Path:
    return directory / f"{column}.npy"
