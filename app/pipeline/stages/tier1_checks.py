"""Stage tier1_checks: distances to what harms or disturbs, road noise, and the wishes that the person gave."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from app.atlas.facts import Hazard
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation, merge_gaps
from app.pipeline.found import is_slip_road, kind_noun
from app.pipeline.hazards_near import (
    counts,
    flood_zone_checks,
    in_short,
    lanes_by_road,
    named,
    shown_m,
    told,
    why_unknown,
)
from app.pipeline.knowledge import Knowledge
from app.pipeline.listing import Listing
from app.pipeline.must_haves import must_have_answers, must_have_checks
from app.pipeline.report import Adjustable, Check, Fact, Finding, Gap, Outcome, State
from app.pipeline.rules import flood_zones
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.rules.safety import ROAD_KINDS, SafetyRule
from app.places import Kind, Precision
from app.sources.interface import Surroundings
from app.wording import count, limit, money, number, percent, sentence, with_article

NOISE = METHODS.safety.noise
#: Half of all noise is so many decibels less than all of it.
HALF_DB = 10 * math.log10(2)
LEVELS = dict(NOISE.levels)
SILENT = "The listing does not say."
METHOD = METHODS.safety
NOTES = (
    "Distances are straight lines to the nearest edge or line on the map, which is good to some 10 m; what runs in a "
    "tunnel does not count.",
    "These checks look at distance alone. They measure no air, noise or flood at the home.",
)
#: Added where the house was not found.
ROUGH = "But this is measured from a point on the street or in the place, as the house was not found."
#: Checks that look so far that a street's length hardly matters.
FAR_CHECKS = frozenset(rule.key for rule in METHOD.rules if rule.warn_m >= 1_000)
ORDER = (Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN, Outcome.PASS)
ORDER_LABELS = tuple(zip(ORDER, ("Checks failed", "Warnings", "Unknown", "Checks passed"), strict=True))


class Judged(NamedTuple):
    """A check, and what it found in a few words for the summary ("Shell, 84 m north"), "" where it found nothing."""

    check: Check
    short: str = ""


def run(evaluation: Evaluation) -> Finding:
    """Run every safety check, and the wishes that the person gave."""
    near = hazards_to_judge(evaluation.around)
    exact = (*(_safety(evaluation, rule, near) for rule in METHOD.rules), _road_noise(evaluation, near))
    judged = [one._replace(check=_as_sure_as(evaluation.location.precision, one.check)) for one in exact]
    safety, wishes = tuple(one.check for one in judged), wish_checks(evaluation.listing)
    official = tuple(
        _as_sure_as(evaluation.location.precision, check) for check in flood_zone_checks(evaluation.extras)
    )
    is_asked = evaluation.is_adjustable or evaluation.listing.must_haves
    answers = must_have_answers(evaluation) if is_asked else ()
    checks = (*safety, *official, *wishes, *must_have_checks(evaluation.listing.must_haves, answers))
    unknown = [check for check in safety if check.outcome is Outcome.UNKNOWN]
    return Finding(
        state=_state(len(unknown), len(safety)),
        summary=_summary(judged, official, wishes),
        facts=outcome_counts(checks),
        checks=checks,
        notes=(*NOTES, flood_zones.CREDIT) if evaluation.extras.flood else NOTES,
        gaps=merge_gaps(Gap(c.title.lower(), c.finding) for c in (*safety, *official) if c.outcome is Outcome.UNKNOWN),
        confidence=section(evaluation, Data.STREETS, Data.AMENITIES, radius_m=300.0, by_metres=True),
        adjustable=Adjustable(answers=answers),
    )


def outcome_counts(checks: Sequence[Check]) -> tuple[Fact, ...]:
    """Return how many checks ended in each way, the gravest first."""
    return tuple(
        Fact(outcome.value, label, float(sum(check.outcome is outcome for check in checks)))
        for outcome, label in ORDER_LABELS
    )


def hazards_to_judge(around: Surroundings) -> tuple[Hazard, ...]:
    """Return what any check looks at, in two questions: the far-reaching kinds, and all others."""
    near = [kind for rule in METHOD.rules if rule.key not in FAR_CHECKS for kind in rule.kinds]
    far = [kind for rule in METHOD.rules if rule.key in FAR_CHECKS for kind in rule.kinds]
    reach = max(rule.warn_m for rule in METHOD.rules)
    kinds = sorted({*near, *ROAD_KINDS})
    return (*lanes_by_road(around.hazards(*kinds, within_m=NOISE.within_m)), *around.hazards(*far, within_m=reach))


# --- one check of a distance -------------------------------------------------------------------------


def _safety(evaluation: Evaluation, rule: SafetyRule, near: Sequence[Hazard]) -> Judged:
    """Judge the worst thing of a rule's kinds; finding nothing passes only where the map could have shown it."""
    found = [hazard for hazard in near if hazard.kind in rule.kinds and counts(rule, hazard)]
    judged = [(outcome_of(rule, hazard), hazard) for hazard in found]
    worst = min(judged, key=lambda j: (ORDER.index(j[0]), j[1].distance_m, j[1].osm_id), default=None)
    if worst and worst[0] is not Outcome.PASS:
        outcome, hazard = worst
        check = _check(
            evaluation, rule, outcome, told(hazard, with_lanes=rule.or_lanes is not None), shown_m(hazard.distance_m)
        )
        return Judged(replace(check, direction=hazard.direction), in_short(hazard))
    if why := why_unknown(evaluation.knowledge, evaluation.around, rule, rule.warn_m):
        return Judged(_check(evaluation, rule, Outcome.UNKNOWN, why))
    return Judged(_nothing(evaluation, rule, near))


