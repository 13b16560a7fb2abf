"""A report as others see it: without what its owner said of money, and without what nobody may keep."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from app.pipeline.listing import MONEY, without_money
from app.pipeline.report import Outcome, Report
from app.pipeline.stages.saving import verdict_of
from app.pipeline.stages.tier1_checks import COST, without_cost


def without_ratings(report: Report) -> Report:
    """Return the report without ratings of places, which are for one page and for a day."""
    if not any(finding.ratings for finding in report.findings):
        return report
    return replace(report, findings=tuple(replace(f, ratings=msgspec.UNSET) for f in report.findings))


def as_shared(report: Report) -> Report:
    """Return the report for whoever has the link: every amount, and every sentence that rests on one, is left out.

    What nothing was said of money in, or what is shared with it, is returned as it is.
    """
    listing = report.listing
    if listing.shares_money or all(getattr(listing, name) is None for name in MONEY):
        return report
    findings = tuple(without_cost(f) if f.stage == "tier1_checks" else f for f in report.findings)
    over = any(check.key == COST and check.outcome is Outcome.FAIL for f in report.findings for check in f.checks)
    verdict = verdict_of({finding.stage: finding for finding in findings}) if over else report.verdict
    return replace(report, listing=without_money(listing), findings=findings, verdict=verdict)
