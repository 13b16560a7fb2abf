"""What a timetable tells about a route and a journey: shapes that every layer shares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RouteAtStop:
    """One transit route at the stop where it is nearest. Times are "HH:MM" of the service day (may pass 24:00).

    From a feed every number is set; from OpenStreetMap alone `weekday_trips` and the rest are None.
    """

    route_id: str
    name: str
    #: subway, rail, tram, light_rail, ferry, cable_car or bus
    mode: str
    headsign: str
    weekday_trips: int | None
    #: Mean departures per hour, weekday 7 to 19, both directions counted once (the better one).
    departures_per_hour: float | None
    first_departure: str
    last_departure: str


@dataclass(frozen=True, slots=True)
class TransitTime:
    """Door-to-door seconds by walk and transit over a departure window: mean and range of what was reachable."""

    mean_s: float
    min_s: float
    max_s: float
    #: Share of the window's departures that reach the destination within the limit, 0 to 1.
    reached_share: float
