"""Scores the ways in which a query can be read as an address or place of the region, and puts them in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.atlas.geocoder.kinds import (
    LESSER_KINDS,
    MAJOR_KINDS,
    NAMED_AFTER,
    POSTAL_TOWN,
    REACH_M,
    STATION_KINDS,
    VAGUE_KINDS,
)
from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.numbers import HouseNumber
from app.atlas.geocoder.search.costs import (
    ADDRESSEE,
    DOUBLY_WRONG,
    FAR_IN_LOCALITY,
    MOST_COST,
    NO_SUCH_NUMBER,
    NOT_THE_STATION,
    NUMBER_WITHOUT_STREET,
    ONE_EDIT,
    OTHER_NAME,
    OTHER_SPELLING,
    STREET_NOT_HERE,
    Doubt,
    foreign_cost,
)
from app.atlas.geocoder.search.hints import Hint, Hints, Leftover, Miss
from app.atlas.geocoder.search.hits import Hit
from app.atlas.geocoder.search.houses import AddressPoint, address_points, chosen_number
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import CITY, LOCALITY, STREET, Corner, GeocoderStore, Locality, Street
from app.atlas.geocoder.text import key_of, terms_of, terms_of_tokens, tokens_of
from app.geo import distance_m
from app.places import Location, Precision

#: Names that are looked at, cheapest first, and candidates among them that are followed.
MOST_HITS, MOST_CANDIDATES = 60, 12
#: A candidate that must cost this much more than the best answer so far is not followed.
WORSE = 0.4

#: What a place costs that is less likely meant than a street of its name, and one that is mostly called after it.
MINOR_PLACE, LESSER_PLACE = 0.02, 0.05
#: A station that is called like its town or street, where nobody said "station".
STATION_UNSAID = 0.03
#: A shop or a stop, where words were typed that name nothing there.
LESSER_BUT_DROPPED = 0.15
#: The middle of the addresses that name a town, where the town itself is mapped too.
UNMAPPED_TOWN = 0.01
#: A name of so many words may be that of a town elsewhere.
TOWN_NAME_TOKENS = 2
#: A name that explains all that was typed comes before several that do so together.
EACH_HINT, HINT_AT_DOOR = 0.01, 0.03


@dataclass(frozen=True, slots=True)
class Match:
    """One answer: its `score` is 1 where all fits; FOUND and PLAUSIBLE in geocoder.py say what lower ones mean.

    `kind` says what it is in plain words ("house", "street", "corner", "railway station"); `doubt` what a person must
    be asked about before it is taken, and `about` the words or the number in doubt.
    """

    location: Location
    score: float
    kind: str = "house"
    doubt: Doubt | None = None
    about: str = ""

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
    left: Leftover
    base: float

    @property
    def least_cost(self) -> float:
        """What the best address on such a street would cost."""
        return self.base + foreign_cost(len(self.left.dropped), bool(self.hints))


class Matcher:
    """Turns the names found in one query into scored matches."""

    def __init__(self, store: GeocoderStore, query: Query, hits: Sequence[Hit], hints: Hints) -> None:
        self._store = store
        self._query = query
        self._hits = hits
        self._hints = hints

    def matches(self) -> list[Match]:
        """Return all matches worth showing, in no order."""
        streets = [self._candidate(hit) for hit in self._hits if hit.kind == STREET][:MOST_HITS]
        found = list(self._corners())
        best = min([MOST_COST, *(1 - match.score for match in found)])
        for candidate in sorted(streets, key=lambda candidate: (candidate.least_cost, candidate.hit.rank))[
            :MOST_CANDIDATES
        ]:
            if candidate.least_cost > min(MOST_COST, best + WORSE):
                break
            found += self._street_matches(candidate)
            best = min([best, *(1 - match.score for match in found)])
        places = [hit for hit in self._hits if hit.kind != STREET][:MOST_CANDIDATES]
        return found + [match for hit in places for match in self._place_matches(hit)]

    # --- streets and houses ---

    def _candidate(self, hit: Hit) -> _Candidate:
        hints, covered = self._hints.beside(hit.covers)
        number, used = chosen_number(self._query, hit, covered)
        if not number:  # "Town Pool, Mill Lane" asks for the pool
            hints = [hint for hint in hints if hint.is_settlement]
            covered = frozenset(at for hint in hints for at in hint.covers)
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
        forgiven = ADDRESSEE if len(dropped) < len(candidate.left.dropped) else 0.0
        cost = candidate.base + found.cost + foreign_cost(len(dropped), placed) + forgiven
        cost += sum(miss.cost for miss in misses) + self._spelling_cost(candidate.hit, street)
        cost += DOUBLY_WRONG if found.cost >= NO_SUCH_NUMBER and candidate.hit.cost >= ONE_EDIT else 0.0
        if cost <= MOST_COST:
            label = address_label(street.name, found.number, found.city, found.postcode, self._store.style())
            location = Location(found.lat, found.lon, label, found.precision, "", found.note)
            doubt, about = self._street_doubt(candidate, found, misses, dropped)
            kind = "house" if found.number else "village" if street.is_village else "street"
            yield Match(location, round(1 - cost, 4), kind, doubt, about)

    def _spelling_cost(self, hit: Hit, street: Street) -> float:
        """Return the cost of another name of a street than its own, and of one that only reads like the one typed."""
        typed = [token.text for token in self._query.tokens[hit.start : hit.end]]
        if typed == [token.text for token in tokens_of(fold(street.name))]:
            return 0.0
        return OTHER_SPELLING if self._is_own_name(hit, street.name) else OTHER_NAME

    def _is_own_name(self, hit: Hit, name: str) -> bool:
        """Return whether the name found is this one, rather than another name of the same thing."""
        return key_of(terms_of(name, self._query.vocabulary)) == hit.name

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
        if not candidate.number and (candidate.hit.typeless or (candidate.hit.cost >= ONE_EDIT and not placed)):
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
        hints, covered = self._hints.beside(taken)
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

    # --- towns, stations, shops and the like ---

    def _place_matches(self, hit: Hit) -> Iterable[Match]:
        hints, covered = self._hints.beside(hit.covers)
        numbers = {at for at in range(len(self._query.tokens)) if self._query.is_number(at)} - covered - hit.covers
        base = hit.cost + sum(hint.cost + EACH_HINT for hint in hints) + NUMBER_WITHOUT_STREET * bool(numbers)
        for locality in self._localities(hit):
            holding = [hint for hint in hints if _may_hold(hint, locality)]
            around = frozenset(at for hint in holding for at in hint.covers)
            own = hit.covers | around | numbers | self._own_address(locality)
            left = self._hints.leftover(own, hit.covers)
            misses = [hint.miss(locality.lat, locality.lon, "", "") for hint in holding]
            cost = base + left.cost + foreign_cost(len(left.dropped), False) + _place_cost(locality.kind)
            cost += self._station_cost(hit, locality, left) + OTHER_NAME * (not self._is_own_name(hit, locality.name))
            if self._ends_with(hit):
                cost = min(cost, STREET_NOT_HERE)
            cost += LESSER_BUT_DROPPED if left.dropped and locality.kind in LESSER_KINDS else 0.0
            cost += sum(miss.cost for miss in misses) + UNMAPPED_TOWN * (locality.kind == POSTAL_TOWN)
            if cost <= MOST_COST:
                yield self._place_match(locality, cost, self._place_doubt(hit, locality, left, misses, bool(numbers)))

    def _station_cost(self, hit: Hit, locality: Locality, left: Leftover) -> float:
        if locality.kind not in STATION_KINDS:
            return NOT_THE_STATION if left.station else 0.0
        said = any(token.text in self._query.vocabulary.stations for token in self._query.tokens[hit.start : hit.end])
        return 0.0 if left.station or said or not self._is_shared(hit) else STATION_UNSAID

    def _is_shared(self, hit: Hit) -> bool:
        """Return whether something else than a station has the same name."""
        others = (other for other in self._hits if other is not hit and other.covers == hit.covers and not other.cost)
        return any(others) or any(each.kind not in STATION_KINDS for each in self._localities(hit))

    def _own_address(self, locality: Locality) -> frozenset[int]:
        """Return the tokens that are part of a place's own address: "Rose Cottage, Mill Lane"."""
        own = {token.text for token in tokens_of(fold(f"{locality.street} {locality.number} {locality.city}"))}
        return frozenset(at for at, token in enumerate(self._query.tokens) if token.text in own)

    def _place_doubt(
        self, hit: Hit, locality: Locality, left: Leftover, misses: Sequence[Miss], numbered: bool
    ) -> tuple[Doubt | None, str]:
        if left.dropped or numbered:
            numbers = [token.text for token in self._query.tokens if token.numeric] if numbered else []
            return Doubt.DROPPED, " ".join(dict.fromkeys((*left.dropped, *numbers)))
        if left.station and locality.kind not in STATION_KINDS:
            return Doubt.KIND, ""
        raised = next((miss.doubt for miss in misses if miss.doubt), hit.doubt)
        after = range(hit.end, min(hit.end + 1, len(self._query.tokens)))
        if locality.kind in LESSER_KINDS and any(
            self._query.terms[at] in self._query.vocabulary.articles for at in after
        ):
            return raised or Doubt.LESSER, ""  # the "Casino de Monte-Carlo" is no shop called Casino in Monte-Carlo
        if raised or misses or left.station or (locality.street and self._own_address(locality) - hit.covers):
            return raised, ""
        longest = 1 if locality.kind in STATION_KINDS | {"house"} else TOWN_NAME_TOKENS
        said = any(token.text in self._query.vocabulary.stations for token in self._query.tokens[hit.start : hit.end])
        lesser = locality.kind in NAMED_AFTER and hit.end - hit.start <= longest and not said
        return (Doubt.NAME if hit.cost >= ONE_EDIT else Doubt.LESSER if lesser else None), ""

    def _place_match(self, locality: Locality, cost: float, doubt: tuple[Doubt | None, str]) -> Match:
        label = address_label(locality.street, locality.number, locality.city, locality.postcode, self._store.style())
        label = ", ".join(filter(None, (locality.name, label))) if locality.kind == "house" else locality.name
        precision = Precision.HOUSE if locality.kind == "house" else Precision.PLACE
        middle = Location(locality.lat, locality.lon, label, precision, "", "")
        return Match(middle, round(1 - cost, 4), locality.kind, *doubt)

    def _ends_with(self, hit: Hit) -> bool:
        """Return whether what was typed ends with this name, but for countries: "..., Helsinki, Finland"."""
        return hit.cost == 0.0 and all(map(self._query.says_nothing, range(hit.end, len(self._query.tokens))))

    def _localities(self, hit: Hit) -> list[Locality]:
        read = {LOCALITY: self._store.localities, CITY: self._store.cities}.get(hit.kind, self._store.postcodes)
        return [locality for _, locality in sorted(read(hit.refs).items())]


