"""Where a car may go and how fast it flows: speeds and access after OSRM's published car profile."""

from __future__ import annotations

import math
from typing import NamedTuple

from app.atlas.streets.oneway_rules import directions, speed_limit_kmh
from app.atlas.streets.walk_rules import Tags, explicit_permission

#: Free-flow speed in km/h by class where no limit is mapped (OSRM profiles/car.lua).
CLASS_SPEED_KMH = {
    "motorway": 90.0,
    "motorway_link": 45.0,
    "trunk": 85.0,
    "trunk_link": 40.0,
    "primary": 65.0,
    "primary_link": 30.0,
    "secondary": 55.0,
    "secondary_link": 25.0,
    "tertiary": 40.0,
    "tertiary_link": 20.0,
    "unclassified": 25.0,
    "residential": 25.0,
    "road": 25.0,
    "living_street": 10.0,
    "service": 15.0,
}
#: Cars flow below the limit even on an empty street (OSRM's speed_reduction).
SHARE_OF_LIMIT = 0.8
#: Driveways, alleys and car parks are crawled along whatever the limit says.
SERVICE_SPEED_KMH = 15.0

_ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle")


class CarPace(NamedTuple):
    """Seconds per metre along and against the order of the nodes; infinity where a car may not go."""

    forward: float
    backward: float


CLOSED = CarPace(math.inf, math.inf)


def may_drive(tags: Tags) -> bool:
    """Tell whether an ordinary car may use a way in at least one direction."""
    highway = tags.get("highway", "")
    said = explicit_permission(tags, *_ACCESS_KEYS)
    if highway == "track":
        return said is True
    return highway in CLASS_SPEED_KMH and said is not False and tags.get("construction") != "yes"


def car_pace(tags: Tags) -> CarPace:
    """Return the free-flow pace in each direction."""
    if not may_drive(tags):
        return CLOSED
    is_open = directions(tags, "oneway:motorcar", "oneway:motor_vehicle")
    return CarPace(
        _seconds_per_metre(tags, "forward") if is_open.forward else math.inf,
        _seconds_per_metre(tags, "backward") if is_open.backward else math.inf,
    )


def _seconds_per_metre(tags: Tags, side: str) -> float:
    limit = speed_limit_kmh(tags, side)
    speed = SHARE_OF_LIMIT * limit if limit else CLASS_SPEED_KMH.get(tags["highway"], SERVICE_SPEED_KMH)
    if tags["highway"] in {"service", "track"}:
        speed = min(speed, SERVICE_SPEED_KMH)
    return 3.6 / speed