def outcome_of(rule: SafetyRule, hazard: Hazard) -> Outcome:
    """Judge one thing by the distance that is shown; a slip road never fails anyone."""
    metres = shown_m(hazard.distance_m)
    enough_lanes = rule.fail_lanes is None or (hazard.lanes or 0) >= rule.fail_lanes
    if rule.fail_m is not None and metres < rule.fail_m and enough_lanes and not is_slip_road(hazard.tags):
        return Outcome.FAIL
    return Outcome.WARN if metres < rule.warn_m else Outcome.PASS


def _check(evaluation: Evaluation, rule: SafetyRule, outcome: Outcome, text: str, far: float | None = None) -> Check:
    link = _flood_map(evaluation) if rule.key == "flood" else ("", "")
    return Check(
        key=rule.key,
        title=rule.title,
        outcome=outcome,
        finding=text,
        distance_m=far,
        rule=_rule_text(rule),
        evidence=f"{rule.evidence} See {link[0]}." if link[0] else rule.evidence,
        strength=rule.strength,
        link=link[1],
    )


def _rule_text(rule: SafetyRule) -> str:
    warn = f"Warns nearer than {limit(rule.warn_m)}"
    if rule.fail_m is None:
        return f"{warn}, never fails."
    lanes = f" with {rule.fail_lanes} lanes or more" if rule.fail_lanes else ""
    return f"{warn}, fails nearer than {limit(rule.fail_m)}{lanes}."


def _flood_map(evaluation: Evaluation) -> tuple[str, str]:
    here = evaluation.location
    found = (m for m in METHOD.flood_maps if m[0].contains(here.lat, here.lon))
    return next(((name, url) for _, name, url in found), ("", ""))


# --- nothing near, or not known ----------------------------------------------------------------------


def _nothing(evaluation: Evaluation, rule: SafetyRule, near: Sequence[Hazard]) -> Check:
    """Return the check that passes; a faster road beside a busy one, and what lies outside the map, are named."""
    within, share = limit(rule.warn_m), evaluation.knowledge.share(rule.warn_m)
    faster = [h for h in near if h.kind in (Kind.MOTORWAY, Kind.TRUNK_ROAD) and shown_m(h.distance_m) < rule.warn_m]
    if rule.or_lanes is not None and faster:
        text = f"But for {named(faster[0])}, there are no {rule.things} within {within}."
        return _check(evaluation, rule, Outcome.PASS, text)
    text, nothing = f"There are no {rule.things} within {within}.", f"{rule.things} within {within}"
    if share < METHODS.confidence.covered:
        outside = percent(1 - share)
        text = f"No {rule.things} are on the map within {within}; {outside} of that area lies outside the map."
        nothing = f"{nothing} ({outside} of that area is outside the map)"
    return replace(_check(evaluation, rule, Outcome.PASS, text), nothing=nothing)


def _as_sure_as(precision: Precision, check: Check) -> Check:
    """Judge no house by its street: where only the street or place was found, metres neither pass nor fail anyone."""
    if precision not in (Precision.STREET, Precision.PLACE) or check.key in FAR_CHECKS:
        return check
    if check.outcome is Outcome.FAIL:
        return replace(check, outcome=Outcome.WARN, finding=f"{check.finding} {ROUGH}")
    if check.outcome is Outcome.PASS:
        return replace(check, outcome=Outcome.UNKNOWN, finding=f"{check.finding} {ROUGH}")
    return check


# --- road noise --------------------------------------------------------------------------------------


