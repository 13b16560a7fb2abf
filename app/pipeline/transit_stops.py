"""Transit stops and the lines at them, as both transit stages read them and as a person says them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.atlas.facts import RouteAtStop, TransitStop
from app.atlas.station_names import leads_away
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import MODE_NOUNS, STOP_NOUNS, rounded, straight_metres, walk_metres
from app.pipeline.knowledge import DISC_M
from app.pipeline.report import FoundPlace, Route
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import interpolate
from app.wording import named, with_article

METHOD = METHODS.transit
#: Lines named at a stop.
NAMED_LINES = 8
MODE_WEIGHTS = dict(METHOD.mode_weights)


@dataclass(frozen=True, slots=True)
class Boarding:
    """A line in one direction at the stop where it is worth most."""

    stop: TransitStop
    route: RouteAtStop


def boardings(stops: Sequence[TransitStop]) -> tuple[Boarding, ...]:
    """Return each line and direction once, at its best stop: the nearest of those where it runs as often."""
    best: dict[tuple[str, int], tuple[float, Boarding]] = {}
    # A line is seen at a hundred stops: what it is worth there is worked out once, and of equals the nearest stays.
    for stop in sorted(stops, key=_order):
        nearness = _nearness(stop)
        for route in stop.routes:
            key, value = (route.route_id, route.direction), service(route) * nearness
            if key not in best or value > best[key][0]:
                best[key] = value, Boarding(stop, route)
    return tuple(boarding for _, boarding in best.values())


def _order(stop: TransitStop) -> tuple[float, float, str]:
    return stop.walk_s, stop.straight_m, stop.stop_id


def service(route: RouteAtStop) -> float:
    """Return how much a line offers: the root of its weekday trips, times the weight of its mode."""
    return _service(route.mode, route.weekday_trips)


@lru_cache(maxsize=10_000)
def _service(mode: str, weekday_trips: int | None) -> float:
    """Work it out once: a line is seen at a hundred stops."""
    weight = MODE_WEIGHTS.get(mode, 1.0)
    if weekday_trips is None:
        return weight * METHOD.untimed_service
    return weight * min(METHOD.service_cap, math.sqrt(weekday_trips / METHOD.trips_reference))


def route_value(boarding: Boarding) -> float:
    """Return what a line adds to the score: its service, times how near its stop is."""
    if boarding.route.weekday_trips is None:
        return 0.0
    return service(boarding.route) * interpolate(METHOD.decay, stop_metres(boarding.stop))


def worth(boarding: Boarding) -> float:
    """Return what a line is worth to who may walk further than the score looks: half for each ten minutes."""
    return service(boarding.route) * _nearness(boarding.stop)


def _nearness(stop: TransitStop) -> float:
    return float(0.5 ** (stop.walk_s / 60.0 / METHOD.halves_min))


def best_stop(stops: Sequence[TransitStop]) -> TransitStop | None:
    """Return the stop that offers most for its walk; each line counts once, in its better direction."""
    return min(stops, key=lambda stop: (-offer(stop) * _nearness(stop), *_order(stop)), default=None)


def offer(stop: TransitStop) -> float:
    """Return what all lines at a stop offer together; of a stop without known lines, its mode."""
    lines: dict[tuple[str, str, str], float] = {}
    for route in stop.routes:
        lines[route.line] = max(lines.get(route.line, 0.0), service(route))
    if lines:
        return sum(sorted(lines.values()))
    return 0.0 if stop.from_feed else MODE_WEIGHTS.get(stop.mode, 1.0) * METHOD.untimed_service / 2


def is_served(stop: TransitStop) -> bool:
    """Return whether the timetable has a trip there on the weekday."""
    return any(route.weekday_trips for route in stop.routes)


def tells_of_all(evaluation: Evaluation) -> bool:
    """Return whether the timetable is that of all operators.

    It has about as many stations near here as stops are mapped, and one of the two has as many as so many streets have:
    beside a map without bus stops, a timetable of trains tells nothing of buses.
    """
    served = sum(is_served(stop) for stop in evaluation.around.transit_stops() if stop.straight_m <= DISC_M)
    mapped = evaluation.knowledge.mapped.stops
    if not evaluation.knowledge.is_plenty(Data.STOPS, max(mapped, served)):
        return False
    return mapped < METHOD.several_stops or served >= METHOD.least_share_of_stops * mapped


def why_not_all(evaluation: Evaluation, others: str) -> str:
    """Return why a timetable may not be that of all operators: `others` where the map has stops that it lacks."""
    know = evaluation.knowledge
    return others if know.has(Data.STOPS) else know.why_not(Data.STOPS)


def stop_name(stop: TransitStop) -> str:
    """Return the stop's name, else "a bus stop in Mill Lane"."""
    if name := stop.name.strip():
        return name
    noun = with_article(STOP_NOUNS.get(stop.mode, "stop"))
    return f"{noun} in {stop.near}" if stop.near else f"{noun} (no name on the map)"


