"""What the rest of an address says about where it is: cities, places, postcodes, and what fits nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.atlas.geocoder.countries import is_country, is_elsewhere, lies_in
from app.atlas.geocoder.kinds import OTHER_REACH_M, POSTAL_TOWN, REACH_M
from app.atlas.geocoder.search.costs import (
    FAR_IN_LOCALITY,
    KNOWN_TOKEN,
    ODD_NUMBER,
    OTHER_LOCALITY,
    OTHER_POSTCODE,
    OTHER_TOWN_NEAR,
    UNUSED_AND,
    Doubt,
)
from app.atlas.geocoder.search.hits import Hit
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import CITY, LOCALITY, POSTCODE, STREET, GeocoderStore, Locality
from app.atlas.geocoder.text import AND, Token
from app.geo import distance_m

#: A postcode whose addresses lie further away than this on average is another one than the address has.
POSTCODE_M = 2_000.0


class Miss(NamedTuple):
    """What it costs that an address differs from a hint, and the doubt that it raises."""

    cost: float
    doubt: Doubt | None = None


MET = Miss(0.0)


@dataclass(frozen=True, slots=True)
class Hint:
    """One run of tokens that names a city, places or a postcode of the region."""

    covers: frozenset[int]
    localities: tuple[Locality, ...]
    cities: frozenset[str]
    postcodes: tuple[Locality, ...]
    cost: float

    @property
    def is_settlement(self) -> bool:
        """Return whether it names a town or a part of one, or a postcode: something that has addresses in it."""
        return bool(self.postcodes) or any(each.kind in REACH_M for each in self.localities)

    def miss(self, lat: float, lon: float, city: str, postcode: str) -> Miss:
        """Return how an address differs from the hint."""
        if self.postcodes and postcode:
            return MET if any(postcode == each.name for each in self.postcodes) else self._other_postcode(lat, lon)
        if not self.localities or (city and city in self.cities):
            return MET
        ratio = min(distance_m(lat, lon, each.lat, each.lon) / _reach_m(each.kind) for each in self.localities)
        if ratio <= 1:
            if not city or all(each.kind != POSTAL_TOWN for each in self.localities):
                return Miss(FAR_IN_LOCALITY * ratio)
            if any(each.kind != POSTAL_TOWN for each in self.localities):
                return Miss(OTHER_TOWN_NEAR)
        return Miss(OTHER_LOCALITY, Doubt.TOWN if self.is_settlement else Doubt.DROPPED)

    def _other_postcode(self, lat: float, lon: float) -> Miss:
        near = any(distance_m(lat, lon, each.lat, each.lon) <= POSTCODE_M for each in self.postcodes)
        return Miss(OTHER_POSTCODE) if near else Miss(2 * OTHER_POSTCODE, Doubt.TOWN)


class Leftover(NamedTuple):
    """The words that name nothing here, and what the other tokens cost that no name explains."""

    dropped: tuple[str, ...]
    cost: float
    #: Whether a station was asked for.
    station: bool


class Hints:
    """All hints of one query, and what is left without any meaning."""

    def __init__(self, store: GeocoderStore, query: Query, hits: Sequence[Hit], title_tokens: frozenset[str]) -> None:
        self._store = store
        self._query = query
        self._hints = _load(store, [hit for hit in hits if hit.kind != STREET and hit.doubt is None])
        self.title_tokens = title_tokens
        self._names_region = title_tokens <= {token.text for token in query.tokens}
        self._first = _named_first(query, hits)

    def beside(self, taken: frozenset[int]) -> tuple[list[Hint], frozenset[int]]:
        """Return hints that do not overlap what is taken or each other, cheapest and longest first."""
        chosen: list[Hint] = []
        covered: frozenset[int] = frozenset()
        for hint in self._hints:
            if not hint.covers & (taken | covered):
                chosen.append(hint)
                covered |= hint.covers
        return chosen, covered

    def leftover(self, taken: frozenset[int], beside: frozenset[int] = frozenset()) -> Leftover:
        """Return what is left of the query; `beside` are the tokens of the street, next to which a direction counts."""
        dropped: list[str] = []
        cost, station, postcode_before = 0.0, False, False
        for at, token in enumerate(self._query.tokens):
            digits = any(c.isdigit() for c in token.text)
            if at in taken or (at not in self._first and self._is_silent(at, beside)):
                continue
            if digits and postcode_before:
                continue
            if digits:
                cost += ODD_NUMBER
                dropped += [] if self._may_be_here(token) else [token.text]
            elif token.text in self._query.vocabulary.stations:
                cost, station = cost + KNOWN_TOKEN, True
            elif token.text == AND:
                cost += UNUSED_AND
            elif (self._names_region and token.text in self.title_tokens) or self._joins(at):
                cost += KNOWN_TOKEN
            else:
                dropped.append(token.text)
            postcode_before = digits
        return Leftover(tuple(dropped), cost, station)

    def _is_silent(self, at: int, beside: frozenset[int]) -> bool:
        """Return whether a token says nothing: it is short, or the country or state that the region lies in."""
        text = self._query.tokens[at].text
        if is_country(text):
            return lies_in(text, *self._store.middle) or text in self.title_tokens
        if self._query.is_code(at) and is_elsewhere(text, *self._store.middle):
            return False
        return self._query.says_nothing(at) and not self._tells(at, beside)

    def _joins(self, at: int) -> bool:
        """Return whether a token says no more than that streets meet: "corner", unless a place has that name."""
        return self._query.is_join(at) and at not in self._first

    def _tells(self, at: int, beside: frozenset[int]) -> bool:
        """Return whether a short token next to the street's name is a part of it: the E of "Main Street E"."""
        is_word = self._query.is_direction(at) or self._query.terms[at] != self._query.tokens[at].text
        return is_word and not beside.isdisjoint((at - 1, at + 1))

    def _may_be_here(self, token: Token) -> bool:
        """Return whether a number may be a flat's, or else begins as the region's postcodes do."""
        short = token.numeric and len(token.text) < 4
        return short or self._store.has_postcodes(token.text.replace("-", "")[:2])


