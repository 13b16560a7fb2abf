"""The folder of regions: swapped in one step, whole after a kill, open readers undisturbed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import BUILDS, RegionStore
from app.errors import AtlasDamaged, AtlasOutdated, RegionNotFound
from tests.support.extracts import Town, small_town


def put(region_store: RegionStore, path: Path, town: Town | None = None, name: str = "town") -> Path:
    """Import a town and return the folder of its atlas."""
    import_region(
        region_store, name, RegionInput((town or small_town()).write(path / f"{name}{time.monotonic_ns()}.osm.pbf"))
    )
    return region_store.directory(name)


def builds(region_store: RegionStore, tmp_path: Path) -> list[str]:
    """Return the names of all builds on the disk."""
    return sorted(path.name for path in (tmp_path / "regions" / BUILDS).iterdir() if path.is_dir())


def test_there_are_no_regions_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert RegionStore(tmp_path / "nowhere").names() == ()


def test_a_reimport_leaves_the_old_atlas_readable(region_store: RegionStore, tmp_path: Path) -> None:
    old = Atlas("town", put(region_store, tmp_path))
    new = put(region_store, tmp_path)
    assert new != old.directory
    assert old.tables().execute("SELECT count(*) FROM places").fetchone() == (5,)


def test_only_the_build_before_is_kept(region_store: RegionStore, tmp_path: Path) -> None:
    folders = [put(region_store, tmp_path) for _ in range(3)]
    assert builds(region_store, tmp_path) == sorted(folder.name for folder in folders[1:])


def _import_and_stop_before_the_end(regions: Path, extract: Path, reached: Path) -> None:
    def stop(share: float, what: str) -> None:
        if share >= 0.5:
            reached.touch()
            time.sleep(60)

    import_region(RegionStore(regions), "town", RegionInput(extract), stop)


def test_a_killed_import_leaves_the_old_atlas_in_place(region_store: RegionStore, tmp_path: Path) -> None:
    before, extract = put(region_store, tmp_path), small_town().write(tmp_path / "again.osm.pbf")
    arguments = (tmp_path / "regions", extract, tmp_path / "reached")
    process = multiprocessing.get_context("fork").Process(target=_import_and_stop_before_the_end, args=arguments)
    process.start()
    while not (tmp_path / "reached").exists():
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert region_store.directory("town") == before
    assert len(builds(region_store, tmp_path)) == 2
    assert Atlas("town", before).meta.places == 5
    assert put(region_store, tmp_path) != before
    assert len(builds(region_store, tmp_path)) == 2  # the new one and the one before it; the killed one is gone


def test_it_removes_a_region_and_its_files(region_store: RegionStore, tmp_path: Path) -> None:
    put(region_store, tmp_path)
    region_store.remove("town")
    assert region_store.names() == ()
    assert builds(region_store, tmp_path) == []


@pytest.mark.parametrize("name", ["nowhere", "../town", ".builds", ""])
def test_it_refuses_to_remove_what_is_no_region(region_store: RegionStore, name: str) -> None:
    with pytest.raises(RegionNotFound):
        region_store.remove(name)


@pytest.mark.parametrize("part", ["atlas.sqlite", "addresses.sqlite", "covered.npy", "network"])
def test_an_atlas_with_a_part_missing_is_damaged(region_store: RegionStore, tmp_path: Path, part: str) -> None:
    folder = put(region_store, tmp_path)
    (folder / part).rename(folder / "elsewhere")
    with pytest.raises(AtlasDamaged, match="town"):
        Atlas("town", folder)


@pytest.mark.parametrize("part", ["atlas.sqlite", "addresses.sqlite", "covered.npy"])
def test_an_atlas_with_a_part_overwritten_is_damaged(region_store: RegionStore, tmp_path: Path, part: str) -> None:
    folder = put(region_store, tmp_path)
    (folder / part).write_bytes(b"nonsense" * 500)
    with pytest.raises(AtlasDamaged):
        Atlas("town", folder)


def test_an_atlas_of_another_version_must_be_imported_again(region_store: RegionStore, tmp_path: Path) -> None:
    folder = put(region_store, tmp_path)
    with sqlite3.connect(folder / "atlas.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'format_version'")
    connection.close()
    with pytest.raises(AtlasOutdated, match="of an older version of Doorstep"):
        Atlas("town", folder)
