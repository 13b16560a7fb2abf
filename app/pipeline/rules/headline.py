"""The headline: what the score of a place is made of, how much each part counts to whom, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.pipeline.rules.transit import Words

#: The part that is no walk to a place: the transit index of a known timetable.
TRANSIT = "transit"


@dataclass(frozen=True, slots=True)
class HeadlineNeed:
    """A need that the score counts: from `full_choice` places within 15 minutes on, more make it no better."""

    key: str
    full_choice: int


@dataclass(frozen=True, slots=True)
class Headline:
    """The score of a place, 0 to 100.

    A need is worth `nearest_share` for the walk to the nearest place, which halves every `half_min` minutes after the
    first, and the rest for the choice within 15 minutes. Nothing is flat, so that no two walks are worth the same.
    """

    needs: tuple[HeadlineNeed, ...] = (
        HeadlineNeed("supermarket", 8),
        HeadlineNeed("cafe", 40),
        HeadlineNeed("restaurant", 80),
        HeadlineNeed("pharmacy", 6),
        HeadlineNeed("doctor", 8),
        HeadlineNeed("primary_school", 8),
        HeadlineNeed("childcare", 10),
        HeadlineNeed("park", 15),
        HeadlineNeed("playground", 15),
        HeadlineNeed("bank", 10),
        HeadlineNeed("culture", 10),
        HeadlineNeed("sports", 20),
    )
    nearest_share: float = 0.7
    half_min: float = 10.0
    choice_min: float = 15.0
    #: No word, only the range, where more than this share of the weight is not known.
    most_unknown_for_word: float = 1 / 3
    #: No word either where less than this share of the disc around the address is on the map.
    least_covered_for_word: float = 1 / 3
    #: Set by the measured shares in docs/methods.md: in no region are more than 30 % of the addresses in the first.
    words: Words = (
        (89.0, "everything close by"),
        (76.0, "nearly everything close by"),
        (62.0, "most things close by"),
        (45.0, "some things close by"),
        (28.0, "few things close by"),
        (0.0, "hardly anything close by"),
    )
    #: A part is named as good from this share of its worth on, and as bad below that one.
    good_from: float = 0.6
    bad_below: float = 0.35
    named: int = 3


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of weights for the parts of the headline; what is not named counts once."""

    key: str
    title: str
    summary: str
    weights: Mapping[str, float] = field(default_factory=dict)
    #: Whether a car ride counts as a way to get somewhere.
    drives: bool = True

    def weight(self, part: str) -> float:
        """Return how much a part of the headline counts."""
        return self.weights.get(part, usual_weight(part))


#: Transit is worth two needs: it stands for all that is not within a walk.
USUAL_WEIGHTS = MappingProxyType({TRANSIT: 2.0})
#: How much a person may let one part count, as a multiple of the usual.
AMOUNTS = MappingProxyType({0.0: "not at all", 0.5: "half", 1.0: "as usual", 2.0: "double"})


def usual_weight(part: str) -> float:
    """Return how much a part counts to whom every need counts the same."""
    return USUAL_WEIGHTS.get(part, 1.0)


PROFILES = (
    Profile("balanced", "Balanced", "Every need counts the same, and transit counts twice."),
    Profile(
        "car-free",
        "Car-free",
        "Transit and the supermarket count most, and car rides are left out.",
        MappingProxyType({TRANSIT: 4.0, "supermarket": 2.0, "pharmacy": 1.5, "doctor": 1.5}),
        drives=False,
    ),
    Profile(
        "family",
        "Family",
        "Schools, childcare, playgrounds and parks count more; cafés, restaurants and transit count less.",
        MappingProxyType(
            {
                "primary_school": 2.0,
                "childcare": 2.0,
                "playground": 2.0,
                "park": 1.5,
                "cafe": 0.5,
                "restaurant": 0.5,
                TRANSIT: 1.5,
            }
        ),
    ),
    Profile(
        "senior",
        "Senior",
        "Supermarket, pharmacy, doctor, park and transit count more; schools, childcare and playgrounds do not.",
        MappingProxyType(
            {
                "supermarket": 2.0,
                "pharmacy": 2.0,
                "doctor": 2.0,
                "park": 1.5,
                TRANSIT: 2.5,
                "primary_school": 0.0,
                "childcare": 0.0,
                "playground": 0.0,
                "sports": 0.5,
            }
        ),
    ),
    Profile(
        "remote-worker",
        "Remote worker",
        "Cafés, parks, culture and sport count more; transit, schools and childcare count less.",
        MappingProxyType(
            {
                "cafe": 2.0,
                "park": 1.5,
                "culture": 1.5,
                "sports": 1.5,
                TRANSIT: 1.0,
                "primary_school": 0.5,
                "childcare": 0.5,
            }
        ),
    ),
)


def profile_named(key: str) -> Profile:
    """Return a profile by its key; an unknown key gives the balanced one (the form refuses it earlier)."""
    return next((p for p in PROFILES if p.key == key), PROFILES[0])
