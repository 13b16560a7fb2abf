"""Joins rows of one name into streets: those in touching cells of a grid, or in cells that a way links."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from app.atlas.geocoder.build.columns import Addresses, Ints, StreetRow, TextColumn
from app.atlas.geocoder.language import Vocabulary
from app.atlas.geocoder.numbers import HouseNumber, is_block_number, is_no_range, numbers_of
from app.atlas.geocoder.store import CELL_ROW, cells_of, columns_of
from app.atlas.geocoder.text import key_of, terms_of
from app.geo import distance_m

Point = tuple[float, float]


class JoinedStreet(NamedTuple):
    """One street: rows and ways of one name that lie together."""

    name: str
    alt_names: tuple[str, ...]
    points: list[Point]
    #: Its houses are numbered without streets.
    is_village: bool = False


class JoinedStreets(NamedTuple):
    """All streets and their houses; those of street i are rows first[i] to first[i + 1]."""

    streets: list[JoinedStreet]
    houses: HouseColumns
    first: Ints


def build_streets(addresses: Addresses, ways: Sequence[StreetRow], words: Vocabulary) -> JoinedStreets:
    """Join rows into streets, in an order that does not depend on the order of the rows."""
    spellings = {*addresses.names.distinct, *(way.name for way in ways)}
    keys = {spelling: key_of(terms_of(spelling, words)) for spelling in spellings}
    numbers = {key: number for number, key in enumerate(sorted(set(keys.values()) - {""}))}
    named = np.array([numbers.get(keys[spelling], -1) for spelling in addresses.names.distinct], dtype=np.int64)
    names = named[addresses.names.codes]
    rows = np.flatnonzero(names >= 0)
    ways = [way for way in ways if keys[way.name]]
    of_rows, of_ways = _clusters(addresses, rows, names[rows], ways, [numbers[keys[way.name]] for way in ways])
    houses = houses_of(addresses, rows, of_rows)
    streets = _streets(addresses, rows, of_rows, ways, of_ways)
    return JoinedStreets(streets, houses, np.searchsorted(houses.streets, np.arange(len(streets) + 1)))


#: Rows of one name in touching cells are one street, so gaps of 330 to 660 m (north to south) are bridged.
CLUSTER_DEGREES = 0.003


def _clusters(
    addresses: Addresses, rows: Ints, names: Ints, ways: Sequence[StreetRow], way_names: Sequence[int]
) -> tuple[Ints, Ints]:
    """Return the street of each row and of each way."""
    counts = [len(way.points) for way in ways]
    of_ways = np.array(way_names, dtype=np.int64)
    places = columns_of([(way.lat, way.lon) for way in ways] + [point for way in ways for point in way.points])
    lats, lons = np.append(addresses.lats[rows], places[0]), np.append(addresses.lons[rows], places[1])
    middles = np.arange(len(rows), len(rows) + len(ways))
    links = (np.repeat(middles, counts), np.arange(len(rows) + len(ways), len(lats)))
    all_names = np.concatenate((names, of_ways, np.repeat(of_ways, counts)))
    found = clusters(all_names, cells_of(lats, lons, CLUSTER_DEGREES), links)
    return found[: len(rows)], found[middles]


#: A name's number and a cell make one number; cells lie between -CELLS and CELLS.
CELLS = 1 << 37


def clusters(names: Ints, cells: Ints, links: tuple[Ints, Ints]) -> Ints:
    """Return the number of each item's cluster, counted from 0 in the order of names and then of cells.

    `names` and `cells` are those of the items; `links` are pairs of items of one name that belong together.
    """
    units, unit_of = np.unique(names * (2 * CELLS) + cells + CELLS, return_inverse=True)
    tails, heads = [unit_of[links[0]]], [unit_of[links[1]]]
    for step in (1, CELL_ROW - 1, CELL_ROW, CELL_ROW + 1):
        beside = np.searchsorted(units[:-1], units + step)
        touching = np.flatnonzero(units[beside] == units + step)
        tails.append(touching)
        heads.append(beside[touching])
    tail, head = np.concatenate(tails), np.concatenate(heads)
    pairs = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(len(units), len(units)))
    count, labels = connected_components(pairs, directed=False)
    _, first_unit = np.unique(labels, return_index=True)
    number = np.empty(count, dtype=np.int64)
    number[np.argsort(first_unit)] = np.arange(count)
    return number[labels][unit_of]


def _streets(
    addresses: Addresses, rows: Ints, of_rows: Ints, ways: Sequence[StreetRow], of_ways: Ints
) -> list[JoinedStreet]:
    ways_of = defaultdict[int, list[StreetRow]](list)
    for way, street in zip(ways, of_ways.tolist(), strict=True):
        ways_of[street].append(way)
    count = max(of_rows.max(initial=-1), of_ways.max(initial=-1)) + 1
    order = np.argsort(of_rows, kind="stable")
    first = np.searchsorted(of_rows[order], np.arange(count + 1))
    return [
        _of_ways(ways_of[street])
        if street in ways_of
        else _of_rows(addresses, rows[order[first[street] : first[street + 1]]])
        for street in range(count)
    ]


def _of_ways(ways: Sequence[StreetRow]) -> JoinedStreet:
    name = _commonest([way.name for way in ways])
    alts = {alt for way in ways for alt in way.alt_names} | {way.name for way in ways} - {name}
    points = {point for way in ways for point in way.points or ((way.lat, way.lon),)}
    return JoinedStreet(name.strip(), tuple(sorted(alts)), sorted(points))


def _of_rows(addresses: Addresses, rows: Ints) -> JoinedStreet:
    """Return a street that no way has the name of."""
    points = set(zip(addresses.lats[rows].tolist(), addresses.lons[rows].tolist(), strict=True))
    is_village = bool(addresses.in_village[rows].all())
    return JoinedStreet(_commonest(addresses.names.at(rows)).strip(), (), sorted(points), is_village)


def _commonest(spellings: Sequence[str]) -> str:
    counts = Counter(spellings)
    return min(counts, key=lambda text: (-counts[text], text))


#: Two rows with one number this near are one house, mapped twice (a building and a shop in it).
SAME_HOUSE_M = 150.0


class HouseColumns(NamedTuple):
    """Columns, one entry a house number: its street, its row in the addresses, and its place in `parsed`.

    Sorted by street, then number, then where they are.
    """

    streets: Ints
    rows: Ints
    numbers: Ints
    parsed: list[HouseNumber]


def houses_of(addresses: Addresses, rows: Ints, streets: Ints) -> HouseColumns:
    """Return the houses of some rows of the addresses; `streets` are the streets of those rows."""
    texts, codes = addresses.numbers.distinct, addresses.numbers.codes[rows]
    others = addresses.other_numbers
    pairs = codes * max(len(others.distinct), 1) + others.codes[rows]
    readings, which = np.unique(pairs * 2 + _by_block(texts, codes, streets)[streets], return_inverse=True)
    found = [_numbers_in(texts, others.distinct, reading) for reading in readings.tolist()]
    counts = np.array([len(numbers) for numbers in found], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    # A row may carry several numbers: 2;4;6.
    times = counts[which]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    houses = HouseColumns(
        np.repeat(streets, times),
        np.repeat(rows, times),
        np.repeat(starts[which], times) + within,
        [number for numbers in found for number in numbers],
    )
    return _sorted(addresses, _without_twins(addresses, houses))


def _by_block(texts: Sequence[str], codes: Ints, streets: Ints) -> Ints:
    """Return for each street whether it is numbered as in Queens: most look so, and some are no range ("203-06")."""
    blocks = np.array([is_block_number(text) for text in texts], dtype=bool)
    no_ranges = np.array([block and is_no_range(text) for text, block in zip(texts, blocks, strict=True)], dtype=bool)
    most = 2 * np.bincount(streets, weights=blocks[codes]) > np.bincount(streets)
    return (most & (np.bincount(streets, weights=no_ranges[codes]) > 0)).astype(np.int64)


def _numbers_in(texts: Sequence[str], others: Sequence[str], reading: int) -> list[HouseNumber]:
    """Return the house numbers that one mapped house carries; further ones are shown as the whole: "400/9"."""
    pair, block_style = divmod(reading, 2)
    text, other = divmod(pair, max(len(others), 1))
    numbers = numbers_of(texts[text], others[other], block_style=bool(block_style))
    return [number._replace(text=numbers[0].text) for number in numbers] if others[other] else numbers


def _without_twins(addresses: Addresses, houses: HouseColumns) -> HouseColumns:
    """Return the houses with one of those that are mapped at one spot with one number."""
    exact = TextColumn.of([number.exact for number in houses.parsed])
    same = houses.streets * max(len(exact.distinct), 1) + exact.codes[houses.numbers]
    order = np.argsort(same, kind="stable")
    starts = np.flatnonzero(np.diff(same[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    keep = np.ones(len(order), dtype=bool)
    for start, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
        group = order[start:end].tolist()
        keep[group] = False
        keep[_distinct(addresses, houses, group)] = True
    return houses._replace(streets=houses.streets[keep], rows=houses.rows[keep], numbers=houses.numbers[keep])


def _distinct(addresses: Addresses, houses: HouseColumns, group: list[int]) -> list[int]:
    """Return one house of those of a group that lie at one spot: the one that says most."""
    kept: list[tuple[int, float, float]] = []
    for house in sorted(group, key=lambda house: _merit(addresses, houses, house)):
        row = int(houses.rows[house])
        lat, lon = float(addresses.lats[row]), float(addresses.lons[row])
        if all(distance_m(lat, lon, *spot) > SAME_HOUSE_M for _, *spot in kept):
            kept.append((house, lat, lon))
    return [house for house, _, _ in kept]


def _merit(addresses: Addresses, houses: HouseColumns, house: int) -> tuple[bool, bool, str, list[float]]:
    """Return what to sort by: rows with a postcode and a city first, and any fixed order of those."""
    row = int(houses.rows[house])
    texts = (addresses.numbers, addresses.other_numbers, addresses.names, addresses.cities, addresses.postcodes)
    *codes, city, postcode = (int(column.codes[row]) for column in texts)
    has_city, has_postcode = addresses.cities.distinct[city] != "", addresses.postcodes.distinct[postcode] != ""
    order = [float(addresses.lats[row]), float(addresses.lons[row]), *codes, city, postcode]
    return not has_postcode, not has_city, houses.parsed[houses.numbers[house]].text, order


def _sorted(addresses: Addresses, houses: HouseColumns) -> HouseColumns:
    ranks = {key: rank for rank, key in enumerate(sorted({number[1:] for number in houses.parsed}))}
    rank = np.array([ranks[number[1:]] for number in houses.parsed], dtype=np.int64)
    rows = houses.rows
    texts = (addresses.postcodes, addresses.cities, addresses.names, addresses.other_numbers, addresses.numbers)
    keys = [column.codes[rows] for column in texts]
    order = np.lexsort([*keys, addresses.lons[rows], addresses.lats[rows], rank[houses.numbers], houses.streets])
    return houses._replace(streets=houses.streets[order], rows=rows[order], numbers=houses.numbers[order])
