"""The topics of a report's page: what each shows of the findings, in the order in which a person asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.needs import NEED
from app.pipeline.door import door_from_groups
from app.pipeline.report import (
    Check,
    DoorThing,
    Finding,
    FoundPlace,
    Group,
    Influence,
    Outcome,
    Report,
    Route,
    Score,
    Trip,
)
from app.pipeline.rules.headline import profile_named
from app.pipeline.stages.urban_access import rides
from app.wording import calm, count, listed, sentence

#: Each topic's key, heading, and the stages whose findings it rests on.
TOPICS = (
    ("door", "Nearest on foot", ("tier2_scoring", "neighborhood", "walk_scores")),
    ("around", "Getting around", ("urban_access", "transit_access", "transit_score", "bike_score")),
    ("families", "Families and green", ("schools", "green_spaces", "green_escape")),
    ("quiet", "Quiet and safe", ("tier1_checks",)),
    ("home", "Money and wishes", ("tier3_bonuses",)),
)
#: `saving` measures nothing, and what `geocode` found is in the head of the page.
NOT_SHOWN = ("saving", "geocode")


@dataclass(frozen=True, slots=True)
class Topic:
    """A section of the page with the findings that it rests on."""

    key: str
    title: str
    findings: tuple[Finding, ...]


def topics_of(report: Report) -> dict[str, Topic]:
    """Return all topics by their keys; a finding that no topic knows belongs to the last."""
    known = {stage for _, _, stages in TOPICS for stage in stages}
    rest = [f for f in report.findings if f.stage not in (*known, *NOT_SHOWN)]
    topics = {}
    for key, title, stages in TOPICS:
        found = [finding for stage in stages if (finding := report.finding(stage))]
        topics[key] = Topic(key, title, (*found, *(rest if key == TOPICS[-1][0] else ())))
    return topics


# --- lists of places -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list of places, which opens: the nearest, beside the town's median, and the others.

    `place` None: there is none, or `why_unknown` says why that is not known.
    """

    title: str
    place: FoundPlace | None
    usual_min: float | None = None
    number: int | None = None
    why_unknown: str = ""
    #: Where it is not known: none is within so many minutes all the same, 0 where that is not known either.
    none_within_min: int = 0
    #: Whether the map ends within that walk.
    may_be_nearer: bool = False
    beside_town: str = ""
    others: tuple[FoundPlace, ...] = ()
    #: How far was looked where there is none (minutes on foot).
    looked_min: int = 30

    @property
    def unknown_text(self) -> str:
        """What is not known: "park", or "park (none within 15 minutes)"."""
        none = f" (none within {count(self.none_within_min, 'minute')})" if self.none_within_min else ""
        return f"{self.title.lower()}{none}"


def door_rows(report: Report) -> tuple[Row, ...]:
    """Return what is at the door; of an earlier report, what it listed of these things."""
    groups = {group.key: group for finding in report.findings for group in finding.groups}
    return tuple(_door_row(thing, groups.get(thing.key)) for thing in _things(report))


#: Things that timetables name, some of which shout.
STOPS = ("stop", "station")


def _things(report: Report) -> tuple[DoorThing, ...]:
    return report.door or door_from_groups(report.findings)


def _door_row(thing: DoorThing, group: Group | None) -> Row:
    place = thing.place
    if place and thing.key in STOPS:
        place = replace(place, name=calm(place.name))
    return Row(
        title=thing.title,
        place=place,
        usual_min=thing.usual_min,
        number=thing.number,
        why_unknown=thing.why_unknown,
        none_within_min=thing.none_within_min,
        may_be_nearer=thing.may_be_nearer,
        beside_town=thing.beside_town,
        others=_without(thing.place, group),
        looked_min=45,
    )


def _without(place: FoundPlace | None, group: Group | None) -> tuple[FoundPlace, ...]:
    """Return the places of a group but for the one that is shown above them."""
    places = group.places if group else ()
    return tuple(p for p in places if place is None or (p.osm_id, p.name, p.metres) != _same(place))


def _same(place: FoundPlace) -> tuple[str, str, float]:
    return place.osm_id, place.name, place.metres


#: What a family asks for beside the schools: the groups' keys, by the stage that lists them.
PLAY = (("neighborhood", "playground"),)


def family_rows(report: Report) -> tuple[Row, ...]:
    """Return childcare, schools by level and playgrounds, but for what stands at the door."""
    schools = report.finding("schools")
    levels = [_group_row(group) for group in schools.groups] if schools else []
    unknown = [Row(gap, None, why_unknown="unknown") for gap in _unlisted(schools)]
    plays = [_group_row(g) for stage, key in PLAY if (g := _group(report.finding(stage), key))]
    at_door = {thing.title for thing in _things(report)}
    return tuple(row for row in (*levels, *unknown, *plays) if row.title not in at_door)


def _unlisted(schools: Finding | None) -> Iterable[str]:
    """Yield the levels of which nothing is listed, as it is not known whether there are any."""
    titles = {group.title.lower() for group in schools.groups} if schools else set()
    for gap in schools.gaps if schools else ():
        whats = [what for what in gap.what.split("; ") if what.lower() not in titles]
        yield from (sentence(what.removesuffix("s")) for what in whats)


def _group(finding: Finding | None, key: str) -> Group | None:
    return next((group for group in finding.groups if group.key == key), None) if finding else None


def _group_row(group: Group) -> Row:
    place = group.places[0] if group.places else None
    title = sentence(NEED[group.key].noun) if group.key in NEED else group.title
    return Row(SHORT_TITLES.get(group.key, title), place, group.usual_min, others=group.places[1:])


