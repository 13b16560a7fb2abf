"""Stage schools: childcare and schools by level within 30 minutes on foot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.atlas.facts import Floats
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation, merge_gaps
from app.pipeline.found import LISTED_MIN, found_place, group
from app.pipeline.report import Fact, Finding, Gap, Group, State
from app.pipeline.rules.categories import Data
from app.places import Kind, Place
from app.wording import listed, minutes, plural, sentence, with_article

#: Levels that a family asks for, by the key of their need.
ASKED = ("childcare", "primary_school", "secondary_school")
#: What else is shown where there is some, with its noun.
OTHERS = {Kind.SPECIAL_SCHOOL: "special school", Kind.SCHOOL: "school whose level is not on the map"}
LISTED = 5
NOTES = (
    "OpenStreetMap holds no ratings of schools, so none are shown here.",
    "The nearest school is not always the one that the authority assigns to this address.",
)


@dataclass(frozen=True, slots=True)
class Level:
    """The schools of one level. `why_unknown` says why more may be there than was found, "" where that is sure."""

    noun: str
    group: Group
    why_unknown: str = ""

    @property
    def is_none(self) -> bool:
        """Whether it is known that there is none within 30 minutes."""
        return not self.group.within_30 and not self.why_unknown


def run(evaluation: Evaluation) -> Finding:
    """List the nearest childcare and schools of each level, with their walks. There is no score."""
    asked = [_asked(evaluation, key) for key in ASKED]
    others = [level for level in _others(evaluation) if level.group.within_30]
    gaps = [Gap(plural(level.noun), level.why_unknown) for level in asked if level.why_unknown]
    return Finding(
        state=_state(asked, others),
        summary=_summary(asked, others),
        facts=tuple(_counted(level) for level in (*asked, *others)),
        groups=tuple(level.group for level in (*asked, *others) if level.group.places or level.is_none),
        notes=NOTES,
        gaps=merge_gaps(gaps),
        confidence=section(evaluation, Data.AMENITIES),
    )


def _asked(evaluation: Evaluation, key: str) -> Level:
    found = evaluation.needs.find(key)
    return Level(
        found.need.noun, _group(key, found.need.noun, found.places, found.seconds, found.usual_min), found.why_unknown
    )


def _others(evaluation: Evaluation) -> Iterable[Level]:
    for kind, noun in OTHERS.items():
        places = evaluation.around.nearest(kind, limit=LISTED)
        yield Level(noun, _group(kind.name.lower(), noun, places, evaluation.around.walk_seconds(kind)))


def _group(key: str, noun: str, places: Iterable[Place], seconds: Floats, usual_min: float | None = None) -> Group:
    found = [found_place(place, operator_kind(place)) for place in places if place.walk_s is not None]
    title = "Schools whose level is not on the map" if key == "school" else sentence(plural(noun))
    return group(key, title, found, seconds, usual_min)


def operator_kind(place: Place) -> str:
    """Return "public", "private" or "religious" where the map says so, else ""."""
    operator = place.tags.get("operator:type", "")
    if operator in ("public", "government", "municipal", "community"):
        return "public"
    if operator.startswith("private"):
        return "private"
    return "religious" if operator == "religious" else ""


def _counted(level: Level) -> Fact:
    """Return how many were found; finding none says nothing where the data is incomplete."""
    found = level.group
    amount = None if level.why_unknown and not found.within_30 else float(found.within_30)
    return Fact(f"{found.key}_within_30", f"{found.title} within {LISTED_MIN} minutes on foot", amount)


def _nearest(level: Level) -> str:
    place = level.group.places[0]
    return f"{level.noun}: {place.name}, {minutes(place.minutes or 0.0)}"


def _state(asked: list[Level], others: list[Level]) -> State:
    unknown = [level for level in asked if level.why_unknown]
    if unknown and not any(level.group.within_30 for level in (*asked, *others)):
        return State.UNKNOWN
    return State.PARTIAL if unknown else State.MEASURED


def _summary(asked: list[Level], others: list[Level]) -> str:
    """Return the nearest of each level and the levels that are not there, in sentences."""
    listed_ones = [level for level in (*asked, *others) if level.group.places]
    sure = [_nearest(level) for level in listed_ones if not level.why_unknown]
    doubtful = [_nearest(level) for level in listed_ones if level.why_unknown]
    texts = [f"The nearest on foot: {'; '.join(sure)}."] if sure else []
    if doubtful:
        texts.append(f"On the map, though others may be nearer: {'; '.join(doubtful)}.")
    none = [with_article(level.noun) for level in asked if level.is_none]
    if none:
        texts.append(f"Within {LISTED_MIN} minutes on foot the map shows no way to {listed(none, 'or')}.")
    unknown = [with_article(level.noun) for level in asked if level.why_unknown and not level.group.within_30]
    if unknown:
        texts.append(f"Whether there is {listed(unknown, 'or')} within {LISTED_MIN} minutes is not known.")
    return " ".join(texts)
