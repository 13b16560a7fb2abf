"""What a person may ask of a place: a need within minutes, a hazard no nearer than metres, ways without steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from app.needs import NEED
from app.wording import limit, sentence, with_article

#: Needs that may be asked for, and the minutes on foot to choose from.
NEAR = (
    "supermarket",
    "pharmacy",
    "doctor",
    "primary_school",
    "childcare",
    "park",
    "playground",
    "cafe",
    "stop",
    "station",
)
MINUTES = (5, 10, 15, 20, 30)
#: Checks whose things may be kept away from, what they are called, and the metres to choose from.
AWAY = MappingProxyType(
    {
        "motorway": ("motorway or trunk road", (150, 300, 500)),
        "busy_road": ("busy road", (20, 75, 150)),
        "railway": ("railway line", (50, 100, 300)),
        "industry": ("landfill, sewage works, heavy industry or quarry", (300, 500, 1_000)),
        "runway": ("airport runway", (2_000,)),
    }
)
STEPS = "steps"


@dataclass(frozen=True, slots=True)
class MustHave:
    """One thing asked for: `key` is a need, a check or "steps"; `amount` minutes, metres or 0."""

    key: str
    amount: int

    @property
    def text(self) -> str:
        """Return how a listing and a form write it: "supermarket:10", "motorway:300", "steps"."""
        return f"{self.key}:{self.amount}" if self.amount else self.key

    @property
    def title(self) -> str:
        """Return it as a person says it: "A supermarket within 10 minutes"."""
        if self.key in NEED:
            return f"{sentence(with_article(NEED[self.key].noun))} within {self.amount} minutes"
        if self.key in AWAY:
            return f"No {AWAY[self.key][0]} within {limit(self.amount)}"
        return "With a pram: no steps"


def _offers() -> Iterator[tuple[str, tuple[tuple[MustHave, str], ...]]]:
    """Yield the title of each choice, and what may be chosen of it with its words."""
    for key in NEAR:
        yield NEED[key].noun, tuple((MustHave(key, n), f"within {n} minutes") for n in MINUTES)
    for key, (noun, amounts) in AWAY.items():
        yield noun, tuple((MustHave(key, n), f"none within {n:,} m") for n in amounts)
    yield "with a pram", ((MustHave(STEPS, 0), "no steps on the way"),)


def choices() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return what a form offers: the title of each choice, and its answers as text and in words."""
    return tuple((sentence(title), tuple((must.text, words) for must, words in offer)) for title, offer in _offers())


#: All that may be asked for, by its text.
OFFERED = MappingProxyType({must.text: must for _, offer in _offers() for must, _ in offer})
