"""Stages green_spaces and green_escape: public green within a walk, and the daily walk value of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.categories import Data
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import found_place, group, name_and_minutes
from app.pipeline.green_value import daily_walk_value, escape_word, green_parts
from app.pipeline.knowledge import DISC_M, merge_gaps
from app.pipeline.profiles import METHODS
from app.pipeline.report import Fact, Finding, FoundPlace, Gap, Group, Part, Score, State
from app.pipeline.words import count, limit, number, place_name, sentence
from app.sources.base import GreenSpace

METHOD = METHODS.green
SAID = {"passes": "good enough for a", "borderline": "borderline for a", "falls short": "short of a good"}
NEAR_TITLE = f"Public green of {number(METHOD.near_ha)} ha or more within {limit(METHOD.near_m)}"


@dataclass(frozen=True, slots=True)
class Valued:
    """A green space with its daily walk value and its parts."""

    green: GreenSpace
    value: float
    parts: tuple[Part, ...]


def run_spaces(evaluation: Evaluation) -> Finding:
    """List public green by walking time, and answer the 300 m question of the World Health Organization."""
    greens = [g for g in evaluation.around.green_spaces() if g.place.walk_s is not None]
    seconds = np.array([g.place.walk_s for g in greens], dtype=float)
    near, gaps = _green_nearby(evaluation)
    unsure = not greens and _incomplete(evaluation)
    if unsure:
        gaps.append(evaluation.knowledge.gap("parks and green spaces", Data.AMENITIES, DISC_M))
    nearest = [found_place(g.place, size_words(g)) for g in greens[: METHOD.others + 1]]
    found = group("green", "Green spaces within 30 minutes on foot", nearest, seconds)
    return Finding(
        stage="green_spaces",
        title="Parks and green space",
        state=State.UNKNOWN if unsure else State.PARTIAL if gaps else State.MEASURED,
        summary=_spaces_summary(greens, found, near, unsure),
        facts=(
            Fact("green_within_300_m", NEAR_TITLE, near),
            Fact(
                "green_within_15", "Green spaces within 15 minutes on foot", None if unsure else float(found.within_15)
            ),
        ),
        groups=(found,) if greens else (),
        notes=("Each area is the mapped area itself, without holes; the walk ends at its edge or entrance.",),
        gaps=merge_gaps(gaps),
        confidence=section(evaluation, Data.AMENITIES),
    )


def run_escape(evaluation: Evaluation) -> Finding:
    """Choose the green space with the best daily walk value, 0 to 10."""
    valued = value_greens(evaluation.around.green_spaces())
    if not valued:
        return _no_escape(evaluation)
    best = valued[0]
    missing = [p for p in best.parts if p.value is None]
    score = Score("Daily walk value", best.value, 10.0, escape_word(best.value, best.parts))
    return Finding(
        stage="green_escape",
        title="Your daily green escape",
        state=State.PARTIAL if missing else State.MEASURED,
        summary=_escape_summary(best, score),
        score=score,
        parts=best.parts,
        facts=_escape_facts(best.green),
        groups=_escape_groups(valued),
        notes=(f"The value passes from {number(METHOD.passes)} on, when the walk and the size are good enough too.",),
        gaps=tuple(Gap(p.label.lower(), p.evidence) for p in missing),
        confidence=section(evaluation, Data.AMENITIES),
    )


def _escape_summary(best: Valued, score: Score) -> str:
    return (
        f"{sentence(name_and_minutes(best.green.place))}: {number(score.value)} of 10, {SAID[score.word]} daily walk."
    )


def value_greens(greens: tuple[GreenSpace, ...]) -> list[Valued]:
    """Return the green spaces that can be walked to, best value first, the nearer one of equals."""
    walkable = [g for g in greens if g.place.walk_s is not None]
    valued = [Valued(g, daily_walk_value(parts := green_parts(g)), parts) for g in walkable]
    return sorted(valued, key=lambda v: (-v.value, v.green.place.walk_s or 0.0, v.green.place.osm_id))


def size_words(green: GreenSpace) -> str:
    """Say "12 ha", or square metres below a tenth of a hectare."""
    hectares = green.area_m2 / 10_000
    if hectares >= 0.1:
        return f"{number(hectares, 1 if hectares < 10 else 0)} ha"
    return f"{number(round(green.area_m2, -1), 0)} m²" if green.area_m2 >= 10 else "size not known"


def _incomplete(evaluation: Evaluation) -> bool:
    return not evaluation.knowledge.has(Data.AMENITIES) or evaluation.knowledge.cut_off(DISC_M)


def _green_nearby(evaluation: Evaluation) -> tuple[bool | None, list[Gap]]:
    """Tell whether public green of 1 ha lies within 300 m; None where not finding it says nothing."""
    know = evaluation.knowledge
    if evaluation.around.largest_green_within_m(METHOD.near_m) >= METHOD.near_ha * 10_000:
        return True, []
    if not know.has(Data.AMENITIES) or know.cut_off(METHOD.near_m):
        what = NEAR_TITLE[:1].lower() + NEAR_TITLE[1:]
        return None, [know.gap(what, Data.AMENITIES, METHOD.near_m)]
    return False, []


def _spaces_summary(greens: list[GreenSpace], found: Group, near: bool | None, unsure: bool) -> str:
    if unsure:
        return "The map does not tell whether there is public green within a walk."
    if not greens:
        return "No public green space is within 45 minutes on foot."
    verb = "is" if found.within_15 == 1 else "are"
    text = (
        f"{sentence(name_and_minutes(greens[0].place))}, is the nearest green space; "
        f"{count(found.within_15, 'green space')} {verb} within 15 minutes."
    )
    if near is None:
        return text
    has = "There is" if near else "There is no"
    return f"{text} {has} public green of {number(METHOD.near_ha)} ha or more within {limit(METHOD.near_m)}."


def _escape_facts(green: GreenSpace) -> tuple[Fact, ...]:
    share = green.nature_share
    return (
        Fact("escape", "Green space", place_name(green.place)),
        Fact("escape_walk", "Walk", round((green.place.walk_s or 0.0) / 60.0, 1), "min"),
        Fact("escape_area", "Size", round(green.area_m2 / 10_000, 2), "ha"),
        Fact("escape_paths", "Paths inside", round(green.paths_inside_m / 1_000, 2), "km"),
        Fact("escape_nature", "Wood, water and meadow", None if share is None else float(round(100 * share)), "%"),
    )


def _escape_groups(valued: list[Valued]) -> tuple[Group, ...]:
    others = valued[1 : METHOD.others + 1]
    if not others:
        return ()
    seconds = np.sort(np.array([v.green.place.walk_s for v in valued[1:]], dtype=float))
    return (group("other_greens", "Others, best first", [_described(v) for v in others], seconds),)


def _described(valued: Valued) -> FoundPlace:
    words = (size_words(valued.green), f"{number(valued.value)} of 10")
    return found_place(valued.green.place, ", ".join(word for word in words if word))


def _no_escape(evaluation: Evaluation) -> Finding:
    unsure = _incomplete(evaluation)
    return Finding(
        stage="green_escape",
        title="Your daily green escape",
        state=State.UNKNOWN if unsure else State.MEASURED,
        summary="The map does not tell whether there is a green space for a daily walk."
        if unsure
        else "No public green space is within 45 minutes on foot, so there is none for a daily walk.",
        score=None if unsure else Score("Daily walk value", 0.0, 10.0, "falls short"),
        gaps=(evaluation.knowledge.gap("a daily green escape", Data.AMENITIES, DISC_M),) if unsure else (),
        confidence=section(evaluation, Data.AMENITIES),
    )
