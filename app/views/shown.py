"""A stored report as this visitor may see it: what was said of money is its owner's alone, unless it is shared.

Ratings of places are left out of it: they have a page of their own, for a day.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from flask import Response

from app.pipeline.report import Report, report_from_json, to_json
from app.pipeline.sharing import as_shared, without_ratings
from app.queue.jobs import Snapshot
from app.sources.extras import RATINGS_MARK, Ratings
from app.web import visitor
from app.web.negotiation import kept_by_browser


@dataclass(frozen=True, slots=True)
class AdjustedDocument:
    """What the link asked for instead of what the report was made for; `left_out` are sentences."""

    profile: str
    must_haves: tuple[str, ...]
    #: Multiples of the usual weight, for the parts that the link weighs otherwise than the profile.
    weights: dict[str, float]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangesDocument:
    """What is different from the report that was evaluated again; none where nothing is."""

    since: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SnapshotDocument:
    """A report for programs: `report` is the same whenever listing and data are; the rest belongs to this run."""

    snapshot_id: str
    url: str
    created_at: str
    address: str
    #: The stored bytes, untouched, unless something is not for this visitor or the link asks for another score.
    report: msgspec.Raw
    adjusted: AdjustedDocument | None = None
    changes: ChangesDocument | None = None


def is_mine(snapshot: Snapshot) -> bool:
    """Return whether the visitor asked for the report."""
    return visitor.known_owner() == snapshot.owner


def shown_report(snapshot: Snapshot) -> Report:
    """Return the report for this visitor."""
    return _shown(snapshot, report_from_json(snapshot.report))


def shown_json(snapshot: Snapshot) -> bytes:
    """Return the same as JSON: the stored bytes untouched, unless they hold what is not for this visitor."""
    if is_mine(snapshot) and not _holds_ratings(snapshot):
        return snapshot.report
    stored = report_from_json(snapshot.report)
    shown = _shown(snapshot, stored)
    return snapshot.report if shown is stored else to_json(shown)


def _shown(snapshot: Snapshot, stored: Report) -> Report:
    report = without_ratings(stored)
    return report if is_mine(snapshot) else as_shared(report)


def ratings_of(snapshot: Snapshot) -> Ratings | None:
    """Return the ratings of places that were fetched with a report, which may be past their time; None without any."""
    if not _holds_ratings(snapshot):
        return None
    findings = report_from_json(snapshot.report).findings
    return next((finding.ratings for finding in findings if finding.ratings), None)


def _holds_ratings(snapshot: Snapshot) -> bool:
    return RATINGS_MARK in snapshot.report


def kept(response: Response) -> Response:
    """Let the browser keep what is shown, which depends on who asks."""
    response.vary.update(("Cookie", "Authorization"))
    return kept_by_browser(response)
