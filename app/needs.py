"""What people want near their home, and which kinds of place answer it: one decision for pages, scores and fields."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from app.places import Kind


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that people want near. `noun` is what a person calls it: "food shop"; `kinds` answer it."""

    key: str
    noun: str
    kinds: tuple[Kind, ...]


STOP_KINDS = (
    *(Kind.BUS_STOP, Kind.TRAM_STOP, Kind.SUBWAY_STATION, Kind.RAIL_STATION),
    *(Kind.FERRY_TERMINAL, Kind.CABLE_CAR_STATION),
)

#: In the order in which most people ask. Stored fields follow this order: add at the end.
NEEDS = (
    Need("supermarket", "supermarket", (Kind.SUPERMARKET,)),
    Need("food_shop", "food shop", (Kind.SUPERMARKET, Kind.GROCERY, Kind.GREENGROCER, Kind.CONVENIENCE)),
    Need("bakery", "bakery", (Kind.BAKERY,)),
    Need("cafe", "café", (Kind.CAFE, Kind.COFFEE_SHOP, Kind.TEA_SHOP)),
    Need("restaurant", "restaurant", (Kind.RESTAURANT, Kind.FAST_FOOD, Kind.FOOD_COURT)),
    Need("pub", "pub or bar", (Kind.PUB, Kind.BAR)),
    Need("pharmacy", "pharmacy", (Kind.PHARMACY,)),
    Need("doctor", "doctor's practice", (Kind.GENERAL_PRACTICE, Kind.DOCTOR)),
    Need("dentist", "dentist", (Kind.DENTIST,)),
    Need("hospital", "hospital", (Kind.HOSPITAL,)),
    Need("primary_school", "primary school", (Kind.PRIMARY_SCHOOL,)),
    Need("secondary_school", "secondary school", (Kind.SECONDARY_SCHOOL,)),
    Need("childcare", "childcare centre", (Kind.CHILDCARE, Kind.KINDERGARTEN)),
    Need("park", "park", (Kind.PARK, Kind.GARDEN, Kind.NATURE_RESERVE)),
    Need("playground", "playground", (Kind.PLAYGROUND,)),
    Need("stop", "stop", STOP_KINDS),
    Need("station", "station", (Kind.RAIL_STATION, Kind.SUBWAY_STATION)),
    Need("bank", "bank or post office", (Kind.BANK, Kind.POST_OFFICE)),
    Need("culture", "library, cinema, theatre or museum", (Kind.LIBRARY, Kind.CINEMA, Kind.THEATRE, Kind.MUSEUM)),
    Need(
        "sports",
        "gym or sports ground",
        (Kind.FITNESS_CENTRE, Kind.SPORTS_CENTRE, Kind.SWIMMING_POOL, Kind.PITCH),
    ),
)
NEED = MappingProxyType({need.key: need for need in NEEDS})

#: What a pram must reach without steps where it is near, and what is near: minutes on foot.
STEP_FREE_NEEDS, STEP_FREE_MIN = ("food_shop", "park", "stop"), 15
#: How often a line must leave for its stop to count as one that it leaves often from: every so many minutes by day.
OFTEN_MIN = (10, 15, 20, 30)
