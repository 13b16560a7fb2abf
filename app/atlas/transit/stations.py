"""Groups stops that a person takes for one: platforms of a station, poles on both sides of a street."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from app.atlas.transit.contract import Floats, Ints
from app.atlas.transit.feed import Stop
from app.geometry import METRES_PER_DEGREE

#: Poles that carry one name belong together up to this distance, others only across a street.
SAME_NAME_M = 150.0
ACROSS_STREET_M = 40.0


def plane(lats: Floats, lons: Floats) -> Floats:
    """Return the points in metres on a plane true at their middle latitude, shape (n, 2)."""
    middle = float(np.median(lats)) if len(lats) else 0.0
    return np.column_stack([lons * np.cos(np.radians(middle)), lats]) * METRES_PER_DEGREE


def station_of(stops: tuple[Stop, ...]) -> Ints:
    """Return a station number for each stop; numbers count from 0 in the order of the stops.

    A parent station binds whatever the distance; poles without one go by name and nearness, or by nearness alone.
    """
    points = plane(np.array([stop.lat for stop in stops]), np.array([stop.lon for stop in stops]))
    first_of: dict[str, int] = {}
    links = [(first_of.setdefault(stop.parent, i), i) for i, stop in enumerate(stops) if stop.parent]
    pairs = cKDTree(points).query_pairs(SAME_NAME_M, output_type="ndarray")
    gaps = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    for (a, b), gap in zip(pairs.tolist(), gaps.tolist(), strict=True):
        one, other = stops[a], stops[b]
        bound = one.parent or other.parent
        alike = bool(one.name) and one.name.casefold() == other.name.casefold()
        if not bound and (alike or gap <= ACROSS_STREET_M):
            links.append((a, b))
    ends = np.array(links, np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(len(stops), len(stops)))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)
