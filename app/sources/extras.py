"""What others say of an address beside our own findings: scores, ratings, a flood zone, and what is missing of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What one of these facts is about, and so in which section it stands."""

    WALK = "walk"
    TRANSIT = "transit"
    BIKE = "bike"
    RATINGS = "ratings"
    FLOOD = "flood"


@dataclass(frozen=True, slots=True)
class OfficialScore:
    """A score that its owner gives the address, 0 to 100. It labels their number alone and never enters ours."""

    about: About
    #: Its own name ("Walk Score®"), and the page that says how it is made.
    name: str
    value: int
    #: Their word for the number ("Very Walkable"), "" without one.
    description: str
    link: str
    #: The days on which they computed it ("" where they do not say) and on which it was fetched, both ISO.
    as_of: str
    fetched: str


#: Seconds for which ratings may be shown after they were fetched: from an evaluation to its reading, and no longer.
RATINGS_SHOWN_S = 86_400.0
#: What stands in the JSON of a report that holds ratings, and in no other: a text has no unescaped quote.
RATINGS_MARK = b'"ratings":{'


@dataclass(frozen=True, slots=True)
class Rating:
    """What people think of one place near the address: 1 to 5 on average, over `count` ratings."""

    name: str
    #: What it is, in plain words ("restaurant"), "" where that is not known.
    kind: str
    value: float
    count: int
    #: The place's page at whoever collects the ratings.
    link: str


@dataclass(frozen=True, slots=True)
class Ratings:
    """Rated places near the address, those with the most ratings first; `by` is who collects them.

    They are kept no longer than their owner allows: after `shown_until` (Unix seconds) nobody sees them.
    """

    by: str
    places: tuple[Rating, ...]
    #: Whom the service asks to be named beside it.
    credits: tuple[str, ...]
    #: ISO day.
    fetched: str
    shown_until: float


class FloodHazard(StrEnum):
    """What FEMA's zones mean, worst first."""

    #: Of a flood that comes with waves; a special flood hazard area too.
    COASTAL = "coastal"
    #: 1 % a year or more: the special flood hazard area.
    SPECIAL = "special"
    #: Zone D: there may be a hazard, and nobody has determined it.
    UNDETERMINED = "undetermined"
    #: 0.2 % a year, or 1 % with little water.
    MODERATE = "moderate"
    #: A levee holds the flood off, as long as it stands.
    LEVEE = "levee"
    MINIMAL = "minimal"


@dataclass(frozen=True, slots=True)
class FloodZone:
    """In which zone an official flood map puts the point; `zone` is its code ("AE")."""

    zone: str
    hazard: FloodHazard
    link: str
    #: ISO day.
    fetched: str

    @property
    def is_special(self) -> bool:
        """Return whether it is a special flood hazard area."""
        return self.hazard in (FloodHazard.COASTAL, FloodHazard.SPECIAL)


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact of others that was asked for and did not come; `why` is a sentence that names who was asked."""

    about: About
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Extras:
    """All that others say of an address. What was never asked for is neither there nor missing."""

    scores: tuple[OfficialScore, ...] = ()
    ratings: Ratings | None = None
    flood: FloodZone | None = None
    missing: tuple[Missing, ...] = ()

    def score(self, about: About) -> OfficialScore | None:
        """Return the official score of a subject."""
        return next((score for score in self.scores if score.about is about), None)

    def joined(self, other: Extras) -> Extras:
        """Return both together; each kind of fact comes from one service alone."""
        return Extras(
            scores=(*self.scores, *other.scores),
            ratings=self.ratings or other.ratings,
            flood=self.flood or other.flood,
            missing=(*self.missing, *other.missing),
        )
