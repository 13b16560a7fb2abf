"""Reads the addresses and names of an extract, in a process of its own that indexes them too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from app.atlas.fields.build.points import Houses
from app.atlas.geocoder.build.columns import Addresses, AddressRow, CornerRow, LocalityRow, StreetRow, transposed
from app.atlas.geocoder.build.index import index_addresses
from app.atlas.importing.addressing.named import NamedThings
from app.atlas.importing.elements import Interpolation
from app.atlas.importing.forked import Forked, beside
from app.atlas.importing.pbf.block import Node, Tags, WayColumns
from app.atlas.importing.pbf.file import PbfFile
from app.atlas.importing.pbf.located import NodePositions, WayNodes, means
from app.atlas.importing.tags.addressing import address_texts, first_text, house_numbers, interpolated_rows
from app.atlas.importing.tags.keys import ADDRESS_KEYS, NUMBER_KEYS, TEXT_KEYS
from app.atlas.importing.tags.naming import HOUSE_NAME, KIND_KEYS
from app.atlas.varints import Ints
from app.geo import Floats


@dataclass(frozen=True, slots=True)
class NamedFeatures:
    """What the rest of the import found that the geocoder needs too."""

    streets: Sequence[StreetRow]
    #: Named things that are relations.
    localities: Sequence[LocalityRow]
    interpolations: Sequence[Interpolation]
    #: Addresses on relations.
    addresses: Sequence[AddressRow]
    #: Element ids ("n12", "w3") of houses to the street that a relation puts them in.
    house_streets: Mapping[str, str]
    corners: Sequence[CornerRow]


@dataclass(frozen=True, slots=True)
class AddressPoints:
    """Where the addresses lie, as (lon, lat) rows."""

    #: All that are mapped, in no order.
    mapped: Floats
    #: Each house number that is kept, in the order of geo_number.
    houses: Houses


def reading_addresses(file: PbfFile, database: Path) -> AbstractContextManager[Forked[None]]:
    """Read addresses in another process, which indexes them once it has been sent `NamedFeatures`.

    `points_of` waits until it knows where they lie, long before it has written them.
    """
    return beside(lambda pipe: _work(file, database, pipe))


def houses_in(reading: Forked[None], streets: frozenset[str]) -> dict[str, Floats]:
    """Return the (lon, lat) rows of the houses in some streets, by name. Raises OSError as `Forked.result` does."""
    found = reading.ask(streets) if streets else {}
    return found if isinstance(found, dict) else {}


def points_of(reading: Forked[None], database: Path) -> AddressPoints:
    """Wait for the positions of the addresses that are being read. Raises OSError as `Forked.result` does."""
    reading.wait_for_message()
    path = _points_file(database)
    with np.load(path) as file:
        streets = file["names"][file["streets"]].tolist()
        points = AddressPoints(file["mapped"], Houses(file["houses"], streets))
    path.unlink()
    return points


def _points_file(database: Path) -> Path:
    return database.with_suffix(".points.npz")


def _work(file: PbfFile, database: Path, pipe: Connection) -> None:
    with file.checked():
        reader = AddressReader(file)
    message = pipe.recv()
    while not isinstance(message, NamedFeatures):
        pipe.send(reader.houses_in(message))
        message = pipe.recv()
    named: NamedFeatures = message
    addresses, localities = reader.with_others(named), reader.named_with(named.localities)

    def tell_points(rows: Ints, names: list[str], streets: Ints) -> None:
        # Through a file: a full pipe would stop this process until the other one has time to read.
        points = np.column_stack((addresses.lons, addresses.lats))
        spelled = np.array(names, dtype=np.str_)
        np.savez(_points_file(database), mapped=points, houses=points[rows], names=spelled, streets=streets)
        pipe.send(None)

    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        index_addresses(connection, addresses, named.streets, localities, named.corners, tell_points)
        connection.commit()


class AddressReader:
    """Reads addresses and named things on nodes and ways, and joins them with what the rest of the import found."""

    def __init__(self, file: PbfFile) -> None:
        self._nodes, self._ways, self._named = NodeAddresses(), WayAddresses(), NamedThings()
        positions = NodePositions()
        for block in file.blocks():
            positions.add(block)
            for node in block.nodes(ADDRESS_KEYS | {HOUSE_NAME}, KIND_KEYS):
                self._node(node)
            for ways in block.ways():
                self._ways.add(ways, ways.with_keys(ADDRESS_KEYS))
                self._named.add_ways(ways)
        self._way_positions = self._ways.positions(positions)
        self._named.locate(positions)

    def _node(self, node: Node) -> None:
        if not ADDRESS_KEYS.isdisjoint(node.tags):
            self._nodes.add(node)
        self._named.add_node(node)

    def houses_in(self, streets: frozenset[str]) -> dict[str, Floats]:
        """Return the (lon, lat) rows of the houses in some streets, by the name that their own tags give."""
        names = [*self._nodes.texts.columns[1], *self._ways.texts.columns[1]]
        lats, lons = (np.concatenate(parts) for parts in zip(self._nodes.positions(), self._way_positions, strict=True))
        rows: dict[str, list[int]] = {}
        for row, name in enumerate(names):
            if name in streets and np.isfinite(lats[row]):
                rows.setdefault(name, []).append(row)
        return {name: np.column_stack((lons[of], lats[of])) for name, of in rows.items()}

    def named_with(self, areas: Sequence[LocalityRow]) -> list[LocalityRow]:
        """Return all named things, each once; `areas` are those that are relations."""
        return self._named.rows(areas)

    def with_others(self, named: NamedFeatures) -> Addresses:
        """Return all addresses, with those that the rest of the import found."""
        others = [*named.addresses, *(row for way in named.interpolations for row in self._between(way))]
        lats, lons, *texts = transposed(others, len(AddressRow._fields))
        node_lats, node_lons = self._nodes.positions()
        way_lats, way_lons = self._way_positions
        read = zip(self._nodes.texts.columns, self._ways.texts.columns, texts, strict=True)
        columns = [[*of_nodes, *of_ways, *rest] for of_nodes, of_ways, rest in read]
        self._put_in_streets(columns[1], named.house_streets)
        all_lats, all_lons = np.concatenate((node_lats, way_lats, lats)), np.concatenate((node_lons, way_lons, lons))
        return Addresses.of_columns(all_lats, all_lons, *columns).where_known()

    def _put_in_streets(self, streets: list[str], house_streets: Mapping[str, str]) -> None:
        """Give houses without a street of their own the one that a relation puts them in."""
        if not house_streets:
            return
        elements = [*(f"n{node}" for node in self._nodes.ids), *(f"w{way}" for way in self._ways.ids)]
        for i, element in enumerate(elements):
            streets[i] = streets[i] or house_streets.get(element, "")

    def _between(self, way: Interpolation) -> Iterator[AddressRow]:
        """Yield the houses that an interpolation way stands for."""
        numbered = self._node_numbers
        line = [
            self._nodes.row(numbered[ref]) if ref in numbered else point
            for ref, point in zip(way.refs, way.points, strict=True)
        ]
        yield from interpolated_rows(way.kind, line)

    @cached_property
    def _node_numbers(self) -> dict[int, int]:
        """Return where each node is among the nodes."""
        return {node: i for i, node in enumerate(self._nodes.ids)}


class NodeAddresses:
    """Addresses on nodes, as columns: an extract has them by the hundred thousand."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._lats: list[float] = []
        self._lons: list[float] = []
        self.texts = TextColumns()

    def add(self, node: Node) -> None:
        """Add one."""
        self.ids.append(node.node_id)
        self._lats.append(node.lat)
        self._lons.append(node.lon)
        self.texts.add(node.tags)

    def positions(self) -> tuple[Floats, Floats]:
        """Return latitudes and longitudes."""
        return np.array(self._lats, dtype=np.float64), np.array(self._lons, dtype=np.float64)

    def row(self, i: int) -> AddressRow:
        """Return one as a row."""
        return AddressRow(self._lats[i], self._lons[i], *(column[i] for column in self.texts.columns))


