"""Reports side by side, as their page and their JSON show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from app.maps.pictures import usual_zoom
from app.pipeline.comparing import LETTERS, Comparison, Row, compare
from app.queue.jobs import Snapshot
from app.views.maps import MapView, map_view
from app.views.report import ReportView
from app.views.shown import is_mine, shown_report

#: So many reports are compared at a time.
FEWEST, MOST = 2, len(LETTERS)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the reports, with its letter; its map is at the scale of the others'."""

    letter: str
    view: ReportView
    map: MapView | None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Two to four reports, and what tells them apart."""

    sides: tuple[Side, ...]
    comparison: Comparison

    @property
    def has_maps(self) -> bool:
        """Return whether there is a map of any of them."""
        return any(side.map for side in self.sides)


@dataclass(frozen=True, slots=True)
class SideDocument:
    """One of the reports for programs."""

    letter: str
    snapshot_id: str
    url: str
    address: str


@dataclass(frozen=True, slots=True)
class ComparisonDocument:
    """The comparison for programs: the cells of each row are in the order of the reports."""

    reports: tuple[SideDocument, ...]
    differences: tuple[str, ...]
    rows: tuple[Row, ...]
    not_comparable: tuple[str, ...]
    notes: tuple[str, ...]


def comparison_of(snapshots: Sequence[Snapshot]) -> ComparisonView:
    """Compare reports as this visitor may see them."""
    views = [ReportView(shown_report(s), s, mine=is_mine(s)) for s in snapshots]
    zoom = min(usual_zoom(view.report) for view in views)
    sides = (Side(letter, view, map_view(view, zoom)) for letter, view in zip(LETTERS, views, strict=False))
    return ComparisonView(tuple(sides), compare([view.report for view in views]))


def document_of(view: ComparisonView) -> ComparisonDocument:
    """Return a comparison as its JSON."""
    found = view.comparison
    return ComparisonDocument(
        tuple(_side_document(side) for side in view.sides),
        found.differences,
        found.rows,
        found.not_comparable,
        found.notes,
    )


def _side_document(side: Side) -> SideDocument:
    snapshot_id = side.view.snapshot.snapshot_id
    link = url_for("snapshots.page", snapshot_id=snapshot_id, _external=True)
    return SideDocument(side.letter, snapshot_id, link, side.view.report.location.label)
