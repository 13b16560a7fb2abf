"""How sure a section and the whole report are, with the reasons as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.atlas.facts import SNAP_M
from app.pipeline.evaluation import Evaluation
from app.pipeline.knowledge import DISC_M
from app.pipeline.report import Confidence, Finding, Level, State
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS, OLD_DATA_BEFORE
from app.places import Location, Precision
from app.wording import day, limit, listed, metres

#: Stages that only put together what others found, or lack nothing but a timetable.
DERIVED = ("tier2_scoring", "tier3_bonuses", "transit_score")
NO_TIMETABLE = "No timetable is known here, so how often buses and trains run is not known."


class Reason(NamedTuple):
    """Why a finding is less sure, and how far it lowers the confidence by itself."""

    level: Level
    text: str


def judge(reasons: Iterable[Reason]) -> Confidence:
    """Return the lowest level that a reason gives; many small ones also make it low."""
    kept = tuple(dict.fromkeys(reasons))
    texts = tuple(reason.text for reason in kept)
    if any(r.level is Level.LOW for r in kept) or len(kept) >= METHODS.confidence.reasons_for_low:
        return Confidence(Level.LOW, texts)
    return Confidence(Level.MEDIUM if kept else Level.HIGH, texts)


def section(
    evaluation: Evaluation,
    *data: Data,
    radius_m: float = DISC_M,
    by_metres: bool = False,
    extra: Sequence[Reason] = (),
) -> Confidence:
    """Judge one section from the data it rests on and the distance it looks to."""
    return judge(
        (
            *precision_reasons(evaluation.location, by_metres),
            *snap_reasons(evaluation),
            *coverage_reasons(evaluation, radius_m),
            *mapped_reasons(evaluation, data),
            *age_reasons(evaluation),
            *extra,
        )
    )


#: Why distances are less exact, for the precisions where they are.
ROUGH = {
    Precision.INTERPOLATED: "The house number is not on the map, so its position is estimated from its neighbours.",
    Precision.STREET: "Only the street was found, so every distance starts from a point on that street.",
    Precision.PLACE: "Only the place was found, so every distance starts from its middle.",
}


def precision_reasons(location: Location, by_metres: bool = False) -> tuple[Reason, ...]:
    """Lower the confidence for an address that was not found to the house, more where metres decide."""
    if location.precision not in ROUGH:
        return ()
    low = location.precision is Precision.PLACE or (by_metres and location.precision is Precision.STREET)
    return (Reason(Level.LOW if low else Level.MEDIUM, ROUGH[location.precision]),)


def snap_reasons(evaluation: Evaluation) -> tuple[Reason, ...]:
    """Lower the confidence where the walk begins far from the address."""
    snap = evaluation.around.snap_m
    if snap is None:
        text = f"No street that a person may walk was found within {limit(SNAP_M)} of the address."
        return (Reason(Level.LOW, text),)
    if snap > METHODS.distances.snap_warn_m:
        return (Reason(Level.MEDIUM, f"The nearest street that a person may walk is {metres(snap)} from the address."),)
    return ()


def coverage_reasons(evaluation: Evaluation, radius_m: float) -> tuple[Reason, ...]:
    """Lower the confidence where the region's data ends within the distance looked at."""
    know = evaluation.knowledge
    if not know.cut_off(radius_m):
        return ()
    low = know.share(radius_m) < METHODS.confidence.barely_covered
    return (Reason(Level.LOW if low else Level.MEDIUM, know.why_cut(radius_m)),)


def mapped_reasons(evaluation: Evaluation, data: Sequence[Data]) -> tuple[Reason, ...]:
    """Lower the confidence for each family of data that is hardly mapped here."""
    know = evaluation.knowledge
    missing = [family for family in data if not know.has(family)]
    return tuple(Reason(_weight(family, know.has_timetable), know.why_not(family)) for family in missing)


def _weight(family: Data, has_timetable: bool) -> Level:
    """A timetable of some operator makes up for a part of the stops that are not mapped."""
    return Level.MEDIUM if family is Data.STOPS and has_timetable else Level.LOW


def age_reasons(evaluation: Evaluation) -> tuple[Reason, ...]:
    """Lower the confidence for data that is old, or does not say how old it is."""
    when = evaluation.around.region.data_date
    if not when:
        return (Reason(Level.MEDIUM, "The map data does not say how old it is."),)
    if when >= OLD_DATA_BEFORE:
        return ()
    return (
        Reason(
            Level.MEDIUM,
            f"The map data is from {day(when)}: since then places may have opened, closed or moved.",
        ),
    )


def whole_report(evaluation: Evaluation, findings: Sequence[Finding]) -> Confidence:
    """Judge the whole report: the reasons that hold everywhere, and the sections that are missing."""
    general = section(evaluation, Data.STREETS, Data.SHOPS, Data.AMENITIES, Data.STOPS)
    texts = [Reason(general.level, text) for text in general.reasons]
    missing = [f.title for f in findings if f.state in (State.UNKNOWN, State.FAILED) and f.stage not in DERIVED]
    if missing:
        verb = "section" if len(missing) == 1 else "sections"
        level = Level.LOW if len(missing) > 2 else Level.MEDIUM
        texts.append(Reason(level, f"The {verb} {listed(missing)} could not be measured."))
    if not evaluation.knowledge.has_timetable:
        texts.append(Reason(Level.MEDIUM, NO_TIMETABLE))
    return judge(texts)
