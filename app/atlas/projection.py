"""Degrees to metres for a whole region: the sinusoidal projection, exact in area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.geometry import METRES_PER_DEGREE

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]


def point_array(positions: Floats) -> Geometries:
    """Return one point for each (x, y) row."""
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
