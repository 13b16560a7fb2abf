"""The atlas of a tile is, file by file, that of an import of the same extract."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.atlas.atlas import TABLES_FILE
from app.atlas.files import MANIFEST_FILE
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.sources.live.tiles.grid import tile_at
from app.sources.live.tiles.tiles import TITLE, Tiles
from tests.support.folders import SAMPLES
from tests.support.live.overpass import OverpassStandIn, overpass_stand_in
from tests.support.live.plain_client import PlainClient
from tests.support.live.tiles import overpass_at

MONACO = SAMPLES / "monaco.osm.pbf"
#: An address in each of two of the four tiles that have all of Monaco within reach.
POINTS = [(43.735, 7.425), (43.731, 7.435)]
#: What tells where an atlas is from.
OF_THE_FILE = {"source_file", "fetched_at"}


@pytest.fixture(scope="module")
def server() -> Iterator[OverpassStandIn]:
    with overpass_stand_in(MONACO) as server:
        yield server


@pytest.mark.parametrize(("lat", "lon"), POINTS)
def test_every_file_is_the_same(lat: float, lon: float, server: OverpassStandIn, tmp_path: Path) -> None:
    config, imported = Config(data_dir=tmp_path), RegionStore(tmp_path / "regions")
    tiles = Tiles(config, overpass_at(server.url), PlainClient())
    of_tile = RegionStore(config.tiles_dir).directory(tiles.ready(lat, lon))
    import_region(imported, "monaco", RegionInput(MONACO, title=TITLE, known_box=tile_at(lat, lon).known_box))
    of_import = imported.directory("monaco")
    assert _differing(of_import, of_tile) == [TABLES_FILE, MANIFEST_FILE]  # which holds the size and sum of the other
    assert _tables(of_import / TABLES_FILE) == _tables(of_tile / TABLES_FILE)


def _differing(one: Path, other: Path) -> list[str]:
    """Return the files that are not the same in two folders, whether one lacks them or they hold something else."""
    names = sorted({str(path.relative_to(folder)) for folder in (one, other) for path in folder.rglob("*")})
    return [name for name in names if _content(one / name) != _content(other / name)]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else (b"" if path.is_dir() else None)


def _tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows by table, but for what tells where they are from."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    found["meta"] = [row for row in found["meta"] if row[0] not in OF_THE_FILE]
    return found
