"""Squares, platforms and piers: areas that people walk straight across, from any side to any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.rules.walk import Tags, may_walk, way_class
from app.atlas.streets.tiling import Floats, Integers
from app.geo import METRES_PER_DEGREE, metres_per_degree_lon

#: Classes of area that are open ground to whoever may walk there.
OPEN_CLASSES = frozenset({"pedestrian", "footway", "path", "platform", "pier", "corridor"})
#: Those that are areas without area=yes.
DECKS = frozenset({"platform", "pier"})

#: Points along an edge lie no further apart than this, or than the second number of them leaves room for.
EDGE_STEP_M, MOST_STEPS = 20.0, 16
#: No more points of an edge than this are joined straight to each other: where ways end first, then corners.
MOST_JOINED = 24
#: A way across saves at least this share and these metres of the way along the edge.
WORTH_SHARE, WORTH_M = 0.1, 5.0
#: Where an edge turns by more than this (radians) is a corner that ways across may touch.
CORNER = 0.35
#: Along an area that is narrower than this on the whole, such as a platform, its edge is as good as a line across: it
#: is only crossed from side to side, by lines no longer than the second number, of which there is one every 20 to 50 m.
NARROW_M, FROM_SIDE_TO_SIDE_M = 8.0, 25.0
#: A line that leaves an area by less than this (metres) runs along its edge.
ON_EDGE_M = 0.2


class Ring(NamedTuple):
    """The closed edge of an area or of a hole in it: its nodes, and a (lon, lat) row for each, the first one twice."""

    refs: Integers
    points: Floats


class Square(NamedTuple):
    """An area to walk on, with the id of its way or, negative, of its relation; the outer ring stands first."""

    way_id: int
    tags: Mapping[str, str]
    rings: tuple[Ring, ...]


def is_square(tags: Tags, *, is_closed: bool) -> bool:
    """Return whether a way or relation is an area that anybody may walk across."""
    kind = way_class(tags)
    if not is_closed or kind not in OPEN_CLASSES or tags.get("area") == "no" or tags.get("indoor") == "yes":
        return False
    return (tags.get("area") == "yes" or kind in DECKS) and may_walk(tags)


def with_squares(ways: StreetWays, squares: Sequence[Square] = ()) -> StreetWays:
    """Return the ways with lines across all areas; `squares` are those that are relations.

    The edge of each gets more nodes, and straight lines between those that see each other. Ways that meet the edge
    share its nodes, and so lead onto it.
    """
    rows = [row for row, tags in enumerate(ways.tags) if is_square(tags, is_closed=_is_ring(ways, row))]
    found = [*(_square_of(ways, row) for row in rows), *squares]
    if not found:
        return ways
    doors = _doors(ways, rows, found)
    is_open = [_leads_somewhere(square, doors) for square in found]
    found = [square for square, leads in zip(found, is_open, strict=True) if leads]
    kept = ways.pick(np.setdiff1d(np.arange(len(ways.tags)), np.array(rows, dtype=np.int64)[is_open[: len(rows)]]))
    if not found:
        return kept
    fresh, lines = _Fresh(), []
    for square in sorted(found, key=lambda each: (each.way_id, each.rings[0].refs.tolist())):
        across = _tags_across(square.tags)
        lines += [(square.way_id, across, ring) for ring in _drawn(square, doors, fresh)]
    return _joined(kept, lines)


def _doors(ways: StreetWays, rows: Sequence[int], squares: Sequence[Square]) -> frozenset[int]:
    """Return the nodes where ways or other areas meet the edges of areas; `rows` are those that are ways."""
    corners = np.concatenate([np.unique(np.concatenate([ring.refs for ring in square.rings])) for square in squares])
    other = ways.pick(np.setdiff1d(np.arange(len(ways.tags)), rows))
    refs, times = np.unique(corners, return_counts=True)
    return frozenset(refs[(times > 1) | np.isin(refs, other.refs)].tolist())


def _leads_somewhere(square: Square, doors: frozenset[int]) -> bool:
    """Return whether people get to an area and on: one that is joined at one place alone is a strip of pavement.

    Who went there from the street beside it would walk round by that place. A pier has one end.
    """
    met = {ref for ring in square.rings for ref in ring.refs.tolist()} & doors
    return len(met) > (0 if way_class(square.tags) in DECKS else 1)


def _is_ring(ways: StreetWays, row: int) -> bool:
    first, last = int(ways.offsets[row]), int(ways.offsets[row + 1]) - 1
    return last - first >= 3 and ways.refs[first] == ways.refs[last]


def _square_of(ways: StreetWays, row: int) -> Square:
    nodes = slice(int(ways.offsets[row]), int(ways.offsets[row + 1]))
    ring = Ring(ways.refs[nodes], np.column_stack((ways.lons[nodes], ways.lats[nodes])))
    return Square(int(ways.way_ids[row]), ways.tags[row], (ring,))


class _Fresh:
    """Numbers nodes that no map has."""

    def __init__(self) -> None:
        self._count = 0

    def refs(self, count: int) -> Integers:
        """Return so many new ones."""
        self._count += count
        return -np.arange(self._count - count + 1, self._count + 1, dtype=np.int64)


def _tags_across(tags: Tags) -> dict[str, str]:
    """Return the tags of lines across: no street of the pattern, and no cycle path though one may ride there."""
    across = {**tags, "area": "yes"}
    if tags.get("highway") == "path":
        across["highway"] = "footway"
    if across.get("bicycle") == "designated":
        across["bicycle"] = "yes"
    return across


def _drawn(square: Square, doors: frozenset[int], fresh: _Fresh) -> Iterator[Ring]:
    """Yield the edges with their new nodes, and the lines across."""
    first = square.rings[0]
    area = shapely.Polygon(_metres(first), [_metres(ring, first) for ring in square.rings[1:]])
    if not area.is_valid:
        yield from square.rings
        return
    longest = FROM_SIDE_TO_SIDE_M if area.area < NARROW_M / 2 * area.exterior.length else np.inf
    rings = [_with_steps(ring, fresh) for ring in square.rings]
    yield from rings
    ground = area.buffer(ON_EDGE_M)
    shapely.prepare(ground)
    nodes, points, along = _joinable(rings, doors)
    tail, head = np.triu_indices(len(points), 1)
    straight = np.hypot(*(points[tail] - points[head]).T)
    by_edge = _by_edge(along[tail], along[head])
    worth = (straight <= longest) & (straight < by_edge * (1 - WORTH_SHARE)) & (straight < by_edge - WORTH_M)
    ends = np.column_stack((tail[worth], head[worth]))
    seen = np.asarray(shapely.covers(ground, shapely.linestrings(points[ends])), dtype=np.bool_)
    yield from map(Ring, nodes.refs[ends[seen]], nodes.points[ends[seen]])


def _with_steps(ring: Ring, fresh: _Fresh) -> Ring:
    """Return a ring with new nodes on its long sides."""
    metres = _metres(ring)
    sides = np.hypot(*np.diff(metres, axis=0).T)
    step = max(EDGE_STEP_M, float(sides.sum()) / MOST_STEPS)
    pieces = np.maximum(np.ceil(sides / step), 1).astype(np.int64)
    side = np.repeat(np.arange(len(sides)), pieces)
    place = np.arange(len(side)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (place / pieces[side])[:, None]
    points = ring.points[side] + share * (ring.points[side + 1] - ring.points[side])
    refs = ring.refs[side].copy()
    refs[place > 0] = fresh.refs(int((place > 0).sum()))
    return Ring(np.append(refs, refs[0]), np.vstack((points, points[:1])))


def _joinable(rings: Sequence[Ring], doors: frozenset[int]) -> tuple[Ring, Floats, Floats]:
    """Return the nodes to join across, in degrees and in metres.

    (ring, metres along it, its length) rows tell where each lies.
    """
    metres = [_metres(ring, rings[0]) for ring in rings]
    refs = np.concatenate([ring.refs[:-1] for ring in rings])
    degrees = np.concatenate([ring.points[:-1] for ring in rings])
    points = np.concatenate([of_ring[:-1] for of_ring in metres])
    along = np.concatenate([_along(number, of_ring) for number, of_ring in enumerate(metres)])
    is_corner = np.concatenate([_turns(of_ring) > CORNER for of_ring in metres])
    _, once = np.unique(refs, return_index=True)
    is_door = np.array([ref in doors for ref in refs[once].tolist()], dtype=np.bool_)
    ranks = np.where(is_door, 0, np.where(is_corner[once], 1, 2))
    groups = [np.sort(once[ranks == rank]) for rank in range(3)]
    order: list[int] = []
    for group in groups:
        left = MOST_JOINED - len(order)
        order += group[:: max(1, -(-len(group) // max(left, 1)))].tolist() if left else []
    chosen = np.sort(np.array(order, dtype=np.int64))
    return Ring(refs[chosen], degrees[chosen]), points[chosen], along[chosen]


def _turns(metres: Floats) -> Floats:
    """Return by how much a ring turns at each node, in radians."""
    sides = np.diff(metres, axis=0)
    before = np.roll(sides, 1, axis=0)
    cross, dot = before[:, 0] * sides[:, 1] - before[:, 1] * sides[:, 0], (before * sides).sum(axis=1)
    turns: Floats = np.abs(np.arctan2(cross, dot))
    return turns


def _along(number: int, metres: Floats) -> Floats:
    sides = np.hypot(*np.diff(metres, axis=0).T)
    total = float(sides.sum())
    return np.column_stack((np.full(len(sides), number), np.cumsum(sides) - sides, np.full(len(sides), total)))


def _by_edge(tail: Floats, head: Floats) -> Floats:
    """Return the metres along the edge between places on one ring; infinity between different rings."""
    apart = np.abs(tail[:, 1] - head[:, 1])
    by_edge: Floats = np.where(tail[:, 0] == head[:, 0], np.minimum(apart, tail[:, 2] - apart), np.inf)
    return by_edge


def _metres(ring: Ring, around: Ring | None = None) -> Floats:
    """Return (x, y) rows in metres from the first node of a ring."""
    lon, lat = (around or ring).points[0]
    metres: Floats = (ring.points - (lon, lat)) * (metres_per_degree_lon(float(lat)), METRES_PER_DEGREE)
    return metres


def _joined(ways: StreetWays, lines: Sequence[tuple[int, dict[str, str], Ring]]) -> StreetWays:
    """Return ways with more lines behind them."""
    counts = [len(ring.refs) for _, _, ring in lines]
    points = np.concatenate([ring.points for _, _, ring in lines])
    across = StreetWays(
        way_ids=np.array([way_id for way_id, _, _ in lines], dtype=np.int64),
        tags=[tags for _, tags, _ in lines],
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        refs=np.concatenate([ring.refs for _, _, ring in lines]),
        lons=points[:, 0].copy(),
        lats=points[:, 1].copy(),
    )
    return ways_together(ways, across)


def ways_together(*parts: StreetWays) -> StreetWays:
    """Return ways of several sources one after the other."""
    starts = np.cumsum([0, *(part.offsets[-1] for part in parts[:-1])])
    return StreetWays(
        way_ids=np.concatenate([part.way_ids for part in parts]),
        tags=[tags for part in parts for tags in part.tags],
        offsets=np.concatenate([[0], *(part.offsets[1:] + start for part, start in zip(parts, starts, strict=True))]),
        refs=np.concatenate([part.refs for part in parts]),
        lons=np.concatenate([part.lons for part in parts]),
        lats=np.concatenate([part.lats for part in parts]),
    )
