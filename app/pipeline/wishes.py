"""Whether every home of a town meets a wish: 1 yes, 0 no, -1 not known; for each what its own report would say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.atlas.facts import RegionCounts
from app.atlas.fields.fields import DISC_M, UNKNOWN, Mapped, Numbers
from app.atlas.fields.town import Town
from app.needs import NEED, Need
from app.pipeline.knowledge import family_of
from app.pipeline.must_haves import RULES
from app.pipeline.needs_near import METHOD, SCHOOLS
from app.pipeline.rules.categories import Data
from app.pipeline.rules.mapped import is_mapped
from app.pipeline.rules.must_haves import AWAY, MustHave
from app.pipeline.rules.safety import Known
from app.wording import whole_minutes

Outcomes = NDArray[np.int8]
Bools = NDArray[np.bool_]

YES, NO, NOT_KNOWN = 1, 0, -1
BITS = {
    Data.STREETS: Mapped.STREETS,
    Data.SHOPS: Mapped.SHOPS,
    Data.AMENITIES: Mapped.AMENITIES,
    Data.STOPS: Mapped.STOPS,
}


@lru_cache(maxsize=64)
def most_seconds(minutes: int) -> int:
    """Return the most whole seconds, rounded up, that are told as so many minutes or fewer."""
    return max(seconds for seconds in range(60 * minutes + 60) if whole_minutes((seconds - 0.5) / 60) <= minutes)


@dataclass(frozen=True, slots=True)
class TownWishes:
    """What the homes of one town meet. `has_land` says that railways or water are mapped anywhere in it."""

    town: Town
    counts: RegionCounts
    has_land: bool

    def outcomes(self, must: MustHave) -> Outcomes:
        """Return whether each home meets what may be asked of a place."""
        if must.key in NEED:
            return self.near(must.key, must.amount)
        return self.away(must.key, must.amount) if must.key in AWAY else self.town.step_free

    def near(self, key: str, minutes: int) -> Outcomes:
        """Return whether a place of a need is within so many minutes on foot."""
        seconds = self.town.seconds(key)
        is_met = seconds <= most_seconds(minutes)
        return _judged(is_met, is_met | self._is_need_known(NEED[key], seconds))

    def often(self, every_min: int, minutes: int) -> Outcomes:
        """Return whether a stop that a line leaves from so often by day is within so many minutes on foot."""
        seconds = self.town.frequent_stop_seconds(every_min)
        return _judged(seconds <= most_seconds(minutes), seconds != UNKNOWN)

    def away(self, key: str, metres: int) -> Outcomes:
        """Return whether nothing of a kind is within so many straight metres."""
        is_near = self.town.metres(key) <= metres
        return _judged(~is_near, is_near | self._is_hazard_known(key, metres))

    def _is_hazard_known(self, key: str, metres: int) -> Bools:
        """Return where finding nothing says that there is nothing, as `hazards_near.why_unknown` does."""
        rule, known = RULES[key], self.town.has(Mapped.STREETS) & self.town.is_covered(metres)
        if rule.known is Known.LAND and not self.has_land:
            return np.zeros(self.town.count, dtype=bool)
        return known & self.town.has(Mapped.AMENITIES) if rule.known is Known.PLACES else known

    def _is_need_known(self, need: Need, seconds: Numbers) -> Bools:
        """Return where the walk, or that there is none, is known, as `needs_near.NeedsNear` says it."""
        near, listed = most_seconds(int(METHOD.full_min)), most_seconds(int(METHOD.none_min))
        known = self._is_mapped(need)
        if need.key in SCHOOLS:
            # A school of no known level may be of this one: nearer than what was found it makes that unknown.
            known = known & ~(self.town.school_seconds < np.minimum(seconds, int(METHOD.none_min * 60)))
        return (seconds <= near) | (known & ((seconds <= listed) | self.town.is_covered(DISC_M)))

    def _is_mapped(self, need: Need) -> Bools:
        """Return where places of a need count as mapped."""
        has_way_out = self.town.has(Mapped.WAY_OUT)
        mapped = self.town.has(BITS[family_of(need)]) & is_mapped(need.key, self.counts)
        if need.key == "stop":
            mapped = mapped | self.town.has(Mapped.TIMETABLE)
        return has_way_out & mapped


def _judged(is_met: Bools, is_known: Bools) -> Outcomes:
    outcomes: Outcomes = np.where(is_known, is_met, NOT_KNOWN).astype(np.int8)
    return outcomes
