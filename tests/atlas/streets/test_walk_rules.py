"""Who may walk where."""

from __future__ import annotations

import pytest

from app.atlas.streets.rules.walk import Directions, may_walk, passage, walking_directions


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "primary"},
        {"highway": "primary", "sidewalk": "no"},
        {"highway": "trunk", "sidewalk": "both"},
        {"highway": "trunk", "sidewalk:left": "separate"},
        {"highway": "trunk", "foot": "designated"},
        {"highway": "primary", "motorroad": "yes", "foot": "yes"},
        {"highway": "service", "access": "destination"},
        {"highway": "service", "access": "customers"},
        {"highway": "service", "access": "private", "foot": "permissive"},
        {"highway": "service", "tunnel": "building_passage"},
        {"highway": "footway", "tunnel": "yes"},
        {"highway": "cycleway"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "steps"},
        {"highway": "corridor", "indoor": "yes"},
        {"highway": "elevator"},
        {"highway": "motorway", "foot": "yes"},
        {"highway": "trunk", "maxspeed": "30 mph", "lit": "yes"},
        {"highway": "trunk", "maxspeed": "50"},
        {"highway": "trunk", "maxspeed": "RO:urban"},
        {"highway": "trunk", "doorstep:addressed": "yes"},
        {"railway": "platform"},
        {"public_transport": "platform"},
        {"highway": "platform"},
        {"man_made": "pier"},
        {"man_made": "pier", "access": "yes"},
        {"highway": "footway", "disused": "no"},
    ],
)
def test_a_person_may_walk(tags: dict[str, str]) -> None:
    assert may_walk(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway"},
        {"highway": "motorway", "access": "yes"},
        {"highway": "motorway_link", "sidewalk": "separate"},
        {"highway": "primary", "foot": "use_sidepath"},
        {"highway": "path", "foot": "use_sidepath"},
        {"highway": "footway", "disused": "yes"},
        {"highway": "footway", "abandoned": "yes"},
        {"highway": "steps", "demolished": "yes", "foot": "yes"},
        {"highway": "service", "access": "permit"},
        {"highway": "footway", "foot": "permit"},
        {"highway": "trunk", "maxspeed": "70 mph"},
        {"highway": "trunk", "maxspeed": "50", "oneway": "yes"},
        {"highway": "trunk", "maxspeed": "30 mph", "sidewalk": "no"},
        {"highway": "trunk", "doorstep:addressed": "yes", "foot": "no"},
        {"man_made": "pier", "access": "private"},
        {"railway": "platform", "abandoned": "yes"},
        {"railway": "rail"},
        {"highway": "trunk"},
        {"highway": "trunk", "access": "yes"},
        {"highway": "primary", "motorroad": "yes"},
        {"highway": "residential", "foot": "no"},
        {"highway": "service", "access": "private"},
        {"highway": "footway", "access": "no"},
        {"highway": "service", "tunnel": "yes", "access": "destination"},
        {"highway": "cycleway", "foot": "no"},
        {"highway": "construction"},
        {"highway": "footway", "construction": "yes"},
        {"highway": "proposed"},
        {"route": "ferry", "foot": "yes"},
        {"highway": "busway"},
        {},
    ],
)
def test_a_person_may_not_walk(tags: dict[str, str]) -> None:
    assert not may_walk(tags)


@pytest.mark.parametrize(
    ("tags", "foot", "bike", "car"),
    [
        ({"barrier": "gate"}, True, True, True),
        ({"barrier": "gate", "access": "private"}, False, False, False),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, True, False, False),
        ({"barrier": "gate", "locked": "yes"}, False, False, False),
        ({"barrier": "bollard"}, True, True, False),
        ({"barrier": "bollard", "access": "no"}, False, False, False),
        ({"barrier": "block", "access": "private"}, False, False, False),
        ({"barrier": "bollard", "access": "no", "foot": "yes", "bicycle": "yes"}, True, True, False),
        ({"barrier": "bollard", "access": "permissive"}, True, True, False),
        ({"barrier": "wall"}, False, False, False),
        ({"barrier": "fence"}, False, False, False),
        ({"barrier": "wire_fence"}, False, False, False),
        ({"barrier": "hedge"}, False, False, False),
        ({"barrier": "wall", "access": "permissive"}, True, True, True),
        ({"barrier": "fence", "foot": "yes"}, True, False, False),
        ({"barrier": "fence", "sensory": "audible"}, True, True, True),
        ({"access": "no"}, False, False, False),
        ({"access": "no", "foot": "designated"}, True, False, False),
        ({"foot": "no", "highway": "crossing"}, True, True, True),
        ({"barrier": "bollard", "foot": "no"}, False, True, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True, True, True),
        ({"barrier": "stile"}, True, False, False),
        ({"barrier": "lift_gate", "vehicle": "private"}, True, False, False),
        ({"barrier": "kerb"}, True, True, True),
    ],
)
def test_a_barrier_lets_some_pass(tags: dict[str, str], foot: bool, bike: bool, car: bool) -> None:
    assert passage(tags) == (foot, bike, car)


@pytest.mark.parametrize(
    ("tags", "ahead", "against"),
    [
        ({"highway": "steps", "conveying": "forward"}, True, False),
        ({"highway": "footway", "conveying": "backward"}, False, True),
        ({"highway": "steps", "conveying": "reversible"}, True, True),
        ({"highway": "steps", "conveying": "yes"}, True, True),
        ({"highway": "footway", "oneway:foot": "yes"}, True, False),
        ({"highway": "primary", "oneway": "yes", "oneway:foot": "-1"}, False, True),
        ({"highway": "footway", "oneway": "yes"}, True, True),
        ({"highway": "path", "foot:backward": "no"}, True, False),
        ({"highway": "footway", "foot": "no", "foot:forward": "yes"}, True, False),
        ({"highway": "footway", "conveying": "forward", "disused": "yes"}, False, False),
        ({"highway": "motorway", "oneway:foot": "no"}, False, False),
    ],
)
def test_a_person_walks_in_some_directions(tags: dict[str, str], ahead: bool, against: bool) -> None:
    assert walking_directions(tags) == Directions(ahead, against)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential", "access": "private"},
        {"highway": "footway", "foot": "private"},
        {"highway": "service", "access": "residents"},
        {"highway": "service", "access": "permit"},
    ],
)
def test_residents_walk_where_strangers_do_not(tags: dict[str, str]) -> None:
    assert may_walk(tags, residents=True)
    assert not may_walk(tags)


@pytest.mark.parametrize("tags", [{"highway": "service", "access": "no"}, {"highway": "service", "foot": "no"}])
def test_what_is_closed_to_all_is_closed_to_residents(tags: dict[str, str]) -> None:
    assert not may_walk(tags, residents=True)


def test_residents_have_the_key_of_their_gate() -> None:
    assert passage({"barrier": "gate", "access": "private"}, residents=True).foot
    assert passage({"barrier": "gate", "locked": "yes"}, residents=True).foot
    assert not passage({"barrier": "gate", "access": "no"}, residents=True).foot
    assert not passage({"barrier": "wall"}, residents=True).foot
