"""From loose rows to streets: rows of one name that lie together become one street with its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from app.atlas.geocoder.numbers import HouseNumber, numbers_by_block, parse_number, split_numbers
from app.atlas.geocoder.rows import AddressRow, StreetRow
from app.atlas.geocoder.schema import around, cells_of, columns_of
from app.atlas.geocoder.text import key_of, short_forms
from app.geometry import distance_m

Point = tuple[float, float]

#: Rows of one name in touching cells are one street, so gaps of 330 to 660 m (north to south) are bridged.
CLUSTER_DEGREES = 0.003
#: Two rows with one number this near are one house, mapped twice (a building and a shop in it).
SAME_HOUSE_M = 150.0


class House(NamedTuple):
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
class _Cell:
    """What of one name lies in one cell, and the cells that its ways lead to."""

    rows: list[AddressRow] = field(default_factory=list)
    ways: list[StreetRow] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    linked: set[int] = field(default_factory=set)


class _Named(dict[int, _Cell]):
    """What carries one name, by cell."""

    def __missing__(self, cell: int) -> _Cell:
        found = self[cell] = _Cell()
        return found


class _BySpelling(dict[str, _Named]):
    """Finds by any spelling of a name what carries it."""

    def __init__(self) -> None:
        self.by_key: dict[str, _Named] = {}

    def __missing__(self, spelling: str) -> _Named:
        found = self[spelling] = self.by_key.setdefault(key_of(short_forms(spelling)), _Named())
        return found


def build_streets(addresses: Sequence[AddressRow], ways: Sequence[StreetRow]) -> list[Street]:
    """Join rows into streets, in an order that does not depend on the order of the rows."""
    names = _BySpelling()
    for row, cell in zip(addresses, _cells([(row.lat, row.lon) for row in addresses]), strict=True):
        if spelling := row.street or row.place:
            names[spelling][cell].rows.append(row)
    homes = _cells([(way.lat, way.lon) for way in ways])
    cells = iter(_cells([point for way in ways for point in way.points]))
    for way, home in zip(ways, homes, strict=True):
        _add_way(names[way.name], way, home, cells)
    return [street for key in sorted(names.by_key) if key for street in _parts(names.by_key[key])]


def _cells(points: Sequence[Point]) -> list[int]:
    cells: list[int] = cells_of(*columns_of(points), CLUSTER_DEGREES).tolist()
    return cells


def _add_way(named: _Named, way: StreetRow, home: int, cells: Iterator[int]) -> None:
    """Put a way where its middle is and its points where they are; `cells` are those of its points."""
    named[home].ways.append(way)
    if not way.points:
        named[home].points.append((way.lat, way.lon))
    for point, cell in zip(way.points, cells, strict=False):
        named[cell].points.append(point)
        named[cell].linked.add(home)
        named[home].linked.add(cell)


def _parts(named: _Named) -> list[Street]:
    """Return the streets of one name: cells that touch or that a way links are one."""
    streets = []
    left = set(named)
    for start in sorted(left):
        if start not in left:
            continue
        left.discard(start)
        group = [start]
        for cell in group:
            for other in (*around(cell), *named[cell].linked):
                if other in left:
                    left.discard(other)
                    group.append(other)
        streets.append(_street([named[cell] for cell in sorted(group)]))
    return streets


def _street(cells: Sequence[_Cell]) -> Street:
    rows = [row for cell in cells for row in cell.rows]
    ways = [way for cell in cells for way in cell.ways]
    points = [point for cell in cells for point in cell.points]
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
