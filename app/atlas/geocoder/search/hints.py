"""What the rest of an address says about where it is: cities, places, postcodes, and what fits nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.atlas.geocoder.search.costs import (
    FAR_IN_LOCALITY,
    KNOWN_TOKEN,
    ODD_NUMBER,
    OTHER_LOCALITY,
    OTHER_POSTCODE,
    PART_OF_LOCALITY,
)
from app.atlas.geocoder.search.hits import Hit
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import CITY, LOCALITY, POSTCODE, STREET, GeocoderStore, Locality
from app.atlas.geocoder.text import Token
from app.atlas.geocoder.vocabulary import STATION_WORDS
from app.geo import distance_m

#: How far, in metres, a place of each kind reaches from its point: a guess, used to tell whether a hint fits.
REACH_M: dict[str, float] = {
    "country": 100_000.0, "state": 100_000.0, "city": 8_000.0, "borough": 5_000.0, "town": 3_000.0,
    "village": 1_800.0, "suburb": 1_800.0, "quarter": 1_200.0, "hamlet": 900.0, "neighbourhood": 1_200.0,
    "station": 1_000.0,
}  # fmt: skip
#: The reach of any other kind of place.
OTHER_REACH_M = 700.0


@dataclass(frozen=True, slots=True)
class Hint:
    """One run of tokens that names a city, places or a postcode of the region."""

    covers: frozenset[int]
    localities: tuple[Locality, ...]
    cities: frozenset[str]
    postcodes: frozenset[str]
    cost: float

    def misses(self, lat: float, lon: float, city: str, postcode: str) -> float:
        """Return what it costs that an address differs from the hint."""
        if self.postcodes and postcode:
            return 0.0 if postcode in self.postcodes else OTHER_POSTCODE
        if not self.localities or (city and city in self.cities):
            return 0.0
        ratio = min(distance_m(lat, lon, each.lat, each.lon) / _reach_m(each.kind) for each in self.localities)
        return FAR_IN_LOCALITY * ratio if ratio <= 1 else OTHER_LOCALITY


class Hints:
    """All hints of one query, and what is left without any meaning."""

    def __init__(self, store: GeocoderStore, query: Query, hits: Sequence[Hit], title_tokens: frozenset[str]) -> None:
        self._store = store
        self._query = query
        self._hints = _load(store, [hit for hit in hits if hit.kind != STREET])
        self._locality_terms = store.locality_terms([term for term in query.terms if len(term) > 3])
        self._known_tokens = title_tokens | STATION_WORDS

    def beside(self, taken: frozenset[int]) -> tuple[list[Hint], frozenset[int]]:
        """Return hints that do not overlap what is taken or each other, cheapest and longest first."""
        chosen: list[Hint] = []
        covered: frozenset[int] = frozenset()
        for hint in self._hints:
            if not hint.covers & (taken | covered):
                chosen.append(hint)
                covered |= hint.covers
        return chosen, covered

    def leftover(self, taken: frozenset[int]) -> tuple[int, float]:
        """Return how many of the other tokens name nothing here, and what the rest of them costs."""
        foreign, cost = 0, 0.0
        postcode_before = False
        for at, token in enumerate(self._query.tokens):
            digits = any(c.isdigit() for c in token.text)
            if at in taken or self._query.says_nothing(at):
                continue
            if digits and postcode_before:
                continue
            if digits:
                known = self._may_be_here(token)
                foreign, cost = foreign + (not known), cost + ODD_NUMBER
            elif token.text in self._known_tokens:
                cost += KNOWN_TOKEN
            elif token.text in self._locality_terms or self._query.terms[at] in self._locality_terms:
                cost += PART_OF_LOCALITY
            else:
                foreign += 1
            postcode_before = digits
        return foreign, cost

    def _may_be_here(self, token: Token) -> bool:
        """Return whether a number may be a flat's, or else begins as the region's postcodes do."""
        short = token.numeric and len(token.text) < 4
        return short or self._store.has_postcodes(token.text.replace("-", "")[:2])


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
        codes = frozenset(postcodes[ref].name for ref in named[POSTCODE])
        names = frozenset(locality.name for locality in (*localities, *towns))
        hints.append(Hint(same[0].covers, tuple(localities) or tuple(towns), names, codes, cost))
    return hints


def _reach_m(kind: str) -> float:
    """Return how far in metres a place of this kind reaches from its point."""
    return REACH_M.get(kind, OTHER_REACH_M)
