"""Collects names while a region is indexed, and writes them to the tables they are searched in."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from app.atlas.geocoder.schema import CITY, PLACE, POSTCODE, STREET
from app.atlas.geocoder.text import core_of, fold, key_of, short_forms, spelled_out, tokens_of
from app.atlas.geocoder.words import TYPES
from app.atlas.projection import Floats

Words = tuple[str, ...]


class Names:
    """All names of a region and what they refer to."""

    def __init__(self) -> None:
        self._refs: dict[Words, set[tuple[int, int]]] = defaultdict(set)
        self._spellings: dict[Words, set[str]] = defaultdict(set)
        self._weights: Counter[Words] = Counter()

    def add(self, name: str, kind: int, ident: int, weight: int = 0) -> None:
        """Let a name refer to a street, place, city or postcode; umlauts may be written with two letters too."""
        for spelling in {fold(name), fold(spelled_out(name))}:
            words = short_forms(spelling)
            if words and (kind != STREET or _tells_something(words)):
                self._refs[words].add((kind, ident))
                self._spellings[words] |= {token.text for token in tokens_of(spelling)}
                self._weights[words] += weight

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all tables of names, the name with the most houses first."""
        many = connection.executemany
        names = sorted(self._refs, key=lambda words: (-self._weights[words], words))
        numbered = list(enumerate(names, 1))
        many("INSERT INTO geo_name VALUES (?, ?, ?, ?)", [(i, key_of(w), core_of(w), " ".join(w)) for i, w in numbered])
        many("INSERT INTO geo_ref VALUES (?, ?, ?)", [(i, *ref) for i, w in numbered for ref in sorted(self._refs[w])])
        lettered = [(i, key_of(w)) for i, w in numbered if self._is_any(w, STREET, PLACE, CITY)]
        many("INSERT INTO geo_trigram (rowid, key) VALUES (?, ?)", lettered)
        streets = [(i, " ".join(sorted({*self._spellings[w], *w}))) for i, w in numbered if self._is_any(w, STREET)]
        many("INSERT INTO geo_word (rowid, words) VALUES (?, ?)", streets)
        places = {word for words in names if self._is_any(words, PLACE, CITY) for word in words if len(word) > 3}
        many("INSERT INTO geo_place_word VALUES (?)", [(word,) for word in sorted(places)])

    def _is_any(self, words: Words, *kinds: int) -> bool:
        return any(kind in kinds for kind, _ in self._refs[words])


class Spots:
    """Numbers the cities or postcodes that addresses name, and averages where these lie. Number 0 is no name."""

    def __init__(self, names: Names, kind: int) -> None:
        self._names, self._kind = names, kind
        self._ids = {"": 0}
        #: One entry an address: its name's number, and where it is.
        self._idents = array("i")
        self._lats, self._lons = array("d"), array("d")

    def add_all(self, names: Sequence[str], lats: Floats, lons: Floats) -> list[int]:
        """Count many addresses and return their names' numbers."""
        for name in dict.fromkeys(names):
            if name not in self._ids:
                self._ids[name] = len(self._ids)
                self._names.add(name, self._kind, self._ids[name])
        idents = [self._ids[name] for name in names]
        self._idents.extend(idents)
        self._lats.frombytes(lats.tobytes())
        self._lons.frombytes(lons.tobytes())
        return idents

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of geo_city, or of geo_postcode with the key beside the name."""
        lats, lons = self._means(self._lats), self._means(self._lons)
        for name, ident in self._ids.items():
            key = (key_of(short_forms(name)),) if self._kind == POSTCODE else ()
            yield (ident, name, *key, lats[ident], lons[ident])

    def _means(self, values: Sequence[float]) -> list[float]:
        idents = np.array(self._idents, dtype=np.int64)
        counts = np.bincount(idents, minlength=len(self._ids))
        sums = np.bincount(idents, weights=np.array(values), minlength=len(self._ids))
        means: list[float] = (sums / np.maximum(counts, 1)).tolist()
        return means


def _tells_something(words: Words) -> bool:
    """Tell whether a street's name is more than a type or a number: "Via" and "8" name no street."""
    return len(words) > 1 or not (words[0] in TYPES or words[0].isdigit())
