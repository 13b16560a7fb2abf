"""Walks over the mapped ways, from below and from above: by all that may be walked, and by what surely may."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from tests.truth.oracles.dividing import Ground
from tests.truth.oracles.world import XY, Tags, World

#: As the page says: 80 metres in a minute, steps count double.
METRES_PER_MINUTE = 80.0
#: Nothing beyond this walk is looked at.
FARTHEST_MIN = 52.0
#: Side of a cell in which ways are looked for, in metres.
CELL_M = 60.0
#: A way further from a place than this is not surely the way to it.
SURELY_BESIDE_M = 50.0
#: Ways that differ by less in their distance from a point are equally near.
SAME_PLACE_M = 5.0
#: A place may be reached from any way no more than this farther than the nearest that leads anywhere.
AROUND_M = 40.0

SURE_CLASSES = frozenset({
    *("residential", "living_street", "pedestrian", "footway", "steps", "path", "unclassified", "tertiary"),
    *("secondary", "primary", "service", "tertiary_link", "secondary_link", "primary_link"),
})  # fmt: skip
NEVER_CLASSES = frozenset({
    *("motorway", "motorway_link", "construction", "proposed", "raceway", "abandoned", "razed", "disused", "planned"),
    *("bus_guideway", "no", "rest_area", "services", "bus_stop", "elevator_shaft", "via_ferrata"),
})  # fmt: skip
#: Any of these makes a way less than sure.
DOUBTS = ("access", "foot", "motorroad", "indoor", "tunnel", "conveying", "level", "layer", "location", "informal")
OPEN_VALUES = frozenset({"yes", "designated", "permissive", "public", "official", "no tunnel"})
#: Barriers that everybody on foot passes.
EASY_BARRIERS = frozenset({"bollard", "kerb", "block", "cycle_barrier", "entrance", "height_restrictor", "planter"})


def may_be_walked(tags: Tags) -> bool:
    """Return whether anybody at all might walk there: a resident on a private road included."""
    on_foot = tags.get("railway") == "platform" or tags.get("public_transport") == "platform"
    return on_foot or tags.get("man_made") == "pier" or tags.get("highway", "motorway") not in NEVER_CLASSES


def is_surely_walked(tags: Tags) -> bool:
    """Return whether everybody may walk there, without a doubt in the tags."""
    if tags.get("highway") not in SURE_CLASSES or tags.get("area") == "yes":
        return False
    if any(tags.get(key, "yes") not in OPEN_VALUES for key in DOUBTS):
        return False
    odd = any(key.startswith(("disused", "abandoned", "construction", "access:", "foot:")) for key in tags)
    apart = any(key.startswith("sidewalk") and value in ("separate", "no", "none") for key, value in tags.items())
    return not odd and not apart


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of way between two nodes, and its pace in minutes a metre."""

    tail: int
    head: int
    pace: float


@dataclass(frozen=True, slots=True)
class Join:
    """Where a point meets a step: metres to it, and metres on to its two ends."""

    step: Step
    offset_m: float
    to_tail_m: float
    to_head_m: float


