"""The street of a point, its own or the nearest: a grid of small cells over the segments of all edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.atlas.streets.arrays import SNAP as SNAP
from app.atlas.streets.arrays import EdgeFlag, NetworkFiles
from app.atlas.streets.dividers import CLOSED_PENALTY_M, penalties_m
from app.atlas.streets.naming import NAMELESS, name_number
from app.atlas.streets.tiling import SNAP_CELLS, STEPS_PER_DEGREE, Floats, Integers, TileIndex, ranges, to_degrees
from app.geo import METRES_PER_DEGREE, distances_m

Snaps = NDArray[np.void]

#: A street on an island is taken only where the nearest one of the mainland is this much further.
ISLAND_PENALTY_M = 150.0

#: A bridge is taken only where the nearest street on the ground is this much further: it may lie above the house.
BRIDGE_PENALTY_M = 75.0

#: A house is snapped to the street that its address names unless another street is this much nearer, or a way without
#: a name, such as its drive, this much.
OTHER_STREET_M, NAMELESS_STREET_M = 250.0, 50.0

#: A nameless way this near to the point where a house meets its own street, and nearer to the house, is its pavement.
PAVEMENT_M = 12.0

#: Points looked at together; in a dense city each has hundreds of segments near.
_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of street is looked for, and how far away in metres."""

    max_m: float
    mode: EdgeFlag


@dataclass(frozen=True, slots=True)
class Points:
    """Points in degrees, and the number of the name of each one's own street (`naming.NAMELESS`: not known).

    `over_rails` tells the points where trains stop: these lie on rails, which are no hindrance to them.
    """

    lats: Floats
    lons: Floats
    names: Integers
    over_rails: NDArray[np.bool_]

    @classmethod
    def of(cls, lats: ArrayLike, lons: ArrayLike, streets: Sequence[str] = (), over_rails: ArrayLike = False) -> Points:
        """Return points in degrees, with the names of their own streets where these are known."""
        lat, lon = (np.atleast_1d(np.asarray(degrees, dtype=np.float64)) for degrees in (lats, lons))
        numbers = {street: name_number(street) for street in set(streets)}
        names = [numbers[street] for street in streets] if len(streets) else np.full(len(lat), NAMELESS)
        rails = np.broadcast_to(np.asarray(over_rails, dtype=np.bool_), lat.shape)
        return cls(lat, lon, np.asarray(names, dtype=np.int64), rails)

    def named_in(self, files: NetworkFiles) -> Points:
        """Return them without the names that no street has: whoever has one is looked for far away, in vain.

        The snaps are the same. One look at all names takes longer than a few points are worth.
        """
        is_there = np.isin(self.names, files.edges.name)
        return Points(self.lats, self.lons, np.where(is_there, self.names, NAMELESS), self.over_rails)

    def pick(self, rows: Integers | slice) -> Points:
        """Return some of them."""
        return Points(self.lats[rows], self.lons[rows], self.names[rows], self.over_rails[rows])


@dataclass(frozen=True, slots=True)
class Found:
    """The best place on a street for each point, its rank in metres, and whether it is on the point's own street."""

    snaps: Snaps
    rank: Floats
    is_own: NDArray[np.bool_]

    def put(self, rows: Integers | slice | NDArray[np.bool_], found: Found) -> None:
        """Replace some of them."""
        self.snaps[rows], self.rank[rows], self.is_own[rows] = found.snaps, found.rank, found.is_own

    @classmethod
    def none(cls, count: int) -> Found:
        """Return nothing for so many points."""
        nowhere = np.full(count, np.array((-1, 0.0, 0.0), dtype=SNAP))
        return cls(nowhere, np.full(count, np.inf), np.zeros(count, dtype=np.bool_))


def snap_points(files: NetworkFiles, points: Points, wish: Wish) -> Found:
    """Snap points to an edge within a distance: to their own street, else to the nearest one.

    Never to one beyond water, rails or a motorway; and over one shore only where nothing else is near.
    """
    if len(points.lats) > _CHUNK:
        points = points.named_in(files)
    found = Found.none(len(points.lats))
    for start in range(0, len(points.lats), _CHUNK):
        part = slice(start, start + _CHUNK)
        found.put(part, _snap_chunk(files, points.pick(part), wish))
    return found


