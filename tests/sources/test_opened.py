"""Regions that change under a running process: damaged, mended, replaced, and read with no open file to spare."""

from __future__ import annotations

import gc
import os
import resource
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.regions import RegionStore
from app.errors import (
    AddressNotFound,
    AddressOutsideRegions,
    AtlasDamaged,
    AtlasReplaced,
    DoorstepError,
    MaybeInDamagedRegion,
    TooManyOpenFiles,
)
from app.sources.opened import LOOK_AGAIN_S, OpenRegions
from app.sources.regions import ImportedRegions
from tests.sources.test_imported_regions import located, put
from tests.support.building import SetClock
from tests.support.extracts import LAT, LON, Town, small_town


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def source(tmp_path: Path, clock: SetClock) -> ImportedRegions:
    put(tmp_path, small_town())
    return ImportedRegions(tmp_path / "regions", clock.clocks.steady)


def file_of(tmp_path: Path, name: str, region: str = "town") -> Path:
    return RegionStore(tmp_path / "regions").directory(region) / name


def files_of(tmp_path: Path) -> list[str]:
    folder = file_of(tmp_path, "")
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def scribble(path: Path) -> None:
    """Overwrite the second half of a file, in place."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + b"\xa5" * (len(content) - len(content) // 2))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [scribble, cut, Path.unlink])
def test_damage_to_any_file_is_seen_and_so_is_that_it_was_mended(
    tmp_path: Path, source: ImportedRegions, clock: SetClock, damage: Callable[[Path], None]
) -> None:
    for name in files_of(tmp_path):
        path = file_of(tmp_path, name)
        whole = path.read_bytes()
        damage(path)
        clock.steady_seconds += LOOK_AGAIN_S
        assert [name in problem for problem in source.problems()] == [True], name
        path.write_bytes(whole)
        clock.steady_seconds += LOOK_AGAIN_S
        assert source.problems() == ()
    assert located(source, "3 Main Street").region == "town"


def test_a_file_written_again_as_it_was_is_no_damage(tmp_path: Path, source: ImportedRegions, clock: SetClock) -> None:
    before = source.whole_region("town")
    path = file_of(tmp_path, "covered.npy")
    path.write_bytes(path.read_bytes())
    clock.steady_seconds += LOOK_AGAIN_S
    assert source.whole_region("town") is before


def test_what_is_not_found_may_lie_in_a_damaged_region(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town(), "other")
    cut(file_of(tmp_path, "atlas.sqlite", "other"))
    with pytest.raises(MaybeInDamagedRegion, match="data is damaged: Other"):
        source.locate("10 Downing Road, London")
    assert located(source, "3 Main Street").region == "town"


def test_a_point_is_in_a_damaged_region_where_its_box_holds_it(tmp_path: Path, source: ImportedRegions) -> None:
    cut(file_of(tmp_path, "atlas.sqlite"))
    far = small_town()
    far.nodes = {key: ((east, north + 300_000), tags) for key, ((east, north), tags) in far.nodes.items()}
    put(tmp_path, far, "far")
    with pytest.raises(MaybeInDamagedRegion, match="Town"):
        source.locate(f"{LAT}, {LON}")
    with pytest.raises(AddressOutsideRegions):
        source.locate("10.5, 20.5")


def test_a_destination_that_is_not_found_does_not_fail_its_evaluation(tmp_path: Path, source: ImportedRegions) -> None:
    home = located(source, "3 Main Street")
    put(tmp_path, small_town(), "other")
    cut(file_of(tmp_path, "atlas.sqlite", "other"))
    with pytest.raises(AddressNotFound):
        source.locate("10 Downing Road, London", home)


def test_a_database_overwritten_between_two_looks_is_skipped(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town(), "other")
    assert source.complete("Main")
    path = file_of(tmp_path, "addresses.sqlite")
    path.write_bytes(b"\xa5" * path.stat().st_size)
    source.whole_region("town").geocoder._store._provider().execute("PRAGMA shrink_memory")
    assert source.complete("Main Stre")
    assert located(source, "3 Main Street").region == "other"
    assert ["region town" in problem for problem in source.problems()] == [True]


def test_a_failure_that_no_data_explains_stays_what_it_is(source: ImportedRegions) -> None:
    with pytest.raises(ZeroDivisionError), source.whole_region("town").reading():
        raise ZeroDivisionError


@contextmanager
def meanwhile_it_fails(source: ImportedRegions, kind: type[DoorstepError]) -> Iterator[None]:
    """Evaluate, and expect that it fails in the end."""
    with pytest.raises(kind, match="town"), source.settled():
        yield


def test_a_region_that_was_mended_is_found_among_several(
    tmp_path: Path, source: ImportedRegions, clock: SetClock
) -> None:
    other = Town()
    other.street("Otley Road")
    put(tmp_path, other, "other")
    for _ in range(2):
        assert located(source, "3 Main Street, Smallville").region == "town"
        path = file_of(tmp_path, "covered.npy")
        whole = path.read_bytes()
        scribble(path)
        clock.steady_seconds += LOOK_AGAIN_S
        assert source.problems()
        path.write_bytes(whole)
        clock.steady_seconds += LOOK_AGAIN_S


# --- evaluations -------------------------------------------------------------------------------------


def test_what_was_made_of_data_that_changed_meanwhile_does_not_count(tmp_path: Path, source: ImportedRegions) -> None:
    home = located(source, "3 Main Street")
    with meanwhile_it_fails(source, AtlasDamaged):
        source.surroundings(home)
        scribble(file_of(tmp_path, "atlas.sqlite"))


def test_damage_elsewhere_does_not_matter_to_it(tmp_path: Path, source: ImportedRegions) -> None:
    home = located(source, "3 Main Street")
    put(tmp_path, small_town(), "other")
    with source.settled():
        source.surroundings(home)
        scribble(file_of(tmp_path, "atlas.sqlite", "other"))


def test_a_failure_on_a_build_that_was_cleared_away_is_tried_again(tmp_path: Path, source: ImportedRegions) -> None:
    home = located(source, "3 Main Street")
    with meanwhile_it_fails(source, AtlasReplaced):
        source.surroundings(home)
        for _ in range(2):
            put(tmp_path, small_town())
        raise ValueError
    assert AtlasReplaced.passing, "the queue tries it again"


def test_what_was_read_of_a_build_that_was_replaced_counts(tmp_path: Path, source: ImportedRegions) -> None:
    home = located(source, "3 Main Street")
    with source.settled():
        source.surroundings(home)
        for _ in range(2):
            put(tmp_path, small_town())


# --- open files --------------------------------------------------------------------------------------


@contextmanager
def nothing_to_spare() -> Iterator[None]:
    """Let no file be opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208 - no more files than that
    kept = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
    try:
        while True:
            kept.append(os.dup(0))
    except OSError:
        yield
    finally:
        for handle in kept:
            os.close(handle)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_too_many_open_files_are_said_as_such_and_are_no_damage(source: ImportedRegions) -> None:
    with nothing_to_spare(), pytest.raises(TooManyOpenFiles, match="too many files open"):
        source.whole_region("town")
    assert source.whole_region("town").meta.places == 5
    assert source.problems() == ()