class Walks:
    """One graph of ways as plain dicts, with the steps of each cell."""

    def __init__(self, world: World, *, sure: bool) -> None:
        self.nodes, self.sure = world.nodes, sure
        self.ends: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self.cells: dict[tuple[int, int], list[Step]] = defaultdict(list)
        self.names: dict[str, list[Step]] = defaultdict(list)
        self._blocked = {ref for ref, tags in world.node_tags.items() if sure and not _is_easy(tags)}
        for tags, refs in world.ways.values():
            if is_surely_walked(tags) if sure else may_be_walked(tags):
                self._add_way(tags, [ref for ref in refs if ref in world.nodes])
        self._add_squares(world)

    def _add_way(self, tags: Tags, refs: list[int]) -> None:
        pace = (2 if tags.get("highway") == "steps" else 1) / METRES_PER_MINUTE
        for tail, head in pairwise(refs):
            step = Step(tail, head, pace)
            self._connect(step)
            self.names[tags.get("name", "")].append(step)
            for cell in _cells_along(self.nodes[tail], self.nodes[head]):
                self.cells[cell].append(step)

    def _connect(self, step: Step) -> None:
        if step.tail in self._blocked or step.head in self._blocked:
            return
        minutes = math.dist(self.nodes[step.tail], self.nodes[step.head]) * step.pace
        self.ends[step.tail].append((step.head, minutes))
        self.ends[step.head].append((step.tail, minutes))

    def _add_squares(self, world: World) -> None:
        """Let people cross a square, a platform or a pier straight from any corner to any other.

        Surely, they cross what lies open between the two.
        """
        for osm_id, ring in _squares(world):
            corners = [ref for ref in dict.fromkeys(ring) if ref in self.nodes]
            joined = [ref for ref in corners if ref in self.ends][:150]
            pairs = [(tail, head) for tail in joined for head in joined if tail < head]
            if self.sure:
                pairs = self._seen(world, osm_id, pairs)
            for tail, head in pairs:
                self._connect(Step(tail, head, 1 / METRES_PER_MINUTE))

    def _seen(self, world: World, osm_id: str, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the pairs of corners between which a square is open ground, none where its tags leave a doubt."""
        tags, shape = world.tags_of(osm_id), world.shape_of(osm_id)
        plain = {key: value for key, value in tags.items() if key not in ("area", "type")}
        if tags.get("highway") != "pedestrian" or not is_surely_walked(plain) or shape is None or not shape.area:
            return []
        ground = shape.buffer(0.1)
        lines = [LineString([self.nodes[tail], self.nodes[head]]) for tail, head in pairs]
        return [pair for pair, line in zip(pairs, lines, strict=True) if ground.covers(line)]

    def joins(self, point: XY, spread_m: float, most_m: float) -> list[Join]:
        """Return where a point meets the steps up to some metres further than the nearest."""
        found: dict[int, Join] = {}
        for ring in (1, math.ceil((most_m + spread_m) / CELL_M)):
            for step in self._steps_near(point, ring):
                if id(step) not in found:
                    found[id(step)] = self.join(point, step)
            nearest = min((join.offset_m for join in found.values()), default=math.inf)
            if nearest + spread_m <= ring * CELL_M:
                break
        return [join for join in found.values() if join.offset_m <= min(nearest + spread_m, most_m)]

    def _steps_near(self, point: XY, ring: int) -> Iterator[Step]:
        column, row = _cell(point)
        for east in range(column - ring, column + ring + 1):
            for north in range(row - ring, row + ring + 1):
                yield from self.cells.get((east, north), ())

    def join(self, point: XY, step: Step) -> Join:
        """Return where a point meets a step."""
        (ax, ay), (bx, by) = self.nodes[step.tail], self.nodes[step.head]
        length = math.hypot(bx - ax, by - ay)
        along = ((point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay)) / length if length else 0.0
        along = min(max(along, 0.0), length)
        share = along / length if length else 0.0
        offset = math.hypot(point[0] - ax - share * (bx - ax), point[1] - ay - share * (by - ay))
        return Join(step, offset, along, length - along)

    def minutes_from(self, joins: Iterable[Join]) -> dict[int, float]:
        """Return the minutes to every node within the farthest walk, from wherever is best of some places."""
        best: dict[int, float] = {}
        queue: list[tuple[float, int]] = []
        for join in joins:
            start = join.offset_m / METRES_PER_MINUTE
            heapq.heappush(queue, (start + join.to_tail_m * join.step.pace, join.step.tail))
            heapq.heappush(queue, (start + join.to_head_m * join.step.pace, join.step.head))
        while queue:
            minutes, node = heapq.heappop(queue)
            if node in best or minutes > FARTHEST_MIN:
                continue
            best[node] = minutes
            for other, more in self.ends.get(node, ()):
                if other not in best:
                    heapq.heappush(queue, (minutes + more, other))
        return best


def _is_easy(tags: Tags) -> bool:
    """Return whether everybody passes a node, gates that may be locked left out."""
    if tags.get("access", "yes") not in OPEN_VALUES or tags.get("foot", "yes") not in OPEN_VALUES:
        return False
    return (tags.get("barrier", "kerb") in EASY_BARRIERS and "highway" not in tags) or "barrier" not in tags


def _squares(world: World) -> Iterator[tuple[str, list[int]]]:
    for number, (tags, refs) in world.ways.items():
        if may_be_walked(tags) and refs and refs[0] == refs[-1] and tags.get("junction") != "roundabout":
            yield f"w{number}", refs
    for number, (tags, members) in world.relations.items():
        if tags.get("type") == "multipolygon" and may_be_walked(tags):
            ways = [way for kind, way, _ in members if kind == "w" and way in world.ways]
            yield f"r{number}", [ref for way in ways for ref in world.ways[way][1]]


def _cell(point: XY) -> tuple[int, int]:
    return math.floor(point[0] / CELL_M), math.floor(point[1] / CELL_M)


def _cells_along(start: XY, end: XY) -> set[tuple[int, int]]:
    pieces = max(1, math.ceil(math.dist(start, end) / (CELL_M / 4)))
    shares = [number / pieces for number in range(pieces + 1)]
    return {_cell((start[0] + s * (end[0] - start[0]), start[1] + s * (end[1] - start[1]))) for s in shares}


@dataclass(frozen=True, slots=True)
class Access:
    """Where a place is reached: by anything near it, and by the ways that surely lead to it."""

    may: tuple[Join, ...]
    sure: tuple[Join, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A walk in minutes from below and from above; infinity where there is none."""

    least: float
    most: float


class Roads:
    """Both graphs of an extract, what stands in the way, and the access of each place."""

    def __init__(self, world: World) -> None:
        self.may, self.sure = Walks(world, sure=False), Walks(world, sure=True)
        self._obstacles = [shape for shape in _obstacles(world) if shape is not None]
        self._tree = shapely.STRtree(self._obstacles)
        self.ground = Ground(world)
        self._access: dict[str, Access] = {}
        self._wide: dict[str, tuple[Join, ...]] = {}

    def access(self, osm_id: str, shape: BaseGeometry) -> Access:
        """Return where a place is reached."""
        if osm_id not in self._access:
            points = _points_of(shape)
            may = [join for point in points for join in self._may_joins(point, AROUND_M, 250.0)]
            sure = [join for point in points for join in self._sure_joins(point)]
            self._access[osm_id] = Access(tuple(may), tuple(sure))
        return self._access[osm_id]

    def wide_joins(self, osm_id: str, shape: BaseGeometry) -> tuple[Join, ...]:
        """Return where a place meets any way around it, for one whose nearest ways lead nowhere."""
        if osm_id not in self._wide:
            joins = (join for point in _points_of(shape) for join in self._may_joins(point, 200.0, 250.0))
            self._wide[osm_id] = tuple(joins)
        return self._wide[osm_id]

    def _may_joins(self, point: XY, spread_m: float, most_m: float) -> list[Join]:
        """Return where a point may meet a way: across no water, rails or motorway, unless it is shut in by them."""
        joins = self.may.joins(point, spread_m, most_m)
        if self.ground.is_open(point, max((join.offset_m for join in joins), default=0.0)):
            return joins
        clear = [join for join in joins if not self.ground.divides(point, self._foot(join, self.may))]
        if not clear and spread_m < most_m:
            return self._may_joins(point, most_m, most_m)
        return clear or joins

    @staticmethod
    def _foot(join: Join, walks: Walks) -> XY:
        """Return the point of a way that is nearest."""
        share = join.to_tail_m / max(join.to_tail_m + join.to_head_m, 1e-9)
        tail, head = walks.nodes[join.step.tail], walks.nodes[join.step.head]
        return tail[0] + share * (head[0] - tail[0]), tail[1] + share * (head[1] - tail[1])

    def _sure_joins(self, point: XY) -> Iterator[Join]:
        """Yield where a point surely meets a way: beside it, with no other way nearer and nothing between."""
        nearest = min((join.offset_m for join in self.may.joins(point, 0.0, SURELY_BESIDE_M)), default=0.0)
        for join in self.sure.joins(point, 10.0, min(SURELY_BESIDE_M, nearest + SAME_PLACE_M)):
            if self._leads_straight(point, join):
                yield join

    def _leads_straight(self, point: XY, join: Join) -> bool:
        """Return whether nothing lies between a point and a way."""
        return self.is_clear(point, self._foot(join, self.sure))

    def is_clear(self, one: XY, other: XY) -> bool:
        """Return whether nothing that stops a walker lies between two points."""
        return one == other or not len(self._tree.query(LineString([one, other]), predicate="intersects"))

    def from_point(self, point: XY, street: str = "") -> Walk:
        """Return the walks from a point; an address may be on its own street rather than the nearest."""
        least = self.may.minutes_from(self._may_joins(point, 250.0 if street else 60.0, 400.0))
        nearest = sorted(self._sure_joins(point), key=lambda join: join.offset_m)[:1]
        runs = [self.sure.minutes_from(nearest)] if nearest else []
        own = [self.sure.join(point, step) for step in self.sure.names.get(street, ())] if street else []
        own = sorted((join for join in own if join.offset_m < SURELY_BESIDE_M), key=lambda join: join.offset_m)[:1]
        runs += [self.sure.minutes_from(own)] if own and self._leads_straight(point, own[0]) else []
        return Walk(self, point, least, runs)


class Walk:
    """The walks from one address to any place."""

    def __init__(self, roads: Roads, start: XY, least: Mapping[int, float], most: list[dict[int, float]]) -> None:
        self.roads, self.start, self._least, self._most = roads, start, least, most

    def to(self, osm_id: str, shape: BaseGeometry) -> Span:
        """Return the walk to a place."""
        if shape.contains(Point(self.start)):
            return Span(0.0, 0.0)
        access = self.roads.access(osm_id, shape)
        straight = shape.distance(Point(self.start)) / METRES_PER_MINUTE
        least = self._least_to(access.may)
        if math.isinf(least) and straight < FARTHEST_MIN:
            least = self._least_to(self.roads.wide_joins(osm_id, shape))
        most = [max(self._minutes(join, run) for join in access.sure) for run in self._most if access.sure]
        # Nothing is farther than a straight walk where that stays beside the start.
        least = min(least, straight if straight < 1.5 and self._is_open_to(shape) else math.inf)
        return Span(max(least, straight), max(most, default=math.inf))

    def _is_open_to(self, shape: BaseGeometry) -> bool:
        end = shapely.shortest_line(Point(self.start), shape).coords[-1]
        return not self.roads.ground.divides(self.start, (end[0], end[1]))

    def _least_to(self, joins: tuple[Join, ...]) -> float:
        """Return the shortest walk to the nearest ways, those that lead nowhere from here left out."""
        walks = [(join.offset_m, self._minutes(join, self._least)) for join in joins]
        reached = [(offset, minutes) for offset, minutes in walks if math.isfinite(minutes)]
        nearest = min((offset for offset, _ in reached), default=0.0)
        return min((minutes for offset, minutes in reached if offset <= nearest + AROUND_M), default=math.inf)

    @staticmethod
    def _minutes(join: Join, run: Mapping[int, float]) -> float:
        by_tail = run.get(join.step.tail, math.inf) + join.to_tail_m * join.step.pace
        by_head = run.get(join.step.head, math.inf) + join.to_head_m * join.step.pace
        return min(by_tail, by_head) + join.offset_m / METRES_PER_MINUTE


def _points_of(shape: BaseGeometry) -> list[XY]:
    """Return a point, or points along an outline no more than 25 m apart, 200 at most."""
    if isinstance(shape, Point):
        return [(shape.x, shape.y)]
    line = shape.boundary if shape.area else shape
    amount = min(200, max(4, math.ceil(line.length / 25)))
    points = [line.interpolate(number / amount, normalized=True) for number in range(amount)]
    return [(point.x, point.y) for point in points]


def _obstacles(world: World) -> Iterator[BaseGeometry | None]:
    for number, (tags, _) in world.ways.items():
        if tags.get("tunnel", "no") != "no":
            continue
        rail, road = tags.get("railway"), tags.get("highway")
        wet = tags.get("waterway") in ("river", "canal", "stream") or tags.get("natural") in ("water", "coastline")
        wall = tags.get("barrier") in ("wall", "fence", "city_wall", "retaining_wall", "hedge")
        if wet or wall or rail in ("rail", "light_rail", "subway") or road in ("motorway", "trunk"):
            yield world.shape_of(f"w{number}")
