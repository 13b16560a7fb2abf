"""Distances on the ground from degrees: good to 0.3 % within the few kilometres that Doorstep looks at."""

from __future__ import annotations

import math
from typing import NamedTuple

#: Mean metres in one degree of latitude (WGS 84).
METRES_PER_DEGREE = 111_195.0


class Box(NamedTuple):
    """A box in degrees."""

    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float

    def contains(self, lat: float, lon: float) -> bool:
        """Tell whether a point lies in the box or on its edge."""
        return self.min_lon <= lon <= self.max_lon and self.min_lat <= lat <= self.max_lat


def metres_per_degree_lon(lat: float) -> float:
    """Return the metres in one degree of longitude at a latitude in degrees."""
    return METRES_PER_DEGREE * math.cos(math.radians(lat))


def distance_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the straight distance in metres between two points (equirectangular at their mean latitude)."""
    x = (lon_b - lon_a) * metres_per_degree_lon((lat_a + lat_b) / 2)
    y = (lat_b - lat_a) * METRES_PER_DEGREE
    return math.hypot(x, y)


def box_around(lat: float, lon: float, radius_m: float) -> Box:
    """Return the box whose sides touch the circle of a radius in metres around a point."""
    d_lat = radius_m / METRES_PER_DEGREE
    d_lon = radius_m / max(metres_per_degree_lon(lat), 1.0)
    return Box(lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat)
