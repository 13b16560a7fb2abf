"""Writes the base map of a region: lines joined, corners that nobody sees left out, neighbours put on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.basemap.layers import AREAS, NAMELESS, Layer
from app.atlas.basemap.pages import LAT_STEP, PAGE, Facts, Grid, PageFiles
from app.atlas.streets.tiling import ranges
from app.atlas.varints import Ints, folded, packed
from app.geo import Floats, Geometries

#: Corners that stand out less than this are left out (metres).
TOLERANCE_M = 0.8
#: Rings of no more points, the first again at the end included, are left as they are: most buildings.
LEAST_POINTS = 5
#: Shapes on a page, by how large they are: four times as large, a quarter as many, so that boxes of pages stay small.
SHAPES_ON_PAGE = (64, 16, 4, 1)
#: What is smaller than this shares pages of the first size (metres).
SMALL_M = 250.0
#: So many areas are worked on at once: half a million buildings as geometries would take a gigabyte.
BATCH = 20_000


class Rings(NamedTuple):
    """Areas by their outlines, a tenth as large as geometries: all corners in degrees, and how many each has."""

    corners: Floats
    counts: Ints

    def areas(self, rows: slice, grid: Grid) -> Geometries:
        """Return some of the areas in steps."""
        counts = self.counts[rows]
        first = int(self.counts[: rows.start].sum())
        corners = grid.to_steps(self.corners[first : first + int(counts.sum())])
        rings = shapely.linearrings(corners, indices=np.repeat(np.arange(len(counts)), counts))
        return np.asarray(shapely.polygons(rings), dtype=object)


NO_RINGS = Rings(np.empty((0, 2)), np.empty(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Drawn:
    """The shapes of a layer: rings, then lines or areas in degrees, and the names of all in this order."""

    geometries: Geometries
    names: Sequence[str]
    rings: Rings = NO_RINGS


def compile_basemap(layers: Mapping[Layer, Drawn], directory: Path) -> None:
    """Write the base map of a region into a new directory, for `Basemap.open`."""
    grid = grid_of(layers)
    names = ("", *sorted({name for drawn in layers.values() for name in drawn.names} - {""}))
    numbers = {name: number for number, name in enumerate(names)}
    stored = [_stored(layer, layers[layer], grid, numbers) for layer in sorted(layers)]
    _packed(stored, Facts(grid, names)).write(directory)


def grid_of(layers: Mapping[Layer, Drawn]) -> Grid:
    """Return a grid whose steps are as long to the east as to the north in the middle of a region."""
    lats = [shapely.total_bounds(drawn.geometries)[1::2] for drawn in layers.values() if len(drawn.geometries)]
    lats += [drawn.rings.corners[:, 1] for drawn in layers.values() if len(drawn.rings.corners)]
    middle = float(min(map(np.min, lats)) + max(map(np.max, lats))) / 2 if lats else 0.0
    stretch = max(float(np.cos(np.radians(middle))), 0.1)
    return Grid(round(LAT_STEP / stretch, 8))


@dataclass(frozen=True, slots=True)
class _Layer:
    """The shapes of a layer in whole steps, in their order: all parts, and the shape of each; names by shape."""

    layer: Layer
    parts: Ints
    owner: Ints
    points: Ints
    names: Ints
    #: How many shapes are on each page.
    pages: Ints


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Shapes in whole steps: all points, how many each part has, the shape of each part, and names by shape."""

    points: Ints
    parts: Ints
    owner: Ints
    names: Ints

    def bounds(self) -> Ints:
        """Return the box of each shape."""
        return _boxes(self.points, np.repeat(self.owner, self.parts))

    def pick(self, shapes: Ints) -> _Shapes:
        """Return the shapes in an order."""
        part = _runs(shapes, np.bincount(self.owner, minlength=len(self.names)))
        owner = np.repeat(np.arange(len(shapes)), np.bincount(self.owner, minlength=len(self.names))[shapes])
        return _Shapes(self.points[_runs(part, self.parts)], self.parts[part], owner, self.names[shapes])


def _runs(picked: Ints, counts: Ints) -> Ints:
    """Return the rows of what is picked, of which each has so many rows, one after the other."""
    ends = np.cumsum(counts)
    return ranges((ends - counts)[picked], ends[picked])[1]


