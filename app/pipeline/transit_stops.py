"""Transit stops and their routes as both transit stages read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.atlas.facts import RouteAtStop, TransitStop
from app.pipeline.found import MODE_NOUNS, STOP_NOUNS, rounded, walk_metres
from app.pipeline.report import FoundPlace, Route
from app.wording import listed, with_article

#: A route that leaves less than every two hours has no headway worth the name, only single departures.
LEAST_PER_HOUR = 0.5


@dataclass(frozen=True, slots=True)
class Boarding:
    """A route at its nearest stop. `route` None: a stop about which only its mode is known."""

    stop: TransitStop
    route: RouteAtStop | None

    @property
    def mode(self) -> str:
        """The route's mode, else the stop's."""
        return self.route.mode if self.route else self.stop.mode


def boardings(stops: Sequence[TransitStop]) -> tuple[Boarding, ...]:
    """Return each route once, at its nearest stop, and each stop without routes once by mode and name.

    A stop without routes that shares its name with one that has some is another platform of it and counts no more; in
    a timetable a stop without routes is not served.
    """
    seen: dict[tuple[str, str], Boarding] = {}
    told = {(stop.mode, stop.name) for stop in stops if stop.routes}
    for stop in sorted(stops, key=lambda s: (s.walk_s, s.straight_m, s.stop_id)):
        for route in stop.routes:
            key = ("route", route.route_id)
            if key not in seen:
                seen[key] = Boarding(stop, route)
        if not stop.routes and not stop.from_feed and (stop.mode, stop.name) not in told:
            seen.setdefault(("stop", f"{stop.mode}/{stop.name}"), Boarding(stop, None))
    return tuple(seen.values())


def stop_name(stop: TransitStop) -> str:
    """Return the stop's name, or "a bus stop (no name on the map)"."""
    return stop.name.strip() or f"{with_article(STOP_NOUNS.get(stop.mode, 'stop'))} (no name on the map)"


def found_stop(stop: TransitStop) -> FoundPlace:
    """Return a stop as the report names places, with its routes as detail."""
    names = list(dict.fromkeys(route_name(route) for route in stop.routes))
    return FoundPlace(
        name=stop_name(stop),
        kind=STOP_NOUNS.get(stop.mode, "stop"),
        minutes=rounded(stop.walk_s / 60.0),
        metres=float(round(stop.straight_m)),
        lat=stop.lat,
        lon=stop.lon,
        osm_id="" if stop.from_feed else stop.stop_id,
        detail=listed(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else ""),
    )


def route_name(route: RouteAtStop) -> str:
    """Return "bus 14", "tram 6"."""
    mode = MODE_NOUNS.get(route.mode, "line")
    return f"{mode} {route.name}".strip() if mode not in route.name.lower() else route.name


def reported_route(boarding: Boarding) -> Route | None:
    """Return a route as the report shows it, None for a stop whose routes are not known."""
    route, stop = boarding.route, boarding.stop
    if route is None:
        return None
    per_hour = route.departures_per_hour
    return Route(
        name=route.name,
        mode=MODE_NOUNS.get(route.mode, "line"),
        towards=route.headsign,
        stop=stop_name(stop),
        walk_min=round(stop.walk_s / 60.0, 1),
        departures_per_hour=rounded(per_hour),
        headway_min=round(60.0 / per_hour, 1) if per_hour and per_hour >= LEAST_PER_HOUR else None,
        weekday_trips=route.weekday_trips,
        first=route.first_departure,
        last=route.last_departure,
    )


def reported_routes(found: Iterable[Boarding]) -> tuple[Route, ...]:
    """Return the routes that have a name or a timetable, nearest first."""
    return tuple(route for b in found if (route := reported_route(b)) is not None)


def stop_metres(stop: TransitStop) -> float:
    """Return the walk to a stop in metres."""
    return walk_metres(stop.walk_s)
