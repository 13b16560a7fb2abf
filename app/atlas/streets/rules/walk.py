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
    | {"bridleway", "steps", "corridor", "elevator", "platform", "pier", "road", "crossing"}
)
#: Classes closed to people on foot unless a pavement or an explicit permission is mapped.
WALKABLE_IF_SAID = frozenset({"trunk", "trunk_link", "busway", "bus_guideway"})
#: Classes closed to people on foot whatever is beside them, unless their own tags name people on foot.
MOTORWAYS = frozenset({"motorway", "motorway_link"})
#: Ways made for walking: what counts as a path inside a park.
FOOTPATH_CLASSES = frozenset({"footway", "path", "pedestrian", "steps", "track", "bridleway", "cycleway", "corridor"})

#: What is walked on without being a street.
_DECKS = (
    ("railway", "platform", "platform"),
    ("public_transport", "platform", "platform"),
    ("man_made", "pier", "pier"),
)


def way_class(tags: Tags) -> str:
    """Return the class of a way by highway=*, "platform" or "pier" for those mapped by other keys, or ""."""
    return tags.get("highway") or next((name for key, value, name in _DECKS if tags.get(key) == value), "")


_GONE_KEYS = ("construction", "disused", "abandoned", "demolished", "razed")


def is_gone(tags: Tags) -> bool:
    """Return whether a way is said not to be there yet, or any more."""
    return any(tags.get(key) == "yes" for key in _GONE_KEYS)


def may_walk(tags: Tags, *, residents: bool = False) -> bool:
    """Return whether a person may walk along a way; a missing pavement tag means unknown, not forbidden.

    With `residents`, whether somebody may who lives on it: private ways are open to them.
    """
    highway = way_class(tags)
    if not any(highway in classes for classes in (WALKABLE_CLASSES, WALKABLE_IF_SAID, MOTORWAYS)) or is_gone(tags):
        return False
    said = explicit_permission(_for_residents(tags) if residents else tags, "foot")
    if said is not None:
        return said
    if highway in MOTORWAYS:
        return False
    if highway in WALKABLE_IF_SAID or tags.get("motorroad") == "yes":
        return has_sidewalk(tags) or is_main_street(tags)
    # Delivery tunnels and car parks under a city are open to those who have business there, not to walk through.
    return not (highway == "service" and is_underground(tags) and tags.get("access", "yes") != "yes")


class Directions(NamedTuple):
    """Whether a way is open along the order of its nodes, and against it."""

    forward: bool
    backward: bool


BOTH, NEITHER = Directions(True, True), Directions(False, False)
_ONE_WAY = {"yes": Directions(True, False), "1": Directions(True, False), "-1": Directions(False, True)}
_CONVEYED = {"forward": Directions(True, False), "backward": Directions(False, True)}


def walking_directions(tags: Tags, *, residents: bool = False) -> Directions:
    """Return the directions in which a person may walk: both, but for escalators and what is one-way on foot."""
    said = {side: explicit_permission({"foot": tags.get(f"foot:{side}", "")}, "foot") for side in Directions._fields}
    if not may_walk(tags, residents=residents):
        return NEITHER if is_gone(tags) else Directions(said["forward"] is True, said["backward"] is True)
    ways = _CONVEYED.get(tags.get("conveying", "")) or _ONE_WAY.get(tags.get("oneway:foot", "")) or BOTH
    return Directions(ways.forward and said["forward"] is not False, ways.backward and said["backward"] is not False)


#: No key of OpenStreetMap: the importer gives it to trunk roads by which houses are numbered.
ADDRESSED = "doorstep:addressed"
#: A trunk road with this limit or less (30 mph is 48 km/h) runs through a village or town: people walk beside it.
VILLAGE_KMH = 50
_VILLAGE_LIMITS = frozenset({*map(str, range(10, VILLAGE_KMH + 1, 10)), *(f"{mph} mph" for mph in range(5, 31, 5))})


