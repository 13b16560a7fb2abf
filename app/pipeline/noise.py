"""Road noise as an energy sum over the roads near an address."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from app.pipeline.profiles import METHODS
from app.sources.base import Hazard

METHOD = METHODS.safety.noise
LEVELS = dict(METHOD.levels)


def each_road_once(near: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """Return the roads within 500 m, each once at its loudest point: a street is mapped in many pieces."""
    loudest: dict[str, Hazard] = {}
    for road in near:
        if road.kind not in LEVELS or road.distance_m > METHOD.within_m:
            continue
        key = road.name or f"unnamed {road.kind.name}"
        if key not in loudest or road_level(road) > road_level(loudest[key]):
            loudest[key] = road
    return tuple(loudest.values())


def road_level(road: Hazard) -> float:
    """Return one road's decibels at the address: class level at 15 m, lanes, 4.5 dB less per doubling of distance."""
    distance = max(road.distance_m, METHOD.nearest_m)
    lanes = max(0, (road.lanes or METHOD.usual_lanes) - METHOD.usual_lanes)
    doublings = math.log2(distance / METHOD.reference_m)
    return LEVELS[road.kind] + METHOD.per_lane_db * lanes - METHOD.per_doubling_db * doublings


def energy_sum(levels: Iterable[float]) -> float | None:
    """Return the level of all sources together, None where there is none."""
    energies = sorted(10 ** (level / 10) for level in levels)
    return 10 * math.log10(sum(energies)) if energies else None


def loudest_road(roads: Sequence[Hazard]) -> Hazard | None:
    """Return the road that adds most."""
    return max(roads, key=lambda r: (road_level(r), r.osm_id), default=None)
