"""Reads a query as an address: a street with a house, or a corner of two streets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.numbers import HouseNumber
from app.atlas.geocoder.search.costs import (
    ADDRESSEE,
    DOUBLY_WRONG,
    FAR_IN_LOCALITY,
    HINT_AT_DOOR,
    MOST_COST,
    NO_SUCH_NUMBER,
    ONE_EDIT,
    OTHER_NAME,
    OTHER_SPELLING,
    Doubt,
    foreign_cost,
)
from app.atlas.geocoder.search.hints import Hint, Hints, Leftover, Miss
from app.atlas.geocoder.search.hits import Hit, is_own_name
from app.atlas.geocoder.search.houses import AddressPoint, address_points, chosen_number
from app.atlas.geocoder.search.match import Match
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import CITY, LOCALITY, STREET, Corner, GeocoderStore, Street
from app.atlas.geocoder.text import terms_of_tokens, tokens_of
from app.places import Location, Precision

#: Names that are looked at, cheapest first, and candidates among them that are followed.
MOST_HITS, MOST_CANDIDATES = 60, 12
#: A candidate that must cost this much more than the best answer so far is not followed.
WORSE = 0.4


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A name taken as the street, with what the rest of the query then means."""

    hit: Hit
    hints: Sequence[Hint]
    number: Sequence[HouseNumber]
    left: Leftover
    base: float

    @property
    def least_cost(self) -> float:
        """What the best address on such a street would cost."""
        return self.base + foreign_cost(len(self.left.dropped), bool(self.hints))


class AddressMatcher:
    """Turns the names of streets found in one query into scored matches."""

    def __init__(self, store: GeocoderStore, query: Query, hits: Sequence[Hit], hints: Hints) -> None:
        self._store = store
        self._query = query
        self._hits = hits
        self._hints = hints
        #: Where the exact name of a street begins.
        self._begun = frozenset(
            hit.start for hit in hits if hit.kind == STREET and not hit.cost and hit.end > hit.start + 1
        )

    def matches(self) -> list[Match]:
        """Return all matches worth showing, in no order."""
        streets = [self._candidate(hit) for hit in self._hits if hit.kind == STREET][:MOST_HITS]
        found = list(self._corners())
        best = min([MOST_COST, *(1 - match.score for match in found)])
        streets.sort(key=lambda candidate: (candidate.least_cost, candidate.hit.rank))
        for candidate in streets[:MOST_CANDIDATES]:
            if candidate.least_cost > min(MOST_COST, best + WORSE):
                break
            found += self._street_matches(candidate)
            best = min([best, *(1 - match.score for match in found)])
        return found

    # --- streets and houses ---

    def _candidate(self, hit: Hit) -> _Candidate:
        hints, covered = self._hints.beside(hit.covers)
        number, used = chosen_number(self._query, hit, covered, self._begun)
        if not number:
            hints, covered = _settlements(hints)
        left = self._hints.leftover(hit.covers | covered | used, hit.covers)
        base = hit.cost + left.cost + sum(hint.cost + HINT_AT_DOOR * (not hint.is_settlement) for hint in hints)
        return _Candidate(hit, hints, number, left, base)

    def _street_matches(self, candidate: _Candidate) -> Iterable[Match]:
        streets = self._store.streets(candidate.hit.refs)
        houses = address_points(self._store, streets, candidate.number) if candidate.number else {}
        for street in streets:
            if street.is_village and not candidate.number and self._is_place(candidate.hit):
                continue
            found = houses.get(street.id, [])
            if not found or all(each.is_other for each in found):
                found = [*found, _whole(street, candidate.number)]
            for each in found:
                yield from self._match(candidate, street, each)

    def _is_place(self, hit: Hit) -> bool:
        """Return whether a place has the name too: a village whose houses have no streets."""
        return any(other.kind in (LOCALITY, CITY) and other.covers == hit.covers for other in self._hits)

    def _match(self, candidate: _Candidate, street: Street, found: AddressPoint) -> Iterable[Match]:
        misses = [hint.miss(found.lat, found.lon, found.city, found.postcode) for hint in candidate.hints]
        placed = any(miss.cost <= FAR_IN_LOCALITY for miss in misses)
        dropped = self._dropped(candidate, found, placed)
        if dropped and self._is_told_by_postcode(candidate, found):
            dropped = ()
        forgiven = ADDRESSEE if len(dropped) < len(candidate.left.dropped) else 0.0
        cost = candidate.base + found.cost + foreign_cost(len(dropped), placed) + forgiven
        cost += sum(miss.cost for miss in misses) + self._spelling_cost(candidate.hit, street)
        cost += DOUBLY_WRONG if found.cost >= NO_SUCH_NUMBER and candidate.hit.cost >= ONE_EDIT else 0.0
        if cost <= MOST_COST:
            label = address_label(street.name, found.number, found.city, found.postcode, self._store.style())
            own_street = street.name if found.number and not street.is_village else ""
            location = Location(found.lat, found.lon, label, found.precision, "", found.note, own_street)
            doubt, about = self._street_doubt(candidate, found, misses, dropped)
            kind = "house" if found.number else "village" if street.is_village else "street"
            yield Match(location, round(1 - cost, 4), kind, doubt, about)

    def _spelling_cost(self, hit: Hit, street: Street) -> float:
        """Return the cost of another name of a street than its own, and of one that only reads like the one typed."""
        typed = [token.text for token in self._query.tokens[hit.start : hit.end]]
        if typed == [token.text for token in tokens_of(fold(street.name))]:
            return 0.0
        return OTHER_SPELLING if is_own_name(hit, street.name, self._query.vocabulary) else OTHER_NAME

    def _street_doubt(
        self, candidate: _Candidate, found: AddressPoint, misses: Sequence[Miss], dropped: Sequence[str]
    ) -> tuple[Doubt | None, str]:
        placed = any(miss.cost <= FAR_IN_LOCALITY for miss in misses)
        if dropped:
            of_street = all(self._query.vocabulary.types & {*terms} for terms in map(self._terms_of, dropped))
            return Doubt.KIND if of_street else Doubt.DROPPED, " ".join(dropped)
        if candidate.left.station:
            return Doubt.KIND, ""
        raised = {candidate.hit.doubt, *(miss.doubt for miss in misses)}
        if gravest := next((doubt for doubt in Doubt if doubt in raised), None):
            return gravest, ""
        unnumbered = not candidate.number or found.precision is Precision.STREET
        if unnumbered and (candidate.hit.typeless or (candidate.hit.cost >= ONE_EDIT and not placed)):
            return Doubt.KIND if candidate.hit.typeless else Doubt.NAME, ""
        if found.is_other:
            return Doubt.NUMBER, candidate.number[0].text
        return None, ""

    def _terms_of(self, word: str) -> tuple[str, ...]:
        return terms_of_tokens((word,), self._query.vocabulary)

    def _dropped(self, candidate: _Candidate, found: AddressPoint, placed: bool) -> Sequence[str]:
        """Return the words left out that matter: not a part of the region's title, where the house is just as typed."""
        dropped = candidate.left.dropped
        if dropped and found.precision is Precision.HOUSE and not found.is_other and not candidate.hit.doubt:
            dropped = tuple(word for word in dropped if word not in self._hints.title_tokens)
        return () if dropped and self._is_addressee(candidate, found, placed) else dropped

    def _is_addressee(self, candidate: _Candidate, found: AddressPoint, placed: bool) -> bool:
        """Return whether words before an address that is right in all else name a building, a firm or a person.

        They stand apart from the street: before a comma, the number or a type that begins its name.
        """
        tokens, first = self._query.tokens, candidate.hit.start
        last = max(at for at, token in enumerate(tokens) if token.text in candidate.left.dropped)
        apart = first - last > 1 or tokens[last].part < tokens[first].part
        numbered = bool(candidate.number) and not found.is_other
        right = placed and numbered and candidate.hit.cost <= OTHER_SPELLING
        return right and last < first and (apart or self._query.terms[first] in self._query.vocabulary.types)

    def _is_told_by_postcode(self, candidate: _Candidate, found: AddressPoint) -> bool:
        """Return whether street, number and postcode are right: then a county or a person's name changes nothing."""
        exact = found.precision is Precision.HOUSE and not found.is_other and candidate.hit.cost <= OTHER_SPELLING
        return exact and any(found.postcode == code.name for hint in candidate.hints for code in hint.postcodes)

    # --- corners ---

    def _corners(self) -> Iterable[Match]:
        """Yield the places where two streets meet that are typed with "and" or the like between them."""
        for at in range(1, len(self._query.tokens) - 1):
            if self._query.is_join(at):
                left = [hit for hit in self._hits if hit.kind == STREET and hit.end == at]
                right = [hit for hit in self._hits if hit.kind == STREET and hit.start == at + 1]
                for one, other in ((one, other) for one in left[:3] for other in right[:3]):
                    yield from self._corner_matches(one, other, at)

    def _corner_matches(self, one: Hit, other: Hit, join: int) -> Iterable[Match]:
        taken = one.covers | other.covers | {join}
        hints, covered = _settlements(self._hints.beside(taken)[0])
        left = self._hints.leftover(taken | covered, taken)
        base = one.cost + other.cost + left.cost + sum(hint.cost for hint in hints)
        doubt = Doubt.DROPPED if left.dropped else one.doubt or other.doubt
        for corner in self._store.corners(one.refs, other.refs):
            misses = [hint.miss(corner.lat, corner.lon, corner.city, "") for hint in hints]
            placed = any(miss.cost <= FAR_IN_LOCALITY for miss in misses)
            cost = base + foreign_cost(len(left.dropped), placed) + sum(miss.cost for miss in misses)
            if cost <= MOST_COST:
                found = doubt or next((miss.doubt for miss in misses if miss.doubt), None)
                yield Match(_corner_location(corner), round(1 - cost, 4), "corner", found, " ".join(left.dropped))


