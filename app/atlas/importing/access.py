"""Where a person enters an area: its gates, and where a street crosses its edge; else the edge nearest to a street."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from app.atlas.facts import SNAP_M
from app.atlas.importing.elements import Gate, Shape
from app.atlas.importing.outlines import Outlines
from app.atlas.streets.network import Network
from app.atlas.streets.snapping import SNAP
from app.geo import Floats, Geometries, Projection

Ints = NDArray[np.int64]

#: A stray path counts as this much further off than a street that is _joined to the others.
STRAY_M = 1_000.0

#: A crossing lies on its street; where none is this near, that street is not for walkers.
ON_STREET_M = 5.0

#: Points of such an edge count when they are at most this much further from a street than the nearest one.
EDGE_SLACK_M = 25.0

#: Streets are looked for within this of an edge first, and only where there is none as far as for anything else.
NEAR_EDGE_M = 120.0


def snap_areas(
    shapes: Sequence[Shape], outlines: Outlines, streets: shapely.STRtree, gates: Mapping[int, Gate],
    network: Network, projection: Projection,
) -> list[bytes]:  # fmt: skip
    """Return for each area the packed snaps of its ways in; empty where no walkable street is near."""
    edges = np.where(outlines.is_area, shapely.boundary(outlines.metres), outlines.metres)
    gated, crossed = _gates_of(shapes, gates, projection), _crossings_of(edges, streets)
    ways_in = _joined(gated, crossed)
    snaps = _snapped(ways_in, network, projection)
    is_gate = np.arange(len(snaps)) < len(gated.owner)
    good = (snaps["edge"] >= 0) & (is_gate | (snaps["offset"] <= ON_STREET_M))
    found = _grouped(snaps[good], ways_in.owner[good], len(shapes))
    # A stray path drawn inside an area leads nowhere: what has no other way in is reached along its edge.
    joined_to_rest = np.zeros(len(shapes), dtype=bool)
    joined_to_rest[ways_in.owner[good & network.on_mainland(snaps)]] = True
    found = [access if joined_to_rest[row] else b"" for row, access in enumerate(found)]
    for within_m in (NEAR_EDGE_M, SNAP_M):
        missing = np.array([row for row, access in enumerate(found) if not access], dtype=np.int64)
        points = _edge_points_of(edges, missing)
        snaps = _snapped(points, network, projection, within_m)
        for row, access in zip(missing, _near_edges(missing, points, snaps, network, within_m), strict=True):
            found[row] = access
    return found


def snap_points(points_deg: Floats, network: Network, *, over_rails: ArrayLike = False) -> list[bytes]:
    """Return the packed snap of each (lon, lat) point; empty where no walkable street is near.

    What lies on tracks, as stations do, is reached over them.
    """
    snaps = network.snap(points_deg[:, 1], points_deg[:, 0], over_rails=over_rails)
    return [snap.tobytes() if snap["edge"] >= 0 else b"" for snap in snaps]


def _near_edges(
    rows: Ints, points: _Entrances, snaps: NDArray[np.void], network: Network, within_m: float
) -> list[bytes]:
    """Return the packed snaps of the points of each area that are nearest to a street, rather than to a stray path."""
    position = np.searchsorted(rows, points.owner)
    stray = np.where(network.on_mainland(snaps), 0.0, STRAY_M)
    offsets = np.where(snaps["edge"] >= 0, snaps["offset"] + stray, np.inf)
    nearest = np.full(len(rows), np.inf)
    np.minimum.at(nearest, position, offsets)
    nearest[(nearest > within_m) & (within_m < SNAP_M)] = -np.inf  # a street further away may do better
    near = (snaps["edge"] >= 0) & (offsets <= nearest[position] + EDGE_SLACK_M)
    return _grouped(snaps[near], position[near], len(rows))


def _snapped(
    entrances: _Entrances, network: Network, projection: Projection, within_m: float = SNAP_M
) -> NDArray[np.void]:
    if not len(entrances.owner):
        return np.empty(0, dtype=SNAP)
    degrees = projection.points_to_degrees(entrances.points)
    return network.snap(degrees[:, 1], degrees[:, 0], within_m)


#: More ways in than this add nothing to the nearest one.
MOST_ENTRANCES = 24


def _grouped(snaps: NDArray[np.void], owner: Ints, count: int) -> list[bytes]:
    """Pack the distinct snaps of each owner, at most MOST_ENTRANCES of them, evenly chosen."""
    order = np.lexsort((snaps["offset"], snaps["along"], snaps["edge"], owner))
    bounds = np.searchsorted(owner[order], np.arange(count + 1))
    packed = []
    for start, end in pairwise(bounds.tolist()):
        own = np.unique(snaps[order[start:end]])
        if len(own) > MOST_ENTRANCES:
            own = own[np.linspace(0, len(own) - 1, MOST_ENTRANCES).astype(np.int64)]
        packed.append(own.tobytes())
    return packed


@dataclass(frozen=True, slots=True)
class _Entrances:
    """Points in metres, each with the row of the area that it leads into."""

    points: Floats
    owner: Ints

    @classmethod
    def none(cls) -> _Entrances:
        """Return no entrance at all."""
        return cls(np.empty((0, 2)), np.empty(0, dtype=np.int64))


def _joined(*parts: _Entrances) -> _Entrances:
    """Return entrances of several kinds together."""
    return _Entrances(np.concatenate([p.points for p in parts]), np.concatenate([p.owner for p in parts]))


#: barrier=* that one may go through, and access=* of those that let nobody in; doors that are none for visitors.
GATES = frozenset(
    [
        "gate",
        "entrance",
        "swing_gate",
        "kissing_gate",
        "lift_gate",
        "wicket_gate",
        "hampshire_gate",
        "cycle_barrier",
        "bollard",
        "stile",
        "turnstile",
        "sally_port",
        "toll_booth",
        "block",
        "motorcycle_barrier",
    ]
)

CLOSED = frozenset({"private", "no"})

BACK_DOORS = frozenset({"no", "emergency", "exit", "garage", "service", "home"})


def _gates_of(shapes: Sequence[Shape], gates: Mapping[int, Gate], projection: Projection) -> _Entrances:
    """Return the gates and doors on the outlines."""
    found = [
        (gate.lon, gate.lat, row)
        for row, shape in enumerate(shapes)
        for gate in (gates.get(ref) for ref in dict.fromkeys(shape.refs))
        if gate is not None and _lets_in(gate.tags)
    ]
    if not found:
        return _Entrances.none()
    columns = np.array(found)
    return _Entrances(projection.points_to_metres(columns[:, :2]), columns[:, 2].astype(np.int64))


def _lets_in(tags: Mapping[str, str]) -> bool:
    if tags.get("access") in CLOSED or tags.get("foot") in CLOSED:
        return False
    return tags.get("barrier") in GATES or tags.get("entrance", "no") not in BACK_DOORS


def _crossings_of(edges: Geometries, streets: shapely.STRtree) -> _Entrances:
    """Return the points where streets cross or touch the edges of areas."""
    row, street = streets.query(edges, predicate="intersects")
    order = np.lexsort((street, row))
    row, street = row[order], street[order]
    meeting = shapely.intersection(edges[row], streets.geometries[street])
    points, index = shapely.get_coordinates(meeting, return_index=True)
    return _thinned(_Entrances(points, row[index].astype(np.int64)))


#: _Entrances closer together than this are one.
SAME_ENTRANCE_M = 20.0


def _thinned(entrances: _Entrances) -> _Entrances:
    """Keep one of several points of an area that are closer than SAME_ENTRANCE_M: the first in reading order."""
    cells = np.floor(entrances.points / SAME_ENTRANCE_M).astype(np.int64)
    keys = np.column_stack((entrances.owner, cells))
    _, first = np.unique(keys, axis=0, return_index=True)
    first.sort()
    return _Entrances(entrances.points[first], entrances.owner[first])


#: Points looked at along an edge that no street crosses, one for each so many metres.
EDGE_STEP_M, FEWEST_EDGE_POINTS, MOST_EDGE_POINTS = 40.0, 4, 24


def _edge_points_of(edges: Geometries, rows: Ints) -> _Entrances:
    """Return points spread evenly along the edges of some areas."""
    lengths = shapely.length(edges[rows])
    counts = np.clip(lengths // EDGE_STEP_M, FEWEST_EDGE_POINTS, MOST_EDGE_POINTS).astype(np.int64)
    owner = np.repeat(rows, counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    along = place * np.repeat(lengths / counts, counts)
    lines = shapely.line_merge(edges)
    points = shapely.line_interpolate_point(_longest_lines(lines)[owner], along)
    return _Entrances(shapely.get_coordinates(points), owner)


def _longest_lines(lines: Geometries) -> Geometries:
    """Return each multi-line's longest part: the outer ring, nearly always."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    order = np.lexsort((shapely.length(parts), owner))
    last = np.searchsorted(owner[order], np.arange(len(lines)), side="right") - 1
    return parts[order[last]]
