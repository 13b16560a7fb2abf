"""Where a drive from every home begins: mostly where its walk does."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.facts import SNAP_M
from app.atlas.fields.build.points import Sample
from app.atlas.streets.arrays import EdgeFlag, NetworkFiles
from app.atlas.streets.network import Network
from app.atlas.streets.snapping import Points, Snaps, Wish, snap_points
from app.atlas.streets.tiling import to_degrees
from app.geo import METRES_PER_DEGREE, Geometries

Bools = NDArray[np.bool_]

#: A street of the mainland for walkers and for cars: it ranks alike for both.
FOR_BOTH = EdgeFlag.WALK | EdgeFlag.CAR | EdgeFlag.WALK_MAIN | EdgeFlag.CAR_MAIN
#: A road for cars alone that is not nearer than this many times the street is further away, however it is measured.
SURELY = 1.01


def drives_begin(network: Network, sample: Sample, walks: Snaps) -> Snaps:
    """Return where a drive from each point begins: what `Network.travel_seconds` snaps it to.

    Who walks out into the street that their address names, open to cars too, drives from there, unless a road for cars
    alone is nearer. The others are looked at one by one.
    """
    points = Points.of(sample.lats, sample.lons, sample.streets)
    snaps = walks.copy()
    others = np.flatnonzero(~_drives_from_there(network.files, points, walks))
    snaps[others] = snap_points(network.files, points.pick(others), Wish(SNAP_M, EdgeFlag.CAR)).snaps
    return snaps


def _drives_from_there(files: NetworkFiles, points: Points, walks: Snaps) -> Bools:
    edge = np.maximum(walks["edge"], 0)
    if not len(files.edges.name):
        return np.zeros(len(walks), dtype=bool)
    is_own: Bools = (walks["edge"] >= 0) & (files.edges.name[edge] == points.names)
    is_for_both: Bools = is_own & (files.edges.flags[edge] & FOR_BOTH == FOR_BOTH)
    rows = np.flatnonzero(is_for_both)
    is_for_both[rows[_has_nearer_road(files, points.pick(rows), walks[rows])]] = False
    return is_for_both


def _has_nearer_road(files: NetworkFiles, points: Points, walks: Snaps) -> NDArray[np.intp]:
    """Return which points have a road for cars alone as near as their street."""
    shapes = files.shapes
    flags = files.edges.flags[shapes.edge[:-1]]
    is_piece = shapes.edge[:-1] == shapes.edge[1:]
    starts = np.flatnonzero(is_piece & (flags & EdgeFlag.CAR > 0) & (flags & EdgeFlag.WALK == 0))
    if not len(starts) or not len(walks):
        return np.empty(0, dtype=np.intp)
    squeeze = np.array([np.cos(np.radians(float(points.lats.mean()))), 1.0]) * METRES_PER_DEGREE
    ends = [np.column_stack((to_degrees(shapes.lon[at]), to_degrees(shapes.lat[at]))) for at in (starts, starts + 1)]
    roads: Geometries = np.asarray(shapely.linestrings(np.stack(ends, axis=1) * squeeze), dtype=object)
    here = shapely.points(np.column_stack((points.lons, points.lats)) * squeeze)
    near = shapely.STRtree(roads).query(
        here, predicate="dwithin", distance=walks["offset"].astype(np.float64) * SURELY + 1.0
    )
    return np.unique(near[0])
