"""Which way along a street a vehicle may go, speed limits and lane counts, from OpenStreetMap tags."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.atlas.streets.walk_rules import Tags

KMH_PER_MPH = 1.609344
_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph|knots)?\s*$")
_ONEWAY_ROUND = frozenset({"roundabout", "circular"})
_YES = frozenset({"yes", "true", "1"})
_REVERSE = frozenset({"-1", "reverse"})

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


class Directions(NamedTuple):
    """Whether a way is open along the order of its nodes, and against it."""

    forward: bool
    backward: bool


BOTH = Directions(True, True)


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
