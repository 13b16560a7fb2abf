"""Stage neighborhood: which daily needs lie within 15 minutes on foot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.atlas.facts import Floats
from app.pipeline.confidence import section
from app.pipeline.evaluation import DISC_M, Evaluation, merge_gaps, state_of
from app.pipeline.found import LISTED_MIN, found_place, group
from app.pipeline.report import Fact, Finding, FoundPlace, Group, Part, Score, State
from app.pipeline.rules.categories import Data, Need
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import enough_known, fifteen_minutes, weighted_mean
from app.pipeline.stages.schools import childcare_places, primary_places
from app.pipeline.transit_stops import found_stop
from app.places import Place
from app.wording import count, listed, minutes, sentence

METHOD = METHODS.needs
NEAR = f"{METHOD.full_min:g} minutes"
#: More unknown needs than this are counted rather than named.
MOST_NAMED = 3
LEVEL_UNKNOWN = "level unknown"


@dataclass(frozen=True, slots=True)
class NeedFound:
    """What was found for one need: the nearest places, all walking seconds, and whether that can be counted."""

    need: Need
    group: Group
    value: float | None


def run(evaluation: Evaluation) -> Finding:
    """Measure the 15-minute index: the mean over the known needs of 1 up to 15 minutes, falling to 0 at 30."""
    found = [find_need(evaluation, need) for need in METHOD.needs]
    known = [a for a in found if a.value is not None]
    gaps = [evaluation.knowledge.gap(a.need.label, a.need.data, DISC_M) for a in found if a.value is None]
    mean = weighted_mean((a.value, 1.0) for a in found if a.value is not None)
    met = sum(a.value == 1.0 for a in known)
    parts = tuple(_part(a) for a in found)
    score = None
    if mean is not None and enough_known(parts):
        score = Score("15-minute index", round(100 * mean, 1), 100.0, _met_text(met, known))
    return Finding(
        state=state_of([a.value for a in found]) if score else State.UNKNOWN,
        summary=_summary(met, found, score),
        score=score,
        parts=parts,
        facts=(
            Fact("needs_met", f"Needs within {NEAR}", float(met) if known else None, f"of {len(known)}"),
            *((Fact("worst_need", "Farthest need", _worst_text(known)),) if _worst_text(known) else ()),
        ),
        groups=tuple(a.group for a in found if a.group.places or a.value is not None),
        notes=_notes(found),
        gaps=merge_gaps(gaps),
        confidence=section(evaluation, Data.SHOPS, Data.AMENITIES, Data.STOPS),
    )


def find_need(evaluation: Evaluation, need: Need) -> NeedFound:
    """Find what answers a need, and judge whether it counts.

    A need met within 15 minutes counts whatever else is missing. One that is not met counts only where its kind of
    place is mapped here, and where nothing was found only if the map reaches as far as the walk.
    """
    places, seconds = _reachable(evaluation, need)
    found = group(need.key, sentence(need.label), places[: METHOD.listed], seconds)
    value = fifteen_minutes(_nearest_minutes(seconds), METHOD.full_min, METHOD.none_min)
    know = evaluation.knowledge
    if value < 1.0 and (not know.has(need.data) or (not found.within_30 and know.cut_off(DISC_M))):
        return NeedFound(need, found, None)
    return NeedFound(need, found, round(value, 3))


def _nearest_minutes(seconds: Floats) -> float | None:
    return float(seconds[0]) / 60.0 if len(seconds) else None


def _reachable(evaluation: Evaluation, need: Need) -> tuple[list[FoundPlace], Floats]:
    around = evaluation.around
    if need.key == "primary_school":
        return _schools(primary_places(evaluation))
    if need.key == "childcare":
        return _schools([(place, True) for place in childcare_places(evaluation)])
    if need.data is Data.STOPS and evaluation.knowledge.has_timetable:
        stops = around.transit_stops()
        return [found_stop(stop) for stop in stops[: METHOD.listed]], np.array([s.walk_s for s in stops], dtype=float)
    places = around.nearest(*need.kinds, limit=METHOD.listed)
    return [found_place(place) for place in places], around.walk_seconds(*need.kinds)


def _schools(found: list[tuple[Place, bool]]) -> tuple[list[FoundPlace], Floats]:
    places = [found_place(place, "" if known else LEVEL_UNKNOWN) for place, known in found]
    return places, np.array([place.walk_s for place, _ in found], dtype=float)


def _part(a: NeedFound) -> Part:
    nearest = a.group.places[0] if a.group.places else None
    if nearest and nearest.minutes is not None:
        evidence = f"{sentence(nearest.name)}, {minutes(nearest.minutes)} on foot."
    else:
        evidence = "Not known here." if a.value is None else f"There is none within {LISTED_MIN} minutes on foot."
    return Part(a.need.key, sentence(a.need.label), a.value, 1.0, 1.0, evidence)


def _met_text(met: int, known: list[NeedFound]) -> str:
    return f"{met} of {count(len(known), 'need')} within {NEAR}"


def _worst(known: list[NeedFound]) -> NeedFound | None:
    """Return the need with the longest walk, one with no place within 30 minutes first; None where all are met."""
    unmet = [a for a in known if a.value is not None and a.value < 1.0]
    return max(unmet, key=lambda a: 1_000.0 if a.group.nearest_min is None else a.group.nearest_min, default=None)


def _worst_text(known: list[NeedFound]) -> str:
    worst = _worst(known)
    if worst is None:
        return ""
    if worst.group.nearest_min is None:
        return f"{worst.need.label}, none within {LISTED_MIN} minutes on foot"
    return f"{worst.need.label}, {minutes(worst.group.nearest_min)} on foot"


def _summary(met: int, found: list[NeedFound], score: Score | None) -> str:
    if score is None:
        return "Too little is mapped near this address to say which daily needs can be met on foot."
    known = [a for a in found if a.value is not None]
    verb = "is" if met == 1 else "are"
    near = f"{count(len(known), 'daily need')} {verb} within a {METHOD.full_min:g} minute walk"
    text = f"{met} of {near}{_unknown_text(found)}."
    missing = [a.need.label for a in known if a.group.nearest_min is None]
    if missing:
        return f"{text} Within {LISTED_MIN} minutes there is no walk to {listed(missing)}."
    return text if met == len(known) else f"{text} The farthest is {_worst_text(known)}."


def _unknown_text(found: list[NeedFound]) -> str:
    unknown = [a.need.label for a in found if a.value is None]
    if not unknown:
        return ""
    named = listed(unknown) if len(unknown) <= MOST_NAMED else count(len(unknown), "need")
    return f" (not known here: {named})"


def _notes(found: list[NeedFound]) -> tuple[str, ...]:
    notes = []
    if any(place.detail.startswith(LEVEL_UNKNOWN) for a in found for place in a.group.places):
        notes.append("A school whose level the map does not say counts as a primary school here.")
    if any(a.value is None for a in found):
        notes.append("What is not known is left out of the index.")
    return tuple(notes)
