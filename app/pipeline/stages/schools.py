"""Stage schools: childcare and schools by level within 30 minutes on foot."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from app.pipeline.confidence import section
from app.pipeline.evaluation import DISC_M, Evaluation, merge_gaps
from app.pipeline.found import LISTED_MIN, found_place, group
from app.pipeline.report import Fact, Finding, Gap, Group, State
from app.pipeline.rules.categories import CHILDCARE_KINDS, Data
from app.pipeline.rules.school_levels import MOST_SCHOOLS, SchoolLevel
from app.places import Place
from app.wording import count, listed, minutes

LISTED = 5
ASKED = ("childcare", "primary", "secondary")
NOTES = (
    "OpenStreetMap holds no ratings of schools, so none are shown here.",
    "The nearest school on foot is not necessarily the one that an official catchment area assigns to this address.",
)
TITLES = {
    "childcare": "Childcare",
    "primary": "Primary schools",
    "secondary": "Secondary schools",
    "unknown": "Schools whose level is not known",
}
NOUNS = {
    "childcare": "childcare",
    "primary": "primary school",
    "secondary": "secondary school",
    "unknown": "school whose level is not known",
}


def run(evaluation: Evaluation) -> Finding:
    """List the nearest childcare and schools of each level, with their walks. There is no score."""
    groups = {key: _group(key, places) for key, places in _by_level(evaluation)}
    whys = {key: _why_unsure(evaluation, key, groups) for key in ASKED if not groups[key].within_30}
    gaps = [Gap(TITLES[key].lower(), why) for key, why in whys.items() if why]
    none = [key for key, why in whys.items() if not why]
    return Finding(
        state=_state(tuple(groups.values()), gaps),
        summary=_summary(groups, none, gaps),
        facts=tuple(_counted(groups[key], whys.get(key, "")) for key in (*ASKED, "unknown")),
        groups=tuple(g for key, g in groups.items() if g.places or key in none),
        notes=NOTES,
        gaps=merge_gaps(gaps),
        confidence=section(evaluation, Data.AMENITIES),
    )


def _why_unsure(evaluation: Evaluation, key: str, groups: dict[str, Group]) -> str:
    """Return why not finding a level does not mean that there is none; "" where it does."""
    know, unknown = evaluation.knowledge, groups["unknown"].within_30
    if not know.has(Data.AMENITIES) or know.cut_off(DISC_M):
        return know.gap("", Data.AMENITIES, DISC_M).why
    if key != "childcare" and unknown:
        return f"The map does not say the level of {count(unknown, 'school')} within {LISTED_MIN} minutes on foot."
    return ""


def _by_level(evaluation: Evaluation) -> Iterable[tuple[str, list[Place]]]:
    """Sort schools into levels; one that teaches several is in each of them."""
    yield "childcare", childcare_places(evaluation)
    for level in (SchoolLevel.PRIMARY, SchoolLevel.SECONDARY):
        yield level.value, [place for place, levels in evaluation.schools if level in levels]
    yield "unknown", [place for place, levels in evaluation.schools if not levels]


def childcare_places(evaluation: Evaluation) -> list[Place]:
    """Return childcare, kindergartens and schools for the youngest, shortest walk first."""
    places = evaluation.around.nearest(*CHILDCARE_KINDS, limit=MOST_SCHOOLS)
    return [place for place in places if place.walk_s is not None]


def primary_places(evaluation: Evaluation) -> list[tuple[Place, bool]]:
    """Return schools that teach the primary level or whose level is not known, and whether it is known."""
    return [(p, bool(levels)) for p, levels in evaluation.schools if not levels or SchoolLevel.PRIMARY in levels]


def _group(key: str, places: list[Place]) -> Group:
    unique = {place.osm_id: place for place in places if place.walk_s is not None}
    seconds = np.array([place.walk_s for place in unique.values()], dtype=float)
    nearest = list(unique.values())[:LISTED]
    return group(key, TITLES[key], [found_place(place, operator_kind(place)) for place in nearest], seconds)


def operator_kind(place: Place) -> str:
    """Return "public", "private" or "religious" where the map says so, else ""."""
    operator = place.tags.get("operator:type", "")
    if operator in ("public", "government", "municipal", "community"):
        return "public"
    if operator.startswith("private"):
        return "private"
    return "religious" if operator == "religious" else ""


def _counted(found: Group, why_unsure: str) -> Fact:
    """Return how many were found; finding none says nothing where the data is incomplete."""
    amount = None if why_unsure and not found.within_30 else float(found.within_30)
    return Fact(f"{found.key}_within_30", f"{found.title} within {LISTED_MIN} minutes on foot", amount)


def _state(groups: tuple[Group, ...], gaps: list[Gap]) -> State:
    if gaps and not any(g.within_30 for g in groups):
        return State.UNKNOWN
    return State.PARTIAL if gaps else State.MEASURED


def _summary(groups: dict[str, Group], none: list[str], gaps: list[Gap]) -> str:
    """Return the nearest of each level and the levels that are certainly not there, in sentences."""
    nearest = [(NOUNS[key], g.places[0]) for key, g in groups.items() if g.places]
    said = [f"{noun}, {place.name} ({minutes(place.minutes or 0.0)})" for noun, place in nearest]
    text = f"The nearest on foot: {'; '.join(said)}." if said else ""
    if none:
        missing = listed([f"no {NOUNS[key]}" for key in none])
        text += f" There is {missing} within {LISTED_MIN} minutes on foot."
    if not text:
        text += f" The map does not tell whether there are schools or childcare within {LISTED_MIN} minutes on foot."
    return text.strip()
