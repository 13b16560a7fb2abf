"""Finds the region's names in what a person typed: exact, without their street type, and with a slip of the finger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.atlas.address_edits import edits, trigrams
from app.atlas.address_numbers import is_block_number
from app.atlas.address_query import Query
from app.atlas.address_text import core_of, glued_keys, key_of, mended_endings
from app.atlas.address_words import ARTICLES, DIRECTIONS, TYPES
from app.atlas.geocoder_schema import POSTCODE, STREET
from app.atlas.geocoder_store import GeocoderStore, Name

#: The longest name looked for, in words, and how many names that look alike are compared.
LONGEST_NAME = 8
SIMILAR_NAMES = 40
#: Up to this many letters a name is short: a slip changes most of its trigrams.
SHORT_NAME = 8
#: From this many letters on a name with two slips is still told from all others.
LONG_NAME = 13

#: What a difference costs a match, of a score of 1.
ONE_EDIT, TWO_EDITS, TWO_OF_LONG, EDIT_OF_SHORT = 0.1, 0.36, 0.3, 0.2
WRONG_TYPE, MISSING_TYPE, EXTRA_TYPE = 0.38, 0.12, 0.1
WRONG_DIRECTION, MISSING_DIRECTION = 0.3, 0.06
ARTICLE, ORDER, ACROSS_COMMA = 0.02, 0.06, 0.25


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


@dataclass(frozen=True, slots=True)
class Span:
    """Some tokens in a row that may be a name."""

    start: int
    end: int
    key: str
    core: str
    #: Keys that the key may stand for when its ending is cut short.
    glued: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Slip:
    span: Span
    cost: float
    in_core: bool


def spans_of(query: Query) -> list[Span]:
    """Return all runs of tokens with at least one word that may be a name, longest first."""
    size = len(query.tokens)
    found = []
    for length in range(min(size, LONGEST_NAME), 0, -1):
        for start in range(size - length + 1):
            words = query.words[start : start + length]
            key = key_of(words)
            found.append(Span(start, start + length, key, core_of(words), tuple(glued_keys(key))))
    return found


def exact_hits(store: GeocoderStore, query: Query, spans: Sequence[Span]) -> list[Hit]:
    """Return the names that stand in the query, be it without street type, article or direction."""
    keys: dict[str, list[Span]] = {}
    cores: dict[str, list[Span]] = {}
    for span in spans:
        for key in (span.key, *span.glued):
            keys.setdefault(key, []).append(span)
        if span.core:
            cores.setdefault(span.core, []).append(span)
    found: list[tuple[Span, Name, float]] = []
    for name in store.names(keys, cores):
        if name.kind == POSTCODE:
            found += [(span, name, 0.0) for span in keys.get(name.key, ()) if not _block_number(query, span)]
            continue
        found += [(span, name, _comma(query, span)) for span in keys.get(name.key, ())]
        if name.kind == STREET and name.key not in keys:
            found += [(span, name, _difference(query, span, name)) for span in cores.get(name.core, ())]
    return _joined(found)


def mended_hits(store: GeocoderStore, query: Query, spans: Sequence[Span]) -> list[Hit]:
    """Return the names that stand in the query once a misspelled street type or a short name is put right.

    Two letters swapped in a short name leave none of its trigrams as they were, so its spellings are looked up.
    """
    cut = [replace(span, key="", core="", glued=(*mended_endings(span.key), *_unslipped(span.key))) for span in spans]
    hits = exact_hits(store, query, cut)
    if mended := query.with_types_mended():
        hits += exact_hits(store, mended, spans_of(mended))
    return [replace(hit, cost=round(hit.cost + ONE_EDIT, 4)) for hit in hits]


def _unslipped(key: str) -> tuple[str, ...]:
    """Return a short key with each two neighbouring letters swapped, and with each letter left out."""
    if not 4 <= len(key) <= SHORT_NAME or any(map(str.isdigit, key)):
        return ()
    swapped = [key[:i] + key[i + 1] + key[i] + key[i + 2 :] for i in range(len(key) - 1)]
    return tuple(dict.fromkeys([*swapped, *(key[:i] + key[i + 1 :] for i in range(len(key)))]))


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
                hits.append((slip.span, name, slip.cost + _difference(query, slip.span, name)))
            elif not slip.in_core and not _other_type(query, slip.span, name):
                hits.append((slip.span, name, slip.cost + _comma(query, slip.span)))
    return _joined(hits)


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


def allowed_edits(length: int) -> int:
    """Return how many slips a name of this length may have and still be told from others."""
    return 0 if length < 4 else 1 if length < 9 else 2 if length < LONG_NAME else 3


def edit_cost(count: int, length: int) -> float:
    """Return what slips cost: more in a short name. Two make a near miss, but for long names."""
    if length < 5:
        return EDIT_OF_SHORT * count
    if count == 1:
        return ONE_EDIT
    return TWO_OF_LONG if count == 2 and length >= LONG_NAME else TWO_EDITS + ONE_EDIT * (count - 2)


def _difference(query: Query, span: Span, name: Name) -> float:
    """Return what missing, extra and other types, directions and articles cost."""
    asked = Counter(query.words[span.start : span.end])
    mapped = Counter(name.words.split())
    extra, missing = asked - mapped, mapped - asked
    cost = _comma(query, span) + ARTICLE * sum(count for word, count in (extra + missing).items() if word in ARTICLES)
    if any(word in DIRECTIONS for word in extra):
        cost += WRONG_DIRECTION
    elif any(word in DIRECTIONS for word in missing):
        cost += MISSING_DIRECTION
    more, less = _types(extra), _types(missing)
    if more and (less or _types(mapped)):
        return cost + WRONG_TYPE
    if not extra and not missing:
        return cost + ORDER
    return cost + EXTRA_TYPE * more + MISSING_TYPE * less


def _other_type(query: Query, span: Span, name: Name) -> bool:
    """Tell whether two names differ in type or direction: "av" and "bd", "w" and "e" are no slips of the finger."""
    asked, mapped = _kinds(query.words[span.start : span.end]), _kinds(name.words.split())
    return (bool(asked) and asked != mapped) or (not DIRECTIONS.isdisjoint(mapped) and asked != mapped)


def _kinds(words: Iterable[str]) -> list[str]:
    return sorted(word for word in words if word in TYPES or word in DIRECTIONS)


def _block_number(query: Query, span: Span) -> bool:
    """Tell whether digits that read as a postcode are a house of Queens: "114-23" is not 11423."""
    return span.end - span.start == 1 and is_block_number(query.tokens[span.start].text)


def _comma(query: Query, span: Span) -> float:
    """Return what it costs that a name would go on after a comma."""
    return ACROSS_COMMA * (query.tokens[span.start].part != query.tokens[span.end - 1].part)


def _types(words: Iterable[str]) -> bool:
    return any(word in TYPES and word not in DIRECTIONS for word in words)


def _joined(found: Iterable[tuple[Span, Name, float]]) -> list[Hit]:
    """Join what one run of tokens means by one name; cheapest and longest first."""
    groups: dict[tuple[int, int, str, int], tuple[float, set[int]]] = {}
    for span, name, cost in found:
        group = (span.start, span.end, name.key, name.kind)
        before, refs = groups.get(group, (cost, set()))
        groups[group] = (min(before, cost), refs | {name.ref})
    hits = [
        Hit(start, end, key, kind, tuple(sorted(refs)), round(cost, 4))
        for (start, end, key, kind), (cost, refs) in groups.items()
    ]
    return sorted(hits, key=lambda hit: (hit.cost, hit.start - hit.end, hit.start, hit.kind, hit.name))
