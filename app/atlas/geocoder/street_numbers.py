"""The house numbers of all streets: read, freed of those mapped twice, and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.atlas.geocoder.columns import Addresses, Ints, TextColumn
from app.atlas.geocoder.numbers import HouseNumber, is_block_number, is_no_range, parse_number, split_numbers
from app.geometry import distance_m

#: Two rows with one number this near are one house, mapped twice (a building and a shop in it).
SAME_HOUSE_M = 150.0


class Houses(NamedTuple):
    """Columns, one entry a house number: its street, its row in the addresses, and its place in `parsed`.

    Sorted by street, then number, then where they are.
    """

    streets: Ints
    rows: Ints
    numbers: Ints
    parsed: list[HouseNumber]


def houses_of(addresses: Addresses, rows: Ints, streets: Ints) -> Houses:
    """Return the houses of some rows of the addresses; `streets` are the streets of those rows."""
    texts, codes = addresses.numbers.distinct, addresses.numbers.codes[rows]
    readings, which = np.unique(codes * 2 + _by_block(texts, codes, streets)[streets], return_inverse=True)
    found = [_numbers_in(texts[reading // 2], bool(reading % 2)) for reading in readings.tolist()]
    counts = np.array([len(numbers) for numbers in found], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    # A row may carry several numbers: 2;4;6.
    times = counts[which]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    houses = Houses(
        np.repeat(streets, times),
        np.repeat(rows, times),
        np.repeat(starts[which], times) + within,
        [number for numbers in found for number in numbers],
    )
    return _sorted(addresses, _without_twins(addresses, houses))


def _by_block(texts: Sequence[str], codes: Ints, streets: Ints) -> Ints:
    """Tell of each street whether it is numbered the way of Queens: most look so, and some are no range ("203-06")."""
    blocks = np.array([is_block_number(text) for text in texts], dtype=bool)
    no_ranges = np.array([block and is_no_range(text) for text, block in zip(texts, blocks, strict=True)], dtype=bool)
    most = 2 * np.bincount(streets, weights=blocks[codes]) > np.bincount(streets)
    return (most & (np.bincount(streets, weights=no_ranges[codes]) > 0)).astype(np.int64)


def _numbers_in(text: str, block_style: bool) -> list[HouseNumber]:
    """Return the house numbers that one mapped house carries."""
    numbers = (parse_number(part, block_style) for part in split_numbers(text))
    return [number for number in numbers if number]


def _without_twins(addresses: Addresses, houses: Houses) -> Houses:
    """Keep one of the houses mapped at one spot with one number."""
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


def _distinct(addresses: Addresses, houses: Houses, group: list[int]) -> list[int]:
    """Return the houses of a group that are not at one spot with another: of those, the one that says most."""
    kept: list[tuple[int, float, float]] = []
    for house in sorted(group, key=lambda house: _merit(addresses, houses, house)):
        row = int(houses.rows[house])
        lat, lon = float(addresses.lats[row]), float(addresses.lons[row])
        if all(distance_m(lat, lon, *spot) > SAME_HOUSE_M for _, *spot in kept):
            kept.append((house, lat, lon))
    return [house for house, _, _ in kept]


def _merit(addresses: Addresses, houses: Houses, house: int) -> tuple[bool, bool, str, list[float]]:
    """Return what to sort by: rows with a postcode and a city first, and any fixed order of those."""
    row = int(houses.rows[house])
    texts = (addresses.numbers, addresses.names, addresses.cities, addresses.postcodes)
    *codes, city, postcode = (int(column.codes[row]) for column in texts)
    has_city, has_postcode = addresses.cities.distinct[city] != "", addresses.postcodes.distinct[postcode] != ""
    order = [float(addresses.lats[row]), float(addresses.lons[row]), *codes, city, postcode]
    return not has_postcode, not has_city, houses.parsed[houses.numbers[house]].text, order


def _sorted(addresses: Addresses, houses: Houses) -> Houses:
    ranks = {key: rank for rank, key in enumerate(sorted({number[1:] for number in houses.parsed}))}
    rank = np.array([ranks[number[1:]] for number in houses.parsed], dtype=np.int64)
    rows = houses.rows
    texts = (addresses.postcodes, addresses.cities, addresses.names, addresses.numbers)
    keys = [column.codes[rows] for column in texts]
    order = np.lexsort([*keys, addresses.lons[rows], addresses.lats[rows], rank[houses.numbers], houses.streets])
    return houses._replace(streets=houses.streets[order], rows=rows[order], numbers=houses.numbers[order])
