"""Completes an address while it is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from app.atlas.geocoder.kinds import LESSER_KINDS, MAJOR_KINDS, is_town
from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.search.query import read_text
from app.atlas.geocoder.store import CITY, LOCALITY, STREET, GeocoderStore, Locality, Name, Street
from app.atlas.geocoder.text import key_of, terms_of_tokens, tokens_of

#: Names, and streets and places of them, that are looked at; more of them would not fit the answer.
MOST_NAMES, MOST_STREETS, MOST_OF_ONE_NAME = 40, 30, 6


class _Reading(NamedTuple):
    """One way to read what was typed: tokens of a street whose last may be unfinished, and a number's first digits."""

    tokens: list[str]
    number: str
    number_first: bool

    @property
    def open_end(self) -> bool:
        """Return whether the last token may go on: not when a number was typed after it."""
        return not self.number or self.number_first


class Completion(NamedTuple):
    """What may be meant, and its rank: the smaller come first."""

    label: str
    rank: int


def complete(store: GeocoderStore, prefix: str, limit: int) -> tuple[Completion, ...]:
    """Return up to `limit` addresses and places that begin as typed, the number before or after as the person began.

    A browser filters what it is offered by the text in the field, so the typed order is kept. Streets with more
    houses come first, then houses by number. What is typed after a comma must begin a token of the city or postcode.
    """
    address, _, town = prefix.partition(",")
    beginnings = [token.text for token in tokens_of(fold(town))]
    found: dict[str, int] = {}
    for reading in _readings(store, address):
        for label, rank in _labels(store, reading, limit):
            if _fits(label, beginnings):
                found.setdefault(label, rank)
            if len(found) == limit:
                break
    return tuple(Completion(label, rank) for label, rank in found.items())


def _readings(store: GeocoderStore, address: str) -> list[_Reading]:
    query = read_text(address).query(store.vocabulary)
    tokens = [token.text for token in query.tokens]
    readings = [_Reading(tokens, "", False)] if tokens else []
    if len(tokens) > 1 and query.is_number(len(tokens) - 1):
        readings.append(_Reading(tokens[:-1], tokens[-1], False))
    if len(tokens) > 1 and query.is_number(0):
        readings.append(_Reading(tokens[1:], tokens[0], True))
    return [reading for reading in readings if not all(map(str.isdigit, reading.tokens))]


def _labels(store: GeocoderStore, reading: _Reading, limit: int) -> Iterator[Completion]:
    style = store.style()
    for rank, found in _found(store, reading):
        if isinstance(found, Locality):
            yield Completion(place_label(found), rank)
            continue
        if not reading.number:
            yield Completion(address_label(found.name, "", found.city, found.postcode, style), rank)
            continue
        for house in store.houses_starting(found, reading.number, limit):
            both = (house.number.text, found.name) if reading.number_first else (found.name, house.number.text)
            yield Completion(address_label(" ".join(both), "", house.city, house.postcode, style), rank)


def _found(store: GeocoderStore, reading: _Reading) -> list[tuple[int, Street | Locality]]:
    """Return the streets, and where no number was typed the places, whose names hold what was typed, by rank."""
    kinds = (STREET,) if reading.number else (STREET, LOCALITY, CITY)
    start = "".join(terms_of_tokens(tuple(reading.tokens[:-1]), store.vocabulary))
    starts = (start + reading.tokens[-1], key_of(terms_of_tokens(tuple(reading.tokens), store.vocabulary)))
    beginning = store.beginning(dict.fromkeys(starts), MOST_NAMES) if reading.open_end else []
    names = _few_of_each(store.names_by_id([*beginning, *_holding(store, reading)]), kinds)
    begins = {(name.kind, name.ref): False for name in names}
    begins |= {(name.kind, name.ref): True for name in names if name.key.startswith(starts)}
    wanted = sorted(begins, key=lambda ref: not begins[ref])[:MOST_STREETS]

    def refs(wanted_kind: int) -> list[int]:
        return [ref for kind, ref in wanted if kind == wanted_kind]

    known: dict[int, Mapping[int, Street | Locality]] = {
        STREET: {street.id: street for street in store.streets(refs(STREET))},
        LOCALITY: store.localities(refs(LOCALITY)),
        CITY: store.cities(refs(CITY)),
    }
    found = ((begins[kind, ref], known[kind][ref]) for kind, ref in wanted)
    last = terms_of_tokens((reading.tokens[-1],), store.vocabulary)[0]
    shown = ((at_start and _shows(each, reading.tokens[-1], last), each) for at_start, each in found)
    return sorted(((_rank(each, begins=at_start), each) for at_start, each in shown), key=lambda pair: pair[0])


def _shows(found: Street | Locality, *typed: str) -> bool:
    """Return whether the name holds what was typed last, rather than another name of the same thing."""
    name = fold(found.name).replace("'", " ")
    return any(word in name for word in typed)


def _few_of_each(names: Iterable[Name], kinds: Sequence[int]) -> list[Name]:
    """Return the names of some kinds, each for a few of those that bear it: all stalls of a market bear its name."""
    counts: Counter[int] = Counter()
    kept = []
    for name in names:
        counts[name.id] += name.kind in kinds
        if name.kind in kinds and counts[name.id] <= MOST_OF_ONE_NAME:
            kept.append(name)
    return kept


def _rank(found: Street | Locality, *, begins: bool) -> int:
    """Rank names that begin as typed before others; of these towns before streets, then parks, and shops last."""
    return (0 if begins else 4) + _unlikeliness(found)


def _unlikeliness(found: Street | Locality) -> int:
    if isinstance(found, Locality) and is_town(found.kind):
        return 0
    if isinstance(found, Street) or found.kind in MAJOR_KINDS:
        return 1
    return 3 if found.kind in LESSER_KINDS else 2


def _holding(store: GeocoderStore, reading: _Reading) -> list[int]:
    """Return the ids of names that hold the words typed, the last one perhaps unfinished."""
    terms = terms_of_tokens(tuple(reading.tokens), store.vocabulary)
    whole = [f'"{term}"' for term in (terms[:-1] if reading.open_end else terms)]
    if reading.open_end:
        plain = reading.tokens[-1].replace("-", "").replace("/", "")
        ends = dict.fromkeys((f'"{plain}"*', f'"{terms[-1]}"*'))
        whole.append(f"({' OR '.join(ends)})")
    return store.completions(" AND ".join(whole), MOST_NAMES)


def place_label(place: Locality) -> str:
    """Return a place with the street or town of its own address: there may be several of its name."""
    return ", ".join(dict.fromkeys(filter(None, (place.name, place.street or place.city))))


def _fits(label: str, beginnings: list[str]) -> bool:
    tokens = [token.text for token in tokens_of(fold(label.partition(",")[2]))]
    return all(any(token.startswith(beginning) for token in tokens) for beginning in beginnings)
