"""Which level a school surely teaches, and which it may: by tags and by words of its name."""

from __future__ import annotations

import re
import unicodedata

from tests.truth.oracles.world import Tags, Thing

#: Teach what no child has to learn.
OTHER_SCHOOLS = re.compile(
    r"driv|fahrschul|auto-?ecole|autokoulu|music|musik|musique|musiikki|dance|danse|tanz|language|sprach|langues|cook|"
    r"acting|actor|drama|theat|yoga|art school|kunstschul|adult|volkshochschul|erwachsen|ski|surf|sail|voile|diving|"
    r"tutor|nachhilfe|beauty|hair|flight|flying|makeup|bartend|business school|film"
)
PRIMARY = re.compile(
    r"primar|primair|element|public school \d|infant|junior|\bjr\b|prep\b|grundschul|volksschul|ala-?ast|"
    r"alakoulu|peruskoulu|grundskola|lagstad|ecole communale|lower school|montessori|waldorf|steiner|\bp\.? ?s\.? ?\d|"
    r"gynradd|comprensivo|gesamtschul|primarschul"
)
SECONDARY = re.compile(
    r"secondar|high|middle|junior|\bjr\b|comprehensive|college|lycee|gymnas|realschul|hauptschul|oberschul|"
    r"sekundar|mittelschul|mittelstuf|oberstuf|ylaast|ylakoulu|peruskoulu|grundskola|lukio|lyse|lyce|hogstad|media\b|"
    r"wirtschaftsschul|fachoberschul|liceo|istituto|instituto|upper|gesamtschul|gyfun|uwchradd|grammar|montessori|waldorf|steiner|collegiate|"
    r"berufsschul|weiterfuhrende|\bj\.?h\.?s\b"
)
SURELY_PRIMARY = re.compile(
    r"\bprimary school|\belementary school|ecole (primaire|elementaire)|grundschule|primarschule|volksschule\b|"
    r"scuola (primaria|elementare)|\binfants? school|ala-asteen"
)
SURELY_SECONDARY = re.compile(
    r"\bsecondary school|\bhigh school|\bmiddle school|\bcomprehensive school|\blycee\b|gymnasium\b|realschule|"
    r"\blukio\b"
)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def names_of(tags: Tags) -> str:
    """Return every name and level tag as one plain text."""
    said = (
        value for key, value in tags.items() if key.split(":")[0] in ("name", "school", "school_type", "official_name")
    )
    return _folded(" ".join(said))


def isced_of(tags: Tags) -> set[int]:
    """Return the levels of the international classification that are named."""
    texts = [value for key, value in tags.items() if key in ("isced:level", "isced")]
    texts += [key[-1] for key, value in tags.items() if key.startswith("isced:level:") and value == "yes"]
    found: set[int] = set()
    for low, high in re.findall(r"(\d)(?:\s*-\s*(\d))?", ";".join(texts)):
        found |= set(range(int(low), int(high or low) + 1))
    return found


def grades_of(tags: Tags) -> set[int]:
    """Return the grades that are taught, kindergarten as 0."""
    match = re.match(r"\s*(PK|K|\d+)\s*[-–]\s*(K|\d+)", tags.get("grades", "").upper())
    if not match:
        return set()
    low, high = (0 if end in ("PK", "K") else int(end) for end in match.groups())
    return set(range(low, high + 1))


def is_a_school(tags: Tags) -> bool:
    """Return whether a thing is mapped as a school, and not named as one for drivers, dancers or adults."""
    special = "special" in names_of(tags) or "special_needs" in str(tags.get("school", ""))
    return tags.get("amenity") == "school" and not OTHER_SCHOOLS.search(names_of(tags)) and not special


def is_surely_primary(thing: Thing) -> bool:
    """Return whether a school says that it is primary: by its tags, or without any by its name."""
    tags = thing.tags
    if not is_a_school(tags):
        return False
    if isced_of(tags) or grades_of(tags):
        return 1 in isced_of(tags) or bool({1, 2, 3} & grades_of(tags))
    return bool(SURELY_PRIMARY.search(_folded(tags.get("name", ""))))


def is_surely_secondary(thing: Thing) -> bool:
    """Return whether a school says that it is secondary."""
    tags = thing.tags
    if not is_a_school(tags):
        return False
    if isced_of(tags) or grades_of(tags):
        return bool({2, 3} & isced_of(tags)) or bool({8, 9, 10} & grades_of(tags))
    return bool(SURELY_SECONDARY.search(_folded(tags.get("name", ""))))


def may_be_primary(thing: Thing) -> bool:
    """Return whether a school may be primary: nothing says another level, and something says a level."""
    return _may_be(thing, {1}, set(range(6)), PRIMARY, SURELY_SECONDARY)


def may_be_secondary(thing: Thing) -> bool:
    """Return whether a school may be secondary."""
    return _may_be(thing, {2, 3}, set(range(6, 14)), SECONDARY, SURELY_PRIMARY)


def _may_be(thing: Thing, isced: set[int], grades: set[int], words: re.Pattern[str], others: re.Pattern[str]) -> bool:
    tags, said = thing.tags, names_of(thing.tags)
    if tags.get("amenity") not in ("school", "kindergarten", "college") or not is_a_school(
        {**tags, "amenity": "school"}
    ):
        return False
    if isced_of(tags) or grades_of(tags):
        return bool(isced & isced_of(tags) or grades & grades_of(tags))
    other = others.search(said) and not words.search(others.sub("", said))
    return bool(words.search(said)) and not other
