"""Completes an address while it is typed."""

from __future__ import annotations

from app.atlas.address_query import Query, read_query
from app.atlas.address_text import key_of, short_form
from app.atlas.geocoder_labels import address_label
from app.atlas.geocoder_schema import STREET
from app.atlas.geocoder_store import GeocoderStore, House, Street

#: Names looked at, and streets and houses of each.
MOST_NAMES, MOST_STREETS, MOST_HOUSES = 12, 40, 400


def complete(store: GeocoderStore, prefix: str, limit: int) -> tuple[str, ...]:
    """Return up to `limit` addresses that begin as typed, the number before or after as the person began.

    A browser filters what it is offered by the text in the field, so the typed order is kept. Streets with more
    houses come first, then houses by number.
    """
    query = read_query(prefix.split(",")[0])
    numbers = [at for at in range(len(query.tokens)) if query.is_number(at)]
    labels: dict[str, None] = {}
    for number, words, number_first in _readings(store, query, numbers):
        for street in _streets(store, words, open_end=not number or number_first):
            for label in _labels(store, street, number, number_first, limit):
                labels[label] = None
            if len(labels) >= limit:
                return tuple(labels)[:limit]
    return tuple(labels)


def _readings(store: GeocoderStore, query: Query, numbers: list[int]) -> list[tuple[str, list[str], bool]]:
    """Return (number typed, words of the street, number first) for each way to read what was typed."""
    words = [token.text for token in query.tokens]
    if not words:
        return []
    readings = []
    last = len(words) - 1
    if numbers and numbers[-1] == last and last > 0:
        readings.append((words[-1], words[:-1], False))
    if numbers and numbers[0] == 0 and last > 0:
        readings.append((words[0], words[1:], True))
    return [*readings, ("", words, store.number_first())]


def _streets(store: GeocoderStore, words: list[str], open_end: bool) -> list[Street]:
    if not any(c.isalnum() for word in words for c in word):
        return []
    whole = [f'"{short_form(word)}"' for word in (words[:-1] if open_end else words)]
    ends = [f'"{words[-1]}"*', f'"{short_form(words[-1])}"*'] if open_end else []
    match = " AND ".join([*whole, *([f"({' OR '.join(dict.fromkeys(ends))})"] if ends else [])])
    ids = store.completions(match, 4 * MOST_NAMES)
    names = [name for name in store.names_by_id(ids) if name.kind == STREET]
    start = key_of([short_form(word) for word in words[:-1]])
    names.sort(key=lambda name: (not name.key.startswith((start + words[-1], start + short_form(words[-1]))), name.id))
    refs = list(dict.fromkeys(name.ref for name in names))[:MOST_STREETS]
    streets = {street.id: street for street in store.streets(refs)}
    return [streets[ref] for ref in refs]


def _labels(store: GeocoderStore, street: Street, number: str, number_first: bool, limit: int) -> list[str]:
    if not number:
        return [address_label(street.name, "", street.city, street.postcode, number_first)]
    houses = [house for house in store.houses_starting(street, number, limit) if _begins(house, number)]
    return [address_label(street.name, h.number.text, h.city, h.postcode, number_first) for h in houses]


def _begins(house: House, number: str) -> bool:
    plain = house.number.text.replace("-", "").replace(" ", "").casefold()
    return plain.startswith(number.replace("-", ""))
