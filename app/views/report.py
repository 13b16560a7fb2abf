"""A report as its page shows it: the tiles at a glance, a section for each stage, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask import Flask, url_for

from app.config import Config
from app.pipeline.found import address_matched, how_matched
from app.pipeline.listing import Listing
from app.pipeline.report import Check, Finding, Outcome, Report, Score, State, Trip
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.must_haves import OFFERED
from app.pipeline.sharing import as_shared
from app.pipeline.stages.tier2_scoring import in_figures
from app.queue.jobs import Snapshot
from app.web.forms import values_from
from app.wording import day, money, points

#: The tiles, left to right: stage and what the tile is called.
TILES = (
    ("walk_scores", "Walking"),
    ("neighborhood", "15 minutes"),
    ("transit_score", "Transit"),
    ("bike_score", "Cycling"),
    ("green_escape", "Green"),
)
#: Sections in the order in which a person asks: what the score rests on, then the surroundings, then the details.
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
#: `saving` measures nothing, and what `geocode` found is in the head of the report.
WITHOUT_SECTION = ("saving", "geocode")


#: Between two sentences.
SENTENCE_ENDS = re.compile(r"(?<=[.!?]) (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with its stored row; `mine`: whether the visitor asked for it."""

    report: Report
    snapshot: Snapshot
    mine: bool
    #: Sentences that the page has said so far, as it is rendered from its top to its end.
    _said: set[str] = field(default_factory=set, compare=False)

    def unsaid(self, text: str) -> str:
        """Return the sentences of a text that the page has not said yet: each reason is read once."""
        fresh = [said for said in SENTENCE_ENDS.split(text) if said not in self._said]
        self._said.update(fresh)
        return " ".join(fresh)

    @property
    def matched(self) -> str:
        """Return what was typed where the address is called otherwise, and that the person chose it, or ""."""
        return address_matched(self.report.listing, self.report.location.label)

    def trip_matched(self, trip: Trip) -> str:
        """Return the same of a destination; "" for what the person did not give."""
        return how_matched(self.report.listing, trip.typed, trip.destination) if trip.typed else ""

    @property
    def for_others(self) -> Report:
        """Return the report as others see it: what previews of the link and bookmarks say of it."""
        return as_shared(self.report)

    @property
    def form_query(self) -> dict[str, str | list[str]]:
        """Return the query that fills the form again."""
        return values_from(self.report.listing).query

    def field_of(self, typed: str) -> str:
        """Return the id of the form's field for a destination that the person typed, "" where they did not."""
        given = self.report.listing.destinations
        return f"destination-{given.index(typed) + 1}" if typed in given else ""

    @property
    def band(self) -> str:
        """Return the colour of the door: a deal-breaker makes it poor, whatever the score."""
        verdict = self.report.verdict
        return "poor" if verdict.deal_breakers else band(verdict.score, 100)

    @property
    def figures(self) -> str:
        """Return the score as the door shows it: "64", or "58–72" where something is not known."""
        verdict = self.report.verdict
        if verdict.score is None:
            return ""
        return figures(Score("", verdict.score, 100.0, "", verdict.low, verdict.high)).replace(" to ", "–")

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Return the indexes that are shown at a glance."""
        return tuple(_tile(stage, title, self.report.finding(stage)) for stage, title in TILES)

    @property
    def sections(self) -> tuple[Finding, ...]:
        """Return the findings in reading order; any that this page does not know come last."""
        rest = {finding.stage: finding for finding in self.report.findings if finding.stage not in WITHOUT_SECTION}
        known = [rest.pop(stage) for stage in SECTIONS if stage in rest]
        return (*known, *rest.values())

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Return the findings that left something out."""
        return tuple(finding for finding in self.sections if finding.gaps or finding.state is not State.MEASURED)

    def own_reasons(self, finding: Finding) -> tuple[str, ...]:
        """Return the reasons of a section that are not among those of the whole report."""
        return tuple(reason for reason in finding.confidence.reasons if reason not in self.report.confidence.reasons)

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """Return label and value of everything that the person gave besides the address."""
        return given_in(self.report.listing)

    @property
    def origin(self) -> tuple[tuple[str, str], ...]:
        """Return label and value of what the report rests on."""
        source = self.report.source
        titles = {profile.key: profile.title for profile in PROFILES}
        service = (("Timetable of", day(source.service_date)),) if source.service_date else ()
        return (
            ("Region", source.title),
            ("Map data as of", day(source.data_date) if source.data_date else "unknown, the map file carries no date"),
            ("Timetables", ", ".join(source.feeds) or "none imported"),
            *service,
            ("Profile", titles.get(self.report.listing.profile, self.report.profile)),
            ("Rules", f"version {self.report.methods_version}"),
        )

    @property
    def attribution(self) -> str:
        """Return the attribution that a region asks for beyond the line on OpenStreetMap that every report has."""
        attribution = self.report.source.attribution
        return "" if "OpenStreetMap" in attribution else attribution

    @property
    def link(self) -> str:
        """Return the permanent link as an absolute URL."""
        return url_for("snapshots.page", snapshot_id=self.snapshot.snapshot_id, _external=True)


