"""The piece of ground that a picture shows, and where each point of it lies in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from app.geo import METRES_PER_DEGREE, Box, Floats, Geometries, metres_per_degree_lon

#: A picture's coordinates are whole numbers, so many for a pixel of a usual screen: a third of a pixel is not seen.
UNITS_PER_PX = 3
#: What is drawn reaches so far beyond the picture (pixels), so that no line ends inside it.
MARGIN_PX = 8.0
#: The picture moves towards the data by this share of the way from its middle to the middle of the data in it.
TOWARDS_DATA = 1.0
#: The home stays so near to the middle (share of the picture's width or height).
MOST_MOVED = 0.3


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture's middle in degrees, its size in pixels, and the metres across it."""

    lat: float
    lon: float
    width_px: int
    height_px: int
    metres: float

    @property
    def width(self) -> int:
        """Return the width in units."""
        return self.width_px * UNITS_PER_PX

    @property
    def height(self) -> int:
        """Return the height in units."""
        return self.height_px * UNITS_PER_PX

    @property
    def units_per_m(self) -> float:
        """Return the units of one metre on the ground."""
        return self.width / self.metres

    @property
    def box(self) -> Box:
        """Return what the picture shows, with a margin, in degrees."""
        half_lon = (self.width / 2 + MARGIN_PX * UNITS_PER_PX) / self.units_per_m / metres_per_degree_lon(self.lat)
        half_lat = (self.height / 2 + MARGIN_PX * UNITS_PER_PX) / self.units_per_m / METRES_PER_DEGREE
        return Box(self.lon - half_lon, self.lat - half_lat, self.lon + half_lon, self.lat + half_lat)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return the same in units: left, top, right, bottom."""
        margin = MARGIN_PX * UNITS_PER_PX
        return -margin, -margin, self.width + margin, self.height + margin

    def to_units(self, points: Floats) -> Floats:
        """Return (lon, lat) rows as (x, y) rows from the picture's upper left corner."""
        east = (points[:, 0] - self.lon) * (metres_per_degree_lon(self.lat) * self.units_per_m)
        north = (points[:, 1] - self.lat) * (METRES_PER_DEGREE * self.units_per_m)
        return np.column_stack((self.width / 2 + east, self.height / 2 - north))

    def geometries(self, geometries: Geometries) -> Geometries:
        """Return geometries in degrees as geometries in units."""
        return np.asarray(shapely.transform(geometries, self.to_units), dtype=object)

    def shows(self, x: float, y: float, inside_px: float = 0.0) -> bool:
        """Return whether a point in units lies in the picture, so far from its edge."""
        inside = inside_px * UNITS_PER_PX
        return inside <= x <= self.width - inside and inside <= y <= self.height - inside

    def moved_towards(self, cells: Floats) -> Frame:
        """Return the frame moved towards the data, given as rows of the bounds of cells in degrees."""
        if not len(cells):
            return self
        middles = np.column_stack(((cells[:, 0] + cells[:, 2]) / 2, (cells[:, 1] + cells[:, 3]) / 2))
        away = (self.to_units(middles).mean(axis=0) - (self.width / 2, self.height / 2)) * TOWARDS_DATA
        most = np.array([self.width, self.height]) * MOST_MOVED
        east, south = (np.clip(away, -most, most) / self.units_per_m).tolist()
        lat, lon = self.lat - south / METRES_PER_DEGREE, self.lon + east / metres_per_degree_lon(self.lat)
        return Frame(lat, lon, self.width_px, self.height_px, self.metres)
