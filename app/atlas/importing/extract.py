"""Reads the streets and places of an extract, block by block."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.atlas.importing.elements import Extract
from app.atlas.importing.keys import NODE_KEYS, WAY_KEYS
from app.atlas.importing.node_reader import NodeReader
from app.atlas.importing.pbf.file import PbfFile, iso_date
from app.atlas.importing.pbf.located_ways import Ways
from app.atlas.importing.pbf.positions import NodePositions
from app.atlas.importing.relations import Relations, read_relations
from app.atlas.importing.way_reader import WayReader
from app.errors import BadExtract

Progress = Callable[[float], None]


def read_extract(file: PbfFile, progress: Progress = lambda share: None) -> Extract:
    """Read streets and places. Raises BadExtract where the file is damaged or holds no streets."""
    with file.checked():
        last = file.last_blocks()
        extract, with_relations = _read(file, read_relations(last), progress)
        if with_relations > len(last):  # some stand elsewhere: read again, knowing what all of them say
            extract, _ = _read(file, read_relations(file.blocks_with_relations()), progress)
    if not extract.streets.tags:
        raise BadExtract(file=file.name, why="it holds no streets")
    return extract


def _read(file: PbfFile, relations: Relations, progress: Progress) -> tuple[Extract, int]:
    """Return what a file holds, and how many of its blocks hold relations."""
    extract = Extract(file.box, routes=relations.routes, house_streets=relations.house_streets)
    extract.trail_ways = frozenset(relations.trail_ways)
    nodes, ways = NodeReader(extract, relations), WayReader(extract, relations)
    parts = np.array(sorted(relations.area_ways), dtype=np.int64)
    positions, lines, newest, with_relations = NodePositions(), Ways(), 0, 0
    for count, block in enumerate(file.blocks()):
        progress(count / len(file))
        with_relations += block.has_relations
        positions.add(block)
        for node in block.nodes(NODE_KEYS):
            nodes.read(node)
        for ways_of_block in block.ways():
            lines.add(ways_of_block, ways_of_block.with_keys(WAY_KEYS, parts))
        newest = newest if file.date else max(newest, block.newest())
    for way in lines.located(positions):
        ways.read(way)
    ways.finish()
    extract.data_date = file.date or iso_date(newest)
    return extract, with_relations
