"""The shapes of an extract as arrays of geometries, in degrees and in metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.importing.elements import Shape, StreetColumns
from app.atlas.streets.build.ways import StreetWays
from app.errors import BadContent
from app.geo import Geometries, Projection

#: A ring needs three different corners and its first one again.
MIN_RING_POINTS = 4


@dataclass(frozen=True, slots=True)
class Outlines:
    """One geometry a shape: lines as lines, areas as valid polygons (or several)."""

    degrees: Geometries
    metres: Geometries
    is_area: NDArray[np.bool_]

    def of(self, rows: NDArray[np.intp]) -> Outlines:
        """Return some of them."""
        return Outlines(self.degrees[rows], self.metres[rows], self.is_area[rows])


def outlines_of(shapes: Sequence[Shape], projection: Projection) -> Outlines:
    """Decode shapes; an area that is cut down to less than a triangle stays a line."""
    wkbs = np.array([shape.wkb for shape in shapes], dtype=object)
    wants_area = np.array([shape.is_area for shape in shapes], dtype=bool)
    degrees = decode_areas(wkbs, wants_area)
    is_area = shapely.get_dimensions(degrees) == 2
    return Outlines(degrees, projection.to_metres(degrees), is_area)


def decode_areas(wkbs: Geometries, is_area: NDArray[np.bool_]) -> Geometries:
    """Decode WKB; closed lines that stand for an area become valid polygons."""
    geometries = shapely.from_wkb(wkbs) if len(wkbs) else np.empty(0, dtype=object)
    is_line = shapely.get_type_id(geometries) == shapely.GeometryType.LINESTRING
    points = shapely.get_num_coordinates(geometries)
    closed = shapely.is_closed(geometries)
    rings = np.flatnonzero(is_area & is_line & (points + ~closed >= MIN_RING_POINTS))
    coords, owner = shapely.get_coordinates(geometries[rings], return_index=True)
    if len(rings):
        geometries[rings] = shapely.polygons(shapely.linearrings(coords, indices=owner))
    broken = np.flatnonzero(~shapely.is_valid(geometries))
    geometries[broken] = [_polygons_of(shapely.make_valid(shape)) for shape in geometries[broken]]
    return geometries


def closed_grounds(wkbs: Sequence[bytes], projection: Projection) -> Geometries:
    """Return grounds as areas in metres; what is cut down to a line is left out."""
    areas = decode_areas(np.array(wkbs, dtype=object), np.ones(len(wkbs), dtype=bool))
    return projection.to_metres(areas[shapely.get_dimensions(areas) == 2])


def _polygons_of(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the areas that making valid left, without the stray lines; else the geometry itself."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    areas = [part for part in parts if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(areas) if areas else geometry


#: From one node to the next a street goes no further than the first (degrees, some 100 km north); what is longer than
#: the second adds up to no more than the third. Each takes memory by its length.
LONGEST_LEAP, LONG_LEAP, MOST_LEAPS = 1.0, 0.1, 300.0


def without_leaps(ways: StreetWays) -> StreetWays:
    """Return the streets without those that leap to a misplaced node. Raises BadContent where many leap far."""
    leaps = np.maximum(np.abs(np.diff(ways.lons)), np.abs(np.diff(ways.lats)))
    leaps[ways.offsets[1:-1] - 1] = 0.0  # from one street to the next
    owner = np.searchsorted(ways.offsets, np.flatnonzero(leaps > LONGEST_LEAP), side="right") - 1
    if leaps[(leaps > LONG_LEAP) & (leaps <= LONGEST_LEAP)].sum() > MOST_LEAPS:
        raise BadContent(fault="its streets leap from one end of the map to the other")
    if not len(owner):
        return ways
    kept = np.setdiff1d(np.arange(len(ways.way_ids)), owner)
    if not len(kept):
        raise BadContent(fault="each of its streets leaps to another end of the world")
    return ways.pick(kept)


def street_ways(columns: StreetColumns) -> StreetWays:
    """Return the streets of an extract in the shape that the network compiler takes."""
    positions = np.frombuffer(columns.positions, dtype="<f8").reshape(-1, 2)
    offsets = np.concatenate(([0], np.cumsum(np.frombuffer(columns.lengths, dtype=np.int64))))
    return StreetWays(
        way_ids=np.frombuffer(columns.way_ids, dtype=np.int64),
        tags=columns.tags,
        offsets=offsets.astype(np.int64),
        refs=np.frombuffer(columns.refs, dtype=np.int64),
        lons=np.ascontiguousarray(positions[:, 0]),
        lats=np.ascontiguousarray(positions[:, 1]),
    )


def street_lines(ways: StreetWays, rows: NDArray[np.intp], projection: Projection) -> Geometries:
    """Return some of the streets as lines in metres."""
    counts = np.diff(ways.offsets)[rows]
    owner = np.repeat(np.arange(len(rows)), counts)
    starts = np.cumsum(counts) - counts
    pick = np.arange(counts.sum()) - np.repeat(starts, counts) + np.repeat(ways.offsets[:-1][rows], counts)
    points = projection.points_to_metres(np.column_stack((ways.lons[pick], ways.lats[pick])))
    return np.asarray(shapely.linestrings(points, indices=owner)) if len(rows) else np.empty(0, dtype=object)
