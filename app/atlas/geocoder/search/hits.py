"""Finds the region's names in what a person typed: as mapped, with slips of the finger, or with some of it left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from app.atlas.geocoder.numbers import is_block_number
from app.atlas.geocoder.search.costs import (
    ACROSS_COMMA,
    MISSING_TERM,
    ONE_EDIT,
    allowed_edits,
    difference_cost,
    edit_cost,
    missing_terms_cost,
    other_kind,
)
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import POSTCODE, STREET, GeocoderStore, Name
from app.atlas.geocoder.text import core_of, glued_keys, key_of, mended_endings, same_digits, trigrams
from app.atlas.geocoder.vocabulary import ARTICLES, DIRECTIONS, TYPES

#: The longest name looked for, in tokens.
LONGEST_NAME = 8

#: How many names that look alike, or that hold the terms typed, are compared.
SIMILAR_NAMES, NAMES_WITH_TERMS = 80, 12

#: Up to this many letters a name is short: a slip changes most of its trigrams.
SHORT_NAME = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in the tokens from `start` to before `end`, with what the differences cost."""

    start: int
    end: int
    name: str
    kind: int
    refs: tuple[int, ...]
    cost: float

    @property
    def covers(self) -> frozenset[int]:
        """The tokens that this name explains."""
        return frozenset(range(self.start, self.end))

    @property
    def rank(self) -> tuple[float, int, int, int, str]:
        """What to sort by: the cheapest and longest come first."""
        return self.cost, self.start - self.end, self.start, self.kind, self.name


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """Some tokens in a row that may be a name."""

    start: int
    end: int
    key: str
    core: str
    #: Keys that the key may stand for when its ending is cut short.
    glued: tuple[str, ...]


def spans_of(query: Query) -> list[TokenSpan]:
    """Return all runs of tokens that may be a name, longest first."""
    size = len(query.tokens)
    found = []
    for length in range(min(size, LONGEST_NAME), 0, -1):
        for start in range(size - length + 1):
            terms = query.terms[start : start + length]
            key = key_of(terms)
            found.append(TokenSpan(start, start + length, key, core_of(terms), tuple(glued_keys(key))))
    return found


def exact_hits(store: GeocoderStore, query: Query, spans: Sequence[TokenSpan]) -> list[Hit]:
    """Return the names that stand in the query, whole or without street type, article or direction."""
    keys: dict[str, list[TokenSpan]] = {}
    cores: dict[str, list[TokenSpan]] = {}
    for span in spans:
        for key in (span.key, *span.glued):
            keys.setdefault(key, []).append(span)
        if span.core:
            cores.setdefault(span.core, []).append(span)
    found: list[tuple[TokenSpan, Name, float]] = []
    costs: dict[tuple[int, int, int], float] = {}
    for name in store.names(keys, cores):
        if name.kind == POSTCODE:
            found += [(span, name, 0.0) for span in keys.get(name.key, ()) if not _is_block_number(query, span)]
            continue
        found += [(span, name, _comma_cost(query, span)) for span in keys.get(name.key, ())]
        if name.kind != STREET or name.key in keys:
            continue
        for span in cores.get(name.core, ()):
            pair = (span.start, span.end, name.id)
            if pair not in costs:
                costs[pair] = _span_cost(query, span, name)
            found.append((span, name, costs[pair]))
    return _joined(found)


def mended_hits(store: GeocoderStore, query: Query, spans: Sequence[TokenSpan]) -> list[Hit]:
    """Return the names that stand in the query once a misspelled street type or a slip in a short name is put right.

    Two letters swapped in a short name leave none of its trigrams as they were, so its spellings are looked up.
    """
    cut = [replace(span, key="", core="", glued=(*mended_endings(span.key), *_unslipped(span.key))) for span in spans]
    hits = exact_hits(store, query, cut)
    if mended := query.with_types_mended():
        hits += exact_hits(store, mended, spans_of(mended))
    return [replace(hit, cost=round(hit.cost + ONE_EDIT, 4)) for hit in hits]


def fuzzy_hits(store: GeocoderStore, query: Query, spans: Sequence[TokenSpan], most: int) -> list[Hit]:
    """Return the names that differ from some tokens by up to `most` slips of the finger."""
    plain = [span for span in spans if span.end - span.start <= 2 and not any(map(str.isdigit, span.key))]
    grams = list(dict.fromkeys(gram for span in plain for gram in trigrams(span.key)))
    similar = store.similar(grams, SIMILAR_NAMES)
    slips: dict[int, list[_Slip]] = defaultdict(list)
    for ident, slip in _slips(_keys(spans), [(ident, key) for ident, key, _ in similar], most, in_core=False):
        slips[ident].append(slip)
    cores = [(ident, core) for ident, key, core in similar if core and core != key]
    for ident, slip in _slips(_cores(spans), cores, most, in_core=True):
        slips[ident].append(slip)
    hits: list[tuple[TokenSpan, Name, float]] = []
    for name in store.names_by_id(sorted(slips)):
        for slip in slips[name.id]:
            if slip.in_core and name.kind == STREET:
                hits.append((slip.span, name, slip.cost + _span_cost(query, slip.span, name)))
            elif not slip.in_core and not other_kind(_terms(query, slip.span), name.terms):
                hits.append((slip.span, name, slip.cost + _comma_cost(query, slip.span)))
    return _joined(hits)


