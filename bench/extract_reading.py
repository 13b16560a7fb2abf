"""Compares our reader of extracts with osmium's: `python -m bench.extract_reading [FILE ...]`.

Both go through a file once and hand the same elements to Python: the nodes and ways with the keys that an import looks
at, their tags as dictionaries, and where the nodes of each way are as an array. osmium drops the other elements in C++,
by its own filters; ours is the reader that an import uses. Runs alternate, and the median of each is told.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import osmium

from app.atlas.importing.pbf.file import PbfFile
from app.atlas.importing.pbf.located import NodePositions, Ways
from app.atlas.importing.tags.keys import NODE_KEYS, WAY_KEYS
from bench.copies import side_by_side
from bench.regions import EXTRACTS

REPEATS = 7
NO_ELEMENTS = np.empty(0, dtype=np.int64)


def ours(path: Path) -> tuple[int, int]:
    """Read a file as an import does; return how many nodes and ways were wanted."""
    file, positions, lines = PbfFile(path), NodePositions(), Ways()
    nodes = ways = 0
    with file.checked():
        for block in file.blocks():
            positions.add(block)
            nodes += sum(1 for _ in block.nodes(NODE_KEYS))
            for columns in block.ways():
                lines.add(columns, columns.with_keys(WAY_KEYS, NO_ELEMENTS))
    ways = sum(1 for _ in lines.located(positions))
    return nodes, ways


def osmiums(path: Path) -> tuple[int, int]:
    """Read a file with osmium, its filters and its positions of nodes in C++; return the same numbers."""
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    is_wanted = osmium.filter.KeyFilter(*NODE_KEYS | WAY_KEYS)
    nodes = ways = 0
    for element in reader.with_filter(is_wanted):
        tags = dict(element.tags)
        if element.is_node():
            nodes += not NODE_KEYS.isdisjoint(tags)
        elif not WAY_KEYS.isdisjoint(tags):
            ways += 1
            np.array([(node.lon, node.lat) if node.location.valid() else (np.nan, np.nan) for node in element.nodes])
    return nodes, ways


def timed(read: Callable[[Path], tuple[int, int]], path: Path) -> float:
    """Return the seconds that one reading takes."""
    began = time.perf_counter()
    read(path)
    return time.perf_counter() - began


def main(arguments: list[str]) -> None:
    """Print one line an extract."""
    files = [Path(argument) for argument in arguments] or [path for path in EXTRACTS.values() if path.exists()]
    if not arguments and EXTRACTS["queens"].exists():
        files.append(side_by_side(EXTRACTS["queens"], 18))
    print(f"{'extract':34}{'MB':>8}{'ours s':>9}{'osmium s':>10}{'nodes':>9}{'ways':>9}")
    for path in files:
        if ours(path) != osmiums(path):
            raise SystemExit(f"{path.name}: {ours(path)} elements by our reader, {osmiums(path)} by osmium")
        pairs = [(timed(ours, path), timed(osmiums, path)) for _ in range(REPEATS)]
        mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        nodes, ways = ours(path)
        print(
            f"{path.name[:33]:34}{path.stat().st_size / 1e6:8.1f}{mine:9.2f}{theirs:10.2f}{nodes:9,}{ways:9,}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
