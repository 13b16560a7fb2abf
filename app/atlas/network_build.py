"""Compiling the streets of an extract to the arrays that searches read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.atlas import street_graph, street_pattern
from app.atlas.bike_stress import NO_CYCLING
from app.atlas.main_roads import main_roads
from app.atlas.network_files import EdgeTable, NetworkFiles, NodeTable, Shapes
from app.atlas.snapping import cells_of_segments
from app.atlas.street_edges import StreetEdges, cut_into_edges
from app.atlas.street_graph import EdgeFlag, NodeOrder
from app.atlas.street_ways import StreetWays, UseNumbers, drives_left
from app.atlas.tiling import SNAP_CELLS, TileIndex, to_steps


def compile_network(ways: StreetWays, barriers: Mapping[int, Mapping[str, str]], directory: Path) -> None:
    """Write the walking, cycling and driving graphs of a region into a directory, for `Network.open`.

    The files depend on the ways alone, not on their order. `barriers` holds the tags of nodes with a barrier, by id.
    """
    ways = ways.in_order()
    numbers = UseNumbers(drives_left=drives_left(ways))
    cut = cut_into_edges(ways, barriers, numbers)
    order = street_graph.order_nodes(cut)
    uses = street_graph.use_table(numbers.uses)
    edges = _edge_table(cut, order)
    nodes = len(order.old)
    walk = street_graph.walk_arcs(edges, uses, nodes)
    bike = street_graph.bike_arcs(edges, uses, nodes)
    car = street_graph.car_arcs(edges, uses, nodes)
    on_foot = np.isfinite(uses.walk_pace)[edges.use]
    by_car = np.isfinite(np.minimum(uses.car_pace_ahead, uses.car_pace_against))[edges.use]
    by_bike = on_foot | (np.maximum(uses.stress_ahead, uses.stress_against) > NO_CYCLING)[edges.use]
    # The links through barriers are never an address, so they get no flags.
    walkable, drivable = on_foot & ~cut.is_link, by_car & ~cut.is_link
    # Nor is a tunnel or a motorway, where another street is as near.
    addressed = np.array([use.has_addresses for use in numbers.uses] or [True], dtype=np.bool_)[edges.use]
    flags = (
        walkable * np.uint8(EdgeFlag.WALK)
        + drivable * np.uint8(EdgeFlag.CAR)
        + (walkable & addressed & street_graph.on_mainland(walk, edges, strong=False)) * np.uint8(EdgeFlag.WALK_MAIN)
        + (drivable & addressed & street_graph.on_mainland(car, edges, strong=True)) * np.uint8(EdgeFlag.CAR_MAIN)
    )
    car = street_graph.without_leaves(car, edges, by_car)
    junctions, blocks = street_pattern.junctions_and_blocks(cut, numbers.uses)
    NetworkFiles(
        nodes=NodeTable(order.tiles, to_steps(cut.node_lats[order.old]), to_steps(cut.node_lons[order.old])),
        edges=replace(edges, flags=flags.astype(np.uint8)),
        uses=uses,
        walk=street_graph.without_leaves(walk, edges, on_foot),
        bike=street_graph.without_leaves(bike, edges, by_bike),
        car=car,
        main=main_roads(car, edges, numbers.uses, order.tiles),
        shapes=_shapes(cut),
        junctions=junctions,
        blocks=blocks,
        pieces=street_pattern.street_pieces(cut, numbers.uses),
    ).write(directory)


def _edge_table(cut: StreetEdges, order: NodeOrder) -> EdgeTable:
    return EdgeTable(
        tail=order.new[cut.tail].astype(np.int32),
        head=order.new[cut.head].astype(np.int32),
        length_m=cut.length_m.astype(np.float32),
        use=cut.use.astype(np.int32),
        flags=np.zeros(len(cut.tail), dtype=np.uint8),
    )


def _shapes(cut: StreetEdges) -> Shapes:
    edge = np.repeat(np.arange(len(cut.tail), dtype=np.int32), np.diff(cut.point_starts))
    is_last = np.ones(len(edge), dtype=np.bool_)
    is_last[:-1] = np.diff(edge) > 0
    cells, segments = cells_of_segments(cut.point_lats, cut.point_lons, is_last)
    return Shapes(
        lat=to_steps(cut.point_lats),
        lon=to_steps(cut.point_lons),
        along_m=cut.point_along.astype(np.float32),
        edge=edge,
        cells=TileIndex.of_sorted(SNAP_CELLS, cells),
        segments=segments.astype(np.int32),
    )
