"""The numbers of the scores for errands on foot, 15 minutes and cycling."""

from __future__ import annotations

from dataclasses import dataclass

from app.atlas.facts import BIKE_INFRASTRUCTURE_M, MAPPED_RADIUS_M
from app.atlas.streets.rules.walk import METRES_PER_MINUTE
from app.pipeline.rules.categories import WALK_CATEGORIES, Category
from app.pipeline.rules.transit import Points, Words


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
