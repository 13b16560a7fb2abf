"""What a report does not know: each reason once, with all that it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.pipeline.report import Check, Finding, Outcome, Report
from app.views.topics import ASKED

#: What the person did not say about the home is no gap of ours; what a park's value lacks stands with the park.
NO_GAPS = ("tier3_bonuses", "saving", "geocode", "green_escape")
#: More than so many things are counted rather than named.
MOST_NAMED = 6
NOT_THE_HOUSE = (
    "The house was not found: near the point that stands for it there is none of these, near the house may be."
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A reason, and what it leaves open ("" where the reason names it)."""

    what: str
    why: str


def unknowns_of(report: Report, destinations: tuple[str, ...] = ()) -> tuple[Unknown, ...]:
    """Return what is not known, the reasons that hold for the whole report first.

    The person's own destinations are left out: what became of them stands where they are listed.
    """
    open_things: dict[str, list[str]] = {reason: [] for reason in report.confidence.reasons}
    for what, why in _gaps(report, destinations):
        whats = open_things.setdefault(why, [])
        if _singular(what) not in map(_singular, whats) and what.casefold() not in why.casefold():
            whats.append(what)
    return tuple(Unknown(_named(whats), why) for why, whats in open_things.items())


def _gaps(report: Report, destinations: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for finding in report.findings:
        if finding.stage in NO_GAPS:
            continue
        yield from _of_checks(finding) if finding.checks else _of_gaps(finding, destinations)


def _of_gaps(finding: Finding, destinations: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for gap in finding.gaps:
        if gap.what not in destinations:
            yield from ((what, gap.why) for what in gap.what.split("; "))


def _of_checks(finding: Finding) -> Iterator[tuple[str, str]]:
    for check in finding.checks:
        if check.outcome is Outcome.UNKNOWN and not check.key.startswith(ASKED):
            yield check.title.lower(), NOT_THE_HOUSE if is_rough(check) else check.finding


def is_rough(check: Check) -> bool:
    """Return whether a check found nothing near a point that only stands for the house."""
    return bool(check.nothing) and check.outcome is Outcome.UNKNOWN


def _singular(what: str) -> str:
    return what.casefold().removesuffix("s")


def _named(whats: list[str]) -> str:
    more = len(whats) - MOST_NAMED
    return "; ".join(whats) if more <= 0 else f"{'; '.join(whats[:MOST_NAMED])}; {more} more"
