"""What the rest of an address says about where it is: cities, places, postcodes, and words that fit nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.atlas.geocoder.cities import reach_m
from app.atlas.geocoder.search.costs import (
    FAR_IN_PLACE,
    KNOWN_WORD,
    ODD_NUMBER,
    OTHER_PLACE,
    OTHER_POSTCODE,
    PART_OF_PLACE,
)
from app.atlas.geocoder.search.hits import Hit
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import CITY, PLACE, POSTCODE, STREET, GeocoderStore, Spot
from app.atlas.geocoder.text import Token
from app.atlas.geocoder.vocabulary import STATION_WORDS
from app.geo import distance_m


@dataclass(frozen=True, slots=True)
class Hint:
    """One run of tokens that names a city, places or a postcode of the region."""

    covers: frozenset[int]
    spots: tuple[Spot, ...]
    cities: frozenset[str]
    postcodes: frozenset[str]
    cost: float

    def misses(self, lat: float, lon: float, city: str, postcode: str) -> float:
        """Return what it costs that an address differs from the hint."""
        if self.postcodes and postcode:
            return 0.0 if postcode in self.postcodes else OTHER_POSTCODE
        if not self.spots or (city and city in self.cities):
            return 0.0
        ratio = min(distance_m(lat, lon, spot.lat, spot.lon) / reach_m(spot.kind) for spot in self.spots)
        return FAR_IN_PLACE * ratio if ratio <= 1 else OTHER_PLACE


class Hints:
    """All hints of one query, and what is left without any meaning."""

    def __init__(self, store: GeocoderStore, query: Query, hits: Sequence[Hit], title_words: frozenset[str]) -> None:
        self._store = store
        self._query = query
        self._hints = _load(store, [hit for hit in hits if hit.kind != STREET])
        words = [word for word in query.words if len(word) > 3]
        self._place_words = store.place_words(words)
        self._known_words = title_words | STATION_WORDS

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
        """Return how many of the other words name nothing here, and what the rest of them costs."""
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
            elif token.text in self._known_words:
                cost += KNOWN_WORD
            elif token.text in self._place_words or self._query.words[at] in self._place_words:
                cost += PART_OF_PLACE
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

    places, cities = store.places(refs(PLACE)), store.cities(refs(CITY))
    postcodes = store.postcodes(refs(POSTCODE))
    groups: dict[tuple[float, int, int], list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.cost, hit.start - hit.end, hit.start), []).append(hit)
    hints = []
    for (cost, _, _), same in sorted(groups.items()):
        named = {
            kind: [ref for hit in same if hit.kind == kind for ref in hit.refs] for kind in (PLACE, CITY, POSTCODE)
        }
        spots = [places[ref] for ref in named[PLACE]]
        towns = [cities[ref] for ref in named[CITY]]
        codes = frozenset(postcodes[ref].name for ref in named[POSTCODE])
        names = frozenset(spot.name for spot in (*spots, *towns))
        hints.append(Hint(same[0].covers, tuple(spots) or tuple(towns), names, codes, cost))
    return hints
