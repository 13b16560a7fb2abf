"""Finds the region's names in what a person typed, as they are mapped or without their street type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.atlas.geocoder.costs import ACROSS_COMMA, difference_cost
from app.atlas.geocoder.numbers import is_block_number
from app.atlas.geocoder.query import Query
from app.atlas.geocoder.schema import POSTCODE, STREET
from app.atlas.geocoder.store import GeocoderStore, Name
from app.atlas.geocoder.text import core_of, glued_keys, key_of

#: The longest name looked for, in words.
LONGEST_NAME = 8


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
        """Sorts the cheapest and longest first."""
        return self.cost, self.start - self.end, self.start, self.kind, self.name


@dataclass(frozen=True, slots=True)
class Span:
    """Some tokens in a row that may be a name."""

    start: int
    end: int
    key: str
    core: str
    #: Keys that the key may stand for when its ending is cut short.
    glued: tuple[str, ...]


def spans_of(query: Query) -> list[Span]:
    """Return all runs of tokens that may be a name, longest first."""
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
    costs: dict[tuple[int, int, int], float] = {}
    for name in store.names(keys, cores):
        if name.kind == POSTCODE:
            found += [(span, name, 0.0) for span in keys.get(name.key, ()) if not _is_block_number(query, span)]
            continue
        found += [(span, name, comma_cost(query, span)) for span in keys.get(name.key, ())]
        if name.kind != STREET or name.key in keys:
            continue
        for span in cores.get(name.core, ()):
            pair = (span.start, span.end, name.id)
            if pair not in costs:
                costs[pair] = span_cost(query, span, name)
            found.append((span, name, costs[pair]))
    return joined(found)


def words_of(query: Query, span: Span) -> tuple[str, ...]:
    """Return the short forms of a run of tokens."""
    return query.words[span.start : span.end]


def span_cost(query: Query, span: Span, name: Name) -> float:
    """Return what the differences between a run of tokens and a name with its core cost."""
    return comma_cost(query, span) + difference_cost(words_of(query, span), name.words.split())


def comma_cost(query: Query, span: Span) -> float:
    """Return what it costs that a name would go on after a comma."""
    return ACROSS_COMMA * (query.tokens[span.start].part != query.tokens[span.end - 1].part)


def joined(found: Iterable[tuple[Span, Name, float]]) -> list[Hit]:
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
    return sorted(hits, key=lambda hit: hit.rank)


def _is_block_number(query: Query, span: Span) -> bool:
    """Tell whether digits that read as a postcode are a house of Queens: "114-23" is not 11423."""
    return span.end - span.start == 1 and is_block_number(query.tokens[span.start].text)
