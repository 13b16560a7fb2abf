"""What people want to be away from at home, and how far off it still counts: one decision for wishes and fields."""

from __future__ import annotations

from dataclasses import dataclass

from app.places import Kind


@dataclass(frozen=True, slots=True)
class Avoided:
    """Things of some kinds that a wish may keep away from, and the straight metres to choose from."""

    key: str
    kinds: tuple[Kind, ...]
    amounts_m: tuple[int, ...]
    #: Of these kinds only roads of so many lanes or more count.
    wide_only: tuple[Kind, ...] = ()

    @property
    def farthest_m(self) -> int:
        """Return the metres beyond which nobody asks."""
        return max(self.amounts_m)


#: Lanes from which a road of a lower class is a busy one.
WIDE_LANES = 4
LESSER_ROADS = (Kind.SECONDARY_ROAD, Kind.TERTIARY_ROAD, Kind.OTHER_ROAD)
#: What a wish may keep away from, in the order in which a form offers it.
AVOIDED = (
    Avoided("motorway", (Kind.MOTORWAY, Kind.TRUNK_ROAD), (150, 300, 500)),
    Avoided("busy_road", (Kind.PRIMARY_ROAD, *LESSER_ROADS), (20, 75, 150), LESSER_ROADS),
    Avoided("railway", (Kind.RAILWAY,), (50, 100, 300)),
    Avoided("industry", (Kind.LANDFILL, Kind.WASTEWATER_PLANT, Kind.HEAVY_INDUSTRY, Kind.QUARRY), (300, 500, 1_000)),
    Avoided("runway", (Kind.RUNWAY,), (2_000,)),
)
#: A home on a side street has none of these as near as the middle of the street that a house stands in: the map's class
#: of a street stands for its traffic, of which the map knows no counts.
THROUGH_STREET = Avoided(
    "through_street",
    (Kind.MOTORWAY, Kind.TRUNK_ROAD, Kind.PRIMARY_ROAD, Kind.SECONDARY_ROAD, Kind.TERTIARY_ROAD),
    (40,),
)
#: All that is measured at every home. Stored fields follow this order: add at the end.
MEASURED = (*AVOIDED, THROUGH_STREET)
#: The distances within which something may be asked not to be.
AMOUNTS_M = tuple(sorted({metres for avoided in MEASURED for metres in avoided.amounts_m}))
