"""Two to four reports side by side: what tells each from the first, in sentences, and a table of what people ask for.

What is not known of one of them is not compared. All are scored for the same person where that can be done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, pairwise

from app.atlas.facts import WALK_LIMIT_S
from app.pipeline.changes import ANSWERED
from app.pipeline.door import THINGS, door_from_groups
from app.pipeline.report import Check, DoorThing, Outcome, Report, Trip, Verdict
from app.pipeline.rescoring import preferences_of, rescored, why_not_adjustable
from app.pipeline.rules.headline import profile_named
from app.pipeline.stages.tier2_scoring import METHOD, verdict_in_figures
from app.pipeline.stages.urban_access import rides
from app.wording import count, limit, listed, minutes, money, whole_minutes

#: What reports are called, in their order; there are at most so many.
LETTERS = "ABCD"
#: What is looked for and not found lies further away than this (minutes on foot).
FARTHEST_MIN = round(WALK_LIMIT_S / 60)
#: Differences of fewer minutes than this are none.
LEAST_MIN = 2
#: How bad an answer or what a check found is; what is not known has no rank.
RANKS = {Outcome.PASS: 0.0, Outcome.WARN: 1.0, Outcome.FAIL: 2.0}
#: So many advantages and drawbacks are said of each report.
MOST_SAID = 3
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one report says of a row. `detail` names the place; `number` is its pin on the report's map."""

    text: str
    detail: str = ""
    number: int | None = None
    is_best: bool = False
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that all reports are asked about, a cell each. `is_comparable`: whether all of them know it."""

    key: str
    title: str
    cells: tuple[Cell, ...]
    is_comparable: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sentences on each report but the first, the table, and what the two rest on."""

    differences: tuple[str, ...]
    rows: tuple[Row, ...]
    #: Titles of rows that are not known everywhere. What is known and yet not compared stands in the notes.
    not_comparable: tuple[str, ...]
    notes: tuple[str, ...]


def compare(reports: Sequence[Report]) -> Comparison:
    """Compare two to four reports, the later ones with the first."""
    same, notes = _for_one_person(reports)
    compared = tuple(chain(_scores(same), _amounts(same), _door(same), _must_haves(same), _trips(same), _checks(same)))
    return Comparison(
        differences=tuple(_told(compared, number) for number in range(1, len(same))),
        rows=tuple(row.shown() for row in compared),
        not_comparable=tuple(row.title for row in compared if not (row.is_comparable or row.why_not)),
        notes=(*notes, *(row.why_not for row in compared if row.why_not), *_on_data(same)),
    )


# --- what is compared ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Value:
    """A cell with what it is compared by: the smaller the better; None where it is not known."""

    cell: Cell
    rank: float | None


_UNKNOWN = _Value(Cell(NOT_KNOWN, is_known=False), None)


@dataclass(frozen=True, slots=True)
class _Difference:
    """A clause, and how much it weighs: above 0 for what is better than in the first report, below for worse."""

    words: str
    weight: float


#: Says what tells a rank from the first report's, with the cell of the other; None for nothing worth a word.
_Say = Callable[[float, float, Cell], _Difference | None]


@dataclass(frozen=True, slots=True)
class _Compared:
    """A row with what it is compared by, and how a difference is said."""

    key: str
    title: str
    values: tuple[_Value, ...]
    say: _Say
    #: Why what is known is not compared, as a sentence, "" where it is.
    why_not: str = ""

    @property
    def is_comparable(self) -> bool:
        """Return whether all reports know it."""
        return all(value.rank is not None for value in self.values)

    def shown(self) -> Row:
        """Return the row with the best of its cells marked, where one is better than another."""
        ranks = [value.rank for value in self.values if value.rank is not None]
        differs = self.is_comparable and min(ranks) < max(ranks)
        cells = (replace(v.cell, is_best=differs and v.rank == min(ranks)) for v in self.values)
        return Row(self.key, self.title, tuple(cells), self.is_comparable)

    def against_first(self, number: int) -> _Difference | None:
        """Return what tells a report from the first; None for nothing, or where it is not known of one of them."""
        first, other = self.values[0].rank, self.values[number].rank
        if first is None or other is None or first == other:
            return None
        return self.say(first, other, self.values[number].cell)


# --- the score and the price ---------------------------------------------------------------------------


def _scores(reports: Sequence[Report]) -> Iterator[_Compared]:
    why_not = _why_no_scores(reports)
    values = tuple(_score(report.verdict, is_compared=not why_not) for report in reports)
    yield _Compared("score", "Score", values, _points, why_not)


def _why_no_scores(reports: Sequence[Report]) -> str:
    """Return why scores are not compared: those for other people, by other rules, or of ranges that overlap."""
    if len({(preferences_of(report).profile, report.methods_version) for report in reports}) > 1:
        return "The scores are made for different people or by different rules, so they are not compared."
    ranges = sorted({_range(report.verdict) for report in reports if report.verdict.score is not None})
    if any(before[1] >= after[0] for before, after in pairwise(ranges)):
        return "The ranges of the scores overlap, so they tell none from the other."
    return ""


