"""Stage transit_access: a short walk to frequent service, and the trip to the centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.atlas.facts import TransitStop, TravelTimes
from app.atlas.transit.contract import DAYTIME_S
from app.geo import distance_m
from app.pipeline.confidence import Reason, section
from app.pipeline.evaluation import Evaluation, merge_gaps, state_of
from app.pipeline.found import FARTHEST_WALK, LISTED_MIN, group
from app.pipeline.knowledge import DISC_M
from app.pipeline.report import Confidence, Fact, Finding, Gap, Group, Level, Part, Route, Score
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import up_to, weighted_mean
from app.pipeline.stages.transit_score import NO_TIMETABLE, route_value
from app.pipeline.stages.urban_access import CENTRE_KINDS, landmark, landmark_name
from app.pipeline.transit_stops import boardings, found_stop, reported_routes, stop_name
from app.wording import clock, minutes, number, sentence

METHOD = METHODS.transit
MOST_FREQUENCY_POINTS = METHOD.frequency_points[0][1]
LISTED_STOPS = 8
LISTED_ROUTES = 20
PART_POINTS = (METHOD.walk_points[0][1], METHOD.frequency_points[0][1], METHOD.centre_points[0][1])


@dataclass(frozen=True, slots=True)
class BestStop:
    """A stop, and the departures in an hour there and at the stops beside it; None without a timetable."""

    stop: TransitStop
    per_hour: float | None

    @property
    def walk_min(self) -> float:
        """The walk there in minutes."""
        return self.stop.walk_s / 60.0


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
    return Finding(
        state=state_of([p.value for p in parts]),
        summary=_summary(best, score),
        score=score,
        parts=parts,
        facts=_facts(best),
        groups=(_stops_group(stops),) if stops else (),
        routes=_routes(stops),
        notes=_notes(stops, know.has_timetable),
        gaps=merge_gaps(_part_gaps(parts, know.has_timetable)),
        confidence=_confidence(evaluation),
    )


def best_stop(stops: Sequence[TransitStop]) -> BestStop | None:
    """Return the stop with the most points for walk and frequency together, the nearer one of equals."""
    best, best_points = None, -1.0
    timed = any(r.departures_per_hour is not None for stop in stops for r in stop.routes)
    for stop in sorted(stops, key=lambda s: (s.walk_s, s.straight_m, s.stop_id)):
        walk = walk_points(stop.walk_s / 60.0)
        if best and (not timed or walk + MOST_FREQUENCY_POINTS <= best_points):
            break
        per_hour = departures_around(stop, stops)
        points = walk + frequency(per_hour)[0]
        if points > best_points:
            best, best_points = BestStop(stop, per_hour), points
    return best


def departures_around(stop: TransitStop, stops: Sequence[TransitStop]) -> float | None:
    """Return the weekday departures in an hour of all routes at a stop and those beside it, each route once.

    A bus station is many stops, one for each bay, and the two sides of a street are two.
    """
    found: dict[str, float] = {}
    for other in stops:
        if other.routes and distance_m(stop.lat, stop.lon, other.lat, other.lon) <= METHOD.beside_m:
            for route in other.routes:
                if route.departures_per_hour is not None:
                    found[route.route_id] = max(found.get(route.route_id, 0.0), route.departures_per_hour)
    return sum(sorted(found.values())) if found else None


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


def _walk_part(best: BestStop | None) -> Part:
    label, full = "Walk to the best stop", PART_POINTS[0]
    if best is None:
        return Part("walk", label, 0.0, full, full, f"No stop is within {FARTHEST_WALK}.")
    text = f"{sentence(stop_name(best.stop))}, {minutes(best.walk_min)} on foot."
    return Part("walk", label, walk_points(best.walk_min), full, full, text)


def _frequency_part(best: BestStop | None, timed: bool) -> Part:
    label, full = "How often it is served", PART_POINTS[1]
    per_hour = best.per_hour if best else (0.0 if timed else None)
    points, word = frequency(per_hour)
    if per_hour is None:
        why = "The timetable has no departure there." if timed else "No timetable is known here."
        return Part("frequency", label, None, full, full, why)
    first, last = map(clock, DAYTIME_S)
    text = f"{word}: {number(per_hour)} departures an hour there and at the stops beside it, "
    text += f"weekdays from {first} to {last}."
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
    return Part("centre", label, centre_points(trip), full, full, f"{sentence(minutes(trip))} {how} to {name}.")


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


def _routes(stops: Sequence[TransitStop]) -> tuple[Route, ...]:
    """Return the most useful routes within 30 minutes on foot: near and often first, as the transit index has it."""
    reachable = [b for b in boardings(stops) if b.route and b.stop.walk_s <= LISTED_MIN * 60]
    ranked = sorted(reachable, key=lambda b: (-route_value(b), b.stop.walk_s, b.route.route_id if b.route else ""))
    return reported_routes(ranked[:LISTED_ROUTES])


def _facts(best: BestStop | None) -> tuple[Fact, ...]:
    if best is None:
        return ()
    where = (
        Fact("best_stop", "Best stop", stop_name(best.stop)),
        Fact("best_stop_walk", "Walk there", round(best.walk_min, 1), "min"),
    )
    if best.per_hour is None:
        return where
    first = min((r.first_departure for r in best.stop.routes if r.first_departure), default=None)
    last = max((r.last_departure for r in best.stop.routes if r.last_departure), default=None)
    return (
        *where,
        Fact("departures", "Departures an hour there", round(best.per_hour, 1), "per hour"),
        Fact("first", "First departure at that stop", first),
        Fact("last", "Last departure at that stop", last),
    )


def _summary(best: BestStop | None, score: Score | None) -> str:
    if best is None:
        return f"No stop is within {FARTHEST_WALK}."
    text = f"The best stop is {stop_name(best.stop)}, {minutes(best.walk_min)} on foot."
    if best.per_hour is None:
        text += " How often it is served is not known."
    else:
        word = frequency(best.per_hour)[1].lower()
        text += f" Its service is {word}: {number(best.per_hour)} departures an hour on a weekday."
    return f"{text} Transit access is {number(score.value)} of 10." if score else text


def _notes(stops: Sequence[TransitStop], timed: bool) -> tuple[str, ...]:
    if timed or not stops:
        return ()
    return ("Stops and routes are from OpenStreetMap, which holds no timetable; routes may be missing there.",)


def _part_gaps(parts: Sequence[Part], timed: bool) -> list[Gap]:
    return [
        Gap(p.label.lower(), NO_TIMETABLE if p.key == "frequency" and not timed else p.evidence)
        for p in parts
        if p.value is None
    ]


def _confidence(evaluation: Evaluation) -> Confidence:
    extra = () if evaluation.knowledge.has_timetable else (Reason(Level.MEDIUM, NO_TIMETABLE),)
    return section(evaluation, Data.STOPS, extra=extra)


def _unknown(evaluation: Evaluation) -> Finding:
    reason = evaluation.knowledge.gap("stops and their service", Data.STOPS, DISC_M)
    return Finding(
        state=state_of([None]),
        summary="No stop is on the map near this address, which need not mean that there is no transit.",
        gaps=(reason,),
        confidence=_confidence(evaluation),
    )
