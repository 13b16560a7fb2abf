"""The character of an address in one plain sentence of facts; what is not known is not in it."""

from __future__ import annotations

from collections.abc import Sequence

from app.atlas.facts import GreenSpace, Hazard
from app.needs import NEED
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import hazard_noun, kind_noun, size_text
from app.pipeline.hazards_near import counts, lanes_by_road, shown_m
from app.pipeline.needs_near import NeedNear
from app.pipeline.report import Route, State
from app.pipeline.rules.categories import Data
from app.pipeline.rules.character import (
    DOOR_MIN,
    LANES,
    MUCH_MORE,
    NEAR_MIN,
    RIDES,
    STOP_MIN,
    STREET_M,
    STREETS,
    WALK_MIN,
)
from app.pipeline.rules.profiles import METHODS
from app.pipeline.rules.safety import ROAD_KINDS
from app.pipeline.transit_stops import is_served, tells_of_all
from app.places import Kind, Precision
from app.wording import count, limit, sentence, whole_minutes, with_article

BUSY = next(rule for rule in METHODS.safety.rules if rule.key == "busy_road")
FAST = (Kind.MOTORWAY, Kind.TRUNK_ROAD)
#: Where a house stands is not known to the metre.
NOT_THE_HOUSE = (Precision.STREET, Precision.PLACE)


def character_of(evaluation: Evaluation) -> str:
    """Return "Four-lane main road; a food shop and a café within 4 minutes; ...", or "" where nothing is known."""
    clauses = (street(evaluation), shops(evaluation), green(evaluation), transit(evaluation))
    said = "; ".join(filter(None, clauses))
    return sentence(f"{said}.") if said else ""


# --- the street --------------------------------------------------------------------------------------


def street(evaluation: Evaluation) -> str:
    """Return what street the house stands in, and how near a main road is: "side street 44 m from a main road"."""
    if evaluation.location.precision in NOT_THE_HOUSE:
        return ""
    roads = lanes_by_road(evaluation.around.hazards(*ROAD_KINDS, within_m=BUSY.warn_m))
    own = _own_street(roads, evaluation.location.label)
    if own is None:
        return ""
    others = [road for road in roads if road.name != own.name or road.kind is not own.kind]
    main = None if _is_main(own) else next((road for road in others if _is_main(road)), None)
    return f"{_street_words(own)}{_beside(main)}"


def _own_street(roads: Sequence[Hazard], label: str) -> Hazard | None:
    """Return the street that the address names, else the nearest: a corner house is nearer to another one."""
    named = [road for road in roads if road.name and road.name.casefold() in label.casefold()]
    return next(iter(named), None) or next((road for road in roads if road.distance_m <= STREET_M), None)


def _is_main(road: Hazard) -> bool:
    """Return whether a road counts as busy, as the safety checks judge it."""
    return road.kind in FAST or (road.kind in BUSY.kinds and counts(BUSY, road))


def _street_words(road: Hazard) -> str:
    words = STREETS[road.kind]
    lanes = LANES.get(road.lanes or 0)
    return f"{lanes} {words}" if lanes else words


def _beside(main: Hazard | None) -> str:
    if main is None:
        return ""
    is_named = main.kind in (*FAST, Kind.PRIMARY_ROAD)
    what = with_article(hazard_noun(main.kind, main.tags) if is_named else "busy road")
    return f" {limit(shown_m(main.distance_m))} from {what}"


# --- shops and cafés ---------------------------------------------------------------------------------


def shops(evaluation: Evaluation) -> str:
    """Return how far food and coffee are where they are near, else how far the food is."""
    food, cafe = evaluation.needs.find("food_shop"), evaluation.needs.find("cafe")
    near = [one for one in (food, cafe) if _within(one, NEAR_MIN)]
    if near:
        farthest = max(near, key=lambda one: one.minutes or 0.0)
        return f"{' and '.join(with_article(one.need.noun) for one in near)} {_where(farthest, len(near))}"
    if _within(food, WALK_MIN):
        return f"a food shop {_minutes(food)} away"
    is_all = food.is_known and not evaluation.knowledge.ends_within(WALK_MIN)
    return f"no food shop within {WALK_MIN} minutes" if is_all else ""


