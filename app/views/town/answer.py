"""Where in a town wishes are met, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import url_for

from app.pipeline.choosing.asking import Reach
from app.pipeline.choosing.choice import Choice, StreetFound
from app.pipeline.choosing.ranking import Standing
from app.pipeline.rules.wishes import CHOICES
from app.sources.regions import CoveredRegion
from app.views.maps import Image, Scale, scale_of
from app.views.town.form import PlaceField, Select, place_fields, selects_of
from app.web.services import source
from app.web.towns import TownFrame, choice_of, town_frame
from app.web.wishing import AskedOfTown, Query
from app.wording import count, day, limit, listed

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
    mark: str


@dataclass(frozen=True, slots=True)
class WhereView:
    """The page: what is asked, and the answer where a region is chosen and something is asked of it."""

    asked: AskedOfTown
    regions: tuple[CoveredRegion, ...]
    region: CoveredRegion | None
    places: tuple[PlaceField, ...]
    choice: Choice | None

    @property
    def title(self) -> str:
        """Return the title of the page."""
        return (
            f"{self.region.title}: where should I look? - Doorstep"
            if self.region
            else "Where should I look? - Doorstep"
        )

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
            found.setdefault(choice.group, []).extend(selects_of(choice, self.asked))
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

    def in_region(self, region: str) -> Query:
        """Return the query that asks the same of another region."""
        return replace(self.asked, region=region).query()

    @property
    def homes_words(self) -> str:
        """Return how many homes there are: "20,572 homes", "3,453 points along the streets"."""
        return f"{self._answer.homes:,} {self.home_noun}"

    @property
    def home_noun(self) -> str:
        """Return "homes", or what stands for them."""
        return "homes" if self.noun == "home" else "points along the streets"

    @property
    def noun(self) -> str:
        """Return "home", or what stands for one."""
        return "home" if self._answer.sample == "addresses" else "point"

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
        what = "Your wish is" if of == 1 else "Both wishes are" if of == 2 else f"All {of} wishes are"
        if choice.meeting:
            return f"{what} met at {choice.meeting:,} of {self.homes_words} in {choice.title}."
        if of == 1:
            return f"Your wish is met at none of {self.homes_words} in {choice.title}."
        every = "both" if of == 2 else f"all {of}"
        return f"Of {self.homes_words} in {choice.title} none has {every} wishes met."

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
            StreetLine(
                number, street, _street_words(street, self._answer), self._evaluate(street), MARKS[street.standing]
            )
            for number, street in enumerate(self._answer.streets, 1)
        )

    def _evaluate(self, street: StreetFound) -> str:
        """Return the link to the form for one of a street's homes, with wishes and places as far as it knows them."""
        return url_for(
            "home.form",
            address=street.address,
            must_haves=list(filter(None, (wish.must_have for wish in self.asked.judged))),
            destinations=[place.asked.text for place in self.places if place.asked.text],
            profile=self.asked.profile,
            _anchor="ask",
        )

    @property
    def map_words(self) -> str:
        """Return what the map shows, for those who do not see it."""
        choice = self._answer
        squares = limit(choice.squares.size_m)
        parts = [f"{line.words} in {count(line.squares, 'square')}" for line in self.legend if line.squares]
        return f"Map of {choice.title} in squares of {squares}: {listed(parts)}. The streets below are numbered."

    def picture(self, name: str) -> Image:
        """Return the link of a picture and its pixels."""
        link = url_for("where.picture", name=name, **self.asked.query())  # type: ignore[arg-type]
        frame = self._shown(name).frame
        return Image(link, frame.width_px, frame.height_px)

    def scale(self, name: str) -> Scale:
        """Return the scale below a picture."""
        frame = self._shown(name).frame
        return scale_of(frame.metres, frame.width_px)

    @property
    def outside_words(self) -> str:
        """Return how many homes lie outside the picture, as a sentence, "" for none."""
        amount = self._shown("map").outside
        if not amount:
            return ""
        return f"{count(amount, self.noun)} further out {'lies' if amount == 1 else 'lie'} outside the picture."

    def _shown(self, name: str) -> TownFrame:
        return town_frame(source().whole_region(self._answer.region), name)

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


# --- put together ------------------------------------------------------------------------------------


def where_view(asked: AskedOfTown) -> WhereView:
    """Return what a link asks for with its answer. What is wrong with it is among the errors of what was asked."""
    covered = source().covered()
    regions = tuple(region for region in covered if region.usable)
    if not asked.region and len(regions) == 1:
        asked = replace(asked, region=regions[0].name)
    region = next((region for region in regions if region.name == asked.region), None)
    if asked.region and region is None:
        asked = replace(asked, errors={"region": _why_not(asked.region, covered), **asked.errors})
    places = place_fields(asked, region)
    view = WhereView(asked, regions, region, places, None)
    return view if region is None or not asked.asks else replace(view, choice=_choice(view, region))


def _why_not(name: str, covered: tuple[CoveredRegion, ...]) -> str:
    """Return why a region cannot be asked: it cannot be read, or there is none of that name."""
    if problem := next((region.problem for region in covered if region.name == name), ""):
        return problem
    known = listed([region.name for region in covered if region.usable], "or")
    return f"There is no region of that name; choose {known or 'none, as none has been imported'}."


def reaches_of(view: WhereView) -> tuple[Reach, ...]:
    """Return the places that were found."""
    return tuple(
        Reach(place.letter, place.location, place.asked.by, place.asked.within_min, place.asked.arrive_s)
        for place in view.places
        if place.location is not None
    )


def _choice(view: WhereView, region: CoveredRegion) -> Choice | None:
    reaches = reaches_of(view)
    if not view.asked.judged and not reaches:
        return None
    return choice_of(source().whole_region(region.name), view.asked.judged, reaches, view.asked.profile)


def _standing_words(standing: Standing, of: int) -> str:
    """Return what a standing is called where so much is asked."""
    words = {
        Standing.ALL: "all met" if of > 1 else "met",
        Standing.ONE_SHORT: "one short" if of > 1 else "not met",
        Standing.TWO_SHORT: "two short" if of > 2 else "none of both met",
        Standing.MORE_SHORT: "three or more short",
        Standing.UNKNOWN: "not known in part" if of > 1 else "not known",
    }
    return words[standing]


def _street_words(street: StreetFound, choice: Choice) -> str:
    """Return "all 5 met at 38 of 41 homes", or "one short: park 7 minutes instead of 5"."""
    of, homes = len(choice.counted), count(street.homes, "home" if choice.sample == "addresses" else "point")
    at = f"{street.meeting:,} of {homes}" if street.meeting < street.homes else _each(homes, street.homes)
    if street.standing is Standing.ALL:
        return f"{'met' if of == 1 else 'both met' if of == 2 else f'all {of} met'} at {at}"
    parts = []
    if street.failures:
        short = {1: "one", 2: "two", 3: "three", 4: "four"}.get(len(street.failures), str(len(street.failures)))
        parts.append(f"{short} short: {listed(street.failures)}")
    if street.unknown:
        parts.append(f"not known: {listed(street.unknown)}")
    if street.meeting:
        parts.append(f"all met at {street.meeting:,} of {homes}")
    return "; ".join(parts)


def _each(homes: str, amount: int) -> str:
    return "its one home" if amount == 1 else f"all {homes}"