def test_a_replaced_build_is_closed_at_once(tmp_path: Path, source: ImportedRegions) -> None:
    def use() -> weakref.ref[Atlas]:
        home = located(source, "3 Main Street")
        source.surroundings(home).transit_stops()
        assert source.complete("Main")
        return weakref.ref(source.whole_region("town"))

    put(tmp_path, small_town(), "other")
    gc.collect()
    gc.disable()
    try:
        before, _ = use(), put(tmp_path, small_town())
        after = use()
        assert before() is None, "without the help of the collector"
    finally:
        gc.enable()
    assert after() is not None


def test_a_removed_region_is_closed(tmp_path: Path, source: ImportedRegions) -> None:
    atlas = weakref.ref(source.whole_region("town"))
    RegionStore(tmp_path / "regions").remove("town")
    assert source.covered() == ()
    assert atlas() is None


def test_an_atlas_of_an_older_version_is_not_called_damaged(tmp_path: Path, source: ImportedRegions) -> None:
    with sqlite3.connect(file_of(tmp_path, "atlas.sqlite")) as tables:
        tables.execute("UPDATE meta SET value = '5' WHERE key = 'format_version'")
    tables.close()
    command = "run flask region update town"
    assert source.problems() == (f"The data of the region town is of an older version of Doorstep; {command}",)


def test_of_many_only_those_asked_for_last_stay_open(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        put(tmp_path, small_town(), name)
    regions = OpenRegions(tmp_path / "regions", most_open=2)
    opened = {name: weakref.ref(regions.atlas(name)) for name in ("one", "two")}
    regions.atlas("one")
    regions.atlas("three")
    gc.collect()
    assert {name for name, atlas in opened.items() if atlas() is not None} == {"one"}
    assert regions.atlas("two").name == "two"
