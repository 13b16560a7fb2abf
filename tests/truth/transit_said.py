"""What a report says of lines, beside the files of the feed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from app.pipeline.report import Route
from tests.truth.near_by import Surroundings
from tests.truth.oracles.timetable import Call, Count, Timetable, bare
from tests.truth.statements import Statement

#: A service day with fewer trips than this share of the fullest such day is no usual one.
USUAL_SHARE = 0.7
#: Saturdays and Sundays looked at, the nearest to the service day.
WEEKENDS = 4
#: Minutes that a departure may differ where the feed only gives the times of the stops around.
UNTOLD_MIN = 30


def transit_statements(around: Surroundings) -> Iterator[Statement]:
    """Yield the service day, and the trips, the first and the last of each line."""
    routes = [route for finding in around.report.findings for route in finding.routes]
    timetable, told = around.region.timetable, around.report.source.service_date
    if timetable is None or not told:
        timed = (route for route in routes if route.weekday_trips is not None)
        yield from (Statement("trips", _said(route), "no timetable is there") for route in timed)
        return
    day = date.fromisoformat(told)
    yield Statement("service day", told, _unusual(timetable, day))
    calls = timetable.calls(day)
    yield from (Statement("trips", _said(route), _wrong_route(timetable, calls, route)) for route in routes)
    for route in routes:
        yield from _weekend_statements(timetable, day, route)
        yield from _in_words(route)
        yield from _by_hour(route)


def _weekend_statements(timetable: Timetable, day: date, route: Route) -> Iterator[Statement]:
    """Yield the trips of Saturdays and Sundays: as on one of those near the service day."""
    for name, number, said in (("Saturday", 5, route.saturday_trips), ("Sunday", 6, route.sunday_trips)):
        if said is None:
            continue
        days = sorted((d for d in timetable.trips_of_days if d.weekday() == number), key=lambda d: abs(d - day))
        counts = {_trips_on(timetable, other, route) for other in days[:WEEKENDS]}
        trips = frozenset[int]().union(*counts)
        wrong = "" if said in trips else f"the feed has {sorted(trips)}"
        if not days:
            wrong = f"the feed has no {name} at all"
        yield Statement("weekend", f"{_said(route)}, {name}s {said}", wrong)


def _trips_on(timetable: Timetable, day: date, route: Route) -> frozenset[int]:
    """Return how many trips a line may be said to make on a day."""
    found = timetable.counts(timetable.calls(day), route.name, route.stop)
    return frozenset(count.trips for count in found if _is_towards(route, count)) or frozenset({0})


def _in_words(route: Route) -> Iterator[Statement]:
    """Yield how often a line runs in words: with the numbers of its fields."""
    for pattern, value in ((r"(\d+) a weekday", route.weekday_trips), (r"every (\d+) min", route.headway_min)):
        if match := re.search(pattern, route.often):
            wrong = "" if value is not None and float(match[1]) == value else f"it is {value}"
            yield Statement("one value", f"{route.name} to {route.towards}: {match.group()}", wrong)
    if match := re.search(r"(\d\d:\d\d) to (\d\d:\d\d)", route.often):
        wrong = "" if match.groups() == (route.first, route.last) else f"it is {route.first} to {route.last}"
        yield Statement("one value", f"{route.name} to {route.towards}: {match.group()}", wrong)


def _by_hour(route: Route) -> Iterator[Statement]:
    """Yield the departures by hour: as many as the trips, from the hour of the first to that of the last."""
    if not route.by_hour:
        return
    told = {hour for hour, count in enumerate(route.by_hour) if count}
    ends = {int(clock[:2]) % 24 for clock in (route.first, route.last) if clock}
    wrong = "" if sum(route.by_hour) == route.weekday_trips else f"the trips are {route.weekday_trips}"
    yield Statement("one value", f"{_said(route)}, by hour {route.by_hour}", wrong or _missing(ends - told))


def _missing(hours: set[int]) -> str:
    return f"none at {sorted(hours)}" if hours else ""


def _said(route: Route) -> str:
    return (
        f"{route.name} from {route.stop} to {route.towards}: {route.weekday_trips} trips, {route.first} to {route.last}"
    )


def _unusual(timetable: Timetable, day: date) -> str:
    """Return why a day does not stand for a usual one in the middle of the week."""
    trips = timetable.trips_of_days
    midweek = {other: count for other, count in trips.items() if other.weekday() in (1, 2, 3)}
    if midweek and day not in midweek:
        return "it is not a Tuesday, Wednesday or Thursday"
    fullest = max(midweek.values(), default=trips[day])
    return "" if trips[day] >= USUAL_SHARE * fullest else f"it has {trips[day]} trips, another such day {fullest}"


def _wrong_route(timetable: Timetable, calls: Mapping[str, list[Call]], route: Route) -> str:
    if route.weekday_trips is None:
        return ""
    found = timetable.counts(calls, route.name, route.stop)
    if route.weekday_trips == 0:
        return _wrong_weekend_line(found, route)
    return "" if any(_fits(count, route) for count in found) else f"the feed has {_shown(found)}"


def _wrong_weekend_line(found: list[Count], route: Route) -> str:
    """Return what is wrong with a line that is said to run at weekends alone."""
    if not (route.saturday_trips or route.sunday_trips):
        return "it is no line at all: it never runs"
    if "not on weekdays" not in route.often:
        return "nothing says that it does not run on weekdays"
    runs = [count for count in found if _is_towards(route, count)]
    return f"the feed has {_shown(runs)}" if runs else ""


def _is_towards(route: Route, count: Count) -> bool:
    """Return whether a line's direction is one that the feed writes, in whatever case."""
    return bare(route.towards) in map(bare, count.headsigns)


def _fits(count: Count, route: Route) -> bool:
    if count.trips != route.weekday_trips or (route.towards and not _is_towards(route, count)):
        return False
    slack = 0 if count.is_told else UNTOLD_MIN
    ends = ((count.first_min, _clock(route.first)), (count.last_min, _clock(route.last)))
    return all(min(abs(one - other), 1_440 - abs(one - other)) <= slack for one, other in ends)


def _clock(text: str) -> int:
    hours, minutes = text.split(":")[:2] if text else ("-1", "0")
    return (60 * int(hours) + int(minutes)) % 1_440


def _shown(found: list[Count]) -> str:
    shown = [
        f"{c.trips} trips to {'/'.join(sorted(c.headsigns))}, "
        f"{c.first_min // 60:02d}:{c.first_min % 60:02d} to {c.last_min // 60:02d}:{c.last_min % 60:02d}"
        for c in sorted(found, key=lambda c: -c.trips)[:6]
    ]
    return "; ".join(shown) or "no such line there"
