"""Cutting ways into edges: a graph node stands at junctions, way ends and barriers, all else is an edge's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.build.ways import StreetWays, UseNumbers, link_use
from app.atlas.streets.rules.walk import OPEN, passage
from app.atlas.streets.tiling import Floats, Integers
from app.geo import distances_m

#: The link through a barrier has to cost something: one centimetre.
LINK_METRES = 0.01


@dataclass(frozen=True, slots=True)
class StreetEdges:
    """Edges with their shapes. Points of edge i are positions point_starts[i] to point_starts[i + 1].

    `first` and `last` number the junctions as mapped; `tail` and `head` also tell the two sides of a barrier apart.
    """

    node_refs: Integers
    node_lats: Floats
    node_lons: Floats
    first: Integers
    last: Integers
    tail: Integers
    head: Integers
    use: Integers
    length_m: Floats
    point_starts: Integers
    point_lats: Floats
    point_lons: Floats
    #: Metres from the edge's first point.
    point_along: Floats
    point_refs: Integers
    #: The row of its way; -1 for a link.
    way: Integers
    is_link: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Positions:
    """Nodes along the usable ways, one after the other; a run is a stretch without a gap."""

    run: Integers
    way: Integers
    use: Integers
    node: Integers
    lats: Floats
    lons: Floats
    refs: Integers


def cut_into_edges(ways: StreetWays, barriers: Mapping[int, Mapping[str, str]], uses: UseNumbers) -> StreetEdges:
    """Cut ways where they meet, end or are barred; split the nodes of barriers that stop somebody."""
    at = _positions(ways, uses)
    passages = {ref: passage(tags, residents=uses.residents) for ref, tags in barriers.items()}
    barred = {ref: who for ref, who in passages.items() if who != OPEN}
    starts, stops = _edge_bounds(at, np.fromiter(sorted(barred), dtype=np.int64, count=len(barred)))
    counts = stops - starts + 1
    point_starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    pick = np.repeat(starts - point_starts[:-1], counts) + np.arange(point_starts[-1])
    along, length_m = _lengths(at.lats[pick], at.lons[pick], point_starts)
    nodes, ends = np.unique(np.concatenate([at.node[starts], at.node[stops]]), return_inverse=True)
    where = np.zeros(len(at.refs) and int(at.node.max()) + 1, dtype=np.int64)
    where[at.node] = np.arange(len(at.node))
    edges = StreetEdges(
        node_refs=at.refs[where[nodes]],
        node_lats=at.lats[where[nodes]],
        node_lons=at.lons[where[nodes]],
        first=ends[: len(starts)],
        last=ends[len(starts) :],
        tail=ends[: len(starts)],
        head=ends[len(starts) :],
        use=at.use[starts],
        length_m=length_m,
        point_starts=point_starts,
        point_lats=at.lats[pick],
        point_lons=at.lons[pick],
        point_along=along,
        point_refs=at.refs[pick],
        way=at.way[starts],
        is_link=np.zeros(len(starts), dtype=np.bool_),
    )
    codes = {ref: uses.number(link_use(*who)) for ref, who in sorted(barred.items())}
    return _split_barriers(edges, codes)


def _positions(ways: StreetWays, uses: UseNumbers) -> _Positions:
    way_use = np.array([uses.number_of_tags(tags) for tags in ways.tags], dtype=np.int64)
    is_open = np.array([use.is_open for use in uses.uses] or [False], dtype=np.bool_)[way_use]
    counts = np.diff(ways.offsets)
    way = np.repeat(np.arange(len(counts)), counts)
    known = np.isfinite(ways.lats) & np.isfinite(ways.lons)
    kept = np.flatnonzero(is_open[way] & known) if len(way) else np.empty(0, dtype=np.int64)
    fresh = np.ones(len(kept), dtype=np.bool_)
    fresh[1:] = (np.diff(kept) > 1) | (np.diff(way[kept]) > 0)
    run = np.cumsum(fresh, dtype=np.int64)
    repeated = np.zeros(len(kept), dtype=np.bool_)
    repeated[1:] = ~fresh[1:] & (np.diff(ways.refs[kept]) == 0)
    kept, run = kept[~repeated], run[~repeated]
    _, node = np.unique(ways.refs[kept], return_inverse=True)
    return _Positions(run, way[kept], way_use[way[kept]], node, ways.lats[kept], ways.lons[kept], ways.refs[kept])


def _edge_bounds(at: _Positions, barred: Integers) -> tuple[Integers, Integers]:
    if not len(at.run):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    is_end = np.ones(len(at.run), dtype=np.bool_)
    is_end[1:-1] = (np.diff(at.run)[:-1] > 0) | (np.diff(at.run)[1:] > 0)
    is_node = np.bincount(at.node) > 1
    is_node[at.node[is_end]] = True
    is_node[at.node[np.isin(at.refs, barred)]] = True
    breaks = np.flatnonzero(is_node[at.node])
    together = at.run[breaks[:-1]] == at.run[breaks[1:]]
    return breaks[:-1][together], breaks[1:][together]


def _lengths(lats: Floats, lons: Floats, point_starts: Integers) -> tuple[Floats, Floats]:
    """Return metres along each edge at each point, and the length of each edge."""
    steps = distances_m(lats[:-1], lons[:-1], lats[1:], lons[1:])
    total = np.concatenate([[0.0], np.cumsum(steps)])[: len(lats)]
    base = total[point_starts[:-1]]
    along = total - np.repeat(base, np.diff(point_starts))
    return along, np.maximum(along[point_starts[1:] - 1], LINK_METRES) if len(base) else along


def _split_barriers(edges: StreetEdges, link_uses: Mapping[int, int]) -> StreetEdges:
    """Give each edge that ends at a barrier its own copy of the node, joined by a link for those who may pass."""
    refs = np.fromiter(link_uses, dtype=np.int64, count=len(link_uses))
    ends = np.concatenate([edges.tail, edges.head])
    barred = np.flatnonzero(np.isin(edges.node_refs[ends], refs))
    if not len(barred):
        return edges
    centre = ends[barred]
    copies = len(edges.node_refs) + np.arange(len(barred))
    ends[barred] = copies
    cut = len(edges.tail)
    link_use_numbers = np.array([link_uses[int(ref)] for ref in edges.node_refs[centre]], dtype=np.int64)
    last_point = edges.point_starts[-1]
    return StreetEdges(
        node_refs=np.append(edges.node_refs, edges.node_refs[centre]),
        node_lats=np.append(edges.node_lats, edges.node_lats[centre]),
        node_lons=np.append(edges.node_lons, edges.node_lons[centre]),
        first=np.append(edges.first, centre),
        last=np.append(edges.last, centre),
        tail=np.append(ends[:cut], centre),
        head=np.append(ends[cut:], copies),
        use=np.append(edges.use, link_use_numbers),
        length_m=np.append(edges.length_m, np.full(len(copies), LINK_METRES)),
        point_starts=np.append(edges.point_starts, np.full(len(copies), last_point)),
        point_lats=edges.point_lats,
        point_lons=edges.point_lons,
        point_along=edges.point_along,
        point_refs=edges.point_refs,
        way=np.append(edges.way, np.full(len(copies), -1)),
        is_link=np.append(edges.is_link, np.ones(len(copies), dtype=np.bool_)),
    )