def partial_hits(store: GeocoderStore, query: Query, spans: Sequence[TokenSpan], known: Sequence[Hit]) -> list[Hit]:
    """Return the streets whose longer names hold all telling terms of the query: "via washington".

    The tokens that `known` localities, cities and postcodes explain do not count.
    """
    taken = {at for hit in known if hit.kind != STREET for at in hit.covers}
    free = [at for at in range(len(query.tokens)) if at not in taken and _tells(query, at)]
    telling = [at for at in free if not query.says_nothing(at)] or free
    span = _stretch(query, spans, telling)
    if span is None:
        return []
    terms = _terms(query, span)
    asked = [term for term in terms if len(term) > 1 or term in TYPES]
    initials = [term for term in terms if len(term) == 1]
    match = " AND ".join(f'"{query.terms[at]}"' for at in telling)
    found = []
    for name in store.names_by_id(store.completions(match, NAMES_WITH_TERMS)):
        cost = missing_terms_cost(asked, name.terms, initials)
        if name.kind == STREET and 0 < cost <= MISSING_TERM:
            cost += difference_cost(asked, name.terms)
            found.append((span, name, cost + _comma_cost(query, span)))
    return _joined(found)


def _stretch(query: Query, spans: Sequence[TokenSpan], telling: Sequence[int]) -> TokenSpan | None:
    """Return the run of tokens with the telling ones, the types around it and the initials before it."""
    if not telling or telling[-1] - telling[0] >= len(telling) + 2:
        return None
    start, end = telling[0], telling[-1] + 1
    while start and (query.terms[start - 1] in TYPES | ARTICLES or len(query.terms[start - 1]) == 1):
        start -= 1
    while end < len(query.terms) and query.terms[end] in TYPES:
        end += 1
    return next((span for span in spans if (span.start, span.end) == (start, end)), None)


def _tells(query: Query, at: int) -> bool:
    term = query.terms[at]
    kind = term in TYPES or term in ARTICLES or term in DIRECTIONS
    return len(term) > 3 and not kind and not query.is_number(at)


def _unslipped(key: str) -> tuple[str, ...]:
    """Return a short key with each two neighbouring letters swapped, and with each letter left out."""
    if not 4 <= len(key) <= SHORT_NAME or any(map(str.isdigit, key)):
        return ()
    swapped = [key[:i] + key[i + 1] + key[i] + key[i + 2 :] for i in range(len(key) - 1)]
    return tuple(dict.fromkeys([*swapped, *(key[:i] + key[i + 1 :] for i in range(len(key)))]))


@dataclass(frozen=True, slots=True)
class _Slip:
    span: TokenSpan
    cost: float
    in_core: bool


def _keys(spans: Sequence[TokenSpan]) -> list[tuple[TokenSpan, str]]:
    """Return the keys that have letters."""
    return [(span, key) for span in spans if not span.key.isdigit() for key in (span.key, *span.glued)]


def _cores(spans: Sequence[TokenSpan]) -> list[tuple[TokenSpan, str]]:
    return [(span, span.core) for span in spans if span.core]


def _slips(
    asked: Sequence[tuple[TokenSpan, str]], names: Sequence[tuple[int, str]], most: int, *, in_core: bool
) -> Iterator[tuple[int, _Slip]]:
    """Yield the ids of names with the runs of tokens that differ from them by few slips: all pairs counted at once."""
    texts, others = [text for _, text in asked], [name for _, name in names]
    counts = cdist(texts, others, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)
    for i, j in np.argwhere((counts > 0) & (counts <= most)).tolist():
        span, text = asked[i]
        count = int(counts[i, j])
        if count <= allowed_edits(len(text)) and same_digits(text, others[j]):
            yield names[j][0], _Slip(span, edit_cost(count, len(text)), in_core)


def _terms(query: Query, span: TokenSpan) -> tuple[str, ...]:
    """Return the terms of a run of tokens."""
    return query.terms[span.start : span.end]


def _span_cost(query: Query, span: TokenSpan, name: Name) -> float:
    """Return what the differences between a run of tokens and a name with its core cost."""
    return _comma_cost(query, span) + difference_cost(_terms(query, span), name.terms)


def _comma_cost(query: Query, span: TokenSpan) -> float:
    """Return the cost of a name that goes on after a comma."""
    return ACROSS_COMMA * (query.tokens[span.start].part != query.tokens[span.end - 1].part)


def _joined(found: Iterable[tuple[TokenSpan, Name, float]]) -> list[Hit]:
    """Return one hit for each run of tokens and name, cheapest and longest first."""
    groups: dict[tuple[int, int, str, int], tuple[float, set[int]]] = {}
    for span, name, cost in found:
        group = (span.start, span.end, name.key, name.kind)
        before, refs = groups.get(group, (cost, set()))
        groups[group] = (min(before, cost), refs | {name.ref})
    hits = [
        Hit(start, end, key, kind, tuple(sorted(refs)), round(cost, 4))
        for (start, end, key, kind), (cost, refs) in groups.items()
    ]
    return sorted(hits, key=lambda hit: hit.rank)


def _is_block_number(query: Query, span: TokenSpan) -> bool:
    """Return whether digits that read as a postcode are a house number as in Queens: "114-23" is not 11423."""
    return span.end - span.start == 1 and is_block_number(query.tokens[span.start].text)
