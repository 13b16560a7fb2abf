"""Which level a school teaches, by its tags, else by words of its name; and which schools are none for children."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.atlas.geocoder.letters import fold
from app.atlas.importing.tags.school_words import (
    EARLY_WORDS,
    NONE_WORDS,
    PRIMARY_WORDS,
    SECONDARY_WORDS,
    SPECIAL_WORDS,
    VOCATIONAL_WORDS,
    WEAK_SECONDARY_WORDS,
)
from app.atlas.importing.tags.words import any_of, split
from app.places import Kind

Tags = Mapping[str, str]

EARLY, PRIMARY, SECONDARY = Kind.KINDERGARTEN, Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL

#: International Standard Classification of Education: 0 early, 1 primary, 2 and 3 secondary.
ISCED = {"0": EARLY, "1": PRIMARY, "2": SECONDARY, "3": SECONDARY}

#: Tags that hold a level, or what kind of school it is, in words.
WORD_TAGS = ("school", "school_type", "school:type", "school:FR", "school:level", "school:category", "education")

_NONE, _SPECIAL, _VOCATIONAL = any_of(NONE_WORDS), any_of(SPECIAL_WORDS), any_of(VOCATIONAL_WORDS)
_WEAK = any_of(WEAK_SECONDARY_WORDS)
_LEVELS = ((EARLY, any_of(EARLY_WORDS)), (PRIMARY, any_of(PRIMARY_WORDS)), (SECONDARY, any_of(SECONDARY_WORDS)))

#: How New York and other cities name schools: P.S. 33, I.S. 109, J.H.S. 74, M.S. 2.
_NUMBERED = (
    (PRIMARY, re.compile(r"\b(?:p\.? ?s\.?|public school)(?: ?/ ?[im]\.?s\.?)? ?(?:#|no\.? )?\d")),
    (SECONDARY, re.compile(r"\bhigh$|\b(?:i|m|j\.? ?h|h)\.? ?s\.? ?(?:#|no\.? )?\d|\bp\.?s\.? ?/ ?[im]\.?s\.?")),
)

#: A school that tags call a place for this is none for children, whatever its name.
_NONE_VALUES = frozenset(
    {"driving", "driving_school", "music", "music_school", "dance", "dancing", "language", "language_school", "art"}
    | {"arts", "cooking", "acting", "sport", "sports", "flight", "ski", "surf", "sailing", "riding", "training"}
    | {"adult", "adult_education", "evening", "tutoring", "martial_arts", "dog", "prep_course"}
)


def school_kinds(tags: Tags) -> set[Kind]:
    """Return what amenity=school is: kinds by level, SCHOOL where neither tags nor name tell, none for a music school.

    Tags that give levels or ages go before the name, but what is for pupils with special needs is that alone.
    """
    words = fold(" ; ".join(tags.get(key, "") for key in WORD_TAGS)).replace("_", " ")
    name = _name(tags)
    if _is_special(tags, words, name):
        return {Kind.SPECIAL_SCHOOL}
    if told := _isced(tags) | _grades(tags):
        return told
    if _is_none(tags, name, words):
        return set()
    found = _in_words(words) or _in_words(name) or _by_age(tags)
    return found or ({Kind.COLLEGE} if _VOCATIONAL.search(name) else {Kind.SCHOOL})


def college_kinds(tags: Tags) -> set[Kind]:
    """Return what amenity=college is: a college, and a secondary school as well where it leads to that diploma."""
    name = _name(tags)
    if _is_none(tags, name, ""):
        return set()
    is_secondary = SECONDARY in _isced(tags) or "sixth form" in name or _LEVELS[2][1].search(name)
    return {Kind.COLLEGE, SECONDARY} if is_secondary else {Kind.COLLEGE}


def university_kinds(tags: Tags) -> set[Kind]:
    """Return what amenity=university is; evening and language schools call themselves so too."""
    return set() if _is_none(tags, _name(tags), "") else {Kind.UNIVERSITY}


def early_kinds(tags: Tags) -> set[Kind]:
    """Return what amenity=kindergarten and childcare are: also a primary school where tags say that it goes on.

    Care after school, for those who are 6 and more, is no childcare centre.
    """
    kind = Kind.KINDERGARTEN if tags.get("amenity") == "kindergarten" else Kind.CHILDCARE
    low, name = _number(tags.get("min_age", "")), _name(tags)
    is_after_school = _AFTER_SCHOOL.search(name) is not None and _LEVELS[0][1].search(name) is None
    if (low is not None and low >= SCHOOL_AGE) or is_after_school:
        return _isced(tags) - {EARLY}
    return {kind} | (_isced(tags) & {PRIMARY})


#: Ages at which nearly everywhere children are in no kindergarten any more, in primary school, in secondary school.
SCHOOL_AGE, PRIMARY_AGE, SECONDARY_AGE = 6, 8, 14

_AFTER_SCHOOL = any_of(
    [
        *("schulerhort*", "schülerhort*", "hort", "kinderhort", "after school*", "afterschool*", "after-school*"),
        *("accueil periscolaire", "périscolaire", "doposcuola", "fritidshem*", "fritids", "iltapäiväkerho*"),
        *("*fritidshjem",),
    ]
)


def _name(tags: Tags) -> str:
    return fold(" ; ".join(filter(None, (tags.get("name"), tags.get("name:en"), tags.get("official_name")))))


def _is_none(tags: Tags, name: str, words: str) -> bool:
    """Return whether it teaches no children's school: driving, dancing, languages, or adults."""
    values = {value for key in WORD_TAGS for value in split(tags.get(key, "").lower())}
    if not values.isdisjoint(_NONE_VALUES) or "dance" in (tags.get("leisure"), tags.get("sport")):
        return True
    # A description that is nothing but "Schauspielschule" says it; a longer one may name such a school beside it.
    described = _NONE.fullmatch(fold(tags.get("description", "")).strip())
    return described is not None or _NONE.search(words) is not None or _NONE.search(name) is not None