def _snap_chunk(files: NetworkFiles, points: Points, wish: Wish) -> Found:
    lat = np.abs(points.lats).max(initial=0.0) + 0.01
    lon_cell_m = SNAP_CELLS.lon_step * METRES_PER_DEGREE * np.cos(np.radians(lat))
    cell_m = max(min(SNAP_CELLS.lat_step * METRES_PER_DEGREE, lon_cell_m), 1.0)
    reach = 1
    best = _nearest(files, points, reach, wish)
    while reach * cell_m < wish.max_m:
        # Anything not looked at yet is at least `reach` whole cells away.
        seen_m = reach * cell_m
        lacks_own = (points.names != NAMELESS) & ~best.is_own & (best.rank + OTHER_STREET_M > seen_m)
        again = np.flatnonzero((best.rank > seen_m) | lacks_own)
        if not len(again):
            break
        reach = min(reach * 4, int(np.ceil(wish.max_m / cell_m)))
        best.put(again, _nearest(files, points.pick(again), reach, wish))
    closed = best.rank >= CLOSED_PENALTY_M
    best.put(closed, Found.none(int(closed.sum())))
    return best


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Segments near points, by point, with the metres to each, how far along it that is (0 to 1), and its rank."""

    owner: Integers
    segment: Integers
    offset: Floats
    share: Floats
    rank: Floats

    def pick(self, rows: Integers | NDArray[np.bool_]) -> _Candidates:
        """Return some of them."""
        return _Candidates(self.owner[rows], self.segment[rows], self.offset[rows], self.share[rows], self.rank[rows])


def _nearest(files: NetworkFiles, points: Points, reach: int, wish: Wish) -> Found:
    """Look at all segments in the cells within `reach` cells of each point."""
    near, is_own = _ranked(files, points, reach, wish)
    if len(files.dividers.kind):
        _add_penalties(files, points, near)
    winner = _first_of_lowest(near.owner, near.rank)
    return _as_found(files, near.pick(winner), is_own[winner], len(points.lats))


#: How many more segments are looked at each time that something lies between a point and the best ones.
_MORE = 4


def _add_penalties(files: NetworkFiles, points: Points, near: _Candidates) -> None:
    """Add to the ranks of segments what lies between, until nothing of the best one's is left to add.

    Most points have nothing between them and the nearest street: the best few are looked at first.
    """
    rows, amount = np.arange(len(near.owner)), 1
    is_seen = np.zeros(len(rows), dtype=np.bool_)
    while len(rows):
        best = rows[_first_of_lowest(near.owner[rows], near.rank[rows])]
        open_owners = near.owner[best[~is_seen[best]]]
        rows = rows[np.isin(near.owner[rows], open_owners)]
        fresh = _first_few(near, rows[~is_seen[rows]], amount)
        near.rank[fresh] += _penalties(files, points, near.pick(fresh))
        is_seen[fresh] = True
        amount *= _MORE


def _first_few(near: _Candidates, rows: Integers, amount: int) -> Integers:
    """Return, of some rows, the few of the lowest rank of each owner."""
    if amount == 1:
        return rows[_first_of_lowest(near.owner[rows], near.rank[rows])]
    order = rows[np.lexsort((near.rank[rows], near.owner[rows]))]
    first = np.flatnonzero(np.diff(near.owner[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    return np.sort(order[place < amount])


def _as_found(files: NetworkFiles, chosen: _Candidates, is_own: NDArray[np.bool_], count: int) -> Found:
    found, shapes = Found.none(count), files.shapes
    along, end = shapes.along_m[chosen.segment], shapes.along_m[chosen.segment + 1]
    found.snaps["edge"][chosen.owner] = shapes.edge[chosen.segment]
    found.snaps["along"][chosen.owner] = along + chosen.share * (end - along)
    found.snaps["offset"][chosen.owner] = chosen.offset
    found.rank[chosen.owner] = chosen.rank
    found.is_own[chosen.owner] = is_own
    return found


def _ranked(files: NetworkFiles, points: Points, reach: int, wish: Wish) -> tuple[_Candidates, NDArray[np.bool_]]:
    """Return the usable segments near points, ranked without what lies between, and which are of their own streets."""
    owner, segment = _candidates(files.shapes.cells, files.shapes.segments, points, reach)
    usable = (files.edges.flags[files.shapes.edge[segment]] & int(wish.mode)) > 0
    owner, segment = owner[usable], segment[usable]
    offset, share = _project(files, points.lats[owner], points.lons[owner], segment)
    near = offset <= wish.max_m
    owner, segment, offset, share = owner[near], segment[near], offset[near], share[near]
    edge = files.shapes.edge[segment]
    name, flags = files.edges.name[edge], files.edges.flags[edge]
    is_own = (name == points.names[owner]) & (name != NAMELESS)
    is_own |= _is_pavement(files, _Candidates(owner, segment, offset, share, offset), is_own, name)
    has_own = np.zeros(len(points.lats), dtype=np.bool_)
    has_own[owner[is_own]] = True
    other_m = np.where(name == NAMELESS, NAMELESS_STREET_M, OTHER_STREET_M)
    rank = offset + np.where(has_own[owner] & ~is_own, other_m, 0.0)
    rank += np.where(flags & (int(wish.mode) << 2), 0.0, ISLAND_PENALTY_M)
    rank += np.where(((flags & EdgeFlag.BRIDGE) != 0) & ~is_own, BRIDGE_PENALTY_M, 0.0)
    return _Candidates(owner, segment, offset, share, rank), is_own


def _is_pavement(
    files: NetworkFiles, near: _Candidates, is_own: NDArray[np.bool_], name: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Return which candidates are the pavement of their point's own street: a nameless way on the way to it."""
    found = np.zeros(len(near.owner), dtype=np.bool_)
    own = np.flatnonzero(is_own)
    if not len(own):
        return found
    best = own[_first_of_lowest(near.owner[own], near.offset[own])]
    nameless = np.flatnonzero((name == NAMELESS) & np.isin(near.owner, near.owner[best]))
    street = best[np.searchsorted(near.owner[best], near.owner[nameless])]
    here, there = _on_segment(files, near.pick(nameless)), _on_segment(files, near.pick(street))
    beside = distances_m(*here, *there) <= PAVEMENT_M
    found[nameless] = beside & (near.offset[nameless] <= near.offset[street])
    return found


