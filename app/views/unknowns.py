"""What a report does not know: each reason once, with all that it leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.pipeline.confidence import NO_TIMETABLE, ROUGH
from app.pipeline.report import Finding, Outcome, Report
from app.pipeline.rules import flood_zones
from app.pipeline.rules.mapped import DOES_NOT_TELL
from app.views.topics import ASKED
from app.wording import sentence

#: What the person did not say about the home is no gap of ours; what a park's value lacks stands with the park.
NO_GAPS = ("tier3_bonuses", "saving", "geocode", "green_escape")
UNTOLD = "The map here tells too little to say."


@dataclass(frozen=True, slots=True)
class Unknown:
    """A reason, and what it leaves open ("" where the reason names it); `for_all` holds for the whole report."""

    what: str
    why: str
    for_all: bool

    @property
    def sentences(self) -> str:
        """Return both as text."""
        return f"{sentence(self.what)}. {self.why}" if self.what else self.why


def unknowns_of(report: Report, destinations: tuple[str, ...] = ()) -> tuple[Unknown, ...]:
    """Return what is not known, the reasons that hold for the whole report first.

    The person's own destinations are left out: what became of them stands where they are listed.
    """
    open_things: dict[str, list[str]] = {reason: [] for reason in report.confidence.reasons}
    for what, why in _gaps(report, destinations):
        whats = open_things.setdefault(why, [])
        if _singular(what) not in map(_singular, whats):
            whats.append(what)
    general = report.confidence.reasons
    return tuple(Unknown(_named(whats, why), why, why in general) for why, whats in open_things.items())


#: How reasons begin that the page tells beside them: the data's age, and the sections that say so themselves.
TOLD_BESIDE = ("The map data is from ", "The map data does not say", "The section ", "The sections ", NO_TIMETABLE)
#: The list for families shows the schools whose level nobody knows.
TOLD_BY_SCHOOLS = "The map does not say the level of"
#: So many reasons are read before anything is opened.
MOST_REASONS = 3


def reasons_at_once(report: Report, unknowns: Sequence[Unknown]) -> tuple[str, ...]:
    """Return the first reasons that hold for the whole report, but for what the page says in other words at once.

    Where there are none, the first that holds for something.
    """
    told = (*TOLD_BESIDE, *(ROUGH.values() if report.location.note else ()))
    general = [why for why in report.confidence.reasons if not why.startswith(told)]
    single = [
        each.sentences
        for each in unknowns
        if each.what and not each.for_all and not each.why.startswith(TOLD_BY_SCHOOLS)
    ]
    return tuple(general[:MOST_REASONS] or single[:1])


def _gaps(report: Report, destinations: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for finding in report.findings:
        if finding.stage in NO_GAPS:
            continue
        yield from _of_checks(finding) if finding.checks else _of_gaps(finding, destinations)


def _of_gaps(finding: Finding, destinations: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if finding.stage == "urban_access" and not destinations:
        return  # what a town offers and this one does not stands in the fold: nobody asked for it
    for gap in finding.gaps:
        if gap.what not in destinations:
            # How few of each are mapped stands in the fold: here it would be the same sentence for each need.
            why = UNTOLD if gap.why.endswith(DOES_NOT_TELL) else gap.why
            yield from ((what, why) for what in gap.what.split("; "))


def _of_checks(finding: Finding) -> Iterator[tuple[str, str]]:
    for check in finding.checks:
        # Each reason stands in the fold beside its check: nine of them would say nearly the same here.
        if check.outcome is Outcome.UNKNOWN and check.distance_m is None and not check.key.startswith(ASKED):
            yield check.title.lower(), check.finding if check.key == flood_zones.KEY else UNTOLD


def _singular(what: str) -> str:
    return what.casefold().removesuffix("s")


def _named(whats: list[str], why: str) -> str:
    if any(what.casefold() in why.casefold() for what in whats):
        return ""
    return "; ".join(whats)
