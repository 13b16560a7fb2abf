"""The arrays of a region's street network and their files."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from enum import IntFlag
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from app.atlas.files import array_in
from app.atlas.streets.dividers import DividerTable
from app.atlas.streets.tiling import TileIndex
from app.errors import AtlasDamaged

#: Raised whenever the meaning of a file changes: an atlas of another version has to be imported again.
FORMAT = 5
_MARK = "network.json"
#: The folder in it with the network of private streets, where there are some.
HOMES_DIR = "homes"

#: A place on a street: the edge (-1: none), metres along it from its tail, metres from the point to it.
SNAP = np.dtype([("edge", "<i4"), ("along", "<f4"), ("offset", "<f4")])

Ints32 = NDArray[np.int32]
Floats32 = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Table = TypeVar("Table")


@dataclass(frozen=True, slots=True)
class NodeTable:
    """Graph nodes, sorted by tile."""

    tiles: TileIndex
    lat: Ints32
    lon: Ints32


class EdgeFlag(IntFlag):
    """What an edge is good for, one byte each."""

    WALK = 1
    CAR = 2
    #: The same, and not an island, a tunnel or a motorway: where an address is looked for first.
    WALK_MAIN = 4
    CAR_MAIN = 8
    #: Joined to most other streets on foot.
    WALK_JOINED = 16
    #: A bridge: what lies beside it on the map may lie below it.
    BRIDGE = 32


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """Edges from tail to head in the direction they are mapped; `flags` are bits of `EdgeFlag`.

    `name` is the number of the street's name, as `naming.name_number` gives it.
    """

    tail: Ints32
    head: Ints32
    length_m: Floats32
    use: Ints32
    flags: Bytes
    name: Ints32


@dataclass(frozen=True, slots=True)
class UseTable:
    """The distinct things that streets let people do: seconds per metre (infinity: closed), and stress 0 to 4."""

    walk_pace_ahead: Floats32
    walk_pace_against: Floats32
    stress_ahead: Bytes
    stress_against: Bytes
    car_pace_ahead: Floats32
    car_pace_against: Floats32


@dataclass(frozen=True, slots=True)
class Arcs:
    """Directed arcs of one mode: those of node i are positions starts[i] to starts[i + 1]."""

    starts: Ints32
    heads: Ints32
    costs: Floats32
    stress: Bytes


@dataclass(frozen=True, slots=True)
class EdgeShapes:
    """The edges' points one after the other, and the segments that start at them by small cells.

    No segment starts at the last point of an edge.
    """

    lat: Ints32
    lon: Ints32
    along_m: Floats32
    edge: Ints32
    cells: TileIndex
    segments: Ints32


@dataclass(frozen=True, slots=True)
class MeasuredPoints:
    """Points sorted by tile with a row of measures each."""

    tiles: TileIndex
    lat: Ints32
    lon: Ints32
    measures: Floats32


@dataclass(frozen=True, slots=True)
class MainRoads:
    """The junctions of main roads with each other, sorted by tile: their graph nodes, and arcs in their own numbers."""

    tiles: TileIndex
    node: Ints32
    arcs: Arcs


@dataclass(frozen=True, slots=True)
class Exits:
    """Where the private streets of homes, a network of their own, meet the streets that all may walk: a row a place."""

    home: NDArray[np.void]
    street: NDArray[np.void]


@dataclass(frozen=True, slots=True)
class NetworkFiles:
    """All that is stored of one region's streets. Coordinates are in steps of `tiling.STEPS_PER_DEGREE`."""

    nodes: NodeTable
    edges: EdgeTable
    uses: UseTable
    walk: Arcs
    bike: Arcs
    car: Arcs
    main: MainRoads
    shapes: EdgeShapes
    junctions: MeasuredPoints
    #: Measure: length in metres.
    blocks: MeasuredPoints
    #: Measures: metres of street, of cycle path and of cycle lane.
    pieces: MeasuredPoints
    dividers: DividerTable
    exits: Exits

    def write(self, directory: Path) -> None:
        """Write one .npy file per array, and the mark of the format last."""
        directory.mkdir(parents=True, exist_ok=True)
        _write(self, directory, "")
        (directory / _MARK).write_text(json.dumps({"format": FORMAT}), encoding="utf-8")

    @classmethod
    def open(cls, directory: Path) -> NetworkFiles:
        """Read the arrays of a directory.

        Raises AtlasDamaged where a file is missing, cut short or of another format.
        """
        try:
            if json.loads((directory / _MARK).read_text(encoding="utf-8")) != {"format": FORMAT}:
                raise AtlasDamaged(name=directory.name)
            return _read(cls, directory, "")
        except (OSError, ValueError, EOFError) as error:
            raise AtlasDamaged(name=directory.name) from error


def _write(table: Any, directory: Path, prefix: str) -> None:
    for field in fields(table):
        value = getattr(table, field.name)
        if is_dataclass(value):
            _write(value, directory, f"{prefix}{field.name}.")
        else:
            np.save(directory / f"{prefix}{field.name}.npy", value)


def _read(table: type[Table], directory: Path, prefix: str) -> Table:
    values: dict[str, Any] = {}
    for name, kind in get_type_hints(table).items():
        if is_dataclass(kind):
            values[name] = _read(kind, directory, f"{prefix}{name}.")  # type: ignore[arg-type]
        else:
            values[name] = array_in(directory / f"{prefix}{name}.npy")
    return table(**values)
