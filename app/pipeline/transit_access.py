"""Stage transit_access: the walk to the best stop, how often it is served, and the trip to the centre."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.pipeline.categories import Data
from app.pipeline.commute import CENTRE_KINDS, landmark, landmark_name
from app.pipeline.confidence import Reason, section
from app.pipeline.evaluation import Evaluation, state_of
from app.pipeline.found import group
from app.pipeline.knowledge import DISC_M, merge_gaps
from app.pipeline.profiles import METHODS
from app.pipeline.report import Confidence, Fact, Finding, Gap, Group, Level, Part, Score
from app.pipeline.scoring import up_to, weighted_mean
from app.pipeline.transit_score import NO_TIMETABLE
from app.pipeline.transit_stops import boardings, departures_per_hour, found_stop, reported_routes, stop_name
from app.pipeline.words import minutes, number, sentence
from app.sources.base import TransitStop, TravelTimes

METHOD = METHODS.transit
LISTED_STOPS = 8
LISTED_ROUTES = 20
PART_POINTS = (METHOD.walk_points[0][1], METHOD.frequency_points[0][1], METHOD.centre_points[0][1])


def run(evaluation: Evaluation) -> Finding:
    """Measure transit access, 0 to 10, from what is known; the rest is left out and re-weighted."""
    stops = evaluation.around.transit_stops()
    best = best_stop(stops)
    know = evaluation.knowledge
    if best is None and (not know.has(Data.STOPS) or know.cut_off(DISC_M)):
        return _unknown(evaluation)
    parts = (_walk_part(best), _frequency_part(best, know.has_timetable), _centre_part(evaluation))
    mean = weighted_mean((p.value / p.out_of, p.out_of) for p in parts if p.value is not None)
    score = None if mean is None else Score("Transit access", round(10 * mean, 1), 10.0)
    reachable = tuple(b for b in boardings(stops) if b.route and b.stop.walk_s <= 30 * 60)
    return Finding(
        stage="transit_access",
        title="Stops and service",
        state=state_of([p.value for p in parts]),
        summary=_summary(best, score, parts),
        score=score,
        parts=parts,
        facts=_facts(best),
        groups=(_stops_group(stops),) if stops else (),
        routes=reported_routes(reachable[:LISTED_ROUTES]),
        notes=_notes(stops, know.has_timetable),
        gaps=merge_gaps(_part_gaps(parts, know.has_timetable)),
        confidence=_confidence(evaluation),
    )


def best_stop(stops: Sequence[TransitStop]) -> TransitStop | None:
    """Return the stop with the most points for walk and frequency together, the nearer one of equals."""
    return min(
        stops,
        key=lambda s: (-walk_points(s.walk_s / 60.0) - frequency(departures_per_hour(s))[0], s.walk_s, s.stop_id),
        default=None,
    )


def walk_points(walk_min: float) -> float:
    """Return 0 to 4 points for the walk to a stop."""
    return up_to(METHOD.walk_points, walk_min)


def frequency(per_hour: float | None) -> tuple[float, str]:
    """Return 0 to 3 points and the word for departures per hour; (0, "") where no timetable tells."""
    if per_hour is None:
        return 0.0, ""
    return next((points, word) for limit, points, word in METHOD.frequency_points if per_hour >= limit)


def centre_points(trip_min: float) -> float:
    """Return 0 to 3 points for the trip to the centre."""
    return up_to(METHOD.centre_points, trip_min)


def _walk_part(best: TransitStop | None) -> Part:
    label, full = "Walk to the best stop", PART_POINTS[0]
    if best is None:
        return Part("walk", label, 0.0, full, full, "No stop is within 45 minutes on foot.")
    walk = best.walk_s / 60.0
    return Part("walk", label, walk_points(walk), full, full, f"{sentence(stop_name(best))}, {minutes(walk)} on foot.")


def _frequency_part(best: TransitStop | None, timed: bool) -> Part:
    label, full = "How often it is served", PART_POINTS[1]
    per_hour = departures_per_hour(best) if best else (0.0 if timed else None)
    points, word = frequency(per_hour)
    if per_hour is None:
        return Part("frequency", label, None, full, full, "No timetable is known here.")
    text = f"{word}: {number(per_hour)} departures an hour on a weekday between 7:00 and 19:00."
    return Part("frequency", label, points, full, full, text)


def _centre_part(evaluation: Evaluation) -> Part:
    label, full = "Trip to the centre", PART_POINTS[2]
    name, rides = _centre_trip(evaluation)
    known = [(ride, how) for ride, how in zip(rides, ("on foot", "by transit"), strict=True) if ride is not None]
    if not name:
        return Part("centre", label, None, full, full, "No city or town centre is on the map of this region.")
    if not known and not evaluation.knowledge.has_timetable:
        why = f"{sentence(name)} is too far to walk, and no timetable is known here."
        return Part("centre", label, None, full, full, why)
    if not known:
        return Part("centre", label, 0.0, full, full, f"No connection to {name} was found.")
    trip, how = min(known)
    return Part("centre", label, centre_points(trip), full, full, f"{minutes(trip)} {how} to {name}.")


def _centre_trip(evaluation: Evaluation) -> tuple[str, tuple[float | None, float | None]]:
    """Return the centre's name and the minutes on foot and by transit, from urban_access where it has them."""
    urban = evaluation.usable("urban_access")
    for trip in urban.trips if urban else ():
        if trip.purpose == "centre":
            return trip.destination, (trip.walk_min, trip.transit_min)
    centre = landmark(evaluation.around, "centre", CENTRE_KINDS)
    if centre is None:
        return "", (None, None)
    (times,) = evaluation.around.travel_times([centre])
    return landmark_name(centre), _minutes_of(times)