def _settlements(hints: Sequence[Hint]) -> tuple[list[Hint], frozenset[int]]:
    """Return the hints that hold addresses, and what they cover: "Town Pool, Mill Lane" asks for the pool."""
    holding = [hint for hint in hints if hint.is_settlement]
    return holding, frozenset(at for hint in holding for at in hint.covers)


def _corner_location(corner: Corner) -> Location:
    streets = f"{corner.street} and {corner.other}"
    label = ", ".join(filter(None, (f"Corner of {streets}", corner.city)))
    return Location(corner.lat, corner.lon, label, Precision.CORNER, "", "")


def _whole(street: Street, asked: Sequence[HouseNumber]) -> AddressPoint:
    """Return the middle of the street, for a number that is not on it or was not given.

    Where other numbers of it are mapped, the person is asked first.
    """
    numbered = street.last_number >= street.first_number
    where = "in this village" if street.is_village else "on this street"
    middle = "of the village" if street.is_village else "of the street"
    if asked:
        note = f"Number {asked[0].text} is not mapped {where}" + ("; " if numbered else ", nor is any other; ")
    else:
        note = "" if street.is_village else "No house number was given; "
    note = (note + f"distances are from the middle {middle}.") if note else ""
    cost = NO_SUCH_NUMBER if asked else 0.0
    precision = Precision.PLACE if street.is_village else Precision.STREET
    place = (street.lat, street.lon, street.city, street.postcode)
    return AddressPoint("", *place, precision, note, cost, is_other=bool(asked) and numbered)
