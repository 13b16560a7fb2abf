"""Evaluate a listing: 14 stages in order, from an address to a report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from app.pipeline.evaluation import Evaluation
from app.pipeline.listing import Listing
from app.pipeline.report import Confidence, Finding, Gap, Level, Report, State, finding_from_json, to_json
from app.pipeline.stages import (
    bike_score,
    geocode,
    green_escape,
    green_spaces,
    neighborhood,
    saving,
    schools,
    tier1_checks,
    tier2_scoring,
    tier3_bonuses,
    transit_access,
    transit_score,
    urban_access,
    walk_scores,
)
from app.places import Location, Question
from app.sources.extras import Extras
from app.sources.interface import Source, Surroundings

log = logging.getLogger(__name__)

#: Called with (name, None) when a stage begins and (name, finding) when it ended. What it raises stops the evaluation.
OnStage = Callable[[str, Finding | None], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: its fixed name and display text, the heading of its section, and what it runs."""

    name: str
    text: str
    title: str
    run: Callable[[Evaluation], Finding]
    #: A required stage that fails fails the evaluation; another one is reported as missing.
    required: bool = False


STAGES = (
    Stage("geocode", "Locating address...", "Address", geocode.run, required=True),
    Stage("bike_score", "Checking bike infrastructure...", "Cycling", bike_score.run),
    Stage("neighborhood", "Analyzing nearby amenities...", "Daily needs on foot", neighborhood.run),
    Stage("schools", "Finding schools and childcare...", "Schools and childcare", schools.run),
    Stage("urban_access", "Calculating commute times...", "Getting around", urban_access.run),
    Stage("transit_access", "Evaluating transit options...", "Transit", transit_access.run),
    Stage("green_spaces", "Discovering parks and trails...", "Parks and green space", green_spaces.run),
    Stage("green_escape", "Finding your daily green escape...", "Your daily green escape", green_escape.run),
    Stage("transit_score", "Getting transit scores...", "Transit in one number", transit_score.run),
    Stage("walk_scores", "Getting walkability scores...", "Errands on foot", walk_scores.run),
    Stage("tier1_checks", "Running safety checks...", "Safety checks", tier1_checks.run),
    Stage("tier2_scoring", "Calculating lifestyle scores...", "Daily life", tier2_scoring.run),
    Stage("tier3_bonuses", "Adding bonus points...", "The home", tier3_bonuses.run),
    Stage("saving", "Saving your results...", "Verdict", saving.run, required=True),
)


def _ignore(name: str, finding: Finding | None) -> None:
    """Report progress to nobody."""


def evaluate_property(
    listing: Listing,
    sources: Source,
    on_stage: OnStage = _ignore,
    finished: Sequence[Finding] = (),
) -> Report:
    """Run the stages that `finished` does not hold yet, and return the report.

    Raises DoorstepError where the address cannot be located, and whatever `on_stage` raises. An optional stage that
    raises becomes a finding with state FAILED.
    """
    evaluation, kept = Evaluation(listing, sources), {finding.stage: finding for finding in finished}
    for stage in STAGES:
        if stage.name in kept:
            evaluation.findings[stage.name] = kept[stage.name]
            continue
        on_stage(stage.name, None)
        finding = _as_kept(replace(_run(stage, evaluation), stage=stage.name, title=stage.title))
        evaluation.findings[stage.name] = finding
        on_stage(stage.name, finding)
    return saving.assemble(evaluation)


def measure(listing: Listing, location: Location, around: Surroundings, stages: Collection[str]) -> Evaluation:
    """Run some stages for an address whose place is known, in the order of all; return the evaluation.

    They find what they do in a whole evaluation, but for what other wishes than the listing's would need.
    """
    evaluation = Evaluation(listing, KnownSurroundings(around), is_adjustable=False)
    evaluation.findings["geocode"] = Finding(state=State.MEASURED, summary="", stage="geocode", location=location)
    for stage in STAGES:
        if stage.name in stages:
            finding = replace(_run(stage, evaluation), stage=stage.name, title=stage.title)
            evaluation.findings[stage.name] = finding
    return evaluation


@dataclass(frozen=True, slots=True)
class KnownSurroundings:
    """The source of an evaluation whose surroundings are open already; it asks nobody for anything more."""

    around: Surroundings

    def locate(self, text: str, near: Location | None = None) -> Location | Question:
        """Return the place, whatever is asked: it is known."""
        return self.around.location

    def surroundings(self, location: Location) -> Surroundings:
        """Return the surroundings that are open."""
        return self.around

    def extras(self, location: Location) -> Extras:
        """Return nothing: nobody is asked."""
        return Extras()


def _as_kept(finding: Finding) -> Finding:
    """Return the finding as a checkpoint would give it back, so that a resumed evaluation goes on from the same."""
    return finding_from_json(to_json(finding))


def _run(stage: Stage, evaluation: Evaluation) -> Finding:
    if stage.required:
        return stage.run(evaluation)
    evaluation.open()
    try:
        return stage.run(evaluation)
    except Exception:
        log.exception("stage %s failed", stage.name)
        return _failed(stage)


def _failed(stage: Stage) -> Finding:
    return Finding(
        state=State.FAILED,
        summary="Something went wrong on our side, so this section is missing.",
        gaps=(Gap(stage.title.lower(), "This step failed on our side; the rest of the report stands."),),
        confidence=Confidence(Level.LOW, ("This step failed on our side.",)),
    )
