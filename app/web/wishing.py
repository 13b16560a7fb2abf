"""What a link asks of a whole town: `wish=park-5` for each wish, places to reach, a profile and the region.

`place=NP20 1AA&by=transit&within=35&at=08:30` is a place; with several, the first of each name belong together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from werkzeug.datastructures import MultiDict

from app.pipeline.listing import MAX_ADDRESS_LENGTH, MAX_LINK_LENGTH
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.wishes import (
    LEAST_WITHIN_MIN,
    MODES,
    MOST_PLACES,
    MOST_WISHES,
    MOST_WITHIN_MIN,
    USUAL_ARRIVAL_S,
    USUAL_WITHIN_MIN,
    WISHES,
    Way,
    Wish,
)
from app.sources.points import is_link
from app.wording import listed

REGION, WISH, PROFILE = "region", "wish", "profile"
PLACE, BY, WITHIN, AT = "place", "by", "within", "at"
#: Of a value that cannot be taken, so many characters are shown.
SHOWN = 40
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(:00)?")

Query = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """A place to reach: what was typed, by which mode, within how many minutes, and when to be there."""

    text: str
    by: Way = "transit"
    within_min: int = USUAL_WITHIN_MIN
    arrive_s: int = USUAL_ARRIVAL_S

    @property
    def at(self) -> str:
        """Return when to be there as a form writes it: "08:30"."""
        return clock_text(self.arrive_s)


@dataclass(frozen=True, slots=True)
class AskedOfTown:
    """What a link asks for. `errors` says of each wrong field what to do; what could be read stands all the same."""

    region: str
    #: All that could be read, which may be more than are judged.
    wishes: tuple[Wish, ...]
    places: tuple[AskedPlace, ...]
    profile: str
    errors: dict[str, str]
    #: Fields of places as they were typed where they could not be read, by the name of the field's element.
    typed: dict[str, str]

    @property
    def asks(self) -> bool:
        """Return whether anything is asked for."""
        return bool(self.wishes or self.places)

    @property
    def judged(self) -> tuple[Wish, ...]:
        """Return the wishes that the answer is about."""
        return self.wishes[:MOST_WISHES]

    def query(self) -> Query:
        """Return the shortest query that asks for the same."""
        found: Query = {
            REGION: [self.region] if self.region else [],
            WISH: [text for text, wish in WISHES.items() if wish in self.wishes],
        }
        found |= {PLACE: [place.text for place in self.places], BY: [place.by for place in self.places]}
        found[WITHIN] = [str(place.within_min) for place in self.places]
        if any(place.by == "transit" for place in self.places):
            found[AT] = [place.at for place in self.places]
        found[PROFILE] = [self.profile] if self.profile != PROFILES[0].key else []
        return {name: values for name, values in found.items() if values}

    def with_place(self, row: int, text: str) -> AskedOfTown:
        """Return the same with another text for one of the places."""
        places = [replace(place, text=text) if at == row else place for at, place in enumerate(self.places)]
        return replace(self, places=tuple(places))


def clock_text(seconds: int) -> str:
    """Return seconds after midnight as links write the time: "08:30"."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def asked_in(query: MultiDict[str, str]) -> AskedOfTown:
    """Read a query; wishes have the order of the form, so that one question has one link.

    Nothing is lost: what is wrong is named, and the rest is asked for.
    """
    errors: dict[str, str] = {}
    typed: dict[str, str] = {}
    wishes = _wishes(query.getlist(WISH), errors)
    places = tuple(_places(query, errors, typed))
    profile = query.get(PROFILE, "") or PROFILES[0].key
    if profile not in _PROFILE_KEYS:
        errors[PROFILE] = f"There is no profile “{profile[:SHOWN]}”; choose one from the list."
        profile = PROFILES[0].key
    return AskedOfTown(query.get(REGION, "").strip(), wishes, places, profile, errors, typed)


_PROFILE_KEYS = frozenset(profile.key for profile in PROFILES)


def _wishes(texts: list[str], errors: dict[str, str]) -> tuple[Wish, ...]:
    given = tuple(dict.fromkeys(text.strip().replace(":", "-") for text in texts if text.strip()))
    unknown = [text[:SHOWN] for text in given if text not in WISHES]
    known = tuple(wish for text, wish in WISHES.items() if text in given)
    if unknown:
        quoted = listed([f"“{text}”" for text in unknown[:MOST_WISHES]])
        errors[WISH] = f"{quoted} cannot be wished for; choose from the lists, such as “park-5” or “motorway-300”."
    elif len(known) > MOST_WISHES:
        errors[WISH] = f"That is {len(known)} wishes; please keep the {MOST_WISHES} that matter most."
    return known


def _places(query: MultiDict[str, str], errors: dict[str, str], typed: dict[str, str]) -> Iterator[AskedPlace]:
    lists = {name: query.getlist(name) for name in (PLACE, BY, WITHIN, AT)}
    texts = [" ".join(text.split()) for text in lists[PLACE]]
    given = [row for row, text in enumerate(texts) if text]
    if len(given) > MOST_PLACES:
        errors[PLACE] = f"Please give at most {MOST_PLACES} places to reach."
    for number, row in enumerate(given[:MOST_PLACES], 1):
        fields = {name: values[row].strip() if row < len(values) else "" for name, values in lists.items()}
        place = _place(texts[row], fields, f"-{number}", errors, typed)
        if place.text:
            yield place


def _place(text: str, fields: dict[str, str], ending: str, errors: dict[str, str], typed: dict[str, str]) -> AskedPlace:
    """Read one place; a field that cannot be read is named and has its usual value."""
    place = AskedPlace(text[: MAX_LINK_LENGTH if is_link(text) else MAX_ADDRESS_LENGTH])
    if len(place.text) < len(text) or not text.isprintable():
        errors[PLACE + ending] = f"Please shorten that place to {MAX_ADDRESS_LENGTH} characters that can be read."
        place = replace(place, text=" ".join("".join(filter(str.isprintable, place.text)).split()))
    if fields[BY] in MODES:
        place = replace(place, by=cast(Way, fields[BY]))
    elif fields[BY]:
        errors[BY + ending] = f"Please choose one of these ways: {', '.join(MODES)}."
    if fields[WITHIN]:
        minutes = int(fields[WITHIN][:9]) if fields[WITHIN].isascii() and fields[WITHIN].isdigit() else 0
        if LEAST_WITHIN_MIN <= minutes <= MOST_WITHIN_MIN:
            place = replace(place, within_min=minutes)
        else:
            errors[WITHIN + ending] = (
                f"Give the minutes as a whole number from {LEAST_WITHIN_MIN} to {MOST_WITHIN_MIN}."
            )
            typed[WITHIN + ending] = fields[WITHIN][:SHOWN]
    if fields[AT]:
        time = CLOCK.fullmatch(fields[AT])
        if time:
            place = replace(place, arrive_s=int(time[1]) * 3600 + int(time[2]) * 60)
        else:
            errors[AT + ending] = "Give the time of arrival as 08:30."
            typed[AT + ending] = fields[AT][:SHOWN]
    return place
