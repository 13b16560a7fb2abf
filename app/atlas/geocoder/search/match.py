"""Scores the ways in which a query can be read as an address of the region, and puts them in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.numbers import HouseNumber
from app.atlas.geocoder.search.costs import (
    DOUBLY_WRONG,
    FAR_IN_LOCALITY,
    LESSER_LOCALITY,
    MOST_COST,
    NO_STREET,
    NO_SUCH_NUMBER,
    NOT_THE_STATION,
    NUMBER_WITHOUT_STREET,
    ONE_EDIT,
    STREET_NOT_HERE,
    foreign_cost,
)
from app.atlas.geocoder.search.hints import Hint, Hints
from app.atlas.geocoder.search.hits import Hit
from app.atlas.geocoder.search.houses import AddressPoint, address_points, chosen_number
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import CITY, LOCALITY, STREET, GeocoderStore, Locality, Street
from app.atlas.geocoder.vocabulary import STATION_WORDS
from app.geo import distance_m
from app.places import Location, Precision

#: Names that are looked at, cheapest first, and candidates among them that are followed.
MOST_HITS, MOST_CANDIDATES = 60, 12
#: A candidate that must cost this much more than the best answer so far is not followed.
WORSE = 0.4


@dataclass(frozen=True, slots=True)
class Match:
    """One answer: its `score` is 1 where all fits; FOUND and PLAUSIBLE in geocoder.py say what lower ones mean."""

    location: Location
    score: float

    @property
    def text(self) -> str:
        """The address as the data spells it."""
        return self.location.label


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A name taken as the street, with what the rest of the query then means."""

    hit: Hit
    hints: Sequence[Hint]
    number: Sequence[HouseNumber]
    foreign: int
    base: float

    @property
    def least_cost(self) -> float:
        """What the best address on such a street would cost."""
        return self.base + foreign_cost(self.foreign, bool(self.hints))


class Matcher:
    """Turns the names found in one query into scored matches."""

    def __init__(self, store: GeocoderStore, query: Query, hits: Sequence[Hit], hints: Hints) -> None:
        self._store = store
        self._query = query
        self._hits = hits
        self._hints = hints
        self._style = store.style()
        self._asks_station = any(token.text in STATION_WORDS for token in query.tokens)

    def matches(self) -> list[Match]:
        """Return all matches worth showing, in no order."""
        streets = [self._candidate(hit) for hit in self._hits if hit.kind == STREET][:MOST_HITS]
        found: list[Match] = []
        best = MOST_COST
        for candidate in sorted(streets, key=lambda candidate: (candidate.least_cost, candidate.hit.rank))[
            :MOST_CANDIDATES
        ]:
            if candidate.least_cost > min(MOST_COST, best + WORSE):
                break
            found += self._street_matches(candidate)
            best = min([best, *(1 - match.score for match in found)])
        places = [hit for hit in self._hits if hit.kind != STREET][:MOST_CANDIDATES]
        return found + [match for hit in places for match in self._locality_matches(hit)]

    def _candidate(self, hit: Hit) -> _Candidate:
        hints, covered = self._hints.beside(hit.covers)
        number, used = chosen_number(self._query, hit, covered)
        foreign, rest = self._hints.leftover(hit.covers | covered | used)
        return _Candidate(hit, hints, number, foreign, hit.cost + rest + sum(hint.cost for hint in hints))

    def _street_matches(self, candidate: _Candidate) -> Iterable[Match]:
        streets = self._store.streets(candidate.hit.refs)
        houses = address_points(self._store, streets, candidate.number) if candidate.number else {}
        for street in streets:
            for found in houses.get(street.id) or [_whole(street, candidate.number)]:
                misses = [hint.misses(found.lat, found.lon, found.city, found.postcode) for hint in candidate.hints]
                placed = any(miss <= FAR_IN_LOCALITY for miss in misses)
                doubt = DOUBLY_WRONG if found.cost >= NO_SUCH_NUMBER and candidate.hit.cost >= ONE_EDIT else 0.0
                cost = candidate.base + doubt + found.cost + foreign_cost(candidate.foreign, placed) + sum(misses)
                yield from self._match(street, found, cost)

    def _match(self, street: Street, found: AddressPoint, cost: float) -> Iterable[Match]:
        if cost <= MOST_COST:
            label = address_label(street.name, found.number, found.city, found.postcode, self._style)
            place = Location(found.lat, found.lon, label, found.precision, "", found.note)
            yield Match(place, round(1 - cost, 4))

    def _locality_matches(self, hit: Hit) -> Iterable[Match]:
        hints, covered = self._hints.beside(hit.covers)
        numbers = {at for at in range(len(self._query.tokens)) if self._query.is_number(at)} - covered - hit.covers
        foreign, rest = self._hints.leftover(hit.covers | covered | numbers)
        base = hit.cost + rest + sum(hint.cost for hint in hints) + foreign_cost(foreign, False) + NO_STREET
        base += NUMBER_WITHOUT_STREET * bool(numbers)
        if self._ends_with(hit):
            base = min(base, STREET_NOT_HERE)
        if base > MOST_COST:
            return
        for locality in self._localities(hit):
            yield from self._locality_match(locality, hints, base + LESSER_LOCALITY * _kind_order(locality.kind))

    def _ends_with(self, hit: Hit) -> bool:
        """Return whether what was typed ends with this name, but for countries: "..., Helsinki, Finland"."""
        return hit.cost == 0.0 and all(map(self._query.says_nothing, range(hit.end, len(self._query.tokens))))

    def _localities(self, hit: Hit) -> list[Locality]:
        read = {LOCALITY: self._store.localities, CITY: self._store.cities}.get(hit.kind, self._store.postcodes)
        return [locality for _, locality in sorted(read(hit.refs).items())]

    def _locality_match(self, locality: Locality, hints: Sequence[Hint], cost: float) -> Iterable[Match]:
        cost += sum(hint.misses(locality.lat, locality.lon, "", "") for hint in hints)
        cost += NOT_THE_STATION if self._asks_station and locality.kind != "station" else 0.0
        if cost <= MOST_COST:
            note = f"Only {locality.name} was found, not a street in it: distances are from its middle."
            middle = Location(locality.lat, locality.lon, locality.name, Precision.PLACE, "", note)
            yield Match(middle, round(1 - cost, 4))


