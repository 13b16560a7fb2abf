"""Networks of real extracts, read with the importer's own reader and compiled once a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.atlas.importing.extract import read_extract
from app.atlas.importing.importer import walked_ways
from app.atlas.importing.outlines import street_ways
from app.atlas.importing.pbf.file import PbfFile
from app.atlas.streets.build.compile import compile_network
from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.network import Network
from tests.support.folders import SHARED

Barriers = dict[int, dict[str, str]]
#: Returns, from a way's id and tags, whether to leave it out.
Without = Callable[[int, dict[str, str]], bool]


def shared_file(*parts: str) -> Path:
    """Return a file of the shared data, or skip the test, saying so."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the shared data file {'/'.join(parts)} is not here")
    return path


@cache
def streets_of(path: Path) -> tuple[StreetWays, Barriers]:
    """Read the streets and barriers of an extract."""
    extract = read_extract(PbfFile(path))
    return walked_ways(extract, street_ways(extract.streets)), {ref: gate.tags for ref, gate in extract.gates.items()}


@cache
def region_network(path: Path, without: Without | None = None) -> Network:
    """Compile the streets of an extract, those left out for which `without` says so."""
    ways, barriers = streets_of(path)
    if without:
        ids = ways.way_ids.tolist()
        tags = [{} if without(way_id, tags) else tags for way_id, tags in zip(ids, ways.tags, strict=True)]
        ways = replace(ways, tags=tags)
    with TemporaryDirectory(prefix="network-") as directory:
        compile_network(ways, barriers, Path(directory))
        return Network.open(Path(directory))