def found_stop(stop: TransitStop) -> FoundPlace:
    """Return a stop as the report names places, with its lines as detail."""
    names = list(dict.fromkeys(route_name(route) for route in stop.routes))
    return FoundPlace(
        name=stop_name(stop),
        kind=STOP_NOUNS.get(stop.mode, "stop"),
        minutes=rounded(stop.walk_s / 60.0),
        metres=straight_metres(stop.straight_m, stop.walk_s),
        lat=stop.lat,
        lon=stop.lon,
        osm_id="" if stop.from_feed else stop.stop_id,
        detail=named(names, NAMED_LINES),
    )


def route_name(route: RouteAtStop) -> str:
    """Return "bus 14", "tram 6"."""
    mode = MODE_NOUNS.get(route.mode, "line")
    return f"{mode} {route.name}".strip() if mode not in route.name.lower() else route.name


def how_often(route: RouteAtStop) -> str:
    """Return "every 20 min, 06:05 to 22:26 (42 a weekday)", "5 a weekday, 07:10 to 18:40"; "" without a timetable."""
    trips, first, last = route.weekday_trips, route.first_departure, route.last_departure
    if trips is None:
        return ""
    if trips == 0:
        return "not on weekdays"
    if route.headway_min is not None:
        return f"every {route.headway_min} min, {first} to {last} ({trips} a weekday)"
    if trips == 1:
        return f"once a weekday, at {first}"
    return f"{trips} a weekday, {first} to {last}"


def weekend(route: RouteAtStop) -> str:
    """Return "Saturdays every 30 min, Sundays none", "" where the timetable does not tell."""
    saturday = _day("Saturdays", route.saturday_trips, route.saturday_headway_min)
    sunday = _day("Sundays", route.sunday_trips, route.sunday_headway_min)
    return ", ".join(text for text in (saturday, sunday) if text)


def _day(name: str, trips: int | None, headway_min: int | None) -> str:
    if trips is None:
        return ""
    if headway_min is not None:
        return f"{name} every {headway_min} min"
    return f"{name} {trips or 'none'}"


def reported_route(boarding: Boarding) -> Route:
    """Return a line as the report shows it."""
    route, stop = boarding.route, boarding.stop
    return Route(
        name=route.name,
        mode=MODE_NOUNS.get(route.mode, "line"),
        towards=route.headsign if leads_away(route.headsign, stop.name) else "",
        stop=stop_name(stop),
        walk_min=round(stop.walk_s / 60.0, 1),
        departures_per_hour=rounded(route.departures_per_hour),
        headway_min=None if route.headway_min is None else float(route.headway_min),
        weekday_trips=route.weekday_trips,
        first=route.first_departure,
        last=route.last_departure,
        often=how_often(route),
        weekend=weekend(route),
        agency=route.agency,
        evening_trips=route.evening_trips,
        saturday_trips=route.saturday_trips,
        sunday_trips=route.sunday_trips,
        is_school_run=route.is_school_run,
        by_hour=route.by_hour,
    )


def reported_routes(found: Iterable[Boarding]) -> tuple[Route, ...]:
    """Return lines as the report shows them, in the order given."""
    return tuple(reported_route(boarding) for boarding in found)


def stop_metres(stop: TransitStop) -> float:
    """Return the walk to a stop in metres."""
    return walk_metres(stop.walk_s)
