"""Distances, boxes and projections on the ground, from degrees (WGS 84): good to 0.3 % within a few kilometres."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

#: Mean metres in one degree of latitude (WGS 84).
METRES_PER_DEGREE = 111_195.0

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

_ORIGIN = shapely.Point(0.0, 0.0)


class Box(NamedTuple):
    """A box in degrees."""

    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """Return the smallest box that holds some boxes. Raises ValueError for none."""
        west, south, east, north = zip(*boxes, strict=True)
        return cls(min(west), min(south), max(east), max(north))

    def contains(self, lat: float, lon: float) -> bool:
        """Return whether a point lies in the box or on its edge."""
        return self.min_lon <= lon <= self.max_lon and self.min_lat <= lat <= self.max_lat


def metres_per_degree_lon(lat: float) -> float:
    """Return the metres in one degree of longitude at a latitude in degrees."""
    return METRES_PER_DEGREE * math.cos(math.radians(lat))


#: Clockwise from north.
COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def compass(lat: float, lon: float, to_lat: float, to_lon: float) -> str:
    """Return in which of eight directions a point near another lies from it ("north-east")."""
    return towards((to_lon - lon) * metres_per_degree_lon(lat), (to_lat - lat) * METRES_PER_DEGREE)


def towards(east_m: float, north_m: float) -> str:
    """Return the one of eight directions that leads so far east and north."""
    return COMPASS[round(math.degrees(math.atan2(east_m, north_m)) / 45) % 8]


def distance_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the straight distance in metres between two points (equirectangular at their mean latitude)."""
    x = (lon_b - lon_a) * metres_per_degree_lon((lat_a + lat_b) / 2)
    y = (lat_b - lat_a) * METRES_PER_DEGREE
    return math.hypot(x, y)


def distances_m(lats_a: ArrayLike, lons_a: ArrayLike, lats_b: ArrayLike, lons_b: ArrayLike) -> Floats:
    """Return the straight distances in metres between points in degrees, by the method of `distance_m`.

    The four arguments are broadcast: one point to many, pair by pair, or all to all.
    """
    lat_a, lon_a, lat_b, lon_b = (np.asarray(degrees, dtype=np.float64) for degrees in (lats_a, lons_a, lats_b, lons_b))
    x = (lon_b - lon_a) * np.cos(np.radians((lat_b + lat_a) / 2))
    return np.asarray(np.hypot(x, lat_b - lat_a) * METRES_PER_DEGREE, dtype=np.float64)


def geometries_of(wkb: Sequence[bytes]) -> Geometries:
    """Return shapes that were stored as WKB, shape (n,)."""
    return np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)


def distances_to_shapes_m(lat: float, lon: float, shapes: Geometries) -> Floats:
    """Return the metres from a point to the nearest point of each shape (in degrees), shape (n,); 0 inside an area.

    The scale is that of the point's own latitude.
    """
    metres: Floats = shapely.distance(_seen_from(lat, lon, shapes), _ORIGIN)
    return metres


def nearest_points_m(lat: float, lon: float, shapes: Geometries) -> Floats:
    """Return the metres east and north of a point of the nearest point of each shape, shape (n, 2); 0, 0 inside it."""
    lines = shapely.shortest_line(_ORIGIN, _seen_from(lat, lon, shapes))
    return shapely.get_coordinates(lines).reshape(-1, 2, 2)[:, 1]


def _seen_from(lat: float, lon: float, shapes: Geometries) -> Geometries:
    """Return shapes (in degrees) in metres from a point, in the scale of its latitude."""
    stretch = np.array([metres_per_degree_lon(lat), METRES_PER_DEGREE])
    origin = np.array([lon, lat])
    return shapely.transform(shapes, lambda xy: (xy - origin) * stretch)


def box_around(lat: float, lon: float, radius_m: float) -> Box:
    """Return the box whose sides touch the circle of a radius in metres around a point."""
    d_lat = radius_m / METRES_PER_DEGREE
    d_lon = radius_m / max(metres_per_degree_lon(lat), 1.0)
    return Box(lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat)


def grown(box: Box, by_m: float) -> Box:
    """Return the box that holds what lies within so many metres of any point of a box."""
    d_lat = by_m / METRES_PER_DEGREE
    d_lon = by_m / max(min(metres_per_degree_lon(box.min_lat), metres_per_degree_lon(box.max_lat)), 1.0)
    return Box(box.min_lon - d_lon, box.min_lat - d_lat, box.max_lon + d_lon, box.max_lat + d_lat)


def point_array(positions: Floats) -> Geometries:
    """Return one point for each (x, y) row, shape (n,)."""
    return np.asarray(shapely.points(positions.reshape(-1, 2)), dtype=object).reshape(-1)


@dataclass(frozen=True, slots=True)
class Projection:
    """Metres east of a central meridian (degrees) and metres north of the equator.

    Areas are exact; lengths are good to 4 % three degrees of longitude away from the meridian (Snyder 1987, p. 243).
    """

    central_lon: float

    def to_metres(self, geometries: Geometries) -> Geometries:
        """Project an array of geometries in degrees."""
        return shapely.transform(geometries, self._forward)

    def points_to_degrees(self, points: Floats) -> Floats:
        """Return (lon, lat) rows for (x, y) rows in metres."""
        lat = points[:, 1] / METRES_PER_DEGREE
        lon = self.central_lon + points[:, 0] / (METRES_PER_DEGREE * np.cos(np.radians(lat)))
        return np.column_stack((lon, lat))

    def points_to_metres(self, points: Floats) -> Floats:
        """Return (x, y) rows in metres for (lon, lat) rows."""
        return self._forward(points)

    def _forward(self, points: Floats) -> Floats:
        x = (points[:, 0] - self.central_lon) * METRES_PER_DEGREE * np.cos(np.radians(points[:, 1]))
        return np.column_stack((x, points[:, 1] * METRES_PER_DEGREE))
