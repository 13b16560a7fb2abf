"""The ground of a map, from the lowest layer up: where the data ends, green, sea and water, buildings, roads, rails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely

from app.atlas.basemap.basemap import Shapes
from app.atlas.basemap.layers import Layer
from app.geo import Floats, Geometries
from app.maps import svg
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.labels import Face, NamedLines
from app.maps.ragged import Integers, area_path, areas_of, clipped, joined, line_path, lines_of, simpler, whole
from app.maps.sea import sea_of
from app.maps.thinning import Canvas

NOTHING: Geometries = np.empty(0, dtype=object)
NO_ROWS: Integers = np.empty(0, dtype=np.int64)
AREAS = (Layer.GREEN, Layer.WOOD, Layer.BEACH, Layer.SQUARE, Layer.WATER, Layer.PIER, Layer.BUILDING)
#: Areas smaller than this (square pixels) are left out.
LEAST_PX2 = {Layer.BUILDING: 4.8, Layer.WATER: 5.0}
USUAL_LEAST_PX2 = 8.0
#: Buildings are shown from this scale on (pixels a metre): on smaller maps they are dust.
BUILDINGS_FROM = 0.2
BUILDING_SIMPLER_PX = 0.5
#: Roads by the number of their classes in the picture, the least important first.
ROADS = ((4, Layer.TERTIARY), (3, Layer.SECONDARY), (2, Layer.PRIMARY), (1, Layer.MOTORWAY))
#: Streets that are named, by rank, and how.
NAMED = (
    (Layer.MOTORWAY, Face.MAIN_ROAD),
    (Layer.PRIMARY, Face.MAIN_ROAD),
    (Layer.SECONDARY, Face.MAIN_ROAD),
    (Layer.TERTIARY, Face.STREET),
    (Layer.STREET, Face.STREET),
)
#: A second track within this of the first is not drawn (pixels).
RAIL_BESIDE_PX, RAIL_UPON_PX = 2.6, 1.5
#: Cells of data are rounded off at their corners by this (metres).
ROUNDED_M = 60.0


@dataclass(frozen=True)
class Ground:
    """All layers of the base map in one frame, in units, each worked out when it is first asked for."""

    frame: Frame
    shapes: Mapping[Layer, Shapes]
    cells: Floats
    _areas: dict[Layer, Geometries] = field(default_factory=dict)
    _lines: dict[Layer, tuple[Geometries, Integers]] = field(default_factory=dict)

    def areas(self, layer: Layer) -> Geometries:
        """Return the areas of a layer that can be seen."""
        if layer not in self._areas:
            self._areas[layer] = self._seen(layer)
        return self._areas[layer]

    def _seen(self, layer: Layer) -> Geometries:
        if layer not in self.shapes:
            return NOTHING
        areas = areas_of(self.shapes[layer], self.frame)
        areas = areas[shapely.area(areas) >= LEAST_PX2.get(layer, USUAL_LEAST_PX2) * UNITS_PER_PX**2]
        return whole(clipped(areas, self.frame))

    def lines(self, layer: Layer) -> Geometries:
        """Return the lines of a layer in the picture."""
        return self._shown(layer)[0]

    def _shown(self, layer: Layer) -> tuple[Geometries, Integers]:
        """Return the same, and the row of the line in its layer that each is a part of."""
        if layer not in self._lines:
            shapes = self.shapes.get(layer)
            shown = (NOTHING, NO_ROWS) if shapes is None else lines_of(shapes, self.frame).shown(self.frame)
            self._lines[layer] = shown
        return self._lines[layer]

    @cached_property
    def sea(self) -> Geometries:
        """The sea as far as the data knows it."""
        shapes = self.shapes.get(Layer.COAST)
        if shapes is None:
            return NOTHING
        sea = sea_of(lines_of(shapes, self.frame).geometries(), self.frame)
        # Where the data ends nobody knows how the coast goes on.
        return whole(shapely.difference(sea, self._unmapped[0])) if len(self._unmapped) else sea

    # --- drawn ---

    def below_streets(self) -> list[str]:
        """Return everything that lies below the streets."""
        if self.frame.units_per_m / UNITS_PER_PX < BUILDINGS_FROM:
            return self.quiet
        buildings = simpler(self.areas(Layer.BUILDING), BUILDING_SIMPLER_PX)
        return [*self.quiet, svg.path(area_path(buildings), "bu")]

    @cached_property
    def quiet(self) -> list[str]:
        """The same without buildings, as the ground of another subject."""
        areas = {layer: simpler(self.areas(layer)) for layer in AREAS if layer is not Layer.BUILDING}
        water = np.concatenate((simpler(self.sea), areas[Layer.WATER]))
        return [
            svg.path(area_path(self._unmapped), "nd"),
            svg.path(area_path(areas[Layer.GREEN]), "gr"),
            svg.path(area_path(areas[Layer.WOOD]), "wd"),
            svg.path(area_path(areas[Layer.BEACH]), "be"),
            svg.path(area_path(areas[Layer.SQUARE]), "sq"),
            svg.path(area_path(water), "wa"),
            svg.path(line_path(simpler(self.lines(Layer.WATERWAY))), "wl"),
            svg.path(area_path(areas[Layer.PIER]), "pi"),
            svg.path(line_path(simpler(self.lines(Layer.PIER_LINE))), "pl"),
        ]

    @cached_property
    def roads(self) -> str:
        """The roads with much traffic."""
        return svg.roads([(str(number), line_path(simpler(self.lines(layer)))) for number, layer in ROADS])

    def rails(self, classes: str = "ra") -> str:
        """Return railways and trams, parallel tracks as one."""
        lines = joined(np.concatenate((self.lines(Layer.RAIL), self.lines(Layer.TRAM))))
        canvas = Canvas(self.frame)
        # The quick way leaves too few of many tracks side by side, so it takes only what all but lies on another.
        kept = canvas.one_by_one(joined(canvas.longest(lines, RAIL_UPON_PX)), RAIL_BESIDE_PX)
        return svg.path(line_path(simpler(kept)), classes)

    @cached_property
    def _unmapped(self) -> Geometries:
        """Where the picture shows no data."""
        whole = shapely.box(*self.frame.bounds)
        if not len(self.cells):
            return np.array([whole], dtype=object)
        upper_left = self.frame.to_units(self.cells[:, (0, 3)])
        lower_right = self.frame.to_units(self.cells[:, (2, 1)])
        # A little larger, so that cells side by side leave no crack.
        held = shapely.union_all(shapely.box(*(upper_left - 1.0).T, *(lower_right + 1.0).T))
        if held.contains(whole):
            return NOTHING
        rounding = ROUNDED_M * self.frame.units_per_m
        rest = whole.buffer(2 * rounding).difference(held).buffer(-rounding).buffer(rounding).intersection(whole)
        return np.array([rest], dtype=object) if not rest.is_empty else NOTHING

    # --- named ---

    @cached_property
    def named_streets(self) -> list[NamedLines]:
        """The streets with a name: main roads first, then by their length in the picture."""
        found: dict[str, tuple[int, list[Geometries]]] = {}
        for rank, (layer, _) in enumerate(NAMED):
            for name, lines in self._by_name(layer):
                found.setdefault(name, (rank, []))[1].append(lines)
        named = [(rank, name, np.concatenate(parts)) for name, (rank, parts) in found.items()]
        named.sort(key=lambda item: (item[0] > 2, item[0], -shapely.length(item[2]).sum(), item[1]))
        return [NamedLines(name, NAMED[rank][1], lines) for rank, name, lines in named]

    def named_waters(self) -> list[NamedLines]:
        """Return rivers and streams with a name, the longest first."""
        rivers = [NamedLines(name, Face.WATER, lines) for name, lines in self._by_name(Layer.WATERWAY)]
        return sorted(rivers, key=lambda river: (-shapely.length(river.lines).sum(), river.name))

    def named_areas(self, *layers: Layer) -> list[tuple[str, Geometries]]:
        """Return the areas of some layers by name."""
        found: dict[str, list[Geometries]] = {}
        for layer in layers:
            shapes = self.shapes.get(layer)
            if shapes is None or not any(shapes.names):
                continue
            areas = areas_of(shapes, self.frame)
            for name, rows in _rows_by_name(shapes.names).items():
                parts = whole(clipped(areas[rows], self.frame))
                if len(parts):
                    found.setdefault(name, []).append(parts)
        return [(name, np.concatenate(parts)) for name, parts in found.items()]

    def _by_name(self, layer: Layer) -> list[tuple[str, Geometries]]:
        shapes = self.shapes.get(layer)
        if shapes is None:
            return []
        lines, part = self._shown(layer)
        names = [shapes.names[owner] for owner in shapes.owner[part].tolist()]
        return [(name, lines[rows]) for name, rows in _rows_by_name(names).items()]


def _rows_by_name(names: Sequence[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if name:
            rows.setdefault(name, []).append(row)
    return rows
