"""Junctions, blocks and short pieces of street: what the pattern of streets around an address is measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from app.atlas.streets.arrays import MeasuredPoints
from app.atlas.streets.build.edges import StreetEdges
from app.atlas.streets.build.ways import Use
from app.atlas.streets.tiling import SEARCH_TILES, Floats, Integers, TileIndex, to_steps
from app.geo import METRES_PER_DEGREE

#: Junction nodes this close are one junction: the crossings of a dual carriageway, a staggered corner.
ONE_JUNCTION_M = 15.0

#: Streets are measured in pieces no longer than this, each counted where its middle lies.
PIECE_M = 150.0


@dataclass(frozen=True, slots=True)
class _Streets:
    """The edges of the street pattern, their ends numbered by junction rather than by node."""

    edges: Integers
    first: Integers
    last: Integers
    #: Ends of edges that meet at each junction, edges inside it left out.
    arms: Integers
    lats: Floats
    lons: Floats


def junctions_and_blocks(edges: StreetEdges, uses: list[Use]) -> tuple[MeasuredPoints, MeasuredPoints]:
    """Return the places where three or more streets meet, and the middles of blocks with their lengths in metres.

    A block runs from junction to junction or to a dead end, whatever ways and changes of surface lie between.
    """
    streets = _merged(edges, uses)
    junctions = np.flatnonzero(streets.arms >= 3)
    middles = _piece_middles(edges, streets.edges, np.ones(len(streets.edges), dtype=np.int64))
    block = _chains(streets)
    count = int(block.max(initial=-1)) + 1
    length = _sums(block, edges.length_m[streets.edges], count)
    weight = edges.length_m[streets.edges] / length[block]
    lats = _sums(block, middles[0] * weight, count)
    lons = _sums(block, middles[1] * weight, count)
    crossings = _by_tile(streets.lats[junctions], streets.lons[junctions], np.empty((len(junctions), 0)))
    return crossings, _by_tile(lats, lons, length[:, None])


def _sums(group: Integers, values: Floats, count: int) -> Floats:
    return np.bincount(group, weights=values, minlength=count).astype(np.float64)


def _merged(edges: StreetEdges, uses: list[Use]) -> _Streets:
    is_street = np.array([use.is_street for use in uses], dtype=np.bool_)
    is_round = np.array([use.is_roundabout for use in uses], dtype=np.bool_)
    chosen = np.flatnonzero(is_street[edges.use] & ~edges.is_link) if len(uses) else np.empty(0, dtype=np.int64)
    nodes, ends = np.unique(np.concatenate([edges.first[chosen], edges.last[chosen]]), return_inverse=True)
    first, last = ends[: len(chosen)], ends[len(chosen) :]
    lats, lons = edges.node_lats[nodes], edges.node_lons[nodes]
    degree = np.bincount(ends, minlength=len(nodes))
    rounds = is_round[edges.use[chosen]] if len(uses) else np.empty(0, dtype=np.bool_)
    pairs = np.concatenate([_close_pairs(lats, lons, degree >= 3), np.stack([first[rounds], last[rounds]], axis=1)])
    junction = _groups(pairs, len(nodes))
    size = np.bincount(junction)
    first, last = junction[first], junction[last]
    inside = (first == last) & (rounds | (edges.length_m[chosen] <= 2 * ONE_JUNCTION_M))
    return _Streets(
        edges=chosen[~inside],
        first=first[~inside],
        last=last[~inside],
        arms=np.bincount(np.concatenate([first[~inside], last[~inside]]), minlength=len(size)),
        lats=np.bincount(junction, weights=lats).astype(np.float64) / size,
        lons=np.bincount(junction, weights=lons) / size,
    )


def _close_pairs(lats: Floats, lons: Floats, chosen: NDArray[np.bool_]) -> Integers:
    at = np.flatnonzero(chosen)
    if not len(at):
        return np.empty((0, 2), dtype=np.int64)
    # The scale is right at each point's own latitude, and points 15 m apart share it.
    metres = np.stack([lats[at], lons[at] * np.cos(np.radians(np.round(lats[at], 1)))], axis=1) * METRES_PER_DEGREE
    return at[cKDTree(metres).query_pairs(ONE_JUNCTION_M, output_type="ndarray")]


def _groups(pairs: Integers, count: int) -> Integers:
    graph = csr_array((np.ones(len(pairs), dtype=np.int32), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64) if count else np.empty(0, dtype=np.int64)


def _chains(streets: _Streets) -> Integers:
    """Number the blocks: edges that meet at a junction of two arms are one block."""
    count = len(streets.edges)
    ends = np.concatenate([streets.first, streets.last])
    owner = np.tile(np.arange(count), 2)
    order = np.argsort(ends, kind="stable")
    order = order[streets.arms[ends[order]] == 2]
    return _groups(owner[order].reshape(-1, 2), count)


def street_pieces(edges: StreetEdges, uses: list[Use]) -> MeasuredPoints:
    """Return short pieces of street, cycle path and cycle lane with the metres of each in them."""
    of_use = np.array([(use.is_street, use.path_share, use.lane_share) for use in uses], dtype=np.float64)
    share = of_use[edges.use] if len(uses) else np.empty((0, 3))
    chosen = np.flatnonzero(share.any(axis=1) & ~edges.is_link)
    pieces = np.ceil(edges.length_m[chosen] / PIECE_M).astype(np.int64)
    metres = np.repeat(share[chosen] * (edges.length_m[chosen] / np.maximum(pieces, 1))[:, None], pieces, axis=0)
    lats, lons = _piece_middles(edges, chosen, pieces)
    return _by_tile(lats, lons, metres)


def _piece_middles(edges: StreetEdges, chosen: Integers, pieces: Integers) -> tuple[Floats, Floats]:
    """Return where the middles of equal pieces of edges lie."""
    if not len(chosen):
        return np.empty(0), np.empty(0)
    # One ruler for all shapes: each edge's points follow the last ones, a metre on.
    base = np.concatenate([[0.0], np.cumsum(edges.length_m + 1.0)])[:-1]
    counts = np.diff(edges.point_starts)
    ruler = np.repeat(base, counts) + edges.point_along
    owner = np.repeat(chosen, pieces)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    middle = base[owner] + edges.length_m[owner] * (place + 0.5) / np.repeat(pieces, pieces)
    return np.interp(middle, ruler, edges.point_lats), np.interp(middle, ruler, edges.point_lons)


def _by_tile(lats: Floats, lons: Floats, measures: Floats) -> MeasuredPoints:
    """Return points with their measures, sorted by tile and then by latitude and longitude."""
    keys = SEARCH_TILES.keys(lats, lons)
    order = np.lexsort((lons, lats, keys))
    tiles = TileIndex.of_sorted(SEARCH_TILES, keys[order])
    return MeasuredPoints(tiles, to_steps(lats[order]), to_steps(lons[order]), measures[order].astype(np.float32))
