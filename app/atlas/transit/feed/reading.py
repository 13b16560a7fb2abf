"""Reads and checks every table of a feed but the calls, which are read for one day only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set

from app.atlas.transit.clock import day_of, seconds_of, whole_number
from app.atlas.transit.feed.archive import Archive
from app.atlas.transit.feed.feed import Entrance, Feed, Headway, Route, Stop, Transfer, Trip
from app.atlas.transit.feed.service_day import WeeklyService

REQUIRED = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: A headway below this is a slip of the pen, and would make thousands of trips.
SHORTEST_HEADWAY_S = 10


#: location_type of a station and of a way into one; generic nodes (3) and boarding areas (4) may lack a position.
STATION, ENTRANCE = 1, 2

#: Extended route_type of a school bus: https://developers.google.com/transit/gtfs/reference/extended-route-types
SCHOOL_BUS = 712


def read_feed(archive: Archive, feed: Feed) -> None:
    """Fill a feed from its zip file. Raises BadFeed where a required file is missing or unreadable."""
    missing = [name for name in REQUIRED if name not in archive]
    if "calendar.txt" not in archive and "calendar_dates.txt" not in archive:
        missing.append("calendar.txt or calendar_dates.txt")
    if missing:
        raise feed.losses.refuse(f"it has no {', no '.join(missing)}")
    _read_stops(archive, feed)
    _read_routes(archive, feed)
    _read_trips(archive, feed)
    _read_weekly(archive, feed)
    _read_dated(archive, feed)
    _read_headways(archive, feed)
    _read_transfers(archive, feed)
    for _, (end,) in archive.rows("feed_info.txt", (), ("feed_end_date",)):
        feed.end_day = day_of(end)


class _Rows:
    """The rows of one table, counted; what is wrong with one is noted under its name for people."""

    def __init__(self, archive: Archive, feed: Feed, file: str, noun: str) -> None:
        self._archive, self._losses, self._file, self._noun = archive, feed.losses, file, noun
        self._line = 0

    def of(self, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[list[str]]:
        for line, row in self._archive.rows(self._file, required, optional):
            self._line = line
            self._losses.read(self._noun, 1)
            yield row

    def leave_out(self, why: str, value: str | None = None) -> None:
        self._losses.leave_out(self._noun, f"{self._file}, line {self._line}", why, value)


def _read_stops(archive: Archive, feed: Feed) -> None:
    rows, seen = _Rows(archive, feed, "stops.txt", "stops"), set[str]()
    columns = ("location_type", "parent_station", "stop_name", "stop_lat", "stop_lon")
    for stop_id, kind_text, parent, name, lat, lon in rows.of(("stop_id",), columns):
        kind, at = whole_number(kind_text) or 0, _position(lat, lon)
        if not stop_id or stop_id in seen:
            rows.leave_out("the stop_id is empty or used twice", stop_id)
            continue
        seen.add(stop_id)
        if at is None and kind <= ENTRANCE:
            rows.leave_out("the position is not a latitude and a longitude", f"{lat}, {lon}")
        if kind == STATION:
            feed.stations[stop_id] = name
        if kind == ENTRANCE and at is not None:
            feed.entrances.append(Entrance(parent, *at))
        feed.stops.append(Stop(stop_id, name, *(at or (math.nan, math.nan)), parent))
    _forget_unknown_stations(feed, seen)


def _forget_unknown_stations(feed: Feed, known: Set[str]) -> None:
    """Let stops stand alone whose station is not in the feed."""
    orphans = [index for index, stop in enumerate(feed.stops) if stop.parent and stop.parent not in known]
    for index in orphans:
        feed.stops[index] = feed.stops[index]._replace(parent="")
    if orphans:
        feed.note(f"The station of {len(orphans):,} of {len(feed.stops):,} stops is not in the feed.")


def _position(lat: str, lon: str) -> tuple[float, float] | None:
    try:
        at = float(lat), float(lon)
    except ValueError:
        return None
    return at if abs(at[0]) <= 90 and abs(at[1]) <= 180 and at != (0.0, 0.0) else None


def _read_routes(archive: Archive, feed: Feed) -> None:
    agencies = {key: name for _, (key, name) in archive.rows("agency.txt", (), ("agency_id", "agency_name"))}
    only = next(iter(agencies.values())) if len(agencies) == 1 else ""
    rows, columns = _Rows(archive, feed, "routes.txt", "routes"), ("route_short_name", "route_long_name", "agency_id")
    others = 0
    for route_id, kind_text, short, long, agency in rows.of(("route_id", "route_type"), columns):
        kind = whole_number(kind_text)
        if not route_id:
            rows.leave_out("the route_id is empty")
        elif kind is None:
            rows.leave_out("the route_type is not a number", kind_text)
        else:
            mode = mode_of(kind)
            others += mode is None
            operator = agencies.get(agency, only)
            feed.routes.append(Route(route_id, short or long or route_id, mode, operator, kind == SCHOOL_BUS))
    if others:
        verb = "route is" if others == 1 else "routes are"
        feed.note(f"{others} {verb} neither bus, rail, tram, ferry nor cable car and left out.")


def _read_trips(archive: Archive, feed: Feed) -> None:
    routes = {route.route_id: index for index, route in enumerate(feed.routes)}
    rows, seen = _Rows(archive, feed, "trips.txt", "trips"), set[str]()
    required, optional = ("route_id", "service_id", "trip_id"), ("trip_headsign", "direction_id")
    for route_id, service, trip_id, headsign, direction in rows.of(required, optional):
        route = routes.get(route_id)
        if not trip_id or trip_id in seen:
            rows.leave_out("the trip_id is empty or used twice", trip_id)
        elif route is None:
            rows.leave_out("the route_id is not in routes.txt", route_id)
            feed.faulty_trips.add(trip_id)
        else:
            seen.add(trip_id)
            way = whole_number(direction)
            feed.trips.append(Trip(trip_id, route, service, headsign, way if way in (0, 1) else None))


def _read_weekly(archive: Archive, feed: Feed) -> None:
    rows = _Rows(archive, feed, "calendar.txt", "rows of the calendar")
    for service, *texts, start, end in rows.of(("service_id", *WEEKDAYS, "start_date", "end_date")):
        first, last = day_of(start), day_of(end)
        flags = [whole_number(text or "0") for text in texts]
        if first is None or last is None:
            rows.leave_out("a date is not written YYYYMMDD", f"{start}, {end}")
        elif not set(flags) <= {0, 1}:
            rows.leave_out("a weekday is neither 0 nor 1", ",".join(texts))
        else:
            feed.calendar.weekly[service] = WeeklyService(first, last, tuple(flag == 1 for flag in flags))


def _read_dated(archive: Archive, feed: Feed) -> None:
    rows = _Rows(archive, feed, "calendar_dates.txt", "dates of the calendar")
    for service, date, kind in rows.of(("service_id", "date", "exception_type")):
        day = day_of(date)
        if day is None:
            rows.leave_out("the date is not written YYYYMMDD", date)
        elif whole_number(kind) not in (1, 2):
            rows.leave_out("the exception_type is neither 1 nor 2", kind)
        else:
            feed.calendar.dated[service, day] = whole_number(kind) == 1


def _read_headways(archive: Archive, feed: Feed) -> None:
    trips = {trip.trip_id for trip in feed.trips}
    rows = _Rows(archive, feed, "frequencies.txt", "headways")
    for trip_id, start, end, every_text in rows.of(("trip_id", "start_time", "end_time", "headway_secs")):
        first, until, every = seconds_of(start), seconds_of(end), whole_number(every_text)
        if trip_id in feed.faulty_trips:
            continue
        if trip_id not in trips:
            rows.leave_out("the trip_id is not in trips.txt", trip_id)
        elif first is None or until is None:
            rows.leave_out("a time is not written HH:MM:SS", f"{start}, {end}")
        elif every is None or every < SHORTEST_HEADWAY_S:
            rows.leave_out("the headway is not a number of seconds from 10 up", every_text)
        else:
            feed.headways.setdefault(trip_id, []).append(Headway(first, until, every))


def _read_transfers(archive: Archive, feed: Feed) -> None:
    stops = {stop.stop_id for stop in feed.stops}
    rows = _Rows(archive, feed, "transfers.txt", "transfers")
    required = ("from_stop_id", "to_stop_id")
    optional = ("transfer_type", "min_transfer_time", "from_trip_id", "to_trip_id", "from_route_id", "to_route_id")
    for origin, target, kind_text, seconds, *special in rows.of(required, optional):
        kind = whole_number(kind_text or "0")
        if any(special) or kind in (4, 5):
            continue  # about single trips or routes: too fine for a typical day
        if origin not in stops or target not in stops:
            rows.leave_out("the stop is not in stops.txt", target if origin in stops else origin)
        elif kind is None or kind > FORBIDDEN:
            rows.leave_out("the transfer_type is not a number from 0 to 5", kind_text)
        else:
            feed.transfers.append(Transfer(origin, target, kind, whole_number(seconds)))


#: The highest transfer_type about two stops.
FORBIDDEN = 3

#: https://gtfs.org/schedule/reference/#routestxt (11 trolleybus counts as a bus, 12 monorail as light rail)
BASIC = {
    0: "tram",
    1: "subway",
    2: "rail",
    3: "bus",
    4: "ferry",
    5: "cable_car",
    6: "cable_car",
    7: "cable_car",
    11: "bus",
    12: "light_rail",
}

#: https://developers.google.com/transit/gtfs/reference/extended-route-types, by the hundreds.
EXTENDED = {
    1: "rail",
    2: "bus",
    3: "rail",
    4: "subway",
    5: "subway",
    6: "subway",
    7: "bus",
    8: "bus",
    9: "tram",
    10: "ferry",
    12: "ferry",
    13: "cable_car",
    14: "cable_car",
    17: "bus",
}

#: Urban railways (403) and monorails (405) among the 400s are no metros.
EXCEPTIONS = {403: "light_rail", 405: "light_rail", 1501: "bus"}


def mode_of(route_type: int) -> str | None:
    """Return the mode of a route type; None for aircraft, taxis, hired cars and unknown types."""
    if route_type in EXCEPTIONS:
        return EXCEPTIONS[route_type]
    if route_type < 100:
        return BASIC.get(route_type)
    return EXTENDED.get(route_type // 100)
