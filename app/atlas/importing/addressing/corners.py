"""Finds where streets of different names meet: at a node, or by way of a roundabout or a short link without a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from app.atlas.geocoder.build.columns import Bools, CornerRow, Ints
from app.atlas.streets.build.ways import STREET_CLASSES, StreetWays
from app.geo import METRES_PER_DEGREE, Floats, distance_m

#: Two carriageways cross a street twice; these are one corner.
SAME_CORNER_M = 60.0
#: A link without a name joins the streets at its ends where it is no longer than this.
LINK_M = 60.0
#: What hangs together by links and roundabouts is one junction up to this size: a large roundabout has it.
JUNCTION_M = 250.0
ROUNDABOUTS = frozenset({"roundabout", "circular"})
LINKS = STREET_CLASSES | {"motorway_link"}


def corners_of(ways: StreetWays) -> list[CornerRow]:
    """Return all corners of a region, each pair of names once within SAME_CORNER_M, in a fixed order."""
    names, of_ways = _names(ways)
    counts = np.diff(ways.offsets)
    _, first, nodes = np.unique(ways.refs, return_index=True, return_inverse=True)
    junctions = _junctions(ways, of_ways, nodes, first)
    is_named = np.repeat(of_ways >= 0, counts)
    at = Occurrences(nodes, np.repeat(of_ways, counts), ways.lats, ways.lons).where(is_named)
    of_junctions = at._replace(places=junctions[at.places])
    found = [*_meetings(at), *_meetings(of_junctions.where(of_junctions.places >= 0))]
    return _thinned(CornerRow(lat, lon, tuple(names[name] for name in those)) for lat, lon, those in found)


def _names(ways: StreetWays) -> tuple[list[str], Ints]:
    """Return all names in order, and the number of each way's name, -1 for one without."""
    written = [tags.get("name", "").strip() if "highway" in tags else "" for tags in ways.tags]
    names = sorted(set(written) - {""})
    numbers = {name: number for number, name in enumerate(names)}
    return names, np.array([numbers.get(name, -1) for name in written], dtype=np.int64)


class Occurrences(NamedTuple):
    """Columns: that a way of this name (a number) goes through a place (a node or a junction) here."""

    places: Ints
    names: Ints
    lats: Floats
    lons: Floats

    def where(self, rows: Bools) -> Occurrences:
        """Return some of them."""
        return Occurrences(self.places[rows], self.names[rows], self.lats[rows], self.lons[rows])


def _meetings(at: Occurrences) -> Iterator[tuple[float, float, list[int]]]:
    """Yield latitude, longitude and names of the places where several names meet."""
    if not len(at.places):
        return
    most = int(at.names.max()) + 1
    pairs = np.unique(at.places * most + at.names)
    starts = np.flatnonzero(np.diff(pairs // most, prepend=-1))
    ends = np.append(starts[1:], len(pairs))
    counts = np.maximum(np.bincount(at.places), 1)
    lats = np.bincount(at.places, weights=at.lats) / counts
    lons = np.bincount(at.places, weights=at.lons) / counts
    several = np.flatnonzero(ends - starts > 1)
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        place = int(pairs[start]) // most
        yield float(lats[place]), float(lons[place]), (pairs[start:end] % most).tolist()


def _junctions(ways: StreetWays, of_ways: Ints, nodes: Ints, first: Ints) -> Ints:
    """Return for each node the number of the junction that it is part of, -1 for none.

    `nodes` are those of all ways, `first` is where each node is met first.
    """
    steps, inside = _steps(ways)
    tags = ways.tags
    is_round = np.array([way.get("junction") in ROUNDABOUTS for way in tags], dtype=bool)
    is_link = np.array([way.get("highway") in LINKS for way in tags], dtype=bool) & (of_ways < 0)
    lengths = np.add.reduceat(np.append(steps, 0.0), ways.offsets[:-1]) if len(tags) else np.empty(0)
    joining = np.flatnonzero(np.repeat(is_round | (is_link & (lengths <= LINK_M)), np.diff(ways.offsets))[:-1] & inside)
    ends = nodes[joining], nodes[joining + 1]
    graph = coo_array((np.ones(len(joining), dtype=np.int8), ends), shape=(len(first), len(first)))
    labels = connected_components(graph, directed=False)[1].astype(np.int64)
    is_part = np.zeros(len(first), dtype=bool)
    is_part[ends[0]] = is_part[ends[1]] = True
    is_small = _sizes(labels, ways.lats[first], ways.lons[first]) <= JUNCTION_M
    found: Ints = np.where(is_part & is_small[labels], labels, -1)
    return found


def _steps(ways: StreetWays) -> tuple[Floats, Bools]:
    """Return the metres from each node to the next, 0 from the end of a way, and whether both are of one way."""
    inside = np.ones(max(len(ways.refs) - 1, 0), dtype=bool)
    inside[ways.offsets[1:-1] - 1] = False
    north = np.diff(ways.lats) * METRES_PER_DEGREE
    east = np.diff(ways.lons) * METRES_PER_DEGREE * np.cos(np.radians(ways.lats[:-1]))
    return np.where(inside, np.hypot(north, east), 0.0), inside


def _sizes(labels: Ints, lats: Floats, lons: Floats) -> Floats:
    """Return the metres across the box around all nodes of each label."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    scale = METRES_PER_DEGREE * np.cos(np.radians(lats))
    spans = [np.maximum.reduceat(x[order], starts) - np.minimum.reduceat(x[order], starts) for x in (lats, lons)]
    sizes: Floats = np.hypot(spans[0] * METRES_PER_DEGREE, spans[1] * scale[order][starts])
    return sizes


def _thinned(corners: Iterable[CornerRow]) -> list[CornerRow]:
    """Return the corners, those of most streets first, but for those that hold no pair of names anew."""
    known: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    kept = []
    for corner in sorted(corners, key=lambda corner: (-len(corner.streets), corner)):
        pairs = list(combinations(corner.streets, 2))
        if any(not _is_near(corner, known[pair]) for pair in pairs):
            kept.append(corner)
            for pair in pairs:
                known[pair].append((corner.lat, corner.lon))
    return kept


def _is_near(corner: CornerRow, others: Iterable[tuple[float, float]]) -> bool:
    return any(distance_m(corner.lat, corner.lon, *other) <= SAME_CORNER_M for other in others)
