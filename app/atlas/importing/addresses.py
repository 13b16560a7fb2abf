"""Reads addresses and builds the geocoder's file, in a process of its own beside the rest of the import."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from app.atlas.geocoder.index import index_addresses
from app.atlas.geocoder.rows import AddressRow, PlaceRow, StreetRow
from app.atlas.importing.addressing import address_texts, interpolated_rows
from app.atlas.importing.building_addresses import TextColumns, middles
from app.atlas.importing.elements import Interpolation
from app.atlas.importing.forked import Forked
from app.atlas.importing.keys import ADDRESS_KEY
from app.atlas.importing.pbf.file import PbfFile
from app.atlas.importing.pbf.located_ways import WayNodes
from app.atlas.importing.pbf.positions import NodePositions
from app.atlas.projection import Floats


@dataclass(frozen=True, slots=True)
class Named:
    """What the rest of the import found that the geocoder needs too."""

    streets: Sequence[StreetRow]
    places: Sequence[PlaceRow]
    interpolations: Sequence[Interpolation]
    #: Addresses on relations.
    addresses: Sequence[AddressRow]
    #: Element ids ("n12", "w3") of houses to the street that a relation puts them in.
    house_streets: Mapping[str, str]


@contextmanager
def reading_addresses(file: PbfFile, database: Path) -> Iterator[Forked[Floats]]:
    """Read addresses in another process, which indexes them once it is told what is `Named`.

    It answers with the (lon, lat) rows of all addresses.
    """
    process = Forked(lambda pipe: _work(file, database, pipe))
    try:
        yield process
    finally:
        process.stop()


def _work(file: PbfFile, database: Path, pipe: Connection) -> Floats:
    with file.checked():
        rows = _Rows(file)
    return _index(rows, pipe.recv(), database)


def _index(rows: _Rows, named: Named, database: Path) -> Floats:
    rows.put_in_streets(named.house_streets)
    between = [row for way in named.interpolations for row in rows.between(way)]
    addresses = [*rows.complete(), *between, *named.addresses]
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        index_addresses(connection, addresses, named.streets, named.places)
        connection.commit()
    positions = np.empty((len(addresses), 2))
    positions[:, 0] = [row[1] for row in addresses]
    positions[:, 1] = [row[0] for row in addresses]
    return positions


class _Rows:
    """The addresses on nodes and ways."""

    def __init__(self, file: PbfFile) -> None:
        self._nodes: dict[int, AddressRow] = {}
        texts = TextColumns()
        positions, nodes = NodePositions(), WayNodes()
        for block in file.blocks():
            positions.add(block)
            for node in block.nodes({ADDRESS_KEY}):
                self._nodes[node.node_id] = AddressRow(node.lat, node.lon, *address_texts(node.tags))
            for ways in block.ways():
                rows = ways.with_keys({ADDRESS_KEY})
                texts.add(ways, rows)
                nodes.add(ways, rows)
        lats, lons = middles(nodes, positions)
        houses = map(AddressRow, lats.tolist(), lons.tolist(), *texts.columns)
        self._buildings = dict(zip(texts.ids, houses, strict=True))
        for i in np.flatnonzero(np.isnan(lats)).tolist():  # the extract holds none of its corners
            del self._buildings[texts.ids[i]]

    def put_in_streets(self, house_streets: Mapping[str, str]) -> None:
        """Give houses without a street of their own the one that a relation puts them in."""
        houses = {"n": self._nodes, "w": self._buildings}
        for element, street in house_streets.items():
            rows, number = houses.get(element[0], {}), int(element[1:])
            if number in rows and not rows[number].street:
                rows[number] = rows[number]._replace(street=street)

    def complete(self) -> list[AddressRow]:
        """Return all addresses."""
        return [*self._nodes.values(), *self._buildings.values()]

    def between(self, way: Interpolation) -> Iterator[AddressRow]:
        """Yield the houses that an interpolation way stands for."""
        line = [self._nodes.get(ref, point) for ref, point in zip(way.refs, way.points, strict=True)]
        yield from interpolated_rows(way.kind, line)
