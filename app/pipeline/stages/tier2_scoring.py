"""Stage tier2_scoring: six categories of everyday life, 0 to 10 each, weighted by the profile."""

from __future__ import annotations

from collections.abc import Sequence

from app.atlas.facts import Floats
from app.pipeline.confidence import section
from app.pipeline.evaluation import DISC_M, Evaluation, merge_gaps, state_of
from app.pipeline.found import FARTHEST_WALK, name_and_minutes
from app.pipeline.report import Fact, Finding, Gap, Part, Score
from app.pipeline.rules.categories import Data, Lifestyle
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import clamp, interpolate, weighted_mean
from app.pipeline.stages.tier1_checks import cost_of
from app.wording import count, listed, number, sentence

METHOD = METHODS.tier2
FULL = 10.0
NO_COST = "Give a rent or price and your budget to have this measured."


def run(evaluation: Evaluation) -> Finding:
    """Measure the six categories and normalise them to 100 over those that are known."""
    parts = (
        _green(evaluation),
        *(_walked(evaluation, category) for category in METHOD.categories),
        _affordability(evaluation),
        _transit(evaluation),
    )
    value = normalised(parts)
    score = None if value is None else Score("Lifestyle score", value, 100.0)
    return Finding(
        state=state_of([p.value for p in parts]),
        summary=_summary(score, parts),
        score=score,
        parts=parts,
        facts=(Fact("profile", "Profile", evaluation.profile.title),),
        notes=(f"Weights of the profile: {evaluation.profile.summary}",),
        gaps=merge_gaps(Gap(p.label.lower(), p.evidence) for p in parts if p.value is None),
        confidence=section(evaluation, Data.SHOPS, Data.AMENITIES, Data.STOPS),
    )


def normalised(parts: Sequence[Part]) -> float | None:
    """Return 100 * sum(weight * value) / sum(weight * 10) over the known parts, None where too few are known."""
    known = [(p.value / p.out_of, p.weight) for p in parts if p.value is not None]
    if len(known) < METHOD.least_measured:
        return None
    mean = weighted_mean(known)
    return None if mean is None else round(clamp(100 * mean), 1)


def lifestyle_value(seconds: Floats) -> float:
    """Return 0 to 10: four fifths for the nearest place's minutes, one fifth for a choice within 15 minutes."""
    if not len(seconds):
        return 0.0
    near = interpolate(METHOD.curve, float(seconds[0]) / 60.0)
    choice = min(1.0, int((seconds <= METHOD.choice_min * 60).sum()) / METHOD.choice_full)
    return METHOD.curve_share * near + METHOD.choice_points * choice


def affordability_value(cost: float, budget: float) -> float:
    """Return 10 up to 85 % of the budget, falling to 0 at 115 %."""
    return interpolate(METHOD.affordability_percent, 100 * cost / budget)


def _walked(evaluation: Evaluation, category: Lifestyle) -> Part:
    seconds = evaluation.around.walk_seconds(*category.kinds)
    know = evaluation.knowledge
    met = len(seconds) > 0 and seconds[0] <= METHOD.choice_min * 60
    if (not know.has(category.data) and not met) or (not len(seconds) and know.cut_off(DISC_M)):
        return _unknown(evaluation, category.key, category.label, know.gap("", category.data, DISC_M).why)
    return _part(
        evaluation, category.key, category.label, lifestyle_value(seconds), _evidence(evaluation, category, seconds)
    )


def _evidence(evaluation: Evaluation, category: Lifestyle, seconds: Floats) -> str:
    if not len(seconds):
        return f"There is none within {FARTHEST_WALK}."
    nearest = evaluation.around.nearest(*category.kinds, limit=1)[0]
    more = int((seconds <= METHOD.choice_min * 60).sum()) - 1
    choice = f", and {more:,} more within {number(METHOD.choice_min)} minutes" if more > 0 else ""
    return f"{sentence(name_and_minutes(nearest))}{choice}."


def _green(evaluation: Evaluation) -> Part:
    return _from_stage(evaluation, "green_escape", "green_escape", "Green escape")


def _transit(evaluation: Evaluation) -> Part:
    return _from_stage(evaluation, "transit_score", "transit_access", "Transit access")


def _from_stage(evaluation: Evaluation, stage: str, key: str, label: str) -> Part:
    finding = evaluation.usable(stage)
    if finding is None or finding.score is None:
        earlier = evaluation.findings.get(stage)
        why = earlier.gaps[0].why if earlier and earlier.gaps else "This could not be measured."
        return _unknown(evaluation, key, label, why)
    return _part(evaluation, key, label, FULL * finding.score.value / finding.score.out_of, finding.summary)


def _affordability(evaluation: Evaluation) -> Part:
    cost, budget = cost_of(evaluation.listing), evaluation.listing.budget
    key, label = "affordability", "Affordability"
    if cost is None or not budget:
        return _unknown(evaluation, key, label, NO_COST)
    text = f"{number(100 * cost / budget, 0)} % of your budget of {number(budget, 0)}."
    return _part(evaluation, key, label, affordability_value(cost, budget), text)


def _part(evaluation: Evaluation, key: str, label: str, value: float, evidence: str) -> Part:
    return Part(key, label, round(clamp(value, 0.0, FULL), 2), FULL, evaluation.profile.weight(key), evidence)


def _unknown(evaluation: Evaluation, key: str, label: str, why: str) -> Part:
    return Part(key, label, None, FULL, evaluation.profile.weight(key), why)


def _summary(score: Score | None, parts: Sequence[Part]) -> str:
    known = [p for p in parts if p.value is not None]
    if score is None:
        if not known:
            return f"Not one of the {len(parts)} categories could be measured."
        return f"Only {len(known)} of {count(len(parts), 'category')} could be measured, too few for a score."
    strong = [p.label.lower() for p in known if (p.value or 0.0) >= METHODS.tier3.helps_from]
    text = f"{number(score.value, 0)} of 100 over {len(known)} of {len(parts)} categories."
    return text + (f" Strong in {listed(strong)}." if strong else "")
