"""The grid of tiles that the world is fetched in: squares of about 3 km, each with what is within reach of it."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from app.geo import METRES_PER_DEGREE, Box, metres_per_degree_lon

#: Rows from pole to pole: 3.0 km each. A row's columns are as wide as it is high.
ROWS = 6_672
ROW_DEG = 180 / ROWS
#: What is on foot within reach of a home is known this far beyond its tile (metres): a walk of half an hour.
WALK_REACH_M = 2_500.0
#: What a map shows around a home lies within so many metres of it: half of the usual one, and what it may be moved by.
MAP_REACH_M = 2_000.0
#: Streets that are cycled are known this far.
BIKE_REACH_M = 5_000.0

NAME = re.compile(r"tile-\d{1,4}-\d{1,5}")


class Tile(NamedTuple):
    """One square of the grid. Boxes end at the poles and at the 180th meridian: what lies beyond that is not fetched,
    and reports say that the map ends there.
    """

    name: str
    box: Box
    #: Where everything is fetched.
    known_box: Box
    #: Where buildings are that nothing but a map shows.
    map_box: Box
    #: Where streets are fetched that are cycled.
    bike_box: Box


def tile_at(lat: float, lon: float) -> Tile:
    """Return the tile that a point in degrees lies in."""
    row, south, north = _cell(lat, -90.0, ROWS)
    column, west, east = _cell(lon, -180.0, _columns(row))
    box = Box(west, south, east, north)
    reaches = (_beyond(box, metres) for metres in (WALK_REACH_M, MAP_REACH_M, BIKE_REACH_M))
    return Tile(f"tile-{row}-{column}", box, *reaches)


def is_tile(name: str) -> bool:
    """Return whether a region's name is that of a tile."""
    return NAME.fullmatch(name) is not None


def _columns(row: int) -> int:
    """Return how many tiles a row has."""
    return max(round(2 * ROWS * math.cos(math.radians((row + 0.5) * ROW_DEG - 90))), 1)


def _cell(degrees: float, first: float, count: int) -> tuple[int, float, float]:
    """Return which of the cells between `first` and its opposite holds a value, and where that cell begins and ends."""
    width = -2 * first / count
    cell = min(int((degrees - first) / width), count - 1)
    cell += (degrees > _edge(cell + 1, first, count)) - (degrees < _edge(cell, first, count))  # as rounding has it
    return cell, _edge(cell, first, count), _edge(cell + 1, first, count)


def _edge(cell: int, first: float, count: int) -> float:
    return -first if cell == count else cell * (-2 * first / count) + first


def _beyond(box: Box, metres: float) -> Box:
    """Return a box that reaches so far beyond another on every side, measured where degrees are shortest."""
    lat = metres / METRES_PER_DEGREE
    south, north = max(box.min_lat - lat, -90.0), min(box.max_lat + lat, 90.0)
    lon = metres / max(metres_per_degree_lon(max(-south, north)), 1.0)
    return Box(max(box.min_lon - lon, -180.0), south, min(box.max_lon + lon, 180.0), north)
