"""Where a car may go, and how fast."""

from __future__ import annotations

import math

import pytest

from app.atlas.streets.rules.car import car_pace, speed_limit_kmh


@pytest.mark.parametrize(
    ("tags", "limit"),
    [
        ({"maxspeed": "50"}, 50),
        ({"maxspeed": "30 mph"}, 48.28),
        ({"maxspeed": "30mph"}, 48.28),
        ({"maxspeed": "80;60"}, 80),
        ({"maxspeed": "RO:urban"}, 50),
        ({"maxspeed": "DE:zone:30"}, 30),
        ({"maxspeed": "GB:nsl_single"}, 96.56),
        ({"maxspeed": "none"}, 130),
        ({"maxspeed": "walk"}, 7),
        ({"maxspeed:type": "DE:rural"}, 90),
    ],
)
def test_speed_limits_are_read(tags: dict[str, str], limit: float) -> None:
    assert speed_limit_kmh(tags) == pytest.approx(limit, abs=0.01)


@pytest.mark.parametrize("text", ["", "signals", "fast", "-5", "variable"])
def test_a_limit_without_meaning_is_unknown(text: str) -> None:
    assert speed_limit_kmh({"maxspeed": text}) is None


def _kmh(tags: dict[str, str]) -> tuple[float, float]:
    ahead, against = car_pace(tags)
    return 3.6 / ahead, 3.6 / against


@pytest.mark.parametrize(
    ("tags", "ahead", "against"),
    [
        ({"highway": "residential"}, 25, 25),
        ({"highway": "residential", "maxspeed": "50"}, 40, 40),
        ({"highway": "motorway", "maxspeed": "120"}, 96, 0),
        ({"highway": "primary", "oneway": "yes"}, 65, 0),
        ({"highway": "primary", "oneway": "-1"}, 0, 65),
        ({"highway": "primary", "maxspeed:forward": "100", "maxspeed:backward": "50"}, 80, 40),
        ({"highway": "tertiary", "junction": "roundabout"}, 40, 0),
        ({"highway": "service", "maxspeed": "50"}, 15, 15),
        ({"highway": "residential", "access": "destination"}, 25, 25),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, 25, 25),
        ({"highway": "track", "motor_vehicle": "yes"}, 15, 15),
    ],
)
def test_a_car_flows_at(tags: dict[str, str], ahead: float, against: float) -> None:
    assert _kmh(tags) == pytest.approx((ahead, against))


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "pedestrian", "motor_vehicle": "destination"},
        {"highway": "track"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "residential", "access": "private"},
        {"highway": "primary", "oneway": "reversible"},
        {"highway": "construction"},
        {"route": "ferry"},
    ],
)
def test_a_car_may_not_go(tags: dict[str, str]) -> None:
    assert car_pace(tags) == (math.inf, math.inf)
