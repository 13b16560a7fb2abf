"""What is known of hazards near an address, and how it is said: for checks and for wishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.atlas.facts import Hazard
from app.pipeline.found import hazard_noun, name_and_noun, name_with_noun
from app.pipeline.knowledge import Knowledge
from app.pipeline.report import Check, Outcome
from app.pipeline.rules import flood_zones
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.rules.safety import LAND_KINDS, Known, SafetyRule
from app.places import Kind
from app.sources.extras import About, Extras, FloodHazard, FloodZone
from app.sources.interface import Surroundings
from app.wording import count, limit, percent, sentence

#: Kinds that are areas: an address can lie in them.
AREA_KINDS = frozenset({
    Kind.FUEL_STATION, Kind.LANDFILL, Kind.WASTEWATER_PLANT, Kind.HEAVY_INDUSTRY, Kind.QUARRY, Kind.RUNWAY,
    Kind.WATERCOURSE,
})  # fmt: skip


def shown_m(distance_m: float) -> float:
    """Return a distance as a check shows it and is judged by it: whole metres, in tens from 1 km on."""
    return float(round(distance_m) if distance_m < 995 else round(distance_m, -1))


def lanes_by_road(near: Sequence[Hazard]) -> tuple[Hazard, ...]:
    """Give the pieces of a road without lanes those of its nearest piece that has some: one road, one distance."""
    lanes: dict[tuple[Kind, str], int | None] = {}
    for road in near:
        if road.lanes and road.name:
            lanes.setdefault((road.kind, road.name), road.lanes)
    return tuple(
        road if road.lanes else replace(road, lanes=lanes.get((road.kind, road.name)) if road.name else None)
        for road in near
    )


def counts(rule: SafetyRule, hazard: Hazard) -> bool:
    """Return whether a road has enough lanes for a rule about busy roads; all else was sorted out at import."""
    if rule.or_lanes is not None and hazard.kind is not Kind.PRIMARY_ROAD:
        return (hazard.lanes or 0) >= rule.or_lanes
    return True


def nearest_of(around: Surroundings, rule: SafetyRule, within_m: float) -> Hazard | None:
    """Return the nearest thing that a rule is about."""
    near = lanes_by_road(around.hazards(*rule.kinds, within_m=within_m))
    return next((hazard for hazard in near if counts(rule, hazard)), None)


# --- in words ----------------------------------------------------------------------------------------


def told(hazard: Hazard, *, with_lanes: bool = False) -> str:
    """Return one sentence: what it is, and how far away in which direction."""
    what = named(hazard, f" with {count(hazard.lanes, 'lane')}" if with_lanes and hazard.lanes else "")
    if hazard.distance_m == 0 and hazard.kind in AREA_KINDS:
        ground = "" if hazard.kind in (Kind.WATERCOURSE, Kind.RUNWAY) else "the ground of "
        return f"The address lies {'in' if hazard.kind is Kind.WATERCOURSE else 'on'} {ground}{what}."
    return f"{sentence(what)}{',' if ', a' in what else ''} is {_away(hazard)}."


def named(hazard: Hazard, lanes: str = "") -> str:
    """Return "Shell, a petrol station", the name alone where it says what it is, or "a petrol station"."""
    return name_with_noun(hazard.name, hazard_noun(hazard.kind, hazard.tags), lanes)


def _away(hazard: Hazard) -> str:
    """Return "84 m north-east of the address"."""
    metres = shown_m(hazard.distance_m)
    return f"{limit(metres)} {hazard.direction} of the address" if metres else "right at the address"


def in_short(hazard: Hazard) -> str:
    """Return "Shell (petrol station) 84 m north-east"."""
    metres, what = shown_m(hazard.distance_m), name_and_noun(hazard.name, hazard_noun(hazard.kind, hazard.tags))
    return f"{what} {limit(metres)} {hazard.direction}" if metres else f"{what} at the address"


# --- what is not known -------------------------------------------------------------------------------


def why_unknown(know: Knowledge, around: Surroundings, rule: SafetyRule, within_m: float) -> str:
    """Return why finding nothing says nothing: such things are not mapped here, or too little of the area is; or ""."""
    if not know.has(Data.STREETS):
        return know.why_not(Data.STREETS)
    if why := _why_not_mapped(know, around, rule):
        return why
    if know.share(within_m) >= METHODS.safety.covered:
        return ""
    share = percent(know.share(within_m))
    return f"The map holds {share} of the area within {limit(within_m)}, with no {rule.things} in it."


def _why_not_mapped(know: Knowledge, around: Surroundings, rule: SafetyRule) -> str:
    if rule.known is Known.LAND and not around.hazards_mapped(*LAND_KINDS):
        return f"The map of this region holds streets but no railways or water at all, so {_says_nothing(rule)}."
    if rule.known is Known.PLACES and not know.has(Data.AMENITIES):
        return f"The map holds little but streets here, so {_says_nothing(rule)}."
    if rule.expected_km is None or know.mapped.street_km < rule.expected_km or around.hazards_mapped(*rule.kinds):
        return ""
    return f"In the whole region not one is on the map, which is unlikely, so {_says_nothing(rule)}."


def _says_nothing(rule: SafetyRule) -> str:
    return f"finding no {rule.things} says nothing"


# --- the official flood zone -------------------------------------------------------------------------


def flood_zone_checks(extras: Extras) -> tuple[Check, ...]:
    """Return the check of the official flood zone, none where nobody was asked for it."""
    if extras.flood:
        return (_in_zone(extras.flood),)
    return tuple(_flood_check(Outcome.UNKNOWN, each.why) for each in extras.missing if each.about is About.FLOOD)


def _in_zone(found: FloodZone) -> Check:
    if found.is_special:
        outcome = Outcome.WARN
    else:
        outcome = Outcome.UNKNOWN if found.hazard is FloodHazard.UNDETERMINED else Outcome.PASS
    said = _flood_check(outcome, flood_zones.told(found))
    return replace(said, evidence=flood_zones.evidence(found.fetched), link=found.link)


def _flood_check(outcome: Outcome, finding: str) -> Check:
    rule, strength = flood_zones.RULE, flood_zones.STRENGTH
    return Check(flood_zones.KEY, flood_zones.TITLE, outcome, finding, rule=rule, strength=strength)
