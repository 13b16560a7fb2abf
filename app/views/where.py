"""Where in a town wishes are met, as its page and its JSON show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for

from app.errors import DoorstepError
from app.maps.squares import SIZES, frame_of
from app.pipeline.choosing.asking import Reach
from app.pipeline.choosing.choice import Choice, StreetFound
from app.pipeline.choosing.ranking import Standing
from app.pipeline.rules.headline import PROFILES, Profile
from app.pipeline.rules.wishes import CHOICES, MODES, MOST_PLACES, WishChoice
from app.places import Location, Precision, Question
from app.sources.regions import CoveredRegion
from app.views.maps import Image, Scale, scale_of
from app.web.services import source
from app.web.towns import choice_of
from app.web.wishing import AskedOfTown, AskedPlace, Query
from app.wording import count, day, listed

LETTERS = "ABC"
NOTHING_ASKED = AskedOfTown("", (), (), PROFILES[0].key, {}, {})
#: What each standing is called, for so many wishes; and the class of its mark in the legend.
MARKS = {
    Standing.ALL: "all",
    Standing.ONE_SHORT: "one",
    Standing.TWO_SHORT: "two",
    Standing.MORE_SHORT: "more",
    Standing.UNKNOWN: "unknown",
}
#: What to begin with: a title, and the wishes.
BEGINNINGS = (
    ("With small children", ("food_shop-10", "playground-10", "childcare-15", "primary_school-15", "steps"), "family"),
    ("Without a car", ("supermarket-10", "pharmacy-15", "stop-5", "station-20"), "car-free"),
    ("Green and calm", ("park-5", "food_shop-15", "motorway-300", "busy_road-75", "railway-100"), "balanced"),
)


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


@dataclass(frozen=True, slots=True)
class Legend:
    """One kind of square: its mark, its words, and how many homes and squares stand so."""

    mark: str
    words: str
    homes: int
    squares: int


@dataclass(frozen=True, slots=True)
class StreetLine:
    """One street of the list, with the link that leads to its evaluation."""

    number: int
    street: StreetFound
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class WhereView:
    """The page: what is asked, and the answer where a region is chosen and something is asked of it."""

    asked: AskedOfTown
    regions: tuple[CoveredRegion, ...]
    region: CoveredRegion | None
    places: tuple[PlaceField, ...]
    choice: Choice | None

    @property
    def errors(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        return self.asked.errors

    @property
    def link(self) -> str:
        """Return the shortest link to the same."""
        return url_for("where.page", **self.asked.query())  # type: ignore[arg-type]

    @property
    def groups(self) -> tuple[tuple[str, tuple[Select, ...]], ...]:
        """Return the lists of the form by group; one that was chosen from twice is there twice."""
        found: dict[str, list[Select]] = {}
        for choice in CHOICES:
            found.setdefault(choice.group, []).extend(_selects(choice, self.asked))
        return tuple((title, tuple(selects)) for title, selects in found.items())

    @property
    def beginnings(self) -> tuple[tuple[str, str], ...]:
        """Return title and link of some things to begin with."""
        if self.region is None:
            return ()
        region = self.region.name
        return tuple(
            (title, url_for("where.page", region=region, wish=list(wishes), profile=profile))
            for title, wishes, profile in BEGINNINGS
        )

    @property
    def homes_words(self) -> str:
        """Return what the homes are: "20,572 homes", "3,453 places along the streets"."""
        return f"{self._answer.homes:,} {self.home_noun}"

    @property
    def home_noun(self) -> str:
        """Return "homes", or what stands for them."""
        return "homes" if self._answer.sample == "addresses" else "points along the streets"

    @property
    def _answer(self) -> Choice:
        if self.choice is None:
            raise ValueError("nothing was asked")
        return self.choice

    @property
    def count_words(self) -> str:
        """Return the answer in one sentence: "All 5 wishes are met at 3,140 of 20,572 homes."."""
        choice, of = self._answer, len(self._answer.counted)
        if not of:
            return f"Nothing of what you ask for is known in {choice.title}."
        what = "It is" if of == 1 else "Both are" if of == 2 else f"All {of} are"
        if not choice.meeting:
            what = "It is" if of == 1 else "Not both are" if of == 2 else f"Not all {of} are"
            nowhere = "at none of" if of == 1 else "at any of"
            return f"{what} met {nowhere} {self.homes_words} in {choice.title}."
        return f"{what} met at {choice.meeting:,} of {self.homes_words} in {choice.title}."

    @property
    def filled_words(self) -> str:
        """Return what the list is filled with where all is met in few streets or in none, "" where all is in all."""
        standings = [line.street.standing for line in self.streets]
        full = sum(standing is Standing.ALL for standing in standings)
        if not standings or full == len(standings):
            return ""
        kinds = [FILLED[standing] for standing in FILLED if standing in standings]
        if not full:
            return f"No street has all of it at most of its homes, so these are {listed(kinds)}."
        return f"After the {'first' if full == 1 else f'first {full}'} come those that are {listed(kinds)}."

    @property
    def legend(self) -> tuple[Legend, ...]:
        """Return what the squares of the map mean, with how many there are of each."""
        choice = self._answer
        found = (
            Legend(MARKS[each], _standing_words(each, len(choice.counted)), choice.by_standing[each], count_of(each))
            for count_of in (choice.squares.count,)
            for each in MARKS
        )
        return tuple(line for line in found if line.homes or line.mark == "all")

    @property
    def streets(self) -> tuple[StreetLine, ...]:
        """Return the best streets with their words and links."""
        return tuple(
            StreetLine(number, street, _street_words(street, self._answer), self._evaluate(street))
            for number, street in enumerate(self._answer.streets, 1)
        )

    def _evaluate(self, street: StreetFound) -> str:
        """Return the link to the form for one of a street's homes, with wishes and places as far as it knows them."""
        return url_for(
            "home.form",
            address=street.address,
            must_haves=list(filter(None, (wish.must_have for wish in self.asked.judged))),  # type: ignore[arg-type]
            destinations=[place.asked.text for place in self.places if place.asked.text],  # type: ignore[arg-type]
            profile=self.asked.profile,
            _anchor="ask",
        )

    @property
    def map_words(self) -> str:
        """Return what the map shows, for those who do not see it."""
        choice = self._answer
        squares = limit_words(choice.squares.size_m)
        parts = [f"{line.words} in {count(line.squares, 'square')}" for line in self.legend if line.squares]
        return f"Map of {choice.title} in squares of {squares}: {listed(parts)}. The ten streets below are numbered."

    def picture(self, name: str) -> Image:
        """Return the link of a picture and its pixels."""
        link = url_for("where.picture", name=name, **self.asked.query())  # type: ignore[arg-type]
        return Image(link, SIZES[name].width, SIZES[name].height)

    def scale(self, name: str) -> Scale:
        """Return the scale below a picture."""
        squares = self._answer.squares
        return scale_of(squares.size_m, SIZES[name].width)

    @property
    def data_words(self) -> str:
        """Return how old the data is: "map data of 2 May 2015"."""
        return f"map data of {day(self._answer.data_date)}" if self._answer.data_date else "map data"


FILLED = {
    Standing.ONE_SHORT: "one short",
    Standing.UNKNOWN: "not known in part",
    Standing.TWO_SHORT: "two short",
    Standing.MORE_SHORT: "more short",
}


def limit_words(metres: float) -> str:
    """Return "100 m"."""
    return f"{metres:g} m"
