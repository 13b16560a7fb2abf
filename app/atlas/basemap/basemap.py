"""The shapes that a map is drawn from, found by box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.atlas.basemap.layers import Layer
from app.atlas.streets.tiling import Integers
from app.geo import Box, Floats


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes of one layer: points as (lon, lat) degrees, float64 (n, 2). Part i is points starts[i]:starts[i+1].

    An area is an outer ring followed by its holes; `owner[i]` is the number of the shape that part i belongs to,
    `names[owner]` its name, "" for none.
    """

    points: Floats
    starts: Integers
    owner: Integers
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basemap:
    """The shapes of one region by layer."""

    layers: Mapping[Layer, Shapes]

    @classmethod
    def open(cls, directory: Path) -> Basemap | None:
        """Return None: no region holds a base map yet."""
        return None

    def within(self, box: Box) -> Mapping[Layer, Shapes]:
        """Return everything."""
        return self.layers
