"""Finds addresses and places in one region: search, completion, what is near a point, and what tells places apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import cached_property

from app.atlas.geocoder.kinds import DISTRICT_KINDS, REACH_M
from app.atlas.geocoder.language import Vocabulary
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.search.addresses import AddressMatcher
from app.atlas.geocoder.search.complete import Completion, complete
from app.atlas.geocoder.search.costs import Doubt
from app.atlas.geocoder.search.hints import Hints
from app.atlas.geocoder.search.hits import Hit, TokenSpan, exact_hits, fuzzy_hits, mended_hits, partial_hits, spans_of
from app.atlas.geocoder.search.match import Match, in_order
from app.atlas.geocoder.search.places import PlaceMatcher
from app.atlas.geocoder.search.query import CleanText, Query, read_text
from app.atlas.geocoder.search.reverse import (
    Neighbour,
    houses_of,
    nearest_address,
    nearest_houses,
    nearest_street_name,
)
from app.atlas.geocoder.store import GeocoderStore, Locality
from app.geo import distance_m

#: A match with this score or more, and without doubt, is the address asked for; below it the person is asked.
FOUND = 0.65
#: Below this there is nothing like it in the region: the address lies elsewhere, or nowhere.
PLAUSIBLE = 0.35
#: With an exact reading this good nobody looks for slips of the finger.
GOOD_ENOUGH = 0.93


class Geocoder:
    """The addresses and places of one region. `title` is the region's name for people: its tokens count as known."""

    def __init__(self, database: sqlite3.Connection | Callable[[], sqlite3.Connection], title: str = "") -> None:
        connection = database
        self._store = GeocoderStore((lambda: connection) if isinstance(connection, sqlite3.Connection) else connection)
        self._title_tokens = frozenset(fold(title).split())

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the region's languages."""
        return self._store.vocabulary

    def words(self) -> set[str]:
        """Return every word, key and core of the region's names."""
        return self._store.words()

    def search(self, text: str, limit: int = 10) -> tuple[Match, ...]:
        """Return what a text may mean, best first."""
        return self.look_for(read_text(text), limit)

    def look_for(self, text: CleanText, limit: int = 10, *, slips: bool = True) -> tuple[Match, ...]:
        """Return what a text may mean, best first; without `slips`, only what is written as it is mapped."""
        query = text.query(self._store.vocabulary)
        if not query.tokens:
            return ()
        if named := self._named(text.whole):
            return named[:limit]
        spans = spans_of(query)
        hits = exact_hits(self._store, query, spans)
        ranked = self._scored(query, hits)
        if not slips or (ranked and ranked[0].score >= GOOD_ENOUGH and not ranked[0].doubt):
            return tuple(ranked[:limit])
        return tuple(self._with_slips(query, spans, hits)[:limit])

    def _named(self, whole: str) -> tuple[Match, ...]:
        """Return the places whose names hold what is noise elsewhere: the number of a block, of a room, of a floor."""
        query = CleanText(whole).query(self._store.vocabulary)
        hits = exact_hits(self._store, query, spans_of(query)) if whole else []
        hints = Hints(self._store, query, hits, self._title_tokens)
        found = in_order(PlaceMatcher(self._store, query, hits, hints).matches())
        return tuple(match for match in found if match.score >= GOOD_ENOUGH and match.doubt in (None, Doubt.LESSER))

    def complete(self, prefix: str, limit: int = 8) -> tuple[Completion, ...]:
        """Return addresses and places that begin as typed, with the number where the person put it."""
        return complete(self._store, prefix, limit)

    def reverse(self, lat: float, lon: float) -> Neighbour | None:
        """Return the address nearest to a point in degrees, else the street, None where neither is near."""
        return nearest_address(self._store, lat, lon)

    def nearest(self, lat: float, lon: float, count: int, within_m: float) -> list[Neighbour]:
        """Return the addresses nearest to a point in degrees, within a distance, nearest first."""
        return nearest_houses(self._store, lat, lon, count, within_m)

    def points(self) -> list[tuple[int, float, float]]:
        """Return id, latitude and longitude of every house, by id."""
        return self._store.all_points()

    def houses(self, ids: Sequence[int]) -> list[Neighbour]:
        """Return houses by their ids, in the order given."""
        return houses_of(self._store, ids)

    def street_numbers(self) -> list[tuple[str, int, int]]:
        """Return each street that has houses with the ids of its first and its last one, in the order of the houses."""
        return self._store.street_numbers()

    def street_of(self, house: int) -> str:
        """Return the street that a house is numbered by, "" for none. `house` is its id in geo_number."""
        street = self._store.street_of(house)
        return "" if street.is_village else street.name

    def street_near(self, lat: float, lon: float) -> str:
        """Return the name of the nearest street (good to a cell of the grid), else of the district, "" for neither."""
        return nearest_street_name(self._store, lat, lon) or self.district(lat, lon)

    def district(self, lat: float, lon: float) -> str:
        """Return the part of a town or the small settlement in whose reach a point lies deepest, "" for none."""
        near = ((distance_m(lat, lon, each.lat, each.lon) / REACH_M[each.kind], each.name) for each in self.districts)
        ratio, name = min(near, default=(1.0, ""))
        return name if ratio < 1 else ""

    @cached_property
    def districts(self) -> Sequence[Locality]:
        """The parts of towns and the small settlements of the region."""
        return self._store.settlements(DISTRICT_KINDS)

    def _with_slips(self, query: Query, spans: Sequence[TokenSpan], hits: list[Hit]) -> list[Match]:
        """Look for more slips only where nothing plausible has few."""
        ranked: list[Match] = []
        for most in (2, 3):
            found = {*hits, *mended_hits(self._store, query, spans), *fuzzy_hits(self._store, query, spans, hits, most)}
            found.update(partial_hits(self._store, query, spans, hits))
            ranked = self._scored(query, sorted(found, key=lambda hit: hit.rank))
            if ranked and ranked[0].score >= PLAUSIBLE:
                break
        return ranked

    def _scored(self, query: Query, hits: list[Hit]) -> list[Match]:
        hints = Hints(self._store, query, hits, self._title_tokens)
        addresses = AddressMatcher(self._store, query, hits, hints).matches()
        return in_order([*addresses, *PlaceMatcher(self._store, query, hits, hints).matches()])
