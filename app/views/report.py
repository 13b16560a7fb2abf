"""A report as its page shows it: its head, its topics, what is not known, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import msgspec
from flask import Flask, url_for

from app.config import Config
from app.needs import NEED
from app.pipeline.found import how_matched
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Gap, Group, Influence, Outcome, Report, Score, Trip
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.must_haves import OFFERED
from app.pipeline.sharing import as_shared
from app.pipeline.stages.tier2_scoring import in_figures
from app.places import Precision
from app.queue.jobs import Snapshot
from app.views import topics
from app.views.topics import Topic, costs_of, place_score, shown_groups, topics_of
from app.views.unknowns import Unknown, reasons_at_once, unknowns_of
from app.web.forms import values_from
from app.wording import day, moment, moment_at, money, percent, points, sentence, together

#: The first version of a report's shape whose head is put together from its parts.
SINCE_CHARACTER = 3
#: What the official source of a check is called.
OFFICIAL_MAPS = {"flood": "Official flood map", "flood_zone": "Official flood map"}
NO_TIMES = "no timetable, so how often buses and trains run is not known"
#: Between two sentences, or in a name such as "Déjà bu? Die Weinbar"; behind no letter or title, as in "Dr. J. Arnold".
SENTENCE_ENDS = re.compile(r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\b(?:St|Dr|Mt|Mr|Co)\.) (?=[A-Z])")
#: Such a place in a name, so that no sentence ends there.
IN_A_NAME = "\N{NO-BREAK SPACE}"


@lru_cache(maxsize=8)
def _dotted_names(report: bytes) -> tuple[tuple[str, str], ...]:
    """Return what in a stored report is no sentence but looks as if one ended in it, and the same so that none does.

    That are names, with what follows them; the longest first, as one may stand in another.
    """
    texts = _texts(msgspec.json.decode(report))
    names = {text for text in texts if text[-1:] not in ".!?" and SENTENCE_ENDS.search(text)}
    return tuple((name, SENTENCE_ENDS.sub(IN_A_NAME, name)) for name in sorted(names, key=len, reverse=True))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with its stored row; `mine`: whether the visitor asked for it."""

    report: Report
    snapshot: Snapshot
    mine: bool
    #: The query of the link by which the report is shown: for what it was scored again.
    arguments: Mapping[str, list[str]] = field(default_factory=dict)
    #: Whether there are ratings of places near by that may be shown today.
    has_ratings: bool = False
    #: Sentences that the page has said so far, as it is rendered from its top to its end.
    _said: set[str] = field(default_factory=set, compare=False)

    def unsaid(self, text: str) -> str:
        """Return the sentences of a text that the page has not said yet: each reason is read once."""
        for name, whole in _dotted_names(self.snapshot.report):
            text = text.replace(name, whole)
        fresh = [said for said in SENTENCE_ENDS.split(text) if said not in self._said]
        self._said.update(fresh)
        return together(" ".join(fresh))

    def unsaid_each(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Return what the page has not said yet of each of some texts, without those of which it said all."""
        return tuple(filter(None, map(self.unsaid, texts)))

    @property
    def is_point(self) -> bool:
        """Return whether the person gave a point, of which a note says where it lies."""
        return self.report.location.precision is Precision.POINT

    @property
    def matched(self) -> str:
        """Return what was typed where the address is called otherwise, and that the person chose it, or "".

        The note on a point repeats the numbers that were typed.
        """
        listing = self.report.listing
        text = how_matched(listing, listing.address, self.report.location.label)
        if not self.is_point or any(map(str.isalpha, listing.address)):
            return text
        return text.removeprefix(f"You typed “{listing.address}”.").strip()

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
    def topics(self) -> dict[str, Topic]:
        """Return the sections of the page by their keys."""
        return topics_of(self.report)

    @property
    def has_words(self) -> bool:
        """Return whether the head is put together here: an earlier report says what it said."""
        return self.report.format_version >= SINCE_CHARACTER

    @property
    def word(self) -> str:
        """Return the word of the place, whatever deal-breakers there are, "" without one."""
        score = place_score(self.report)
        return score.word if score else ""

    @property
    def unknown_share(self) -> str:
        """Return how much of what counts is not known ("21 %"), "" where all is."""
        verdict = self.report.verdict
        if verdict.low is None or verdict.high is None or verdict.high - verdict.low < 1:
            return ""
        return percent((verdict.high - verdict.low) / 100)

    @property
    def costs(self) -> tuple[Influence, ...]:
        """Return what is bad here and no deal-breaker; the worst of it where there are many of those."""
        found = costs_of(self.report)
        return found[:2] if self.more_breakers else found

    @property
    def more_breakers(self) -> tuple[str, ...]:
        """Return what else was asked for and is not so, in the few words in which it was asked."""
        rest = (text for text in self.report.verdict.deal_breakers if text not in self.first_breakers)
        asked = (text.partition(ANSWERED_NO)[0] for text in rest)
        return tuple(f"{text[:1].lower()}{text[1:]}" for text in asked)

    @property
    def first_breakers(self) -> tuple[str, ...]:
        """Return the deal-breakers that the head tells: all but must-haves beyond the first few."""
        found = self.report.verdict.deal_breakers
        asked = [text for text in found if ANSWERED_NO in text]
        rest = asked[max(SHOWN_BREAKERS - (len(found) - len(asked)), 0) :]
        return tuple(text for text in found if text not in rest)

    def few_words(self, influence: Influence) -> str:
        """Return what helps or costs, shorter where the list of places tells the rest."""
        rows = {sentence(NEED[thing.key].noun) for thing in self.report.door} | {
            row.title for row in topics.family_rows(self.report)
        }
        if not influence.brief:
            return influence.detail
        usual = f" (usual: {influence.usual})" if influence.usual and influence.title not in rows else ""
        return f"{influence.brief}{usual}."

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """Return what is not known, each reason once."""
        return unknowns_of(self.report, self.report.listing.destinations)

    @property
    def first_reasons(self) -> tuple[str, ...]:
        """Return the gravest reasons why something is not known, as far as nothing beside them says the same."""
        return reasons_at_once(self.report, self.unknowns)

    @property
    def lost_destinations(self) -> tuple[Gap, ...]:
        """Return the person's own places to which no way is known, with the reason."""
        given = self.report.listing.destinations
        return tuple(gap for finding in self.report.findings for gap in finding.gaps if gap.what in given)

    def folded_groups(self, finding: Finding) -> tuple[Group, ...]:
        """Return the lists of places of a finding that stand nowhere else on the page."""
        shown = shown_groups(self.report)
        return tuple(group for group in finding.groups if group.key not in shown and finding.stage != "schools")

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
        live = source.fetched_at
        return (
            ("Streets and places", f"{self.live_source} by Overpass") if live else ("Region", source.title),
            ("Map data as of", day(source.data_date) if source.data_date else "unknown, the map file carries no date"),
            ("Timetables", ", ".join(source.feeds) or ("none: live data has none" if live else "none imported")),
            *service,
            ("Profile", titles.get(self.report.listing.profile, self.report.profile)),
            ("Rules", f"version {self.report.methods_version}"),
            ("Evaluated", moment(self.snapshot.created_at)),
        )

    @property
    def given_of_home(self) -> tuple[tuple[str, str], ...]:
        """Return the same of the home and its price alone: what was asked for and where to has its own place."""
        return given_in(replace(self.report.listing, destinations=(), must_haves=()))

    @property
    def live_source(self) -> str:
        """Return that the data is live and when it was fetched, "" for data of an imported region."""
        when = self.report.source.fetched_at
        return f"live data of OpenStreetMap, fetched {moment_at(when)}" if when else ""

    @property
    def map_source(self) -> str:
        """Return what a place rests on: "map data of 2 May 2015"."""
        when = self.report.source.data_date
        return f"map data of {day(when)}" if when else "map data of unknown age"

    @property
    def dates(self) -> str:
        """Return how old the data is: "Map data of 13 June 2023; timetable of 19 October 2023"."""
        when = self.report.source.service_date
        timetable = f"timetable of {day(when)}" if when else NO_TIMES
        return sentence("; ".join(filter(None, (self.live_source, self.map_source, timetable))))

    @property
    def official_maps(self) -> tuple[tuple[str, str], ...]:
        """Return name and link of the official maps that a check refers to."""
        checks = (check for finding in self.report.findings for check in finding.checks)
        return tuple(
            dict.fromkeys((OFFICIAL_MAPS.get(c.key, f"{c.title}: official map"), c.link) for c in checks if c.link)
        )

    @property
    def attribution(self) -> str:
        """Return the attribution that a region asks for beyond the line on OpenStreetMap that every report has."""
        attribution = self.report.source.attribution
        return "" if "OpenStreetMap" in attribution else attribution

    @property
    def link(self) -> str:
        """Return the permanent link of what is shown as an absolute URL."""
        return url_for("snapshots.page", snapshot_id=self.snapshot.snapshot_id, _external=True, **self.arguments)  # type: ignore[arg-type]


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

#: Lines listed at once; the others are one click away.
SHOWN_LINES = 3
#: Between a must-have and why it is not so.
ANSWERED_NO = "? No: "
#: Deal-breakers told in full in the head; what else is not as asked stands with the wishes.
SHOWN_BREAKERS = 4


def init_app(app: Flask, config: Config) -> None:
    """Add the filters that templates use for reports."""
    for function in (figure, figures, band, outcome_word, element_url):
        app.add_template_filter(function)
    for rows in (topics.door_rows, topics.family_rows, topics.checks_of, topics.serious):
        app.add_template_filter(rows)
    for ways in (topics.lines_of, topics.hourly, topics.trips_of, topics.rides_of, topics.in_short, topics.town_trips):
        app.add_template_filter(ways)
    app.jinja_env.globals.update(shown_lines=SHOWN_LINES, short_names=SHORT_NAMES)


def figure(value: float, out_of: float) -> str:
    """Return a score as text: whole out of 100, with one decimal on shorter scales and two on the shortest."""
    if out_of >= 50:
        return points(value, out_of)
    return f"{value:.2f}".rstrip("0").rstrip(".") if out_of <= 2 else f"{value:.1f}".removesuffix(".0")


def figures(score: Score) -> str:
    """Return a score as text, as a range where something is not known, in the decimals of its scale."""
    if score.low is None or score.high is None:
        return figure(score.value, score.out_of)
    if score.out_of >= 50:
        return in_figures(score)
    low, high = figure(score.low, score.out_of), figure(score.high, score.out_of)
    return low if low == high else f"{low} to {high}"


#: Shares of a score's range from which it counts as good, and as fair.
GOOD, FAIR = 0.7, 0.4


def band(value: float | None, out_of: float) -> str:
    """Return the colour band of a score; beside it the page always says it in words."""
    if value is None:
        return "unknown"
    share = value / out_of if out_of else 0.0
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


#: What a check looks for where it found none, in fewer words than its title.
SHORT_NAMES = {"motorway": "motorway", "power_line": "power line", "industry": "heavy industry", "flood": "water"}

#: What a check found, in one word.
OUTCOMES = {
    Outcome.FAIL: "Fails",
    Outcome.WARN: "Caution",
    Outcome.UNKNOWN: "Unknown",
    Outcome.PASS: "Passes",
}


def outcome_word(outcome: Outcome) -> str:
    """Return what a check found in one word."""
    return OUTCOMES[outcome]


def element_url(osm_id: str) -> str:
    """Return OpenStreetMap's page of an element ("n123", "w45", "r6"), "" if the id is not one."""
    kinds = {"n": "node", "w": "way", "r": "relation"}
    kind, number = kinds.get(osm_id[:1]), osm_id[1:]
    return f"https://www.openstreetmap.org/{kind}/{number}" if kind and number.isdigit() else ""
