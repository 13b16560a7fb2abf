"""Where the map ends too near a point: what was not found there may lie beyond."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.atlas.coverage import Coverage
from app.atlas.facts import WALK_LIMIT_S
from app.atlas.fields.fields import KNOWN_WITHIN_M, SHARES, Numbers
from app.atlas.streets.rules.walk import METRES_PER_MINUTE
from app.geo import Floats

Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

#: The straight metres that 45 minutes on foot can lead away, and the share of the disc around a point that the data
#: must cover for "none": what the report itself asks of a disc (`METHODS.confidence.covered`).
WALK_M = WALK_LIMIT_S / 60 * METRES_PER_MINUTE
COVERED_SHARE = 0.98


def discs_covered(coverage: Coverage, lats: Floats, lons: Floats) -> Numbers:
    """Return for each point one bit for each of KNOWN_WITHIN_M: whether the map holds its share of the disc."""
    found = np.zeros(len(lats), dtype=np.uint16)
    for bit, radius_m in enumerate(KNOWN_WITHIN_M):
        found |= _is_covered(coverage, lats, lons, radius_m).astype(np.uint16) << np.uint16(bit)
    return found


def _is_covered(coverage: Coverage, lats: Floats, lons: Floats, radius_m: int) -> Bools:
    """Return whether the share of a disc is known: counted only where something of it may lie outside."""
    grid = coverage.grid
    row, column, inside = grid.cells(lats, lons)
    narrowest = np.cos(np.radians(np.abs(lats).max(initial=0.0) + 0.1)) / np.cos(np.radians(abs(grid.south)))
    reach = math.ceil(radius_m / grid.cell_m / max(float(narrowest), 0.1)) + 1
    whole = np.zeros(len(lats), dtype=np.bool_)
    whole[inside] = _whole_squares(coverage, reach)[row[inside], column[inside]]
    known: Bools = whole.copy()
    ask = np.flatnonzero(inside & ~whole)
    known[ask] = coverage.shares(lats[ask], lons[ask], radius_m) >= SHARES[radius_m]
    return known


def _whole_squares(coverage: Coverage, reach: int) -> Bools:
    """Return for each cell whether all cells within `reach` rows and columns are covered."""
    padded = np.pad(coverage.covered, reach + 1).astype(np.int32)
    sums = padded.cumsum(axis=0).cumsum(axis=1)
    side = 2 * reach + 1
    held = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    whole: Bools = held[: coverage.grid.rows, : coverage.grid.columns] == side * side
    return whole


def cut_off(coverage: Coverage, lats: Floats, lons: Floats) -> Bools:
    """Return for each point whether 45 minutes on foot may lead out of the map: one look a cell, not a point."""
    grid = coverage.grid
    row, column, inside = grid.cells(lats, lons)
    cell = np.where(inside, row * grid.columns + column, 0)
    is_used = np.zeros(grid.rows * grid.columns, dtype=bool)
    is_used[cell] = True
    used = np.flatnonzero(is_used)
    is_short = np.zeros(len(is_used), dtype=bool)
    is_short[used] = _disc_shares(coverage, *np.divmod(used, grid.columns)) < COVERED_SHARE
    cut: Bools = is_short[cell] | ~inside
    return cut


def _disc_shares(coverage: Coverage, rows: Rows, columns: Rows) -> Floats:
    """Return the share of the disc around the middle of each cell that is covered.

    The disc is a few spans of cells, one a row, each the difference of two running sums.
    """
    grid = coverage.grid
    before = np.zeros((grid.rows, grid.columns + 1), dtype=np.int32)
    np.cumsum(coverage.covered, axis=1, out=before[:, 1:])
    reach = int(WALK_M // grid.cell_m)
    covered, total = np.zeros(len(rows)), 0
    for up in range(-reach, reach + 1):
        half = int(np.sqrt(WALK_M**2 - (up * grid.cell_m) ** 2) // grid.cell_m)
        row = rows + up
        inside = (row >= 0) & (row < grid.rows)
        at = np.where(inside, row, 0)
        east = np.clip(columns + half + 1, 0, grid.columns)
        west = np.clip(columns - half, 0, grid.columns)
        covered += np.where(inside, before[at, east] - before[at, west], 0)
        total += 2 * half + 1
    return covered / total
