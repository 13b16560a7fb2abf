"""From loose rows to streets: rows of one name that lie together become one street with its numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.atlas.geocoder.clusters import clusters
from app.atlas.geocoder.columns import Addresses, Ints
from app.atlas.geocoder.rows import StreetRow
from app.atlas.geocoder.schema import cells_of, columns_of
from app.atlas.geocoder.street_numbers import Houses, houses_of
from app.atlas.geocoder.text import key_of, short_forms

Point = tuple[float, float]

#: Rows of one name in touching cells are one street, so gaps of 330 to 660 m (north to south) are bridged.
CLUSTER_DEGREES = 0.003


class Street(NamedTuple):
    """One street that hangs together."""

    name: str
    alt_names: tuple[str, ...]
    points: list[Point]


class Streets(NamedTuple):
    """All streets, and their houses: those of street i are first[i] to first[i + 1]."""

    streets: list[Street]
    houses: Houses
    first: Ints


def build_streets(addresses: Addresses, ways: Sequence[StreetRow]) -> Streets:
    """Join rows into streets, in an order that does not depend on the order of the rows."""
    spellings = {*addresses.names.distinct, *(way.name for way in ways)}
    keys = {spelling: key_of(short_forms(spelling)) for spelling in spellings}
    numbers = {key: number for number, key in enumerate(sorted(set(keys.values()) - {""}))}
    named = np.array([numbers.get(keys[spelling], -1) for spelling in addresses.names.distinct], dtype=np.int64)
    names = named[addresses.names.codes]
    rows = np.flatnonzero(names >= 0)
    ways = [way for way in ways if keys[way.name]]
    of_rows, of_ways = _clusters(addresses, rows, names[rows], ways, [numbers[keys[way.name]] for way in ways])
    houses = houses_of(addresses, rows, of_rows)
    streets = _streets(addresses, rows, of_rows, ways, of_ways)
    return Streets(streets, houses, np.searchsorted(houses.streets, np.arange(len(streets) + 1)))


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


def _streets(addresses: Addresses, rows: Ints, of_rows: Ints, ways: Sequence[StreetRow], of_ways: Ints) -> list[Street]:
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


def _of_ways(ways: Sequence[StreetRow]) -> Street:
    name = _commonest([way.name for way in ways])
    alts = {alt for way in ways for alt in way.alt_names} | {way.name for way in ways} - {name}
    points = {point for way in ways for point in way.points or ((way.lat, way.lon),)}
    return Street(name.strip(), tuple(sorted(alts)), sorted(points))


def _of_rows(addresses: Addresses, rows: Ints) -> Street:
    """Return a street that no way has the name of."""
    points = set(zip(addresses.lats[rows].tolist(), addresses.lons[rows].tolist(), strict=True))
    return Street(_commonest(addresses.names.at(rows)).strip(), (), sorted(points))


def _commonest(spellings: Sequence[str]) -> str:
    counts = Counter(spellings)
    return min(counts, key=lambda text: (-counts[text], text))
