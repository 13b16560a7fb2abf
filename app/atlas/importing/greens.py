"""Green areas measured by their own polygons: paths, trails, nature and comforts inside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.facts import LEAST_MAPPED_SHARE
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
#: Share of a wood or a lawn inside another green area from which on it is part of that one.
PART_OF_OTHER = 0.8


class PathLines(NamedTuple):
    """Ways for walking: lines in metres, and whether each is a named or signposted trail, and lit."""

    lines: Geometries
    is_trail: NDArray[np.bool_]
    is_lit: NDArray[np.bool_]


class GreenFacts(NamedTuple):
    """What is inside one green area; `nature_share` None where the land cover of too little of it is mapped."""

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


#: Values of access=* and foot=* that let no stranger in, or only with a permit.
CLOSED = frozenset(
    {"private", "no", "residents", "employees", "members", "military", "permit", "customers", "students"}
)


def lets_people_in(tags: Mapping[str, str]) -> bool:
    """Return whether anybody may walk in, whenever it is open, without paying."""
    if tags.get("foot") in CLOSED or (tags.get("access") in CLOSED and tags.get("foot") not in ("yes", "designated")):
        return False
    return tags.get("private") != "yes" and not (tags.get("leisure") == "garden" and tags.get("fee") == "yes")


class GreenShape(NamedTuple):
    """What tells whether two green areas are one: kind, name on the map, and element id."""

    kind: Kind
    name: str
    osm_id: str


def parts_of_others(areas: Geometries, shapes: Sequence[GreenShape]) -> NDArray[np.bool_]:
    """Return for each area whether it is a part of another one, or the same one mapped twice."""
    is_part = np.zeros(len(areas), dtype=bool)
    sizes = shapely.area(areas)
    pairs = shapely.STRtree(areas).query(areas, predicate="intersects").T
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    common = shapely.area(shapely.intersection(areas[pairs[:, 0]], areas[pairs[:, 1]]))
    inside = common >= PART_OF_OTHER * sizes[pairs[:, 0]]
    for inner, outer in pairs[inside].tolist():
        if _is_wood_of(shapes[inner], shapes[outer]):
            is_part[inner] = True
        elif sizes[inner] <= sizes[outer] and not (is_part[inner] or is_part[outer]):
            twins = sizes[inner] >= TWIN_SHARE * sizes[outer]
            if (left_out := _less_of(shapes[inner], shapes[outer], twins)) is not None:
                is_part[inner if left_out is shapes[inner] else outer] = True
    return is_part


def _is_wood_of(inner: GreenShape, outer: GreenShape) -> bool:
    return inner.kind == Kind.FOREST and outer.kind != Kind.FOREST


#: An area that covers this much of another one is the same, mapped twice: as a way and as a relation with holes.
TWIN_SHARE = 0.5
#: A nameless lawn or garden inside one of these is a part of it; a reserve may hold whole villages.
WHOLES = frozenset({Kind.PARK, Kind.GARDEN})


def _less_of(inner: GreenShape, outer: GreenShape, twins: bool) -> GreenShape | None:
    """Return which of two areas is no place of its own, the first of which lies in the second; None for neither."""
    names = inner.name.casefold(), outer.name.casefold()
    same_name, one_is_nameless = names[0] == names[1], "" in names
    alike = inner.kind == outer.kind or {inner.kind, outer.kind} <= WHOLES
    if twins and ((alike and (same_name or one_is_nameless)) or (same_name and names[0])):
        has_holes = inner.osm_id.startswith("r") and bool(names[0] or not names[1])
        return outer if has_holes or (names[0] and not names[1]) else inner
    if {inner.kind, outer.kind} <= WHOLES and (not names[0] or same_name):
        return inner
    return None


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
    """Return the share of nature in each area; None where the cover of too little of it is mapped."""
    others = np.flatnonzero([kind != Kind.FOREST for kind in kinds])
    row, cover = shapely.STRtree(land.covers).query(areas[others], predicate="intersects")
    row = others[row]
    pieces = shapely.intersection(areas[row], land.covers[cover])
    mapped = _joint_areas(pieces, row, len(areas))
    nature = land.cover_is_nature[cover]
    natural = _joint_areas(pieces[nature], row[nature], len(areas))
    sizes = shapely.area(areas)
    known = mapped >= LEAST_MAPPED_SHARE * sizes
    shares = np.minimum(1.0, natural / np.where(sizes > 0, sizes, 1.0)).round(4).tolist()
    return [
        1.0 if kinds[index] == Kind.FOREST else shares[index] if known[index] and sizes[index] > 0 else None
        for index in range(len(areas))
    ]


def _joint_areas(pieces: Geometries, owner: NDArray[np.intp], count: int) -> Floats:
    """Return the area that the pieces of each owner cover together."""
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(count + 1))
    joint = np.zeros(count)
    for index in np.unique(owner).tolist():
        joint[index] = shapely.union_all(pieces[order][bounds[index] : bounds[index + 1]]).area
    return joint


def _comforts(areas: Geometries, land: Land) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in areas]
    if len(land.comfort_kinds):
        tree = shapely.STRtree(point_array(land.comforts))
        for row, point in tree.query(areas, predicate="intersects").T.tolist():
            found[row].add(str(land.comfort_kinds[point]))
    return found