def _whole(street: Street, asked: Sequence[HouseNumber]) -> AddressPoint:
    """Return the middle of the street, for a number that is not on it or was not given."""
    note = f"Number {asked[0].text} is not mapped on this street; " if asked else "No house number was given; "
    note += "distances are from the middle of the street."
    cost = NO_SUCH_NUMBER if asked else 0.0
    return AddressPoint("", street.lat, street.lon, street.city, street.postcode, Precision.STREET, note, cost)


_KIND_ORDER = (
    ("city", "town", "village", "borough", "suburb", "quarter", "hamlet", "neighbourhood", "postcode", "station")
)  # fmt: skip


def _kind_order(kind: str) -> int:
    return _KIND_ORDER.index(kind) if kind in _KIND_ORDER else len(_KIND_ORDER)


#: Scores this near are equal, and equally good matches further apart than this (metres) are different answers.
SAME_SCORE, APART_M = 0.015, 600.0

_PRECISIONS = list(Precision)


def in_order(matches: Iterable[Match], found: float) -> list[Match]:
    """Return one match for each label, best first; ties between places far apart end just below `found`."""
    best: dict[str, list[Match]] = {}
    for match in sorted(matches, key=_rank):
        best.setdefault(match.text, []).append(match)
    ordered = [_joined(same) for same in best.values()]
    tied = _tied(ordered)
    if not tied:
        return ordered
    capped = [replace(match, score=min(match.score, round(found - 0.01, 4))) for match in tied]
    lesser = [replace(match, score=min(match.score, round(found - 0.02, 4))) for match in ordered[len(tied) :]]
    return [*capped, *lesser]


def _rank(match: Match) -> tuple[float, int, str, float, float]:
    place = match.location
    return -match.score, _PRECISIONS.index(place.precision), place.label, place.lat, place.lon


def _joined(same: Sequence[Match]) -> Match:
    """Keep the best of the matches with one label, saying so where another is as good but elsewhere."""
    first = same[0]
    if any(_elsewhere(first, other) for other in same[1:]) and not first.location.note:
        note = "This address is mapped in more than one spot; this is one of them."
        return replace(first, location=replace(first.location, note=note))
    return first


def _tied(ordered: Sequence[Match]) -> list[Match]:
    """Return the leading matches when they are equally good, equally precise and far apart."""
    if not any(_elsewhere(ordered[0], other) for other in ordered[1:]):
        return []
    return [match for match in ordered if ordered[0].score - match.score <= SAME_SCORE]


def _elsewhere(first: Match, other: Match) -> bool:
    if first.score - other.score > SAME_SCORE or first.location.precision != other.location.precision:
        return False
    a, b = first.location, other.location
    return distance_m(a.lat, a.lon, b.lat, b.lon) > APART_M
