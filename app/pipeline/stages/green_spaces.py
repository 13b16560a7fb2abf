"""Stage green_spaces: public green within a walk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from app.atlas.facts import GreenSpace
from app.needs import NEED
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
from app.pipeline.knowledge import DISC_M, Knowledge
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
    unsure = not greens and is_incomplete(evaluation)
    if unsure:
        gaps.append(gap(evaluation, "parks and green spaces", DISC_M))
    nearest = [found_place(g.place, described(g)) for g in greens[: METHOD.others + 1]]
    found = group("green", f"Green spaces within {LISTED_MIN} minutes on foot", nearest, seconds)
    counted = _counted(evaluation, found)
    return Finding(
        state=State.UNKNOWN if unsure else State.PARTIAL if gaps else State.MEASURED,
        summary=_spaces_summary(_told(greens[0], counted, evaluation.knowledge) if greens else "", near, unsure=unsure),
        facts=(
            Fact("green_within_300_m", NEAR_TITLE, near),
            Fact("green_within_15", COUNTED_TITLE, float(found.within_15) if counted and not unsure else None),
        ),
        groups=(found,) if greens else (),
        notes=tuple(_notes(greens[: METHOD.others + 1])),
        gaps=merge_gaps(gaps),
        confidence=section(evaluation, Data.AMENITIES),
    )


def is_inside(green: GreenSpace) -> bool:
    """Return whether the address lies in a green space; one that is a point or a line on the map holds nothing."""
    return green.area_m2 is not None and green.place.straight_m == 0


def reached(green: GreenSpace) -> str:
    """Return "Town Park, 6 min on foot", or that the address is inside."""
    return f"{place_name(green.place)}, which the address is in" if is_inside(green) else name_and_minutes(green.place)


def described(green: GreenSpace, *more: str) -> str:
    """Return what is said of a green space beside its name and minutes: "12 ha, the address is inside"."""
    return ", ".join(filter(None, (size_text(green), *more, "the address is inside" if is_inside(green) else "")))


def is_incomplete(evaluation: Evaluation) -> bool:
    """Return whether finding no green space says nothing: the data is sparse, or the map ends too near."""
    return bool(why_not_mapped(evaluation)) or evaluation.knowledge.cut_off(DISC_M)


def why_not_mapped(evaluation: Evaluation) -> str:
    """Return why parks count as not mapped here, as the daily needs judge it, or ""."""
    return evaluation.knowledge.why_not_mapped(NEED["park"])


def gap(evaluation: Evaluation, what: str, radius_m: float) -> Gap:
    return Gap(what, why_not_mapped(evaluation) or evaluation.knowledge.why_cut(radius_m))


def _green_nearby(evaluation: Evaluation) -> tuple[bool | None, list[Gap]]:
    """Return whether public green of 1 ha lies within 300 m; None where not finding it says nothing."""
    what = NEAR_TITLE[:1].lower() + NEAR_TITLE[1:]
    if evaluation.around.largest_green_within_m(METHOD.near_m) >= METHOD.near_ha * 10_000:
        return True, []
    if why_not_mapped(evaluation) or evaluation.knowledge.cut_off(METHOD.near_m):
        return None, [gap(evaluation, what, METHOD.near_m)]
    spaces = evaluation.around.green_spaces()
    if unmeasured := [g for g in spaces if g.area_m2 is None and g.place.straight_m <= METHOD.near_m]:
        return None, [Gap(what, why_unmeasured(unmeasured[0]))]
    return False, []


def why_unmeasured(green: GreenSpace) -> str:
    """Return that the size of a green space is not known, as a sentence."""
    return f"The map does not tell the size of {place_name(green.place)}."


def _notes(listed: Sequence[GreenSpace]) -> Iterator[str]:
    yield "Sizes are those of the mapped areas, without their holes; the walk ends where you enter."
    if any(g.area_m2 is None for g in listed):
        yield "Where no size is known, the map has only a point, or a part of the edge."


def _told(nearest: GreenSpace, counted: str, know: Knowledge) -> str:
    """Return which is the nearest, and how many are near; or that there may be others where the map does not tell."""
    if know.ends_within((nearest.place.walk_s or 0.0) / 60):
        return f"{_first(nearest, ' on the map')}; {counted or 'a nearer one may lie beyond its edge'}"
    return f"{_first(nearest)}; {counted or 'there may be others that the map does not have'}"


def _first(nearest: GreenSpace, on_map: str = "") -> str:
    if is_inside(nearest):
        return f"The address is in {place_name(nearest.place)}"
    size = ", but its size is not known" if nearest.area_m2 is None else ""
    return f"{sentence(name_and_minutes(nearest.place))}, is the nearest green space{on_map}{size}"


def _counted(evaluation: Evaluation, found: Group) -> str:
    """Return how many are within a quarter of an hour, "" where the map does not tell."""
    if why_not_mapped(evaluation) or (not found.within_15 and evaluation.knowledge.ends_within(NEAR_MIN)):
        return ""
    verb = "is" if found.within_15 == 1 else "are"
    return f"{count(found.within_15, 'green space') if found.within_15 else 'none'} {verb} within {NEAR_MIN} minutes"


def _spaces_summary(told: str, near: bool | None, *, unsure: bool) -> str:
    if unsure:
        return "The map does not tell whether there is public green within a walk."
    if not told:
        return f"No public green space is within {FARTHEST_WALK}."
    if near is None:
        return f"{told}."
    has = "There is" if near else "There is no"
    return f"{told}. {has} public green of {number(METHOD.near_ha)} ha or more within {limit(METHOD.near_m)}."
