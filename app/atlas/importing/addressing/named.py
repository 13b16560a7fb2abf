"""Reads what a person may name from the nodes and ways of an extract, and leaves out what is mapped twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from app.atlas.geocoder.build.columns import LocalityRow
from app.atlas.geocoder.letters import fold
from app.atlas.importing.pbf.block import Node, Tags, WayColumns
from app.atlas.importing.pbf.located import NodePositions, WayNodes, centres
from app.atlas.importing.tags.naming import FINDABLE_PLACES, HOUSE_NAME, KIND_KEYS, locality_row
from app.geo import distance_m, distances_m

#: Ways with a name and one of these may be things; streets are read elsewhere.
WAY_KEYS = KIND_KEYS - {"highway"}


class NamedThings:
    """Collects them block by block."""

    def __init__(self) -> None:
        self._found: list[Thing] = []
        self._tags: list[Tags] = []
        self._corners = WayNodes()

    def add_node(self, node: Node) -> None:
        """Take a node, if it is one."""
        if (row := locality_row(node.tags, node.lat, node.lon)) is not None:
            self._found.append(Thing(row, True))

    def add_ways(self, ways: WayColumns) -> None:
        """Take those ways that may be some."""
        rows = ways.with_keys({HOUSE_NAME}, named=WAY_KEYS)
        if len(rows):
            self._tags += ways.tags(rows)
            self._corners.add(ways, rows)

    def locate(self, positions: NodePositions) -> None:
        """Find out where the ways are, once all nodes are known."""
        refs, starts, _ = self._corners.refs()
        for tags, (lon, lat) in zip(self._tags, centres(positions.of(refs), starts).tolist(), strict=True):
            if lat == lat and (row := locality_row(tags, lat, lon)) is not None:
                self._found.append(Thing(row, False))

    def rows(self, areas: Iterable[LocalityRow]) -> list[LocalityRow]:
        """Return all rows, with those of relations, each thing once."""
        return one_each([*self._found, *(Thing(row, False) for row in areas)])


class Thing(NamedTuple):
    """Something with a name as it is mapped, and whether it is a node rather than a line or an area."""

    row: LocalityRow
    is_node: bool


def one_each(things: Sequence[Thing]) -> list[LocalityRow]:
    """Return one row of those that are the same thing, mapped twice, with the names of all of them."""
    by_name: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        by_name[fold(thing.row.name)].append(thing)
    return [row for _, alike in sorted(by_name.items()) for row in _distinct(alike)]


def _distinct(alike: Sequence[Thing]) -> list[LocalityRow]:
    """Return the rows of things of one name, leaving out those beside one that says more."""
    if len(alike) == 1:
        return [alike[0].row]
    left, found = sorted(alike, key=_merit), []
    lats, lons = np.array([(thing.row.lat, thing.row.lon) for thing in left]).T
    is_left = np.ones(len(left), dtype=bool)
    for i, thing in enumerate(left):
        if is_left[i]:
            near = np.flatnonzero(is_left & (distances_m(lats[i], lons[i], lats, lons) <= FURTHEST_M))
            same = [j for j in near.tolist() if j == i or _same(thing, left[j])]
            is_left[same] = False
            found.append(_joined([left[j].row for j in same]))
    return found


#: Names of one stop on both sides of a road, and of a station and what stops at it, are one thing up to this distance.
STOPS = ("railway station", "metro station", "tram stop", "bus stop")
SAME_STOP_M = 600.0
#: Anything else.
SAME_M = 300.0
#: Two branches of a chain may be nearer than that; these are one thing only beside each other, at one address.
SMALL = frozenset(
    {"shop", "supermarket", "restaurant", "cafe", "pub", "bank", "post office", "pharmacy", "doctor", "office", "hotel"}
    | {"house"}
)
SAME_SMALL_M = 100.0
#: A settlement's node, put where its middle is, may be this far from the middle of its area.
SAME_SETTLEMENT_M = {"city": 15_000.0, "town": 6_000.0}
SAME_OTHER_SETTLEMENT_M = 2_000.0
FURTHEST_M = max(SAME_SETTLEMENT_M.values())

SETTLEMENTS = FINDABLE_PLACES - {"square", "farm", "allotments", "island", "islet"}
#: Kinds that say little: a thing of this name beside a hospital of this name is the hospital.
VAGUE = ("landmark", "office", "place", "building")


def _same(thing: Thing, other: Thing) -> bool:
    """Return whether two things of one name, the better one first, are one."""
    row, twin = thing.row, other.row
    return distance_m(row.lat, row.lon, twin.lat, twin.lon) <= _reach_m(thing, other)


def _reach_m(thing: Thing, other: Thing) -> float:
    """Return how far from each other two things of one name may be to be one, below 0 for any distance."""
    kind, twin = thing.row.kind, other.row.kind
    if kind in SETTLEMENTS and twin in SETTLEMENTS:
        is_outline = kind == twin and not (thing.is_node and other.is_node)
        return SAME_SETTLEMENT_M.get(kind, SAME_OTHER_SETTLEMENT_M) if is_outline else SAME_M
    if kind in STOPS and twin in STOPS:
        return SAME_STOP_M
    if kind in SMALL or twin in SMALL:
        return SAME_SMALL_M if _at_one_address(thing.row, other.row) and (kind == twin or twin in VAGUE) else -1.0
    if twin in VAGUE:
        return -1.0 if (kind in SETTLEMENTS and twin != "place") or kind in STOPS[2:] else SAME_M
    return SAME_M if kind == twin else -1.0


def _at_one_address(row: LocalityRow, twin: LocalityRow) -> bool:
    """Return whether nothing in the addresses of two things sets them apart."""
    pairs = ((fold(row.street), fold(twin.street)), (fold(row.number), fold(twin.number)))
    return all(mine == other or "" in (mine, other) for mine, other in pairs)


def _merit(thing: Thing) -> tuple[int, int, bool, LocalityRow]:
    """Return what to sort by, the best first.

    The node of a settlement lies in its middle; a station is more than a stop; an area says more than a node in it.
    """
    row, is_settlement = thing.row, thing.row.kind in SETTLEMENTS
    vague = VAGUE.index(row.kind) + 1 if row.kind in VAGUE else 0
    stop = STOPS.index(row.kind) if row.kind in STOPS else 0
    return vague, stop, thing.is_node != is_settlement, row


def _joined(rows: Sequence[LocalityRow]) -> LocalityRow:
    """Return the first row, with the names of all and the first address among them."""
    names = dict.fromkeys(name for row in rows for name in (row.name, *row.alt_names) if name != rows[0].name)
    at = next((row for row in rows if row.street), rows[0])
    address = (at.street, at.number, at.city, at.postcode)
    return LocalityRow(rows[0].name, tuple(names), *rows[0][2:5], *address)
