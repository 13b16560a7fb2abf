"""Finds the region's names in what a person typed: as mapped, with slips of the finger, or with some of it left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from app.atlas.geocoder.language import Vocabulary
from app.atlas.geocoder.letters import romanised_alike
from app.atlas.geocoder.numbers import is_block_number, is_year
from app.atlas.geocoder.search.costs import (
    ACROSS_COMMA,
    MISSING_TERM,
    ONE_EDIT,
    ORDER,
    WHOLE_ACROSS_COMMA,
    Difference,
    Doubt,
    allowed_edits,
    difference,
    edit_cost,
    missing_terms_cost,
    other_kind,
)
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import LOCALITY, POSTCODE, STREET, GeocoderStore, Name
from app.atlas.geocoder.text import AND, core_of, glued_keys, key_of, mended_endings, same_digits, terms_of, trigrams

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
    doubt: Doubt | None = None
    #: It was typed without the type of street that the name has.
    typeless: bool = False

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
    #: Keys that the key may stand for: its ending is cut short, or it is romanised in another way.
    glued: tuple[str, ...]


def spans_of(query: Query) -> list[TokenSpan]:
    """Return all runs of tokens that may be a name, longest first."""
    size, words = len(query.tokens), query.vocabulary
    found = []
    for length in range(size, 0, -1):
        for start in range(size - length + 1):
            terms = query.terms_of(start, start + length)
            if terms[0] != AND and terms[-1] != AND:
                key = key_of(terms)
                glued = [*glued_keys(key, words), *([key_of(map(romanised_alike, terms))] if words.romanised else [])]
                found.append(TokenSpan(start, start + length, key, core_of(terms, words), tuple(glued)))
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
    found: list[_Found] = []
    for name in store.names(keys, cores):
        if name.kind == POSTCODE:
            found += [_Found(span, name) for span in keys.get(name.key, ()) if not _is_block_number(query, span)]
            continue
        found += [_Found(span, name, _comma_cost(query, span, WHOLE_ACROSS_COMMA)) for span in keys.get(name.key, ())]
        if name.kind == STREET and name.key not in keys:
            found += [_with_difference(query, span, name) for span in cores.get(name.core, ())]
    return _joined(found)


def mended_hits(store: GeocoderStore, query: Query, spans: Sequence[TokenSpan]) -> list[Hit]:
    """Return the names that stand in the query once a misspelled street type or a slip in a short name is put right.

    Two letters swapped in a short name leave none of its trigrams as they were, so its spellings are looked up.
    """
    cut = [
        replace(span, key="", core="", glued=(*mended_endings(span.key, query.vocabulary), *_unslipped(span.key)))
        for span in spans
    ]
    hits = exact_hits(store, query, cut)
    for mended in query.with_types_mended():
        hits += exact_hits(store, mended, spans_of(mended))
    return [replace(hit, cost=round(hit.cost + ONE_EDIT, 4)) for hit in hits]


def fuzzy_hits(
    store: GeocoderStore, query: Query, spans: Sequence[TokenSpan], known: Sequence[Hit], most: int
) -> list[Hit]:
    """Return the names that differ from some tokens by up to `most` slips of the finger.

    Tokens that are a `known` name by themselves say nothing of which other names are alike.
    """
    explained = {hit.start for hit in known if hit.end - hit.start == 1 and not hit.cost}
    plain = [span for span in spans if _may_have_slips(span, explained)] or [span for span in spans if _is_plain(span)]
    grams = list(dict.fromkeys(gram for span in plain for gram in trigrams(span.key)))
    similar = store.similar(grams, SIMILAR_NAMES)
    slips: dict[int, list[_Slip]] = defaultdict(list)
    for ident, slip in _slips(_keys(spans), [(ident, key) for ident, key, _ in similar], most, in_core=False):
        slips[ident].append(slip)
    cores = [(ident, core) for ident, key, core in similar if core and core != key]
    for ident, slip in _slips(_cores(spans), cores, most, in_core=True):
        slips[ident].append(slip)
    hits: list[_Found] = []
    for name in store.names_by_id(sorted(slips)):
        for slip in slips[name.id]:
            if slip.in_core and name.kind == STREET:
                hits.append(_with_difference(query, slip.span, name, slip.cost))
            elif not slip.in_core and not other_kind(_terms(query, slip.span), name.terms, query.vocabulary):
                hits.append(_Found(slip.span, name, slip.cost + _comma_cost(query, slip.span)))
    return _joined(hits)


def _is_plain(span: TokenSpan) -> bool:
    return span.end - span.start <= 2 and not any(map(str.isdigit, span.key))


def _may_have_slips(span: TokenSpan, explained: set[int]) -> bool:
    return _is_plain(span) and explained.isdisjoint(range(span.start, span.end))


def partial_hits(store: GeocoderStore, query: Query, spans: Sequence[TokenSpan], known: Sequence[Hit]) -> list[Hit]:
    """Return the streets and places whose longer names hold all telling terms of the query: "via washington".

    The tokens that `known` localities, cities and postcodes explain do not count.
    """
    taken = {at for hit in known if hit.kind != STREET and _says_where(query, hit) for at in hit.covers}
    free = [at for at in range(len(query.tokens)) if at not in taken and _tells(query, at)]
    telling = [at for at in free if not query.says_nothing(at)] or free
    span = _stretch(query, spans, telling) if telling else None
    if span is None:
        return []
    match = " AND ".join(f'"{query.terms[at]}"' for at in telling)
    names = store.names_by_id(store.completions(match, NAMES_WITH_TERMS))
    return _joined(found for name in names if (found := _partial(query, span, name)))


def _says_where(query: Query, hit: Hit) -> bool:
    """Return whether a name may say where the street is, rather than be called after it: a stop "Via Washington"."""
    whole = hit.end - hit.start == len(query.tokens)
    return not whole and query.vocabulary.types.isdisjoint(query.terms_of(hit.start, hit.end))


def _partial(query: Query, span: TokenSpan, name: Name) -> _Found | None:
    """Return the hit of a name of which a part was typed, None where too little was."""
    terms, words = _terms(query, span), query.vocabulary
    letters = [token.text for token in query.tokens[span.start : span.end]]
    initials = {text for text, term in zip(letters, terms, strict=True) if _is_initial(text, term, words)}
    asked = [term for text, term in zip(letters, terms, strict=True) if text not in initials]
    cost = missing_terms_cost(asked, name.terms, initials, words)
    if name.kind not in (STREET, LOCALITY) or cost > 2 * MISSING_TERM:
        return None
    silent = words.articles | (words.types | words.directions if name.kind == STREET else frozenset())
    if not {*asked} - silent <= {*name.terms}:
        return None
    if sorted(terms) == sorted(name.terms):
        return _Found(span, name, ORDER + _comma_cost(query, span))
    more = difference(asked, name.terms, words) if name.kind == STREET else Difference(0.0)
    doubt = more.doubt or (None if name.kind == STREET and _lacks_forename(asked, name.terms, words) else Doubt.NAME)
    return _Found(span, name, cost + more.cost + _comma_cost(query, span), doubt, more.typeless)


def _is_initial(text: str, term: str, words: Vocabulary) -> bool:
    """Return whether a token is the first letter of a name rather than a short type ("v." for via)."""
    return len(text) == 1 and text.isalpha() and term not in words.types


def _lacks_forename(asked: Sequence[str], mapped: Sequence[str], words: Vocabulary) -> bool:
    """Return whether only what may be a forename or a year is missing: "Via (Giovanni) Battista Torti".

    It stands between the type of street and the family name. "Old" in "Old Mill Lane" makes another street.
    """
    silent = words.articles | words.types | words.directions
    missing = [at for at, term in enumerate(mapped) if term not in asked and term not in silent]
    telling = [at for at in missing if not (mapped[at].isdigit() and is_year(mapped[at]))]
    return not telling or (mapped[0] in words.types and telling == list(range(1, len(telling) + 1)))


def _stretch(query: Query, spans: Sequence[TokenSpan], telling: Sequence[int]) -> TokenSpan | None:
    """Return the run of tokens with the telling ones, the types around it and the initials and days before it."""
    if not telling or telling[-1] - telling[0] >= len(telling) + 2:
        return None
    start, end = telling[0], telling[-1] + 1
    while start and _belongs(query, start - 1):
        start -= 1
    while end < len(query.terms) and _ends_name(query, end):
        end += 1
    return next((span for span in spans if (span.start, span.end) == (start, end)), None)


def _ends_name(query: Query, at: int) -> bool:
    """Return whether a token after a name is a part of it: a type, or the number of a king ("Emanuele II")."""
    term = query.terms[at]
    return term in query.vocabulary.types or (term.isdigit() and query.tokens[at].text.isalpha())


def _belongs(query: Query, at: int) -> bool:
    """Return whether a token before a name is a part of it: a type, an article, an initial, the 11 of "11 novembre"."""
    term = query.terms[at]
    day = term.isdigit() and len(term) <= 2 and at > 0 and query.is_kind(at - 1)
    return query.is_kind(at) or day or (len(term) == 1 and term.isalpha())


def _tells(query: Query, at: int) -> bool:
    return len(query.tokens[at].text) > 3 and not (query.is_kind(at) or query.is_direction(at) or query.is_number(at))


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
    return query.terms_of(span.start, span.end)


@dataclass(frozen=True, slots=True)
class _Found:
    """A name found in a run of tokens, before those of one key are joined."""

    span: TokenSpan
    name: Name
    cost: float = 0.0
    doubt: Doubt | None = None
    typeless: bool = False


def _with_difference(query: Query, span: TokenSpan, name: Name, cost: float = 0.0) -> _Found:
    """Return a name whose core stands in a run of tokens, with what the differences add to a cost."""
    more = difference(_terms(query, span), name.terms, query.vocabulary)
    return _Found(span, name, cost + more.cost + _comma_cost(query, span), more.doubt, more.typeless)


def _comma_cost(query: Query, span: TokenSpan, cost: float = ACROSS_COMMA) -> float:
    """Return the cost of a name that goes on after a comma."""
    return cost * (query.tokens[span.start].part != query.tokens[span.end - 1].part)


def _joined(found: Iterable[_Found]) -> list[Hit]:
    """Return one hit for each run of tokens and name, cheapest and longest first."""
    groups: dict[tuple[int, int, str, int], list[_Found]] = {}
    for each in found:
        groups.setdefault((each.span.start, each.span.end, each.name.key, each.name.kind), []).append(each)
    return sorted(map(_hit, groups.values()), key=lambda hit: hit.rank)


def _hit(same: Sequence[_Found]) -> Hit:
    best = min(same, key=lambda each: (each.cost, each.doubt or "", each.typeless))
    refs = tuple(sorted({each.name.ref for each in same}))
    span, name = best.span, best.name
    return Hit(span.start, span.end, name.key, name.kind, refs, round(best.cost, 4), best.doubt, best.typeless)


def _is_block_number(query: Query, span: TokenSpan) -> bool:
    """Return whether digits that read as a postcode are a house number as in Queens: "114-23" is not 11423."""
    return span.end - span.start == 1 and is_block_number(query.tokens[span.start].text)


def is_own_name(hit: Hit, name: str, words: Vocabulary) -> bool:
    """Return whether the name found is this one, rather than another name of the same thing."""
    return key_of(terms_of(name, words)) == hit.name
