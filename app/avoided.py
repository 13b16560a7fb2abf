"""What people want to be away from at home, and how far off it still counts: one decision for wishes and fields."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from app.places import Kind


@dataclass(frozen=True, slots=True)
class Avoided:
    """Things of some kinds that a wish may keep away from, up to so many straight metres."""

    key: str
    kinds: tuple[Kind, ...]
    farthest_m: int
    #: Of these kinds only roads of so many lanes or more count.
    wide_only: tuple[Kind, ...] = ()


#: Lanes from which a road of a lower class is a busy one.
WIDE_LANES = 4
LESSER_ROADS = (Kind.SECONDARY_ROAD, Kind.TERTIARY_ROAD, Kind.OTHER_ROAD)
#: In the order in which a form offers them. Stored fields follow this order: add at the end.
AVOIDED = (
    Avoided("motorway", (Kind.MOTORWAY, Kind.TRUNK_ROAD), 500),
    Avoided("busy_road", (Kind.PRIMARY_ROAD, *LESSER_ROADS), 150, LESSER_ROADS),
    Avoided("railway", (Kind.RAILWAY,), 300),
    Avoided("industry", (Kind.LANDFILL, Kind.WASTEWATER_PLANT, Kind.HEAVY_INDUSTRY, Kind.QUARRY), 1_000),
    Avoided("runway", (Kind.RUNWAY,), 2_000),
)
AVOIDED_BY_KEY = MappingProxyType({avoided.key: avoided for avoided in AVOIDED})