#: What a list is called on its one line.
SHORT_TITLES = {"school": "School of unknown level", "special_school": "Special school"}


def shown_groups(report: Report) -> set[str]:
    """Return the keys of the groups that stand in a list of their own, so that no fold shows them again."""
    at_door = {thing.key for thing in _things(report)}
    schools = report.finding("schools")
    return at_door | {key for _, key in PLAY} | ({group.key for group in schools.groups} if schools else set())


# --- getting around --------------------------------------------------------------------------------


#: A direction with fewer trips than this share of the other's stands among all lines only.
RARE = 0.25


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its directions, each at its best stop."""

    name: str
    mode: str
    agency: str
    directions: tuple[Route, ...]

    @property
    def ways(self) -> tuple[Route, ...]:
        """Return a direction for each place that the line leads to: a line may go there both ways round.

        What is much rarer than the others is mostly the last stretch before the end, or the first of the morning.
        """
        by_trips = sorted(self.directions, key=_trips)
        leading, most = {route.towards: route for route in by_trips}, _trips(by_trips[-1])
        return tuple(r for r in self.directions if leading[r.towards] is r and _trips(r) >= RARE * most)

    @property
    def busiest(self) -> Route:
        """Return the direction in which it leaves most often by the hour."""
        return max(self.directions, key=lambda route: sum(route.by_hour))

    @property
    def by_hour(self) -> tuple[int, ...]:
        """Return the departures by hour in the busiest direction, () without a timetable."""
        counts = self.busiest.by_hour
        return counts if any(counts) else ()


def _trips(route: Route) -> int:
    return route.weekday_trips or 0


def lines_of(report: Report) -> tuple[Line, ...]:
    """Return the lines near by in the report's order, both directions together."""
    finding = report.finding("transit_access")
    lines: dict[tuple[str, str, str], list[Route]] = {}
    for route in finding.routes if finding else ():
        lines.setdefault((route.name, route.mode, route.agency), []).append(route)
    return tuple(Line(*key, tuple(directions)) for key, directions in lines.items())


def hourly(lines: Sequence[Line]) -> tuple[Hourly, ...]:
    """Return the departures by hour of lines with a timetable, each in the direction where it leaves most often."""
    return tuple(Hourly(line, line.busiest, line.by_hour) for line in lines if line.by_hour)


@dataclass(frozen=True, slots=True)
class Hourly:
    """Weekday departures of a line in each hour of the clock."""

    line: Line
    route: Route
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ride:
    """Minutes by one mode; None: not known, or no way."""

    how: str
    minutes: float | None


def rides_of(trip: Trip) -> tuple[Ride, ...]:
    """Return the modes of a trip that are worth a line: no ride where the person is there, or walks as quickly."""
    modes = (
        Ride("On foot", trip.walk_min),
        Ride("By bike", trip.bike_min),
        Ride("By transit", trip.transit_min),
        Ride("By car", trip.car_min),
    )
    shown = [ride for ride in modes if ride.minutes is not None or trip.walk_min != 0]
    return tuple(r for r in shown if not (r.how == "By transit" and r.minutes is None and trip.is_as_quick_on_foot))


def trips_of(report: Report, *, own: bool) -> tuple[Trip, ...]:
    """Return the trips to the person's own places, or those to what a town offers."""
    return tuple(trip for finding in report.findings for trip in finding.trips if bool(trip.typed) is own)


def town_trips(report: Report) -> tuple[Trip, ...]:
    """Return the trips to what a town offers, but for the station that stands at the door."""
    at_door = {f"{thing.place.name} ({thing.place.kind})" for thing in _things(report) if thing.place}
    offered = trips_of(report, own=False)[:SHOWN_LANDMARKS]
    return tuple(trip for trip in offered if trip.destination not in at_door)


#: Of what a town offers, its centre, station and hospital are shown at once.
SHOWN_LANDMARKS = 3


def in_short(trip: Trip, report: Report) -> str:
    """Return "15 min on foot", or "12 min by transit and 7 min by car"; no car for who has none."""
    return listed(rides(trip, drives=profile_named(report.listing.profile).drives)) or "not known"


# --- quiet and safe, money and wishes --------------------------------------------------------------

#: Checks of what the person asked for, as their keys begin.
ASKED = ("wish_", "must_")
SERIOUS = (Outcome.FAIL, Outcome.WARN)


def checks_of(report: Report, *, asked: bool) -> tuple[Check, ...]:
    """Return the checks of what was asked for, or those of the surroundings; gravest first."""
    order = (Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN, Outcome.PASS)
    found = [c for f in report.findings for c in f.checks if c.key.startswith(ASKED) is asked]
    return tuple(sorted(found, key=lambda check: order.index(check.outcome)))


def serious(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the checks that fail or warn."""
    return tuple(check for check in checks if check.outcome in SERIOUS)


# --- good and bad ----------------------------------------------------------------------------------


def costs_of(report: Report) -> tuple[Influence, ...]:
    """Return what is bad and no deal-breaker: earlier reports named those here as well."""
    failed = {check.finding for finding in report.findings for check in finding.checks if check.outcome is Outcome.FAIL}
    return tuple(cost for cost in report.verdict.costs if cost.detail not in failed)


def place_score(report: Report) -> Score | None:
    """Return the score of the place with its own word, whatever deal-breakers there are."""
    finding = report.finding("tier2_scoring")
    return finding.score if finding else None
