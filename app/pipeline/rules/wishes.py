"""What may be wished of the homes of a whole town: must-haves, and what a single report cannot be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from app.needs import NEED, OFTEN_MIN
from app.pipeline.rules.headline import TRANSIT, Profile
from app.pipeline.rules.must_haves import AWAY, MINUTES, NEAR, OFFERED, STEPS, MustHave
from app.wording import limit, sentence

#: The most that one question may hold.
MOST_WISHES, MOST_PLACES = 8, 3

FOOD_SHOP = "food_shop"
#: Needs that may be wished for, in the order of the form.
NEEDS_NEAR = (FOOD_SHOP, *NEAR)
#: A stop with a departure every so many minutes by day, within so many minutes on foot.
EVERY_MIN, STOP_WITHIN_MIN = OFTEN_MIN, (5, 8, 10, 15)
FREQUENT_STOP = "stop_every_"
SIDE_STREET = "side_street"

Way = Literal["transit", "walk", "bike", "car"]
#: How a place may be reached, and what that is called.
MODES: Mapping[Way, str] = MappingProxyType({"transit": "bus or train", "walk": "walk", "bike": "bike", "car": "car"})
#: Minutes to a place: the fewest and the most that may be given, and what is meant where none are.
LEAST_WITHIN_MIN, MOST_WITHIN_MIN, USUAL_WITHIN_MIN = 1, 120, 30
#: When to arrive by bus or train, where no time is given: seconds after midnight.
USUAL_ARRIVAL_S = 8 * 3_600 + 30 * 60

#: What was asked for counts at least so much, whatever the profile says of it.
LEAST_WEIGHT = 0.5
#: Streets of the list.
MOST_STREETS = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish: `key` is a need, a check, a frequent stop, "steps" or "side_street"; `amount` minutes, metres or 0."""

    key: str
    amount: int = 0

    @property
    def text(self) -> str:
        """Return how a link writes it: "park-5", "motorway-300", "stop_every_15-8", "steps"."""
        return f"{self.key}-{self.amount}" if self.amount else self.key

    @property
    def every_min(self) -> int:
        """Return how often something is to leave at the stop, 0 where it is not about that."""
        return int(self.key.removeprefix(FREQUENT_STOP)) if self.key.startswith(FREQUENT_STOP) else 0

    @property
    def title(self) -> str:
        """Return it as a person says it: "A park within 5 minutes"."""
        if self.every_min:
            return f"A departure every {self.every_min} minutes within {self.amount} minutes on foot"
        return "On a side street" if self.key == SIDE_STREET else MustHave(self.key, self.amount).title

    @property
    def noun(self) -> str:
        """Return what it is about, as a list of what is missing names it: "park"."""
        if self.every_min:
            return f"stop served every {self.every_min} minutes"
        if self.key in NEED:
            return NEED[self.key].noun
        return (
            AWAY[self.key][0] if self.key in AWAY else {STEPS: "steps on the way", SIDE_STREET: "side street"}[self.key]
        )

    @property
    def must_have(self) -> str:
        """Return the same as something that a single report may be asked for, "" where it may not."""
        text = MustHave(self.key, self.amount).text
        return text if text in OFFERED else ""

    def weight(self, profile: Profile) -> float:
        """Return how much it counts by a profile: as its need does in the score, once where it is none."""
        part = TRANSIT if self.every_min else self.key
        return max(profile.weight(part), LEAST_WEIGHT)


@dataclass(frozen=True, slots=True)
class WishChoice:
    """One choice of the form: what it is about, and its answers, each with its words."""

    group: str
    title: str
    answers: tuple[tuple[Wish, str], ...]


NEAR_GROUP, AWAY_GROUP, STREET_GROUP = "Near the door", "Not near", "The street and the way"


def _choices() -> Iterator[WishChoice]:
    for key in NEEDS_NEAR:
        answers = tuple((Wish(key, n), f"within {n} min") for n in MINUTES)
        yield WishChoice(NEAR_GROUP, sentence(NEED[key].noun), answers)
    frequent = tuple(
        (Wish(f"{FREQUENT_STOP}{every}", n), f"every {every} min, {n} min on foot")
        for every in EVERY_MIN
        for n in STOP_WITHIN_MIN
    )
    yield WishChoice(NEAR_GROUP, "Frequent stop", frequent)
    for key, (noun, amounts) in AWAY.items():
        yield WishChoice(AWAY_GROUP, sentence(noun), tuple((Wish(key, n), f"beyond {limit(n)}") for n in amounts))
    yield WishChoice(STREET_GROUP, "Street", ((Wish(SIDE_STREET), "a side street"),))
    yield WishChoice(STREET_GROUP, "With a pram", ((Wish(STEPS), "no steps"),))


#: What the form offers, in its order, and all wishes by their text.
CHOICES = tuple(_choices())
WISHES = MappingProxyType({wish.text: wish for choice in CHOICES for wish, _ in choice.answers})


def wish_of(must_have: str) -> Wish | None:
    """Return the wish that a must-have is ("supermarket:10"), None for one that is not offered."""
    return WISHES.get(must_have.replace(":", "-"))
