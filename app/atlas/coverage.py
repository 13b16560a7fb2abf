"""Where a region holds data: a grid of cells, because an extract's own box can lie or be larger than what it holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.files import array_in
from app.geo import METRES_PER_DEGREE, Box, Floats, Geometries, metres_per_degree_lon

#: Side of a cell; larger ones in a region that would have more than MOST_CELLS of these.
CELL_M = 250.0
#: A cell counts when at least this share of the cells within NEAR_CELLS holds something mapped: a lone road that
#: runs out of the extract fills some 15 %, the edge of a mapped village half.
NEAR_CELLS, FILLED_SHARE = 4, 0.22
#: What holds data is known this far around, where no header box says otherwise.
WIDENING_CELLS = 2
#: Gaps narrower than twice this many cells are closed: a lake, a hill without paths.
CLOSING_CELLS = 4
#: Open water counts as known this far out from a mapped coast.
SEA_M = 3_000.0
#: Points at which the disc around an address is looked up.
DISC_POINTS = 1_500
#: Discs looked up in one go.
DISCS_TOGETHER = 256
#: A grid larger than this has a stray node on the other side of the world in it, or the region is as large as Alaska.
MOST_CELLS = 40_000_000
#: Of little data there are fewer: so many, and more for each point. One misplaced node must not cost a gigabyte.
FEW_CELLS, CELLS_A_POINT = 1_000_000, 100
#: Share of positions at each end that may be stray when the data is strewn too far. They are left out where they are
#: further off than the rest is wide.
STRAY_SHARE = 0.002
#: Largest shares of what is mapped, and of places and houses, outside a header box at which the extract was cut. In
#: nine extracts cut there up to 1 % and 0.3 % were; in one that an editor saved, 22 % and 13 %.
CUT_WAYS_SHARE, STRAY_PLACES_SHARE = 0.05, 0.02

Bools = NDArray[np.bool_]


class Grid(NamedTuple):
    """Cells of the same size in degrees; row 0 is the south, column 0 the west."""

    south: float
    west: float
    lat_step: float
    lon_step: float
    rows: int
    columns: int

    @property
    def cell_m(self) -> float:
        """Return the side of a cell."""
        return self.lat_step * METRES_PER_DEGREE

    def cells(self, lats: Floats, lons: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], Bools]:
        """Return row, column and whether that is in the grid, for each point."""
        row = np.floor((lats - self.south) / self.lat_step).astype(np.int64)
        column = np.floor((lons - self.west) / self.lon_step).astype(np.int64)
        return row, column, (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)

    def centres(self) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return the latitude of each row's middle and the longitude of each column's."""
        lats = self.south + (np.arange(self.rows) + 0.5) * self.lat_step
        return lats, self.west + (np.arange(self.columns) + 0.5) * self.lon_step


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which cells hold data, which hold some at the edge or beyond it, and how many addresses each has."""

    grid: Grid
    covered: Bools
    #: Cells with streets or houses, most or all of which lie outside: something is mapped there, but not everything.
    edge: Bools
    addresses: NDArray[np.int32]

    def share(self, lat: float, lon: float, radius_m: float) -> float:
        """Return the share, 0 to 1, of the disc around a point for which the region holds data."""
        return float(self._look_up(self.covered, *_disc(lat, lon, radius_m)).mean())

    def shares(self, lats: Floats, lons: Floats, radius_m: float) -> Floats:
        """Return `share` for many points that lie in the grid."""
        from scipy import ndimage  # a quarter of a second that only an import needs

        grid, pad = self.grid, int(radius_m / self.grid.cell_m * 1.5) + 3
        padded = np.pad(self.covered, pad)
        clear_cells = ndimage.distance_transform_cdt(padded, "chessboard") - 1
        row = (lats - grid.south) / grid.lat_step + pad
        column = (lons - grid.west) / grid.lon_step + pad
        # Four bytes tell a cell's border to some centimetres, in half the time.
        north = (radius_m * _OUT * _SINE / METRES_PER_DEGREE / grid.lat_step).astype(np.float32)
        east = (radius_m * _OUT * _COSINE / grid.lon_step).astype(np.float32)
        per_degree = np.maximum(METRES_PER_DEGREE * np.cos(np.radians(lats)), 1.0)
        # Within so many metres all is covered: what lies there need not be looked up.
        clear_m = clear_cells[row.astype(np.int32), column.astype(np.int32)] * np.minimum(
            grid.cell_m, grid.lon_step * per_degree
        )
        at_row, at_column, per_metre = (each.astype(np.float32)[:, None] for each in (row, column, 1 / per_degree))
        order, flat = np.argsort(clear_m), padded.ravel()
        found = np.empty(len(lats))
        for start in range(0, len(order), DISCS_TOGETHER):
            some = order[start : start + DISCS_TOGETHER]
            inner = int(np.searchsorted(radius_m * _OUT, clear_m[some[0]]))
            cell = (at_row[some] + north[inner:]).astype(np.int32) * np.int32(padded.shape[1])
            cell += (at_column[some] + east[inner:] * per_metre[some]).astype(np.int32)
            found[some] = (inner + flat[cell].sum(axis=1)) / DISC_POINTS
        return found

    def covers(self, lats: Floats, lons: Floats) -> Bools:
        """Return for each point whether the region holds data there."""
        return np.asarray(self._look_up(self.covered, lats, lons), dtype=np.bool_)

    def addresses_at(self, lats: Floats, lons: Floats) -> NDArray[np.int32]:
        """Return for each point how many addresses its cell holds."""
        return np.asarray(self._look_up(self.addresses, lats, lons), dtype=np.int32)

    def holds(self, lat: float, lon: float) -> bool:
        """Return whether a point lies where streets or houses are mapped, or among them."""
        here = np.array([lat]), np.array([lon])
        return bool(self._look_up(self.covered, *here)[0] or self._look_up(self.edge, *here)[0])

    def addresses_within(self, lat: float, lon: float, radius_m: float) -> int:
        """Return about how many addresses lie in the disc: those of the cells whose middle is in it."""
        lats, lons = self.grid.centres()
        # One scale for all: `distances_m` would move a cell or two over the edge, and with them what reports say.
        north = (lats - lat)[:, None] * METRES_PER_DEGREE
        east = (lons - lon)[None, :] * metres_per_degree_lon(lat)
        rows, columns = np.flatnonzero(np.abs(north[:, 0]) <= radius_m), np.flatnonzero(np.abs(east[0]) <= radius_m)
        near = np.hypot(north[rows], east[:, columns]) <= radius_m
        return int(self.addresses[np.ix_(rows, columns)][near].sum())

    def box(self) -> Box:
        """Return the box around all points that it holds."""
        held = self.covered | self.edge
        rows, columns = np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0))
        if not len(rows):
            return Box(self.grid.west, self.grid.south, self.grid.west, self.grid.south)
        low_row, high_row = int(rows[0]), int(rows[-1]) + 1
        low_column, high_column = int(columns[0]), int(columns[-1]) + 1
        south, west, lat_step, lon_step = self.grid[:4]
        return Box(
            west + low_column * lon_step,
            south + low_row * lat_step,
            west + high_column * lon_step,
            south + high_row * lat_step,
        )

    def km2(self) -> float:
        """Return the square kilometres covered."""
        lats, _ = self.grid.centres()
        cell = (
            self.grid.lat_step * METRES_PER_DEGREE * self.grid.lon_step * METRES_PER_DEGREE * np.cos(np.radians(lats))
        )
        return float((self.covered.sum(axis=1) * cell).sum() / 1e6)

    def write(self, directory: Path) -> None:
        """Write the grid into a directory, for `Coverage.open`."""
        np.save(directory / "covered.npy", self.covered)
        np.save(directory / "edge.npy", self.edge)
        np.save(directory / "addresses.npy", self.addresses)
        np.save(directory / "grid.npy", np.array(self.grid, dtype=np.float64))

    @classmethod
    def open(cls, directory: Path) -> Coverage:
        """Read the grid. Raises OSError or ValueError where it is missing or damaged."""
        south, west, lat_step, lon_step, rows, columns = np.load(directory / "grid.npy").tolist()
        covered, edge, addresses = (array_in(directory / f"{name}.npy") for name in ("covered", "edge", "addresses"))
        return cls(Grid(south, west, lat_step, lon_step, int(rows), int(columns)), covered, edge, addresses)

    def _look_up(self, cells: NDArray[np.generic], lats: Floats, lons: Floats) -> NDArray[np.generic]:
        row, column, inside = self.grid.cells(lats, lons)
        found = np.zeros(len(lats), dtype=cells.dtype)
        found[inside] = cells[row[inside], column[inside]]
        return found


def coverage_of(
    mapped: Floats, places: Floats, addresses: Floats, coast: Floats, header_box: Box | None, *, is_sure: bool = False
) -> Coverage:
    """Work out the coverage.

    `mapped` are (lon, lat) rows of the corners of streets and areas, `places` of shops and the like, `addresses` of
    houses; `coast` are coastline segments as (lon, lat, lon, lat) with the water on their right. The header box says
    no more than where streets are cut off, and another takes its place where much of the data lies outside it, unless
    it `is_sure`: then nothing outside it is held, however much of that is mapped.
    """
    box = header_box
    if box is not None and is_sure:
        mapped, places, addresses = (points[_holds(box, points)] for points in (mapped, places, addresses))
    # Streets and rivers run out of an extract, shops and houses do not.
    lived_in = np.concatenate((places, addresses))
    if box is not None and not is_sure and not _is_true(box, mapped, lived_in):
        box = _box_around(mapped, lived_in)
    grid = _grid_around(mapped, lived_in, box)
    sure = _count(grid, lived_in) > 0
    from scipy import ndimage  # a quarter of a second that only an import needs

    covered = _spread(sure | (_count(grid, mapped) > 0), sure)
    covered |= _sea(grid, covered, coast)
    covered = ndimage.binary_fill_holes(covered)
    edge = np.zeros_like(covered)
    if box is not None:
        inside = _inside(grid, box)
        villages = ndimage.binary_dilation(_count(grid, addresses[~_holds(box, addresses)]) > 0, _round(WIDENING_CELLS))
        edge = covered & ~inside & (sure | villages | (_count(grid, mapped[_holds(box, mapped)]) > 0))
        covered &= inside
    return Coverage(grid, covered, edge, _count(grid, addresses))


def _is_true(box: Box, mapped: Floats, lived_in: Floats) -> bool:
    """Return whether an extract was cut at its header box: then hardly more than the ends of ways lie outside it."""
    return bool(
        len(mapped)
        and _holds(box, mapped).mean() >= 1 - CUT_WAYS_SHARE
        and (not len(lived_in) or _holds(box, lived_in).mean() >= 1 - STRAY_PLACES_SHARE)
    )


def _box_around(mapped: Floats, lived_in: Floats) -> Box:
    """Return the box around all places and houses, and what is mapped but for the ends of ways that run out of it."""
    middle = np.quantile(mapped, (CUT_WAYS_SHARE / 5, 1 - CUT_WAYS_SHARE / 5), axis=0)
    points = np.concatenate((middle, lived_in))
    return Box(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def _holds(box: Box, points: Floats) -> Bools:
    """Return for each (lon, lat) row whether it lies in the box."""
    lons, lats = points.T
    found: Bools = (lons >= box.min_lon) & (lons <= box.max_lon) & (lats >= box.min_lat) & (lats <= box.max_lat)
    return found


def _grid_around(mapped: Floats, lived_in: Floats, box: Box | None) -> Grid:
    """Return a grid around all places and houses, and what else is mapped inside the box."""
    points = np.concatenate((mapped, lived_in))
    low, high = points.min(axis=0), points.max(axis=0)
    if box is not None:
        edges = np.array(box).reshape(2, 2)
        around = np.concatenate((np.clip(points, *edges), lived_in))
        low, high = around.min(axis=0), around.max(axis=0)
    grid = _grid(low, high, CELL_M)
    most = min(MOST_CELLS, FEW_CELLS + CELLS_A_POINT * len(points))
    if grid.rows * grid.columns > most or grid.rows <= 0 or grid.columns <= 0:
        low, high = np.quantile(points, (STRAY_SHARE, 1 - STRAY_SHARE), axis=0)
        beside = np.clip(points, low - (high - low), high + (high - low)) == points
        low, high = points[beside.all(axis=1)].min(axis=0), points[beside.all(axis=1)].max(axis=0)
        grid = _grid(low, high, CELL_M)
    too_many = grid.rows * grid.columns / most
    return grid if too_many <= 1 else _grid(low, high, CELL_M * math.sqrt(too_many))


def _grid(low: Floats, high: Floats, cell_m: float) -> Grid:
    pad = 2 * CLOSING_CELLS + 2
    lat_step = cell_m / METRES_PER_DEGREE
    lon_step = cell_m / max(metres_per_degree_lon(float(low[1] + high[1]) / 2), 1.0)
    rows, columns = int((high[1] - low[1]) / lat_step) + 1, int((high[0] - low[0]) / lon_step) + 1
    return Grid(
        float(low[1]) - pad * lat_step,
        float(low[0]) - pad * lon_step,
        lat_step,
        lon_step,
        rows + 2 * pad,
        columns + 2 * pad,
    )


def _count(grid: Grid, points: Floats) -> NDArray[np.int32]:
    row, column, inside = grid.cells(points[:, 1], points[:, 0])
    flat = row[inside] * grid.columns + column[inside]
    return np.bincount(flat, minlength=grid.rows * grid.columns).astype(np.int32).reshape(grid.rows, grid.columns)


def _spread(filled: Bools, sure: Bools) -> Bools:
    """Return the sure cells and those with enough filled ones around, widened a little, gaps closed."""
    from scipy import ndimage

    near = _round(NEAR_CELLS)
    share = ndimage.convolve(filled.astype(np.float32), near / near.sum(), mode="constant")
    dense = ndimage.binary_dilation(sure | (filled & (share >= FILLED_SHARE)), _round(WIDENING_CELLS))
    return np.asarray(ndimage.binary_closing(dense, _round(CLOSING_CELLS)) | dense)


def _sea(grid: Grid, covered: Bools, coast: Floats) -> Bools:
    """Return the cells on the water side of the nearest coastline, within SEA_M of it."""
    water = np.zeros_like(covered)
    if not len(coast):
        return water
    lats, lons = grid.centres()
    stretch = np.array([metres_per_degree_lon(float(lats.mean())), METRES_PER_DEGREE])
    ends = coast.reshape(-1, 2, 2) * stretch
    lines = shapely.linestrings(ends)
    row, column = np.nonzero(~covered & _beside(grid, shapely.segmentize(lines, grid.cell_m), stretch))
    points = np.column_stack((lons[column], lats[row])) * stretch
    tree = shapely.STRtree(lines)
    cell, segment = tree.query_nearest(shapely.points(points), max_distance=SEA_M, all_matches=True)
    side = _sine(ends[segment], points[cell])
    # At a corner two segments are equally near: the one seen more from its side tells which side it is.
    order = np.lexsort((np.abs(side), cell))
    last = (
        np.append(np.flatnonzero(np.diff(cell[order])), len(order) - 1) if len(order) else np.empty(0, dtype=np.int64)
    )
    chosen = order[last]
    at_sea = cell[chosen][side[chosen] < 0]
    water[row[at_sea], column[at_sea]] = True
    return water


def _beside(grid: Grid, lines: Geometries, stretch: Floats) -> Bools:
    """Return the cells within SEA_M of lines that have a corner in each cell they cross, and some more."""
    from scipy import ndimage

    on_it = _count(grid, shapely.get_coordinates(lines) / stretch) > 0
    return np.asarray(ndimage.binary_dilation(on_it, np.ones((3, 3), dtype=bool), math.ceil(2 * SEA_M / grid.cell_m)))


def _sine(segments: Floats, points: Floats) -> Floats:
    """Return the sine of the angle from each segment to its point; negative on the right."""
    along, out = segments[:, 1] - segments[:, 0], points - segments.mean(axis=1)
    cross = along[:, 0] * out[:, 1] - along[:, 1] * out[:, 0]
    scale = np.hypot(*along.T) * np.hypot(*out.T)
    sine: Floats = cross / np.where(scale > 0, scale, 1.0)
    return sine


def _inside(grid: Grid, box: Box) -> Bools:
    lats, lons = grid.centres()
    rows = (lats >= box.min_lat) & (lats <= box.max_lat)
    columns = (lons >= box.min_lon) & (lons <= box.max_lon)
    return rows[:, None] & columns[None, :]


def _round(cells: int) -> Bools:
    """Return a disc of cells."""
    y, x = np.ogrid[-cells : cells + 1, -cells : cells + 1]
    return np.asarray(x * x + y * y <= cells * cells)


def _sunflower() -> tuple[Floats, Floats, Floats]:
    """Return the distance, sine and cosine of points spread evenly over a disc of radius 1 (Vogel 1979)."""
    index = np.arange(DISC_POINTS) + 0.5
    turn = index * np.pi * (3 - np.sqrt(5))
    return np.sqrt(index / DISC_POINTS), np.sin(turn), np.cos(turn)


_OUT, _SINE, _COSINE = _sunflower()


def _disc(lat: float, lon: float, radius_m: float) -> tuple[Floats, Floats]:
    """Return points spread evenly over a disc, the same ones every time."""
    out = radius_m * _OUT
    return lat + out * _SINE / METRES_PER_DEGREE, lon + out * _COSINE / max(metres_per_degree_lon(lat), 1.0)
