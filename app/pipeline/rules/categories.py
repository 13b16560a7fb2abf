"""Which kinds of place answer which need: the categories of the walk, 15-minute and lifestyle values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.places import Kind


class Data(StrEnum):
    """Families of data that an extract may hold or lack."""

    STREETS = "streets"
    SHOPS = "shops"
    AMENITIES = "amenities"
    STOPS = "stops"


class Quality(NamedTuple):
    """Kinds of place that answer a category, and how well (0 to 1)."""

    quality: float
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """One category of the walk index: slot weights, best place first."""

    key: str
    label: str
    slots: tuple[float, ...]
    answers: tuple[Quality, ...]
    data: Data

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All kinds that answer the category."""
        return tuple(kind for answer in self.answers for kind in answer.kinds)


@dataclass(frozen=True, slots=True)
class Need:
    """One daily need of the 15-minute index."""

    key: str
    label: str
    kinds: tuple[Kind, ...]
    data: Data = Data.AMENITIES


@dataclass(frozen=True, slots=True)
class Lifestyle:
    """One category of tier 2 that is measured by walks to places."""

    key: str
    label: str
    kinds: tuple[Kind, ...]
    data: Data = Data.AMENITIES


SCHOOL_KINDS = (Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL, Kind.SCHOOL)

WALK_CATEGORIES = (
    Category(
        "grocery",
        "Groceries",
        (3.0,),
        (
            Quality(1.0, (Kind.SUPERMARKET, Kind.GREENGROCER, Kind.GROCERY)),
            Quality(0.45, (Kind.CONVENIENCE, Kind.DELI)),
        ),
        Data.SHOPS,
    ),
    Category(
        "restaurants",
        "Restaurants",
        (0.75, 0.45, 0.25, 0.25, 0.225, 0.225, 0.225, 0.225, 0.2, 0.2),
        (Quality(1.0, (Kind.RESTAURANT, Kind.FAST_FOOD, Kind.PUB, Kind.BAR, Kind.FOOD_COURT)),),
        Data.AMENITIES,
    ),
    Category(
        "shopping",
        "Shopping",
        (0.5, 0.45, 0.4, 0.35, 0.3),
        (
            Quality(
                1.0,
                (
                    *(Kind.CLOTHES, Kind.SHOES, Kind.DEPARTMENT_STORE, Kind.HARDWARE),
                    *(Kind.DOITYOURSELF, Kind.GIFT, Kind.MALL, Kind.VARIETY_STORE),
                ),
            ),
        ),
        Data.SHOPS,
    ),
    Category(
        "coffee",
        "Coffee",
        (1.25, 0.75),
        (Quality(1.0, (Kind.CAFE, Kind.COFFEE_SHOP, Kind.TEA_SHOP)),),
        Data.AMENITIES,
    ),
    Category("banks", "Banks", (1.0,), (Quality(1.0, (Kind.BANK,)), Quality(0.4, (Kind.ATM,))), Data.AMENITIES),
    Category(
        "parks",
        "Parks",
        (1.0,),
        (Quality(1.0, (Kind.PARK, Kind.GARDEN, Kind.NATURE_RESERVE, Kind.PLAYGROUND)),),
        Data.AMENITIES,
    ),
    Category(
        "schools",
        "Schools",
        (1.0,),
        (Quality(1.0, SCHOOL_KINDS), Quality(0.5, (Kind.UNIVERSITY, Kind.COLLEGE))),
        Data.AMENITIES,
    ),
    Category("books", "Books", (1.0,), (Quality(1.0, (Kind.LIBRARY, Kind.BOOKSHOP)),), Data.AMENITIES),
    Category(
        "entertainment",
        "Entertainment",
        (1.0,),
        (Quality(1.0, (Kind.CINEMA, Kind.THEATRE, Kind.ARTS_CENTRE, Kind.MUSEUM, Kind.FITNESS_CENTRE)),),
        Data.AMENITIES,
    ),
)

STOP_KINDS = (
    *(Kind.BUS_STOP, Kind.TRAM_STOP, Kind.SUBWAY_STATION, Kind.RAIL_STATION),
    *(Kind.FERRY_TERMINAL, Kind.CABLE_CAR_STATION),
)
SPORT_KINDS = (Kind.FITNESS_CENTRE, Kind.SPORTS_CENTRE, Kind.SWIMMING_POOL, Kind.PITCH)
CAFE_KINDS = (Kind.CAFE, Kind.COFFEE_SHOP, Kind.TEA_SHOP, Kind.BAKERY)
CHILDCARE_KINDS = (Kind.CHILDCARE, Kind.KINDERGARTEN)

NEEDS = (
    Need("grocery", "groceries", (Kind.SUPERMARKET, Kind.GREENGROCER, Kind.GROCERY, Kind.CONVENIENCE), Data.SHOPS),
    Need("pharmacy", "a pharmacy", (Kind.PHARMACY,)),
    Need("doctor", "a doctor", (Kind.GENERAL_PRACTICE, Kind.DOCTOR)),
    Need("cafe", "a café or bakery", CAFE_KINDS),
    Need("restaurant", "a restaurant", (Kind.RESTAURANT, Kind.FAST_FOOD, Kind.FOOD_COURT)),
    Need("primary_school", "a primary school", (Kind.PRIMARY_SCHOOL, Kind.SCHOOL)),
    Need("childcare", "childcare", CHILDCARE_KINDS),
    Need("park", "a park", (Kind.PARK, Kind.GARDEN, Kind.NATURE_RESERVE)),
    Need("playground", "a playground", (Kind.PLAYGROUND,)),
    Need("stop", "a transit stop", STOP_KINDS, Data.STOPS),
    Need("bank", "a bank or post office", (Kind.BANK, Kind.POST_OFFICE)),
    Need(
        "culture",
        "a library, cinema, theatre or museum",
        (Kind.LIBRARY, Kind.CINEMA, Kind.THEATRE, Kind.ARTS_CENTRE, Kind.MUSEUM),
    ),
    Need("sports", "a gym or sports ground", SPORT_KINDS),
)

LIFESTYLE = (
    Lifestyle("third_place", "Third place", (*CAFE_KINDS, Kind.LIBRARY, Kind.COMMUNITY_CENTRE)),
    Lifestyle("provisioning", "Provisioning", (Kind.SUPERMARKET, Kind.GROCERY), Data.SHOPS),
    Lifestyle("fitness", "Fitness", SPORT_KINDS),
)
