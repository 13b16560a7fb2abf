"""The lines and areas near an address that a safety check measures the distance to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from app.atlas.nearby import decode_tags, distances_m
from app.geometry import box_around
from app.places import Kind

_HAZARDS = """
SELECT h.kind, h.osm_id, h.name, h.lanes, h.tags, h.shape
FROM hazard_index AS i JOIN hazards AS h ON h.id = i.id
WHERE i.min_lon <= ? AND i.max_lon >= ? AND i.min_lat <= ? AND i.max_lat >= ?
  AND h.kind IN (SELECT value FROM json_each(?))
"""


class HazardNear(NamedTuple):
    """One line or area and the metres to it."""

    distance_m: float
    osm_id: str
    kind: Kind
    name: str
    lanes: int | None
    tags: dict[str, str]


def hazards_near(
    connection: sqlite3.Connection, lat: float, lon: float, kinds: Collection[Kind], within_m: float
) -> list[HazardNear]:
    """Return those within a straight distance of their line or edge, nearest first."""
    box = box_around(lat, lon, within_m)
    wanted = json.dumps([int(kind) for kind in kinds])
    rows = connection.execute(_HAZARDS, (box.max_lon, box.min_lon, box.max_lat, box.min_lat, wanted)).fetchall()
    distances = distances_m(lat, lon, [row[5] for row in rows])
    near = np.flatnonzero(distances <= within_m).tolist()
    found = [(float(distances[i]), *rows[i][:5]) for i in near]
    found.sort(key=lambda hazard: (hazard[0], hazard[2], hazard[1]))
    return [
        HazardNear(metres, osm_id, Kind(kind), name, lanes, decode_tags(tags))
        for metres, kind, osm_id, name, lanes, tags in found
    ]
