"""Where and in which direction a car may go, and how fast it flows: after OSRM's published car profile."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from app.atlas.streets.rules.walk import BOTH, Directions, Tags, explicit_permission, is_gone

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


class Pace(NamedTuple):
    """Seconds per metre along and against the order of the nodes; infinity where a car may not go."""

    forward: float
    backward: float


CLOSED = Pace(math.inf, math.inf)


def car_pace(tags: Tags) -> Pace:
    """Return the free-flow pace in each direction."""
    if not may_drive(tags):
        return CLOSED
    is_open = directions(tags, "oneway:motorcar", "oneway:motor_vehicle")
    return Pace(
        _seconds_per_metre(tags, "forward") if is_open.forward else math.inf,
        _seconds_per_metre(tags, "backward") if is_open.backward else math.inf,
    )


def may_drive(tags: Tags) -> bool:
    """Return whether an ordinary car may use a way in at least one direction."""
    highway = tags.get("highway", "")
    said = explicit_permission(tags, *_ACCESS_KEYS)
    if is_gone(tags):
        return False
    return said is True if highway == "track" else highway in CLASS_SPEED_KMH and said is not False


def _seconds_per_metre(tags: Tags, side: str) -> float:
    limit = speed_limit_kmh(tags, side)
    speed = SHARE_OF_LIMIT * limit if limit else CLASS_SPEED_KMH.get(tags["highway"], SERVICE_SPEED_KMH)
    if tags["highway"] in {"service", "track"}:
        speed = min(speed, SERVICE_SPEED_KMH)
    return 3.6 / speed


_ONEWAY_ROUND = frozenset({"roundabout", "circular"})
_YES = frozenset({"yes", "true", "1"})
_REVERSE = frozenset({"-1", "reverse"})


def directions(tags: Tags, *keys: str) -> Directions:
    """Return the open directions; `keys` are mode-specific one-way tags that beat the general one."""
    for key in (*keys, "oneway"):
        value = tags.get(key, "")
        if value in _YES:
            return Directions(True, False)
        if value in _REVERSE:
            return Directions(False, True)
        if value in {"no", "false", "0", "alternating"}:
            return BOTH
        if value == "reversible":
            return Directions(False, False)
    if tags.get("junction") in _ONEWAY_ROUND or tags.get("highway") == "motorway":
        return Directions(True, False)
    return BOTH


KMH_PER_MPH = 1.609344
_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph|knots)?\s*$")

#: Limits that are named rather than numbered, by the part after the country, in km/h (wiki: Key:maxspeed).
_NAMED_LIMITS = {
    "urban": 50.0,
    "rural": 90.0,
    "motorway": 120.0,
    "trunk": 100.0,
    "living_street": 10.0,
    "walk": 7.0,
    "nsl_restricted": 30 * KMH_PER_MPH,
    "nsl_single": 60 * KMH_PER_MPH,
    "nsl_dual": 70 * KMH_PER_MPH,
    "none": 130.0,
}


def speed_limit_kmh(tags: Tags, side: str = "") -> float | None:
    """Return the speed limit in km/h ("30 mph", "50", "DE:urban"), for one direction where one is given."""
    text = tags.get(f"maxspeed:{side}") or tags.get("maxspeed") or tags.get("maxspeed:type") or ""
    text = text.split(";")[0].strip()
    number = _NUMBER.match(text)
    if number:
        factor = {"mph": KMH_PER_MPH, "knots": 1.852}.get(number[2], 1.0)
        return max(float(number[1]) * factor, 1.0)
    name = text.rpartition(":")[2]
    zone = re.fullmatch(r"(?:zone:?)?(\d+)", name)
    if zone:
        return float(zone[1])
    return _NAMED_LIMITS.get(name)


def lane_count(tags: Tags) -> int | None:
    """Return the number of lanes where it is mapped."""
    text = tags.get("lanes", "").split(";")[0]
    return int(text) if text.isdecimal() else None