def _named_first(query: Query, hits: Sequence[Hit]) -> frozenset[int]:
    """Return the tokens before the first comma where they are a name as a whole: short as they are, they tell.

    "My O My, Helsinki" is no Helsinki.
    """
    first = frozenset(at for at, token in enumerate(query.tokens) if token.part == query.tokens[0].part)
    is_name = len(first) < len(query.tokens) and any(hit.covers == first and not hit.cost for hit in hits)
    return first if is_name else frozenset()


def _load(store: GeocoderStore, hits: Sequence[Hit]) -> list[Hint]:
    def refs(kind: int) -> list[int]:
        return sorted({ref for hit in hits if hit.kind == kind for ref in hit.refs})

    known, cities = store.localities(refs(LOCALITY)), store.cities(refs(CITY))
    postcodes = store.postcodes(refs(POSTCODE))
    groups: dict[tuple[float, int, int], list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.cost, hit.start - hit.end, hit.start), []).append(hit)
    hints = []
    for (cost, _, _), same in sorted(groups.items()):
        named = {
            kind: [ref for hit in same if hit.kind == kind for ref in hit.refs] for kind in (LOCALITY, CITY, POSTCODE)
        }
        localities = [known[ref] for ref in named[LOCALITY]]
        towns = [cities[ref] for ref in named[CITY]]
        codes = tuple(postcodes[ref] for ref in named[POSTCODE])
        names = frozenset(locality.name for locality in (*localities, *towns))
        hints.append(Hint(same[0].covers, (*localities, *towns), names, codes, cost))
    return hints


def _reach_m(kind: str) -> float:
    """Return how far in metres a place of this kind reaches from its point."""
    return REACH_M.get(kind, OTHER_REACH_M)