# --- tiles -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tile:
    """One score at a glance; `score` is None if unknown, and `why` says why."""

    title: str
    stage: str
    score: Score | None
    why: str


def _tile(stage: str, title: str, finding: Finding | None) -> Tile:
    if finding is None:
        return Tile(title, stage, None, "This was not evaluated.")
    why = finding.gaps[0].why if finding.gaps else finding.summary
    return Tile(title, stage, finding.score, why)


# --- what the person gave --------------------------------------------------------------------------

#: Fields of a listing and what the report calls them; the unit follows the number.
LABELS = (
    ("bedrooms", "Bedrooms", ""),
    ("min_bedrooms", "Fewest bedrooms", ""),
    ("size_m2", "Size", " m²"),
    ("min_size_m2", "Smallest size", " m²"),
    ("has_laundry", "Laundry", ""),
    ("has_cooling", "Cooling", ""),
    ("has_parking", "Parking", ""),
    ("has_outdoor_space", "Outdoor space", ""),
)
#: The same for amounts of money.
AMOUNTS = (("rent", "Rent a month"), ("price", "Price"), ("budget", "Most you would pay"))
ONLY_YOU = "only you see it; others with the link see the report without it"
#: Named only if they were ticked.
WISHES = (("wants_laundry", "Laundry needed"), ("wants_cooling", "Cooling needed"))


def given_in(listing: Listing) -> tuple[tuple[str, str], ...]:
    """Return label and value of everything that a listing gives besides the address."""
    given = [(label, getattr(listing, name), unit) for name, label, unit in LABELS]
    values = [(label, _value(value) + unit) for label, value, unit in given if value is not None]
    wishes = [(label, "yes") for name, label in WISHES if getattr(listing, name)]
    asked = [("Must have", must.title) for must in filter(None, map(OFFERED.get, listing.must_haves))]
    destinations = [(f"Destination {number}", place) for number, place in enumerate(listing.destinations, 1)]
    return (*_amounts_in(listing), *values, *wishes, *asked, *destinations)


def _amounts_in(listing: Listing) -> Iterator[tuple[str, str]]:
    """Yield what was said of money as it was understood, and who sees it."""
    given = [(name, label) for name, label in AMOUNTS if getattr(listing, name) is not None]
    for name, label in given:
        typed = getattr(listing, f"{name}_typed")
        yield label, money(getattr(listing, name), listing.currency) + (f" (you typed “{typed}”)" if typed else "")
    if given:
        yield "Money", "shown to everyone who has the link" if listing.shares_money else ONLY_YOU


def _value(value: float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.2f}".removesuffix(".00")


# --- filters of the templates ----------------------------------------------------------------------

#: Routes listed at once; the others are one click away.
SHOWN_ROUTES = 5


def init_app(app: Flask, config: Config) -> None:
    """Add the filters that templates use for reports."""
    for function in (figure, figures, band, outcome_word, gravest_first, element_url):
        app.add_template_filter(function)
    app.jinja_env.globals["shown_routes"] = SHOWN_ROUTES


def figure(value: float, out_of: float) -> str:
    """Return a score as text: whole out of 100, with one decimal on shorter scales and two on the shortest."""
    if out_of >= 50:
        return points(value, out_of)
    return f"{value:.2f}".rstrip("0").rstrip(".") if out_of <= 2 else f"{value:.1f}".removesuffix(".0")


def figures(score: Score) -> str:
    """Return a score as text, as a range where something is not known."""
    return figure(score.value, score.out_of) if score.low is None else in_figures(score)


#: Shares of a score's range from which it counts as good, and as fair.
GOOD, FAIR = 0.7, 0.4


def band(value: float | None, out_of: float) -> str:
    """Return the colour band of a score; beside it the page always says it in words."""
    if value is None:
        return "unknown"
    share = value / out_of if out_of else 0.0
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


#: Gravest first, as the report lists them.
OUTCOMES = {
    Outcome.FAIL: "Fails",
    Outcome.WARN: "Caution",
    Outcome.UNKNOWN: "Unknown",
    Outcome.PASS: "Passes",
}


def outcome_word(outcome: Outcome) -> str:
    """Return what a check found in one word."""
    return OUTCOMES[outcome]


def gravest_first(checks: Sequence[Check]) -> list[Check]:
    """Return the checks that need a second look before those that are fine; equal outcomes keep their order."""
    order = list(OUTCOMES)
    return sorted(checks, key=lambda check: order.index(check.outcome))


def element_url(osm_id: str) -> str:
    """Return OpenStreetMap's page of an element ("n123", "w45", "r6"), "" if the id is not one."""
    kinds = {"n": "node", "w": "way", "r": "relation"}
    kind, number = kinds.get(osm_id[:1]), osm_id[1:]
    return f"https://www.openstreetmap.org/{kind}/{number}" if kind and number.isdigit() else ""
