"""Stage saving: put verdict, confidence and findings together into the report."""

from __future__ import annotations

from app.pipeline.confidence import whole_report
from app.pipeline.evaluation import Evaluation
from app.pipeline.profiles import METHODS
from app.pipeline.report import Finding, Report, Source, State
from app.pipeline.verdict import verdict_of
from app.sources.base import RegionFacts


def run(evaluation: Evaluation) -> Finding:
    """Return the last finding: the verdict in one sentence."""
    report = assemble(evaluation)
    return Finding(
        stage="saving",
        title="Verdict",
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
        source=_source(evaluation.around.region),
        profile=evaluation.profile.key,
        methods_version=METHODS.version,
    )


def _source(region: RegionFacts) -> Source:
    return Source(
        region=region.name,
        title=region.title,
        data_date=region.data_date,
        attribution=region.attribution,
        feeds=region.feeds,
        service_date=region.service_date,
    )
