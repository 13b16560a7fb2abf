"""From loose rows to streets: rows of one name that lie together become one street with its numbers."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from app.atlas.geocoder.numbers import HouseNumber, numbers_by_block, parse_number, split_numbers
from app.atlas.geocoder.rows import AddressRow, StreetRow
from app.atlas.geocoder.text import key_of, short_forms
from app.geometry import distance_m

Point = tuple[float, float]

#: Rows of one name in touching cells are one street, so gaps of 330 to 660 m (north to south) are bridged.
CLUSTER_DEGREES = 0.003
#: Two rows with one number this near are one house, mapped twice (a building and a shop in it).
SAME_HOUSE_M = 150.0


@dataclass(slots=True)
class House:
    """One house number of a street, before it is stored."""

    number: HouseNumber
    row: AddressRow


@dataclass(slots=True)
class Street:
    """One street that hangs together."""

    name: str
    alt_names: tuple[str, ...]
    points: list[Point]
    houses: list[House] = field(default_factory=list)


@dataclass(slots=True)
class _Named:
    addresses: list[AddressRow] = field(default_factory=list)
    ways: list[StreetRow] = field(default_factory=list)


def build_streets(addresses: Iterable[AddressRow], ways: Iterable[StreetRow]) -> list[Street]:
    """Join rows into streets, in an order that does not depend on the order of the rows."""
    named: dict[str, _Named] = {}
    by_spelling: dict[str, _Named] = {}
    for row in addresses:
        spelling = row.street or row.place
        if spelling:
            _named(spelling, named, by_spelling).addresses.append(row)
    for way in ways:
        _named(way.name, named, by_spelling).ways.append(way)
    streets: list[Street] = []
    for key in sorted(named):
        if key:
            streets += _parts(named[key])
    return streets


def _named(spelling: str, named: dict[str, _Named], by_spelling: dict[str, _Named]) -> _Named:
    found = by_spelling.get(spelling)
    if found is None:
        found = by_spelling[spelling] = named.setdefault(key_of(short_forms(spelling)), _Named())
    return found


def _parts(named: _Named) -> list[Street]:
    cells: dict[tuple[int, int], tuple[list[AddressRow], list[StreetRow], list[Point]]] = {}
    for row in named.addresses:
        cells.setdefault(_cell(row.lat, row.lon), ([], [], []))[0].append(row)
    links: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for way in named.ways:
        home = _cell(way.lat, way.lon)
        cells.setdefault(home, ([], [], []))[1].append(way)
        for point in way.points or ((way.lat, way.lon),):
            cell = _cell(*point)
            cells.setdefault(cell, ([], [], []))[2].append(point)
            links.append((home, cell))
    streets = []
    for group in _connected(cells, links):
        rows = [row for cell in group for row in cells[cell][0]]
        ways = [way for cell in group for way in cells[cell][1]]
        points = [point for cell in group for point in cells[cell][2]]
        streets.append(_street(rows, ways, points))
    return streets


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return math.floor(lat / CLUSTER_DEGREES), math.floor(lon / CLUSTER_DEGREES)


def _connected(
    cells: Iterable[tuple[int, int]], links: list[tuple[tuple[int, int], tuple[int, int]]]
) -> list[list[tuple[int, int]]]:
    linked: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for a, b in links:
        linked[a].append(b)
        linked[b].append(a)
    left = set(cells)
    groups = []
    for start in sorted(left):
        if start not in left:
            continue
        left.discard(start)
        group = [start]
        for cell in group:
            beside = [(cell[0] + i, cell[1] + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
            for other in (*beside, *linked.get(cell, ())):
                if other in left:
                    left.discard(other)
                    group.append(other)
        groups.append(sorted(group))
    return groups


def _street(rows: list[AddressRow], ways: list[StreetRow], points: list[Point]) -> Street:
    spellings = Counter(way.name for way in ways) or Counter(row.street or row.place for row in rows)
    name = min(spellings, key=lambda text: (-spellings[text], text))
    alts = sorted({alt for way in ways for alt in way.alt_names} | {way.name for way in ways} - {name})
    street = Street(name.strip(), tuple(alts), sorted(set(points)))
    street.houses = _houses(rows, numbers_by_block([row.number for row in rows]))
    if not street.points:
        street.points = sorted({(row.lat, row.lon) for row in rows})
    return street


def _houses(rows: list[AddressRow], block_style: bool) -> list[House]:
    found: dict[str, list[House]] = {}
    for row in rows:
        for exact, number in _numbers_in(row.number, block_style):
            found.setdefault(exact, []).append(House(number, row))
    houses: list[House] = []
    for same in found.values():
        houses += same if len(same) == 1 else _distinct(same)
    houses.sort(key=lambda house: (house.number[1:], house.row))
    return houses


@lru_cache(maxsize=50_000)
def _numbers_in(text: str, block_style: bool) -> tuple[tuple[str, HouseNumber], ...]:
    """Return the house numbers that one mapped house carries, each with the text that tells it from others."""
    numbers = (parse_number(part, block_style) for part in split_numbers(text))
    return tuple((number.exact, number) for number in numbers if number)


def _distinct(same: list[House]) -> list[House]:
    """Keep one of the houses mapped at one spot: the one that says most."""
    same.sort(key=lambda house: (not house.row.postcode, not house.row.city, house.number.text, house.row))
    kept: list[House] = []
    for house in same:
        row = house.row
        if all(distance_m(row.lat, row.lon, k.row.lat, k.row.lon) > SAME_HOUSE_M for k in kept):
            kept.append(house)
    return kept
