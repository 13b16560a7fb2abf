"""Who may walk where."""

from __future__ import annotations

import pytest

from app.atlas.streets.rules.walk import may_walk, passage


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
        {"highway": "path", "foot": "use_sidepath"},
    ],
)
def test_a_person_may_walk(tags: dict[str, str]) -> None:
    assert may_walk(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway"},
        {"highway": "motorway_link", "foot": "yes"},
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
        ({"barrier": "bollard", "access": "no"}, True, True, False),
        ({"barrier": "bollard", "foot": "no"}, False, True, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True, True, True),
        ({"barrier": "stile"}, True, False, False),
        ({"barrier": "lift_gate", "vehicle": "private"}, True, False, False),
        ({"barrier": "kerb"}, True, True, True),
    ],
)
def test_a_barrier_lets_some_pass(tags: dict[str, str], foot: bool, bike: bool, car: bool) -> None:
    assert passage(tags) == (foot, bike, car)
