"""Stage bike_score: infrastructure, low-stress reach, destinations and connectivity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.atlas.facts import PATTERN_M, BikeInfrastructure
from app.needs import NEED, Need
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation, merge_gaps, state_of
from app.pipeline.knowledge import DISC_M
from app.pipeline.report import Fact, Finding, Gap, Part, Score
from app.pipeline.rules.categories import Category, Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import clamp, enough_known, interpolate_all, slot_sum, weighted_mean, word_for
from app.sources.extras import About
from app.sources.interface import Surroundings
from app.wording import count, limit, listed, number, points, sentence

METHOD = METHODS.bike
FAR_M = METHOD.decay[-1][0]
NOTES = (
    "How stressful a street is to cycle is estimated from its class, lanes, speed limit and cycle lanes on the map.",
)


def run(evaluation: Evaluation) -> Finding:
    """Measure how good cycling is, 0 to 100, over the parts that are known."""
    return evaluation.beside(About.BIKE, _measured(evaluation))


def _measured(evaluation: Evaluation) -> Finding:
    if not evaluation.knowledge.has(Data.STREETS):
        return _unknown(evaluation)
    paths = evaluation.around.bike_infrastructure()
    parts = (
        _infrastructure(evaluation, paths),
        _reach(evaluation),
        _destinations(evaluation),
        _connectivity(evaluation.around),
    )
    mean = weighted_mean((p.value, p.weight) for p in parts if p.value is not None)
    if mean is None or not enough_known(parts):
        return _unknown(evaluation)
    value = round(clamp(100 * mean), 1)
    score = Score("Cycling", value, 100.0, word_for(METHOD.words, value))
    gaps = [_gap(evaluation, part) for part in parts if part.value is None]
    return Finding(
        state=state_of([p.value for p in parts]),
        summary=_summary(score, parts),
        score=score,
        parts=parts,
        facts=(
            Fact("path_km", "Separate cycle paths nearby, the near ones counting most", round(paths.path_km, 1), "km"),
            Fact("lane_km", "Painted cycle lanes nearby, the near ones counting most", round(paths.lane_km, 1), "km"),
        ),
        notes=NOTES,
        gaps=merge_gaps(gaps),
        confidence=section(evaluation, Data.STREETS, Data.SHOPS, Data.AMENITIES),
    )


def infrastructure_value(paths: BikeInfrastructure) -> float:
    """Return 0 to 1: 6 km of separate paths or 12 km of painted lanes fill it, or a mix of both."""
    return min(1.0, paths.path_km / METHOD.path_full_km + paths.lane_km / METHOD.lane_full_km)


def reachable_quietly(around: Surroundings, need: Need) -> bool:
    """Return whether one place of a need is within reach on streets of low stress, with a small detour at most."""
    any_way = around.bike_metres(*need.kinds)
    quiet = around.bike_metres(*need.kinds, max_stress=METHOD.quiet_stress)
    return bool(((any_way <= METHOD.reach_m) & (quiet <= METHOD.detour * any_way)).any())


def destination_share(around: Surroundings, category: Category) -> float:
    """Return the share, 0 to 1, of a category's slots that places within a ride fill."""
    values = [a.quality * interpolate_all(METHOD.decay, around.bike_metres(*a.kinds)) for a in category.answers]
    return slot_sum(category.slots, np.concatenate(values)) / sum(category.slots)


def _infrastructure(evaluation: Evaluation, paths: BikeInfrastructure) -> Part:
    label, weight, value = "Paths and lanes", METHOD.infrastructure_weight, infrastructure_value(paths)
    if value == 0 and not evaluation.knowledge.has(Data.AMENITIES):
        return Part("infrastructure", label, None, 1.0, weight, "Not known here.")
    separate, painted = (f"{number(km)} km of" if km >= 0.05 else "no" for km in (paths.path_km, paths.lane_km))
    return _part(
        "infrastructure", label, value, weight, f"{sentence(separate)} separate paths and {painted} painted lanes."
    )


def _reach(evaluation: Evaluation) -> Part:
    asked = [NEED[key] for key in METHODS.needs.needs]
    needs = [need for need in asked if not evaluation.knowledge.why_not_mapped(need)]
    label, weight = "Reach on quiet streets", METHOD.reach_weight
    if len(needs) <= METHODS.confidence.least_known * len(asked):
        return Part("reach", label, None, 1.0, weight, "Not known here.")
    met = [need for need in needs if reachable_quietly(evaluation.around, need)]
    verb = "is" if len(met) == 1 else "are"
    text = f"{len(met)} of {count(len(needs), 'daily need')} {verb} within {limit(METHOD.reach_m)} on quiet streets."
    return _part("reach", label, len(met) / len(needs), weight, text)


def _destinations(evaluation: Evaluation) -> Part:
    label, weight = "What is within a ride", METHOD.destinations_weight
    know, around = evaluation.knowledge, evaluation.around
    known = [c for c in METHODS.walk.categories if know.has(c.data)]
    shares = [(category, destination_share(around, category)) for category in known]
    if know.cut_off(FAR_M):
        shares = [(category, share) for category, share in shares if share > 0]
    mean = weighted_mean((share, sum(category.slots)) for category, share in shares)
    if mean is None:
        return Part("destinations", label, None, 1.0, weight, "Not known here.")
    full = [category.label.lower() for category, share in shares if share >= 0.995]
    text = f"All that counts is within an easy ride for {listed(full)}." if full else "Little is within an easy ride."
    return _part("destinations", label, mean, weight, text)


def _connectivity(around: Surroundings) -> Part:
    label, weight = "Connected streets", METHOD.connectivity_weight
    junctions = around.streets().junctions_per_km2
    if junctions is None:
        return Part("connectivity", label, None, 1.0, weight, "No street pattern is mapped here.")
    text = f"{number(junctions, 0)} street junctions per km² within {limit(PATTERN_M)}."
    return _part("connectivity", label, min(1.0, junctions / METHOD.junctions_full), weight, text)


def _part(key: str, label: str, value: float, weight: float, evidence: str) -> Part:
    return Part(key, label, round(value, 3), 1.0, weight, evidence)


def _gap(evaluation: Evaluation, part: Part) -> Gap:
    if part.key == "connectivity":
        return Gap(part.label.lower(), part.evidence)
    return evaluation.knowledge.gap(part.label.lower(), _missing(evaluation), FAR_M)


def _missing(evaluation: Evaluation) -> Data:
    """Return the first family of data that the score needs and this region lacks."""
    needed = (Data.STREETS, Data.AMENITIES, Data.SHOPS)
    return next((data for data in needed if not evaluation.knowledge.has(data)), Data.SHOPS)


def _summary(score: Score, parts: Sequence[Part]) -> str:
    known = [p for p in parts if p.value is not None]
    best = max(known, key=lambda p: p.value or 0.0)
    worst = min(known, key=lambda p: p.value or 0.0)
    text = f"{sentence(score.word)}: {points(score.value)} of 100."
    if best.value == worst.value:
        return text
    return f"{text} Best here: {best.label.lower()}. Worst: {worst.label.lower()}."


def _unknown(evaluation: Evaluation) -> Finding:
    return Finding(
        state=state_of([None]),
        summary="Too little is mapped near this address to judge cycling.",
        gaps=(evaluation.knowledge.gap("cycling", _missing(evaluation), DISC_M),),
        confidence=section(evaluation, Data.STREETS, Data.AMENITIES),
    )
