"""Where and how fast a bicycle is ridden, and the level of traffic stress there, 1 to 4 in each direction of a street.

The stress follows Conveyal R5's surrogate labels (docs.conveyal.com, "Cycling Level of Traffic Stress"). Two additions:
a separated track beside a road is free of cars, so 1; service roads and tracks are slow, so 1.
"""

from __future__ import annotations

from typing import NamedTuple

from app.atlas.streets.rules.car import directions, lane_count, may_drive, speed_limit_kmh
from app.atlas.streets.rules.walk import (
    BOTH,
    FORBIDDEN,
    PERMITTED,
    SECONDS_PER_METRE,
    Directions,
    Tags,
    explicit_permission,
    has_sidewalk,
    is_gone,
)

#: No cycling in this direction.
NO_CYCLING = 0
#: The highest level of traffic stress: no street is too much.
MAX_STRESS = 4
#: 25 mph is 40.2 km/h and counts as 40.
CALM_KMH = 40.3
CALM_LANES = 3

#: An easy cycling speed on the flat, 15 km/h, in metres per second.
BIKE_METRES_PER_SECOND = 15 / 3.6
#: Pushing a bicycle is walking: one metre costs as long as this many metres ridden (3.1; on steps twice that).
PUSHING = BIKE_METRES_PER_SECOND * SECONDS_PER_METRE

RIDEABLE = frozenset(
    {"trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary"}
    | {"tertiary_link", "unclassified", "residential", "living_street", "service", "track", "path", "cycleway"}
    | {"road"}
)
RIDEABLE_IF_SAID = frozenset({"footway", "pedestrian", "bridleway", "motorway", "motorway_link", "busway", "platform"})
_CALM_CLASSES = frozenset({"residential", "living_street", "service", "track", "road"})
_MINOR_CLASSES = frozenset({"unclassified", "tertiary", "tertiary_link"})
_LANE_VALUES = frozenset({"lane", "opposite_lane", "buffered_lane"})
_TRACK_VALUES = frozenset({"track", "opposite_track"})
_PATH_CLASSES = frozenset({"path", "footway", "pedestrian", "bridleway", "track", "service"})


class Stress(NamedTuple):
    """Level of traffic stress along and against the order of the nodes; 0 where nobody may cycle."""

    forward: int
    backward: int


class Lanes(NamedTuple):
    """What is built for bicycles in one direction."""

    lane: bool
    track: bool


def bike_stress(tags: Tags, *, drives_left: bool = False) -> Stress:
    """Return the level of traffic stress in each direction, where people drive on the right or on the left."""
    if not may_cycle(tags):
        return Stress(NO_CYCLING, NO_CYCLING)
    is_open = cycling_directions(tags)
    ahead, against = bike_lanes(tags, drives_left=drives_left)
    return Stress(
        _level(tags, ahead, "forward") if is_open.forward else NO_CYCLING,
        _level(tags, against, "backward") if is_open.backward else NO_CYCLING,
    )


def may_cycle(tags: Tags) -> bool:
    """Return whether a bicycle may be ridden along a way in at least one direction."""
    highway = tags.get("highway", "")
    if highway not in RIDEABLE and highway not in RIDEABLE_IF_SAID:
        return False
    bicycle = tags.get("bicycle", "")
    if bicycle in FORBIDDEN or bicycle == "dismount" or is_gone(tags):
        return False
    if highway in RIDEABLE_IF_SAID or tags.get("motorroad") == "yes":
        return bicycle in PERMITTED
    return explicit_permission(tags, "bicycle", "vehicle") is not False


def cycling_directions(tags: Tags) -> Directions:
    """Return the directions open to bicycles: contraflow lanes and `oneway:bicycle` open one-way streets."""
    is_open = directions(tags, "oneway:bicycle")
    if "oneway:bicycle" not in tags and _has_contraflow(tags):
        is_open = BOTH
    return Directions(*(_is_open(tags, side, by_default=getattr(is_open, side)) for side in Directions._fields))


def _is_open(tags: Tags, side: str, *, by_default: bool) -> bool:
    """Return whether a bicycle may go in one direction: bicycles may where vehicles may not."""
    bicycle, others = tags.get(f"bicycle:{side}", ""), (tags.get(f"vehicle:{side}"), tags.get(f"access:{side}"))
    if bicycle in PERMITTED or bicycle in FORBIDDEN:
        return bicycle in PERMITTED
    return by_default and ("bicycle" in tags or FORBIDDEN.isdisjoint(others))


def _has_contraflow(tags: Tags) -> bool:
    sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    if any(tags.get(side, "").startswith("opposite") for side in sides):
        return True
    return any(tags.get(f"{side}:oneway") in {"no", "-1"} for side in sides)


def bike_lanes(tags: Tags, *, drives_left: bool = False) -> tuple[Lanes, Lanes]:
    """Return what is built for bicycles ahead and against the order of the nodes.

    On a two-way street the lane on the side that people drive on leads ahead; on a one-way street either side does
    unless it is contraflow.
    """
    facing = "cycleway:right" if drives_left else "cycleway:left"
    ahead: set[str] = set()
    against: set[str] = set()
    one_way = directions(tags) != BOTH
    for side in ("cycleway", "cycleway:both", "cycleway:right", "cycleway:left"):
        value = tags.get(side, "")
        contraflow = value.startswith("opposite") or tags.get(f"{side}:oneway") == "-1"
        if contraflow or (side == facing and not one_way):
            against.add(value)
        else:
            ahead.add(value)
        if tags.get(f"{side}:oneway") == "no" or (side in {"cycleway", "cycleway:both"} and not one_way):
            against.add(value)
    if not directions(tags).forward:
        ahead, against = against, ahead
    return _built(ahead), _built(against)


def _built(values: set[str]) -> Lanes:
    return Lanes(not values.isdisjoint(_LANE_VALUES), not values.isdisjoint(_TRACK_VALUES))


def _level(tags: Tags, built: Lanes, side: str) -> int:
    if tags.get("lts", "") in {"1", "2", "3", "4"}:
        return int(tags["lts"])
    if built.track or not may_drive(tags) or tags["highway"] in _CALM_CLASSES:
        return 1
    lanes = lane_count(tags)
    limit = speed_limit_kmh(tags, side)
    few_lanes = lanes is None or lanes <= CALM_LANES
    if tags["highway"] in _MINOR_CLASSES:
        calm = few_lanes and (limit is None or limit <= CALM_KMH)
        return 2 if built.lane or calm else 3
    if not built.lane:
        return 4
    return 2 if few_lanes and limit is not None and limit <= CALM_KMH else 3


def path_share(tags: Tags) -> float:
    """Return 1.0 for a way built for bicycles apart from cars, else the share of directions with a separated track."""
    highway = tags.get("highway", "")
    if not may_cycle(tags):
        return 0.0
    designated = tags.get("bicycle") == "designated" or (highway == "path" and tags.get("bicycle") == "yes")
    if highway == "cycleway" or (highway in _PATH_CLASSES and designated and not has_sidewalk(tags)):
        return 1.0
    return _share_of_directions(tags, "track")


def lane_share(tags: Tags) -> float:
    """Return the share of a street's directions that have a painted lane: one lane of two counts half."""
    return _share_of_directions(tags, "lane") if may_cycle(tags) else 0.0


def _share_of_directions(tags: Tags, kind: str) -> float:
    ahead, against = bike_lanes(tags)
    built = int(getattr(ahead, kind)) + int(getattr(against, kind))
    return min(1.0, built / sum(cycling_directions(tags))) if built else 0.0
