"""From edges to graphs: nodes numbered by tile, the arcs of each mode, islands, and main roads boiled down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from app.atlas.streets.arrays import Arcs, Bytes, EdgeTable, Floats32, Ints32, MainRoads, UseTable
from app.atlas.streets.build.edges import StreetEdges
from app.atlas.streets.build.ways import Use
from app.atlas.streets.rules.bike import BIKE_METRES_PER_SECOND
from app.atlas.streets.rules.walk import STEPS_STRESS, is_steps_pace
from app.atlas.streets.tiling import SEARCH_TILES, Integers, TileIndex


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
        np.array([use.walk_pace.forward for use in uses], dtype=np.float32),
        np.array([use.walk_pace.backward for use in uses], dtype=np.float32),
        np.array([use.stress.forward for use in uses], dtype=np.uint8),
        np.array([use.stress.backward for use in uses], dtype=np.uint8),
        np.array([use.car_pace.forward for use in uses], dtype=np.float32),
        np.array([use.car_pace.backward for use in uses], dtype=np.float32),
    )


def walk_arcs(edges: EdgeTable, uses: UseTable, nodes: int) -> Arcs:
    """Lay out the walking graph: seconds, the same both ways but for escalators; steps have a stress of their own."""
    ahead, against = uses.walk_pace_ahead[edges.use], uses.walk_pace_against[edges.use]
    is_steps = is_steps_pace(ahead) | is_steps_pace(against)
    stress = np.where(is_steps, np.uint8(STEPS_STRESS), np.uint8(0))
    return _arcs(edges, (edges.length_m * ahead, edges.length_m * against), nodes, (stress, stress))


def car_arcs(edges: EdgeTable, uses: UseTable, nodes: int) -> Arcs:
    """Lay out the driving graph: free-flow seconds."""
    ahead = edges.length_m * uses.car_pace_ahead[edges.use]
    return _arcs(edges, (ahead, edges.length_m * uses.car_pace_against[edges.use]), nodes)


def bike_arcs(edges: EdgeTable, uses: UseTable, nodes: int) -> Arcs:
    """Lay out the cycling graph: metres ridden, or pushed where riding is not allowed but walking is.

    A pushed metre counts `PUSHING` metres. It keeps the stress of the cars on the street, if there are any.
    """
    metres_pushed = edges.length_m * np.float32(BIKE_METRES_PER_SECOND)
    pushed = metres_pushed * uses.walk_pace_ahead[edges.use], metres_pushed * uses.walk_pace_against[edges.use]
    ahead, against = uses.stress_ahead[edges.use], uses.stress_against[edges.use]
    stress = np.maximum(np.maximum(ahead, against), 1)
    return _arcs(
        edges,
        (np.where(ahead > 0, edges.length_m, pushed[0]), np.where(against > 0, edges.length_m, pushed[1])),
        nodes,
        (np.where(ahead > 0, ahead, stress), np.where(against > 0, against, stress)),
    )


def without_leaves(arcs: Arcs, edges: EdgeTable, used: NDArray[np.bool_]) -> Arcs:
    """Leave out arcs to and from nodes where only one usable edge ends: no way leads through them.

    Points on such an edge are reached from its other end, so nothing is lost and a third of the nodes is saved.
    """
    nodes = len(arcs.starts) - 1
    tails = np.repeat(np.arange(nodes, dtype=np.int32), np.diff(arcs.starts))
    ends = np.bincount(np.concatenate([edges.tail[used], edges.head[used]]), minlength=nodes)
    kept = (ends[tails] > 1) & (ends[arcs.heads] > 1)
    return Arcs(_starts_of(tails[kept], nodes), arcs.heads[kept], arcs.costs[kept], arcs.stress[kept])


#: A part of the graph with fewer junctions than this, cut off from the rest, is an island.
ISLAND_NODES = 40


def on_mainland(arcs: Arcs, edges: EdgeTable, *, strong: bool) -> NDArray[np.bool_]:
    """Return for each edge whether it belongs to a part of the graph that is large, or as large as any."""
    part = _parts_of(arcs, strong=strong)
    if not len(part):
        return np.zeros(len(edges.tail), dtype=np.bool_)
    size = np.bincount(part)
    large = size >= min(ISLAND_NODES, int(size.max()))
    same = part[edges.tail] == part[edges.head]
    return np.asarray(same & large[part[edges.tail]], dtype=np.bool_)


def _parts_of(arcs: Arcs, *, strong: bool) -> Ints32:
    """Return for each node the number of the part of the graph that it is in."""
    nodes = len(arcs.starts) - 1
    if not nodes:
        return np.empty(0, dtype=np.int32)
    graph = csr_array((np.ones(len(arcs.heads)), arcs.heads, arcs.starts), shape=(nodes, nodes), copy=True)
    # With parallel arcs scipy's search for strong components does not end.
    graph.sum_duplicates()
    _, part = connected_components(graph, directed=True, connection="strong" if strong else "weak")
    return np.asarray(part, dtype=np.int32)


#: Cost of an arc by its head, for each node.
_Star = dict[int, float]


def main_roads(car: Arcs, edges: EdgeTable, uses: list[Use], tiles: TileIndex) -> MainRoads:
    """Keep the junctions of main roads with each other, and the driving seconds between neighbours: for long drives.

    Nodes between two neighbours are taken out one after the other, which changes no time between those that stay.
    """
    is_main = np.array([use.is_main_road for use in uses] or [False], dtype=np.bool_)[edges.use]
    on_main = np.zeros(len(car.starts) - 1, dtype=np.bool_)
    on_main[edges.tail[is_main]] = True
    on_main[edges.head[is_main]] = True
    out, back = _stars(car, edges, is_main)
    for node in np.flatnonzero(on_main).tolist():
        _take_out(node, out, back)
    kept = np.array(sorted(set(out) | set(back)), dtype=np.int64)
    return _laid_out(kept, out, tiles)


def _stars(car: Arcs, edges: EdgeTable, is_main: NDArray[np.bool_]) -> tuple[dict[int, _Star], dict[int, _Star]]:
    """Return the arcs along main roads by tail and by head, the cheapest of parallel ones."""
    pairs = {(a, b) for a, b in zip(edges.tail[is_main].tolist(), edges.head[is_main].tolist(), strict=True) if a != b}
    pairs |= {(b, a) for a, b in pairs}
    out: dict[int, _Star] = {}
    back: dict[int, _Star] = {}
    tails = np.repeat(np.arange(len(car.starts) - 1), np.diff(car.starts))
    for tail, head, cost in zip(tails.tolist(), car.heads.tolist(), car.costs.tolist(), strict=True):
        if (tail, head) in pairs:
            _join(tail, head, cost, out, back)
    return out, back


def _join(tail: int, head: int, cost: float, out: dict[int, _Star], back: dict[int, _Star]) -> None:
    cost = min(cost, out.get(tail, {}).get(head, cost))
    out.setdefault(tail, {})[head] = cost
    back.setdefault(head, {})[tail] = cost


def _take_out(node: int, out: dict[int, _Star], back: dict[int, _Star]) -> None:
    """Replace a node that joins just two others by the arcs between those."""
    if len(set(out.get(node, ())) | set(back.get(node, ()))) != 2:
        return
    ahead, behind = out.pop(node, {}), back.pop(node, {})
    for head in ahead:
        del back[head][node]
    for tail in behind:
        del out[tail][node]
    for tail, first in behind.items():
        for head, second in ahead.items():
            if tail != head:
                _join(tail, head, first + second, out, back)


def _laid_out(kept: Integers, out: dict[int, _Star], tiles: TileIndex) -> MainRoads:
    rows = [(tail, head, cost) for tail in kept.tolist() for head, cost in sorted(out.get(tail, {}).items())]
    tails, heads = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    keys = np.repeat(tiles.keys, np.diff(tiles.starts))[kept]
    return MainRoads(
        tiles=TileIndex.of_sorted(tiles.tiling, keys),
        node=kept.astype(np.int32),
        arcs=Arcs(
            starts=_starts_of(np.searchsorted(kept, tails).astype(np.int32), len(kept)),
            heads=np.searchsorted(kept, heads).astype(np.int32),
            costs=np.array([row[2] for row in rows], dtype=np.float32),
            stress=np.zeros(len(rows), dtype=np.uint8),
        ),
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
    return Arcs(_starts_of(tails[kept], nodes), heads[kept], cost[kept], levels[kept])


def _starts_of(tails: Ints32, nodes: int) -> Ints32:
    """Return where the arcs of each node start among arcs sorted by tail."""
    return np.concatenate([[0], np.cumsum(np.bincount(tails, minlength=nodes))]).astype(np.int32)
