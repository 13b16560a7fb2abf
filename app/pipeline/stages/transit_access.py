"""Stage transit_access: the stops and lines near the address, how often they run, and the last way home."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from app.atlas.facts import RouteAtStop, TransitStop
from app.atlas.transit.clock import hours_and_minutes
from app.atlas.transit.contract import STOP_WALK_S
from app.pipeline.confidence import NO_TIMETABLE, Reason, section
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import FARTHEST_WALK, LISTED_MIN, group
from app.pipeline.knowledge import DISC_M
from app.pipeline.report import Confidence, Fact, Finding, Gap, Group, Level, Route, State
from app.pipeline.rules.categories import Data
from app.pipeline.stages.urban_access import CENTRE_KINDS, landmark, landmark_name
from app.pipeline.transit_stops import (
    METHOD,
    Boarding,
    best_stop,
    boardings,
    found_stop,
    is_served,
    reported_routes,
    route_name,
    stop_name,
    tells_of_all,
    why_not_all,
    worth,
)
from app.places import Kind, Place
from app.wording import count, day, minutes, named, number

LISTED_STOPS = 8
LISTED_ROUTES = 40
NAMED = 6
OTHERS = "More stops are mapped here than this timetable serves: it may be that of one operator alone."


def run(evaluation: Evaluation) -> Finding:
    """Tell which stops and lines are near, and what the timetable says of them where there is one."""
    stops = evaluation.around.transit_stops()
    know = evaluation.knowledge
    timed = any(is_served(stop) for stop in stops)
    if not stops and (not know.has(Data.STOPS) or know.cut_off(DISC_M)):
        return _unknown(evaluation)
    best = best_stop([stop for stop in stops if is_served(stop)] or stops)
    home = _last_way_home(evaluation) if timed else None
    whole = timed and tells_of_all(evaluation)
    return Finding(
        state=State.MEASURED if whole or not stops else State.PARTIAL,
        summary=_summary(best, home, timed=timed, whole=whole),
        facts=tuple(_facts(evaluation, best, home, timed=timed)),
        groups=(_stops_group(stops),) if stops else (),
        routes=_routes(stops),
        notes=tuple(_notes(evaluation, stops, timed=timed, whole=whole)),
        gaps=() if timed or not stops else (Gap("how often buses and trains run", _why_untimed(evaluation)),),
        confidence=_confidence(evaluation),
    )


#: How cities name the lines that run at night alone: "N17".
NIGHT_LINE = re.compile(r"N ?\d+")


def _routes(stops: Sequence[TransitStop]) -> tuple[Route, ...]:
    """Return the lines within 30 minutes on foot, the most useful first; both ways together.

    Last come school runs, and lines that their name calls night lines where no timetable tells when they run.
    """
    near = [b for b in boardings(stops) if b.stop.walk_s <= LISTED_MIN * 60]
    of_line: dict[tuple[str, str, str], float] = {}
    for b in near:
        of_line[b.route.line] = max(of_line.get(b.route.line, 0.0), worth(b))

    def rank(b: Boarding) -> tuple[bool, float, tuple[str, str, str], int, str]:
        route = b.route
        is_night = route.weekday_trips is None and NIGHT_LINE.fullmatch(route.name) is not None
        return route.is_school_run or is_night, -of_line[route.line], route.line, route.direction, route.route_id

    return reported_routes(sorted(near, key=rank)[:LISTED_ROUTES])


def _stops_group(stops: Sequence[TransitStop]) -> Group:
    seconds = np.array([s.walk_s for s in stops], dtype=float)
    return group("stops", "Stops nearby", [found_stop(s) for s in stops[:LISTED_STOPS]], seconds)


class _Home:
    """The last way home from where an evening ends."""

    def __init__(self, place: Place, leaves_s: int | None) -> None:
        self.name = landmark_name(place)
        self.at = None if leaves_s is None else hours_and_minutes(leaves_s)


def _last_way_home(evaluation: Evaluation) -> _Home | None:
    """Return the last departure from the centre, else from the main station.

    None where that is near enough to walk, and where no stop is near the address.
    """
    around = evaluation.around
    place = landmark(around, "centre", CENTRE_KINDS) or landmark(around, "station", (Kind.RAIL_STATION,))
    if place is None:
        return None
    if place.walk_s is not None and place.walk_s <= METHOD.walk_home_min * 60:
        return None
    if not any(stop.walk_s <= STOP_WALK_S for stop in evaluation.around.transit_stops() if is_served(stop)):
        return None  # Whoever walks farther than this from every stop is at home by no timetable.
    leaves_s = around.last_way_home(place)
    return _Home(place, leaves_s)


def _facts(evaluation: Evaluation, best: TransitStop | None, home: _Home | None, *, timed: bool) -> Iterator[Fact]:
    if best is None:
        return
    yield Fact("best_stop", "Best stop", stop_name(best))
    yield Fact("best_stop_walk", "Walk there", round(best.walk_s / 60.0, 1), "min")
    if not timed:
        return
    per_hour = _one_way(best, lambda r: r.departures_per_hour) or 0.0
    yield Fact("departures", "Departures an hour there, weekdays 7:00 to 19:00, one way", round(per_hour, 1))
    yield Fact("evening", "Weekdays from 19:00 on, one way", _one_way(best, lambda r: r.evening_trips))
    yield Fact("saturday", "On a Saturday, one way", _one_way(best, lambda r: r.saturday_trips))
    yield Fact("sunday", "On a Sunday, one way", _one_way(best, lambda r: r.sunday_trips))
    if home is not None:
        yield Fact("last_way_home", f"Last way home from {home.name}", home.at or "none in the evening")
    region = evaluation.around.region
    yield Fact("service_date", "The timetable shown is of", day(region.service_date))
    yield Fact("valid_until", "It is valid until", day(region.feed_valid_until))


def _one_way(stop: TransitStop, departures: Callable[[RouteAtStop], float | None]) -> float | None:
    """Return the departures of all lines at a stop, each in its better direction; None where one is not known."""
    lines: dict[tuple[str, str, str], float] = {}
    for route in stop.routes:
        found = departures(route)
        if found is None:
            return None
        lines[route.line] = max(lines.get(route.line, 0.0), float(found))
    return sum(sorted(lines.values()))


def _summary(best: TransitStop | None, home: _Home | None, *, timed: bool, whole: bool) -> str:
    if best is None:
        return f"No stop is within {FARTHEST_WALK}."
    # Of stops that the timetable does not serve nobody knows what they offer.
    which = "The best stop in the timetable" if timed and not whole else "The best stop"
    text = f"{which} is {stop_name(best)}, {minutes(best.walk_s / 60.0)} on foot"
    lines = list(dict.fromkeys(route_name(route) for route in best.routes if route.weekday_trips != 0))
    if not timed:
        calls = f", where {named(lines, NAMED)} {'stops' if len(lines) == 1 else 'stop'}" if lines else ""
        return f"{text}{calls}. How often is not known."
    per_hour = _one_way(best, lambda r: r.departures_per_hour) or 0.0
    text += f", with {count(len(lines), 'line')} and {_per_hour(per_hour)}."
    return f"{text} The last way home from {home.name} is at {home.at}." if home and home.at else text


def _per_hour(per_hour: float) -> str:
    """Return "9 departures an hour each way by day", or how many in all where an hour may have none."""
    if per_hour >= 1:
        text = number(per_hour, 0 if per_hour >= 10 else 1)
        return f"{text} {'departure' if text == '1' else 'departures'} an hour each way by day"
    return f"{count(round(per_hour * 12), 'departure')} each way between 7:00 and 19:00"


def _notes(evaluation: Evaluation, stops: Sequence[TransitStop], *, timed: bool, whole: bool) -> Iterator[str]:
    if stops and not evaluation.knowledge.has_timetable:
        yield "Stops and lines are from OpenStreetMap, which holds no timetable; some lines may be missing there."
    if timed and not whole:
        yield why_not_all(evaluation, OTHERS)


def _why_untimed(evaluation: Evaluation) -> str:
    if not evaluation.knowledge.has_timetable:
        return NO_TIMETABLE
    return "The timetable known here has no trip at these stops; it may be that of one operator alone."


def _confidence(evaluation: Evaluation) -> Confidence:
    extra = () if evaluation.knowledge.has_timetable else (Reason(Level.MEDIUM, NO_TIMETABLE),)
    return section(evaluation, Data.STOPS, extra=extra)


def _unknown(evaluation: Evaluation) -> Finding:
    return Finding(
        state=State.UNKNOWN,
        summary="No stop is on the map near this address, which need not mean that no bus or train runs.",
        gaps=(evaluation.knowledge.gap("stops and their lines", Data.STOPS, DISC_M),),
        confidence=_confidence(evaluation),
    )
