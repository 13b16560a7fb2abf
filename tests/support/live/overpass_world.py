"""What the Overpass stand-in knows: the elements of one extract, and which of them lie in a box."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import osmium
import shapely

from app.geo import Box, Floats

Tags = dict[str, str]
Members = list[tuple[str, int, str]]


class Ids(NamedTuple):
    """A set of elements."""

    nodes: frozenset[int] = frozenset()
    ways: frozenset[int] = frozenset()
    relations: frozenset[int] = frozenset()

    def joined(self, other: Ids) -> Ids:
        """Return the elements of both."""
        return Ids(*(mine | its for mine, its in zip(self, other, strict=True)))


@dataclass(slots=True)
class World:
    """All elements of an extract. Of ways that it cuts, the missing nodes are left out: a server has no such ways."""

    node_tags: dict[int, Tags] = field(default_factory=dict)
    positions: dict[int, tuple[float, float]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], Tags]] = field(default_factory=dict)
    relations: dict[int, tuple[Members, Tags]] = field(default_factory=dict)
    #: When the data is from, as the server writes it.
    timestamp: str = ""
    _tree: shapely.STRtree | None = None
    _boxes: dict[Box, Ids] = field(default_factory=dict)

    def within(self, box: Box) -> Ids:
        """Return the nodes in a box, the ways that touch it, and the relations with such members."""
        if box not in self._boxes:
            nodes = frozenset(node for node, position in self.positions.items() if box.contains(*position))
            ways = self._ways_within(box)
            self._boxes[box] = Ids(nodes, ways, self._relations_of(nodes, ways))
        return self._boxes[box]

    def _ways_within(self, box: Box) -> frozenset[int]:
        if self._tree is None:
            lines = [shapely.LineString(self._corners(refs)) for refs, _ in self.ways.values()]
            self._tree = shapely.STRtree(np.array(lines, dtype=object))
        ids = list(self.ways)
        return frozenset(ids[row] for row in self._tree.query(shapely.box(*box), predicate="intersects").tolist())

    def _corners(self, refs: list[int]) -> Floats:
        corners = np.array([self.positions[ref][::-1] for ref in refs])
        return corners if len(corners) > 1 else np.concatenate((corners, corners))

    def _relations_of(self, nodes: frozenset[int], ways: frozenset[int]) -> frozenset[int]:
        known = {"node": nodes, "way": ways, "relation": frozenset[int]()}
        return frozenset(
            relation
            for relation, (members, _) in self.relations.items()
            if any(ref in known[kind] for kind, ref, _ in members)
        )


KINDS = {"n": "node", "w": "way", "r": "relation"}


@cache
def world_of(extract: Path) -> World:
    """Read an extract, once in a process."""
    world, newest = World(), datetime.datetime.fromtimestamp(0, datetime.UTC)
    for element in osmium.FileProcessor(str(extract)):
        newest = max(newest, element.timestamp)
        tags = {tag.k: tag.v for tag in element.tags}
        if isinstance(element, osmium.osm.Node):
            world.positions[element.id] = (element.location.lat, element.location.lon)
            if tags:
                world.node_tags[element.id] = tags
        elif isinstance(element, osmium.osm.Way):
            refs = [node.ref for node in element.nodes if node.ref in world.positions]
            if refs:
                world.ways[element.id] = (refs, tags)
        elif isinstance(element, osmium.osm.Relation):
            world.relations[element.id] = ([(KINDS[m.type], m.ref, m.role) for m in element.members], tags)
    world.timestamp = _told(extract) or f"{newest:%Y-%m-%dT%H:%M:%SZ}"
    return world


def _told(extract: Path) -> str:
    """Return the time of the data by the header of a file, "" where it has none."""
    reader = osmium.io.Reader(str(extract))
    try:
        return str(reader.header().get("osmosis_replication_timestamp"))
    finally:
        reader.close()
