"""Stage green_spaces: public green within a walk."""

from __future__ import annotations

import numpy as np

from app.atlas.facts import GreenSpace
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation, merge_gaps
from app.pipeline.found import (
    FARTHEST_WALK,
    LISTED_MIN,
    NEAR_MIN,
    found_place,
    group,
    name_and_minutes,
    place_name,
    size_text,
)
from app.pipeline.knowledge import DISC_M
from app.pipeline.report import Fact, Finding, Gap, Group, State
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.wording import count, limit, number, sentence

METHOD = METHODS.green
COUNTED_TITLE = f"Green spaces within {NEAR_MIN} minutes on foot"
NEAR_TITLE = f"Public green of {number(METHOD.near_ha)} ha or more within {limit(METHOD.near_m)}"


def run(evaluation: Evaluation) -> Finding:
    """List public green by walking time, and answer the 300 m question of the World Health Organization."""
    greens = [g for g in evaluation.around.green_spaces() if g.place.walk_s is not None]
    seconds = np.array([g.place.walk_s for g in greens], dtype=float)
    near, gaps = _green_nearby(evaluation)
    sparse = not evaluation.knowledge.has(Data.AMENITIES)
    unsure = not greens and is_incomplete(evaluation)
    if unsure:
        gaps.append(evaluation.knowledge.gap("parks and green spaces", Data.AMENITIES, DISC_M))
    nearest = [found_place(g.place, described(g)) for g in greens[: METHOD.others + 1]]
    found = group("green", f"Green spaces within {LISTED_MIN} minutes on foot", nearest, seconds)
    return Finding(
        state=State.UNKNOWN if unsure else State.PARTIAL if gaps else State.MEASURED,
        summary=_spaces_summary(greens, found, near, unsure=unsure, sparse=sparse),
        facts=(
            Fact("green_within_300_m", NEAR_TITLE, near),
            Fact("green_within_15", COUNTED_TITLE, None if unsure or sparse else float(found.within_15)),
        ),
        groups=(found,) if greens else (),
        notes=("Sizes are those of the mapped areas, without their holes; the walk ends where you enter.",),
        gaps=merge_gaps(gaps),
        confidence=section(evaluation, Data.AMENITIES),
    )


def is_inside(green: GreenSpace) -> bool:
    """Return whether the address lies in a green space."""
    return green.place.straight_m == 0


def reached(green: GreenSpace) -> str:
    """Return "Town Park, 6 min on foot", or that the address is inside."""
    return f"{place_name(green.place)}, which the address is in" if is_inside(green) else name_and_minutes(green.place)


def described(green: GreenSpace, *more: str) -> str:
    """Return what is said of a green space beside its name and minutes: "12 ha, the address is inside"."""
    return ", ".join(filter(None, (size_text(green), *more, "the address is inside" if is_inside(green) else "")))


def is_incomplete(evaluation: Evaluation) -> bool:
    """Return whether finding no green space says nothing: the data is sparse, or the map ends too near."""
    return not evaluation.knowledge.has(Data.AMENITIES) or evaluation.knowledge.cut_off(DISC_M)


def _green_nearby(evaluation: Evaluation) -> tuple[bool | None, list[Gap]]:
    """Return whether public green of 1 ha lies within 300 m; None where not finding it says nothing."""
    know = evaluation.knowledge
    if evaluation.around.largest_green_within_m(METHOD.near_m) >= METHOD.near_ha * 10_000:
        return True, []
    if not know.has(Data.AMENITIES) or know.cut_off(METHOD.near_m):
        what = NEAR_TITLE[:1].lower() + NEAR_TITLE[1:]
        return None, [know.gap(what, Data.AMENITIES, METHOD.near_m)]
    return False, []


def _first(nearest: GreenSpace) -> str:
    if is_inside(nearest):
        return f"The address is in {place_name(nearest.place)}"
    return f"{sentence(name_and_minutes(nearest.place))}, is the nearest green space"


def _counted(found: Group, sparse: bool) -> str:
    """Return how many are within a quarter of an hour; a map with few places does not tell."""
    if sparse:
        return "there may be others that the map does not have"
    verb = "is" if found.within_15 == 1 else "are"
    return f"{count(found.within_15, 'green space') if found.within_15 else 'none'} {verb} within {NEAR_MIN} minutes"


def _spaces_summary(greens: list[GreenSpace], found: Group, near: bool | None, *, unsure: bool, sparse: bool) -> str:
    if unsure:
        return "The map does not tell whether there is public green within a walk."
    if not greens:
        return f"No public green space is within {FARTHEST_WALK}."
    text = f"{_first(greens[0])}; {_counted(found, sparse)}."
    if near is None:
        return text
    has = "There is" if near else "There is no"
    return f"{text} {has} public green of {number(METHOD.near_ha)} ha or more within {limit(METHOD.near_m)}."
