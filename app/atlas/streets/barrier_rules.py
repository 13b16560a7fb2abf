"""Who may pass a barrier that stands on a street: a gate, a bollard, a stile."""

from __future__ import annotations

from typing import NamedTuple

from app.atlas.streets.walk_rules import Tags, explicit_permission

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
