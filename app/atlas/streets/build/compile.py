"""The main roads of a region boiled down to their junctions: what a long drive is searched on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets import graph
from app.atlas.streets.arrays import Arcs, Bytes, EdgeShapes, EdgeTable, MainRoads, NetworkFiles, NodeTable, UseTable
from app.atlas.streets.build import pattern
from app.atlas.streets.build.edges import StreetEdges, cut_into_edges
from app.atlas.streets.build.ways import StreetWays, Use, UseNumbers, drives_left
from app.atlas.streets.graph import EdgeFlag, NodeOrder, starts_of
from app.atlas.streets.rules.bike_stress import NO_CYCLING
from app.atlas.streets.snapping import cells_of_segments
from app.atlas.streets.tiling import SNAP_CELLS, TileIndex, to_steps

#: Cost of an arc by its head, for each node.
_Star = dict[int, float]

Mask = NDArray[np.bool_]


def main_roads(car: Arcs, edges: EdgeTable, uses: list[Use], tiles: TileIndex) -> MainRoads:
    """Keep the main roads' junctions with each other, with the driving seconds between neighbours.

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


def _stars(car: Arcs, edges: EdgeTable, is_main: np.ndarray) -> tuple[dict[int, _Star], dict[int, _Star]]:
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


def _laid_out(kept: np.ndarray, out: dict[int, _Star], tiles: TileIndex) -> MainRoads:
    rows = [(tail, head, cost) for tail in kept.tolist() for head, cost in sorted(out.get(tail, {}).items())]
    tails, heads = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    keys = np.repeat(tiles.keys, np.diff(tiles.starts))[kept]
    return MainRoads(
        tiles=TileIndex(tiles.size, *_index(keys)),
        node=kept.astype(np.int32),
        arcs=Arcs(
            starts=starts_of(np.searchsorted(kept, tails).astype(np.int32), len(kept)),
            heads=np.searchsorted(kept, heads).astype(np.int32),
            costs=np.array([row[2] for row in rows], dtype=np.float32),
            stress=np.zeros(len(rows), dtype=np.uint8),
        ),
    )


def _index(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    unique, first = np.unique(keys, return_index=True)
    return unique, np.append(first, len(keys)).astype(np.int64)


def compile_network(ways: StreetWays, barriers: Mapping[int, Mapping[str, str]], directory: Path) -> None:
    """Write the walking, cycling and driving graphs of a region into a directory, for `Network.open`.

    The files depend on the ways alone, not on their order. `barriers` holds the tags of nodes with a barrier, by id.
    """
    ways = ways.in_order()
    numbers = UseNumbers(drives_left=drives_left(ways))
    cut = cut_into_edges(ways, barriers, numbers)
    order = graph.order_nodes(cut)
    uses = graph.use_table(numbers.uses)
    edges = _edge_table(cut, order)
    nodes = len(order.old)
    walk = graph.walk_arcs(edges, uses, nodes)
    bike = graph.bike_arcs(edges, uses, nodes)
    car = graph.car_arcs(edges, uses, nodes)
    usable = _usable(edges, uses)
    flags = _flags(
        addressed=np.array([use.has_addresses for use in numbers.uses] or [True], dtype=np.bool_)[edges.use],
        walkable=usable.walk & ~cut.is_link,
        on_walk_mainland=graph.on_mainland(walk, edges, strong=False),
        drivable=usable.car & ~cut.is_link,
        on_car_mainland=graph.on_mainland(car, edges, strong=True),
    )
    car = graph.without_leaves(car, edges, usable.car)
    junctions, blocks = pattern.junctions_and_blocks(cut, numbers.uses)
    NetworkFiles(
        nodes=NodeTable(order.tiles, to_steps(cut.node_lats[order.old]), to_steps(cut.node_lons[order.old])),
        edges=replace(edges, flags=flags),
        uses=uses,
        walk=graph.without_leaves(walk, edges, usable.walk),
        bike=graph.without_leaves(bike, edges, usable.bike),
        car=car,
        main=main_roads(car, edges, numbers.uses, order.tiles),
        shapes=_shapes(cut),
        junctions=junctions,
        blocks=blocks,
        pieces=pattern.street_pieces(cut, numbers.uses),
    ).write(directory)


class _Usable(NamedTuple):
    """Which edges each mode can use in at least one direction; a bicycle can be pushed wherever one may walk."""

    walk: Mask
    bike: Mask
    car: Mask


def _usable(edges: EdgeTable, uses: UseTable) -> _Usable:
    on_foot = np.isfinite(uses.walk_pace)
    ridden = np.maximum(uses.stress_ahead, uses.stress_against) > NO_CYCLING
    by_car = np.isfinite(np.minimum(uses.car_pace_ahead, uses.car_pace_against))
    return _Usable(on_foot[edges.use], (on_foot | ridden)[edges.use], by_car[edges.use])


def _flags(*, addressed: Mask, walkable: Mask, on_walk_mainland: Mask, drivable: Mask, on_car_mainland: Mask) -> Bytes:
    """Say where an address may be: never on a barrier's link, rather not on an island, a tunnel or a motorway."""
    flags = (
        walkable * np.uint8(EdgeFlag.WALK)
        + drivable * np.uint8(EdgeFlag.CAR)
        + (walkable & addressed & on_walk_mainland) * np.uint8(EdgeFlag.WALK_MAIN)
        + (drivable & addressed & on_car_mainland) * np.uint8(EdgeFlag.CAR_MAIN)
    )
    return np.asarray(flags, dtype=np.uint8)


def _edge_table(cut: StreetEdges, order: NodeOrder) -> EdgeTable:
    return EdgeTable(
        tail=order.new[cut.tail].astype(np.int32),
        head=order.new[cut.head].astype(np.int32),
        length_m=cut.length_m.astype(np.float32),
        use=cut.use.astype(np.int32),
        flags=np.zeros(len(cut.tail), dtype=np.uint8),
    )


def _shapes(cut: StreetEdges) -> EdgeShapes:
    edge = np.repeat(np.arange(len(cut.tail), dtype=np.int32), np.diff(cut.point_starts))
    is_last = np.ones(len(edge), dtype=np.bool_)
    is_last[:-1] = np.diff(edge) > 0
    cells, segments = cells_of_segments(cut.point_lats, cut.point_lons, is_last)
    return EdgeShapes(
        lat=to_steps(cut.point_lats),
        lon=to_steps(cut.point_lons),
        along_m=cut.point_along.astype(np.float32),
        edge=edge,
        cells=TileIndex.of_sorted(SNAP_CELLS, cells),
        segments=segments.astype(np.int32),
    )