def _minutes_of(times: TravelTimes) -> tuple[float | None, float | None]:
    transit = times.transit.mean_s if times.transit else None
    return (
        None if times.walk_s is None else round(times.walk_s / 60.0, 1),
        None if transit is None else round(transit / 60.0, 1),
    )


def _stops_group(stops: Sequence[TransitStop]) -> Group:
    seconds = np.array([s.walk_s for s in stops], dtype=float)
    return group("stops", "Stops nearby", [found_stop(s) for s in stops[:LISTED_STOPS]], seconds)


def _facts(best: TransitStop | None) -> tuple[Fact, ...]:
    if best is None:
        return ()
    first = min((r.first_departure for r in best.routes if r.first_departure), default=None)
    last = max((r.last_departure for r in best.routes if r.last_departure), default=None)
    per_hour = departures_per_hour(best)
    timed = (
        Fact("departures", "Departures an hour there", None if per_hour is None else round(per_hour, 1), "per hour"),
        Fact("first", "First departure", first),
        Fact("last", "Last departure", last),
    )
    return (
        Fact("best_stop", "Best stop", stop_name(best)),
        Fact("best_stop_walk", "Walk there", round(best.walk_s / 60.0, 1), "min"),
        *(timed if per_hour is not None else ()),
    )


def _summary(best: TransitStop | None, score: Score | None, parts: Sequence[Part]) -> str:
    if best is None:
        return "No stop is within 45 minutes on foot."
    text = f"The best stop is {stop_name(best)}, {minutes(best.walk_s / 60.0)} on foot."
    if parts[1].value is not None:
        word, per_hour = frequency(departures_per_hour(best))[1], departures_per_hour(best) or 0.0
        text += f" Its service is {word.lower()}: {number(per_hour)} departures an hour on a weekday."
    else:
        text += " How often it is served is not known."
    if score:
        text += f" Transit access is {number(score.value)} of 10."
    return text


def _notes(stops: Sequence[TransitStop], timed: bool) -> tuple[str, ...]:
    if timed or not stops:
        return ()
    return ("Stops and routes are from OpenStreetMap, which holds no timetable; routes may be missing there.",)


def _part_gaps(parts: Sequence[Part], timed: bool) -> list[Gap]:
    reasons = {"frequency": NO_TIMETABLE if not timed else "The timetable has no departures at the best stop."}
    return [Gap(p.label.lower(), reasons.get(p.key, p.evidence)) for p in parts if p.value is None]


def _confidence(evaluation: Evaluation) -> Confidence:
    extra = () if evaluation.knowledge.has_timetable else (Reason(Level.MEDIUM, NO_TIMETABLE),)
    return section(evaluation, Data.STOPS, extra=extra)


def _unknown(evaluation: Evaluation) -> Finding:
    reason = evaluation.knowledge.gap("stops and their service", Data.STOPS, DISC_M)
    return Finding(
        stage="transit_access",
        title="Stops and service",
        state=state_of([None]),
        summary="No stop is on the map near this address, which need not mean that there is no transit.",
        gaps=(reason,),
        confidence=_confidence(evaluation),
    )
