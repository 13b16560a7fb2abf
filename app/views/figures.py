"""A report in one row: its score, what is at the door, and what was asked of the place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.pipeline.changes import ANSWERED
from app.pipeline.comparing import FARTHEST_MIN, NOT_KNOWN
from app.pipeline.door import THINGS, door_from_groups
from app.pipeline.report import DoorThing, Report
from app.pipeline.rules.headline import profile_named
from app.pipeline.stages.tier2_scoring import verdict_in_figures
from app.queue.jobs import Snapshot
from app.views.shown import shown_report
from app.wording import count, minutes

NONE_NEAR = f"none within {FARTHEST_MIN} min"


@dataclass(frozen=True, slots=True)
class Thing:
    """One of the eight things: minutes on foot, and the same in words; None where there is none or it is not known."""

    key: str
    title: str
    text: str
    minutes: float | None
    is_known: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the place, and the answer: yes, nearly, no or not known."""

    title: str
    answer: str


@dataclass(frozen=True, slots=True)
class Figures:
    """A report in one row, as this visitor may see it. `score` None: too little is known for one."""

    snapshot_id: str
    address: str
    #: "72", "58 to 72" or "not known"; and the word beside it, "" where there is none.
    score_text: str
    word: str
    score: float | None
    low: float | None
    high: float | None
    things: tuple[Thing, ...]
    must_haves: tuple[Asked, ...]
    profile: str
    #: Whether the word names deal-breakers.
    is_broken: bool


def figures_of(snapshot: Snapshot) -> Figures:
    """Return the row of a report for this visitor."""
    report = shown_report(snapshot)
    verdict = report.verdict
    broken = len(verdict.deal_breakers)
    door = {thing.key: thing for thing in report.door or door_from_groups(report.findings)}
    return Figures(
        snapshot_id=snapshot.snapshot_id,
        address=report.location.label,
        score_text=verdict_in_figures(verdict) or NOT_KNOWN,
        word=count(broken, "deal-breaker") if broken else verdict.word,
        score=verdict.score,
        low=verdict.low,
        high=verdict.high,
        things=tuple(_thing(key, title, door.get(key)) for key, title in THINGS.items()),
        must_haves=_must_haves(report),
        profile=profile_named(report.listing.profile).title,
        is_broken=bool(broken),
    )


def ranked(figures: Iterable[Figures]) -> tuple[Figures, ...]:
    """Return rows by their score over what is known, the best first; those without one come last, never as a zero."""
    return tuple(sorted(figures, key=lambda each: (each.score is None, -(each.score or 0.0))))


def _thing(key: str, title: str, found: DoorThing | None) -> Thing:
    if found is None or found.why_unknown:
        return Thing(key, title, NOT_KNOWN, None, is_known=False)
    if found.place is None or found.minutes is None:
        return Thing(key, title, NONE_NEAR, None, is_known=True)
    return Thing(key, title, minutes(found.minutes), found.minutes, is_known=True)


def _must_haves(report: Report) -> tuple[Asked, ...]:
    finding = report.finding("tier1_checks")
    checks = finding.checks if finding else ()
    return tuple(Asked(c.title, ANSWERED[c.outcome]) for c in checks if c.key.startswith("must_"))


# --- for programs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FiguresDocument:
    """A report in one row; null means not known. `minutes` on foot are null, too, where a thing is not near."""

    snapshot_id: str
    snapshot_url: str
    address: str
    score: float | None
    low: float | None
    high: float | None
    word: str
    minutes: dict[str, float | None]
    must_haves: dict[str, str]


def fields_of(figures: Figures) -> dict[str, Any]:
    """Return the fields of a document of figures, for it and for what holds more."""
    return {
        "snapshot_id": figures.snapshot_id,
        "snapshot_url": report_url(figures.snapshot_id),
        "address": figures.address,
        "score": figures.score,
        "low": figures.low,
        "high": figures.high,
        "word": figures.word,
        "minutes": {thing.key: thing.minutes for thing in figures.things},
        "must_haves": {asked.title: asked.answer for asked in figures.must_haves},
    }


def report_url(snapshot_id: str) -> str:
    """Return the whole link of a report."""
    return url_for("snapshots.page", snapshot_id=snapshot_id, _external=True)


# --- for a spreadsheet -----------------------------------------------------------------------------

#: Columns of a row of figures.
HEAD = ("matched_address", "score", "low", "high", "word", *(f"{key}_min" for key in THINGS), "must_haves")


def cells_of(figures: Figures | None) -> tuple[str | float | None, ...]:
    """Return the cells of a row, empty where something is not known; all empty without a report."""
    if figures is None:
        return (None,) * len(HEAD)
    minutes_each = (t.minutes if t.minutes is not None or not t.is_known else NONE_NEAR for t in figures.things)
    asked = "; ".join(f"{each.title}: {each.answer}" for each in figures.must_haves)
    return (figures.address, figures.score, figures.low, figures.high, figures.word, *minutes_each, asked)
