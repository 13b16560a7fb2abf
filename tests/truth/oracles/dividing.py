"""What nobody crosses between a door and a way: rivers, water from shore to shore, rails and motorways."""

from __future__ import annotations

from collections.abc import Iterator

import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from tests.truth.oracles.world import XY, Tags, World

#: What lies this near to rails, such as a platform, is reached over them (metres).
BESIDE_RAILS_M = 15.0
#: A line that touches something within this of its end has not crossed it (metres).
AT_END_M = 1.0

#: Who has a smaller pond before the door walks round it.
LEAST_WATER_M2 = 5_000.0

FAST = frozenset({"motorway", "motorway_link"})
RAILS = frozenset({"rail", "light_rail", "subway", "narrow_gauge"})


class Ground:
    """The water, rails and motorways of an extract."""

    def __init__(self, world: World) -> None:
        shapes: dict[str, list[BaseGeometry]] = {kind: [] for kind in ("water", "river", "rails", "motorway")}
        for kind, shape in _shapes(world):
            shapes[kind].append(shape)
        self._trees = {kind: shapely.STRtree(found) for kind, found in shapes.items()}

    def is_open(self, point: XY, within_m: float) -> bool:
        """Return whether nothing of the kind lies near a point."""
        here = Point(point)
        return all(not len(tree.query(here, predicate="dwithin", distance=within_m)) for tree in self._trees.values())

    def divides(self, point: XY, foot: XY) -> bool:
        """Return whether somebody at a point cannot simply go to the foot of the way beside it."""
        line = LineString([point, foot])
        if line.length <= 2 * AT_END_M:
            return False
        inside = substring(line, AT_END_M, line.length - AT_END_M)
        if self._meets("motorway", inside) or self._meets("river", inside):
            return True
        if self._meets("rails", inside) and not self._is_beside_rails(point):
            return True
        return any(_from_shore_to_shore(area, point, foot) for area in self._met("water", inside))

    def _meets(self, kind: str, line: LineString) -> bool:
        return len(self._trees[kind].query(line, predicate="intersects")) > 0

    def _met(self, kind: str, line: LineString) -> list[BaseGeometry]:
        tree = self._trees[kind]
        return [tree.geometries[row] for row in tree.query(line, predicate="intersects")]

    def _is_beside_rails(self, point: XY) -> bool:
        return len(self._trees["rails"].query(Point(point), predicate="dwithin", distance=BESIDE_RAILS_M)) > 0


def _from_shore_to_shore(area: BaseGeometry, point: XY, foot: XY) -> bool:
    """Return whether both ends stand on land: a houseboat and a pier are reached from their bank."""
    return not area.intersects(Point(point)) and not area.intersects(Point(foot))


def _shapes(world: World) -> Iterator[tuple[str, BaseGeometry]]:
    for osm_id, tags in _tagged(world):
        kind = _kind(tags)
        shape = world.shape_of(osm_id) if kind else None
        if kind and shape is not None and (kind != "water" or shape.area >= LEAST_WATER_M2):
            yield kind, shape


def _tagged(world: World) -> Iterator[tuple[str, Tags]]:
    yield from ((f"w{number}", tags) for number, (tags, _) in world.ways.items())
    yield from ((f"r{number}", world.tags_of(f"r{number}")) for number in world.relations)


def _kind(tags: Tags) -> str:
    if any(tags.get(key, "no") != "no" for key in ("tunnel", "bridge", "covered", "disused", "abandoned")):
        return ""
    if tags.get("highway") in FAST and "foot" not in tags:
        return "motorway"
    if tags.get("railway") in RAILS and tags.get("location") != "underground":
        return "rails"
    if tags.get("waterway") in ("river", "canal") and tags.get("intermittent") != "yes":
        return "river"
    return "water" if tags.get("natural") == "water" and tags.get("intermittent") != "yes" else ""