def is_main_street(tags: Tags) -> bool:
    """Return whether a trunk road is the main street of a village: slow, or with houses on it, and not walled in.

    A trunk road with two carriageways is none, and neither is one that is said to have no pavement.
    """
    if tags.get("highway") != "trunk" or tags.get("motorroad") == "yes" or tags.get("sidewalk") in {"no", "none"}:
        return False
    if tags.get(ADDRESSED) == "yes":
        return True
    limit = tags.get("maxspeed", "")
    is_slow = limit in _VILLAGE_LIMITS or limit.endswith((":urban", ":nsl_restricted"))
    return is_slow and tags.get("oneway", "no") == "no" and not is_underground(tags)


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


_NONE_ON_ROAD = frozenset({"separate", "no", "none"})


def has_pavement_apart(tags: Tags) -> bool:
    """Return whether all pavements of a road are ways of their own, and nobody is said to walk on the road itself.

    One that is mapped apart on one side leaves the road to those who live on the other.
    """
    both = tags.get("sidewalk", tags.get("sidewalk:both"))
    sides = {tags.get(f"sidewalk:{side}", both) for side in ("left", "right")}
    return "separate" in sides and sides <= _NONE_ON_ROAD and "foot" not in tags


PERMITTED = frozenset({"yes", "designated", "permissive", "official", "public", "destination", "customers", "allowed"})
FORBIDDEN = frozenset(
    {"no", "private", "agricultural", "forestry", "agricultural;forestry", "military", "emergency"}
    | {"delivery", "employees", "residents", "restricted", "psv", "bus", "permit", "use_sidepath"}
)
#: What is closed to strangers, but not to those who live there.
OPEN_TO_RESIDENTS = frozenset({"private", "residents", "permit"})


def _for_residents(tags: Tags) -> Tags:
    """Return the tags as they read to somebody who lives there."""
    return {
        key: value for key, value in tags.items() if key not in {"access", "foot"} or value not in OPEN_TO_RESIDENTS
    }


def explicit_permission(tags: Tags, *keys: str) -> bool | None:
    """Return what the first of the keys with a known value says; a general `access` tag can only forbid."""
    for key in keys:
        value = tags.get(key)
        if value in PERMITTED:
            return True
        if value in FORBIDDEN:
            return False
    return False if tags.get("access") in FORBIDDEN else None


#: Barriers that nobody gets through unless it is said who may.
_STOPS_ALL = frozenset({"fence", "wire_fence", "wood_fence", "wall", "city_wall", "retaining_wall", "hedge"})
#: Barriers that stop a car by their shape.
_STOPS_CARS = frozenset(
    {"bollard", "block", "cycle_barrier", "motorcycle_barrier", "stile", "kissing_gate", "turnstile"}
    | {"full-height_turnstile", "horse_stile", "jersey_barrier", "planter", "debris", "log", "chain"}
    | {"wicket_gate", "kent_carriage_gap", "bar"}
)
#: Barriers over or through which a bicycle cannot be taken.
_STOPS_BIKES = frozenset({"stile", "kissing_gate", "turnstile", "full-height_turnstile", "horse_stile"})
#: A fence that is only heard: blind people find a tactile path by it.
_SOUNDS = frozenset({"audible", "audio"})


class Passage(NamedTuple):
    """Who gets through."""

    foot: bool
    bike: bool
    car: bool


OPEN = Passage(True, True, True)


def passage(tags: Tags, *, residents: bool = False) -> Passage:
    """Return who may pass a node; what is not said is open to whoever fits through. Residents have a key."""
    if "barrier" not in tags and "highway" in tags:  # what is said of a crossing is said of those who cross
        return OPEN
    kind = "" if tags.get("sensory") in _SOUNDS else tags.get("barrier", "")
    if residents:
        tags = _for_residents(tags)
    shut = tags.get("locked") == "yes" and not residents
    walled = kind in _STOPS_ALL and tags.get("access") not in PERMITTED
    foot = explicit_permission(tags, "foot")
    bike = explicit_permission(tags, "bicycle", "vehicle")
    car = explicit_permission(tags, "motorcar", "motor_vehicle", "vehicle")
    return Passage(
        foot=not (shut or walled) if foot is None else foot,
        bike=not (shut or walled or kind in _STOPS_BIKES) if bike is None else bike,
        car=not (shut or walled or kind in _STOPS_CARS) if car is None else car,
    )
