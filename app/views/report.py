"""A report as its page shows it: the tiles at a glance, then a section for each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, url_for

from app.config import Config
from app.pipeline.listing import Listing
from app.pipeline.report import Check, Finding, Outcome, Report, Score, State
from app.pipeline.rules.profiles import PROFILES
from app.queue.jobs import Snapshot
from app.wording import day

#: Routes listed at once; the others are one click away.
SHOWN_ROUTES = 5
#: Gravest first, as the report lists them.
OUTCOMES = {
    Outcome.FAIL: "Fails",
    Outcome.WARN: "Caution",
    Outcome.UNKNOWN: "Unknown",
    Outcome.PASS: "Passes",
}
#: Shares of a score's range from which it counts as good, and as fair.
GOOD, FAIR = 0.7, 0.4

#: Fields and what the report calls them; the unit follows the number.
LABELS = (
    ("rent", "Rent a month", ""),
    ("price", "Price", ""),
    ("budget", "Most you would pay", ""),
    ("bedrooms", "Bedrooms", ""),
    ("min_bedrooms", "Fewest bedrooms", ""),
    ("size_m2", "Size", " m²"),
    ("min_size_m2", "Smallest size", " m²"),
    ("has_laundry", "Laundry", ""),
    ("has_cooling", "Cooling", ""),
    ("has_parking", "Parking", ""),
    ("has_outdoor_space", "Outdoor space", ""),
)
WISHES = (("wants_laundry", "Laundry needed"), ("wants_cooling", "Cooling needed"))

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


def init_app(app: Flask, config: Config) -> None:
    """Give templates these filters."""
    for function in (figure, band, outcome_word, gravest_first, element_url):
        app.add_template_filter(function)
    app.jinja_env.globals["shown_routes"] = SHOWN_ROUTES


def figure(value: float, out_of: float) -> str:
    """Write a score: whole out of 100, one decimal on shorter scales."""
    if out_of >= 50:
        return f"{value:.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if out_of <= 2 else f"{value:.1f}".removesuffix(".0")


def band(value: float | None, out_of: float) -> str:
    """Name the colour band of a score; words always stand beside it."""
    if value is None:
        return "unknown"
    share = value / out_of if out_of else 0.0
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


def outcome_word(outcome: Outcome) -> str:
    """Say what a check found in one word."""
    return OUTCOMES[outcome]


def gravest_first(checks: Sequence[Check]) -> list[Check]:
    """Put what needs a second look before what is fine; equal outcomes keep their order."""
    order = list(OUTCOMES)
    return sorted(checks, key=lambda check: order.index(check.outcome))


def element_url(osm_id: str) -> str:
    """Return OpenStreetMap's page of an element ("n123", "w45", "r6"), "" where the id is none."""
    kinds = {"n": "node", "w": "way", "r": "relation"}
    kind, number = kinds.get(osm_id[:1]), osm_id[1:]
    return f"https://www.openstreetmap.org/{kind}/{number}" if kind and number.isdigit() else ""


def told(listing: Listing) -> tuple[tuple[str, str], ...]:
    """Return label and value of everything that was given beside the address."""
    values = [(label, _value(getattr(listing, name)) + unit) for name, label, unit in LABELS if _given(listing, name)]
    wishes = [(label, "yes") for name, label in WISHES if getattr(listing, name)]
    places = [(f"Destination {number}", place) for number, place in enumerate(listing.destinations, 1)]
    return (*values, *wishes, *places)


def _given(listing: Listing, name: str) -> bool:
    return getattr(listing, name) is not None


def _value(value: float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.2f}".removesuffix(".00")


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
