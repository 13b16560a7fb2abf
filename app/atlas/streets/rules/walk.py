"""Where a person may walk and how fast, and who may pass a barrier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Tags = Mapping[str, str]

#: The pace everywhere but on steps.
METRES_PER_MINUTE = 80.0
SECONDS_PER_METRE = 60 / METRES_PER_MINUTE
#: Steps take twice as long as the same length of street.
STEPS_SECONDS_PER_METRE = 2 * SECONDS_PER_METRE
#: The stress of steps in the walking graph, for who cannot take them: with a pram, in a wheelchair.
STEPS_STRESS = 4


def is_steps_pace(pace: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where a pace in seconds per metre is that of steps."""
    return np.isfinite(pace) & (pace > SECONDS_PER_METRE * 1.5)


#: Classes open to people on foot unless their tags say otherwise (access defaults of the OpenStreetMap wiki).
WALKABLE_CLASSES = frozenset(
    {"primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified"}
    | {"residential", "living_street", "pedestrian", "service", "track", "path", "footway", "cycleway"}
    | {"bridleway", "steps", "corridor", "elevator", "platform", "road", "crossing"}
)
#: Classes closed to people on foot unless a pavement or an explicit permission is mapped.
WALKABLE_IF_SAID = frozenset({"trunk", "trunk_link", "busway", "bus_guideway"})
#: Ways made for walking: what counts as a path inside a park.
FOOTPATH_CLASSES = frozenset({"footway", "path", "pedestrian", "steps", "track", "bridleway", "cycleway", "corridor"})


def may_walk(tags: Tags) -> bool:
    """Return whether a person may walk along a way; a missing pavement tag means unknown, not forbidden."""
    highway = tags.get("highway", "")
    if highway not in WALKABLE_CLASSES and highway not in WALKABLE_IF_SAID:
        return False
    if tags.get("construction") == "yes":
        return False
    said = explicit_permission(tags, "foot")
    if said is not None:
        return said
    if highway in WALKABLE_IF_SAID or tags.get("motorroad") == "yes":
        return has_sidewalk(tags)
    # Delivery tunnels and car parks under a city are open to those who have business there, not to walk through.
    return not (highway == "service" and is_underground(tags) and tags.get("access", "yes") != "yes")


def is_underground(tags: Tags) -> bool:
    """Return whether a way runs below the ground, where no address is. A passage through a building does not."""
    return tags.get("tunnel") in {"yes", "culvert"} or tags.get("location") == "underground"


def is_steps(tags: Tags) -> bool:
    """Return whether a way is a flight of steps."""
    return tags.get("highway") == "steps"


_SIDEWALK = frozenset({"yes", "both", "left", "right", "separate"})
_SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")


def has_sidewalk(tags: Tags) -> bool:
    """Return whether a pavement is mapped on either side."""
    return any(tags.get(key) in _SIDEWALK for key in _SIDEWALK_KEYS)


PERMITTED = frozenset(
    {"yes", "designated", "permissive", "official", "public", "destination", "customers", "permit", "allowed"}
)
FORBIDDEN = frozenset(
    {"no", "private", "agricultural", "forestry", "agricultural;forestry", "military", "emergency"}
    | {"delivery", "employees", "residents", "restricted", "psv", "bus"}
)


def explicit_permission(tags: Tags, *keys: str) -> bool | None:
    """Return what the first of the keys with a known value says; a general `access` tag can only forbid."""
    for key in keys:
        value = tags.get(key)
        if value in PERMITTED:
            return True
        if value in FORBIDDEN:
            return False
    return False if tags.get("access") in FORBIDDEN else None


#: Barriers that stop a car by their shape.
_STOPS_CARS = frozenset(
    {"bollard", "block", "cycle_barrier", "motorcycle_barrier", "stile", "kissing_gate", "turnstile"}
    | {"full-height_turnstile", "horse_stile", "jersey_barrier", "planter", "debris", "log", "chain"}
    | {"wicket_gate", "kent_carriage_gap", "bar", "fence", "wall", "hedge"}
)
#: Barriers with a gap: what is said of access in general is meant for vehicles, people and bicycles go through.
_HAS_GAP = frozenset({"bollard", "block", "cycle_barrier", "motorcycle_barrier", "planter", "bar", "chain", "log"})
#: Barriers over or through which a bicycle cannot be taken.
_STOPS_BIKES = frozenset(
    {"stile", "kissing_gate", "turnstile", "full-height_turnstile", "horse_stile", "fence", "wall", "hedge"}
)


class Passage(NamedTuple):
    """Who gets through."""

    foot: bool
    bike: bool
    car: bool


OPEN = Passage(True, True, True)


def passage(tags: Tags) -> Passage:
    """Return who may pass; what is not said is open to whoever fits through."""
    kind = tags.get("barrier", "")
    locked = tags.get("locked") == "yes"
    for_gap = {key: value for key, value in tags.items() if key != "access"} if kind in _HAS_GAP else tags
    foot = explicit_permission(for_gap, "foot")
    bike = explicit_permission(for_gap, "bicycle", "vehicle")
    car = explicit_permission(tags, "motorcar", "motor_vehicle", "vehicle")
    return Passage(
        foot=(not locked) if foot is None else foot,
        bike=(not locked and kind not in _STOPS_BIKES) if bike is None else bike,
        car=(not locked and kind not in _STOPS_CARS) if car is None else car,
    )
