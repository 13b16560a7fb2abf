"""Stage transit_score: the transit index over every route that is near enough to walk to."""

from __future__ import annotations

import math

from app.atlas.facts import RouteAtStop
from app.pipeline.confidence import Reason, section
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import MODE_NOUNS
from app.pipeline.report import Confidence, Fact, Finding, Level, Part, Score, State
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import clamp, interpolate, word_for
from app.pipeline.transit_stops import Boarding, boardings, route_name, stop_metres, stop_name
from app.wording import count, limit, metres, number, sentence

METHOD = METHODS.transit
REACH_M = METHOD.decay[-1][0]
MODE_WEIGHTS = dict(METHOD.mode_weights)
NO_TIMETABLE = "No timetable is known here, so how often anything runs is not known."
LISTED = 12
#: Weekday trips that the service factor without a timetable stands for.
UNTIMED_TRIPS = round(METHOD.trips_reference * METHOD.untimed_factor**2)


def run(evaluation: Evaluation) -> Finding:
    """Measure the transit index, 0 to 100: 100 * sqrt(sum over routes / 78)."""
    near = [b for b in boardings(evaluation.around.transit_stops()) if stop_metres(b.stop) < REACH_M]
    know = evaluation.knowledge
    stops_told = know.has(Data.STOPS) or (bool(near) and know.has_timetable)
    if not stops_told or (not near and know.cut_off(REACH_M)):
        return _unknown(evaluation)
    values = [route_value(b) for b in near]
    value = transit_index(sum(sorted(values)))
    score = Score("Transit index", value, 100.0, word_for(METHOD.words, value))
    untimed = sum(not _timed(b.route) for b in near)
    return Finding(
        state=State.PARTIAL if untimed else State.MEASURED,
        summary=_summary(score, near),
        score=score,
        parts=_parts(near),
        facts=(Fact("routes", f"Routes and stops counted within {limit(REACH_M)} on foot", float(len(near))),),
        notes=_notes(untimed),
        confidence=_confidence(evaluation),
    )


def route_value(boarding: Boarding) -> float:
    """Return mode weight * service * nearness of one route; without a timetable the service factor is 0.6."""
    route = boarding.route
    service = METHOD.untimed_factor
    if route is not None and route.weekday_trips is not None:
        service = min(METHOD.service_cap, math.sqrt(route.weekday_trips / METHOD.trips_reference))
    return MODE_WEIGHTS.get(boarding.mode, 1.0) * service * interpolate(METHOD.decay, stop_metres(boarding.stop))


def transit_index(total: float) -> float:
    """Return the index from the sum over all routes."""
    return round(clamp(100 * math.sqrt(min(1.0, total / METHOD.sum_full))), 1)


def _timed(route: RouteAtStop | None) -> bool:
    return route is not None and route.weekday_trips is not None


def _parts(near: list[Boarding]) -> tuple[Part, ...]:
    best = sorted(
        near, key=lambda b: (-route_value(b), b.stop.walk_s, b.stop.stop_id, b.route.route_id if b.route else "")
    )
    return tuple(
        Part(
            key=f"route:{b.route.route_id}" if b.route else f"stop:{b.stop.stop_id}",
            label=sentence(_label(b)),
            value=round(route_value(b), 2),
            out_of=MODE_WEIGHTS.get(b.mode, 1.0) * METHOD.service_cap,
            evidence=_evidence(b),
        )
        for b in best[:LISTED]
    )


def _label(boarding: Boarding) -> str:
    if boarding.route and boarding.route.name:
        return route_name(boarding.route)
    return f"{MODE_NOUNS.get(boarding.mode, 'transit')} at {stop_name(boarding.stop)}"


def _evidence(boarding: Boarding) -> str:
    text = f"{sentence(stop_name(boarding.stop))}, {metres(stop_metres(boarding.stop))} on foot"
    if boarding.route and boarding.route.weekday_trips is not None:
        return f"{text}, {count(boarding.route.weekday_trips, 'trip')} on a weekday."
    return f"{text}, no timetable known."


def _summary(score: Score, near: list[Boarding]) -> str:
    if not near:
        return f"No stop is within {limit(REACH_M)} on foot, so the transit index is 0 of 100."
    nearest = min(near, key=lambda b: (b.stop.walk_s, b.stop.stop_id)).stop
    text = (
        f"{sentence(score.word)}: {number(score.value, 0)} of 100 on the transit index. "
        f"The nearest stop is {stop_name(nearest)}, {metres(stop_metres(nearest))} on foot."
    )
    if any(_timed(b.route) for b in near):
        return text
    return f"{text} No timetable is known here, so each line counts as one with about {UNTIMED_TRIPS} trips a day."


def _notes(untimed: int) -> tuple[str, ...]:
    if not untimed:
        return ()
    verb = "is" if untimed == 1 else "are"
    return (
        f"{untimed} of the routes and stops counted {verb} known from OpenStreetMap alone, without a timetable, and "
        f"counted with a service factor of {number(METHOD.untimed_factor)}.",
    )


def _confidence(evaluation: Evaluation) -> Confidence:
    extra = () if evaluation.knowledge.has_timetable else (Reason(Level.MEDIUM, NO_TIMETABLE),)
    return section(evaluation, Data.STOPS, radius_m=REACH_M, extra=extra)


def _unknown(evaluation: Evaluation) -> Finding:
    gap = evaluation.knowledge.gap("the transit index", Data.STOPS, REACH_M)
    return Finding(
        state=State.UNKNOWN,
        summary="The map does not tell which transit runs near this address, so there is no transit index.",
        gaps=(gap,),
        confidence=_confidence(evaluation),
    )
