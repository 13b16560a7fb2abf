"""Addresses sampled from an extract, asked as people ask: clean, and mangled in the usual ways."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium

from app.atlas.geocoder.build.columns import AddressRow, LocalityRow, StreetRow
from app.atlas.geocoder.labels import Style, style_of
from app.atlas.geocoder.numbers import parse_number, split_numbers
from app.atlas.importing.tags.addressing import address_row, street_row
from app.atlas.importing.tags.naming import locality_row

SEED = 20240607
#: Full words and what people write for them, at the end of a word or as a word of its own.
ABBREVIATIONS = {
    "Street": "St", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln", "Court": "Ct", "Place": "Pl",
    "Boulevard": "Blvd", "Square": "Sq", "Circle": "Cir", "Terrace": "Ter", "Crescent": "Cres", "Gardens": "Gdns",
    "Close": "Cl", "Parkway": "Pkwy", "West": "W", "East": "E", "North": "N", "South": "S", "Saint": "St",
    "Rue": "R.", "Chemin": "Ch.", "Impasse": "Imp.", "Allée": "All.", "Quai": "Q.", "Via": "V.", "Viale": "V.le",
    "Piazza": "P.za", "Corso": "C.so", "Largo": "L.go", "Avenida": "Av.", "Rua": "R.", "Sankt": "St.",
}  # fmt: skip
ENDINGS = {"strasse": "str.", "straße": "str.", "platz": "pl.", "katu": "k.", "tie": "t.", "gasse": "g."}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Question:
    """A query and the address it was made from."""

    text: str
    row: AddressRow
    named_town: bool


def read_rows(extract: Path) -> tuple[list[AddressRow], list[StreetRow], list[LocalityRow]]:
    """Read the addresses, streets and places of an extract (relations left out)."""
    addresses: list[AddressRow] = []
    streets: list[StreetRow] = []
    places: list[LocalityRow] = []
    keys = osmium.filter.KeyFilter("addr:housenumber", "highway", "place", "railway")
    for item in osmium.FileProcessor(str(extract)).with_locations().with_filter(keys):
        positions = _positions(item)
        if not positions:
            continue
        tags = {tag.k: tag.v for tag in item.tags}
        lon, lat = (sum(axis) / len(positions) for axis in zip(*positions, strict=True))
        if tags.get("addr:housenumber"):
            addresses.append(address_row(tags, lat, lon))
        if item.is_way() and "highway" in tags and (street := street_row(tags, np.array(positions))):
            streets.append(street)
        if place := locality_row(tags, lat, lon):
            places.append(place)
    return addresses, streets, places


def _positions(item: osmium.osm.OSMEntity) -> list[tuple[float, float]]:
    if item.is_node():
        return [(item.lon, item.lat)]
    return [(node.lon, node.lat) for node in item.nodes if node.location.valid()] if item.is_way() else []


def sampled(rows: list[AddressRow], count: int) -> list[AddressRow]:
    """Return addresses with a street and a house number, drawn with the fixed seed; all where there are fewer."""
    usable = sorted({row for row in rows if row.street and any(map(parse_number, split_numbers(row.number)))})
    return random.Random(SEED).sample(usable, min(count, len(usable)))


def clean(row: AddressRow, number_first: bool) -> Question:
    """Ask for an address as it would be printed."""
    number = split_numbers(row.number)[0]
    street = f"{number} {row.street}" if number_first else f"{row.street} {number}"
    town = f"{row.postcode} {row.city}".strip()
    return Question(f"{street}, {town}" if town else street, row, bool(row.city))


def clean_all(rows: list[AddressRow]) -> Iterator[Question]:
    """Ask for each row with the number where the region writes it."""
    number_first = style_of({row.street for row in rows}) is not Style.NUMBER_LAST
    return (clean(row, number_first) for row in rows)


def mangled(row: AddressRow, draw: random.Random) -> Question:
    """Ask for an address in a hurry: each of the usual slips is made with a chance of one half."""
    number, street, city = split_numbers(row.number)[0], row.street, row.city
    abbreviate, misspell, drop_city, keep_postcode = (draw.random() < 0.5 for _ in range(4))
    if abbreviate:
        street = abbreviated(street)
    if misspell:
        street = misspelled(street, draw)
    city = "" if drop_city else city
    line = f"{number} {street}" if draw.random() < 0.5 else f"{street} {number}"
    town = " ".join(part for part in (row.postcode if keep_postcode else "", city) if part)
    text = draw.choice((", ", " ")).join(part for part in (line, town) if part)
    if draw.random() < 0.5:
        text = draw.choice((text.lower(), text.upper()))
    return Question(without_accents(text) if draw.random() < 0.5 else text, row, bool(city))


def abbreviated(street: str) -> str:
    """Shorten the words of a street that people shorten."""
    words = [ABBREVIATIONS.get(word, word) for word in street.split()]
    for long, short in ENDINGS.items():
        if words[-1].lower().endswith(long) and len(words[-1]) > len(long) + 2:
            words[-1] = words[-1][: -len(long)] + short
    return " ".join(words)


def misspelled(street: str, draw: random.Random) -> str:
    """Make one slip in a word of four letters or more: a letter dropped, doubled, replaced or swapped."""
    spots = [m.start() + i for m in re.finditer(r"[^\W\d_]{4,}", street) for i in range(len(m.group()) - 1)]
    if not spots:
        return street
    at, slip = draw.choice(spots), draw.randrange(4)
    letters = [street[at + 1], street[at] * 2 + street[at + 1], draw.choice(_LETTERS) + street[at + 1]]
    return street[:at] + [*letters, street[at + 1] + street[at]][slip] + street[at + 2 :]


def without_accents(text: str) -> str:
    """Return the text as typed on a keyboard without accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def mangled_all(rows: list[AddressRow]) -> Iterator[Question]:
    """Mangle each row with one generator of the fixed seed."""
    draw = random.Random(SEED + 1)
    return (mangled(row, draw) for row in rows)
