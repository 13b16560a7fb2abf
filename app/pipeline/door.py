"""What is at the door: the eight things that people ask for first, numbered as their pins on the map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from app.geo import distance_m
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import found_place
from app.pipeline.needs_near import NeedNear
from app.pipeline.report import DoorThing, Finding, FoundPlace, Group, State
from app.pipeline.rules.profiles import METHODS
from app.pipeline.transit_stops import found_stop

#: Needs in the order of the page, with what the page calls them.
THINGS = MappingProxyType(
    {
        "food_shop": "Food shop",
        "stop": "Stop",
        "primary_school": "Primary school",
        "doctor": "Doctor",
        "pharmacy": "Pharmacy",
        "park": "Park",
        "cafe": "Café",
        "station": "Station",
    }
)
#: A station of the map and the same one of a timetable are that near to each other at most, by their middles.
SAME_NAME_M = 150.0
#: What earlier versions called the groups that hold these things.
EARLIER_KEYS = MappingProxyType({"food_shop": ("food_shop", "grocery", "supermarket")})


def door_of(evaluation: Evaluation) -> tuple[DoorThing, ...]:
    """Return the nearest of each thing within 45 minutes on foot; nothing where looking for them failed."""
    looked = evaluation.findings.get("neighborhood")
    if looked is not None and looked.state is State.FAILED:
        return ()
    return numbered(_thing(evaluation, key, title) for key, title in THINGS.items())


def _thing(evaluation: Evaluation, key: str, title: str) -> DoorThing:
    near = evaluation.needs.find(key)
    place = _nearest(evaluation, near) if near.is_known else None
    return DoorThing(
        key=key,
        title=title,
        number=None,
        place=place,
        minutes=place.minutes if place else None,
        why_unknown=near.why_unknown,
        none_within_min=near.none_within_min,
        may_be_nearer=place is not None and _ends_before(evaluation, place),
        beside_town=near.beside_town,
        usual_min=near.usual_min,
    )


def _ends_before(evaluation: Evaluation, place: FoundPlace) -> bool:
    """Return whether the map ends within the walk to a place, of which half an hour is looked at."""
    return evaluation.knowledge.ends_within(min(place.minutes or 0.0, METHODS.needs.none_min))


def _nearest(evaluation: Evaluation, near: NeedNear) -> FoundPlace | None:
    """Return the nearest place as the report names it; a stop with its lines, and with its street where nameless."""
    if not near.places:
        return None
    if near.need.key == "stop":
        return found_stop(evaluation.around.transit_stops()[0])
    return found_place(near.places[0])


def numbered(things: Iterable[DoorThing]) -> tuple[DoorThing, ...]:
    """Give each place a number from 1 on, in the order of the list; things at the same place share theirs."""
    done: list[DoorThing] = []
    free = 1
    for thing in things:
        if thing.place is None:
            done.append(thing)
            continue
        twin = next((t for t in done if t.place and is_same_place(t.place, thing.place)), None)
        done.append(replace(thing, number=twin.number if twin else free))
        free += twin is None
    return tuple(done)


def is_same_place(one: FoundPlace, other: FoundPlace) -> bool:
    """Return whether two places are one: the same element, or of one name and side by side."""
    if one.osm_id and one.osm_id == other.osm_id:
        return True
    return one.name == other.name and distance_m(one.lat, one.lon, other.lat, other.lon) <= SAME_NAME_M


# --- reports of earlier versions -------------------------------------------------------------------


def door_from_groups(findings: Sequence[Finding]) -> tuple[DoorThing, ...]:
    """Return what an earlier report listed of these things, by the names that it gave them."""
    groups = {group.key: group for finding in findings for group in finding.groups if group.places}
    keys = (EARLIER_KEYS.get(key, (key,)) for key in THINGS)
    found = (next((groups[key] for key in names if key in groups), None) for names in keys)
    return numbered(_from_group(group) for group in found if group)


def _from_group(group: Group) -> DoorThing:
    place = group.places[0]
    return DoorThing(group.key, group.title, None, place, place.minutes, usual_min=group.usual_min)
