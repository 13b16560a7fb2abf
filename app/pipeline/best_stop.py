"""The best stop near an address: a short walk to frequent service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.geometry import distance_m
from app.pipeline.profiles import METHODS
from app.pipeline.scoring import up_to
from app.sources.base import TransitStop

METHOD = METHODS.transit
MOST_FREQUENCY_POINTS = METHOD.frequency_points[0][1]


@dataclass(frozen=True, slots=True)
class BestStop:
    """A stop, and the departures in an hour there and at the stops beside it; None without a timetable."""

    stop: TransitStop
    per_hour: float | None

    @property
    def walk_min(self) -> float:
        """The walk there in minutes."""
        return self.stop.walk_s / 60.0


def best_stop(stops: Sequence[TransitStop]) -> BestStop | None:
    """Return the stop with the most points for walk and frequency together, the nearer one of equals."""
    best, best_points = None, -1.0
    timed = any(r.departures_per_hour is not None for stop in stops for r in stop.routes)
    for stop in sorted(stops, key=lambda s: (s.walk_s, s.straight_m, s.stop_id)):
        walk = walk_points(stop.walk_s / 60.0)
        if best and (not timed or walk + MOST_FREQUENCY_POINTS <= best_points):
            break
        per_hour = departures_around(stop, stops)
        points = walk + frequency(per_hour)[0]
        if points > best_points:
            best, best_points = BestStop(stop, per_hour), points
    return best


def departures_around(stop: TransitStop, stops: Sequence[TransitStop]) -> float | None:
    """Return the weekday departures in an hour of all routes at a stop and those beside it, each route once.

    A bus station is many stops, one for each bay, and the two sides of a street are two.
    """
    found: dict[str, float] = {}
    for other in stops:
        if other.routes and distance_m(stop.lat, stop.lon, other.lat, other.lon) <= METHOD.beside_m:
            for route in other.routes:
                if route.departures_per_hour is not None:
                    found[route.route_id] = max(found.get(route.route_id, 0.0), route.departures_per_hour)
    return sum(sorted(found.values())) if found else None


def walk_points(walk_min: float) -> float:
    """Return 0 to 4 points for the walk to a stop."""
    return up_to(METHOD.walk_points, walk_min)


def frequency(per_hour: float | None) -> tuple[float, str]:
    """Return 0 to 3 points and the word for departures per hour; (0, "") where no timetable tells."""
    if per_hour is None:
        return 0.0, ""
    return next((points, word) for limit, points, word in METHOD.frequency_points if per_hour >= limit)
