"""Reads a query as the name of a place: a town, a postcode, a station, a school, a shop, a named house."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.atlas.geocoder.kinds import (
    LESSER_KINDS,
    MAJOR_KINDS,
    NAMED_AFTER,
    POLE_KINDS,
    POSTAL_TOWN,
    REACH_M,
    STATION_KINDS,
)
from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.numbers import is_long_number
from app.atlas.geocoder.search.costs import (
    MOST_COST,
    NOT_THE_STATION,
    NUMBER_WITHOUT_STREET,
    ONE_EDIT,
    OTHER_NAME,
    OTHER_POSTCODE,
    STREET_NOT_HERE,
    Doubt,
    foreign_cost,
)
from app.atlas.geocoder.search.hints import Hint, Hints, Leftover, Miss
from app.atlas.geocoder.search.hits import Hit, is_own_name
from app.atlas.geocoder.search.match import Match
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import CITY, LOCALITY, STREET, GeocoderStore, Locality
from app.atlas.geocoder.text import tokens_of
from app.places import Location, Precision

#: Names that are looked at, cheapest first.
MOST_CANDIDATES = 12
#: What a place costs that is less likely meant than a street of its name, and one that is mostly called after it.
MINOR_PLACE, LESSER_PLACE = 0.02, 0.05
#: A letter beside the name may be a part of another: "R-Kioski" is no "Kioski".
LETTER_BESIDE = 0.02
#: A station that is called like its town or street, where nobody said "station".
STATION_UNSAID = 0.03
#: A shop or a stop, where words were typed that name nothing there.
LESSER_BUT_DROPPED = 0.15
#: The middle of the addresses that name a town, where the town itself is mapped too.
UNMAPPED_TOWN = 0.01
#: A name of so many words may be that of a town elsewhere.
TOWN_NAME_TOKENS = 2
#: A name that explains all that was typed comes before several that do so together.
EACH_HINT = 0.01


class PlaceMatcher:
    """Turns the names of places found in one query into scored matches."""

    def __init__(self, store: GeocoderStore, query: Query, hits: Sequence[Hit], hints: Hints) -> None:
        self._store = store
        self._query = query
        self._hits = hits
        self._hints = hints

    def matches(self) -> list[Match]:
        """Return all matches worth showing, in no order."""
        places = [hit for hit in self._hits if hit.kind != STREET][:MOST_CANDIDATES]
        return [match for hit in places for match in self._matches(hit)]

    def _matches(self, hit: Hit) -> Iterable[Match]:
        hints, covered = self._hints.beside(hit.covers)
        numbers = self._numbers() - covered - hit.covers
        base = hit.cost + sum(hint.cost + EACH_HINT for hint in hints)
        for place in self._places(hit):
            own = self._own_address(place)
            stray = bool(numbers - own)
            holding = [hint for hint in hints if _may_hold(hint, place)]
            around = frozenset(at for hint in holding for at in hint.covers)
            left = self._hints.leftover(hit.covers | around | numbers | own, hit.covers)
            misses = [hint.miss(place.lat, place.lon, "", "") for hint in holding]
            cost = self._cost(hit, place, base + NUMBER_WITHOUT_STREET * stray, left)
            cost += sum(miss.cost for miss in misses)
            cost += OTHER_POSTCODE * any(hint.postcodes for hint in hints if hint not in holding)
            if cost <= MOST_COST:
                yield self._match(place, cost, self._doubt(hit, place, left, misses, stray))

    def _numbers(self) -> set[int]:
        """Return the tokens that may be house numbers: no postcode is, nor the number of a phone."""
        tokens = self._query.tokens
        return {at for at in range(len(tokens)) if self._query.is_number(at) and not is_long_number(tokens[at].text)}

    def _cost(self, hit: Hit, place: Locality, base: float, left: Leftover) -> float:
        """Return what the rest of the words costs; what ends with the name of a town lies there, whatever it is."""
        cost = base + left.cost + foreign_cost(len(left.dropped), False)
        cost += LESSER_BUT_DROPPED if left.dropped and place.kind in LESSER_KINDS else 0.0
        lies_here = place.kind in REACH_M and self._ends_with(hit)
        return (min(cost, STREET_NOT_HERE) if lies_here else cost) + self._name_cost(hit, place, left)

    def _name_cost(self, hit: Hit, place: Locality, left: Leftover) -> float:
        """Return what it costs that something else is likelier meant by the name."""
        kind = place.kind
        cost = 0.0 if kind in MAJOR_KINDS | {"postcode"} else LESSER_PLACE if kind in LESSER_KINDS else MINOR_PLACE
        cost += UNMAPPED_TOWN if kind == POSTAL_TOWN else 0.0
        cost += 0.0 if is_own_name(hit, place.name, self._query.vocabulary) else OTHER_NAME
        cost += LETTER_BESIDE if self._has_letter_beside(hit) else 0.0
        return cost + self._station_cost(hit, place, left)

    def _has_letter_beside(self, hit: Hit) -> bool:
        """Return whether a single letter stands beside a name, in the same part of the text."""
        tokens = self._query.tokens
        beside = [tokens[at] for at in (hit.start - 1, hit.end) if 0 <= at < len(tokens)]
        letters = [token for token in beside if len(token.text) == 1 and token.text.isalpha()]
        return any(token.part == tokens[hit.start].part for token in letters)

    def _station_cost(self, hit: Hit, place: Locality, left: Leftover) -> float:
        if place.kind not in STATION_KINDS:
            return NOT_THE_STATION if left.station else 0.0
        said = left.station or self._says_station(hit)
        return 0.0 if said or not self._is_shared(hit) else STATION_UNSAID

    def _says_station(self, hit: Hit) -> bool:
        """Return whether the name itself says that it is a station."""
        return any(token.text in self._query.vocabulary.stations for token in self._query.tokens[hit.start : hit.end])

    def _is_shared(self, hit: Hit) -> bool:
        """Return whether something else than a station has the same name."""
        others = (other for other in self._hits if other is not hit and other.covers == hit.covers and not other.cost)
        return any(others) or any(each.kind not in STATION_KINDS for each in self._places(hit))

    def _own_address(self, place: Locality) -> frozenset[int]:
        """Return the tokens that are part of a place's own address: "Rose Cottage, Mill Lane"."""
        own = {token.text for token in tokens_of(fold(f"{place.street} {place.number} {place.city}"))}
        return frozenset(at for at, token in enumerate(self._query.tokens) if token.text in own)

    def _doubt(
        self, hit: Hit, place: Locality, left: Leftover, misses: Sequence[Miss], numbered: bool
    ) -> tuple[Doubt | None, str]:
        if place.kind in REACH_M and (word := self._short_word_before(hit)):
            return Doubt.DROPPED, word
        if left.dropped or numbered:
            numbers = [token.text for token in self._query.tokens if token.numeric] if numbered else []
            return Doubt.DROPPED, " ".join(dict.fromkeys((*left.dropped, *numbers)))
        if left.station and place.kind not in STATION_KINDS:
            return Doubt.KIND, ""
        raised = next((miss.doubt for miss in misses if miss.doubt), hit.doubt)
        if place.kind in LESSER_KINDS and self._goes_on(hit):
            return raised or Doubt.LESSER, ""
        if place.kind in POLE_KINDS and not (left.station or self._says_station(hit)):
            return raised or Doubt.LESSER, ""
        if raised or misses or left.station or (place.street and self._own_address(place) - hit.covers):
            return raised, ""
        return (Doubt.NAME if hit.cost >= ONE_EDIT else Doubt.LESSER if self._is_lesser(hit, place) else None), ""

    def _short_word_before(self, hit: Hit) -> str:
        """Return a word of a letter or two right before a name, "" for none: the "TU München" is no town."""
        query, before = self._query, hit.start - 1
        if before < 0 or query.tokens[before].part != query.tokens[hit.start].part or query.is_kind(before):
            return ""
        word = query.tokens[before].text
        return word if len(word) <= 2 and word.isalpha() else ""

    def _goes_on(self, hit: Hit) -> bool:
        """Return whether the name is a part of more: the "Casino de Monte-Carlo" is no shop called Casino there."""
        after = self._query.terms[hit.end : hit.end + 1]
        return not self._query.vocabulary.articles.isdisjoint(after)

    def _is_lesser(self, hit: Hit, place: Locality) -> bool:
        """Return whether a place is mostly called after something larger, which may be meant instead."""
        longest = 1 if place.kind in STATION_KINDS | {"house"} else TOWN_NAME_TOKENS
        return place.kind in NAMED_AFTER and hit.end - hit.start <= longest and not self._says_station(hit)

    def _match(self, place: Locality, cost: float, doubt: tuple[Doubt | None, str]) -> Match:
        label = address_label(place.street, place.number, place.city, place.postcode, self._store.style())
        label = ", ".join(filter(None, (place.name, label))) if place.kind == "house" else place.name
        precision = Precision.HOUSE if place.kind == "house" else Precision.PLACE
        middle = Location(place.lat, place.lon, label, precision, "", "")
        return Match(middle, round(1 - cost, 4), place.kind, *doubt)

    def _ends_with(self, hit: Hit) -> bool:
        """Return whether what was typed ends with this name, but for countries: "..., Helsinki, Finland"."""
        return hit.cost == 0.0 and all(map(self._query.says_nothing, range(hit.end, len(self._query.tokens))))

    def _places(self, hit: Hit) -> list[Locality]:
        read = {LOCALITY: self._store.localities, CITY: self._store.cities}.get(hit.kind, self._store.postcodes)
        return [place for _, place in sorted(read(hit.refs).items())]


def _may_hold(hint: Hint, place: Locality) -> bool:
    """Return whether a place may lie in what a hint names: nothing lies in a shop, no town in a postcode."""
    if hint.postcodes:
        return place.kind not in REACH_M
    if place.kind not in REACH_M:
        return hint.is_settlement
    return any(_size(each.kind) > _size(place.kind) for each in hint.localities)


def _size(kind: str) -> float:
    return REACH_M["town"] if kind == POSTAL_TOWN else REACH_M.get(kind, 0.0)