def _together(batches: Sequence[_Shapes]) -> _Shapes:
    """Return batches of shapes as one."""
    firsts = _starts([len(batch.names) for batch in batches])
    return _Shapes(
        np.concatenate([batch.points for batch in batches]),
        np.concatenate([batch.parts for batch in batches]),
        np.concatenate([batch.owner + first for batch, first in zip(batches, firsts, strict=True)]),
        np.concatenate([batch.names for batch in batches]),
    )


def _stored(layer: Layer, drawn: Drawn, grid: Grid, numbers: Mapping[str, int]) -> _Layer:
    names = np.array([numbers[name] for name in drawn.names], dtype=np.int64)
    if layer in AREAS:
        of_rings, of_others = names[: len(drawn.rings.counts)], names[len(drawn.rings.counts) :]
        batches = [_areas(drawn.rings.areas(rows, grid), of_rings[rows], grid) for rows in _batches(len(of_rings))]
        others = shapely.transform(drawn.geometries, grid.to_steps)
        found = _together([*batches, _areas(others, of_others, grid)])
    else:
        lines, names = joined(shapely.transform(drawn.geometries, grid.to_steps), names, directed=layer is Layer.COAST)
        found = _lines(lines, names, TOLERANCE_M / grid.step_m)
    order, pages = _paged(found.bounds(), grid)
    ordered = found.pick(order)
    return _Layer(layer, ordered.parts, ordered.owner, ordered.points, ordered.names, pages)


def joined(lines: Geometries, names: Ints, *, directed: bool) -> tuple[Geometries, Ints]:
    """Return lines of one name that meet end to end, and no third there, as one; their direction stays if asked for."""
    if not len(lines):
        return lines, names
    order = np.argsort(names, kind="stable")
    found, group = np.unique(names[order], return_inverse=True)
    merged = shapely.line_merge(shapely.multilinestrings(lines[order], indices=group), directed=directed)
    parts, of_group = shapely.get_parts(merged, return_index=True)
    return parts, found[of_group]


def _batches(count: int) -> Iterator[slice]:
    return (slice(first, first + BATCH) for first in range(0, count, BATCH))


def _lines(lines: Geometries, names: Ints, tolerance: float) -> _Shapes:
    """Return lines simplified, on whole steps, without those that shrink to a point."""
    rounded = shapely.transform(shapely.simplify(lines, tolerance, preserve_topology=False), np.rint)
    kept = shapely.length(rounded) > 0
    return _ragged(rounded[kept], names[kept], is_area=False)


def _areas(areas: Geometries, names: Ints, grid: Grid) -> _Shapes:
    """Return areas in steps simplified, on whole ones, valid, without those and the holes that shrink to nothing."""
    tolerance = TOLERANCE_M / grid.step_m
    simple, of_area = _polygons(areas)
    is_rich = shapely.get_num_coordinates(simple) > LEAST_POINTS
    simple[is_rich] = shapely.simplify(simple[is_rich], tolerance, preserve_topology=True)
    rounded = shapely.transform(simple, np.rint)
    # Rounding breaks few, so only those pay for being cut up anew.
    broken = np.flatnonzero(~shapely.is_valid(rounded))
    rounded[broken] = shapely.set_precision(shapely.make_valid(simple[broken]), 1.0, mode="valid_output")
    pieces, of_simple = _polygons(rounded)
    return _ragged(pieces, names[of_area[of_simple]], is_area=True)


