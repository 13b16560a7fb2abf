"""Stage transit_score: one score, 0 to 100, over every line near enough to walk to, from a timetable alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.pipeline.confidence import NO_TIMETABLE, Reason, section
from app.pipeline.evaluation import Evaluation
from app.pipeline.report import Confidence, Fact, Finding, Gap, Level, Part, Score, State
from app.pipeline.rules.categories import Data
from app.pipeline.scoring import clamp, word_for
from app.pipeline.transit_stops import (
    METHOD,
    MODE_WEIGHTS,
    Boarding,
    boardings,
    route_name,
    route_value,
    stop_metres,
    stop_name,
    tells_of_all,
    why_not_all,
)
from app.sources.extras import About
from app.wording import count, limit, metres, points, sentence

REACH_M = METHOD.decay[-1][0]
LISTED = 12
OTHERS = "Stops are mapped near here at which this timetable has no trip: it may be that of one operator alone."

UNTIMED = "How often buses and trains run here is not known, so there is no score for them."
TOO_LITTLE = "Too little is known of the buses and trains here for a score."


def run(evaluation: Evaluation) -> Finding:
    """Measure the transit score: 100 * sqrt(sum over lines / 78); unknown without a timetable, never 0."""
    return evaluation.beside(About.TRANSIT, _measured(evaluation))


def _measured(evaluation: Evaluation) -> Finding:
    if not evaluation.knowledge.has_timetable:
        return _unknown(evaluation, Gap("how good transit is", NO_TIMETABLE))
    lines = best_of_lines(boardings(evaluation.around.transit_stops()))
    whole = tells_of_all(evaluation)
    if not lines and (gap := _why_none(evaluation, whole)):
        return _unknown(evaluation, gap)
    value = transit_score(sum(sorted(map(route_value, lines))))
    # What other operators run can only add to it, so there is no word, and all up to full marks is open.
    word, low, high = (word_for(METHOD.words, value), None, None) if whole else ("", value, 100.0)
    score = Score("Transit", value, 100.0, word, low, high)
    return Finding(
        state=State.MEASURED if whole else State.PARTIAL,
        summary=_summary(score, lines),
        score=score,
        parts=tuple(map(_part, lines[:LISTED])),
        facts=(Fact("lines", f"Lines within {limit(REACH_M)} on foot", float(len(lines))),),
        notes=() if whole else (why_not_all(evaluation, OTHERS),),
        confidence=_confidence(evaluation),
    )


def best_of_lines(found: Sequence[Boarding]) -> list[Boarding]:
    """Return each line once, in the direction that counts most, best first; those that add nothing are left out."""
    best: dict[tuple[str, str, str], Boarding] = {}
    ranked = sorted(found, key=lambda b: (-route_value(b), b.stop.walk_s, b.route.route_id, b.route.direction))
    for boarding in ranked:
        if route_value(boarding) > 0:
            best.setdefault(boarding.route.line, boarding)
    return list(best.values())


def transit_score(total: float) -> float:
    """Return the score from the sum over all lines."""
    return round(clamp(100 * math.sqrt(min(1.0, total / METHOD.sum_full))), 1)


def _why_none(evaluation: Evaluation, whole: bool) -> Gap | None:
    """Return why no line near here is known though some may run; None where it is known that none does."""
    know = evaluation.knowledge
    if not know.has(Data.STOPS) or know.cut_off(REACH_M):
        return know.gap("how good transit is", Data.STOPS, REACH_M)
    return None if whole else Gap("how good transit is", OTHERS)


def _part(boarding: Boarding) -> Part:
    route, stop = boarding.route, boarding.stop
    return Part(
        key=f"route:{route.route_id}",
        label=sentence(route_name(route)),
        value=round(route_value(boarding), 2),
        out_of=MODE_WEIGHTS.get(route.mode, 1.0) * METHOD.service_cap,
        evidence=f"{sentence(stop_name(stop))}, {metres(stop_metres(stop))} on foot, "
        f"{count(route.weekday_trips or 0, 'trip')} a weekday each way at most.",
    )


def _summary(score: Score, lines: Sequence[Boarding]) -> str:
    if not lines:
        return f"No bus or train leaves within {limit(REACH_M)} on foot."
    near = f"from {count(len(lines), 'line')} within {limit(REACH_M)} on foot"
    if not score.word:
        return f"At least {points(score.value)} of 100, {near}."
    return f"{sentence(score.word)}: {points(score.value)} of 100, {near}."


def _confidence(evaluation: Evaluation) -> Confidence:
    extra = () if evaluation.knowledge.has_timetable else (Reason(Level.MEDIUM, NO_TIMETABLE),)
    return section(evaluation, Data.STOPS, radius_m=REACH_M, extra=extra)


def _unknown(evaluation: Evaluation, gap: Gap) -> Finding:
    return Finding(
        state=State.UNKNOWN,
        summary=TOO_LITTLE if evaluation.knowledge.has_timetable else UNTIMED,
        gaps=(gap,),
        confidence=_confidence(evaluation),
    )
