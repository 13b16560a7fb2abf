"""Writes the network of a region from its streets: graphs, shapes and the street pattern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.arrays import (
    HOMES_DIR,
    SNAP,
    Bytes,
    EdgeFlag,
    EdgeShapes,
    EdgeTable,
    Exits,
    Ints32,
    NetworkFiles,
    NodeTable,
    UseTable,
)
from app.atlas.streets.build import graph, pattern
from app.atlas.streets.build.edges import StreetEdges, cut_into_edges
from app.atlas.streets.build.graph import NodeOrder
from app.atlas.streets.build.homes import exits_of, home_streets, walked_parts
from app.atlas.streets.build.ways import StreetWays, Use, UseNumbers, drives_left
from app.atlas.streets.dividers import DividerLines, DividerTable, divider_table
from app.atlas.streets.naming import NAMELESS, name_number
from app.atlas.streets.rules.bike import NO_CYCLING
from app.atlas.streets.snapping import cells_of_segments
from app.atlas.streets.tiling import SNAP_CELLS, TileIndex, to_steps

Mask = NDArray[np.bool_]


def compile_network(
    ways: StreetWays,
    barriers: Mapping[int, Mapping[str, str]],
    directory: Path,
    dividers: DividerLines | None = None,
) -> None:
    """Write the walking, cycling and driving graphs of a region into a directory, for `Network.open`.

    The files depend on the ways alone, not on their order. `barriers` holds the tags of nodes with a barrier, by id.
    Private streets are a network of their own in a folder beside it, if there are any.
    """
    ways = ways.in_order()
    lines = _divider_table(dividers or DividerLines.none())
    numbers = UseNumbers(drives_left=drives_left(ways))
    cut = cut_into_edges(ways, barriers, numbers)
    files = _compiled(ways, cut, numbers.uses, lines)
    homes = home_streets(ways, cut, barriers, walked_parts(files))
    if homes is None:
        files.write(directory)
        return
    numbers = UseNumbers(residents=True)
    private = ways.pick(homes.ways)
    cut_private = cut_into_edges(private, barriers, numbers)
    replace(files, exits=exits_of(homes, cut_private, numbers.uses, cut)).write(directory)
    _compiled(private, cut_private, numbers.uses, lines).write(directory / HOMES_DIR)


def _compiled(ways: StreetWays, cut: StreetEdges, of_uses: list[Use], dividers: DividerTable) -> NetworkFiles:
    order = graph.order_nodes(cut)
    uses = graph.use_table(of_uses)
    edges = _edge_table(ways, cut, order)
    nodes = len(order.old)
    walk = graph.walk_arcs(edges, uses, nodes)
    bike = graph.bike_arcs(edges, uses, nodes)
    car = graph.car_arcs(edges, uses, nodes)
    usable = _usable(edges, uses)
    flags = _flags(
        addressed=_of_edges(edges, [use.has_addresses for use in of_uses]),
        bridge=_of_edges(edges, [use.is_bridge for use in of_uses]),
        walkable=usable.walk & ~cut.is_link,
        on_walk_mainland=graph.on_mainland(walk, edges, strong=False),
        drivable=usable.car & ~cut.is_link,
        on_car_mainland=graph.on_mainland(car, edges, strong=True),
    )
    car = graph.without_leaves(car, edges, usable.car)
    junctions, blocks = pattern.junctions_and_blocks(cut, of_uses)
    return NetworkFiles(
        nodes=NodeTable(order.tiles, to_steps(cut.node_lats[order.old]), to_steps(cut.node_lons[order.old])),
        edges=replace(edges, flags=flags),
        uses=uses,
        walk=graph.without_leaves(walk, edges, usable.walk),
        bike=graph.without_leaves(bike, edges, usable.bike),
        car=car,
        main=graph.main_roads(car, edges, of_uses, order.tiles),
        shapes=_shapes(cut),
        junctions=junctions,
        blocks=blocks,
        pieces=pattern.street_pieces(cut, of_uses),
        dividers=dividers,
        exits=Exits(np.empty(0, dtype=SNAP), np.empty(0, dtype=SNAP)),
    )


def _of_edges(edges: EdgeTable, of_uses: list[bool]) -> Mask:
    """Return what is said of uses for each edge."""
    return np.array(of_uses or [False], dtype=np.bool_)[edges.use]


def _divider_table(lines: DividerLines) -> DividerTable:
    is_last = np.zeros(len(lines.lats), dtype=np.bool_)
    is_last[lines.starts[1:] - 1] = True
    return divider_table(lines, cells_of_segments(lines.lats, lines.lons, is_last))


class _Usable(NamedTuple):
    """Which edges each mode can use in at least one direction; a bicycle can be pushed wherever one may walk."""

    walk: Mask
    bike: Mask
    car: Mask


def _usable(edges: EdgeTable, uses: UseTable) -> _Usable:
    on_foot = np.isfinite(np.minimum(uses.walk_pace_ahead, uses.walk_pace_against))
    ridden = np.maximum(uses.stress_ahead, uses.stress_against) > NO_CYCLING
    by_car = np.isfinite(np.minimum(uses.car_pace_ahead, uses.car_pace_against))
    return _Usable(on_foot[edges.use], (on_foot | ridden)[edges.use], by_car[edges.use])


def _flags(
    *, addressed: Mask, bridge: Mask, walkable: Mask, on_walk_mainland: Mask, drivable: Mask, on_car_mainland: Mask
) -> Bytes:
    """Return where an address may be: never on a barrier's link, rather not on an island, a bridge or the like."""
    flags = (
        walkable * np.uint8(EdgeFlag.WALK)
        + drivable * np.uint8(EdgeFlag.CAR)
        + (walkable & addressed & on_walk_mainland) * np.uint8(EdgeFlag.WALK_MAIN)
        + (drivable & addressed & on_car_mainland) * np.uint8(EdgeFlag.CAR_MAIN)
        + (walkable & on_walk_mainland) * np.uint8(EdgeFlag.WALK_JOINED)
        + bridge * np.uint8(EdgeFlag.BRIDGE)
    )
    return np.asarray(flags, dtype=np.uint8)


def _edge_table(ways: StreetWays, cut: StreetEdges, order: NodeOrder) -> EdgeTable:
    return EdgeTable(
        tail=order.new[cut.tail].astype(np.int32),
        head=order.new[cut.head].astype(np.int32),
        length_m=cut.length_m.astype(np.float32),
        use=cut.use.astype(np.int32),
        flags=np.zeros(len(cut.tail), dtype=np.uint8),
        name=_names(ways)[cut.way],
    )


def _names(ways: StreetWays) -> Ints32:
    """Return the number of each way's name, and at the end that of a link, which has none."""
    names = [tags.get("name", "") for tags in ways.tags]
    numbers = {name: name_number(name) for name in set(names)}
    return np.array([*(numbers[name] for name in names), NAMELESS], dtype=np.int32)


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
