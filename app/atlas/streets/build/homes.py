"""Private streets, and streets behind gates: a network for those who live there, and its ways out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from app.atlas.streets.arrays import SNAP, EdgeFlag, Exits, NetworkFiles
from app.atlas.streets.build.edges import StreetEdges
from app.atlas.streets.build.ways import StreetWays, Use
from app.atlas.streets.rules.walk import OPEN_TO_RESIDENTS, may_walk, passage
from app.atlas.streets.tiling import Integers

#: Streets behind a gate with more junctions than this are a town, and the gate is none of its homes.
INSIDE_NODES = 2_000


@dataclass(frozen=True, slots=True)
class WalkedParts:
    """For each edge the part of the walking graph that it is in (-1: not walked), and how large each part is."""

    of_edge: Integers
    sizes: Integers


@dataclass(frozen=True, slots=True)
class HomeStreets:
    """The rows of the ways that make up the private network, and of the edges beyond its gates, which all may walk."""

    ways: Integers
    outside: Integers
    #: Nodes that not even residents pass.
    walls: Integers


def walked_parts(files: NetworkFiles) -> WalkedParts:
    """Return which streets hang together on foot, dead ends and the links through open barriers among them."""
    edges, nodes = files.edges, len(files.walk.starts) - 1
    pace = np.minimum(files.uses.walk_pace_ahead, files.uses.walk_pace_against)[edges.use]
    on_foot = np.flatnonzero(np.isfinite(pace))
    ends = edges.tail[on_foot], edges.head[on_foot]
    graph = coo_array((np.ones(len(on_foot), dtype=np.int8), ends), shape=(nodes, nodes))
    part = connected_components(graph, directed=False)[1].astype(np.int64)
    walked = (edges.flags & EdgeFlag.WALK) != 0
    of_edge = np.full(len(edges.tail), -1)
    of_edge[walked] = part[edges.tail[walked]]
    return WalkedParts(of_edge, np.bincount(of_edge[walked], minlength=1))


def home_streets(
    ways: StreetWays, cut: StreetEdges, barriers: Mapping[int, Mapping[str, str]], parts: WalkedParts
) -> HomeStreets | None:
    """Find the private streets, and the streets that only these and closed gates join to the rest; None for none."""
    private = np.array([row for row, tags in enumerate(ways.tags) if _is_private(tags)], dtype=np.int64)
    keyed = [ref for ref, tags in barriers.items() if not passage(tags).foot and passage(tags, residents=True).foot]
    if not len(private) and not keyed:
        return None
    walls = np.array([ref for ref, tags in barriers.items() if not passage(tags, residents=True).foot], dtype=np.int64)
    refs, members = _meetings(ways, private, np.array(keyed, dtype=np.int64), cut, parts)
    passable = ~np.isin(refs, walls)
    group = _groups(refs[passable], members[passable], len(parts.sizes) + len(private))
    outside = _largest_parts(group[: len(parts.sizes)], parts.sizes)
    inside = _inside(group, outside, parts.sizes)
    has_exit = np.isin(group[len(parts.sizes) :], group[np.flatnonzero(outside)])
    behind = np.flatnonzero((parts.of_edge >= 0) & inside[parts.of_edge])
    rows = np.union1d(private[has_exit], cut.way[behind][cut.way[behind] >= 0])
    open_edges = np.flatnonzero((parts.of_edge >= 0) & ~inside[parts.of_edge])
    return HomeStreets(rows, open_edges, walls) if len(rows) else None


def _is_private(tags: Mapping[str, str]) -> bool:
    if tags.get("access") not in OPEN_TO_RESIDENTS and tags.get("foot") not in OPEN_TO_RESIDENTS:
        return False
    return not may_walk(tags) and may_walk(tags, residents=True)


def _meetings(
    ways: StreetWays, private: Integers, keyed: Integers, cut: StreetEdges, parts: WalkedParts
) -> tuple[Integers, Integers]:
    """Return nodes, and what meets there: parts of the walking graph, and after them the private ways."""
    counts = np.diff(ways.offsets)[private]
    pick = np.repeat(ways.offsets[:-1][private] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    of_private = np.repeat(np.arange(len(private)), counts) + len(parts.sizes)
    edge = np.repeat(np.arange(len(cut.way)), np.diff(cut.point_starts))
    there = np.isin(cut.point_refs, np.union1d(ways.refs[pick], keyed)) & (parts.of_edge[edge] >= 0)
    refs = np.concatenate([ways.refs[pick], cut.point_refs[there]])
    return refs, np.concatenate([of_private, parts.of_edge[edge[there]]])


def _groups(refs: Integers, members: Integers, count: int) -> Integers:
    """Return for each member the number of the group of those that meet, directly or by way of others."""
    order = np.argsort(refs, kind="stable")
    same = np.flatnonzero(np.diff(refs[order]) == 0)
    ends = members[order[same]], members[order[same + 1]]
    graph = coo_array((np.ones(len(same), dtype=np.int8), ends), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _largest_parts(group: Integers, sizes: Integers) -> Integers:
    """Return 1 for the largest part of each group, and 0 for the others."""
    order = np.lexsort((np.arange(len(sizes)), -sizes, group))
    is_largest = np.zeros(len(sizes), dtype=np.int64)
    is_largest[order[np.diff(group[order], prepend=-1) > 0]] = 1
    return np.where(sizes > 0, is_largest, 0)


def _inside(group: Integers, outside: Integers, sizes: Integers) -> Integers:
    """Return for each part, and for the -1 of no part at the end, whether it lies behind the gates of a home."""
    inside = (outside == 0) & (sizes > 0) & (sizes <= INSIDE_NODES)
    return np.append(inside, False)


def exits_of(homes: HomeStreets, private: StreetEdges, uses: list[Use], public: StreetEdges) -> Exits:
    """Return where the private network meets the streets outside, as places on both."""
    is_walked = np.array([np.isfinite(min(use.walk_pace)) for use in uses], dtype=np.bool_)
    edges = np.flatnonzero(is_walked[private.use] & ~private.is_link)
    refs = np.concatenate([private.node_refs[private.tail[edges]], private.node_refs[private.head[edges]]])
    home = np.zeros(len(refs), dtype=SNAP)
    home["edge"] = np.tile(edges, 2)
    home["along"][len(edges) :] = private.length_m[edges]
    outer_refs, street = _places_outside(homes, public)
    refs, first = np.unique(refs, return_index=True)
    meets = np.isin(refs, outer_refs) & ~np.isin(refs, homes.walls)
    at = np.searchsorted(outer_refs, refs[meets])
    return Exits(home[first[meets]], street[at])


def _places_outside(homes: HomeStreets, public: StreetEdges) -> tuple[Integers, np.ndarray]:
    """Return the nodes of the streets outside, ascending, and where each lies on one of them."""
    edge = np.repeat(np.arange(len(public.way)), np.diff(public.point_starts))
    chosen = np.flatnonzero(np.isin(edge, homes.outside))
    refs, first = np.unique(public.point_refs[chosen], return_index=True)
    street = np.zeros(len(refs), dtype=SNAP)
    street["edge"], street["along"] = edge[chosen[first]], public.point_along[chosen[first]]
    return refs, street
