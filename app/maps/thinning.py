"""Leaving out what would be drawn beside itself: pavements along their street, the second track of a railway.

Looked up on a grid of pixels: what is seen as one line is one there too, whatever its direction, and it costs
milliseconds for thousands of lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.geo import Floats, Geometries
from app.maps.frame import MARGIN_PX, UNITS_PER_PX, Frame
from app.maps.ragged import Bools, Integers, Ragged

#: Stretches beside another line that are shorter (pixels) stay: crossings and bends.
SHORTEST_BESIDE_PX = 13
#: Stretches that are left between two that go are drawn from this length on.
SHORTEST_LEFT_PX = 5
#: The canvas goes on so far (pixels) around what it holds: what is near to its edge needs no care.
AROUND = 4


@dataclass(frozen=True, slots=True)
class _Samples:
    """Points about a pixel apart along lines, the corners among them."""

    points: Floats
    line: Integers
    is_corner: Bools


class Canvas:
    """The pixels near lines that are drawn already."""

    def __init__(self, frame: Frame) -> None:
        self._last = np.array([frame.width_px, frame.height_px]) + 2 * int(MARGIN_PX)
        width, height = (self._last + 1 + 2 * AROUND).tolist()
        self._near: NDArray[np.bool_] = np.zeros((height, width), dtype=np.bool_)

    def draw(self, lines: Geometries, radius_px: float) -> None:
        """Mark what is so near to the lines."""
        if not len(lines):
            return
        drawn = np.zeros_like(self._near)
        drawn.ravel()[self._inside(_samples(Ragged.of(lines)).points)] = True
        height, width = np.array(drawn.shape) - 2 * AROUND
        middle = drawn[AROUND : AROUND + height, AROUND : AROUND + width]
        for down, right in _offsets(radius_px):
            top, left = AROUND + down, AROUND + right
            self._near[top : top + height, left : left + width] |= middle

    def without_what_is_near(self, lines: Geometries) -> Geometries:
        """Return the lines without the stretches that run beside what is drawn."""
        if not len(lines):
            return lines
        samples = _samples(Ragged.of(lines))
        return _left(samples, self._is_near(samples.points))

    def one_by_one(self, lines: Geometries, radius_px: float) -> Geometries:
        """Return the lines, the longest first, each without the stretches beside one before it."""
        kept = []
        steps = self._steps(radius_px)
        for row in np.argsort(-shapely.length(lines), kind="stable").tolist():
            left, samples = lines[row : row + 1], _samples(Ragged.of(lines[row : row + 1]))
            is_near = self._is_near(samples.points)
            if is_near.any():
                left = _left(samples, is_near)
                samples = _samples(Ragged.of(left))
            kept.append(left)
            self._near.ravel()[self._inside(samples.points)[:, None] + steps] = True
        return np.concatenate(kept) if kept else lines

    def longest(self, lines: Geometries, radius_px: float) -> Geometries:
        """Return the lines, each without the stretches beside a longer one; faster than `one_by_one`, for many."""
        if not len(lines):
            return lines
        lines = lines[np.argsort(shapely.length(lines), kind="stable")]
        samples = _samples(Ragged.of(lines))
        pixels = self._nearest(samples.points)
        # Each pixel belongs to the longest line through it: of several values that are set, the last one stays.
        owner = np.full(self._near.size, -1, dtype=np.int64)
        owner[pixels] = samples.line
        is_near = np.zeros(len(pixels), dtype=np.bool_)
        for step in self._steps(radius_px).tolist():
            is_near |= owner[pixels + step] > samples.line
        return _left(samples, is_near)

    def _is_near(self, points: Floats) -> Bools:
        return self._near.ravel()[self._nearest(points)]

    def _inside(self, points: Floats) -> Integers:
        """Return the pixels of those points that lie on the canvas."""
        cells = _cells(points)
        return self._numbered(cells[((cells >= 0) & (cells <= self._last)).all(axis=1)])

    def _nearest(self, points: Floats) -> Integers:
        """Return the pixel of each point, one at the edge for those beyond."""
        return self._numbered(np.clip(_cells(points), 0, self._last))

    def _numbered(self, cells: Integers) -> Integers:
        pixels: Integers = (cells[:, 1] + AROUND) * self._near.shape[1] + cells[:, 0] + AROUND
        return pixels

    def _steps(self, radius_px: float) -> Integers:
        """Return how much larger the numbers of the pixels within a distance of one are."""
        return np.array([down * self._near.shape[1] + right for down, right in _offsets(radius_px)])


def _cells(points: Floats) -> Integers:
    """Return the columns and rows of points."""
    return np.rint(points / UNITS_PER_PX).astype(np.int64) + int(MARGIN_PX)


def _offsets(radius_px: float) -> list[tuple[int, int]]:
    """Return the pixels (down, right) within a distance of one."""
    reach = range(-int(radius_px), int(radius_px) + 1)
    return [(down, right) for down in reach for right in reach if right**2 + down**2 <= radius_px**2]


def _samples(lines: Ragged) -> _Samples:
    line = np.repeat(np.arange(len(lines.starts) - 1), np.diff(lines.starts))
    step = np.diff(lines.points, axis=0, append=lines.points[-1:])
    goes_on = np.append(line[:-1] == line[1:], False)
    count = np.where(goes_on, np.ceil(np.hypot(step[:, 0], step[:, 1]) / UNITS_PER_PX), 1).astype(np.int64)
    count = np.maximum(count, 1)
    first = np.cumsum(count) - count
    corner = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(corner)) - first[corner]) / count[corner]
    is_corner = np.zeros(len(corner), dtype=np.bool_)
    is_corner[first] = True
    return _Samples(lines.points[corner] + step[corner] * share[:, None], line[corner], is_corner)


def _left(samples: _Samples, is_near: Bools) -> Geometries:
    """Return the lines without long stretches of samples that are near something; none that is near as a whole."""
    run = _run_lengths(samples.line, is_near)
    is_whole = run == np.bincount(samples.line)[samples.line]
    gone = is_near & ((run >= SHORTEST_BESIDE_PX) | is_whole)
    crumbs = ~gone & (_run_lengths(samples.line, gone) < SHORTEST_LEFT_PX) & _touches_gone(samples.line, gone)
    left = ~(gone | crumbs)
    starts_run = left & ~np.concatenate([[False], left[:-1] & (samples.line[1:] == samples.line[:-1])])
    ends_run = left & ~np.concatenate([left[1:] & (samples.line[1:] == samples.line[:-1]), [False]])
    shown = left & (samples.is_corner | starts_run | ends_run)
    run = np.cumsum(starts_run)[shown] - 1
    counts = np.bincount(run, minlength=int(starts_run.sum()))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Ragged(samples.points[shown], starts).geometries()


def _run_lengths(line: Integers, value: Bools) -> Integers:
    """Return for each sample how many samples of its line have its value without a gap."""
    run = _runs(line, value)
    return np.bincount(run)[run]


def _runs(line: Integers, value: Bools) -> Integers:
    changes = np.ones(len(line), dtype=np.bool_)
    changes[1:] = (line[1:] != line[:-1]) | (value[1:] != value[:-1])
    return np.cumsum(changes) - 1


def _touches_gone(line: Integers, gone: Bools) -> Bools:
    """Return for each sample whether its stretch begins or ends where another one goes."""
    run = _runs(line, gone)
    next_to = np.zeros(int(run[-1]) + 2, dtype=np.bool_)
    border = np.flatnonzero((line[1:] == line[:-1]) & (gone[1:] != gone[:-1]))
    next_to[run[border]] = next_to[run[border + 1]] = True
    return np.asarray(next_to[run])
