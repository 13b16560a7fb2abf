"""Trips counted straight from the files of a feed."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path

Row = Mapping[str, str]
#: "16", "Q4", "(12A)".
LONGEST_BAY = 5
#: What one writes of a station beside its name and the other does not.
STATION = re.compile(r"^(?:estacao|stazione)|(?:station|fs)$")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def bare(name: str) -> str:
    """Return the letters and digits of a name: a report may write "Sao Pedro" of "SAO PEDRO", as the map does."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in parts if letter.isalnum())
    return STATION.sub("", letters) or letters


@dataclass(frozen=True, slots=True)
class Call:
    """A departure: who leaves when, for where. `at_s` counts from midnight of the service day."""

    trip: str
    route: str
    direction: str
    headsign: str
    at_s: int
    #: Whether the feed gives the time, or only those of the stops around.
    is_told: bool = True
    is_direction_told: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """How often a line leaves a stop on a day; first and last in minutes of the clock."""

    trips: int
    first_min: int
    last_min: int
    headsigns: frozenset[str]
    #: Whether the feed gives these times, or only those of the stops around.
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class StopOfFeed:
    """A stop of a feed."""

    stop_id: str
    name: str
    lat: float
    lon: float
    parent: str


class Timetable:
    """One or more feeds, read as they are."""

    def __init__(self, feeds: Iterable[Path]) -> None:
        self.stops: dict[str, StopOfFeed] = {}
        self.route_names: dict[str, tuple[str, ...]] = {}
        self.agencies: dict[str, str] = {}
        self._trips: dict[str, Row] = {}
        self._services: dict[str, set[date]] = defaultdict(set)
        self._stop_times: dict[str, list[tuple[int, int, str, bool]]] = defaultdict(list)
        self._frequencies: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        self._calls: dict[date, Mapping[str, list[Call]]] = {}
        for number, feed in enumerate(feeds):
            with zipfile.ZipFile(feed) as archive:
                self._read(archive, f"{number}/")
        for calls in self._stop_times.values():
            calls.sort()

    def _read(self, archive: zipfile.ZipFile, feed: str) -> None:
        for row in _rows(archive, "stops.txt"):
            self._add_stop(feed, row)
        for row in _rows(archive, "routes.txt"):
            names = (row.get("route_short_name", ""), row.get("route_long_name", ""))
            self.route_names[feed + row["route_id"]] = names
            self.agencies[feed + row["route_id"]] = row.get("agency_id", "")
        for row in _rows(archive, "trips.txt"):
            keys = ("route_id", "service_id", "trip_id")
            self._trips[feed + row["trip_id"]] = {**row, **{key: feed + row[key] for key in keys}}
        for row in _rows(archive, "stop_times.txt"):
            self._add_time(feed, row)
        for row in _rows(archive, "frequencies.txt"):
            span = (seconds(row["start_time"]), seconds(row["end_time"]), int(row["headway_secs"]))
            self._frequencies[feed + row["trip_id"]].append(span)
        self._read_days(archive, feed)

    def _add_stop(self, feed: str, row: Row) -> None:
        if not row.get("stop_lat", "").strip():
            return
        stop_id, parent = feed + row["stop_id"], row.get("parent_station", "")
        lat, lon = float(row["stop_lat"]), float(row["stop_lon"])
        self.stops[stop_id] = StopOfFeed(stop_id, row.get("stop_name", ""), lat, lon, feed + parent if parent else "")

    def _add_time(self, feed: str, row: Row) -> None:
        told = row.get("departure_time", "").strip() or row.get("arrival_time", "").strip()
        may_board = row.get("pickup_type", "0").strip() != "1"
        at = seconds(told) if told else -1
        self._stop_times[feed + row["trip_id"]].append(
            (int(row["stop_sequence"]), at, feed + row["stop_id"], may_board)
        )

    def _read_days(self, archive: zipfile.ZipFile, feed: str) -> None:
        for row in _rows(archive, "calendar.txt"):
            first, last = _day(row["start_date"]), _day(row["end_date"])
            for number in range((last - first).days + 1):
                day = first + timedelta(days=number)
                if row[DAYS[day.weekday()]] == "1":
                    self._services[feed + row["service_id"]].add(day)
        for row in _rows(archive, "calendar_dates.txt"):
            change = set.add if row["exception_type"] == "1" else set.discard
            change(self._services[feed + row["service_id"]], _day(row["date"]))

    @cached_property
    def trips_of_days(self) -> Counter[date]:
        """How many trips run on each day."""
        found: Counter[date] = Counter()
        for trip in self._trips.values():
            found.update(self._services.get(trip["service_id"], ()))
        return found

    def calls(self, day: date) -> Mapping[str, list[Call]]:
        """Return the departures of a day at each stop; where a trip ends nobody gets on."""
        if day not in self._calls:
            self._calls[day] = self._all_calls(day)
        return self._calls[day]

    def _all_calls(self, day: date) -> Mapping[str, list[Call]]:
        found: dict[str, list[Call]] = defaultdict(list)
        for trip_id, trip in self._trips.items():
            if day in self._services.get(trip["service_id"], ()):
                for stop_id, call in self._calls_of(trip_id, trip):
                    found[stop_id].append(call)
        return found

    def _calls_of(self, trip_id: str, trip: Row) -> Iterator[tuple[str, Call]]:
        times = self._stop_times[trip_id]
        last_stop = self.stops.get(times[-1][2]) if times else None
        headsign = trip.get("trip_headsign", "").strip() or (last_stop.name if last_stop else "")
        told_way = trip.get("direction_id", "").strip()
        direction = told_way or self._way_of(trip_id, trip["route_id"])
        told = _between([at for _, at, _, _ in times])
        for (_, exact, stop_id, may_board), at in list(zip(times, told, strict=True))[:-1]:
            if may_board:
                for start in self._starts(trip_id, times[0][1]):
                    call = (f"{trip_id}@{start}", trip["route_id"], direction, headsign, at - times[0][1] + start)
                    yield stop_id, Call(*call, is_told=exact >= 0, is_direction_told=bool(told_way))

    def _starts(self, trip_id: str, first: int) -> Iterator[int]:
        if trip_id not in self._frequencies:
            yield first
        for start, end, every in self._frequencies.get(trip_id, ()):
            yield from range(start, end, every)

    def counts(self, calls: Mapping[str, list[Call]], line: str, stop: str) -> list[Count]:
        """Return how often a line may be said to leave a stop of a name, one way: at one platform or at all of them."""
        # A report names a stop without a name by its street.
        name = stop if any(self._is_called(stop_id, stop) for stop_id in self.stops) else ""
        named = [stop_id for stop_id in calls if stop_id in self.stops and self._is_called(stop_id, name)]
        at_each = [[call for call in calls[stop_id] if self._is_line(call, line)] for stop_id in named]
        together = [call for at_one in at_each for call in at_one]
        return list({count for some in (*at_each, together) for count in self._by_direction(some)})

    def called(self, name: str) -> list[StopOfFeed]:
        """Return the stops of a name, and the platforms of a station of that name."""
        return [stop for stop_id, stop in self.stops.items() if self._is_called(stop_id, name)]

    def _is_called(self, stop_id: str, name: str) -> bool:
        """Return whether a stop has this name, or is a bay ("Market Square 16") or a platform of what has it."""
        stop = self.stops[stop_id]
        parent = self.stops.get(stop.parent)
        name, own = bare(name), bare(stop.name)
        bay = own.removeprefix(name) if name and own.startswith(name) else ""
        return name in (own, bare(parent.name) if parent else "") or (
            bool(bay) and len(bay) <= LONGEST_BAY and any(letter.isdigit() for letter in bay)
        )

    def _is_line(self, call: Call, line: str) -> bool:
        return bare(line) in map(bare, self.route_names[call.route])

    def _by_direction(self, calls: list[Call]) -> Iterator[Count]:
        """Yield a count for each way of each route, and for the routes of an operator that share their name.

        A trip that calls twice at a station leaves it once: by its first call there, or by its last.
        """
        by_time = sorted(calls, key=lambda call: call.at_s)
        for in_order in (by_time, by_time[::-1]):
            groups: dict[tuple[str, ...], dict[str, Call]] = defaultdict(dict)
            for call in in_order:
                for key in self._ways(call):
                    groups[key][call.trip] = call
            for found in groups.values():
                yield self._count(list(found.values()))

    def _ways(self, call: Call) -> Iterator[tuple[str, ...]]:
        """Yield what a departure may be counted with; where a feed tells no direction, headsigns that differ may."""
        yield ("route", call.route, call.direction)
        line = self._line_of(call.route)
        yield ("line", *line, call.direction)
        if not call.is_direction_told and len(self._headsigns[line]) > 1:
            yield ("headsign", *line, call.headsign)

    def _way_of(self, trip_id: str, route: str) -> str:
        """Return "0" or "1" where a feed does not say the direction: along the line's longest trip, or against it."""
        along = self._longest[self._line_of(route)]
        places = [along[name] for _, _, stop, _ in self._stop_times[trip_id] if (name := self._name_of(stop)) in along]
        return "0" if sum(1 if after > before else -1 for before, after in pairwise(places)) >= 0 else "1"

    def _line_of(self, route: str) -> tuple[str, ...]:
        return (self.agencies[route], *self.route_names[route])

    def _name_of(self, stop_id: str) -> str:
        return self.stops[stop_id].name if stop_id in self.stops else ""

    @cached_property
    def _headsigns(self) -> Mapping[tuple[str, ...], set[str]]:
        """The headsigns of each line."""
        found: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for trip in self._trips.values():
            found[self._line_of(trip["route_id"])].add(trip.get("trip_headsign", "").strip())
        return found

    @cached_property
    def _longest(self) -> Mapping[tuple[str, ...], Mapping[str, int]]:
        """For each line, the places of its longest trip's stops along the way, by their names."""
        found: dict[tuple[str, ...], dict[str, int]] = {}
        for trip_id, trip in self._trips.items():
            line = self._line_of(trip["route_id"])
            stops = dict.fromkeys(self._name_of(stop) for _, _, stop, _ in self._stop_times[trip_id])
            if len(stops) > len(found.get(line, ())):
                found[line] = {name: place for place, name in enumerate(stops)}
        return found

    @staticmethod
    def _count(calls: list[Call]) -> Count:
        times = [call.at_s for call in calls]
        headsigns = frozenset(call.headsign for call in calls)
        is_told = all(call.is_told for call in calls)
        return Count(len(calls), min(times) // 60 % 1_440, max(times) // 60 % 1_440, headsigns, is_told)


def _between(times: list[int]) -> list[int]:
    """Return the times of a trip, those that are not told (-1) in even steps between those that are."""
    known = [place for place, at in enumerate(times) if at >= 0]
    found = list(times)
    for before, after in pairwise(known):
        for place in range(before + 1, after):
            found[place] = times[before] + (times[after] - times[before]) * (place - before) // (after - before)
    return found


def seconds(text: str) -> int:
    """Return the seconds of "25:04:00"."""
    hours, minutes, *rest = (int(part) for part in text.strip().split(":"))
    return 3_600 * hours + 60 * minutes + (rest[0] if rest else 0)


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[Row]:
    if name in archive.namelist():
        with archive.open(name) as file:
            yield from csv.DictReader(io.TextIOWrapper(file, "utf-8-sig"))
