"""The numbers of the scores for errands on foot, 15 minutes, cycling and transit, and of travel times."""

from __future__ import annotations

from dataclasses import dataclass

from app.atlas.facts import BIKE_INFRASTRUCTURE_M, MAPPED_RADIUS_M
from app.atlas.streets.rules.walk import METRES_PER_MINUTE
from app.pipeline.rules.categories import WALK_CATEGORIES, Category

Points = tuple[tuple[float, float], ...]
Words = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Distances:
    """Walking and cycling limits."""

    metres_per_minute: float = METRES_PER_MINUTE
    detour_ratio: float = 2.1
    detour_slack_m: float = 100.0
    #: The disc that a person can walk in 30 minutes, by which coverage is judged.
    disc_m: float = MAPPED_RADIUS_M
    snap_warn_m: float = 100.0


@dataclass(frozen=True, slots=True)
class WalkIndex:
    """Walk index, 0 to 100."""

    categories: tuple[Category, ...] = WALK_CATEGORIES
    full_m: float = 402.0
    none_m: float = 2_414.0
    exponent: float = 2.3135
    #: Percent taken off below this many street junctions per km2 within 800 m.
    junction_penalty: Points = ((15.0, 5.0), (25.0, 3.0), (35.0, 2.0), (45.0, 1.0))
    #: Percent taken off above this mean block length in metres.
    block_penalty: Points = ((230.0, 5.0), (180.0, 3.0), (140.0, 2.0), (100.0, 1.0))
    words: Words = (
        (90.0, "nearly all errands on foot"),
        (70.0, "most errands on foot"),
        (50.0, "some errands on foot"),
        (25.0, "few errands on foot"),
        (0.0, "hardly any errand on foot"),
    )


@dataclass(frozen=True, slots=True)
class FifteenMinutes:
    """15-minute index, 0 to 100: the keys of its needs, and the minutes that count in full and for nothing."""

    needs: tuple[str, ...] = (
        *("food_shop", "pharmacy", "doctor", "cafe", "restaurant", "primary_school", "childcare"),
        *("park", "playground", "stop", "bank", "culture", "sports"),
    )
    full_min: float = 15.0
    none_min: float = 30.0
    listed: int = 5


@dataclass(frozen=True, slots=True)
class BikeIndex:
    """Bike index, 0 to 100."""

    infrastructure_weight: float = 0.40
    reach_weight: float = 0.25
    destinations_weight: float = 0.25
    connectivity_weight: float = 0.10
    path_full_km: float = 6.0
    lane_full_km: float = 12.0
    infrastructure_m: float = BIKE_INFRASTRUCTURE_M
    reach_m: float = 2_680.0
    detour: float = 1.25
    quiet_stress: int = 2
    decay: Points = ((1_600.0, 1.0), (2_400.0, 0.8), (3_200.0, 0.5), (4_800.0, 0.0))
    junctions_full: float = 50.0
    words: Words = (
        (90.0, "very good for cycling"),
        (70.0, "good for cycling"),
        (50.0, "fair for cycling"),
        (0.0, "poor for cycling"),
    )


@dataclass(frozen=True, slots=True)
class Transit:
    """Transit index, 0 to 100, and transit access, 0 to 10."""

    mode_weights: tuple[tuple[str, float], ...] = (
        ("subway", 2.0),
        ("rail", 2.0),
        ("tram", 1.5),
        ("light_rail", 1.5),
        ("ferry", 1.5),
        ("cable_car", 1.5),
        ("bus", 1.0),
    )
    trips_reference: float = 60.0
    service_cap: float = 2.0
    #: Service factor of a route or stop without a timetable.
    untimed_factor: float = 0.6
    decay: Points = ((200.0, 1.0), (805.0, 0.0))
    sum_full: float = 78.0
    words: Words = (
        (90.0, "outstanding transit"),
        (70.0, "excellent transit"),
        (50.0, "good transit"),
        (25.0, "some transit"),
        (0.0, "little transit"),
    )
    #: Points by the minutes on foot to the best stop, by departures per hour, by minutes to the centre.
    walk_points: Points = ((10.0, 4.0), (20.0, 3.0), (30.0, 2.0), (45.0, 1.0))
    frequency_points: tuple[tuple[float, float, str], ...] = (
        (8.0, 3.0, "High"),
        (4.0, 2.0, "Medium"),
        (2.0, 1.0, "Low"),
        (0.0, 0.0, "Very low"),
    )
    #: Stops this near each other are one place to wait: bays of a station, two sides of a street.
    beside_m: float = 150.0
    centre_points: Points = ((45.0, 3.0), (75.0, 2.0), (110.0, 1.0))


@dataclass(frozen=True, slots=True)
class Urban:
    """Words for travel times: great up to the first, ok up to the second, in minutes."""

    limits: tuple[tuple[str, float, float], ...] = (
        ("commute", 45.0, 75.0),
        ("centre", 40.0, 70.0),
        ("station", 45.0, 75.0),
        ("hospital", 30.0, 60.0),
        ("airport", 60.0, 90.0),
        ("university", 45.0, 75.0),
    )
