"""Wishes and places asked of all homes of a region at once, by the rules that a report judges one home by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.atlas import Atlas
from app.atlas.fields.fields import DISC_M, FAR, UNKNOWN
from app.geo import Floats
from app.needs import NEED
from app.pipeline.choosing import criteria
from app.pipeline.choosing.criteria import Answers, Bools, Criterion, Measure, within_minutes
from app.pipeline.rules.headline import TRANSIT, Profile
from app.pipeline.rules.mapped import is_mapped, why_not_mapped
from app.pipeline.rules.must_haves import AWAY, STEPS
from app.pipeline.rules.profiles import METHODS
from app.pipeline.rules.safety import LAND_KINDS, Known, SafetyRule
from app.pipeline.rules.wishes import EVERY_MIN, LEAST_WEIGHT, MODES, SIDE_STREET, Way, Wish
from app.places import Location, Precision

#: Levels that a school whose level is not known may have.
SCHOOLS = frozenset({"primary_school", "secondary_school"})
RULES = {rule.key: rule for rule in METHODS.safety.rules}
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
    if wish.every_min:
        return _frequent_stop(atlas, wish, weight, homes)
    if wish.key in NEED:
        return _near(atlas, wish, weight, homes)
    return _away(atlas, wish, weight, homes) if wish.key in AWAY else _plain(atlas, wish, weight, homes)


def _answers(is_met: Bools, is_unknown: Bools) -> Answers:
    """Return MET, else UNKNOWN, else SHORT."""
    found = np.where(is_unknown, criteria.UNKNOWN, criteria.SHORT)
    return np.where(is_met, criteria.MET, found).astype(np.int8)


def _minutes(seconds: NDArray[np.uint16]) -> Floats:
    """Return minutes; infinity where there is none within 45, or where that is not known."""
    return np.where(seconds >= UNKNOWN, np.inf, seconds / 60.0)


def _near(atlas: Atlas, wish: Wish, weight: float, homes: Homes) -> Criterion:
    """Judge a need by the rule of `NeedsNear`: what is met within 15 minutes is known, whatever is missing."""
    seconds, counts = atlas.town.seconds(wish.key)[homes], atlas.fields.facts.counts
    amounts = _minutes(seconds)
    mapped = is_mapped(wish.key, counts)
    is_unknown = (seconds == UNKNOWN) | _is_cut_off(atlas, seconds, homes)
    if not mapped:
        is_unknown |= _has_no_timetable(atlas, homes) if wish.key == "stop" else True
    if wish.key in SCHOOLS:
        # A nearer school may be of the level: of some the map does not say it.
        is_unknown |= atlas.town.school_seconds[homes] < np.minimum(seconds, METHODS.needs.none_min * 60)
    is_unknown &= seconds > METHODS.needs.full_min * 60
    return Criterion(
        text=wish.text,
        title=wish.title,
        noun=wish.noun,
        measure=Measure.NEAR,
        weight=weight,
        limit=wish.amount,
        why_unknown=CUT_OFF if mapped else why_not_mapped(wish.key, counts, atlas.meta.title),
        answers=_answers(within_minutes(amounts, wish.amount), is_unknown),
        amounts=amounts,
    )


def _is_cut_off(atlas: Atlas, seconds: NDArray[np.uint16], homes: Homes) -> Bools:
    """Return where the nearest is so far that a nearer one may lie beyond the edge of the map."""
    cut: Bools = (seconds > METHODS.needs.none_min * 60) & ~atlas.town.is_covered(DISC_M)[homes]
    return cut


def _has_no_timetable(atlas: Atlas, homes: Homes) -> Bools:
    """Return which homes no timetable covers."""
    none: Bools = atlas.town.frequent_stop_seconds(EVERY_MIN[0])[homes] == UNKNOWN
    return none


def _frequent_stop(atlas: Atlas, wish: Wish, weight: float, homes: Homes) -> Criterion:
    seconds = atlas.town.frequent_stop_seconds(wish.every_min)[homes]
    amounts = _minutes(seconds)
    return Criterion(
        text=wish.text,
        title=wish.title,
        noun=wish.noun,
        measure=Measure.NEAR,
        weight=weight,
        limit=wish.amount,
        why_unknown=NO_TIMETABLE,
        answers=_answers(within_minutes(amounts, wish.amount), seconds == UNKNOWN),
        amounts=amounts,
    )


def _away(atlas: Atlas, wish: Wish, weight: float, homes: Homes) -> Criterion:
    """Judge what is to be far: what is near is known, and that nothing is, where the map holds all around."""
    metres = atlas.town.metres(wish.key)[homes]
    why = _why_hazard_unknown(atlas, RULES[wish.key])
    is_near = metres <= wish.amount
    is_unknown = np.ones(len(metres), dtype=bool) if why else ~_is_held(atlas, wish, homes)
    return Criterion(
        text=wish.text,
        title=wish.title,
        noun=wish.noun,
        measure=Measure.AWAY,
        weight=weight,
        limit=wish.amount,
        why_unknown=why or CUT_OFF,
        answers=_answers(~is_near & ~is_unknown, is_unknown & ~is_near),
        amounts=np.where(metres == FAR, np.inf, metres),
    )


def _is_held(atlas: Atlas, wish: Wish, homes: Homes) -> Bools:
    """Return where the map holds the disc of a distance, and of all shorter ones."""
    shorter = [amount for amount in AWAY[wish.key][1] if amount <= wish.amount]
    held: Bools = np.all([atlas.town.is_covered(amount)[homes] for amount in shorter], axis=0)
    return held


def _why_hazard_unknown(atlas: Atlas, rule: SafetyRule) -> str:
    """Return why none of a kind in a whole region says nothing, "" where it does."""
    counts, street_km = atlas.hazard_counts, atlas.fields.facts.counts.street_km
    if rule.known is Known.LAND and not any(counts.get(kind) for kind in LAND_KINDS):
        return "The map of this region holds streets but no railways or water at all."
    if any(counts.get(kind) for kind in rule.kinds):
        return ""
    if rule.expected_km is not None and street_km >= rule.expected_km:
        return "In the whole region not one is on the map, which is unlikely."
    return ""


def _plain(atlas: Atlas, wish: Wish, weight: float, homes: Homes) -> Criterion:
    """Judge what is so or not."""
    found = {STEPS: atlas.town.step_free, SIDE_STREET: atlas.town.side_street}[wish.key][homes]
    return Criterion(
        text=wish.text,
        title=wish.title,
        noun={STEPS: "steps on the way with a pram", SIDE_STREET: "not on a side street"}[wish.key],
        measure=Measure.PLAIN,
        weight=weight,
        why_unknown=NOT_TOLD,
        answers=found,
        amounts=np.zeros(len(found)),
    )


def _trip(atlas: Atlas, number: int, reach: Reach, weight: float, homes: Homes) -> Criterion:
    """Judge the way to a place."""
    name = reach.location.label
    seconds = _seconds_to(atlas, reach)[homes]
    is_known = ~np.isnan(seconds)
    amounts = np.where(is_known, seconds, np.inf) / 60.0
    how = {"walk": "on foot"}.get(reach.by, f"by {MODES[reach.by]}")
    return Criterion(
        text=f"place-{number}",
        title=f"{name} within {reach.within_min} minutes {how}",
        noun=name,
        measure=Measure.TRIP,
        weight=weight,
        limit=reach.within_min,
        by=MODES[reach.by],
        why_unknown=NO_TIMETABLE,
        answers=_answers(within_minutes(amounts, reach.within_min), ~is_known),
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
        return np.where(np.isinf(by_transit) & _has_no_timetable(atlas, EVERY), np.nan, by_transit)
    found: Floats = atlas.town.seconds_to(reach.by, at.lat, at.lon, at.street, over_rails=over_rails).astype(np.float64)
    return found
