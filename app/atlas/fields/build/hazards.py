"""How far the nearest road, railway or works that people keep away from is from every point: one search a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.fields.fields import FAR, Numbers
from app.avoided import MEASURED, WIDE_LANES, Avoided
from app.geo import METRES_PER_DEGREE, Floats, Geometries
from app.places import Kind

Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Taken off before rounding up, so that 150 m are 150 m whatever the last bits say.
ROUNDING_M = 1e-6
#: The search goes this much further than is asked, since its map's scale is not exact.
SLACK = 1.002
#: Up to this distance it is quicker to look at all that is near than to search for the nearest.
ALL_PAIRS_M = 150.0


@dataclass(frozen=True, slots=True)
class FieldHazards:
    """The hazards of a region: of each the kind, the name, the lanes (None: not mapped), and the shape as WKB."""

    kinds: Sequence[Kind] = ()
    names: Sequence[str] = ()
    lanes: Sequence[int | None] = ()
    #: What each is mapped as.
    ids: Sequence[str] = ()
    shapes: Sequence[bytes] = ()


def metres_to_hazards(hazards: FieldHazards, lats: Floats, lons: Floats) -> Numbers:
    """Return whole metres, rounded up, from each point to the nearest of each of MEASURED; FAR where none is near."""
    points = _Points.of(lats, lons)
    rows = [_rounded(_metres(hazards, avoided, points), avoided) for avoided in MEASURED]
    return np.array(rows, dtype=np.uint16).reshape(len(MEASURED), len(lats))


def _rounded(metres: Floats, avoided: Avoided) -> Numbers:
    near = metres <= avoided.farthest_m
    return np.where(near, np.ceil(np.where(near, metres, 0.0) - ROUNDING_M), FAR).astype(np.uint16)


@dataclass(frozen=True, slots=True)
class _Points:
    """Points in degrees, and on a map that shows all directions at one scale (Mercator)."""

    lats: Floats
    lons: Floats
    on_map: Geometries
    tree: shapely.STRtree

    @classmethod
    def of(cls, lats: Floats, lons: Floats) -> _Points:
        on_map: Geometries = np.asarray(shapely.points(*_mercator(lons, lats)), dtype=object)
        return cls(lats, lons, on_map, shapely.STRtree(on_map))

    def near(self, pieces: Geometries, within_m: float) -> tuple[Rows, Rows]:
        """Return pairs of a piece and a point that may lie within a distance."""
        piece, point = self.tree.query(pieces, predicate="dwithin", distance=_on_map(within_m, self))
        return piece, point


def _mercator(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    """Return metres on the map: one of them is cos(latitude) metres on the ground."""
    north = np.degrees(np.arcsinh(np.tan(np.radians(lats))))
    return lons * METRES_PER_DEGREE, north * METRES_PER_DEGREE


@dataclass(frozen=True, slots=True)
class _Segments:
    """Straight pieces of lines and edges, in degrees, and the hazard (row) that each is of."""

    lons: Floats
    lats: Floats
    to_lons: Floats
    to_lats: Floats
    owner: Rows
    areas: Geometries

    @classmethod
    def of(cls, shapes: Geometries) -> _Segments:
        """Take shapes to pieces; a point is a piece without length."""
        parts, part_of = shapely.get_parts(shapes, return_index=True)
        is_area = shapely.get_dimensions(parts) == 2
        lines = np.where(is_area, shapely.boundary(parts), parts)
        lines, line_of = shapely.get_parts(lines, return_index=True)
        xy, at = shapely.get_coordinates(lines, return_index=True)
        first = np.flatnonzero(np.append(at[1:] == at[:-1], False)) if len(at) else np.empty(0, dtype=np.int64)
        alone = np.flatnonzero(np.bincount(at, minlength=len(lines))[at] == 1)
        start, end = np.concatenate((first, alone)), np.concatenate((first + 1, alone))
        owner = part_of[line_of[at[start]]]
        return cls(xy[start, 0], xy[start, 1], xy[end, 0], xy[end, 1], owner.astype(np.int64), parts[is_area])

    def on_map(self) -> Geometries:
        """Return the pieces as lines on the map of `_Points`."""
        start, end = _mercator(self.lons, self.lats), _mercator(self.to_lons, self.to_lats)
        return np.asarray(shapely.linestrings(np.stack((np.stack(start, 1), np.stack(end, 1)), 1)), dtype=object)

    def metres_from(self, points: _Points, point: Rows, piece: Rows) -> Floats:
        """Return the metres from points to pieces, in the scale of each point's own latitude."""
        lat, lon = points.lats[point], points.lons[point]
        squeeze = np.cos(np.radians(lat))
        x, y = (self.lons[piece] - lon) * squeeze, self.lats[piece] - lat
        run_x, run_y = (self.to_lons - self.lons)[piece] * squeeze, (self.to_lats - self.lats)[piece]
        square = run_x * run_x + run_y * run_y
        share = np.clip(-(x * run_x + y * run_y) / np.where(square > 0, square, 1.0), 0.0, 1.0)
        return np.asarray(np.hypot(x + share * run_x, y + share * run_y) * METRES_PER_DEGREE, dtype=np.float64)