class WayAddresses:
    """Addresses on ways, each in the middle of its corners."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.texts = TextColumns()
        self._nodes = WayNodes()

    def add(self, ways: WayColumns, rows: Ints) -> None:
        """Add some, all of which have nodes."""
        self.ids += ways.ids[rows].tolist()
        self.texts.add_ways(ways, rows)
        self._nodes.add(ways, rows)

    def positions(self, positions: NodePositions) -> tuple[Floats, Floats]:
        """Return the mean latitude and longitude of the known corners of each way, NaN for one without."""
        refs, starts, _ = self._nodes.refs()
        lons, lats = means(positions.of(refs), starts).T
        return lats, lons


class TextColumns:
    """What `address_texts` returns of many elements, as one list each."""

    def __init__(self) -> None:
        self.columns: tuple[list[str], ...] = tuple([] for _ in ("number", *TEXT_KEYS, "others"))

    def add(self, tags: Tags) -> None:
        """Add one element."""
        self._extend([text] for text in address_texts(tags))

    def add_ways(self, ways: WayColumns, rows: Ints) -> None:
        """Add some ways."""
        texts = [[ways.texts(rows, key) for key in keys] for keys in TEXT_KEYS]
        firsts = [found[0] if len(found) == 1 else map(first_text, zip(*found, strict=True)) for found in texts]
        numbers = map(house_numbers, *(ways.texts(rows, key) for key in NUMBER_KEYS))
        number, others = transposed(numbers, 2)
        self._extend((number, *firsts, others))

    def _extend(self, texts: Iterable[Iterable[str]]) -> None:
        for column, more in zip(self.columns, texts, strict=True):
            column.extend(more)