def _penalties(files: NetworkFiles, points: Points, near: _Candidates) -> Floats:
    """Return the metres that shores and the like add to the way from each point to its segment."""
    paths = np.column_stack((points.lats[near.owner], points.lons[near.owner], *_on_segment(files, near)))
    return penalties_m(files.dividers, paths, over_rails=points.over_rails[near.owner])


def _on_segment(files: NetworkFiles, near: _Candidates) -> tuple[Floats, Floats]:
    """Return where on its segment each candidate lies, in degrees."""
    shapes, at = files.shapes, near.segment
    lat, lon = to_degrees(shapes.lat[at]), to_degrees(shapes.lon[at])
    to_lat, to_lon = to_degrees(shapes.lat[at + 1]), to_degrees(shapes.lon[at + 1])
    return lat + near.share * (to_lat - lat), lon + near.share * (to_lon - lon)


def _candidates(
    cells: TileIndex, segments: NDArray[np.integer], points: Points, reach: int
) -> tuple[Integers, Integers]:
    """Return (point, segment) pairs for the square of cells around each point, by point."""
    around = np.arange(-reach, reach + 1)
    rows, west_col = SNAP_CELLS.rows(points.lats), SNAP_CELLS.cols(points.lons) - reach
    west = (rows[:, None] + around) * SNAP_CELLS.columns + west_col[:, None]
    low = cells.starts[np.searchsorted(cells.keys, west.ravel())]
    high = cells.starts[np.searchsorted(cells.keys, west.ravel() + 2 * reach, side="right")]
    row, place = ranges(low, high)
    return row // len(around), segments[place].astype(np.int64)


