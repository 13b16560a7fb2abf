"""The streets that the homes of a region belong to: by their house numbers, or the nearest with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.basemap.basemap import Basemap, picked
from app.atlas.basemap.layers import Layer
from app.atlas.geocoder.geocoder import Geocoder
from app.geo import METRES_PER_DEGREE, Box, Floats, Geometries, metres_per_degree_lon

Integers = NDArray[np.int64]
#: Streets that people live in, by layer.
LIVED_IN = (Layer.STREET, Layer.TERTIARY, Layer.SECONDARY, Layer.PRIMARY)
#: A point along a street lies on its line; lines are simplified by a metre or so.
BESIDE_M = 30.0
MARGIN_DEGREES = 0.001


@dataclass(frozen=True, slots=True)
class HomeStreets:
    """Of each home the number of its street, shape (homes,), -1 for none; and the streets' names by number."""

    keys: Integers
    names: tuple[str, ...]


def streets_of_houses(geocoder: Geocoder, homes: int) -> HomeStreets:
    """Return the streets of homes that are the houses of the geocoder, in its order."""
    keys = np.full(homes, -1, dtype=np.int64)
    names = []
    for number, (name, first, last) in enumerate(geocoder.street_numbers()):
        keys[first - 1 : last] = number
        names.append(name)
    return HomeStreets(keys, tuple(names))


def streets_beside(basemap: Basemap | None, geocoder: Geocoder, lats: Floats, lons: Floats) -> HomeStreets:
    """Return the nearest streets with a name of points along streets, those of each part of the town by themselves."""
    keys = np.full(len(lats), -1, dtype=np.int64)
    if basemap is None or not len(lats):
        return HomeStreets(keys, ())
    west, south, east, north = float(lons.min()), float(lats.min()), float(lons.max()), float(lats.max())
    # Stored lines are rounded, and one of them may lie along the edge.
    box = Box(west - MARGIN_DEGREES, south - MARGIN_DEGREES, east + MARGIN_DEGREES, north + MARGIN_DEGREES)
    scale = np.array([metres_per_degree_lon((box.min_lat + box.max_lat) / 2), METRES_PER_DEGREE])
    lines, names = _named_lines(basemap, box, scale)
    points = shapely.points(np.column_stack((lons, lats)) * scale)
    rows, nearest = shapely.STRtree(lines).query_nearest(points, max_distance=BESIDE_M, all_matches=False)
    parts = _parts(geocoder, lats[rows], lons[rows])
    streets: dict[tuple[str, str], int] = {}
    for row, line, part in zip(rows.tolist(), nearest.tolist(), parts, strict=True):
        keys[row] = streets.setdefault((names[line], part), len(streets))
    return HomeStreets(keys, tuple(name for name, _ in streets))


def _named_lines(basemap: Basemap, box: Box, scale: Floats) -> tuple[Geometries, list[str]]:
    """Return the lines of the streets that have a name, in metres, and their names."""
    found: list[Geometries] = []
    names: list[str] = []
    layers = basemap.within(box)
    for layer in LIVED_IN:
        shapes = layers[layer]
        of_parts = [shapes.names[owner] for owner in shapes.owner.tolist()]
        named = np.flatnonzero([bool(name) for name in of_parts])
        if len(named):
            points, starts = picked(shapes.points, shapes.starts, named)
            line = np.repeat(np.arange(len(named)), np.diff(starts))
            found.append(np.asarray(shapely.linestrings(points * scale, indices=line), dtype=object))
            names += [of_parts[part] for part in named.tolist()]
    return np.concatenate(found) if found else np.empty(0, dtype=object), names


#: Points so near to each other lie in the same part of a town (degrees).
PART_DEGREES = 0.004


def _parts(geocoder: Geocoder, lats: Floats, lons: Floats) -> Sequence[str]:
    """Return the part of the town that each point lies in, asked once for each cell of a grid."""
    cells = np.floor(np.column_stack((lats, lons)) / PART_DEGREES).astype(np.int64)
    distinct, cell = np.unique(cells, axis=0, return_inverse=True)
    middles = (distinct + 0.5) * PART_DEGREES
    names = [geocoder.district(lat, lon) for lat, lon in middles.tolist()]
    return [names[at] for at in cell.reshape(-1).tolist()]