def _range(verdict: Verdict) -> tuple[float, float]:
    score = verdict.score or 0.0
    return (score if verdict.low is None else verdict.low, score if verdict.high is None else verdict.high)


def _score(verdict: Verdict, *, is_compared: bool) -> _Value:
    if verdict.score is None:
        return _Value(Cell(NOT_KNOWN, verdict.word, is_known=False), None)
    word = count(len(verdict.deal_breakers), "deal-breaker") if verdict.deal_breakers else verdict.word
    rank = float(-round(verdict.score)) if is_compared else None
    return _Value(Cell(f"{verdict_in_figures(verdict)} of 100", word), rank)


def _points(first: float, other: float, cell: Cell) -> _Difference:
    gained = first - other
    return _Difference(f"{count(abs(round(gained)), 'point')} {'more' if gained > 0 else 'fewer'}", _sign(gained))


def _amounts(reports: Sequence[Report]) -> Iterator[_Compared]:
    """Yield rent and price where they are given for two homes or more, and shown to whoever asks."""
    for key, title in (("rent", "Rent a month"), ("price", "Price")):
        given = [getattr(report.listing, key) for report in reports]
        currencies = {r.listing.currency for r, amount in zip(reports, given, strict=True) if amount is not None}
        if sum(amount is not None for amount in given) < 2:
            continue
        why_not = f"The amounts under “{title}” are in different currencies." if len(currencies) > 1 else ""
        values = [
            _Value(Cell("not given"), None)
            if amount is None
            else _Value(Cell(money(amount, report.listing.currency)), None if why_not else amount)
            for report, amount in zip(reports, given, strict=True)
        ]
        yield _Compared(key, title, tuple(values), partial(_saved, min(currencies)), why_not)


def _saved(currency: str, first: float, other: float, cell: Cell) -> _Difference:
    saved = first - other
    return _Difference(f"{money(abs(saved), currency)} {'less' if saved > 0 else 'more'} to pay", _sign(saved))


def _sign(gained: float) -> float:
    return math.copysign(1.0, gained)


# --- what is at the door -------------------------------------------------------------------------------


def _nearer(noun: str, first: float, other: float, cell: Cell) -> _Difference | None:
    weight = _worth(other) - _worth(first)
    if math.isinf(other):
        return _Difference(f"no {noun} within {FARTHEST_MIN} minutes", weight)
    if math.isinf(first):
        return _Difference(f"a {noun} within {minutes(other)}", weight)
    if abs(first - other) < LEAST_MIN:
        return None
    return _Difference(f"{noun} {minutes(abs(first - other))} {'nearer' if other < first else 'farther'}", weight)


def _worth(minutes_on_foot: float) -> float:
    return float(0.5 ** (minutes_on_foot / METHOD.half_min))


def _door(reports: Sequence[Report]) -> Iterator[_Compared]:
    doors = [{t.key: t for t in report.door or door_from_groups(report.findings)} for report in reports]
    for key, title in THINGS.items():
        yield _Compared(key, title, tuple(_walk(door.get(key)) for door in doors), partial(_nearer, title.lower()))


def _walk(thing: DoorThing | None) -> _Value:
    if thing is None or thing.why_unknown:
        return _UNKNOWN
    if thing.place is None or thing.minutes is None:
        return _Value(Cell(f"none within {FARTHEST_MIN} min"), math.inf)
    place = thing.place
    cell = Cell(minutes(thing.minutes), place.name or place.kind, thing.number)
    return _Value(cell, float(whole_minutes(thing.minutes)))


# --- the person's own wishes and places ----------------------------------------------------------------


def _must_haves(reports: Sequence[Report]) -> Iterator[_Compared]:
    found = [{c.key: c for c in _checks_in(report) if c.key.startswith("must_")} for report in reports]
    titles = {key: check.title for checks in found for key, check in checks.items()}
    for key, title in titles.items():
        yield _Compared(key, title, tuple(_answer(checks.get(key)) for checks in found), partial(_met, title))


def _met(title: str, first: float, other: float, cell: Cell) -> _Difference:
    return _Difference(f"what you asked for ({title.lower()}): {cell.text}", _sign(first - other))


def _answer(check: Check | None) -> _Value:
    if check is None or check.outcome not in RANKS:
        return _UNKNOWN
    return _Value(Cell(ANSWERED[check.outcome]), RANKS[check.outcome])


def _trips(reports: Sequence[Report]) -> Iterator[_Compared]:
    """Yield the ways to the person's own places that all reports were asked about."""
    found = [{trip.typed.casefold(): trip for f in r.findings for trip in f.trips if trip.typed} for r in reports]
    asked = [{place.casefold() for place in report.listing.destinations} for report in reports]
    titles = {place.casefold(): place for report in reports for place in report.listing.destinations}
    for key, title in titles.items():
        if all(key in places for places in asked):
            values = (_ride(trips.get(key), report) for trips, report in zip(found, reports, strict=True))
            yield _Compared(f"to_{key}", f"To {title}", tuple(values), partial(_quicker, title))


