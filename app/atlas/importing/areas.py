"""Puts an area together from the ways of its relation: outer rings minus inner ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.importing.relations import Members


class Part(NamedTuple):
    """A line or area: WKB in degrees, and the nodes on its edge."""

    wkb: bytes
    refs: tuple[int, ...]


def assembled(members: Members, parts: Mapping[int, Part]) -> Part | None:
    """Return the area of a relation, or None where nothing of its outer edge is in the extract.

    Where the extract cuts the relation, each open end of the edge is joined straight to the other.
    """
    outer = _enclosed(members.outer, parts)
    if shapely.is_empty(outer):
        return None
    area = shapely.difference(outer, _enclosed(members.inner, parts))
    polygons = [part for part in shapely.get_parts(shapely.get_parts(area)) if isinstance(part, shapely.Polygon)]
    if not polygons:
        return None
    refs = dict.fromkeys(ref for way in members.outer if way in parts for ref in parts[way].refs)
    return Part(shapely.MultiPolygon(polygons).wkb, tuple(refs))


def _enclosed(ways: Iterable[int], parts: Mapping[int, Part]) -> shapely.Geometry:
    lines = shapely.from_wkb(np.array([parts[way].wkb for way in ways if way in parts], dtype=object))
    if not len(lines):
        return shapely.Polygon()
    chains = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    closed = [shapely.LineString([*chain.coords, chain.coords[0]]) for chain in chains if len(chain.coords) >= 3]
    return shapely.make_valid(shapely.build_area(shapely.union_all(closed)))
