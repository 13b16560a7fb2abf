"""Reads addresses and builds the geocoder's file, in a process of its own beside the rest of the import."""

from __future__ import annotations

import sqlite3
import warnings
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import osmium
from osmium.filter import KeyFilter

from app.atlas.geocoder.index import index_addresses
from app.atlas.geocoder.rows import AddressRow, PlaceRow, StreetRow
from app.atlas.importing.addressing import address_texts, interpolated_rows
from app.atlas.importing.elements import Interpolation
from app.atlas.importing.extract import open_extract, reading
from app.atlas.projection import Floats
from app.errors import BadExtract

#: Length of a line's WKB before its coordinates (hexadecimal digits), and of one corner.
_HEAD, _CORNER = 18, 32
#: What the process answers where the extract is damaged.
_DAMAGED = "damaged"


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


class AddressImport:
    """The other process: starts reading at once, indexes when it is told the names."""

    def __init__(self, path: Path, database: Path) -> None:
        self._path = path
        context = get_context("fork")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(path, database, self._ours, theirs), daemon=True)
        with warnings.catch_warnings():
            # Python 3.12 warns of forking beside threads; osmium's are gone and numpy's are idle here.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        theirs.close()

    def tell(self, named: Named) -> None:
        """Hand over the names; the process goes on by itself."""
        with suppress(BrokenPipeError, ConnectionResetError):  # `finish` says why it has gone
            self._ours.send(named)

    def finish(self) -> Floats:
        """Wait, and return the (lon, lat) rows of all addresses.

        Raises BadExtract where the file is damaged, OSError where the geocoder's file could not be written.
        """
        try:
            answer: Floats | str = self._ours.recv()
        except (EOFError, ConnectionResetError):
            raise OSError("the process that reads the addresses was stopped") from None
        self._process.join()
        if not isinstance(answer, str):
            return answer
        if answer == _DAMAGED:
            raise BadExtract(file=self._path.name, why="its addresses cannot be read")
        raise OSError(answer)

    def stop(self) -> None:
        """End the process if it still runs: the import failed elsewhere."""
        self._ours.close()
        self._process.terminate()
        self._process.join()


def _run(path: Path, database: Path, parent: Connection, answers: Connection) -> None:
    parent.close()  # so that the end of the parent is the end of the pipe
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the import failed elsewhere: nobody listens
        answers.send(_answer(path, database, answers))


def _answer(path: Path, database: Path, answers: Connection) -> Floats | str:
    """Read, index, and return where the addresses are, or what went wrong."""
    try:
        rows = _Rows()
        with reading(path):
            rows.read(open_extract(path))
        named: Named = answers.recv()
        return _index(rows, named, database)
    except BadExtract:
        return _DAMAGED
    except ConnectionError:
        raise
    except (sqlite3.Error, OSError) as error:
        return str(error)


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
    """Collects addresses: nodes at once, ways with their corners to be averaged all together."""

    def __init__(self) -> None:
        self._nodes: dict[int, AddressRow] = {}
        self._buildings: dict[int, AddressRow] = {}
        #: Texts of ways, in the order of `address_texts`.
        self._ways: list[tuple[str, str, str, str, str]] = []
        self._way_ids = array("q")
        self._corners: list[str] = []
        self._counts = array("q")

    def read(self, file: osmium.io.File) -> None:
        place_nodes = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
        place_nodes.ignore_errors()
        numbered = KeyFilter("addr:housenumber")
        factory = osmium.geom.WKBFactory()
        with osmium.io.Reader(file, osmium.osm.NODE | osmium.osm.WAY) as reader:
            for item in osmium.OsmFileIterator(reader, place_nodes, numbered):
                if isinstance(item, osmium.osm.Node):
                    self._nodes[item.id] = AddressRow(item.lat, item.lon, *address_texts(item.tags))
                elif isinstance(item, osmium.osm.Way):
                    self._way(item, factory)
        self._place_ways()

    def _way(self, way: osmium.osm.Way, factory: osmium.geom.WKBFactory) -> None:
        try:
            corners = factory.create_linestring(way)[_HEAD:]
        except (RuntimeError, osmium.InvalidLocationError):
            corners = _known_corners(way)
        if corners:
            self._ways.append(address_texts(way.tags))
            self._way_ids.append(way.id)
            self._corners.append(corners)
            self._counts.append(len(corners) // _CORNER)

    def _place_ways(self) -> None:
        """Put each house that is a way in the middle of its corners."""
        if not self._ways:
            return
        corners = np.frombuffer(bytes.fromhex("".join(self._corners)), dtype="<f8").reshape(-1, 2)
        counts = np.frombuffer(self._counts, dtype=np.int64)
        middles = np.add.reduceat(corners, np.cumsum(counts) - counts) / counts[:, None]
        rows = zip(middles[:, 1].tolist(), middles[:, 0].tolist(), *zip(*self._ways, strict=True), strict=True)
        self._buildings = dict(zip(self._way_ids, map(AddressRow._make, rows), strict=True))

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


def _known_corners(way: osmium.osm.Way) -> str:
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    return np.array(points, dtype="<f8").tobytes().hex()
