"""Builds tiny but real .osm.pbf files: a town drawn in metres around one point."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

from app.geo import METRES_PER_DEGREE, Box, metres_per_degree_lon

LAT, LON = 48.0, 9.0
Tags = Mapping[str, str]
Point = tuple[float, float]
WHEN = datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)


def lat_lon(east_m: float, north_m: float) -> tuple[float, float]:
    """Return degrees for metres east and north of the town's middle."""
    return LAT + north_m / METRES_PER_DEGREE, LON + east_m / metres_per_degree_lon(LAT)


@dataclass
class Town:
    """Nodes, ways and relations are numbered as they come; a point used twice is one node."""

    when: datetime.datetime | None = WHEN
    nodes: dict[int, tuple[Point, Tags]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], Tags]] = field(default_factory=dict)
    relations: dict[int, tuple[list[tuple[str, int, str]], Tags]] = field(default_factory=dict)
    _by_point: dict[Point, int] = field(default_factory=dict)

    def node(self, east_m: float, north_m: float, tags: Tags | None = None) -> int:
        """Add a node, or tag the one that is there."""
        point = (float(east_m), float(north_m))
        number = self._by_point.setdefault(point, len(self.nodes) + 1)
        self.nodes[number] = (point, {**self.nodes.get(number, (point, {}))[1], **(tags or {})})
        return number

    def way(self, points: Sequence[Point], tags: Tags) -> int:
        """Add a line."""
        number = len(self.ways) + 1
        self.ways[number] = ([self.node(*point) for point in points], tags)
        return number

    def area(self, points: Sequence[Point], tags: Tags) -> int:
        """Add a closed way."""
        return self.way([*points, points[0]], tags)

    def square(self, east_m: float, north_m: float, side_m: float, tags: Tags) -> int:
        """Add a square from its south-west corner."""
        e, n = east_m + side_m, north_m + side_m
        return self.area([(east_m, north_m), (e, north_m), (e, n), (east_m, n)], tags)

    def relation(self, members: Sequence[tuple[str, int, str]], tags: Tags) -> int:
        """Add a relation of (type, id, role) members."""
        number = len(self.relations) + 1
        self.relations[number] = (list(members), tags)
        return number

    def street(self, name: str = "Main Street", north_m: float = 0.0, half_m: float = 500.0, **tags: str) -> int:
        """Add a straight street from west to east, with a node every 100 m."""
        count = round(half_m / 50) + 1
        points = [(-half_m + 2 * half_m * i / (count - 1), north_m) for i in range(count)]
        return self.way(points, {"highway": "residential", "name": name, **tags})

    def write(self, path: Path, box: Box | None = None, without_nodes: Sequence[int] = ()) -> Path:
        """Write the file, leaving out some nodes as an extract cut by a box does."""
        header = osmium.io.Header()
        if box is not None:
            low, high = osmium.osm.Location(box.min_lon, box.min_lat), osmium.osm.Location(box.max_lon, box.max_lat)
            header.add_box(osmium.osm.Box(low, high))
        with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
            for number, (point, tags) in self.nodes.items():
                if number not in without_nodes:
                    lat, lon = lat_lon(*point)
                    writer.add_node(Node(id=number, location=(lon, lat), tags=dict(tags), timestamp=self.when))
            for number, (refs, tags) in self.ways.items():
                writer.add_way(Way(id=number, nodes=refs, tags=dict(tags), timestamp=self.when))
            for number, (members, tags) in self.relations.items():
                writer.add_relation(Relation(id=number, members=members, tags=dict(tags), timestamp=self.when))
        return path


def small_town() -> Town:
    """Return a town with one street, a few houses, shops, a park and a stop."""
    town = Town()
    town.street()
    for number in range(1, 11):
        place = {"addr:housenumber": str(number), "addr:street": "Main Street", "addr:city": "Smallville"}
        town.node(-450 + 90 * number, 12 if number % 2 else -12, place)
    town.node(100, 10, {"shop": "supermarket", "name": "Market"})
    town.node(-200, 10, {"amenity": "cafe", "name": "Café Nord"})
    town.square(200, 20, 100, {"leisure": "park", "name": "Town Park"})
    town.node(0, 8, {"highway": "bus_stop", "name": "Middle"})
    town.node(0, 300, {"place": "town", "name": "Smallville"})
    return town