def _road_noise(evaluation: Evaluation, near: Sequence[Hazard]) -> Judged:
    """Estimate road noise at the address."""
    roads = each_road_once(near)
    level, loudest = energy_sum(road_level(road) for road in roads), loudest_road(roads)
    know = evaluation.knowledge
    if level is None or loudest is None:
        return Judged(_no_road(know))
    whole_db, cut = round(level), know.share(NOISE.edge_m) < METHOD.covered
    outcome = noise_outcome(whole_db)
    # Roads beyond the edge of the data can only add to it.
    about = "at least" if cut else "about"
    far = shown_m(loudest.distance_m)
    name = loudest.name or with_article(kind_noun(loudest.kind))
    where = f"{limit(far)} {loudest.direction}" if far else "at the address"
    is_most = road_level(loudest) >= level - HALF_DB
    source = f"mostly from {name}, {where}" if is_most else f"from several roads; {name}, {where}, adds most"
    text = f"{sentence(about)} {whole_db} dB of road noise outside, {source}."
    if outcome is Outcome.PASS and cut:
        outcome, text = Outcome.UNKNOWN, f"{text} {know.why_cut(NOISE.edge_m)}"
    check = replace(_noise(outcome, text, far), direction=loudest.direction)
    return Judged(check, "" if outcome is Outcome.UNKNOWN else f"{about} {whole_db} dB of road noise")


def _no_road(know: Knowledge) -> Check:
    if not know.has(Data.STREETS):
        return _noise(Outcome.UNKNOWN, know.why_not(Data.STREETS))
    if know.share(NOISE.edge_m) < METHOD.covered:
        return _noise(Outcome.UNKNOWN, know.why_cut(NOISE.edge_m))
    return _noise(Outcome.PASS, f"No road is within {limit(NOISE.within_m)}.")


