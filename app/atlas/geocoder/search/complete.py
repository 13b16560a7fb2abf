"""Completes an address while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.search.query import read_query
from app.atlas.geocoder.store import STREET, GeocoderStore, Street
from app.atlas.geocoder.text import fold, key_of, term_of, tokens_of

#: Names and streets looked at; more of them would not fit the answer.
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
    """Return up to `limit` addresses that begin as typed, the number before or after as the person began.

    A browser filters what it is offered by the text in the field, so the typed order is kept. Streets with more
    houses come first, then houses by number. What is typed after a comma must begin a token of the city or postcode.
    """
    address, _, town = prefix.partition(",")
    beginnings = [token.text for token in tokens_of(fold(town))]
    labels: dict[str, None] = {}
    for reading in _readings(address):
        for label in _labels(store, reading, limit):
            if _fits(label, beginnings):
                labels[label] = None
            if len(labels) == limit:
                return tuple(labels)
    return tuple(labels)


def _readings(address: str) -> list[_Reading]:
    query = read_query(address)
    tokens = [token.text for token in query.tokens]
    readings = [_Reading(tokens, "", False)]
    if len(tokens) > 1 and query.is_number(len(tokens) - 1):
        readings.append(_Reading(tokens[:-1], tokens[-1], False))
    if len(tokens) > 1 and query.is_number(0):
        readings.append(_Reading(tokens[1:], tokens[0], True))
    return [reading for reading in readings if not all(map(str.isdigit, reading.tokens))]


def _labels(store: GeocoderStore, reading: _Reading, limit: int) -> Iterator[str]:
    style = store.style()
    for street in _streets(store, reading):
        if not reading.number:
            yield address_label(street.name, "", street.city, street.postcode, style)
            continue
        for house in store.houses_starting(street, reading.number, limit):
            both = (house.number.text, street.name) if reading.number_first else (street.name, house.number.text)
            yield address_label(" ".join(both), "", house.city, house.postcode, style)


def _streets(store: GeocoderStore, reading: _Reading) -> list[Street]:
    *before, last = reading.tokens
    plain = last.replace("-", "").replace("/", "")
    whole = [f'"{term_of(token)}"' for token in (before if reading.open_end else reading.tokens)]
    if reading.open_end:
        ends = dict.fromkeys((f'"{plain}"*', f'"{term_of(last)}"*'))
        whole.append(f"({' OR '.join(ends)})")
    names = [n for n in store.names_by_id(store.completions(" AND ".join(whole), MOST_NAMES)) if n.kind == STREET]
    start = key_of([term_of(token) for token in before])
    starts = (start + last, start + term_of(last))
    names.sort(key=lambda name: (not name.key.startswith(starts), name.id, name.ref))
    refs = list(dict.fromkeys(name.ref for name in names))[:MOST_STREETS]
    streets = {street.id: street for street in store.streets(refs)}
    return [streets[ref] for ref in refs]


def _fits(label: str, beginnings: list[str]) -> bool:
    tokens = [token.text for token in tokens_of(fold(label.partition(",")[2]))]
    return all(any(token.startswith(beginning) for token in tokens) for beginning in beginnings)