def _may_hold(hint: Hint, locality: Locality) -> bool:
    """Return whether a place may lie in what a hint names: nothing lies in a shop, and no town in another."""
    if hint.postcodes or locality.kind not in REACH_M:
        return hint.is_settlement
    return any(_size(each.kind) > _size(locality.kind) for each in hint.localities)


def _size(kind: str) -> float:
    return REACH_M["town"] if kind == POSTAL_TOWN else REACH_M.get(kind, 0.0)


def _place_cost(kind: str) -> float:
    return 0.0 if kind in MAJOR_KINDS else LESSER_PLACE if kind in LESSER_KINDS else MINOR_PLACE


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


#: Scores this near are equal; equally good matches further apart than this (metres) are different answers.
SAME_SCORE, APART_M = 0.015, 150.0

_PRECISIONS = list(Precision)


def in_order(matches: Iterable[Match]) -> list[Match]:
    """Return one match for each thing at each spot, best first."""
    kept: dict[str, list[Match]] = {}
    for match in sorted(matches, key=_rank):
        same = kept.setdefault(match.kind if match.kind in STATION_KINDS else match.text, [])
        if all(_is_elsewhere(match, other) for other in same):
            same.append(match)
    ranked = sorted((match for same in kept.values() for match in same), key=_rank)
    return [match for match in ranked if not (match.kind in VAGUE_KINDS and _says_less(match, ranked))]


def _says_less(match: Match, others: Iterable[Match]) -> bool:
    """Return whether a building or the like stands where something that is said more plainly does."""
    better = (other for other in others if other.kind not in VAGUE_KINDS and other.score >= match.score - SAME_SCORE)
    return any(not _is_elsewhere(match, other) for other in better)


#: The names of one station, as it is mapped and as its trains call it, lie no further apart (metres).
ONE_STATION_M = 300.0


def _rank(match: Match) -> tuple[float, bool, int, str, float, float]:
    place = match.location
    return -match.score, match.doubt is not None, _PRECISIONS.index(place.precision), place.label, place.lat, place.lon


def _is_elsewhere(match: Match, other: Match) -> bool:
    """Return whether two matches of one label are different places: one town has a node and a middle of its houses."""
    a, b = match.location, other.location
    apart_m = APART_M if Precision.PLACE not in (a.precision, b.precision) else 5 * APART_M
    if match.kind in REACH_M and other.kind in REACH_M:
        apart_m = 10_000.0
    if match.kind in STATION_KINDS and other.kind in STATION_KINDS:
        apart_m = ONE_STATION_M
    return distance_m(a.lat, a.lon, b.lat, b.lon) > apart_m
