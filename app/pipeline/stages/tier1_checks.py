"""Stage tier1_checks: distances to what harms or disturbs, road noise, and the wishes that the person gave."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from app.atlas.facts import Hazard
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation, merge_gaps
from app.pipeline.found import hazard_noun, kind_noun, name_or_noun
from app.pipeline.listing import Listing
from app.pipeline.must_haves import must_have_checks
from app.pipeline.report import Check, Fact, Finding, Gap, Outcome, State
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.rules.safety import ROAD_KINDS, SafetyRule
from app.places import Kind, Precision
from app.sources.interface import Surroundings
from app.wording import count, limit, listed, metres, number, sentence

NOISE = METHODS.safety.noise
LEVELS = dict(NOISE.levels)
SILENT = "The listing does not say."
METHOD = METHODS.safety
NOTES = (
    "Distances are straight lines to the nearest edge or line on the map; tunnels do not count.",
    "These checks screen by distance. They are no measurement of air, noise or flood risk at the home.",
)
#: Added where the house was not found.
ROUGH = "But this is measured from a point on the street or in the place, as the house was not found."
#: Checks that look so far that a street's length hardly matters.
FAR_CHECKS = frozenset(rule.key for rule in METHOD.rules if rule.warn_m >= 1_000)
ORDER = (Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN, Outcome.PASS)
ORDER_LABELS = tuple(zip(ORDER, ("Checks failed", "Warnings", "Unknown", "Checks passed"), strict=True))


def run(evaluation: Evaluation) -> Finding:
    """Run every safety check, and the wishes that the person gave."""
    near = hazards_to_judge(evaluation.around)
    exact = (*(safety_check(evaluation, rule, near) for rule in METHOD.rules), noise_check(evaluation, near))
    safety = tuple(_as_sure_as(evaluation.location.precision, check) for check in exact)
    asked = must_have_checks(evaluation, lambda key, within_m: nearest_of(evaluation.around, key, within_m))
    checks = (*safety, *wish_checks(evaluation.listing), *asked)
    unknown = [check for check in safety if check.outcome is Outcome.UNKNOWN]
    return Finding(
        state=_state(len(unknown), len(safety)),
        summary=_summary(checks),
        facts=tuple(
            Fact(outcome.value, label, float(sum(check.outcome is outcome for check in checks)))
            for outcome, label in ORDER_LABELS
        ),
        checks=checks,
        notes=NOTES,
        gaps=merge_gaps(Gap(check.title.lower(), check.finding) for check in unknown),
        confidence=section(evaluation, Data.STREETS, Data.AMENITIES, radius_m=300.0, by_metres=True),
    )


def hazards_to_judge(around: Surroundings) -> tuple[Hazard, ...]:
    """Return what any check looks at, in two questions: the far-reaching kinds, and all others."""
    near = [kind for rule in METHOD.rules if rule.key not in FAR_CHECKS for kind in rule.kinds]
    far = [kind for rule in METHOD.rules if rule.key in FAR_CHECKS for kind in rule.kinds]
    reach = max(rule.warn_m for rule in METHOD.rules)
    kinds = sorted({*near, *ROAD_KINDS})
    return (*around.hazards(*kinds, within_m=NOISE.within_m), *around.hazards(*far, within_m=reach))


def nearest_of(around: Surroundings, key: str, within_m: float) -> Hazard | None:
    """Return the nearest thing that the check of a key is about."""
    rule = next(rule for rule in METHOD.rules if rule.key == key)
    return next((h for h in around.hazards(*rule.kinds, within_m=within_m) if counts(rule, h)), None)


def safety_check(evaluation: Evaluation, rule: SafetyRule, near: Sequence[Hazard]) -> Check:
    """Judge the worst thing of a rule's kinds; finding nothing passes only where the data could have shown it."""
    found = [hazard for hazard in near if hazard.kind in rule.kinds and counts(rule, hazard)]
    judged = [(outcome_of(rule, hazard), hazard) for hazard in found]
    worst = min(judged, key=lambda j: (ORDER.index(j[0]), j[1].distance_m, j[1].osm_id), default=None)
    if worst and worst[0] is not Outcome.PASS:
        return _check(evaluation, rule, worst[0], _near_sentence(rule, worst[1]), worst[1].distance_m)
    know = evaluation.knowledge
    if not know.has(rule.data):
        return _check(evaluation, rule, Outcome.UNKNOWN, _why_not(evaluation, rule))
    if know.cut_off(rule.warn_m):
        return _check(evaluation, rule, Outcome.UNKNOWN, know.why_cut(rule.warn_m))
    return _check(evaluation, rule, Outcome.PASS, f"There are no {rule.things} within {limit(rule.warn_m)}.")


def counts(rule: SafetyRule, hazard: Hazard) -> bool:
    """Return whether a thing is what the rule is about: enough lanes, enough volts."""
    if rule.or_lanes is not None and hazard.kind is not Kind.PRIMARY_ROAD:
        return (hazard.lanes or 0) >= rule.or_lanes
    if rule.least_volts is not None:
        volts = _volts(hazard.tags.get("voltage", ""))
        return volts is None or volts >= rule.least_volts
    return True