def _polygons(areas: Geometries) -> tuple[Geometries, Ints]:
    """Return the polygons in geometries of any kind, and the position of the geometry that each is in."""
    is_one = shapely.get_type_id(areas) == shapely.GeometryType.POLYGON
    others = np.flatnonzero(~is_one)
    collected, of_other = shapely.get_parts(areas[others], return_index=True)
    parts, of_part = shapely.get_parts(collected, return_index=True)
    polygons = np.concatenate((areas[is_one], parts))
    owner = np.concatenate((np.flatnonzero(is_one), others[of_other[of_part]]))
    kept = (shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(polygons)
    return polygons[kept], owner[kept]


def _paged(bounds: Ints, grid: Grid) -> tuple[Ints, Ints]:
    """Return the order in which shapes are stored, by the bounds of each, and how many are on each page."""
    extent_m = (bounds[:, 2:] - bounds[:, :2]).max(axis=1, initial=0) * grid.step_m
    sizes = np.clip(np.ceil(np.log2(np.maximum(extent_m, 1.0) / SMALL_M) / 2), 0, len(SHAPES_ON_PAGE) - 1).astype(int)
    order = np.lexsort((_along_curve(bounds), sizes))
    counts = np.bincount(sizes, minlength=len(SHAPES_ON_PAGE)).tolist()
    pages = [
        min(full, count - start)
        for count, full in zip(counts, SHAPES_ON_PAGE, strict=True)
        for start in range(0, count, full)
    ]
    return order, np.array(pages, dtype=np.int64)


def _along_curve(bounds: Ints) -> Ints:
    """Return where the middle of each box lies on a Z-shaped curve (Morton 1966), in the steps of the grid."""
    middles = ((bounds[:, :2] + bounds[:, 2:]) / 2).astype(np.int64)
    middles -= middles.min(axis=0, initial=1 << 62)
    codes = np.zeros(len(middles), dtype=np.int64)
    for bit in range(31):
        codes |= ((middles[:, 0] >> bit & 1) << (2 * bit)) | ((middles[:, 1] >> bit & 1) << (2 * bit + 1))
    return codes


def _ragged(shapes: Geometries, names: Ints, *, is_area: bool) -> _Shapes:
    """Return shapes in whole steps.

    Points that fall on the one before are left out, and the last of a ring, which is the first.
    """
    owner = np.arange(len(shapes))
    if is_area and len(shapes):
        shapes, owner = shapely.get_rings(shapes, return_index=True)
    coordinates, part = shapely.get_coordinates(shapes, return_index=True)
    points = np.rint(coordinates).astype(np.int64)
    kept = np.diff(part, prepend=-1).astype(np.bool_)
    kept[1:] |= (points[1:] != points[:-1]).any(axis=1)
    points, part = points[kept], part[kept]
    if is_area:
        is_last = np.diff(part, append=-1).astype(np.bool_)
        points, part = points[~is_last], part[~is_last]
    return _Shapes(points, np.bincount(part, minlength=len(shapes)), owner, names)


def _packed(layers: Sequence[_Layer], facts: Facts) -> PageFiles:
    """Write all shapes as bytes."""
    points, names = np.concatenate([each.points for each in layers]), np.concatenate([each.names for each in layers])
    shapes = [len(each.names) for each in layers]
    owner = np.concatenate([each.owner + first for each, first in zip(layers, _starts(shapes), strict=True)])
    parts = np.concatenate([each.parts for each in layers])
    page_shapes = np.concatenate([each.pages for each in layers])
    has_name = np.repeat([each.layer not in NAMELESS for each in layers], shapes)
    part_page = np.repeat(np.arange(len(page_shapes)), page_shapes)[owner]
    point_page = np.repeat(part_page, parts)
    boxes = _boxes(points, point_page)
    steps = np.diff(points, axis=0, prepend=points[:1])
    is_first = np.diff(point_page, prepend=-1) > 0
    steps[is_first] = points[is_first] - boxes[:, :2]
    pages = np.zeros(len(page_shapes) + 1, dtype=PAGE)
    pages["layer"][:-1] = np.repeat([each.layer for each in layers], [len(each.pages) for each in layers])
    pages["box"][:-1] = boxes
    runs = {
        "parts": (parts * 2 + (np.diff(owner, prepend=-1) == 0), part_page),
        "points": (folded(steps).ravel(), np.repeat(point_page, 2)),
        "names": (names[has_name], np.repeat(np.arange(len(page_shapes)), page_shapes)[has_name]),
    }
    data = {}
    for run, (values, page) in runs.items():
        data[run], lengths = packed(values)
        pages[run][1:] = np.cumsum(np.bincount(page, weights=lengths, minlength=len(page_shapes)))
    return PageFiles(facts, pages, **data)


def _starts(counts: Sequence[int]) -> list[int]:
    return [0, *np.cumsum(counts)[:-1].tolist()]


def _boxes(points: Ints, page: Ints) -> Ints:
    """Return the box around the points of each page."""
    if not len(points):
        return np.empty((0, 4), dtype=np.int64)
    firsts = np.flatnonzero(np.diff(page, prepend=-1))
    return np.column_stack((np.minimum.reduceat(points, firsts), np.maximum.reduceat(points, firsts)))
