"""The form of `/where` as it was filled in: its lists, and its places with what was found and what is asked back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for

from app.errors import AddressNotFound, DoorstepError
from app.pipeline.rules.wishes import MOST_PLACES, WishChoice
from app.places import Location, Precision, Question
from app.sources.regions import CoveredRegion
from app.web.services import source
from app.web.wishing import AskedOfTown, AskedPlace

LETTERS = "ABC"
#: Answers of more letters than this stand below their label.
WIDE_FROM = 20


@dataclass(frozen=True, slots=True)
class PlaceField:
    """The fields of one place: as they were filled in, what was found, and what is asked back."""

    number: int
    letter: str
    asked: AskedPlace
    location: Location | None = None
    note: str = ""
    #: Label and link of each place that may be meant.
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Select:
    """One list of the form: its label, the answers with their words, and the one that is chosen, "" for none."""

    title: str
    answers: tuple[tuple[str, str], ...]
    chosen: str

    @property
    def is_wide(self) -> bool:
        """Return whether the answers need the whole width of the form."""
        return max(len(words) for _, words in self.answers) > WIDE_FROM


def place_fields(asked: AskedOfTown, region: CoveredRegion | None) -> tuple[PlaceField, ...]:
    """Return the fields of all places, found as far as they are, and of those that are still empty."""
    # Without a timetable nobody can say how long it takes by bus or train.
    empty = AskedPlace("", "transit" if region is None or region.service_date else "walk")
    given = [*asked.places, *(empty,) * (MOST_PLACES - len(asked.places))]
    return tuple(_located(asked, PlaceField(row + 1, LETTERS[row], place), region) for row, place in enumerate(given))


def _located(asked: AskedOfTown, place: PlaceField, region: CoveredRegion | None) -> PlaceField:
    if region is None or not place.asked.text:
        return place
    near, lost = _middle_of(region), f"“{place.asked.text}” was not found in {region.title}, so it was left out."
    try:
        found = source().locate(place.asked.text, near)
    except AddressNotFound:
        return replace(place, note=lost)
    except DoorstepError as error:
        return replace(place, note=error.message)
    if isinstance(found, Question):
        inside = [choice for choice in found.choices if choice.location.region == region.name]
        if not inside:
            return replace(place, note=lost)
        links = ((_label(c.location.label, c.detail), _link_to(asked, place, c.location)) for c in inside)
        return replace(place, note=found.why, choices=tuple(links))
    if found.region != region.name:
        return replace(place, note=f"{found.label} does not lie in {region.title}, so it was left out.")
    return replace(place, location=found)


def _label(label: str, detail: str) -> str:
    return f"{label} ({detail})" if detail else label


def _middle_of(region: CoveredRegion) -> Location:
    """Return the middle of a region, which is looked in first."""
    town = source().whole_region(region.name).town
    lat, lon = (float(values.mean()) if len(values) else 0.0 for values in (town.lats, town.lons))
    return Location(lat, lon, region.title, Precision.PLACE, region.name)


def _link_to(asked: AskedOfTown, place: PlaceField, location: Location) -> str:
    """Return the link that asks for one of the places that may be meant: by its name, where that is enough."""
    text = location.label
    try:
        by_name = source().locate(text, location)
    except DoorstepError:
        by_name = None
    if not isinstance(by_name, Location) or (by_name.lat, by_name.lon) != (location.lat, location.lon):
        text = f"{location.lat:.6f}, {location.lon:.6f}"
    return url_for("where.page", **asked.with_place(place.number - 1, text).query())  # type: ignore[arg-type]


def selects_of(choice: WishChoice, asked: AskedOfTown) -> Sequence[Select]:
    answers = tuple((wish.text, words) for wish, words in choice.answers)
    texts = {text for text, _ in answers}
    chosen = [wish.text for wish in asked.wishes if wish.text in texts]
    return [Select(choice.title, answers, text) for text in chosen or [""]]
