"""A report as its page shows it: the tiles at a glance, then a section for each stage."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from app.pipeline.profiles import PROFILES
from app.pipeline.report import Finding, Report, Score, State
from app.queue.jobs import Snapshot
from app.routes.listing_words import told
from app.routes.words import day

#: The tiles, left to right: stage and what the tile is called.
TILES = (
    ("walk_scores", "Walking"),
    ("neighborhood", "15 minutes"),
    ("transit_score", "Transit"),
    ("bike_score", "Cycling"),
    ("green_escape", "Green"),
)
#: Sections in the order in which a person asks: what the score rests on, then the surroundings, then the details.
#: `saving` measures nothing, and `geocode` stands in the head of the report.
SECTIONS = (
    "tier2_scoring",
    "tier1_checks",
    "neighborhood",
    "walk_scores",
    "green_escape",
    "green_spaces",
    "urban_access",
    "transit_access",
    "transit_score",
    "bike_score",
    "schools",
    "tier3_bonuses",
)
#: Words for the ways a stage can end.
STATES = {
    State.PARTIAL: "partly unknown",
    State.UNKNOWN: "unknown",
    State.FAILED: "could not be measured",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One index in one look; `score` None: unknown, and `why` says so."""

    title: str
    stage: str
    score: Score | None
    why: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """The report with the row that keeps it."""

    report: Report
    snapshot: Snapshot
    mine: bool

    @property
    def link(self) -> str:
        """Return the permanent link, whole."""
        return url_for("snapshots.page", snapshot_id=self.snapshot.snapshot_id, _external=True)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Return the indexes at a glance."""
        return tuple(_tile(stage, title, self.report.finding(stage)) for stage, title in TILES)

    @property
    def sections(self) -> tuple[Finding, ...]:
        """Return the findings in reading order; one that this page does not know comes last, none is lost."""
        shown = {
            finding.stage: finding for finding in self.report.findings if finding.stage not in ("saving", "geocode")
        }
        known = [shown.pop(stage) for stage in SECTIONS if stage in shown]
        return (*known, *shown.values())

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Return the findings that left something out."""
        return tuple(finding for finding in self.sections if finding.gaps or finding.state in STATES)

    def own_reasons(self, finding: Finding) -> tuple[str, ...]:
        """Return the reasons of a section that are not among those of the whole report."""
        return tuple(reason for reason in finding.confidence.reasons if reason not in self.report.confidence.reasons)

    @property
    def attribution(self) -> str:
        """Return what the data's makers ask to be said beyond the line on OpenStreetMap that every page has."""
        said = self.report.source.attribution
        return "" if "OpenStreetMap" in said else said

    @property
    def origin(self) -> tuple[tuple[str, str], ...]:
        """Return label and value of what the report rests on."""
        source = self.report.source
        titles = {profile.key: profile.title for profile in PROFILES}
        feeds = (("Timetables", ", ".join(source.feeds) or "none imported"),)
        service = (("Timetable of", day(source.service_date)),) if source.service_date else ()
        return (
            ("Region", source.title),
            ("Map data as of", day(source.data_date) if source.data_date else "unknown, the map file carries no date"),
            *feeds,
            *service,
            ("Profile", titles.get(self.report.listing.profile, self.report.profile)),
            ("Version of the methods", self.report.methods_version),
        )

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """Return what the person told about the home, in words."""
        return told(self.report.listing)


def _tile(stage: str, title: str, finding: Finding | None) -> Tile:
    if finding is None:
        return Tile(title, stage, None, "This was not evaluated.")
    why = finding.gaps[0].why if finding.gaps else finding.summary
    return Tile(title, stage, finding.score, why)