def _is_special(tags: Tags, words: str, name: str) -> bool:
    told = tags.get("special_education_needs") == "yes" or re.search(r"\bspecial", words) is not None
    return told or _SPECIAL.search(name) is not None


def _in_words(text: str) -> set[Kind]:
    found = {kind for kind, words in (*_LEVELS, *_NUMBERED) if words.search(text)}
    return found or ({SECONDARY} if _WEAK.search(text) else set())


def _isced(tags: Tags) -> set[Kind]:
    """Read "1", "1;2" or "0-2", and the form that has one tag a level."""
    yes = [key[-1] for key in tags if key.startswith("isced:level:") and tags[key] == "yes"]
    text = ";".join([tags.get("isced:level", ""), *yes])
    found: set[Kind] = set()
    for low, high in re.findall(r"(\d)(?:\s*-\s*(\d))?", text):
        found |= {ISCED[str(n)] for n in range(int(low), int(high or low) + 1) if str(n) in ISCED}
    return found


def _grades(tags: Tags) -> set[Kind]:
    """Read "K-5", "PK-8" or "9-12"; grades to 5 are primary, from 7 on secondary, 6 alone is neither."""
    match = re.fullmatch(r"\s*(PK|K|\d{1,2})\s*[-–]\s*(K|\d{1,2})\s*", tags.get("grades", "").upper())
    if not match:
        return set()
    low, high = (0 if end in ("PK", "K") else int(end) for end in match.groups())
    return ({PRIMARY} if low <= 5 and high >= 1 else set()) | ({SECONDARY} if high >= 7 else set())


def _by_age(tags: Tags) -> set[Kind]:
    """Return the levels that ages tell, where both ends are known, or one that leaves no doubt."""
    low, high = _number(tags.get("min_age", "")), _number(tags.get("max_age", ""))
    if low is None and high is None:
        return set()
    if high is not None and high <= SCHOOL_AGE:
        return {EARLY}
    first = low if low is not None else (SCHOOL_AGE if high is not None and high < SECONDARY_AGE - 1 else None)
    last = high if high is not None else (SECONDARY_AGE if low is not None and low > PRIMARY_AGE + 1 else None)
    if first is None or last is None:
        return set()
    ages = ((EARLY, SCHOOL_AGE - 2), (PRIMARY, PRIMARY_AGE), (SECONDARY, SECONDARY_AGE))
    return {kind for kind, age in ages if first <= age <= last}


def _number(text: str) -> int | None:
    match = re.match(r"\d{1,2}(?!\d)", text)
    return int(match.group()) if match else None
