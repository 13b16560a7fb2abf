"""Copies of an extract side by side in one file: a large region as densely mapped as a real one."""

from __future__ import annotations

from pathlib import Path

import osmium

from bench.regions import FOLDER

#: Added to the ids of each copy, more than OpenStreetMap has given out.
APART = 20_000_000_000
#: Copies in a row, and how far they lie from each other, degrees: more than Newport is wide and high.
COLUMNS, EAST, NORTH = 4, 0.25, 0.15


def side_by_side(extract: Path, copies: int) -> Path:
    """Return a file with this many copies, making it when it is not there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{extract.name.split('.')[0]}-x{copies}.osm.pbf"
    if path.exists():
        return path
    unfinished = path.with_name(f"unfinished-{path.name}")
    with osmium.SimpleWriter(str(unfinished), overwrite=True) as writer:
        for kind in (osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION):
            for copy in range(copies):
                for element in osmium.FileProcessor(str(extract), kind):
                    _add(writer, element, copy)
    return unfinished.rename(path)


def _add(writer: osmium.SimpleWriter, element: osmium.osm.OSMEntity, copy: int) -> None:
    shift = copy * APART
    if element.is_node():
        row, column = divmod(copy, COLUMNS)
        place = (element.lon + column * EAST, element.lat + row * NORTH)
        writer.add_node(element.replace(id=element.id + shift, location=place))
    elif element.is_way():
        nodes = [node.ref + shift for node in element.nodes]
        writer.add_way(element.replace(id=element.id + shift, nodes=nodes))
    else:
        members = [(member.type, member.ref + shift, member.role) for member in element.members]
        writer.add_relation(element.replace(id=element.id + shift, members=members))
