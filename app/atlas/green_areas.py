"""The green areas near an address, with what was measured in them at import."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from app.atlas.kind_tables import GREEN_KINDS
from app.atlas.nearby import distances_m
from app.geometry import box_around

_MEASURES = """
SELECT g.place, p.area_m2, g.paths_m, g.has_named_trail, g.nature_share, g.comforts
FROM greens AS g JOIN places AS p ON p.id = g.place
WHERE g.place IN (SELECT value FROM json_each(?))
"""
_AREAS_NEAR = """
SELECT p.area_m2, p.shape
FROM place_index AS i JOIN places AS p ON p.id = i.id JOIN greens AS g ON g.place = p.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
"""


class GreenMeasures(NamedTuple):
    """One row of the table `greens`."""

    place: int
    area_m2: float
    paths_m: float
    has_named_trail: bool
    nature_share: float | None
    comforts: tuple[str, ...]


def measures_of(connection: sqlite3.Connection, places: Sequence[int]) -> list[GreenMeasures]:
    """Return the measures of those of some places that are green areas."""
    rows = connection.execute(_MEASURES, (json.dumps(list(places)),)).fetchall()
    return [
        GreenMeasures(place, area_m2, paths_m, bool(trail), nature, tuple(comforts.split()))
        for place, area_m2, paths_m, trail, nature, comforts in rows
    ]


def largest_area_m2(connection: sqlite3.Connection, lat: float, lon: float, radius_m: float) -> float:
    """Return the square metres of the largest green area with its edge within a straight distance; 0.0 for none."""
    box = box_around(lat, lon, radius_m)
    rows = connection.execute(_AREAS_NEAR, (box.max_lon, box.min_lon, box.max_lat, box.min_lat)).fetchall()
    near = distances_m(lat, lon, [shape for _, shape in rows]) <= radius_m
    return max((area for (area, _), is_near in zip(rows, near, strict=True) if is_near), default=0.0)


__all__ = ["GREEN_KINDS", "GreenMeasures", "largest_area_m2", "measures_of"]
