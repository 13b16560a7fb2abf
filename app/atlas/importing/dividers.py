"""What no door leads across: rivers, shores, railways and motorways of an extract, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely

from app.atlas.importing.elements import Shape
from app.atlas.importing.outlines import outlines_of
from app.atlas.streets.dividers import Divider, DividerLines
from app.atlas.streets.rules.walk import may_walk
from app.geo import METRES_PER_DEGREE, Projection
from app.places import Kind

Tags = Mapping[str, str]

#: Shores are drawn to the metre: corners nearer to a straight line than this tell nothing of which side a door is on.
SIMPLER_M = 1.0
#: Flowing water that one does not step over.
RIVERS = frozenset({"river", "canal", "tidal_channel", "dock"})


def dividers_of(shapes: Sequence[Shape], projection: Projection) -> DividerLines:
    """Return the lines that divide the ground: water on its edges or as a line, rails and roads that none may walk.

    What runs in a tunnel is no such shape; what runs on a bridge lets people through below.
    """
    kinds = [(_divider(shape), shape) for shape in shapes if not shape.kinds[0] < Kind.FUEL_STATION]
    found = [(kind, shape) for kind, shape in kinds if kind is not None]
    outlines = outlines_of([shape for _, shape in found], projection)
    simpler = shapely.simplify(outlines.degrees, SIMPLER_M / METRES_PER_DEGREE)
    lines = []
    for (kind, _), shape, is_area in zip(found, simpler, outlines.is_area.tolist(), strict=True):
        lines += [(kind, points) for points in _lines(shapely.boundary(shape) if is_area else shape)]
    return DividerLines.of(lines)


def _lines(shape: shapely.Geometry) -> Iterator[np.ndarray]:
    for part in shapely.get_parts(shape):
        points = shapely.get_coordinates(part)
        if len(points) > 1:
            yield points


def _divider(shape: Shape) -> Divider | None:
    tags = shape.tags
    if tags.get("bridge", "no") != "no":
        return None
    if Kind.WATERCOURSE in shape.kinds:
        if shape.is_area or tags.get("natural") == "coastline":
            return Divider.SHORE
        return Divider.RIVER if tags.get("waterway") in RIVERS else None
    if Kind.RAILWAY in shape.kinds:
        return Divider.RAILWAY
    is_fast = Kind.MOTORWAY in shape.kinds or Kind.TRUNK_ROAD in shape.kinds
    return Divider.MOTORWAY if is_fast and not may_walk(tags) else None
