"""An extract as it is: every tagged element with its tags and its shape in metres."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import osmium
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize

Tags = Mapping[str, str]
XY = tuple[float, float]

#: The mean radius of the Earth as a sphere gives these metres for a degree.
METRES_PER_DEGREE = 111_195.0
#: A closed way with none of these is a line that comes back to where it began: a roundabout, a fence.
AREA_KEYS = frozenset({
    *("building", "landuse", "leisure", "amenity", "shop", "natural", "tourism", "healthcare", "office", "man_made"),
    *("aeroway", "area", "place", "public_transport", "boundary", "power", "sport", "historic", "craft"),
})  # fmt: skip
#: Keys that say nothing of what a thing is.
SILENT_KEYS = frozenset({"type", "source", "created_by", "note", "fixme"})


@dataclass(frozen=True, slots=True)
class Thing:
    """A tagged element. `osm_id` is its letter and number."""

    osm_id: str
    tags: Tags
    shape: BaseGeometry


@dataclass
class World:
    """All elements of one extract, in metres on a plane around its middle."""

    origin: XY = (0.0, 0.0)
    nodes: dict[int, XY] = field(default_factory=dict)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: dict[int, tuple[Tags, list[int]]] = field(default_factory=dict)
    relations: dict[int, tuple[Tags, list[tuple[str, int, str]]]] = field(default_factory=dict)
    _shapes: dict[str, BaseGeometry | None] = field(default_factory=dict)

    def xy(self, lat: float, lon: float) -> XY:
        """Return a point in metres east and north of the middle."""
        lat_0, lon_0 = self.origin
        east = (lon - lon_0) * METRES_PER_DEGREE * math.cos(math.radians(lat_0))
        return east, (lat - lat_0) * METRES_PER_DEGREE

    def lat_lon(self, point: XY) -> XY:
        """Return the degrees of a point in metres."""
        lat_0, lon_0 = self.origin
        east = METRES_PER_DEGREE * math.cos(math.radians(lat_0))
        return lat_0 + point[1] / METRES_PER_DEGREE, lon_0 + point[0] / east

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """Every tagged element whose shape is in the extract."""
        return tuple(self._things())

    @cached_property
    def by_id(self) -> Mapping[str, Thing]:
        """The same by letter and number."""
        return {thing.osm_id: thing for thing in self.things}

    def _things(self) -> Iterator[Thing]:
        for letter, tagged in (("n", self.node_tags), ("w", self.ways), ("r", self.relations)):
            for number in tagged:
                osm_id = f"{letter}{number}"
                tags = self.tags_of(osm_id)
                shape = self.shape_of(osm_id) if tags else None
                if shape is not None and not shape.is_empty:
                    yield Thing(osm_id, tags, shape)

    def is_whole(self, osm_id: str) -> bool:
        """Return whether all nodes of a way are there: an extract cut by a box holds only some."""
        number = int(osm_id[1:])
        return osm_id[0] != "w" or all(ref in self.nodes for ref in self.ways[number][1])

    def tags_of(self, osm_id: str) -> Tags:
        """Return an element's tags; a multipolygon of the old style has those of its outer ways."""
        letter, number = osm_id[0], int(osm_id[1:])
        if letter == "n":
            return self.node_tags.get(number, {})
        if letter == "w":
            return self.ways[number][0]
        tags, members = self.relations[number]
        if tags.get("type") != "multipolygon" or not SILENT_KEYS.issuperset(tags):
            return tags
        outer = [
            self.ways[ref][0] for kind, ref, role in members if kind == "w" and role != "inner" and ref in self.ways
        ]
        return {key: value for tags_of_way in (*outer, tags) for key, value in tags_of_way.items()}

    def shape_of(self, osm_id: str) -> BaseGeometry | None:
        """Return an element's point, line or area, None where the extract holds too little of it."""
        if osm_id not in self._shapes:
            letter, number = osm_id[0], int(osm_id[1:])
            shapes = {"n": self._point, "w": self._line_or_area, "r": self._area_or_lines}
            self._shapes[osm_id] = shapes[letter](number)
        return self._shapes[osm_id]

    def _point(self, number: int) -> BaseGeometry | None:
        return Point(self.nodes[number]) if number in self.nodes else None

    def _line_or_area(self, number: int) -> BaseGeometry | None:
        tags, refs = self.ways[number]
        points = [self.nodes[ref] for ref in refs if ref in self.nodes]
        if len(points) < 2:
            return Point(points[0]) if points else None
        if refs[0] == refs[-1] and len(points) > 3 and is_area(tags):
            return whole(Polygon(points))
        return LineString(points)

    def _area_or_lines(self, number: int) -> BaseGeometry | None:
        tags, members = self.relations[number]
        if tags.get("type") == "site":
            return self._site(members)
        if tags.get("type") not in ("multipolygon", "boundary"):
            return None
        outer, inner = self._lines(members, inner=False), self._lines(members, inner=True)
        rings = [whole(area) for area in polygonize(outer)] if outer else []
        if not rings:
            return MultiLineString(outer) if outer else None
        holes = [whole(area) for area in polygonize(inner)] if inner else []
        return shapely.difference(shapely.union_all(rings), shapely.union_all(holes))

    def _lines(self, members: list[tuple[str, int, str]], *, inner: bool) -> list[LineString]:
        refs = [ref for kind, ref, role in members if kind == "w" and (role == "inner") is inner and ref in self.ways]
        lines = [[self.nodes[node] for node in self.ways[ref][1] if node in self.nodes] for ref in refs]
        return [LineString(points) for points in lines if len(points) > 1]

    def _site(self, members: list[tuple[str, int, str]]) -> BaseGeometry | None:
        points = [self.nodes[ref] for kind, ref, _ in members if kind == "n" and ref in self.nodes]
        return MultiPoint(points) if points else None


def is_area(tags: Tags) -> bool:
    """Return whether a closed way is the ground inside it."""
    if tags.get("area") == "no" or ("highway" in tags and tags.get("area") != "yes"):
        return False
    return not AREA_KEYS.isdisjoint(tags)


def whole(area: Polygon) -> BaseGeometry:
    """Return an area whose outline may cross itself as one that can be measured."""
    return area if area.is_valid else shapely.make_valid(area)


def read_world(extract: Path) -> World:
    """Read an extract, one element after the other."""
    world = World(origin=_middle(extract))
    for element in osmium.FileProcessor(str(extract)):
        tags = {tag.k: tag.v for tag in element.tags}
        if element.is_node():
            world.nodes[element.id] = world.xy(element.location.lat, element.location.lon)
            if tags:
                world.node_tags[element.id] = tags
        elif element.is_way():
            world.ways[element.id] = (tags, [node.ref for node in element.nodes])
        elif element.is_relation():
            world.relations[element.id] = (tags, [(m.type, m.ref, m.role) for m in element.members])
    return world


def _middle(extract: Path) -> XY:
    """Return the median latitude and longitude of the nodes: a header's box may lie."""
    lats, lons = [], []
    for node in osmium.FileProcessor(str(extract), osmium.osm.NODE):
        lats.append(node.location.lat)
        lons.append(node.location.lon)
    return sorted(lats)[len(lats) // 2], sorted(lons)[len(lons) // 2]
