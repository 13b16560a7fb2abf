"""The main roads of a region boiled down to their junctions: what a long drive is searched on."""

from __future__ import annotations

import numpy as np

from app.atlas.streets.arrays import Arcs, EdgeTable, MainRoads
from app.atlas.streets.graph import starts_of
from app.atlas.streets.tiling import TileIndex
from app.atlas.streets.ways import Use

#: Cost of an arc by its head, for each node.
_Star = dict[int, float]


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
