"""What a map shows of a region, read by box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.atlas.basemap.layers import AREAS, Layer
from app.atlas.basemap.pages import FACTS_FILE, PageFiles
from app.atlas.streets.tiling import ranges
from app.atlas.varints import Ints, signed, unpacked
from app.geo import Box, Floats

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes of one layer, points as (lon, lat) in degrees, shape (n, 2).

    Part i is the points starts[i]:starts[i + 1]: a line, or a closed ring whose last point is its first. An area is its
    outer ring and then its holes. `owner[i]` is the number of the shape that part i belongs to, in ascending order, and
    `names[owner[i]]` its name, "" for none.
    """

    points: Floats
    starts: Integers
    owner: Integers
    names: tuple[str, ...]

    def meeting(self, box: Box) -> Shapes:
        """Return the shapes whose own box meets this one, whole."""
        if not len(self.owner):
            return self
        first = self.starts[np.flatnonzero(np.diff(self.owner, prepend=-1))]
        meets = _meets(box, np.minimum.reduceat(self.points, first), np.maximum.reduceat(self.points, first))
        if meets.all():
            return self
        parts = np.flatnonzero(meets[self.owner])
        points, starts = picked(self.points, self.starts, parts)
        names = tuple([name for name, kept in zip(self.names, meets.tolist(), strict=True) if kept])
        return Shapes(points, starts, (np.cumsum(meets) - 1)[self.owner[parts]], names)


def picked(points: Floats, starts: Integers, parts: Integers) -> tuple[Floats, Integers]:
    """Return the points of some of the parts and where each starts."""
    first, after = starts[:-1][parts], starts[1:][parts]
    return points[ranges(first, after)[1]], np.concatenate(([0], np.cumsum(after - first)))


def _meets(box: Box, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Return which boxes, by their south-western and north-eastern corners, meet a box."""
    west, south, east, north = box
    meets: NDArray[np.bool_] = (low[:, 0] <= east) & (high[:, 0] >= west) & (low[:, 1] <= north) & (high[:, 1] >= south)
    return meets


class Basemap:
    """Threads and processes may share it: nothing in it changes."""

    def __init__(self, files: PageFiles) -> None:
        self._files = files

    @classmethod
    def open(cls, directory: Path) -> Basemap | None:
        """Read the files of a directory; None where there are none.

        Raises OSError, ValueError or msgspec.MsgspecError where they are damaged.
        """
        return cls(PageFiles.open(directory)) if (directory / FACTS_FILE).is_file() else None

    def within(self, box: Box) -> Mapping[Layer, Shapes]:
        """Return every shape whose own box meets this one, whole, by layer; every layer is there."""
        pages = self._files.meeting(box)
        stored = _Stored.on(self._files, pages)
        low, high = map(self._files.facts.grid.to_degrees, stored.bounds())
        meets = _meets(box, low, high)
        return {layer: self._shapes(stored, layer, meets & (stored.layers == layer)) for layer in Layer}

    def _shapes(self, stored: _Stored, layer: Layer, kept: NDArray[np.bool_]) -> Shapes:
        parts = np.flatnonzero(kept[stored.owner])
        points, starts = stored.points_of(parts, closed=layer in AREAS)
        owner = (np.cumsum(kept) - 1)[stored.owner[parts]]
        names = self._files.facts.names
        of_shapes = tuple([names[name] for name in stored.names[kept].tolist()])
        return Shapes(self._files.facts.grid.to_degrees(points), starts, owner, of_shapes)


@dataclass(frozen=True, slots=True)
class _Stored:
    """The shapes of some pages in steps: layers and names by shape, the shape of each part, where its points start."""

    layers: NDArray[np.uint8]
    names: Ints
    owner: Ints
    starts: Ints
    points: Ints

    @classmethod
    def on(cls, files: PageFiles, pages: Ints) -> _Stored:
        heads, parts_of_pages = unpacked(files.runs("parts", pages))
        is_shape = heads & 1 == 0
        owner = np.cumsum(is_shape) - 1
        page = np.repeat(np.arange(len(pages)), parts_of_pages)[is_shape]
        starts = np.concatenate(([0], np.cumsum(heads >> 1)))
        layers = files.pages["layer"][pages]
        return cls(layers[page], cls._names(files, pages, page), owner, starts, cls._points(files, pages))

    @staticmethod
    def _names(files: PageFiles, pages: Ints, page: Ints) -> Ints:
        """Return the name of each shape, 0 on pages without names."""
        numbers, counts = unpacked(files.runs("names", pages))
        names = np.zeros(len(page), dtype=np.int64)
        names[counts[page] > 0] = numbers
        return names

    @staticmethod
    def _points(files: PageFiles, pages: Ints) -> Ints:
        steps, counts = unpacked(files.runs("points", pages))
        sums = np.cumsum(signed(steps).reshape(-1, 2), axis=0)
        ends = np.cumsum(counts // 2)
        before = np.concatenate((np.zeros((1, 2), dtype=np.int64), sums))[ends - counts // 2]
        corners = files.pages["box"][pages][:, :2]
        points: Ints = sums + np.repeat(corners - before, counts // 2, axis=0)
        return points

    def bounds(self) -> tuple[Ints, Ints]:
        """Return the south-west and the north-east corner of each shape."""
        if not len(self.layers):
            return np.empty((0, 2), dtype=np.int64), np.empty((0, 2), dtype=np.int64)
        firsts = self.starts[np.flatnonzero(np.diff(self.owner, prepend=-1))]
        return np.minimum.reduceat(self.points, firsts), np.maximum.reduceat(self.points, firsts)

    def points_of(self, parts: Ints, *, closed: bool) -> tuple[Ints, Ints]:
        """Return the points of some parts and where each starts; rings end where they began."""
        stored = np.diff(self.starts)[parts]
        counts = stored + closed
        starts = np.concatenate(([0], np.cumsum(counts)))
        along = np.arange(starts[-1]) - np.repeat(starts[:-1], counts)
        return self.points[np.repeat(self.starts[parts], counts) + along % np.repeat(stored, counts)], starts