def each_road_once(near: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """Return the roads within 500 m, each once at its loudest point: a street is mapped in many pieces."""
    loudest: dict[str, Hazard] = {}
    for road in near:
        if road.kind not in LEVELS or road.distance_m > NOISE.within_m:
            continue
        key = road.name or f"unnamed {road.kind.name}"
        if key not in loudest or road_level(road) > road_level(loudest[key]):
            loudest[key] = road
    return tuple(loudest.values())


def road_level(road: Hazard) -> float:
    """Return one road's decibels at the address: class level at 15 m, lanes, 4.5 dB less per doubling of distance."""
    distance = max(road.distance_m, NOISE.nearest_m)
    lanes = max(0, (road.lanes or NOISE.usual_lanes) - NOISE.usual_lanes)
    doublings = math.log2(distance / NOISE.reference_m)
    return LEVELS[road.kind] + NOISE.per_lane_db * lanes - NOISE.per_doubling_db * doublings


def energy_sum(levels: Iterable[float]) -> float | None:
    """Return the level of all sources together, None where there is none."""
    energies = sorted(10 ** (level / 10) for level in levels)
    return 10 * math.log10(sum(energies)) if energies else None


def loudest_road(roads: Sequence[Hazard]) -> Hazard | None:
    """Return the road that adds most."""
    return max(roads, key=lambda r: (road_level(r), r.osm_id), default=None)


def noise_outcome(level_db: int) -> Outcome:
    """Judge a level in whole decibels, as the report shows it."""
    if level_db > NOISE.fail_db:
        return Outcome.FAIL
    return Outcome.WARN if level_db > NOISE.warn_db else Outcome.PASS


def _noise(outcome: Outcome, finding: str, distance_m: float | None = None) -> Check:
    return Check(
        key="road_noise",
        title="Road noise",
        outcome=outcome,
        finding=finding,
        distance_m=distance_m,
        rule=f"Warns above {number(NOISE.warn_db, 0)} dB, fails above {number(NOISE.fail_db, 0)} dB.",
        evidence=NOISE.evidence,
        strength=NOISE.strength,
    )


#: The one check that tells what was said of money.
COST = "wish_cost"


def without_cost(finding: Finding) -> Finding:
    """Return the finding of this stage as it would be had nothing been said of money."""
    checks = tuple(check for check in finding.checks if check.key != COST)
    before, after = _asked_and_unknown(finding.checks), _asked_and_unknown(checks)
    summary = finding.summary.removesuffix(before)
    if summary == finding.summary and before != after:  # worded by another version: no sentence may name the cost
        summary, after = " ".join(s for s in re.split(r"(?<=\.) ", summary) if "cost" not in s.lower()), ""
    return replace(finding, checks=checks, facts=outcome_counts(checks), summary=f"{summary.rstrip()} {after}".strip())


def wish_checks(listing: Listing) -> tuple[Check, ...]:
    """Return one check for each wish."""
    return tuple(_wishes(listing))


def _wishes(listing: Listing) -> Iterator[Check]:
    if listing.wants_laundry:
        yield _offered("laundry", "Laundry", listing.has_laundry)
    if listing.wants_cooling:
        yield _offered("cooling", "Cooling", listing.has_cooling)
    if listing.min_size_m2 is not None:
        yield _at_least("size", "Size", listing.size_m2, listing.min_size_m2, "m²")
    if listing.min_bedrooms is not None:
        yield _bedrooms(listing.bedrooms, listing.min_bedrooms)
    if listing.budget is not None:
        yield _cost(cost_of(listing), listing.budget, listing.currency)


def _offered(key: str, title: str, offered: bool | None) -> Check:
    if offered is None:
        return _wish(key, title, Outcome.UNKNOWN, SILENT)
    text = f"The listing offers {title.lower()}." if offered else f"The listing says there is no {title.lower()}."
    return _wish(key, title, Outcome.PASS if offered else Outcome.FAIL, text)


def _at_least(key: str, title: str, value: float | None, wish: float, unit: str) -> Check:
    if value is None:
        return _wish(key, title, Outcome.UNKNOWN, SILENT)
    text = f"{number(value)} {unit}, and you asked for {number(wish)} {unit} or more."
    return _wish(key, title, Outcome.PASS if value >= wish else Outcome.FAIL, text)


def _bedrooms(value: int | None, wish: int) -> Check:
    if value is None:
        return _wish("bedrooms", "Bedrooms", Outcome.UNKNOWN, SILENT)
    text = f"{count(value, 'bedroom')}, and you asked for {wish} or more."
    return _wish("bedrooms", "Bedrooms", Outcome.PASS if value >= wish else Outcome.FAIL, text)


def _cost(cost: float | None, budget: float, currency: str) -> Check:
    if cost is None:
        return _wish("cost", "Cost", Outcome.UNKNOWN, SILENT)
    text = f"It costs {money(cost, currency)}, and your limit is {money(budget, currency)}."
    return _wish("cost", "Cost", Outcome.PASS if cost <= budget else Outcome.FAIL, text)


def cost_of(listing: Listing) -> float | None:
    """Return what the home costs: the rent where given, else the price."""
    return listing.rent if listing.rent is not None else listing.price


def _wish(key: str, title: str, outcome: Outcome, finding: str) -> Check:
    return Check(
        f"wish_{key}", title, outcome, finding, rule="Your own wish.", evidence="What the listing says.", strength=""
    )


def _state(unknown: int, total: int) -> State:
    if unknown == total:
        return State.UNKNOWN
    return State.PARTIAL if unknown else State.MEASURED


def _summary(judged: Sequence[Judged], official: Sequence[Check], wishes: Sequence[Check]) -> str:
    """Return what is near by name and distance, the gravest first, then what was not met and what is not known."""

    def found(outcome: Outcome) -> list[str]:
        return [short for check, short in judged if check.outcome is outcome and short]

    safety = [check for check, _ in judged]
    flood = ["special flood hazard area"] if any(check.outcome is Outcome.WARN for check in official) else []
    near = _in_lines({"Too near": found(Outcome.FAIL), "Near": found(Outcome.WARN), "By FEMA's map": flood})
    return f"{near or _all_clear(safety)} {_asked_and_unknown((*safety, *official, *wishes))}".strip()


def _asked_and_unknown(checks: Sequence[Check]) -> str:
    """Return the end of the summary: which wishes are not met, and which checks and wishes are not known."""

    def titles(outcome: Outcome, key: str = "") -> list[str]:
        return [check.title.lower() for check in own if check.outcome is outcome and check.key.startswith(key)]

    own = [check for check in checks if not check.key.startswith("must_")]
    return _in_lines({"Not as you asked": titles(Outcome.FAIL, "wish_"), "Not known": titles(Outcome.UNKNOWN)})


def _in_lines(said: Mapping[str, Sequence[str]]) -> str:
    return " ".join(f"{head}: {'; '.join(items)}." for head, items in said.items() if items)


def _all_clear(safety: Sequence[Check]) -> str:
    """Return that nothing was found, where most of the checks could have found something."""
    passed = sum(check.outcome is Outcome.PASS for check in safety)
    if 2 * passed > len(safety):
        return "Nothing that harms or disturbs was found near the address."
    return f"The map tells too little here: {passed} of {count(len(safety), 'check')} could be made."
