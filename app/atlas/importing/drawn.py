"""What a map shows of an extract: collected while it is read, and put together in a process beside the import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.basemap.build.compile import Drawn, Rings, compile_basemap
from app.atlas.basemap.layers import AREAS, NAMELESS, Layer
from app.atlas.importing.outlines import MIN_RING_POINTS, decode_areas
from app.atlas.importing.pbf.block import Tags, WayColumns
from app.atlas.importing.pbf.located import NodePositions, Way, WayNodes
from app.atlas.importing.relations import AreaRelation, WkbShape, assembled
from app.atlas.importing.tags.layers import is_building, is_building_value, layers_of, map_name, relation_layers
from app.atlas.varints import Ints
from app.geo import METRES_PER_DEGREE, Floats, Geometries

#: A swimming pool is drawn from this size on: a 25 m pool has 250 square metres, one in a garden 20 to 60.
POOL_M2 = 100.0


class DrawnWay(NamedTuple):
    """A way on a layer: its corners in degrees, NaN where the extract does not hold them."""

    name: str
    way_id: int
    corners: Floats


class DrawnArea(NamedTuple):
    """An area of several ways: its WKB in degrees."""

    name: str
    wkb: bytes


@dataclass(slots=True)
class BuildingColumns:
    """Ways that are buildings, by the ten thousand: what is stored of each is its outline alone."""

    _ids: list[int] = field(default_factory=list)
    _nodes: WayNodes = field(default_factory=WayNodes)

    def add(self, ways: WayColumns) -> None:
        """Take the buildings among the ways of a block."""
        rows = ways.with_keys({"building"})
        values = zip(ways.texts(rows, "building"), ways.texts(rows, "location"), strict=True)
        rows = rows[np.fromiter((is_building_value(*value) for value in values), dtype=np.bool_, count=len(rows))]
        self._ids += ways.ids[rows].tolist()
        self._nodes.add(ways, rows)

    def located(self, positions: NodePositions) -> tuple[Ints, Floats, Ints]:
        """Return the ids of the closed ones, the known corners of all, and how many each has."""
        refs, starts, ends = self._nodes.refs()
        corners = positions.of(refs)
        known = np.isfinite(corners[:, 0])
        owner = np.repeat(np.arange(len(starts)), ends - starts)
        is_closed = refs[starts] == refs[ends - 1]
        kept = known & is_closed[owner]
        counts = np.bincount(owner[kept], minlength=len(starts))[is_closed]
        return np.array(self._ids, dtype=np.int64)[is_closed], corners[kept], counts


@dataclass(slots=True)
class MapShapes:
    """What is read of one extract; `write` works it out."""

    ways: dict[Layer, list[DrawnWay]] = field(default_factory=lambda: defaultdict(list))
    areas: dict[Layer, list[DrawnArea]] = field(default_factory=lambda: defaultdict(list))
    buildings: BuildingColumns = field(default_factory=BuildingColumns)
    #: Relations that are nothing but a building.
    courtyards: list[AreaRelation] = field(default_factory=list)
    area_ways: Mapping[int, WkbShape] = field(default_factory=dict)
    positions: NodePositions = field(default_factory=NodePositions)
    #: Outer ways of a relation on the same layer: drawn with it, and with its holes.
    outer: dict[Layer, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add_way(self, way: Way) -> None:
        """Take a way that is drawn, on whatever layers; buildings are taken block by block."""
        for layer in layers_of(way.tags, is_closed=way.is_closed):
            if layer is not Layer.WATER or way.tags.get("leisure") != "swimming_pool" or _is_large(way.corners):
                self.ways[layer].append(DrawnWay(_name(layer, way.tags), way.way_id, way.corners))

    def add_relation(self, tags: Tags, members: AreaRelation, wkb: bytes) -> None:
        """Take an area of several ways."""
        for layer in relation_layers(tags):
            self.areas[layer].append(DrawnArea(_name(layer, tags), wkb))
            self.outer[layer].update(members.outer)

    def add_courtyard(self, members: AreaRelation, edge: Sequence[Tags]) -> None:
        """Take a relation that no place is made of, if it is a building: by its tags, or old-style by its edge's."""
        if is_building(members.tags) or (members.is_old_style and edge and all(map(is_building, edge))):
            self.courtyards.append(members)
            self.outer[Layer.BUILDING].update(members.outer)

    def write(self, directory: Path) -> None:
        """Write the base map into a new directory."""
        compile_basemap({layer: self._drawn(layer) for layer in Layer}, directory)

    def _drawn(self, layer: Layer) -> Drawn:
        if layer is Layer.BUILDING:
            rings = self._of_buildings()
            geometries = np.concatenate((self._of_relations(layer), self._of_courtyards()))
            return Drawn(geometries, [""] * (len(rings.counts) + len(geometries)), rings)
        ways = [way for way in self.ways[layer] if way.way_id not in self.outer[layer]]
        of_areas = [area.name for area in self.areas[layer]]
        if layer in AREAS:
            rings, owner = _rings(ways)
            return Drawn(self._of_relations(layer), [*(ways[i].name for i in owner.tolist()), *of_areas], rings)
        lines, owner = _runs(ways)
        return Drawn(lines, [ways[i].name for i in owner.tolist()])

    def _of_relations(self, layer: Layer) -> Geometries:
        wkbs = np.array([area.wkb for area in self.areas[layer]], dtype=object)
        return decode_areas(wkbs, np.ones(len(wkbs), dtype=bool))

    def _of_courtyards(self) -> Geometries:
        shapes = (assembled(members, self.area_ways) for members in self.courtyards)
        wkbs = np.array([shape.wkb for shape in shapes if shape is not None], dtype=object)
        return decode_areas(wkbs, np.ones(len(wkbs), dtype=bool))

    def _of_buildings(self) -> Rings:
        ids, corners, counts = self.buildings.located(self.positions)
        outer = np.array(sorted(self.outer[Layer.BUILDING]), dtype=np.int64)
        kept = ~np.isin(ids, outer)
        return _closed(corners[np.repeat(kept, counts)], counts[kept])[0]


