"""Green areas measured by their own polygons: paths, trails, nature and comforts inside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.importing.elements import Comfort, Cover
from app.atlas.importing.outlines import decode_areas
from app.geo import Floats, Geometries, Projection, point_array
from app.places import Kind

#: The order in which a report names them.
COMFORTS = ("bench", "toilets", "drinking_water", "playground", "lighting", "viewpoint")
#: A named path shorter than this inside an area is only touched by it.
NAMED_TRAIL_M = 100.0
#: A wood counts as green space from this size on, when this much of paths leads through it. Reserves without paths
#: are often closed: conservation easements, bird islands.
WOOD_M2, WOOD_PATHS_M = 10_000.0, 100.0
#: Share of a wood inside another green area from which on it is part of that one.
PART_OF_OTHER = 0.8


class PathLines(NamedTuple):
    """Ways for walking: lines in metres, and whether each is a named or signposted trail, and lit."""

    lines: Geometries
    is_trail: NDArray[np.bool_]
    is_lit: NDArray[np.bool_]


class GreenFacts(NamedTuple):
    """What is inside one green area; `nature_share` None where no land cover is mapped."""

    paths_m: float
    has_named_trail: bool
    nature_share: float | None
    comforts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Land:
    """What the measures are taken from, all in metres."""

    paths: PathLines
    covers: Geometries
    cover_is_nature: NDArray[np.bool_]
    comforts: Floats
    comfort_kinds: NDArray[np.str_]


def land_of(paths: PathLines, covers: Sequence[Cover], comforts: Sequence[Comfort], projection: Projection) -> Land:
    """Return paths, land cover and comforts in metres."""
    wkbs = np.array([cover.wkb for cover in covers], dtype=object)
    areas = projection.to_metres(decode_areas(wkbs, np.ones(len(wkbs), dtype=bool)))
    is_nature = np.array([cover.is_nature for cover in covers], dtype=bool)
    keep = shapely.get_dimensions(areas) == 2
    points = np.array([(comfort.lon, comfort.lat) for comfort in comforts]).reshape(-1, 2)
    kinds = np.array([comfort.kind for comfort in comforts], dtype=np.str_)
    return Land(paths, areas[keep], is_nature[keep], projection.points_to_metres(points), kinds)


def measure_greens(areas: Geometries, kinds: Sequence[Kind], land: Land) -> list[GreenFacts]:
    """Return the measures of green areas (polygons in metres), one for each."""
    shapely.prepare(areas)
    paths_m, trail_m, lit = _path_lengths(areas, land.paths)
    shares = _nature_shares(areas, kinds, land)
    comforts = _comforts(areas, land)
    return [
        GreenFacts(
            paths_m=round(float(paths_m[row]), 1),
            has_named_trail=bool(trail_m[row] >= NAMED_TRAIL_M),
            nature_share=shares[row],
            comforts=tuple(kind for kind in COMFORTS if kind in comforts[row] or (kind == "lighting" and lit[row])),
        )
        for row in range(len(areas))
    ]


def is_green_space(kind: Kind, area_m2: float, facts: GreenFacts) -> bool:
    """Return whether an area is a place to go to: a wood only when large, and woods and reserves only with paths."""
    if kind == Kind.NATURE_RESERVE:
        return facts.paths_m >= WOOD_PATHS_M
    return kind != Kind.FOREST or (area_m2 >= WOOD_M2 and facts.paths_m >= WOOD_PATHS_M)


def woods_inside_others(areas: Geometries, kinds: Sequence[Kind]) -> NDArray[np.bool_]:
    """Return for each area whether it is a wood inside a park or reserve, which counts as a whole."""
    is_wood = np.array([kind == Kind.FOREST for kind in kinds], dtype=bool)
    woods, others = np.flatnonzero(is_wood), np.flatnonzero(~is_wood)
    inside = np.zeros(len(areas), dtype=bool)
    tree = shapely.STRtree(areas[others])
    wood, other = tree.query(areas[woods], predicate="intersects")
    common = shapely.area(shapely.intersection(areas[woods][wood], areas[others][other]))
    part = common >= PART_OF_OTHER * shapely.area(areas[woods][wood])
    inside[woods[wood[part]]] = True
    return inside


def _path_lengths(areas: Geometries, paths: PathLines) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return for each area the metres of paths and of trails inside, and whether a lit path is."""
    count = len(areas)
    row, line = shapely.STRtree(paths.lines).query(areas, predicate="intersects")
    whole = shapely.contains_properly(areas[row], paths.lines[line])
    inside = shapely.length(paths.lines[line])
    cut = np.flatnonzero(~whole)
    inside[cut] = shapely.length(shapely.intersection(paths.lines[line[cut]], areas[row[cut]]))
    total, trails, lit = (
        np.bincount(row, weights=inside * counts, minlength=count).astype(np.float64)
        for counts in (1.0, paths.is_trail[line], paths.is_lit[line])
    )
    return total, trails, lit >= NAMED_TRAIL_M / 2


def _nature_shares(areas: Geometries, kinds: Sequence[Kind], land: Land) -> list[float | None]:
    others = np.flatnonzero([kind != Kind.FOREST for kind in kinds])
    row, cover = shapely.STRtree(land.covers).query(areas[others], predicate="intersects")
    row = others[row]
    pieces = shapely.intersection(areas[row], land.covers[cover])
    mapped = np.bincount(row, weights=shapely.area(pieces), minlength=len(areas)) > 0
    nature = land.cover_is_nature[cover]
    order = np.argsort(row[nature], kind="stable")
    bounds = np.searchsorted(row[nature][order], np.arange(len(areas) + 1))
    own = pieces[nature][order]
    shares: list[float | None] = []
    for index, area_m2 in enumerate(shapely.area(areas).tolist()):
        if kinds[index] == Kind.FOREST:
            shares.append(1.0)
        elif not mapped[index] or area_m2 <= 0:
            shares.append(None)
        else:
            parts = own[bounds[index] : bounds[index + 1]]
            shares.append(round(min(1.0, shapely.union_all(parts).area / area_m2), 4))
    return shares


def _comforts(areas: Geometries, land: Land) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in areas]
    if len(land.comfort_kinds):
        tree = shapely.STRtree(point_array(land.comforts))
        for row, point in tree.query(areas, predicate="intersects").T.tolist():
            found[row].add(str(land.comfort_kinds[point]))
    return found