def _project(files: NetworkFiles, lats: Floats, lons: Floats, segment: Integers) -> tuple[Floats, Floats]:
    """Return metres from each point to its segment, and how far along the segment that is, 0 to 1."""
    squeeze = np.cos(np.radians(lats))
    start_x = (to_degrees(files.shapes.lon[segment]) - lons) * squeeze
    start_y = to_degrees(files.shapes.lat[segment]) - lats
    run_x = (files.shapes.lon[segment + 1] - files.shapes.lon[segment]) / STEPS_PER_DEGREE * squeeze
    run_y = (files.shapes.lat[segment + 1] - files.shapes.lat[segment]) / STEPS_PER_DEGREE
    square = run_x * run_x + run_y * run_y
    share = np.clip(-(start_x * run_x + start_y * run_y) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    return np.hypot(start_x + share * run_x, start_y + share * run_y) * METRES_PER_DEGREE, share


def _first_of_lowest(owner: Integers, rank: Floats) -> Integers:
    """Return, for each run of equal owners, where its lowest rank first stands."""
    if not len(owner):
        return np.empty(0, dtype=np.int64)
    is_first = np.concatenate([[True], np.diff(owner) > 0])
    lowest = np.minimum.reduceat(rank, np.flatnonzero(is_first))
    at = np.flatnonzero(rank == lowest[np.cumsum(is_first) - 1])
    return np.asarray(at[np.concatenate([[True], np.diff(owner[at]) > 0])], dtype=np.int64)


def position_of(files: NetworkFiles, snap: np.void) -> tuple[float, float]:
    """Return the latitude and longitude of a place on a street."""
    shapes, edge = files.shapes, int(snap["edge"])
    points = slice(*np.searchsorted(shapes.edge, [edge, edge + 1]).tolist())
    lat, lon = (
        np.interp(snap["along"], shapes.along_m[points], to_degrees(at[points])) for at in (shapes.lat, shapes.lon)
    )
    return float(lat), float(lon)


def cells_of_segments(lats: Floats, lons: Floats, is_last: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Return (cell, segment) pairs, sorted: each segment in every cell it may touch.

    A segment starts at each point but the last of an edge. Long ones are covered piece by piece.
    """
    segment = np.flatnonzero(~is_last)
    rows = np.abs(lats[segment + 1] - lats[segment]) / SNAP_CELLS.lat_step
    cols = np.abs(lons[segment + 1] - lons[segment]) / SNAP_CELLS.lon_step
    pieces = np.maximum(np.ceil(np.maximum(rows, cols)), 1).astype(np.int64)
    owner = np.repeat(segment, pieces)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = np.repeat(pieces, pieces)
    corners = [_between(lats, lons, owner, place / share), _between(lats, lons, owner, (place + 1) / share)]
    keys = [SNAP_CELLS.keys(lat, lon) for lat, _ in corners for _, lon in corners]
    # Nearly every piece lies in one cell: leave repeated corners out before sorting.
    fresh = [np.ones(len(owner), dtype=np.bool_)]
    fresh += [np.all([key != other for other in keys[:i]], axis=0) for i, key in enumerate(keys) if i]
    cells = np.concatenate([key[new] for key, new in zip(keys, fresh, strict=True)])
    return _sorted_once(cells, np.concatenate([owner[new] for new in fresh]))


def _sorted_once(cells: Integers, segments: Integers) -> tuple[Integers, Integers]:
    order = np.lexsort((segments, cells))
    cells, segments = cells[order], segments[order]
    first = np.ones(len(cells), dtype=np.bool_)
    first[1:] = (np.diff(cells) > 0) | (np.diff(segments) > 0)
    return cells[first], segments[first]


def _between(lats: Floats, lons: Floats, start: Integers, share: Floats) -> tuple[Floats, Floats]:
    lat = lats[start] + (lats[start + 1] - lats[start]) * share
    return lat, lons[start] + (lons[start + 1] - lons[start]) * share
