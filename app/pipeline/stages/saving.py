"""Stage saving: the verdict, and everything put together into the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.pipeline.confidence import whole_report
from app.pipeline.evaluation import Evaluation
from app.pipeline.report import Check, Finding, Influence, Outcome, Part, Report, State, Verdict
from app.pipeline.rules.profiles import METHODS
from app.wording import number, sentence

METHOD = METHODS.tier3
FULL_NEED = 1.0
INDEXES = ("walk_scores", "bike_score", "transit_score")


@dataclass(frozen=True, slots=True)
class WeightedInfluence:
    """An influence and its weight in points of the final score; failed checks come before everything."""

    points: float
    influence: Influence


def run(evaluation: Evaluation) -> Finding:
    """Return the last finding: the verdict in one sentence."""
    report = assemble(evaluation)
    return Finding(
        state=State.MEASURED if report.verdict.score is not None else State.UNKNOWN,
        summary=report.verdict.sentence,
        confidence=report.confidence,
    )


def assemble(evaluation: Evaluation) -> Report:
    """Build the report from the findings of the 13 stages before this one."""
    findings = {name: finding for name, finding in evaluation.findings.items() if name != "saving"}
    return Report(
        listing=evaluation.listing,
        location=evaluation.location,
        verdict=verdict_of(findings),
        confidence=whole_report(evaluation, tuple(findings.values())),
        findings=tuple(findings.values()),
        source=evaluation.around.region,
        profile=evaluation.profile.key,
        methods_version=METHODS.version,
    )


def verdict_of(findings: Mapping[str, Finding]) -> Verdict:
    """Return the verdict; a failed check is named first, and the score is shown beside it, never zeroed."""
    final = findings["tier3_bonuses"].score if "tier3_bonuses" in findings else None
    checks = findings["tier1_checks"].checks if "tier1_checks" in findings else ()
    failures = tuple(check.finding.rstrip(".") for check in checks if check.outcome is Outcome.FAIL)
    helps, costs = _helps(findings), _costs(findings, checks)
    word = final.word if final else "not enough is known"
    return Verdict(
        score=final.value if final else None,
        word=word,
        sentence=_sentence(failures, final.value if final else None, word),
        baseline_failures=failures,
        helps=helps,
        costs=costs,
    )


def _sentence(failures: tuple[str, ...], score: float | None, word: str) -> str:
    first = f"Does not meet the baseline: {'; '.join(failures)}. " if failures else ""
    if score is None:
        return f"{first}Too little is known about this address to give a score."
    return f"{first}{sentence(word)}: {number(score, 0)} of 100."


def _helps(findings: Mapping[str, Finding]) -> tuple[Influence, ...]:
    parts = _categories(findings)
    weighed = [
        WeightedInfluence(_points(p, parts, p.value or 0.0), Influence(p.label, p.evidence))
        for p in parts
        if (p.value or 0.0) >= METHOD.helps_from
    ]
    bonuses = findings["tier3_bonuses"].parts if "tier3_bonuses" in findings else ()
    weighed += [WeightedInfluence(p.value, Influence(p.label, p.evidence)) for p in bonuses if p.value]
    return _strongest(weighed)


def _costs(findings: Mapping[str, Finding], checks: tuple[Check, ...]) -> tuple[Influence, ...]:
    """Return failed checks, then what loses most points, then warnings, unmet needs and low indexes."""
    parts = _categories(findings)
    over_budget = any(c.key == "wish_cost" and c.outcome is Outcome.FAIL for c in checks)
    weighed = [WeightedInfluence(1_000.0, Influence(c.title, c.finding)) for c in checks if c.outcome is Outcome.FAIL]
    weighed += [
        WeightedInfluence(_points(p, parts, p.out_of - (p.value or 0.0)), Influence(p.label, p.evidence))
        for p in parts
        if (p.value or 0.0) < METHOD.helps_from and not (p.key == "affordability" and over_budget)
    ]
    weighed += [WeightedInfluence(1.0, Influence(c.title, c.finding)) for c in checks if c.outcome is Outcome.WARN]
    needs = findings["neighborhood"].parts if "neighborhood" in findings else ()
    unmet = [p for p in needs if p.value is not None and p.value < FULL_NEED]
    weighed += [WeightedInfluence(0.5 - 0.1 * (p.value or 0.0), Influence(p.label, p.evidence)) for p in unmet]
    return _strongest([*weighed, *_weak_indexes(findings)])


def _weak_indexes(findings: Mapping[str, Finding]) -> list[WeightedInfluence]:
    """Return each index that is low though all of it is known; it counts for nothing in the score, so it comes last."""
    found = [findings[stage] for stage in INDEXES if stage in findings]
    measured = [(f.score.value, f) for f in found if f.state is State.MEASURED and f.score]
    return [
        WeightedInfluence(0.3 - value / 1_000, Influence(f.title, f.summary))
        for value, f in measured
        if value < METHOD.weak_index
    ]


def _categories(findings: Mapping[str, Finding]) -> list[Part]:
    finding = findings.get("tier2_scoring")
    return [p for p in finding.parts if p.value is not None and p.weight > 0] if finding else []


def _points(part: Part, parts: list[Part], value: float) -> float:
    """Return the points of the final score that a value of a category is worth."""
    return 100 * part.weight * value / sum(p.weight * p.out_of for p in parts)


def _strongest(weighed: list[WeightedInfluence]) -> tuple[Influence, ...]:
    ranked = sorted(weighed, key=lambda w: -w.points)
    return tuple(w.influence for w in ranked[: METHOD.named])
