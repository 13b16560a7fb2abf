"""What lies under points as rows of the atlas: water, coasts, rails, what stands over water, grounds with a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.importing.elements import GroundShape
from app.atlas.importing.features import spatial_order
from app.atlas.importing.outlines import decode_areas
from app.geo import Box

#: Corners of a piece of coast: what is asked is always a short stretch of a very long line.
COAST_CORNERS = 100


class GroundRow(NamedTuple):
    """One row of the table `ground` with its box; `shape` is WKB in degrees."""

    kind: str
    name: str
    half_m: float
    shape: bytes
    box: Box


def ground_rows(grounds: Sequence[GroundShape]) -> list[GroundRow]:
    """Return the lines and areas in spatial order, coasts in pieces; areas cut down to a line are left out."""
    if not grounds:
        return []
    wkbs = np.array([ground.wkb for ground in grounds], dtype=object)
    shapes = decode_areas(wkbs, np.array([ground.is_area for ground in grounds], dtype=bool))
    is_area = (shapely.get_dimensions(shapes) == 2).tolist()
    whole = [row for row, ground in enumerate(grounds) if ground.is_area <= is_area[row]]
    pieces = [(row, piece) for row in whole for piece in _pieces(grounds[row], shapes[row])]
    geometries = np.array([piece for _, piece in pieces], dtype=object)
    boxes = shapely.bounds(geometries).reshape(-1, 4)
    order = spatial_order((boxes[:, 1] + boxes[:, 3]) / 2, (boxes[:, 0] + boxes[:, 2]) / 2).tolist()
    shown = shapely.to_wkb(geometries)
    return [_row(grounds[pieces[i][0]], shown[i], Box(*boxes[i].tolist())) for i in order]


def _row(ground: GroundShape, shape: bytes, box: Box) -> GroundRow:
    return GroundRow(ground.kind, ground.name, ground.half_m, shape, box)


def _pieces(ground: GroundShape, shape: shapely.Geometry) -> Iterator[shapely.Geometry]:
    """Return the shape, a coast in pieces that share their ends."""
    if ground.kind != "coast":
        yield shape
        return
    corners = shapely.get_coordinates(shape)
    for start in range(0, len(corners) - 1, COAST_CORNERS):
        yield shapely.LineString(corners[start : start + COAST_CORNERS + 1])
