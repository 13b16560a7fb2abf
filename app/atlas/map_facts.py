"""What a map of the surroundings of an address is drawn from, within any box."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from app.atlas.atlas import Atlas
from app.atlas.basemap.basemap import Basemap, Shapes
from app.atlas.basemap.layers import Layer
from app.atlas.coverage import Coverage
from app.atlas.streets.lines import StreetLines
from app.atlas.streets.network import Walkshed
from app.geo import Box, Floats, Geometries
from app.places import Kind


@dataclass(frozen=True, slots=True)
class MapFacts:
    """The layers of the map, the streets by walking time from the address, and where the data ends."""

    _atlas: Atlas
    _basemap: Basemap
    _walkshed: Walkshed

    def layers(self, box: Box) -> Mapping[Layer, Shapes]:
        """Return areas and lines by layer."""
        return self._basemap.within(box)

    def streets(self, box: Box, limits_s: Sequence[float]) -> StreetLines:
        """Return the streets on which people walk or ride, cut where the walk takes as long as each limit."""
        return self._atlas.network.lines(box, self._walkshed, limits_s)

    def covered(self, box: Box) -> Floats:
        """Return the cells of a box that hold data as rows of their bounds in degrees (west, south, east, north)."""
        return covered_cells(self._atlas.coverage, box)

    def rides(self, within_s: float) -> Floats:
        """Return where rides go from the stops within so long a walk: (lon, lat, lon, lat) rows from call to call."""
        timetable = self._atlas.timetable
        if timetable is None:
            return np.empty((0, 4))
        seconds = self._walkshed.seconds_to(self._atlas.stop_snaps)
        return timetable.rides_from(timetable.ways_in.stops[np.flatnonzero(seconds <= within_s)])

    def green_shapes(self, osm_ids: Collection[str]) -> dict[str, Geometries]:
        """Return the areas of some green spaces in degrees, by their element."""
        rows = self._atlas.tables().execute(_GREEN_SHAPES, {"ids": json.dumps(sorted(osm_ids))}).fetchall()
        return {osm_id: shapely.get_parts(shapely.from_wkb(np.array([shape], dtype=object))) for osm_id, shape in rows}

    def hazard_shapes(self, osm_ids: Collection[str], kinds: Collection[Kind]) -> Geometries:
        """Return the lines and areas of some hazards in degrees, in a fixed order."""
        wanted = {"ids": json.dumps(sorted(osm_ids)), "kinds": json.dumps(sorted(int(kind) for kind in kinds))}
        rows = self._atlas.tables().execute(_HAZARD_SHAPES, wanted).fetchall()
        return np.asarray(shapely.from_wkb(np.array([row[0] for row in rows], dtype=object)), dtype=object)


_HAZARD_SHAPES = """
SELECT shape FROM hazards
WHERE kind IN (SELECT value FROM json_each(:kinds)) AND osm_id IN (SELECT value FROM json_each(:ids)) ORDER BY id
"""


#: A place that is of several kinds has a row for each.
_GREEN_SHAPES = """
SELECT osm_id, shape FROM places JOIN greens ON place = id
WHERE osm_id IN (SELECT value FROM json_each(:ids)) AND shape IS NOT NULL GROUP BY osm_id ORDER BY osm_id
"""


def covered_cells(coverage: Coverage, box: Box) -> Floats:
    """Return the cells of a box that hold data as rows of their bounds in degrees (west, south, east, north)."""
    grid, covered = coverage.grid, coverage.covered
    rows = np.arange(*_range(box.min_lat, box.max_lat, grid.south, grid.lat_step, grid.rows))
    columns = np.arange(*_range(box.min_lon, box.max_lon, grid.west, grid.lon_step, grid.columns))
    row, column = np.nonzero(covered[np.ix_(rows, columns)])
    south, west = grid.south + rows[row] * grid.lat_step, grid.west + columns[column] * grid.lon_step
    return np.column_stack((west, south, west + grid.lon_step, south + grid.lat_step))


def _range(low: float, high: float, origin: float, step: float, count: int) -> tuple[int, int]:
    """Return the first cell that a side of a box meets, and the one after the last."""
    first, last = np.floor((np.array([low, high]) - origin) / step).astype(int).tolist()
    return max(first, 0), min(last + 1, count)
