"""Stage green_escape: the daily walk value of each green space, and the best one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.atlas.facts import GreenSpace
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import (
    COMFORT_NOUNS,
    FARTHEST_WALK,
    area_text,
    found_place,
    group,
    name_and_minutes,
    place_name,
    walk_minutes,
)
from app.pipeline.knowledge import DISC_M
from app.pipeline.report import Fact, Finding, FoundPlace, Gap, Group, Part, Score, State
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import at_least, interpolate, weighted_mean
from app.pipeline.stages.green_spaces import (
    described,
    gap,
    is_incomplete,
    is_inside,
    reached,
    why_not_mapped,
    why_unmeasured,
)
from app.wording import listed, metres, minutes, number, percent, sentence, whole_minutes

METHOD = METHODS.green
WALK_FULL = METHOD.walk[0][1]
SCORE, FULL = "Daily walk value", 10.0
#: One word for each value, and how it is said; "far" before all: a daily walk needs a green space nearby.
SAID = {
    "good": "good for a daily walk",
    "fair": "fair for a daily walk",
    "little": "little for a daily walk",
    "far": "too far away for every day",
}


@dataclass(frozen=True, slots=True)
class ValuedGreen:
    """A green space with its daily walk value and its parts."""

    green: GreenSpace
    value: float
    parts: tuple[Part, ...]


def run(evaluation: Evaluation) -> Finding:
    """Choose the green space with the best daily walk value, 0 to 10."""
    spaces = evaluation.around.green_spaces()
    valued = value_greens(spaces)
    unmeasured = [g for g in spaces if g.area_m2 is None and g.place.walk_s is not None]
    if not valued:
        return _unmeasured_escape(evaluation, unmeasured[0]) if unmeasured else _no_escape(evaluation)
    best = valued[0]
    missing = [Gap(p.label.lower(), p.evidence) for p in best.parts if p.value is None]
    word = escape_word(best.value, best.green)
    better = () if word == "good" else tuple(_may_be_better(evaluation, unmeasured))
    return Finding(
        state=State.PARTIAL if missing or better else State.MEASURED,
        summary=" ".join((_escape_summary(best, word), *(one.why for one in better))),
        score=_score(best, word, is_best=not better),
        parts=best.parts,
        facts=_escape_facts(best.green),
        groups=_escape_groups(valued),
        notes=(_note(),),
        gaps=(*missing, *better),
        confidence=section(evaluation, Data.AMENITIES),
    )


def _score(best: ValuedGreen, word: str, *, is_best: bool) -> Score:
    """Return the value with its word; without one, and open upwards, where a better green space may be near."""
    if is_best:
        return Score(SCORE, best.value, FULL, word)
    return Score(SCORE, best.value, FULL, "", best.value, FULL)


def _may_be_better(evaluation: Evaluation, unmeasured: Sequence[GreenSpace]) -> Iterator[Gap]:
    """Yield why a better one may be near, if any: the size of one is not known, or else the map has hardly any."""
    if (nearest := next(iter(unmeasured), None)) and not is_far(nearest):
        named = name_and_minutes(nearest.place)
        yield Gap("a better green space", f"{sentence(named)}, may be better: its size is not known.")
    elif why_not_mapped(evaluation):
        yield Gap("a better green space", "There may be better ones that the map does not have.")


def value_greens(greens: tuple[GreenSpace, ...]) -> list[ValuedGreen]:
    """Return the green spaces of known size that can be walked to, best value first, the nearer one of equals."""
    walkable = [g for g in greens if g.place.walk_s is not None and g.area_m2 is not None]
    valued = [ValuedGreen(g, daily_walk_value(g, parts := green_parts(g)), parts) for g in walkable]
    return sorted(valued, key=lambda v: (-v.value, v.green.place.walk_s or 0.0, v.green.place.osm_id))


def daily_walk_value(green: GreenSpace, parts: Sequence[Part]) -> float:
    """Return the value, 0 to 10, over the parts that are known; limited where it is far or small."""
    mean = weighted_mean((p.value / p.out_of, p.out_of) for p in parts if p.value is not None)
    value = round(10 * (mean or 0.0), 1)
    if is_far(green):
        return min(value, METHOD.most_if_far)
    return value if green.is_known_from(METHOD.daily_ha) else min(value, METHOD.most_if_small)


def is_far(green: GreenSpace) -> bool:
    """Return whether it is too far for every day, by the minutes that are shown."""
    return whole_minutes(walk_minutes(green.place) or 0.0) > METHOD.daily_min


def _note() -> str:
    near, far = number(METHOD.daily_min), number(METHOD.most_if_far)
    size, small = number(METHOD.daily_ha), number(METHOD.most_if_small)
    return (
        f"A daily walk needs a green space within {near} minutes: farther ones have {far} of 10 at most, "
        f"and those smaller than {size} ha {small}."
    )


def green_parts(green: GreenSpace) -> tuple[Part, ...]:
    """Return the five parts of the value; nature is None where no land cover is mapped."""
    measured = green.area_m2, green.paths_inside_m, green.has_named_trail, green.nature_share, green.comforts
    return (_walk(green), *_own_parts(*measured))


@lru_cache(maxsize=10_000)
def _own_parts(
    area_m2: float, paths_m: float, has_trail: bool, nature_share: float | None, comforts: tuple[str, ...]
) -> tuple[Part, ...]:
    """Return the parts that are the same from wherever one comes: neighbours ask for the same green spaces."""
    return (_size(area_m2), _paths(paths_m, has_trail), _nature(nature_share), _comfort(comforts))


def _walk(green: GreenSpace) -> Part:
    walk = walk_minutes(green.place) or 0.0
    text = "The address is inside." if is_inside(green) else f"{sentence(minutes(walk))} on foot."
    return _part("walk", "Walk", walk_value(walk), WALK_FULL, text)


def walk_value(walk_min: float) -> float:
    """Return 0.5 to 3: 3 up to 10 minutes, falling to 2 at 20 and 1 at 30."""
    return METHOD.walk_beyond if walk_min > METHOD.walk[-1][0] else interpolate(METHOD.walk, walk_min)


def _size(area_m2: float) -> Part:
    value = at_least(METHOD.size_ha, area_m2 / 10_000)
    return _part("size", "Size", value, METHOD.size_ha[0][1], f"{sentence(area_text(area_m2))}.")


def _paths(paths_m: float, has_trail: bool) -> Part:
    km = paths_m / 1_000
    value = at_least(METHOD.paths_km, km, METHOD.paths_any if km > 0 else 0.0)
    full = METHOD.paths_km[0][1]
    if has_trail:
        return _part("paths", "Paths inside", full, full, "A named trail runs through it.")
    text = f"{sentence(metres(paths_m))} of paths." if km > 0 else "No path is mapped inside."
    return _part("paths", "Paths inside", value, full, text)


def _nature(share: float | None) -> Part:
    full = METHOD.nature_share[0][1]
    if share is None:
        text = "The map does not tell how much of it is wood, water or meadow."
        return Part("nature", "Nature", None, full, full, text)
    text = f"{percent(share)} wood, water or meadow."
    return _part("nature", "Nature", at_least(METHOD.nature_share, share), full, text)


def _comfort(comforts: tuple[str, ...]) -> Part:
    value = min(METHOD.comfort_full, METHOD.comfort_each * len(set(comforts)))
    words = [word for key, word in COMFORT_NOUNS.items() if key in comforts]
    text = f"{sentence(listed(words))}." if words else "No benches, toilets or the like are mapped there."
    return _part("comfort", "Comfort", value, METHOD.comfort_full, text)


def _part(key: str, label: str, value: float, full: float, evidence: str) -> Part:
    return Part(key, label, round(value, 2), full, full, evidence)


def escape_word(value: float, green: GreenSpace) -> str:
    """Return "good", "fair", "little" or "far"."""
    if is_far(green):
        return "far"
    return "good" if value >= METHOD.good else "fair" if value >= METHOD.fair else "little"


def _escape_summary(best: ValuedGreen, word: str) -> str:
    return f"{sentence(reached(best.green))}: {number(best.value)} of 10, {SAID[word]}."


def _escape_facts(green: GreenSpace) -> tuple[Fact, ...]:
    share = green.nature_share
    return (
        Fact("escape", "Green space", place_name(green.place)),
        Fact("escape_walk", "Walk", round((green.place.walk_s or 0.0) / 60.0, 1), "min"),
        Fact("escape_area", "Size", _as_told(green.area_m2, 10_000), "ha"),
        Fact("escape_paths", "Paths inside", _as_told(green.paths_inside_m, 1_000), "km"),
        Fact("escape_nature", "Wood, water and meadow", None if share is None else float(round(100 * share)), "%"),
    )


def _as_told(measure: float | None, of_unit: float) -> float | None:
    """Return hectares or kilometres as sentences round them: tenths, and hundredths below 1; None if not known."""
    if measure is None:
        return None
    value = measure / of_unit
    return round(value, 1) if value >= 0.995 else round(value, 2)


def _escape_groups(valued: list[ValuedGreen]) -> tuple[Group, ...]:
    others = valued[1 : METHOD.others + 1]
    if not others:
        return ()
    seconds = np.sort(np.array([v.green.place.walk_s for v in valued[1:]], dtype=float))
    return (group("other_greens", "Others, best first", [_described(v) for v in others], seconds),)


def _described(valued: ValuedGreen) -> FoundPlace:
    return found_place(valued.green.place, described(valued.green, f"{number(valued.value)} of 10"))


def _unmeasured_escape(evaluation: Evaluation, nearest: GreenSpace) -> Finding:
    """Say that the size of what is near is not known, which makes up most of the value."""
    return Finding(
        state=State.UNKNOWN,
        summary=f"{sentence(name_and_minutes(nearest.place))}: its size is not known, so there is no value for it.",
        facts=_escape_facts(nearest),
        gaps=(Gap("a daily green escape", why_unmeasured(nearest)),),
        confidence=section(evaluation, Data.AMENITIES),
    )


def _no_escape(evaluation: Evaluation) -> Finding:
    unsure = is_incomplete(evaluation)
    return Finding(
        state=State.UNKNOWN if unsure else State.MEASURED,
        summary="The map does not tell whether there is a green space for a daily walk."
        if unsure
        else f"No public green space is within {FARTHEST_WALK}, so there is none for a daily walk.",
        score=None if unsure else Score(SCORE, 0.0, FULL, "little"),
        gaps=(gap(evaluation, "a daily green escape", DISC_M),) if unsure else (),
        confidence=section(evaluation, Data.AMENITIES),
    )
