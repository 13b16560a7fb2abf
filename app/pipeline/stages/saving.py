"""Stage saving: the verdict, and everything put together into the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.pipeline.character import character_of
from app.pipeline.confidence import whole_report
from app.pipeline.door import door_of
from app.pipeline.evaluation import Evaluation
from app.pipeline.report import Check, Finding, Influence, Outcome, Part, Report, Score, State, Verdict
from app.pipeline.rules.profiles import METHODS
from app.pipeline.stages.tier2_scoring import in_figures
from app.wording import count, percent, sentence

METHOD = METHODS.headline
#: A warning costs as much as a need of usual weight that is not met at all.
WARNING = 1.0


@dataclass(frozen=True, slots=True)
class WeightedInfluence:
    """An influence and its weight."""

    weight: float
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
        door=door_of(evaluation),
        character=character_of(evaluation),
    )


def verdict_of(findings: Mapping[str, Finding]) -> Verdict:
    """Return the verdict; a deal-breaker is named first and takes the word's place, the score stands beside it."""
    place = findings.get("tier2_scoring")
    score = place.score if place else None
    checks = findings["tier1_checks"].checks if "tier1_checks" in findings else ()
    failed = _each_once([check for check in checks if check.outcome is Outcome.FAIL])
    breakers = tuple(_as_breaker(check) for check in failed)
    parts = [p for p in place.parts if p.value is not None] if place else []
    return Verdict(
        score=score.value if score else None,
        word=_word(score, failed),
        sentence=_sentence(breakers, score),
        deal_breakers=breakers,
        helps=_helps(parts),
        costs=_costs(parts, checks),
        low=score.low if score else None,
        high=score.high if score else None,
    )


def _each_once(failed: Sequence[Check]) -> list[Check]:
    """Return failed checks without the answers to must-haves that only say again what another check found."""
    found = {f"No: {check.finding}" for check in failed if not check.key.startswith("must_")}
    return [check for check in failed if not (check.key.startswith("must_") and check.finding in found)]


def _as_breaker(check: Check) -> str:
    """Return a failed check as a sentence; what was asked for is named, as the answer alone would not say it."""
    return f"{check.title}? {check.finding}" if check.key.startswith("must_") else check.finding


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _word(score: Score | None, failed: Sequence[Check]) -> str:
    if [check.key for check in failed] == ["wish_cost"]:
        return "over your budget"
    if failed:
        return count(len(failed), "deal-breaker")
    if score is None:
        return "not enough is known"
    return score.word


def _sentence(breakers: tuple[str, ...], score: Score | None) -> str:
    first = " ".join(breakers)
    if score is None:
        return f"{first} Too little is known about this address to give a score.".strip()
    if first:
        return f"{first} Apart from that: {_lower(_scored(score))}"
    return sentence(_scored(score))


def _scored(score: Score) -> str:
    """Return "most things close by, 64 of 100.", with the range and the unknown share where something is unknown."""
    word = f"{score.word}, " if score.word else "daily life here scores "
    text = f"{word}{in_figures(score)} of 100."
    if score.low is None or score.high is None or score.high - score.low < 1:
        return text
    unknown = percent((score.high - score.low) / 100)
    return f"{text} It is a range because {unknown} of what counts is not known here."


def _helps(parts: list[Part]) -> tuple[Influence, ...]:
    """Return the parts that add most."""
    good = [p for p in parts if _share(p) >= METHOD.good_from]
    return _strongest([WeightedInfluence(p.weight * _share(p), _told_of(p)) for p in good])


def _told_of(part: Part) -> Influence:
    return Influence(part.label, part.evidence, part.brief, part.usual)


def _costs(parts: list[Part], checks: tuple[Check, ...]) -> tuple[Influence, ...]:
    """Return the warnings and the parts that lose most; what fails is said as a deal-breaker and not once more."""
    warned = [c for c in checks if c.outcome is Outcome.WARN and c.key not in _asked_and_failed(checks)]
    weighed = [WeightedInfluence(WARNING, Influence(c.title, c.finding)) for c in warned]
    weighed += [
        WeightedInfluence(p.weight * (1 - _share(p)), _told_of(p)) for p in parts if _share(p) < METHOD.bad_below
    ]
    return _strongest(weighed)


def _asked_and_failed(checks: Sequence[Check]) -> set[str]:
    """Return the keys of what the person asked to be away from and is not: that is a deal-breaker already."""
    musts = (c.key for c in checks if c.outcome is Outcome.FAIL and c.key.startswith("must_"))
    return {key.removeprefix("must_").partition(":")[0] for key in musts}


def _share(part: Part) -> float:
    return (part.value or 0.0) / part.out_of


def _strongest(weighed: list[WeightedInfluence]) -> tuple[Influence, ...]:
    ranked = sorted(weighed, key=lambda w: -w.weight)
    return tuple(w.influence for w in ranked[: METHOD.named])
