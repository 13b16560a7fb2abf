"""Which level a school teaches, from its tags and from words of its name in several languages."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from app.places import Kind, Place
from app.sources.interface import Surroundings


class SchoolLevel(StrEnum):
    """Levels that a family asks for."""

    CHILDCARE = "childcare"
    PRIMARY = "primary"
    SECONDARY = "secondary"


#: International Standard Classification of Education: 0 early, 1 primary, 2 and 3 secondary.
ISCED = {"0": SchoolLevel.CHILDCARE, "1": SchoolLevel.PRIMARY, "2": SchoolLevel.SECONDARY, "3": SchoolLevel.SECONDARY}

#: Parts of names and tag values, folded to plain lower-case letters.
NAME_WORDS: tuple[tuple[SchoolLevel, tuple[str, ...]], ...] = (
    (
        SchoolLevel.CHILDCARE,
        ("maternelle", "nursery", "kindergarten", "preschool", "pre-school", "creche", "paivakoti", "daghem"),
    ),
    (
        SchoolLevel.PRIMARY,
        (
            *("primary", "elementary", "infant", "junior school", "elementaire", "primaire", "grundschule"),
            *("volksschule", "primarschule", "ala-aste", "alakoulu", "peruskoulu", "lagstadie", "grundskola"),
            *("primaria", "elementare", "ecole communale", "lower school"),
        ),
    ),
    (
        SchoolLevel.SECONDARY,
        (
            *("secondary", "high school", "middle school", "junior high", "comprehensive", "college", "lycee"),
            *("gymnasium", "gymnasiet", "realschule", "hauptschule", "oberschule", "sekundarschule", "mittelschule"),
            *("ylaaste", "ylakoulu", "peruskoulu", "lukio", "lyseo", "lyceum", "hogstadie", "grundskola"),
            *("secondaire", "scuola media", "liceo", "secundaria", "instituto", "upper school", "gesamtschule"),
        ),
    ),
)

#: Tags that hold a level in words or numbers.
LEVEL_TAGS = ("school", "school_type", "school:type", "school:FR", "school:level")

#: More schools than this within 45 minutes on foot say nothing more.
MOST_SCHOOLS = 200

#: Schools with the levels they are known to teach, shortest walk first.
Schools = tuple[tuple[Place, frozenset[SchoolLevel]], ...]


def schools_near(around: Surroundings) -> Schools:
    """Return the schools that can be walked to with their levels."""
    places = around.nearest(Kind.SCHOOL, limit=MOST_SCHOOLS)
    return tuple((place, school_levels(place)) for place in places if place.walk_s is not None)


def fold(text: str) -> str:
    """Return lower-case letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def school_levels(place: Place) -> frozenset[SchoolLevel]:
    """Return the levels a school is known to teach; empty where neither tags nor name tell."""
    from_tags = _isced(place.tags) | _grades(place.tags)
    if from_tags:
        return from_tags
    return _in_words(" ".join(place.tags.get(tag, "") for tag in LEVEL_TAGS)) or _in_words(place.name)


def _isced(tags: dict[str, str]) -> frozenset[SchoolLevel]:
    """Read "1", "1;2" or "0-2", and the form that has one tag a level."""
    found: set[SchoolLevel] = set()
    yes = [key[-1] for key in tags if key.startswith("isced:level:") and tags[key] == "yes"]
    text = ";".join([tags.get("isced:level", ""), *yes])
    for low, high in re.findall(r"(\d)(?:\s*-\s*(\d))?", text):
        found |= {ISCED[str(n)] for n in range(int(low), int(high or low) + 1) if str(n) in ISCED}
    return frozenset(found)


def _grades(tags: dict[str, str]) -> frozenset[SchoolLevel]:
    """Read "K-5", "PK-8" or "9-12"; grades to 5 are primary, from 7 on secondary, 6 alone is neither."""
    text = (tags.get("grades") or "").upper()
    match = re.fullmatch(r"\s*(PK|K|\d{1,2})\s*[-–]\s*(K|\d{1,2})\s*", text)
    if not match:
        return frozenset()
    low, high = (0 if end in ("PK", "K") else int(end) for end in match.groups())
    levels = {SchoolLevel.PRIMARY} if low <= 5 else set()
    return frozenset(levels | ({SchoolLevel.SECONDARY} if high >= 7 else set()))


def _in_words(text: str) -> frozenset[SchoolLevel]:
    folded = fold(text)
    return frozenset(level for level, words in NAME_WORDS if any(word in folded for word in words))
