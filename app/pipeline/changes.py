"""What is different between two reports on the same listing, as sentences; nothing between a report and itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeVar

from app.atlas.facts import RegionFacts
from app.geo import distance_m
from app.pipeline.found import LISTED_MIN
from app.pipeline.report import Check, Group, Outcome, Report, Route, Trip, Verdict
from app.pipeline.stages.tier2_scoring import verdict_in_figures
from app.pipeline.stages.transit_access import LISTED_ROUTES
from app.wording import calm, count, day, limit, listed, minutes, sentence

#: An address that moved less than this is where it was: the map was drawn a little better.
MOVED_M = 10.0
#: More lines than this are counted, not named.
LINES_NAMED = 5
#: What a check found, in a word; and the answer to a must-have.
FOUND = {Outcome.PASS: "fine", Outcome.WARN: "a caution", Outcome.FAIL: "a deal-breaker", Outcome.UNKNOWN: "not known"}
ANSWERED = {Outcome.PASS: "yes", Outcome.WARN: "nearly", Outcome.FAIL: "no", Outcome.UNKNOWN: "not known"}

Thing = TypeVar("Thing")


def changes(before: Report, after: Report) -> tuple[str, ...]:
    """Return what is different in the later report, as sentences, the weightiest first; none where nothing is."""
    return tuple(
        chain(
            _score(before.verdict, after.verdict),
            _checks(before, after),
            _nearest(before, after),
            _trips(before, after),
            _lines(before, after),
            _address(before, after),
            _data(before, after),
        )
    )


def _both(before: Mapping[str, Thing], after: Mapping[str, Thing]) -> Iterator[tuple[Thing, Thing]]:
    """Yield what both know, in the order of the later."""
    yield from ((before[key], thing) for key, thing in after.items() if key in before)


# --- the score ---------------------------------------------------------------------------------------


def _score(before: Verdict, after: Verdict) -> Iterator[str]:
    then, now = verdict_in_figures(before), verdict_in_figures(after)
    if then == now:
        return
    if not now:
        yield f"Too little is known now to give a score; before, it was {then} of 100."
    elif not then:
        yield f"The score is {now} of 100; before, too little was known to give one."
    else:
        yield f"The score is {now} of 100; before, it was {then}."


# --- checks and must-haves ---------------------------------------------------------------------------


def _checks(before: Report, after: Report) -> Iterator[str]:
    """Yield the checks that end otherwise, with what they found; what the home offers is no news of the place."""
    for then, now in _both(_checks_of(before), _checks_of(after)):
        if then.outcome is not now.outcome:
            words = ANSWERED if now.key.startswith("must_") else FOUND
            yield f"{now.title}: now {words[now.outcome]}; before, {words[then.outcome]}. {now.finding}"


def _checks_of(report: Report) -> dict[str, Check]:
    finding = report.finding("tier1_checks")
    return {c.key: c for c in finding.checks if not c.key.startswith("wish_")} if finding else {}


# --- what is near ------------------------------------------------------------------------------------


def _nearest(before: Report, after: Report) -> Iterator[str]:
    """Yield the needs whose nearest place has another name or another walk, in minutes as they are shown."""
    groups_then, groups_now = _groups_of(before), _groups_of(after)
    for then, now in _both(groups_then, groups_now):
        if _told(then) != _told(now):
            yield f"{now.title}: now {_told(now)}; before, {_told(then)}."
    if before.methods_version != after.methods_version:
        return  # other rules look for other things
    for key, group in groups_now.items():
        if key not in groups_then:
            yield f"{group.title}: now {_told(group)}; before, not known."
    for key, group in groups_then.items():
        if key not in groups_now:
            yield f"{group.title}: now not known; before, {_told(group)}."


def _groups_of(report: Report) -> dict[str, Group]:
    """Return the groups of daily needs, and those of schools that are not among them."""
    found: dict[str, Group] = {}
    for stage in ("neighborhood", "schools"):
        finding = report.finding(stage)
        for group in finding.groups if finding else ():
            found.setdefault(group.key, group)
    return found


def _told(group: Group) -> str:
    if group.nearest_min is None or not group.places:
        return f"none within {LISTED_MIN} minutes on foot"
    return f"{group.places[0].name or group.places[0].kind}, {minutes(group.nearest_min)} on foot"


# --- journeys and lines ------------------------------------------------------------------------------


def _trips(before: Report, after: Report) -> Iterator[str]:
    trips_then, trips_now = _trips_of(before), _trips_of(after)
    for then, now in _both(trips_then, trips_now):
        if then.destination != now.destination:
            yield f"{sentence(now.purpose)}: now {now.destination}; before, {then.destination}."
        elif differing := [(n, t) for n, t in zip(_rides(now), _rides(then), strict=True) if n != t]:
            news, olds = (listed(list(rides)) for rides in zip(*differing, strict=True))
            yield f"To {now.destination}: now {news}; before, {olds}."
    yield from (f"The way to {t.destination} is known now." for key, t in trips_now.items() if key not in trips_then)
    gone = (trip for key, trip in trips_then.items() if key not in trips_now)
    yield from (f"The way to {trip.destination} is not known any more." for trip in gone)


def _trips_of(report: Report) -> dict[str, Trip]:
    finding = report.finding("urban_access")
    return {trip.typed or trip.purpose: trip for trip in finding.trips} if finding else {}


def _rides(trip: Trip) -> tuple[str, ...]:
    rides = ((trip.walk_min, "on foot"), (trip.bike_min, "by bike"), (trip.car_min, "by car"))
    timed = (*rides, (trip.transit_min, "by transit"))
    return tuple(f"{minutes(time)} {how}" if time is not None else f"no time {how}" for time, how in timed)


def _lines(before: Report, after: Report) -> Iterator[str]:
    lines_then, lines_now = _lines_of(before), _lines_of(after)
    told = [
        f"{_line(now)}: now {count(now.weekday_trips, 'trip')} a weekday; before, {then.weekday_trips}."
        for then, now in _both(lines_then, lines_now)
        if now.weekday_trips is not None and then.weekday_trips not in (None, now.weekday_trips)
    ]
    # A list that is cut off does not tell whether a line has come or gone.
    if max(len(lines_then), len(lines_now)) < LISTED_ROUTES:
        told += [f"New: {_line(route)}." for key, route in lines_now.items() if key not in lines_then]
        told += [f"Gone: {_line(route)}." for key, route in lines_then.items() if key not in lines_now]
    yield from told[:LINES_NAMED]
    if len(told) > LINES_NAMED:
        yield f"{count(len(told) - LINES_NAMED, 'more line')} changed."


def _lines_of(report: Report) -> dict[str, Route]:
    """Return the lines by operator, name and direction."""
    finding = report.finding("transit_access")
    found: dict[str, Route] = {}
    for route in finding.routes if finding else ():
        # Earlier reports hold names as timetables shout them.
        found.setdefault("/".join((route.agency, route.mode, calm(route.name), calm(route.towards))), route)
    return found


def _line(route: Route) -> str:
    towards = f" to {route.towards}" if route.towards else ""
    return sentence(f"{route.mode} {route.name}".strip() + towards)


# --- the address and the data ------------------------------------------------------------------------


def _address(before: Report, after: Report) -> Iterator[str]:
    then, now = before.location, after.location
    if then.label != now.label:
        yield f"The address was found as {now.label}; before, as {then.label}."
    moved = distance_m(then.lat, then.lon, now.lat, now.lon)
    if moved >= MOVED_M:
        yield f"The address was found {limit(round(moved))} from where it was found before."


def _data(before: Report, after: Report) -> Iterator[str]:
    then, now = before.source, after.source
    if bool(then.fetched_at) != bool(now.fetched_at):
        yield f"Streets and places are {_from(now)}; before, they were {_from(then)}."
    if then.data_date != now.data_date:
        yield f"The map data is {_of(now.data_date)}; before, it was {_of(then.data_date)}."
    if then.service_date != now.service_date:
        yield from _timetable(then.service_date, now.service_date)
    if before.methods_version != after.methods_version:
        yield (
            f"The rules are those of version {after.methods_version}, before {before.methods_version}; "
            "some of what changed may come from that."
        )


def _from(source: RegionFacts) -> str:
    return f"live data, fetched {day(source.fetched_at)}" if source.fetched_at else "those of an imported region"


def _of(date: str) -> str:
    return f"from {day(date)}" if date else "of unknown age"


def _timetable(then: str, now: str) -> Iterable[str]:
    if not now:
        yield "No timetable is known any more."
    elif not then:
        yield f"A timetable is known now, that of {day(now)}."
    else:
        yield f"The timetable is that of {day(now)}; before, it was that of {day(then)}."