def _where(farthest: NeedNear, count_of: int) -> str:
    """Return "at the door", or how far the farthest of some things is."""
    if _within(farthest, DOOR_MIN):
        return "at the door"
    return f"within {_minutes(farthest)}" if count_of > 1 else f"{_minutes(farthest)} away"


def _within(near: NeedNear, minutes: int) -> bool:
    return near.is_known and near.minutes is not None and whole_minutes(near.minutes) <= minutes


# --- green -------------------------------------------------------------------------------------------


def green(evaluation: Evaluation) -> str:
    """Return the nearest large park within a walk, one of unknown size, or that there are only small ones or none."""
    near = [g for g in evaluation.around.green_spaces() if _is_near(g)]
    for least_ha in (METHODS.green.size_ha[0][0], METHODS.green.daily_ha):
        if large := next((g for g in near if g.is_known_from(least_ha)), None):
            return _green_words(large)
    if unmeasured := next((g for g in near if g.area_m2 is None), None):
        return _green_words(unmeasured)
    if evaluation.knowledge.why_not_mapped(NEED["park"]) or evaluation.knowledge.ends_within(WALK_MIN):
        return ""
    return "only small parks" if near else f"no park within {WALK_MIN} minutes"


def _is_near(green: GreenSpace) -> bool:
    walk_s = green.place.walk_s
    return walk_s is not None and whole_minutes(walk_s / 60) <= WALK_MIN


def _green_words(green: GreenSpace) -> str:
    minutes = whole_minutes((green.place.walk_s or 0.0) / 60)
    name = green.place.name.strip() or with_article(kind_noun(green.place.kind))
    where = "at the door" if minutes <= DOOR_MIN else f"{minutes} minutes away"
    return f"{name} ({size_text(green)}) {where}"


# --- transit -----------------------------------------------------------------------------------------


def transit(evaluation: Evaluation) -> str:
    """Return how often the best line near by runs, or else how near stops are; none only where all are known."""
    finding = evaluation.findings.get("transit_access")
    routes = finding.routes if finding and finding.state is not State.FAILED else ()
    timed = [r for r in routes if r.weekday_trips and not r.is_school_run]
    near = max((r for r in timed if r.walk_min <= STOP_MIN), key=_by_trips, default=None)
    further = max((r for r in timed if r.headway_min and r.walk_min <= WALK_MIN), key=_by_trips, default=None)
    if near is None or (near.headway_min is None and _has_unserved_station(evaluation)):
        return _stops(evaluation)
    is_better = further is not None and _by_trips(further)[0] >= MUCH_MORE * _by_trips(near)[0]
    return _how_often(further if further is not None and is_better else near)


def _has_unserved_station(evaluation: Evaluation) -> bool:
    """Return whether trains may run near by of which the timetable, that of one operator, knows nothing."""
    station = evaluation.needs.find("station")
    if tells_of_all(evaluation) or not _within(station, STOP_MIN):
        return False
    served = {stop.name for stop in evaluation.around.transit_stops() if is_served(stop)}
    return station.places[0].name not in served


def _by_trips(route: Route) -> tuple[int, float]:
    return route.weekday_trips or 0, -route.walk_min


def _how_often(best: Route) -> str:
    if best.headway_min:
        rides, further = RIDES.get(best.mode, best.mode), whole_minutes(best.walk_min)
        where = f" {count(further, 'minute')} away" if further > STOP_MIN else ""
        return f"{rides} every {best.headway_min:g} minutes by day{where}, the last at {best.last}"
    trips = best.weekday_trips or 0
    return f"{with_article(best.mode)} {'once' if trips == 1 else f'{trips} times'} a weekday"


def _stops(evaluation: Evaluation) -> str:
    stop, station = evaluation.needs.find("stop"), evaluation.needs.find("station")
    if near := [one for one in (stop, station) if _within(one, STOP_MIN)]:
        told = dict.fromkeys(f"{with_article(kind_noun(n.places[0].kind))} {_minutes(n)} away" for n in near)
        return " and ".join(told)
    know = evaluation.knowledge
    is_all = tells_of_all(evaluation) if know.has_timetable else know.has(Data.STOPS)
    if not (is_all and stop.is_known) or know.ends_within(STOP_MIN):
        return ""
    return f"no stop within {STOP_MIN} minutes"


def _minutes(near: NeedNear) -> str:
    return count(max(1, whole_minutes(near.minutes or 0.0)), "minute")
