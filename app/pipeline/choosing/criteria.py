"""One thing that is asked of every home of a town: where it is met, where not and by how much, and where unknown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.geo import Floats
from app.wording import metres, whole_minutes

Bools = NDArray[np.bool_]
Answers = NDArray[np.int8]

#: What is said of a home: met, not met, not known.
MET, SHORT, UNKNOWN = 1, 0, -1
#: A thing that is nowhere within 45 minutes misses by as much as one at the end of them.
FARTHEST_MIN = 45.0


class Measure(StrEnum):
    """What the amount of a criterion is."""

    #: Minutes on foot to what is to be near.
    NEAR = "near"
    #: Metres from what is to be far.
    AWAY = "away"
    #: Minutes to a place of the person's own.
    TRIP = "trip"
    #: It is so or not.
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One wish or one place to reach, judged at every home of a town.

    `text` is its name in links, `noun` what a sentence calls it ("park").
    """

    text: str
    title: str
    noun: str
    measure: Measure
    weight: float = 1.0
    limit: float = 0.0
    #: What the minutes lead to, where that is no noun: "by bike to Newport Station".
    towards: str = ""
    #: What is wrong where it is not met and has no amount.
    missing: str = ""
    #: Why it is known at no home, as a sentence, "" where it is at some.
    why_unknown: str = ""
    #: MET, SHORT or UNKNOWN, shape (homes,).
    answers: Answers
    #: Minutes or metres, shape (homes,): infinity where there is none within reach.
    amounts: Floats

    @property
    def is_known(self) -> bool:
        """Return whether it is known at any home."""
        return bool((self.answers != UNKNOWN).any())

    @property
    def met(self) -> int:
        """Return at how many homes it is met."""
        return int((self.answers == MET).sum())

    @property
    def unknown(self) -> int:
        """Return at how many homes it is not known."""
        return int((self.answers == UNKNOWN).sum())

    def misses(self) -> Floats:
        """Return by how much each home misses it, as a share of what was asked for: 0 where it is met or not known."""
        is_short = self.answers == SHORT
        if self.measure is Measure.PLAIN:
            plain: Floats = is_short.astype(np.float64)
            return plain
        if self.measure is Measure.AWAY:
            beyond = self.limit - self.amounts
        else:
            beyond = np.minimum(self.amounts, max(FARTHEST_MIN, 2 * self.limit)) - self.limit
        missed: Floats = np.where(is_short, np.clip(beyond / self.limit, 0.0, None), 0.0)
        return missed

    def efforts(self) -> Floats:
        """Return how much of what was asked for each home uses up, 0 to 1: the fewer minutes, the better."""
        if self.measure not in (Measure.NEAR, Measure.TRIP):
            return np.zeros(len(self.answers))
        efforts: Floats = np.clip(self.amounts / self.limit, 0.0, 1.0)
        return efforts

    def failure(self, home: int) -> str:
        """Return what is missing at a home: "park 7 minutes instead of 5"."""
        amount = float(self.amounts[home])
        if self.measure is Measure.PLAIN:
            return self.missing
        if self.measure is Measure.AWAY:
            return f"{self.noun} {metres(amount)} away instead of {self.limit:,.0f} m"
        if not np.isfinite(amount):
            return f"no way {self.towards}" if self.measure is Measure.TRIP else f"no {self.noun} within 45 minutes"
        minutes = f"{max(whole_minutes(amount), 1)} minutes instead of {self.limit:g}"
        return f"{minutes} {self.towards}" if self.towards else f"{self.noun} {minutes}"


def within_minutes(amounts: Floats, limit: float) -> Bools:
    """Return which minutes are within a limit as they are shown: whole, half a minute up."""
    kept: Bools = np.floor(np.round(np.where(np.isfinite(amounts), amounts, 1e9), 1) + 0.5) <= limit
    return kept
