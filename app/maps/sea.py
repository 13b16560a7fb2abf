"""The sea: what lies on the right hand of the coastlines, up to the edge of the picture."""

from __future__ import annotations

import numpy as np
import shapely

from app.geo import Floats, Geometries
from app.maps.frame import Frame

#: A point beside a coastline is looked up so far from it (units).
BESIDE = 0.5
#: Where the data ends, a coastline goes on in the direction of so many metres before: its last piece may be a quay.
BASE_M = 400.0


def sea_of(coast: Geometries, frame: Frame) -> Geometries:
    """Return the areas of sea in the picture from coastlines in units, each with the land on its left."""
    if not len(coast):
        return coast
    whole = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(coast), directed=True))
    left, top, right, bottom = frame.bounds
    drawn = np.array([_carried_on(line, frame) for line in whole], dtype=object)
    drawn = shapely.get_parts(shapely.clip_by_rect(drawn, left, top, right, bottom))
    drawn = drawn[shapely.get_type_id(drawn) == shapely.GeometryType.LINESTRING]
    if not len(drawn):
        return np.empty(0, dtype=object)
    edge = shapely.box(left, top, right, bottom).exterior
    noded = shapely.union_all([*drawn, edge])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(faces[_is_sea(faces, drawn)], dtype=object)


def _carried_on(line: shapely.LineString, frame: Frame) -> shapely.LineString:
    """Return a coastline that ends in the picture, because the data does, carried straight on to its edge."""
    points = shapely.get_coordinates(line)
    if (points[0] == points[-1]).all():
        return line
    far = 2.0 * (frame.width + frame.height)
    back = min(BASE_M * frame.units_per_m, line.length / 2)
    first, last = (shapely.get_coordinates(line.interpolate(at))[0] for at in (back, line.length - back))
    before, after = _beyond(first, points[0], far, frame), _beyond(last, points[-1], far, frame)
    return shapely.LineString(np.vstack((before, points, after)))


def _beyond(inner: Floats, end: Floats, far: float, frame: Frame) -> Floats:
    """Return a point far out in the direction of a line's end, none where the end is outside the picture."""
    left, top, right, bottom = frame.bounds
    length = float(np.hypot(*(end - inner)))
    if not length or not (left < end[0] < right and top < end[1] < bottom):
        return np.empty((0, 2))
    return np.asarray((end + (end - inner) / length * far).reshape(1, 2))


def _is_sea(faces: Geometries, coast: Geometries) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return for each face whether more of the coast around it has it on the right than on the left."""
    points, line = shapely.get_coordinates(coast, return_index=True)
    same = line[:-1] == line[1:]
    begin, step = points[:-1][same], np.diff(points, axis=0)[same]
    length = np.hypot(step[:, 0], step[:, 1])
    long = length > 0
    begin, step, length = begin[long], step[long], length[long]
    # In the picture y grows downwards, so a quarter turn to the right is (-dy, dx).
    right_hand = np.column_stack((-step[:, 1], step[:, 0])) / length[:, None] * BESIDE
    middle = begin + step / 2
    votes = np.zeros(len(faces))
    tree = shapely.STRtree(faces)
    for sign in (1.0, -1.0):
        point, face = tree.query(shapely.points(middle + sign * right_hand), predicate="within")
        np.add.at(votes, face, sign * length[point])
    return np.asarray(votes > 0)
