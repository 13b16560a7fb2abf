"""Completes an address while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.search.query import read_text
from app.atlas.geocoder.store import LOCALITY, STREET, GeocoderStore, Locality, Name, Street
from app.atlas.geocoder.text import key_of, terms_of_tokens, tokens_of

#: Names, and streets and places of them, that are looked at; more of them would not fit the answer.
MOST_NAMES, MOST_STREETS = 40, 30


class _Reading(NamedTuple):
    """One way to read what was typed: tokens of a street whose last may be unfinished, and a number's first digits."""

    tokens: list[str]
    number: str
    number_first: bool

    @property
    def open_end(self) -> bool:
        """Return whether the last token may go on: not when a number was typed after it."""
        return not self.number or self.number_first


def complete(store: GeocoderStore, prefix: str, limit: int) -> tuple[str, ...]:
    """Return up to `limit` addresses and places that begin as typed, the number before or after as the person began.

    A browser filters what it is offered by the text in the field, so the typed order is kept. Streets with more
    houses come first, then houses by number. What is typed after a comma must begin a token of the city or postcode.
    """
    address, _, town = prefix.partition(",")
    beginnings = [token.text for token in tokens_of(fold(town))]
    labels: dict[str, None] = {}
    for reading in _readings(store, address):
        for label in _labels(store, reading, limit):
            if _fits(label, beginnings):
                labels[label] = None
            if len(labels) == limit:
                return tuple(labels)
    return tuple(labels)


def _readings(store: GeocoderStore, address: str) -> list[_Reading]:
    query = read_text(address).query(store.vocabulary)
    tokens = [token.text for token in query.tokens]
    readings = [_Reading(tokens, "", False)] if tokens else []
    if len(tokens) > 1 and query.is_number(len(tokens) - 1):
        readings.append(_Reading(tokens[:-1], tokens[-1], False))
    if len(tokens) > 1 and query.is_number(0):
        readings.append(_Reading(tokens[1:], tokens[0], True))
    return [reading for reading in readings if not all(map(str.isdigit, reading.tokens))]


def _labels(store: GeocoderStore, reading: _Reading, limit: int) -> Iterator[str]:
    style = store.style()
    for found in _found(store, reading):
        if isinstance(found, Locality):
            yield place_label(found)
            continue
        if not reading.number:
            yield address_label(found.name, "", found.city, found.postcode, style)
            continue
        for house in store.houses_starting(found, reading.number, limit):
            both = (house.number.text, found.name) if reading.number_first else (found.name, house.number.text)
            yield address_label(" ".join(both), "", house.city, house.postcode, style)


def _found(store: GeocoderStore, reading: _Reading) -> list[Street | Locality]:
    """Return the streets, and where no number was typed the places, whose names hold what was typed."""
    kinds = (STREET,) if reading.number else (STREET, LOCALITY)
    names = [name for name in _names(store, reading) if name.kind in kinds]
    start = "".join(terms_of_tokens(tuple(reading.tokens[:-1]), store.vocabulary))
    last = reading.tokens[-1]
    starts = (start + last, key_of(terms_of_tokens(tuple(reading.tokens), store.vocabulary)))
    names.sort(key=lambda name: (not name.key.startswith(starts), name.id, name.ref))
    wanted = list(dict.fromkeys((name.kind, name.ref) for name in names))[:MOST_STREETS]
    streets = {street.id: street for street in store.streets([ref for kind, ref in wanted if kind == STREET])}
    places = store.localities([ref for kind, ref in wanted if kind == LOCALITY])
    return [streets[ref] if kind == STREET else places[ref] for kind, ref in wanted]


def _names(store: GeocoderStore, reading: _Reading) -> list[Name]:
    last = reading.tokens[-1]
    words = store.vocabulary
    terms = terms_of_tokens(tuple(reading.tokens), words)
    whole = [f'"{term}"' for term in (terms[:-1] if reading.open_end else terms)]
    if reading.open_end:
        plain = last.replace("-", "").replace("/", "")
        ends = dict.fromkeys((f'"{plain}"*', f'"{terms[-1]}"*'))
        whole.append(f"({' OR '.join(ends)})")
    return store.names_by_id(store.completions(" AND ".join(whole), MOST_NAMES))


def place_label(place: Locality) -> str:
    """Return a place with the street or town of its own address: there may be several of its name."""
    return ", ".join(dict.fromkeys(filter(None, (place.name, place.street or place.city))))


def _fits(label: str, beginnings: list[str]) -> bool:
    tokens = [token.text for token in tokens_of(fold(label.partition(",")[2]))]
    return all(any(token.startswith(beginning) for token in tokens) for beginning in beginnings)
