"""Scores the ways in which a query can be read as an address of the region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.atlas.address_numbers import HouseNumber, asked_numbers
from app.atlas.address_query import Query
from app.atlas.geocoder_hints import FAR_IN_PLACE, Hint, Hints, foreign_cost
from app.atlas.geocoder_hits import ONE_EDIT, Hit
from app.atlas.geocoder_houses import Found, find_houses
from app.atlas.geocoder_labels import address_label
from app.atlas.geocoder_schema import CITY, PLACE, STREET
from app.atlas.geocoder_store import GeocoderStore, Spot, Street
from app.places import Location, Precision

#: What a number that is not on the street costs, and a number where only a place was found.
NO_SUCH_NUMBER, NUMBER_WITHOUT_STREET = 0.12, 0.3
#: More for a number that is not on a street whose name is not quite the one asked for: then it is another street.
DOUBLY_WRONG = 0.14
#: A place is second choice to a street of its name; then cities come before suburbs, and these before stations.
PLACE_AT_ALL, LESSER_PLACE = 0.02, 0.01
#: Readings that cost more than this are not worth showing even as a suggestion.
MOST_COST = 0.75
#: Names that are read as the street, cheapest first.
MOST_READINGS = 12

_KIND_ORDER = ("city", "town", "village", "borough", "suburb", "quarter", "hamlet", "neighbourhood", "station")


@dataclass(frozen=True, slots=True)
class Match:
    """One answer: `score` is 1 for an exact one; FOUND and PLAUSIBLE in geocoder.py say what lower ones mean."""

    location: Location
    score: float

    @property
    def text(self) -> str:
        """The address as the data spells it."""
        return self.location.label


class Matcher:
    """Turns the names found in one query into scored matches."""

    def __init__(self, store: GeocoderStore, query: Query, hits: Sequence[Hit], hints: Hints) -> None:
        self._store = store
        self._query = query
        self._hits = hits
        self._hints = hints
        self._style = store.style()

    def matches(self) -> list[Match]:
        """Return all matches worth showing, in no order."""
        streets = [hit for hit in self._hits if hit.kind == STREET][:MOST_READINGS]
        found = [match for hit in streets for match in self._street_matches(hit)]
        places = [hit for hit in self._hits if hit.kind in (PLACE, CITY)][:MOST_READINGS]
        return found + [match for hit in places for match in self._place_matches(hit)]

    def _street_matches(self, hit: Hit) -> Iterable[Match]:
        hints, covered = self._hints.beside(hit.covers)
        number, used = self._number(hit, covered)
        foreign, rest = self._hints.leftover(hit.covers | covered | used)
        base = hit.cost + rest + sum(hint.cost for hint in hints)
        if base + foreign_cost(foreign, bool(hints)) > MOST_COST:
            return
        streets = self._store.streets(hit.refs)
        houses = find_houses(self._store, streets, number) if number else {}
        for street in streets:
            for found in houses.get(street.id) or [_whole(street, number)]:
                misses = [hint.misses(found.lat, found.lon, found.city, found.postcode) for hint in hints]
                placed = any(miss <= FAR_IN_PLACE for miss in misses)
                doubt = DOUBLY_WRONG if found.cost >= NO_SUCH_NUMBER and hit.cost >= ONE_EDIT else 0.0
                cost = base + doubt + found.cost + foreign_cost(foreign, placed) + sum(misses)
                yield from self._match(street, found, cost)

    def _match(self, street: Street, found: Found, cost: float) -> Iterable[Match]:
        if cost <= MOST_COST:
            label = address_label(street.name, found.number, found.city, found.postcode, self._style)
            place = Location(found.lat, found.lon, label, found.precision, "", found.note)
            yield Match(place, round(1 - cost, 4))

    def _number(self, hit: Hit, covered: frozenset[int]) -> tuple[tuple[HouseNumber, ...], frozenset[int]]:
        """Choose the house number: the one beside the street, rather not one that reads as a postcode."""
        taken = hit.covers | covered
        free = [at for at in range(len(self._query.tokens)) if at not in hit.covers and self._query.is_number(at)]
        choices = []
        for at in free:
            text, used = self._query.number_at(at, taken)
            gap = min(abs(hit.start - 1 - max(used)), abs(at - hit.end))
            postcode = at in covered or (len(text) >= 5 and text.isdigit() and (gap > 0 or text[0] == "0"))
            choices.append((postcode, gap, at, text, used))
        for postcode, gap, _, text, used in sorted(choices, key=lambda choice: choice[:3]):
            if not postcode or (gap == 0 and len(free) == 1 and used <= covered and hit.start > max(used)):
                return asked_numbers(text), used | self._flat_after(max(used), taken)
        return (), frozenset()

    def _flat_after(self, at: int, taken: frozenset[int]) -> frozenset[int]:
        """Return the token after a number with its letter where it is a flat's: the 4 in "12 A 4"."""
        after = at + 1
        if after >= len(self._query.tokens) or after in taken:
            return frozenset()
        token = self._query.tokens[after]
        return frozenset((after,)) if token.text.isdigit() and len(token.text) < 4 else frozenset()

    def _place_matches(self, hit: Hit) -> Iterable[Match]:
        hints, covered = self._hints.beside(hit.covers)
        numbers = {at for at in range(len(self._query.tokens)) if self._query.is_number(at)} - covered - hit.covers
        foreign, rest = self._hints.leftover(hit.covers | covered | numbers)
        base = hit.cost + rest + sum(hint.cost for hint in hints) + foreign_cost(foreign, False) + PLACE_AT_ALL
        base += NUMBER_WITHOUT_STREET * bool(numbers)
        if base > MOST_COST:
            return
        spots = self._store.places(hit.refs) if hit.kind == PLACE else self._store.cities(hit.refs)
        for _, spot in sorted(spots.items()):
            yield from self._place(spot, hints, base + LESSER_PLACE * _kind_order(spot.kind))

    def _place(self, spot: Spot, hints: Sequence[Hint], cost: float) -> Iterable[Match]:
        cost += sum(hint.misses(spot.lat, spot.lon, "", "") for hint in hints)
        if cost <= MOST_COST:
            note = f"Only {spot.name} was found, not a street in it: distances are from its middle."
            yield Match(Location(spot.lat, spot.lon, spot.name, Precision.PLACE, "", note), round(1 - cost, 4))


def _whole(street: Street, asked: Sequence[HouseNumber]) -> Found:
    """Answer with the street itself."""
    note = f"Number {asked[0].text} is not mapped on this street; " if asked else "No house number was given; "
    note += "distances are from the middle of the street."
    cost = NO_SUCH_NUMBER if asked else 0.0
    return Found("", street.lat, street.lon, street.city, street.postcode, Precision.STREET, note, cost)


def _kind_order(kind: str) -> int:
    return _KIND_ORDER.index(kind) if kind in _KIND_ORDER else len(_KIND_ORDER)
