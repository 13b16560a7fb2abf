"""Which of many regions can know a text: one look at the words of all their names instead of a search in each."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from app.atlas.atlas import Atlas
from app.atlas.geocoder.language import Vocabulary
from app.atlas.geocoder.search.costs import allowed_edits
from app.atlas.geocoder.search.hits import TokenSpan, spans_of
from app.atlas.geocoder.search.query import CleanText, Query, mended_types
from app.atlas.geocoder.text import glued_keys, mended_endings

#: Longer runs of tokens are not looked up: their words are.
LONGEST_RUN = 3


class SharedNames:
    """The words of the names of some regions, each with a bit for every region that has it."""

    def __init__(self, atlases: Sequence[Atlas]) -> None:
        # Weak: what is remembered must not keep a build open that was replaced.
        self._atlases = tuple(map(weakref.ref, atlases))
        self._regions: dict[str, int] = defaultdict(int)
        for at, atlas in enumerate(atlases):
            for word in atlas.geocoder.words():
                self._regions[word] |= 1 << at
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._regions:
            if not word.isdigit():
                self._by_length[len(word)].append(word)
        #: Remembered, since the languages of the regions ask for the same words. It knows nothing of `self`: held by a
        #: circle, the atlases of a build that was replaced would stay open until the collector comes by.
        self._alike = lru_cache(maxsize=4_096)(partial(_compared, self._regions, self._by_length))
        self._speaking: dict[Vocabulary, int] = defaultdict(int)
        for at, atlas in enumerate(atlases):
            self._speaking[atlas.geocoder.vocabulary] |= 1 << at

    def are_of(self, atlases: Sequence[Atlas]) -> bool:
        """Return whether these are the regions that it knows, opened once: one that was mended is opened anew."""
        return len(atlases) == len(self._atlases) and all(
            known() is atlas for known, atlas in zip(self._atlases, atlases, strict=True)
        )

    def knowing_all(self, text: CleanText) -> tuple[Atlas, ...]:
        """Return the regions whose names have every telling word of a text."""
        return self._those(at for at, missing in self._missing(text, slips=False).items() if not missing)

    def knowing_most(self, text: CleanText) -> tuple[tuple[Atlas, ...], tuple[Atlas, ...]]:
        """Return the regions that know most telling words, slips of the finger allowed, and others that know some."""
        missing = self._missing(text, slips=True)
        fewest, telling = min(missing.values(), default=0), self._telling(text)
        some = [at for at in sorted(missing) if missing[at] < telling or not telling]
        most = self._those(at for at in some if missing[at] == fewest)
        return most, self._those(at for at in some if missing[at] > fewest)

    def _those(self, numbers: Iterable[int]) -> tuple[Atlas, ...]:
        found = (self._atlases[at]() for at in numbers)
        return tuple(atlas for atlas in found if atlas is not None)

    def _telling(self, text: CleanText) -> int:
        """Return how many telling words a text has, at most, in the languages of the regions."""
        queries = [text.query(words) for words in self._speaking]
        return max(sum(_tells(query, at) for at in range(len(query.tokens))) for query in queries)

    def _missing(self, text: CleanText, *, slips: bool) -> dict[int, int]:
        """Return for each region how many telling words of a text it does not know."""
        missing: dict[int, int] = {}
        for vocabulary, group in self._speaking.items():
            query = text.query(vocabulary)
            known = self._known(query, slips=slips)
            tokens = [at for at in range(len(query.tokens)) if _tells(query, at)]
            for region in _bits(group):
                missing[region] = sum(not known[at] >> region & 1 for at in tokens)
        return missing

    def _known(self, query: Query, *, slips: bool) -> list[int]:
        """Return for each token the regions that have it, or with `slips` something like it, in a name."""
        pairs = zip(query.tokens, query.terms, strict=True)
        known = [self._regions.get(token.text, 0) | self._regions.get(term, 0) for token, term in pairs]
        for span in spans_of(query):
            if span.end - span.start <= LONGEST_RUN:
                regions = self._having(span)
                for at in range(span.start, span.end):
                    known[at] |= regions
        if slips:
            known = [regions | self._like(query, at) for at, regions in enumerate(known)]
        return known

    def _having(self, span: TokenSpan) -> int:
        regions = 0
        for key in (span.key, span.core, *span.glued):
            regions |= self._regions.get(key, 0)
        return regions

    def _like(self, query: Query, at: int) -> int:
        """Return the regions with a word or name a few slips away from a token, or from what it is short for."""
        if not _tells(query, at):
            return 0
        regions = 0
        term = query.terms[at]
        words = query.vocabulary
        for word in {query.tokens[at].text, term, *glued_keys(term, words), *mended_endings(term, words)}:
            regions |= self._alike(word)
        return regions


def _compared(regions_of: Mapping[str, int], by_length: Mapping[int, Sequence[str]], word: str) -> int:
    """Return the regions with a word or name that differs from this one by few slips."""
    most = allowed_edits(len(word))
    if not most or any(map(str.isdigit, word)):
        return 0
    lengths = range(len(word) - most, len(word) + most + 1)
    others = [other for length in lengths for other in by_length.get(length, ())]
    counts = cdist([word], others, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)
    regions = 0
    for at in np.flatnonzero(counts[0] <= most).tolist():
        regions |= regions_of[others[at]]
    return regions


def _tells(query: Query, at: int) -> bool:
    """Return whether a token is a name, rather than a number, a type, a direction or a country."""
    text = query.tokens[at].text
    is_kind = query.is_kind(at) or query.is_direction(at) or mended_types(text, query.vocabulary)
    return not (text[0].isdigit() or query.says_nothing(at) or is_kind)


def _bits(mask: int) -> Iterator[int]:
    return (at for at in range(mask.bit_length()) if mask >> at & 1)


def directories_of(atlases: Iterable[Atlas]) -> tuple[str, ...]:
    """Return what is the same as long as the names are: a build never changes, a new import is another folder."""
    return tuple(str(atlas.directory) for atlas in atlases)