def _volts(text: str) -> int | None:
    """Read "110000" or "110000;220000" as its highest value; None where nothing is readable."""
    numbers = [int(part) for part in text.replace(" ", "").split(";") if part.isdigit()]
    return max(numbers, default=None)


def outcome_of(rule: SafetyRule, hazard: Hazard) -> Outcome:
    """Judge one thing by its distance."""
    enough_lanes = rule.fail_lanes is None or (hazard.lanes or 0) >= rule.fail_lanes
    if rule.fail_m is not None and hazard.distance_m < rule.fail_m and enough_lanes:
        return Outcome.FAIL
    return Outcome.WARN if hazard.distance_m < rule.warn_m else Outcome.PASS


def _check(evaluation: Evaluation, rule: SafetyRule, outcome: Outcome, text: str, far: float | None = None) -> Check:
    link = _flood_map(evaluation) if rule.key == "flood" else ("", "")
    return Check(
        key=rule.key,
        title=rule.title,
        outcome=outcome,
        finding=text,
        distance_m=None if far is None else float(round(far)),
        rule=_rule_text(rule),
        evidence=f"{rule.evidence} See {link[0]}." if link[0] else rule.evidence,
        strength=rule.strength,
        link=link[1],
    )


def _near_sentence(rule: SafetyRule, hazard: Hazard) -> str:
    noun = hazard_noun(hazard.kind, hazard.tags)
    name = sentence(name_or_noun(hazard.name, noun))
    what = f" ({noun})" if hazard.name and noun not in name.lower() else ""
    lanes = f" with {count(hazard.lanes, 'lane')}" if rule.or_lanes and hazard.lanes else ""
    if hazard.distance_m < 1:
        return f"{name}{what}{lanes} is right at the address."
    return f"{name}{what}{lanes} is {metres(hazard.distance_m)} away."


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


def _why_not(evaluation: Evaluation, rule: SafetyRule) -> str:
    if rule.data is Data.STREETS:
        return evaluation.knowledge.why_not(rule.data)
    return f"The map holds little but streets here, so finding no {rule.things} says nothing."


def _as_sure_as(precision: Precision, check: Check) -> Check:
    """Judge no house by its street: where only the street or place was found, metres neither pass nor fail anyone."""
    if precision not in (Precision.STREET, Precision.PLACE) or check.key in FAR_CHECKS:
        return check
    if check.outcome is Outcome.FAIL:
        return replace(check, outcome=Outcome.WARN, finding=f"{check.finding} {ROUGH}")
    if check.outcome is Outcome.PASS:
        return replace(check, outcome=Outcome.UNKNOWN, finding=f"{check.finding} {ROUGH}")
    return check


def noise_check(evaluation: Evaluation, near: Sequence[Hazard]) -> Check:
    """Estimate road noise at the address."""
    roads = each_road_once(near)
    level = energy_sum(road_level(road) for road in roads)
    know = evaluation.knowledge
    cut = know.cut_off(NOISE.edge_m)
    loudest = loudest_road(roads)
    if level is None or loudest is None:
        if not know.has(Data.STREETS) or cut:
            why = know.why_cut(NOISE.edge_m) if know.has(Data.STREETS) else know.why_not(Data.STREETS)
            return _noise(Outcome.UNKNOWN, why)
        return _noise(Outcome.PASS, f"No road is within {limit(NOISE.within_m)}.")
    whole_db = round(level)
    outcome = noise_outcome(whole_db)
    # Roads beyond the edge of the data can only add to it.
    about = "At least" if cut else "About"
    name = name_or_noun(loudest.name, kind_noun(loudest.kind))
    text = f"{about} {whole_db} dB outside, mostly from {name}, {metres(loudest.distance_m)} away."
    if outcome is Outcome.PASS and cut:
        return _noise(Outcome.UNKNOWN, f"{text} {know.why_cut(NOISE.edge_m)}")
    return _noise(outcome, text, loudest.distance_m)


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
        distance_m=None if distance_m is None else float(round(distance_m)),
        rule=f"Warns above {number(NOISE.warn_db, 0)} dB, fails above {number(NOISE.fail_db, 0)} dB.",
        evidence=NOISE.evidence,
        strength=NOISE.strength,
    )


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
        yield _cost(cost_of(listing), listing.budget)


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


def _cost(cost: float | None, budget: float) -> Check:
    if cost is None:
        return _wish("cost", "Cost", Outcome.UNKNOWN, SILENT)
    text = f"It costs {number(cost, 0)}, and your limit is {number(budget, 0)}."
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


def _summary(checks: Sequence[Check]) -> str:
    words = {
        Outcome.FAIL: ("fails", "fail"),
        Outcome.WARN: ("warns", "warn"),
        Outcome.UNKNOWN: ("is unknown", "are unknown"),
        Outcome.PASS: ("passes", "pass"),
    }
    said = []
    for outcome in ORDER:
        titles = [check.title.lower() for check in checks if check.outcome is outcome]
        if titles:
            verb = words[outcome][len(titles) > 1]
            named = f" ({listed(titles)})" if outcome in (Outcome.FAIL, Outcome.WARN) else ""
            said.append(f"{len(titles)} {verb}{named}")
    return f"Of {count(len(checks), 'check')}, {listed(said)}."
