"""The categories of the walk index: which kinds of place fill which slots."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.needs import NEED
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
        "Restaurants and pubs",
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
        (Quality(1.0, NEED["cafe"].kinds),),
        Data.AMENITIES,
    ),
    Category("banks", "Banks", (1.0,), (Quality(1.0, (Kind.BANK,)), Quality(0.4, (Kind.ATM,))), Data.AMENITIES),
    Category(
        "parks",
        "Parks",
        (1.0,),
        (Quality(1.0, NEED["park"].kinds),),
        Data.AMENITIES,
    ),
    Category(
        "schools",
        "Schools",
        (1.0,),
        (
            Quality(1.0, (Kind.SCHOOL, Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL)),
            Quality(0.5, (Kind.UNIVERSITY, Kind.COLLEGE)),
        ),
        Data.AMENITIES,
    ),
    Category("books", "Books", (1.0,), (Quality(1.0, (Kind.LIBRARY, Kind.BOOKSHOP)),), Data.AMENITIES),
    Category(
        "entertainment",
        "Entertainment",
        (1.0,),
        (Quality(1.0, (Kind.CINEMA, Kind.THEATRE, Kind.MUSEUM, Kind.FITNESS_CENTRE)),),
        Data.AMENITIES,
    ),
)