def _metres(hazards: FieldHazards, avoided: Avoided, points: _Points) -> Floats:
    chosen = [row for row, kind in enumerate(hazards.kinds) if kind in avoided.kinds]
    counting = [row for row in chosen if hazards.kinds[row] not in avoided.wide_only or _is_wide(hazards.lanes[row])]
    metres = _to_nearest(_segments(hazards, counting), points, avoided.farthest_m)
    lesser = [row for row in chosen if hazards.kinds[row] in avoided.wide_only and hazards.names[row]]
    return np.minimum(metres, _to_pieces_without_lanes(hazards, lesser, points, avoided.farthest_m))


def _to_pieces_without_lanes(hazards: FieldHazards, rows: Sequence[int], points: _Points, within_m: float) -> Floats:
    """Return the metres to the nearest piece without lanes of a road whose nearest piece that has some is wide.

    A piece without lanes has those of the nearest piece of its road that has some, as a report takes it
    (`hazards_near.lanes_by_road`); so what counts depends on where one stands.
    """
    roads: dict[tuple[Kind, str], list[int]] = {}
    for row in rows:
        roads.setdefault((hazards.kinds[row], hazards.names[row]), []).append(row)
    metres = np.full(len(points.lats), np.inf)
    mixed = [pieces for pieces in roads.values() if _has_wide_and_unknown(hazards, pieces)]
    if not mixed or not len(points.lats):
        return metres
    pieces = np.concatenate(mixed)
    road_of = np.repeat(np.arange(len(mixed)), [len(road) for road in mixed])
    lanes = np.array([hazards.lanes[row] or 0 for row in pieces.tolist()])
    names = np.array([hazards.ids[row] for row in pieces.tolist()])
    segments = _segments(hazards, pieces.tolist())
    segment, point = points.near(segments.on_map(), within_m)
    apart = segments.metres_from(points, point, segment)
    near = np.flatnonzero(apart <= within_m)
    point, piece, apart = point[near], segments.owner[segment[near]], apart[near].round(6)
    order = np.lexsort((names[piece], apart, road_of[piece], point))
    point, piece, apart = point[order], piece[order], apart[order]
    road = point * len(mixed) + road_of[piece]
    is_known = lanes[piece] > 0
    wide = _first(road[is_known])
    is_wide_road = road[is_known][wide][lanes[piece][is_known][wide] >= WIDE_LANES]
    counts = ~is_known & np.isin(road, is_wide_road)
    np.minimum.at(metres, point[counts], apart[counts])
    return metres


def _first(groups: Rows) -> Rows:
    """Return where each group of equal neighbours begins."""
    return np.flatnonzero(np.diff(groups, prepend=-1) != 0)


def _has_wide_and_unknown(hazards: FieldHazards, pieces: Sequence[int]) -> bool:
    lanes = [hazards.lanes[row] for row in pieces]
    return any(map(_is_wide, lanes)) and not all(lanes)


def _is_wide(lanes: int | None) -> bool:
    return (lanes or 0) >= WIDE_LANES


def _segments(hazards: FieldHazards, rows: Sequence[int]) -> _Segments:
    return _Segments.of(np.asarray(shapely.from_wkb([hazards.shapes[row] for row in rows]), dtype=object))


def _to_nearest(pieces: _Segments, points: _Points, within_m: float) -> Floats:
    """Return the metres from each point to the nearest piece, or 0 inside an area; infinity beyond a distance."""
    metres = np.full(len(points.lats), np.inf)
    if not len(pieces.owner) or not len(points.lats):
        return metres
    if within_m <= ALL_PAIRS_M:
        piece, point = points.near(pieces.on_map(), within_m)
        np.minimum.at(metres, point, pieces.metres_from(points, point, piece))
    else:
        tree = shapely.STRtree(pieces.on_map())
        point, piece = tree.query_nearest(points.on_map, max_distance=_on_map(within_m, points), all_matches=False)
        metres[point] = pieces.metres_from(points, point, piece)
    if len(pieces.areas):
        at = np.asarray(shapely.points(points.lons, points.lats), dtype=object)
        metres[shapely.STRtree(at).query(pieces.areas, predicate="intersects")[1]] = 0.0
    return metres


def _on_map(metres: float, points: _Points) -> float:
    """Return at least so many metres on the ground as metres on the map."""
    return float(metres * SLACK / max(np.cos(np.radians(np.abs(points.lats))).min(), 0.01))
