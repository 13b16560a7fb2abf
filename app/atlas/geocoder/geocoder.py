"""Finds addresses in one region: search, suggestions, completion and the address nearest to a point."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from app.atlas.geocoder.search.complete import complete
from app.atlas.geocoder.search.hints import Hints
from app.atlas.geocoder.search.hits import Hit, exact_hits, fuzzy_hits, mended_hits, partial_hits, spans_of
from app.atlas.geocoder.search.match import Match, Matcher, in_order
from app.atlas.geocoder.search.query import Query, read_query
from app.atlas.geocoder.search.reverse import nearest_address
from app.atlas.geocoder.store import GeocoderStore
from app.atlas.geocoder.text import fold, terms_of

#: A match with this score or more is the address asked for; below it, ask "did you mean ...?".
FOUND = 0.65
#: Below this there is nothing like it in the region: the address lies elsewhere, or nowhere.
PLAUSIBLE = 0.35
#: With an exact reading this good nobody looks for slips of the finger.
_GOOD_ENOUGH = 0.93


class Geocoder:
    """The addresses of one region. `title` is the region's name for people: its tokens count as known."""

    def __init__(self, database: sqlite3.Connection | Callable[[], sqlite3.Connection], title: str = "") -> None:
        connection = database
        self._store = GeocoderStore((lambda: connection) if isinstance(connection, sqlite3.Connection) else connection)
        self._title_tokens = frozenset(terms_of(title)) | frozenset(fold(title).split())

    def search(self, text: str, limit: int = 5) -> tuple[Match, ...]:
        """Return what the text may mean, best first; equally good ones in different places score below FOUND."""
        query = read_query(text)
        if not query.tokens:
            return ()
        return tuple(self._best(query)[:limit])

    def suggest(self, text: str, limit: int = 5) -> tuple[str, ...]:
        """Return labels of addresses that the text may have been meant for, best first; () where nothing is alike."""
        query = read_query(text)
        if not query.tokens:
            return ()
        ranked = self._best(query)
        if len([match for match in ranked if match.score >= PLAUSIBLE]) < limit:
            ranked += self._ranked(query, 3)
        labels = dict.fromkeys(match.text for match in ranked if match.score >= PLAUSIBLE)
        return tuple(labels)[:limit]

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Return addresses that begin as typed, with the number where the person put it."""
        return complete(self._store, prefix, limit)

    def reverse(self, lat: float, lon: float) -> Match | None:
        """Return the address nearest to a point in degrees, else the street, None where neither is near."""
        return nearest_address(self._store, lat, lon)

    def _best(self, query: Query) -> list[Match]:
        """Look for more slips only where nothing plausible has few."""
        ranked = self._ranked(query, 2)
        return ranked if ranked and ranked[0].score >= PLAUSIBLE else self._ranked(query, 3)

    def _ranked(self, query: Query, most_edits: int) -> list[Match]:
        spans = spans_of(query)
        hits = exact_hits(self._store, query, spans)
        ranked = self._scored(query, hits)
        if ranked and ranked[0].score >= _GOOD_ENOUGH and most_edits < 3:
            return ranked
        found = {*hits, *mended_hits(self._store, query, spans), *fuzzy_hits(self._store, query, spans, most_edits)}
        found.update(partial_hits(self._store, query, spans, hits))
        return self._scored(query, sorted(found, key=lambda hit: hit.rank))

    def _scored(self, query: Query, hits: list[Hit]) -> list[Match]:
        hints = Hints(self._store, query, hits, self._title_tokens)
        found: Iterable[Match] = Matcher(self._store, query, hits, hints).matches()
        return in_order(found, FOUND)
