"""Finds the region's names in what a person typed with slips of the finger, or with words left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.atlas.geocoder.costs import (
    MISSING_WORD,
    ONE_EDIT,
    allowed_edits,
    difference_cost,
    edit_cost,
    missing_words_cost,
    other_kind,
)
from app.atlas.geocoder.edits import edits, trigrams
from app.atlas.geocoder.hits import Hit, Span, comma_cost, exact_hits, joined, span_cost, spans_of, words_of
from app.atlas.geocoder.query import Query
from app.atlas.geocoder.schema import STREET
from app.atlas.geocoder.store import GeocoderStore, Name
from app.atlas.geocoder.text import mended_endings
from app.atlas.geocoder.words import ARTICLES, DIRECTIONS, TYPES

#: How many names that look alike, or that hold the words typed, are compared.
SIMILAR_NAMES, NAMES_WITH_WORDS = 80, 12
#: Up to this many letters a name is short: a slip changes most of its trigrams.
SHORT_NAME = 8


@dataclass(frozen=True, slots=True)
class _Slip:
    span: Span
    cost: float
    in_core: bool


def mended_hits(store: GeocoderStore, query: Query, spans: Sequence[Span]) -> list[Hit]:
    """Return the names that stand in the query once a misspelled street type or a short name is put right.

    Two letters swapped in a short name leave none of its trigrams as they were, so its spellings are looked up.
    """
    cut = [replace(span, key="", core="", glued=(*mended_endings(span.key), *_unslipped(span.key))) for span in spans]
    hits = exact_hits(store, query, cut)
    if mended := query.with_types_mended():
        hits += exact_hits(store, mended, spans_of(mended))
    return [replace(hit, cost=round(hit.cost + ONE_EDIT, 4)) for hit in hits]


def fuzzy_hits(store: GeocoderStore, query: Query, spans: Sequence[Span], most: int) -> list[Hit]:
    """Return the names that differ from some tokens by up to `most` slips of the finger."""
    plain = [span for span in spans if span.end - span.start <= 2 and not any(map(str.isdigit, span.key))]
    grams = list(dict.fromkeys(gram for span in plain for gram in trigrams(span.key)))
    whole, cores = _by_length(spans)
    slips: dict[int, list[_Slip]] = {}
    for ident, key, core in store.similar(grams, SIMILAR_NAMES):
        found = list(_slips(whole, key, most, False))
        if core and core != key:
            found += _slips(cores, core, most, True)
        if found:
            slips[ident] = found
    hits: list[tuple[Span, Name, float]] = []
    for name in store.names_by_id(sorted(slips)):
        for slip in slips[name.id]:
            if slip.in_core and name.kind == STREET:
                hits.append((slip.span, name, slip.cost + span_cost(query, slip.span, name)))
            elif not slip.in_core and not other_kind(words_of(query, slip.span), name.words.split()):
                hits.append((slip.span, name, slip.cost + comma_cost(query, slip.span)))
    return joined(hits)


def partial_hits(store: GeocoderStore, query: Query, spans: Sequence[Span], known: Sequence[Hit]) -> list[Hit]:
    """Return the streets whose longer names hold all telling words of the query: "via washington".

    The words that `known` places, cities and postcodes explain do not count.
    """
    taken = {at for hit in known if hit.kind != STREET for at in hit.covers}
    free = [at for at in range(len(query.tokens)) if at not in taken and _tells(query, at)]
    telling = [at for at in free if not query.says_nothing(at)] or free
    span = _stretch(query, spans, telling)
    if span is None:
        return []
    words = words_of(query, span)
    asked = [word for word in words if len(word) > 1 or word in TYPES]
    initials = [word for word in words if len(word) == 1]
    match = " AND ".join(f'"{query.words[at]}"' for at in telling)
    found = []
    for name in store.names_by_id(store.completions(match, NAMES_WITH_WORDS)):
        cost = missing_words_cost(asked, name.words.split(), initials)
        if name.kind == STREET and 0 < cost <= MISSING_WORD:
            cost += difference_cost(asked, name.words.split())
            found.append((span, name, cost + comma_cost(query, span)))
    return joined(found)


def _stretch(query: Query, spans: Sequence[Span], telling: Sequence[int]) -> Span | None:
    """Return the run of tokens with the telling words, the types around it and the initials before it."""
    if not telling or telling[-1] - telling[0] >= len(telling) + 2:
        return None
    start, end = telling[0], telling[-1] + 1
    while start and (query.words[start - 1] in TYPES | ARTICLES or len(query.words[start - 1]) == 1):
        start -= 1
    while end < len(query.words) and query.words[end] in TYPES:
        end += 1
    return next((span for span in spans if (span.start, span.end) == (start, end)), None)


def _tells(query: Query, at: int) -> bool:
    word = query.words[at]
    kind = word in TYPES or word in ARTICLES or word in DIRECTIONS
    return len(word) > 3 and not kind and not query.is_number(at)


def _unslipped(key: str) -> tuple[str, ...]:
    """Return a short key with each two neighbouring letters swapped, and with each letter left out."""
    if not 4 <= len(key) <= SHORT_NAME or any(map(str.isdigit, key)):
        return ()
    swapped = [key[:i] + key[i + 1] + key[i] + key[i + 2 :] for i in range(len(key) - 1)]
    return tuple(dict.fromkeys([*swapped, *(key[:i] + key[i + 1 :] for i in range(len(key)))]))


_ByLength = dict[int, list[tuple[Span, str]]]


def _by_length(spans: Sequence[Span]) -> tuple[_ByLength, _ByLength]:
    """Sort the keys and the cores that have letters by their length, since slips change it little."""
    whole: _ByLength = defaultdict(list)
    cores: _ByLength = defaultdict(list)
    for span in spans:
        if not span.key.isdigit():
            for key in (span.key, *span.glued):
                whole[len(key)].append((span, key))
        if span.core:
            cores[len(span.core)].append((span, span.core))
    return whole, cores


def _slips(asked: _ByLength, name: str, most: int, in_core: bool) -> Iterator[_Slip]:
    """Yield the runs of tokens that differ from a name by few slips."""
    for length in range(len(name) - most, len(name) + most + 1):
        allowed = min(most, allowed_edits(length))
        for span, key in asked.get(length, ()) if allowed else ():
            count = edits(key, name, allowed)
            if count:
                yield _Slip(span, edit_cost(count, length), in_core)
