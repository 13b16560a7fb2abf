"""A report scored again from itself alone: for another profile, other must-haves, and weights of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from app.needs import NEED
from app.pipeline.must_haves import must_have_checks
from app.pipeline.report import Adjustable, Finding, Report, State
from app.pipeline.rules.headline import AMOUNTS, TRANSIT, profile_named, usual_weight
from app.pipeline.rules.profiles import METHODS
from app.pipeline.stages.saving import verdict_of
from app.pipeline.stages.tier1_checks import outcome_counts
from app.pipeline.stages.tier2_scoring import profile_note, scored
from app.pipeline.stages.urban_access import travel_summary

#: The parts of the score, in the order of the report.
PARTS = (*(need.key for need in METHODS.headline.needs), TRANSIT)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person looks for: a profile, must-haves, and how much single parts count instead of what the profile says.

    A weight is a multiple of the usual: 0 not at all, 1 as usual, 2 double.
    """

    profile: str
    must_haves: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def weight(self, part: str) -> float:
        """Return how much a part of the score counts."""
        if part in self.weights:
            return self.weights[part] * usual_weight(part)
        return profile_named(self.profile).weight(part)

    def multiple(self, part: str) -> float:
        """Return how much a part counts as a multiple of the usual."""
        return self.weight(part) / usual_weight(part)

    @property
    def own_weights(self) -> tuple[str, ...]:
        """Return what the person weighs otherwise than the profile, in words: "park double"."""
        return tuple(f"{part_noun(part)} {AMOUNTS[self.weights[part]]}" for part in PARTS if part in self.weights)

    @property
    def counts_nothing(self) -> bool:
        """Return whether nothing at all counts, so that there is no score."""
        return not any(self.weight(part) > 0 for part in PARTS)


def part_noun(part: str) -> str:
    """Return what a part of the score is called in a sentence."""
    return "transit" if part == TRANSIT else NEED[part].noun


def preferences_of(report: Report) -> Preferences:
    """Return what the report was made for."""
    return Preferences(report.listing.profile, report.listing.must_haves)


def why_not_adjustable(report: Report) -> str:
    """Return why a report cannot be scored again, as a sentence, "" where it can."""
    if report.methods_version != METHODS.version:
        return "This report was made by earlier rules; evaluate the address again to adjust it."
    if _kept(report, "tier1_checks") is None or _kept(report, "tier2_scoring") is None:
        return "This report does not hold what is needed to adjust it; evaluate the address again."
    return ""


def rescored(report: Report, wanted: Preferences) -> Report:
    """Return the report as it would be if it had been made for these preferences.

    Without weights it is equal to what an evaluation gives. Raises ValueError where the report is not adjustable.
    """
    if why := why_not_adjustable(report):
        raise ValueError(why)
    findings = {finding.stage: _adjusted(finding, wanted) for finding in report.findings}
    return replace(
        report,
        listing=replace(report.listing, profile=wanted.profile, must_haves=wanted.must_haves),
        profile=profile_named(wanted.profile).key,
        findings=tuple(findings.values()),
        verdict=verdict_of(findings),
    )


def _kept(report: Report, stage: str) -> Adjustable | None:
    finding = report.finding(stage)
    return finding.adjustable if finding else None


def _adjusted(finding: Finding, wanted: Preferences) -> Finding:
    match finding.stage:
        case "tier1_checks":
            return _checked(finding, wanted.must_haves)
        case "tier2_scoring":
            return _weighed(finding, wanted)
        case "urban_access" if finding.state is not State.FAILED:
            drives = profile_named(wanted.profile).drives
            return replace(finding, summary=travel_summary(finding.trips, drives=drives))
    return finding


def _checked(finding: Finding, must_haves: Sequence[str]) -> Finding:
    """Ask for other things of the place; safety and what the home offers stay as they are."""
    answers = finding.adjustable.answers if finding.adjustable else ()
    others = [check for check in finding.checks if not check.key.startswith("must_")]
    checks = (*others, *must_have_checks(must_haves, answers))
    return replace(finding, checks=checks, facts=outcome_counts(checks))


def _weighed(finding: Finding, wanted: Preferences) -> Finding:
    kept = finding.adjustable or Adjustable()
    known = {part.key: part for part in (*finding.parts, *kept.uncounted)}
    parts = [replace(known[key], weight=wanted.weight(key)) for key in PARTS if key in known]
    own = (f"Set by you: {'; '.join(wanted.own_weights)}.",) if wanted.own_weights else ()
    notes = (profile_note(profile_named(wanted.profile)), *own)
    found = scored(parts, notes, may_have_word=kept.may_have_word, confidence=finding.confidence)
    return replace(found, stage=finding.stage, title=finding.title)
