"""Reads and checks every table of a feed but the calls, which are read for one day only."""

from __future__ import annotations

import math

from app.atlas.transit.clock import day_of, seconds_of
from app.atlas.transit.feed.archive import Archive
from app.atlas.transit.feed.feed import Feed, Headway, Route, Stop, Transfer, Trip
from app.atlas.transit.feed.service_day import WeeklyService

REQUIRED = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: A headway below this is a slip of the pen, and would make thousands of trips.
SHORTEST_HEADWAY_S = 10


def read_feed(archive: Archive, feed: Feed) -> None:
    """Fill a feed from its zip file. Raises BadFeed where a required file is missing or unreadable."""
    missing = [name for name in REQUIRED if name not in archive]
    if "calendar.txt" not in archive and "calendar_dates.txt" not in archive:
        missing.append("calendar.txt or calendar_dates.txt")
    if missing:
        raise feed.problems.refuse(f"it has no {', no '.join(missing)}")
    _read_stops(archive, feed)
    _read_routes(archive, feed)
    _read_trips(archive, feed)
    _read_weekly(archive, feed)
    _read_dated(archive, feed)
    _read_headways(archive, feed)
    _read_transfers(archive, feed)


def _read_stops(archive: Archive, feed: Feed) -> None:
    seen: set[str] = set()
    parents: list[tuple[int, str]] = []
    columns = ("location_type", "parent_station", "stop_name", "stop_lat", "stop_lon")
    for line, (stop_id, kind, parent, name, lat, lon) in archive.rows("stops.txt", ("stop_id",), columns):
        if not stop_id or stop_id in seen:
            feed.problems.add("stops.txt", line, "the stop_id is empty or used twice", stop_id)
            continue
        seen.add(stop_id)
        if parent:
            parents.append((line, parent))
        at = _position(lat, lon)
        if at is None and kind in ("", "0", "1"):
            feed.problems.add("stops.txt", line, "the position is not a latitude and a longitude", f"{lat}, {lon}")
        feed.stops.append(Stop(stop_id, name, *(at or (math.nan, math.nan)), parent))
    for line, parent in parents:
        if parent not in seen:
            feed.problems.add("stops.txt", line, "the parent_station is not in this file", parent)


def _position(lat: str, lon: str) -> tuple[float, float] | None:
    try:
        at = float(lat), float(lon)
    except ValueError:
        return None
    return at if abs(at[0]) <= 90 and abs(at[1]) <= 180 and at != (0.0, 0.0) else None


def _read_routes(archive: Archive, feed: Feed) -> None:
    columns = ("route_short_name", "route_long_name")
    left_out = 0
    for line, (route_id, kind, short, long) in archive.rows("routes.txt", ("route_id", "route_type"), columns):
        if not route_id:
            feed.problems.add("routes.txt", line, "the route_id is empty")
            continue
        if not kind.isascii() or not kind.isdigit():
            feed.problems.add("routes.txt", line, "the route_type is not a number", kind)
            continue
        mode = mode_of(int(kind))
        left_out += mode is None
        feed.routes.append(Route(route_id, short or long or route_id, mode))
    if left_out:
        feed.note(f"{left_out} routes are neither bus, rail, tram, ferry nor cable car and were left out.")


def _read_trips(archive: Archive, feed: Feed) -> None:
    routes = {route.route_id: index for index, route in enumerate(feed.routes)}
    seen: set[str] = set()
    required, optional = ("route_id", "service_id", "trip_id"), ("trip_headsign", "direction_id")
    for line, (route_id, service, trip_id, headsign, direction) in archive.rows("trips.txt", required, optional):
        route = routes.get(route_id)
        if route is None:
            feed.problems.add("trips.txt", line, "the route_id is not in routes.txt", route_id)
            feed.faulty_trips.add(trip_id)
        elif not trip_id or trip_id in seen:
            feed.problems.add("trips.txt", line, "the trip_id is empty or used twice", trip_id)
        else:
            seen.add(trip_id)
            way = int(direction) if direction in ("0", "1") else None
            feed.trips.append(Trip(trip_id, route, service, headsign, way))


def _read_weekly(archive: Archive, feed: Feed) -> None:
    required = ("service_id", *WEEKDAYS, "start_date", "end_date")
    for line, (service, *flags, start, end) in archive.rows("calendar.txt", required):
        first, last = day_of(start), day_of(end)
        if first is None or last is None:
            feed.problems.add("calendar.txt", line, "a date is not written YYYYMMDD", f"{start}, {end}")
        elif not set(flags) <= {"0", "1"}:
            feed.problems.add("calendar.txt", line, "a weekday is neither 0 nor 1", ",".join(flags))
        else:
            feed.calendar.weekly[service] = WeeklyService(first, last, tuple(flag == "1" for flag in flags))


def _read_dated(archive: Archive, feed: Feed) -> None:
    required = ("service_id", "date", "exception_type")
    for line, (service, date, kind) in archive.rows("calendar_dates.txt", required):
        day = day_of(date)
        if day is None:
            feed.problems.add("calendar_dates.txt", line, "the date is not written YYYYMMDD", date)
        elif kind not in ("1", "2"):
            feed.problems.add("calendar_dates.txt", line, "the exception_type is neither 1 nor 2", kind)
        else:
            feed.calendar.dated[service, day] = kind == "1"


def _read_headways(archive: Archive, feed: Feed) -> None:
    trips = {trip.trip_id for trip in feed.trips} | feed.faulty_trips
    required = ("trip_id", "start_time", "end_time", "headway_secs")
    for line, (trip_id, start, end, every) in archive.rows("frequencies.txt", required):
        first, until = seconds_of(start), seconds_of(end)
        if trip_id not in trips:
            feed.problems.add("frequencies.txt", line, "the trip_id is not in trips.txt", trip_id)
        elif first is None or until is None:
            feed.problems.add("frequencies.txt", line, "a time is not written HH:MM:SS", f"{start}, {end}")
        elif not every.isdecimal() or int(every) < SHORTEST_HEADWAY_S:
            feed.problems.add("frequencies.txt", line, "the headway is not a number of seconds from 10 up", every)
        else:
            feed.headways.setdefault(trip_id, []).append(Headway(first, until, int(every)))


def _read_transfers(archive: Archive, feed: Feed) -> None:
    stops = {stop.stop_id for stop in feed.stops}
    required = ("from_stop_id", "to_stop_id", "transfer_type")
    optional = ("min_transfer_time", "from_trip_id", "to_trip_id", "from_route_id", "to_route_id")
    for line, (origin, target, kind, seconds, *special) in archive.rows("transfers.txt", required, optional):
        if any(special) or kind in ("4", "5"):
            continue  # about single trips or routes: too fine for a typical day
        if origin not in stops or target not in stops:
            bad = target if origin in stops else origin
            feed.problems.add("transfers.txt", line, "the stop is not in stops.txt", bad)
        elif kind not in ("", "0", "1", "2", "3"):
            feed.problems.add("transfers.txt", line, "the transfer_type is not a number from 0 to 5", kind)
        else:
            wait = int(seconds) if seconds.isdecimal() else None
            feed.transfers.append(Transfer(origin, target, int(kind or 0), wait))


#: The modes, the one that counts most first: a stop has the first of those that call there.
RANKED_MODES = ("subway", "rail", "light_rail", "tram", "ferry", "cable_car", "bus")

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
