"""From edges to graphs: number the nodes by tile, lay out the arcs of each mode, mark islands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from app.atlas.streets.arrays import Arcs, Bytes, EdgeTable, Floats32, Ints32, UseTable
from app.atlas.streets.build.edges import StreetEdges
from app.atlas.streets.build.ways import Use
from app.atlas.streets.rules.walk import SECONDS_PER_METRE
from app.atlas.streets.tiling import SEARCH_TILES, Integers, TileIndex

#: An easy cycling speed on the flat, 15 km/h, in metres per second.
BIKE_METRES_PER_SECOND = 15 / 3.6
#: Pushing a bicycle is walking: one metre costs as long as this many metres ridden (3.1; on steps twice that).
PUSHING = BIKE_METRES_PER_SECOND * SECONDS_PER_METRE
#: A part of the graph with fewer junctions than this, cut off from the rest, is an island.
ISLAND_NODES = 40


class EdgeFlag(IntFlag):
    """What an edge is good for, one byte each."""

    WALK = 1
    CAR = 2
    #: The same, and not an island, a tunnel or a motorway: where an address is looked for first.
    WALK_MAIN = 4
    CAR_MAIN = 8


@dataclass(frozen=True, slots=True)
class NodeOrder:
    """The nodes' places in tile order: the old number of each new one, and the other way round."""

    tiles: TileIndex
    old: Integers
    new: Integers


def order_nodes(edges: StreetEdges) -> NodeOrder:
    """Sort nodes by tile, then by their OpenStreetMap id."""
    keys = SEARCH_TILES.keys(edges.node_lats, edges.node_lons)
    old = np.lexsort((edges.node_refs, keys))
    new = np.empty_like(old)
    new[old] = np.arange(len(old))
    return NodeOrder(TileIndex.of_sorted(SEARCH_TILES, keys[old]), old, new)


def use_table(uses: list[Use]) -> UseTable:
    """Turn uses into columns."""
    return UseTable(
        np.array([use.walk_pace for use in uses], dtype=np.float32),
        np.array([use.stress.forward for use in uses], dtype=np.uint8),
        np.array([use.stress.backward for use in uses], dtype=np.uint8),
        np.array([use.car_pace.forward for use in uses], dtype=np.float32),
        np.array([use.car_pace.backward for use in uses], dtype=np.float32),
    )


def walk_arcs(edges: EdgeTable, uses: UseTable, nodes: int) -> Arcs:
    """Lay out the walking graph: seconds, the same both ways."""
    seconds = edges.length_m * uses.walk_pace[edges.use]
    return _arcs(edges, (seconds, seconds), nodes)


def car_arcs(edges: EdgeTable, uses: UseTable, nodes: int) -> Arcs:
    """Lay out the driving graph: free-flow seconds."""
    ahead = edges.length_m * uses.car_pace_ahead[edges.use]
    return _arcs(edges, (ahead, edges.length_m * uses.car_pace_against[edges.use]), nodes)


def bike_arcs(edges: EdgeTable, uses: UseTable, nodes: int) -> Arcs:
    """Lay out the cycling graph: metres ridden, or pushed where riding is not allowed but walking is.

    A pushed metre counts `PUSHING` metres. It keeps the stress of the cars on the street, if there are any.
    """
    pushed = edges.length_m * uses.walk_pace[edges.use] * np.float32(BIKE_METRES_PER_SECOND)
    ahead, against = uses.stress_ahead[edges.use], uses.stress_against[edges.use]
    stress = np.maximum(np.maximum(ahead, against), 1)
    return _arcs(
        edges,
        (np.where(ahead > 0, edges.length_m, pushed), np.where(against > 0, edges.length_m, pushed)),
        nodes,
        (np.where(ahead > 0, ahead, stress), np.where(against > 0, against, stress)),
    )


def _arcs(
    edges: EdgeTable, costs: tuple[Floats32, Floats32], nodes: int, stress: tuple[Bytes, Bytes] | None = None
) -> Arcs:
    tails = np.concatenate([edges.tail, edges.head])
    heads = np.concatenate([edges.head, edges.tail])
    cost = np.concatenate(costs)
    levels = np.concatenate(stress) if stress else np.zeros(len(tails), dtype=np.uint8)
    kept = np.flatnonzero(np.isfinite(cost) & (tails != heads))
    kept = kept[np.lexsort((kept, heads[kept], tails[kept]))]
    return Arcs(starts_of(tails[kept], nodes), heads[kept], cost[kept], levels[kept])


def starts_of(tails: Ints32, nodes: int) -> Ints32:
    """Return where the arcs of each node start among arcs sorted by tail."""
    return np.concatenate([[0], np.cumsum(np.bincount(tails, minlength=nodes))]).astype(np.int32)


def without_leaves(arcs: Arcs, edges: EdgeTable, used: NDArray[np.bool_]) -> Arcs:
    """Leave out arcs to and from nodes where only one usable edge ends: no way leads through them.

    Points on such an edge are reached from its other end, so nothing is lost and a third of the nodes is saved.
    """
    nodes = len(arcs.starts) - 1
    tails = np.repeat(np.arange(nodes, dtype=np.int32), np.diff(arcs.starts))
    ends = np.bincount(np.concatenate([edges.tail[used], edges.head[used]]), minlength=nodes)
    kept = (ends[tails] > 1) & (ends[arcs.heads] > 1)
    return Arcs(starts_of(tails[kept], nodes), arcs.heads[kept], arcs.costs[kept], arcs.stress[kept])


def on_mainland(arcs: Arcs, edges: EdgeTable, *, strong: bool) -> NDArray[np.bool_]:
    """Return for each edge whether it belongs to a part of the graph that is large, or as large as any."""
    nodes = len(arcs.starts) - 1
    if not nodes:
        return np.zeros(len(edges.tail), dtype=np.bool_)
    graph = csr_array((np.ones(len(arcs.heads)), arcs.heads, arcs.starts), shape=(nodes, nodes), copy=True)
    # With parallel arcs scipy's search for strong components does not end.
    graph.sum_duplicates()
    _, part = connected_components(graph, directed=True, connection="strong" if strong else "weak")
    size = np.bincount(part)
    large = size >= min(ISLAND_NODES, int(size.max()))
    same = part[edges.tail] == part[edges.head]
    return np.asarray(same & large[part[edges.tail]], dtype=np.bool_)