def _name(layer: Layer, tags: Tags) -> str:
    return "" if layer in NAMELESS else map_name(tags)


def _is_large(corners: Floats) -> bool:
    """Return whether a pool has POOL_M2."""
    known = corners[np.isfinite(corners[:, 0])]
    if len(known) < MIN_RING_POINTS:
        return False
    scale = METRES_PER_DEGREE**2 * np.cos(np.radians(known[0, 1]))
    return float(shapely.area(shapely.polygons(known))) * scale >= POOL_M2 if (known[0] == known[-1]).all() else False


def _rings(ways: Sequence[DrawnWay]) -> tuple[Rings, Ints]:
    """Return closed ways as areas, and the way of each; corners that the extract lacks are cut off."""
    known, owner = _known(ways)
    return _closed(known, np.bincount(owner, minlength=len(ways)))


def _closed(corners: Floats, counts: Ints) -> tuple[Rings, Ints]:
    """Return the rings that are areas, and the position of each; what is less than a triangle is left out."""
    ends = np.cumsum(counts)
    is_ring = counts > 0
    first, last = corners[(ends - counts)[is_ring]], corners[ends[is_ring] - 1]
    is_ring[is_ring] = counts[is_ring] + (first != last).any(axis=1) >= MIN_RING_POINTS
    rings = Rings(corners[np.repeat(is_ring, counts)], counts[is_ring])
    return rings, np.flatnonzero(is_ring).astype(np.int64)


def _runs(ways: Sequence[DrawnWay]) -> tuple[Geometries, Ints]:
    """Return ways as lines, several where the extract cuts one, and the way of each."""
    if not ways:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    corners = np.concatenate([way.corners for way in ways])
    owner = np.repeat(np.arange(len(ways)), [len(way.corners) for way in ways])
    known = np.isfinite(corners[:, 0])
    begins = known & (np.diff(owner, prepend=-1).astype(bool) | ~np.concatenate(([False], known[:-1])))
    run = np.cumsum(begins) - 1
    is_long = np.bincount(run[known]) > 1 if known.any() else np.empty(0, dtype=np.bool_)
    kept = known & np.concatenate((is_long, [False]))[run]
    numbers = np.unique(run[kept], return_inverse=True)[1]
    lines = shapely.linestrings(corners[kept], indices=numbers) if kept.any() else np.empty(0, dtype=object)
    return lines, owner[begins][is_long]


def _known(ways: Sequence[DrawnWay]) -> tuple[Floats, Ints]:
    if not ways:
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    corners = np.concatenate([way.corners for way in ways])
    owner: NDArray[np.int64] = np.repeat(np.arange(len(ways)), [len(way.corners) for way in ways])
    known = np.isfinite(corners[:, 0])
    return corners[known], owner[known]
