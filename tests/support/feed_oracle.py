"""Counts departures straight from a feed's files, with plain loops and no code of the program."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import math
import statistics
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Counted:
    """What runs from a station on one line in one direction."""

    trips: int
    first: str
    last: str
    headway_min: int | None


class FeedOracle:
    """One feed on one day."""

    def __init__(self, feed: Path, day: str) -> None:
        self._zip = feed
        date = datetime.date.fromisoformat(day)
        self.stops = {row["stop_id"]: row for row in self._rows("stops.txt")}
        self.routes = {row["route_id"]: row for row in self._rows("routes.txt")}
        running = self._running(date)
        self.trips = {row["trip_id"]: row for row in self._rows("trips.txt") if row["service_id"] in running}
        self.calls: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows("stop_times.txt"):
            if row["trip_id"] in self.trips:
                self.calls[row["trip_id"]].append(row)
        for calls in self.calls.values():
            calls.sort(key=lambda row: int(row["stop_sequence"]))
        self._served = sorted({call["stop_id"] for calls in self.calls.values() for call in calls})
        self._stations: dict[str, set[str]] = {}
        self._places: dict[str, set[str]] = {}

    def _rows(self, name: str) -> list[Row]:
        with zipfile.ZipFile(self._zip) as archive:
            if name not in archive.namelist():
                return []
            return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))

    def _running(self, date: datetime.date) -> set[str]:
        text, weekday = date.strftime("%Y%m%d"), WEEK[date.weekday()]
        weekly = self._rows("calendar.txt")
        running = {r["service_id"] for r in weekly if r[weekday] == "1" and r["start_date"] <= text <= r["end_date"]}
        for row in self._rows("calendar_dates.txt"):
            if row["date"] == text:
                (running.add if row["exception_type"] == "1" else running.discard)(row["service_id"])
        return running

    def busiest_lines(self, count: int) -> list[str]:
        """Return the routes with the most trips."""
        trips: dict[str, int] = defaultdict(int)
        for trip in self.trips.values():
            trips[trip["route_id"]] += 1
        return sorted(trips, key=lambda route: (-trips[route], route))[:count]

    def stations_of(self, route: str) -> list[str]:
        """Return the stops of a route, those with most calls first."""
        calls: dict[str, int] = defaultdict(int)
        for trip in self._trips_of(route):
            for call in self.calls[trip]:
                calls[call["stop_id"]] += 1
        return sorted(calls, key=lambda stop: (-calls[stop], stop))

    def _trips_of(self, route: str) -> list[str]:
        return [trip for trip, row in self.trips.items() if row["route_id"] == route and self.calls[trip]]

    def departures(self, route: str, station: set[str], direction: dict[str, int]) -> dict[int, list[int]]:
        """Return the seconds at which a line leaves a station, by direction; each trip once."""
        found: dict[int, list[int]] = defaultdict(list)
        for trip in self._trips_of(route):
            for call in self.calls[trip][:-1]:
                if call["stop_id"] in station and call.get("pickup_type", "") != "1":
                    found[direction[trip]].append(seconds(call["departure_time"]))
                    break
        return found

    def station(self, stop: str) -> set[str]:
        """Return the served stops that are one place to wait with this one: by parent, or by name and nearness."""
        return self._group(self._stations, stop, across_street_m=0)

    def place(self, stop: str) -> set[str]:
        """Return the served stops that a line passes as one: those of a station, and those that face each other."""
        return self._group(self._places, stop, across_street_m=40)

    def _group(self, groups: dict[str, set[str]], stop: str, across_street_m: float) -> set[str]:
        if stop not in groups:
            found, todo = {stop}, [stop]
            while todo:
                one = self.stops[todo.pop()]
                more = {o for o in self._served if belong_together(one, self.stops[o], across_street_m)} - found
                found |= more
                todo += sorted(more)
            groups |= dict.fromkeys(found, found)
        return groups[stop]


def belong_together(one: Row, other: Row, across_street_m: float) -> bool:
    """Return whether two stops have one parent, one name within 150 m, or lie across a street of this width."""
    parents = one.get("parent_station") or "", other.get("parent_station") or ""
    if any(parents):
        return parents[0] == parents[1]
    apart = metres(one, other)
    return apart <= across_street_m or (apart <= 150 and name_of(one) == name_of(other))


def name_of(stop: Row) -> str:
    """Return a stop's name without its bay: a last word of up to three letters with a digit among them."""
    *words, last = stop["stop_name"].casefold().split(" ")
    is_bay = words and len(last) <= 3 and any(letter.isdigit() for letter in last)
    return " ".join(words if is_bay else [*words, last])


def seconds(text: str) -> int:
    hours, mins, secs = map(int, text.split(":"))
    return hours * 3600 + mins * 60 + secs


def metres(one: Row, other: Row) -> float:
    lat_a, lon_a, lat_b, lon_b = (float(row[key]) for row in (one, other) for key in ("stop_lat", "stop_lon"))
    across = (lon_a - lon_b) * math.cos(math.radians((lat_a + lat_b) / 2))
    return math.hypot(lat_a - lat_b, across) * 111_195


def counted(departures: list[int]) -> Counted:
    """Return what is shown of some departures, by the rules that the methods page tells."""
    ordered = sorted(departures)
    by_day = sorted({second for second in ordered if 7 * 3600 <= second < 19 * 3600})
    waits = [after - before for before, after in itertools.pairwise(by_day)]
    headway = None
    if len(by_day) >= 5 and by_day[0] <= 9 * 3600 and by_day[-1] >= 17 * 3600:
        usual = statistics.median(waits)
        headway = max(1, round(usual / 60)) if max(waits) <= 1.5 * usual + 300 else None
    return Counted(len(ordered), clock(ordered[0]), clock(ordered[-1]), headway)


def clock(second: int) -> str:
    return f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}"
