"""Wishes and places asked of all homes of a region at once, by the rules that a report judges one home by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.atlas import Atlas
from app.atlas.fields.fields import FAR, UNKNOWN, Mapped, Numbers
from app.geo import Floats
from app.needs import NEED
from app.pipeline.choosing import criteria
from app.pipeline.choosing.criteria import Answers, Criterion, Measure, within_minutes
from app.pipeline.must_haves import RULES
from app.pipeline.rules.headline import TRANSIT, Profile
from app.pipeline.rules.mapped import is_mapped, why_not_mapped
from app.pipeline.rules.must_haves import AWAY, STEPS
from app.pipeline.rules.safety import LAND_KINDS, Known, SafetyRule
from app.pipeline.rules.wishes import LEAST_WEIGHT, MODES, SIDE_STREET, Way, Wish
from app.pipeline.wishes import TownWishes
from app.places import Location, Precision

#: What is missing where a wish without an amount is not met.
MISSING = {STEPS: "steps on the way with a pram", SIDE_STREET: "not on a side street"}
NO_TIMETABLE = "No timetable of this region is known."
CUT_OFF = "The map ends too near to every home."
NOT_TOLD = "The map does not tell it."


@dataclass(frozen=True, slots=True)
class Reach:
    """A place to reach, found: by which mode, within how many minutes, and when to be there."""

    text: str
    location: Location
    by: Way
    within_min: int
    arrive_s: int


#: Which homes of a region are asked about.
Homes = NDArray[np.int64] | slice
EVERY = slice(None)


def criteria_of(
    atlas: Atlas, wishes: Sequence[Wish], reaches: Sequence[Reach], profile: Profile, homes: Homes = EVERY
) -> tuple[Criterion, ...]:
    """Judge every home of a region, or some of them, by each wish and each place."""
    found = [_wish(atlas, wish, wish.weight(profile), homes) for wish in wishes]
    # A place counts as the profile has transit: both stand for what is not within a walk.
    weight = max(profile.weight(TRANSIT), LEAST_WEIGHT)
    return (*found, *(_trip(atlas, number, reach, weight, homes) for number, reach in enumerate(reaches, 1)))


def _wish(atlas: Atlas, wish: Wish, weight: float, homes: Homes) -> Criterion:
    judged = _judged(atlas, wish)
    return Criterion(
        text=wish.text,
        title=wish.title,
        noun=wish.noun,
        towards=f"to a {wish.noun}" if wish.every_min else "",
        missing=MISSING.get(wish.key, ""),
        measure=judged.measure,
        weight=weight,
        limit=wish.amount,
        why_unknown=judged.why_unknown,
        answers=judged.answers[homes],
        amounts=judged.amounts[homes],
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """A wish at every home of a region, and why it might be known at none."""

    measure: Measure
    answers: Answers
    amounts: Floats
    why_unknown: str


def _judged(atlas: Atlas, wish: Wish) -> _Judged:
    asked = TownWishes(atlas.town, atlas.fields.facts.counts, _has_land(atlas))
    if wish.every_min:
        amounts = _minutes(atlas.town.frequent_stop_seconds(wish.every_min))
        return _Judged(Measure.NEAR, asked.often(wish.every_min, wish.amount), amounts, NO_TIMETABLE)
    if wish.key in NEED:
        amounts = _minutes(atlas.town.seconds(wish.key))
        return _Judged(Measure.NEAR, asked.near(wish.key, wish.amount), amounts, _why_need_unknown(atlas, wish.key))
    if wish.key in AWAY:
        metres = atlas.town.metres(wish.key)
        amounts = np.where(metres == FAR, np.inf, metres)
        return _Judged(Measure.AWAY, _away(atlas, asked, wish), amounts, _why_hazard_unknown(atlas, RULES[wish.key]))
    answers = atlas.town.step_free if wish.key == STEPS else atlas.town.side_street
    return _Judged(Measure.PLAIN, answers, np.zeros(len(answers)), NOT_TOLD)


def _minutes(seconds: Numbers) -> Floats:
    """Return minutes; infinity where there is none within 45, or where that is not known."""
    return np.where(seconds >= UNKNOWN, np.inf, seconds / 60.0)


def _away(atlas: Atlas, asked: TownWishes, wish: Wish) -> Answers:
    """Judge what is to be far. What is not known within a shorter distance is not known within a longer one either."""
    found = asked.away(wish.key, wish.amount)
    shorter = [asked.away(wish.key, amount) for amount in AWAY[wish.key][1] if amount < wish.amount]
    is_open = np.any([answers == criteria.UNKNOWN for answers in shorter], axis=0) & (found == criteria.MET)
    return np.where(is_open, criteria.UNKNOWN, found).astype(np.int8)


def _has_land(atlas: Atlas) -> bool:
    return any(atlas.hazard_counts.get(kind) for kind in LAND_KINDS)


def _why_need_unknown(atlas: Atlas, key: str) -> str:
    counts = atlas.fields.facts.counts
    return CUT_OFF if is_mapped(key, counts) else why_not_mapped(key, counts, atlas.meta.title)


def _why_hazard_unknown(atlas: Atlas, rule: SafetyRule) -> str:
    if rule.known is Known.LAND and not _has_land(atlas):
        return "The map of this region holds streets but no railways or water at all."
    return CUT_OFF


def _trip(atlas: Atlas, number: int, reach: Reach, weight: float, homes: Homes) -> Criterion:
    """Judge the way to a place."""
    name = reach.location.label
    seconds = _seconds_to(atlas, reach)[homes]
    is_known = ~np.isnan(seconds)
    amounts = np.where(is_known, seconds, np.inf) / 60.0
    is_met = within_minutes(amounts, reach.within_min)
    how = "on foot" if reach.by == "walk" else f"by {MODES[reach.by]}"
    return Criterion(
        text=f"place-{number}",
        title=f"{name} within {reach.within_min} minutes {how}",
        noun=name,
        measure=Measure.TRIP,
        weight=weight,
        limit=reach.within_min,
        towards=f"{how} to {name}",
        why_unknown=NO_TIMETABLE,
        answers=np.where(is_known, is_met, criteria.UNKNOWN).astype(np.int8),
        amounts=amounts,
    )


def _seconds_to(atlas: Atlas, reach: Reach) -> Floats:
    """Return the seconds of every home to a place, not a number where that is not known."""
    at = reach.location
    over_rails = at.precision is Precision.NAMED
    if reach.by == "transit":
        by_transit = atlas.town.transit_seconds_to(at.lat, at.lon, reach.arrive_s, over_rails=over_rails)
        if by_transit is None:
            return np.full(atlas.town.count, np.nan)
        return np.where(np.isinf(by_transit) & ~atlas.town.has(Mapped.TIMETABLE), np.nan, by_transit)
    found: Floats = atlas.town.seconds_to(reach.by, at.lat, at.lon, at.street, over_rails=over_rails).astype(np.float64)
    return found
