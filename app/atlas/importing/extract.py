"""Reads the streets and places of an extract in one streaming pass, filtered in C++ before Python sees an object."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import osmium
from osmium.filter import IdFilter, KeyFilter
from osmium.osm.types import OSMEntity

from app.atlas.importing.elements import Extract
from app.atlas.importing.node_reader import NODE_KEYS, NodeReader
from app.atlas.importing.relations import Relations
from app.atlas.importing.way_reader import WAY_KEYS, WayReader
from app.errors import BadExtract
from app.geometry import Box

Progress = Callable[[float], None]
#: Objects that pass the filters, per byte of a dense .osm.pbf: only for the progress bar.
OBJECTS_PER_BYTE = 0.008
#: Objects between two looks at the progress bar.
TICK = 20_000
#: Files of unknown name are read as this format.
KNOWN_SUFFIXES = (".pbf", ".osm", ".osm.bz2", ".osm.gz", ".osm.xz", ".o5m", ".opl")


def open_extract(path: Path) -> osmium.io.File:
    """Return the file for reading. Raises BadExtract where it is missing or empty."""
    _refuse_unreadable(path)
    return osmium.io.File(str(path), "" if path.name.endswith(KNOWN_SUFFIXES) else "pbf")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what osmium raises on a damaged file into BadExtract."""
    try:
        yield
    except (RuntimeError, ValueError, OSError) as error:
        raise BadExtract(file=path.name, why=_reason(error)) from error


def read_extract(path: Path, relations: Relations, progress: Progress = lambda share: None) -> Extract:
    """Read streets and places. Raises BadExtract where the file is damaged or holds no streets."""
    file = open_extract(path)
    with reading(path):
        extract = _read(file, relations, path.stat().st_size, progress)
    if not extract.streets.tags:
        raise BadExtract(file=path.name, why="it holds no streets")
    return extract


def _refuse_unreadable(path: Path) -> None:
    if not path.is_file():
        raise BadExtract(file=path.name, why="there is no such file")
    try:
        with path.open("rb") as file:
            start = file.read(1)
    except PermissionError:
        raise BadExtract(file=path.name, why="it may not be read") from None
    if not start:
        raise BadExtract(file=path.name, why="it is empty")


def _reason(error: Exception) -> str:
    text = str(error).lower()
    if "truncated" in text or "eof" in text or "end of file" in text:
        return "it is cut off; download it again"
    return "it is damaged or not an OpenStreetMap extract"


def _read(file: osmium.io.File, relations: Relations, size_bytes: int, progress: Progress) -> Extract:
    extract = Extract(routes=relations.routes, trail_ways=frozenset(relations.trail_ways))
    nodes, ways = NodeReader(extract, relations), WayReader(extract, relations)
    place_nodes = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    place_nodes.ignore_errors()
    with osmium.io.Reader(file, osmium.osm.NODE | osmium.osm.WAY) as reader:
        dates = _Dates(reader.header())
        extract.header_box = _header_box(reader.header())
        expected = max(1.0, size_bytes * OBJECTS_PER_BYTE)
        for count, item in enumerate(_filtered(reader, place_nodes)):
            if isinstance(item, osmium.osm.Node):
                nodes.read(item)
            elif isinstance(item, osmium.osm.Way):
                ways.read(item)
            else:
                continue
            dates.see(item)
            if count % TICK == 0:
                progress(min(0.98, count / expected))
    if relations.area_ways:
        _read_parts(file, relations, place_nodes, ways)
    ways.finish()
    extract.data_date = dates.newest()
    return extract


def _read_parts(
    file: osmium.io.File, relations: Relations, place_nodes: osmium.NodeLocationsForWays, ways: WayReader
) -> None:
    """Read the few ways that areas are made of: a pass in C++ costs less than to show Python every way."""
    is_part = IdFilter(relations.area_ways)
    with osmium.io.Reader(file, osmium.osm.WAY) as reader:
        for item in osmium.OsmFileIterator(reader, place_nodes, is_part):
            if isinstance(item, osmium.osm.Way):
                ways.read_part(item)


def _filtered(reader: osmium.io.Reader, place_nodes: osmium.NodeLocationsForWays) -> Iterator[OSMEntity]:
    """Yield nodes and ways with a key that matters."""
    node_filter, way_filter = KeyFilter(*NODE_KEYS), KeyFilter(*WAY_KEYS)
    node_filter.enable_for(osmium.osm.NODE)
    way_filter.enable_for(osmium.osm.WAY)
    items = osmium.OsmFileIterator(reader, place_nodes, node_filter, way_filter)
    # A generator, so that the filters live as long as the iterator, which keeps no reference to them.
    yield from items


def _header_box(header: osmium.io.Header) -> Box | None:
    box = header.box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return Box(low.lon, low.lat, high.lon, high.lat) if low.lon < high.lon and low.lat < high.lat else None


class _Dates:
    """Finds how old the data is: what the header says, else the newest object."""

    def __init__(self, header: osmium.io.Header) -> None:
        self._header = header.get("osmosis_replication_timestamp") or header.get("timestamp")
        self._newest: datetime.datetime | None = None

    def see(self, item: osmium.osm.Node | osmium.osm.Way) -> None:
        if not self._header and (self._newest is None or item.timestamp > self._newest):
            self._newest = item.timestamp

    def newest(self) -> str:
        """Return an ISO date, or "" where the extract carries no times (they read as 1970)."""
        if self._header:
            return self._header[:10]
        return self._newest.date().isoformat() if self._newest and self._newest.year > 2003 else ""