def _quicker(title: str, first: float, other: float, cell: Cell) -> _Difference | None:
    gained = first - other
    if abs(gained) < LEAST_MIN:
        return None
    words = f"{minutes(abs(gained))} {'quicker' if gained > 0 else 'longer'} to {title}"
    return _Difference(words, _worth(other / 2) - _worth(first / 2))


def _ride(trip: Trip | None, report: Report) -> _Value:
    drives = profile_named(report.listing.profile).drives
    ways = rides(trip, drives=drives) if trip else []
    if trip is None or not ways:
        return _UNKNOWN
    times = (trip.walk_min, trip.transit_min, trip.car_min if drives else None)
    known = [time for time in times if time is not None] or [trip.bike_min or 0.0]
    return _Value(Cell(listed(ways), trip.destination), float(whole_minutes(min(known))))


# --- quiet and safe ------------------------------------------------------------------------------------

#: What a check found.
FOUND = {Outcome.PASS: "nothing to warn of", Outcome.WARN: "caution", Outcome.FAIL: "fails"}
#: How much each of them weighs in the order of sentences, where the first ten minutes on foot weigh a half.
GRAVITY = (0.0, 0.15, 1.0)


def _safer(title: str, first: float, other: float, cell: Cell) -> _Difference:
    weight = GRAVITY[int(first)] - GRAVITY[int(other)]
    where = f", {cell.detail}" if cell.detail else ""
    return _Difference(f"{'less' if weight > 0 else 'more'} to warn of ({title.lower()}{where})", weight)


def _checks(reports: Sequence[Report]) -> Iterator[_Compared]:
    """Yield the checks of the surroundings that fail or warn somewhere."""
    found = [{c.key: c for c in _checks_in(r) if not c.key.startswith(("must_", "wish_"))} for r in reports]
    checks = (check for of_one in found for check in of_one.values())
    titles = {check.key: check.title for check in checks if check.outcome in (Outcome.WARN, Outcome.FAIL)}
    for key, title in titles.items():
        yield _Compared(key, title, tuple(_outcome(of_one.get(key)) for of_one in found), partial(_safer, title))


def _outcome(check: Check | None) -> _Value:
    if check is None or check.outcome not in RANKS:
        return _UNKNOWN
    where = ""
    if check.outcome is not Outcome.PASS and check.distance_m is not None:
        where = f"{limit(check.distance_m)} {check.direction}".strip() if check.distance_m else "at the address"
    return _Value(Cell(FOUND[check.outcome], where), RANKS[check.outcome])


def _checks_in(report: Report) -> tuple[Check, ...]:
    finding = report.finding("tier1_checks")
    return finding.checks if finding else ()


# --- sentences -----------------------------------------------------------------------------------------


def _told(compared: Sequence[_Compared], number: int) -> str:
    """Return what is better and what is worse than in the first report, the weightiest first."""
    found = [difference for row in compared if (difference := row.against_first(number))]
    better = _clauses([d for d in found if d.weight > 0])
    worse = _clauses([d for d in found if d.weight < 0])
    begin = f"{LETTERS[number]} beside {LETTERS[0]}: "
    if not better and not worse:
        return begin + "nothing that is known of both tells them apart."
    if not worse:
        return f"{begin}{better}, and nothing worse."
    return f"{begin}{better}, but {worse}." if better else f"{begin}{worse}, and nothing better."


def _clauses(differences: Sequence[_Difference]) -> str:
    ranked = sorted(differences, key=lambda d: -abs(d.weight))
    return listed([difference.words for difference in ranked[:MOST_SAID]])


# --- what the comparison rests on ----------------------------------------------------------------------


def _for_one_person(reports: Sequence[Report]) -> tuple[tuple[Report, ...], tuple[str, ...]]:
    """Return the reports scored for the first one's person, with all must-haves, and a sentence on that."""
    first = preferences_of(reports[0])
    musts = tuple(dict.fromkeys(must for report in reports for must in report.listing.must_haves))
    wanted = replace(first, must_haves=musts)
    if all(preferences_of(report) == wanted for report in reports):
        return tuple(reports), ()
    if any(why_not_adjustable(report) for report in reports):
        return tuple(reports), ("The reports were made for different people, and one of them cannot be scored again.",)
    title = profile_named(first.profile).title
    return tuple(rescored(report, wanted) for report in reports), (f"All are scored for {title}.",)


def _on_data(reports: Sequence[Report]) -> Iterator[str]:
    if len({report.methods_version for report in reports}) > 1:
        yield "The reports were made by rules of different versions: some of what differs may come from that."
    if len({bool(report.source.fetched_at) for report in reports}) > 1:
        yield "Some rest on live data, others on an imported region: some of what differs may come from that."
    if len({report.source.data_date for report in reports}) > 1:
        yield "Their map data is of different dates: some of what differs may come from that."
    if len({bool(report.source.feeds) for report in reports}) > 1:
        yield "A timetable is known for some of them alone."
