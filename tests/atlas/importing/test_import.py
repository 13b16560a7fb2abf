"""Importing: what a good extract gives, and that a bad one changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.importer import RegionInput, import_region, title_of
from app.atlas.regions import RegionStore
from app.errors import BadExtract, BadFeed, BadRegionName
from app.places import Precision
from tests.support.extracts import Town, lat_lon, small_town


def test_it_counts_what_it_found(imported: Callable[[Town], Atlas]) -> None:
    meta = imported(small_town()).meta
    assert (meta.title, meta.addresses, meta.places, meta.data_date) == ("Town", 10, 5, "2024-05-06")


def test_it_says_nothing_of_the_date_when_the_file_carries_none(imported: Callable[[Town], Atlas]) -> None:
    town = small_town()
    town.when = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    assert imported(town).meta.data_date == ""


def test_it_tells_how_far_it_is(tmp_path: Path, region_store: RegionStore) -> None:
    steps: list[float] = []
    source = RegionInput(small_town().write(tmp_path / "town.osm.pbf"))
    import_region(region_store, "town", source, lambda share, what: steps.append(share))
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0.0, 1.0)


def test_the_same_extract_gives_the_same_bytes(tmp_path: Path, region_store: RegionStore) -> None:
    source = RegionInput(small_town().write(tmp_path / "town.osm.pbf"))
    import_region(region_store, "one", replace(source, title="Town"))
    import_region(region_store, "two", replace(source, title="Town"))
    one, two = region_store.directory("one"), region_store.directory("two")
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    assert [name for name in names if (one / name).read_bytes() != (two / name).read_bytes()] == []


def refused(region_store: RegionStore, path: Path) -> str:
    """Import a bad file over a good region and return the sentence; the good region must stay."""
    before = region_store.directory("town")
    with pytest.raises(BadExtract) as refusal:
        import_region(region_store, "town", RegionInput(path))
    assert region_store.directory("town") == before
    assert sorted(p.name for p in before.parent.iterdir() if p.is_dir()) == [before.name]
    Atlas("town", before)
    return refusal.value.message


@pytest.fixture
def full_store(tmp_path: Path, region_store: RegionStore) -> RegionStore:
    """Give a folder with one good region."""
    import_region(region_store, "town", RegionInput(small_town().write(tmp_path / "good.osm.pbf")))
    return region_store


def test_it_refuses_an_empty_file(tmp_path: Path, full_store: RegionStore) -> None:
    path = tmp_path / "empty.osm.pbf"
    path.write_bytes(b"")
    assert refused(full_store, path) == "empty.osm.pbf cannot be imported: it is empty."


def test_it_refuses_a_missing_file(tmp_path: Path, full_store: RegionStore) -> None:
    message = refused(full_store, tmp_path / "gone.osm.pbf")
    assert message.endswith("/gone.osm.pbf cannot be imported: there is no such file.")


def test_it_refuses_a_folder(tmp_path: Path, full_store: RegionStore) -> None:
    assert "it is a folder; name the file in it" in refused(full_store, tmp_path)


@pytest.mark.parametrize("content", [b"hello world, this is not a map" * 40, b"\x00" * 5_000])
def test_it_refuses_what_is_no_extract(tmp_path: Path, full_store: RegionStore, content: bytes) -> None:
    path = tmp_path / "other.osm.pbf"
    path.write_bytes(content)
    assert "damaged or not an OpenStreetMap extract" in refused(full_store, path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_it_refuses_a_truncated_file(tmp_path: Path, full_store: RegionStore, share: float) -> None:
    whole = small_town().write(tmp_path / "whole.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refused(full_store, path).startswith("cut.osm.pbf cannot be imported: it ")


def test_it_refuses_an_extract_without_streets(tmp_path: Path, full_store: RegionStore) -> None:
    town = Town()
    town.node(0, 0, {"shop": "supermarket"})
    message = refused(full_store, town.write(tmp_path / "streetless.osm.pbf"))
    assert message == "streetless.osm.pbf cannot be imported: it holds no streets."


def test_it_refuses_a_bad_timetable_and_imports_nothing(tmp_path: Path, region_store: RegionStore) -> None:
    feed = tmp_path / "feed.zip"
    feed.write_bytes(b"no zip")
    with pytest.raises(BadFeed):
        import_region(region_store, "town", RegionInput(small_town().write(tmp_path / "t.osm.pbf"), (feed,)))
    assert region_store.names() == ()


@pytest.mark.parametrize("name", ["", "Town", "a b", "../up", "-x", "x" * 41, ".builds"])
def test_it_refuses_a_name_that_is_no_file_name(tmp_path: Path, region_store: RegionStore, name: str) -> None:
    with pytest.raises(BadRegionName):
        import_region(region_store, name, RegionInput(small_town().write(tmp_path / "t.osm.pbf")))
    assert region_store.names() == ()


def test_a_house_stands_in_the_street_of_its_relation(imported: Callable[[Town], Atlas]) -> None:
    town = small_town()
    street = town.street("Back Lane", 60)
    node = town.node(0, 70, {"addr:housenumber": "4"})
    house = town.square(100, 70, 10, {"building": "yes", "addr:housenumber": "6"})
    members = [("w", street, "street"), ("n", node, "house"), ("w", house, "house")]
    town.relation(members, {"type": "associatedStreet", "name": "Back Lane"})
    geocoder = imported(town).geocoder
    labels = [geocoder.search(f"{number} Back Lane")[0].location for number in (4, 6)]
    assert [location.precision for location in labels] == [Precision.HOUSE, Precision.HOUSE]


def test_houses_between_two_numbers_are_put_along_the_interpolation_way(imported: Callable[[Town], Atlas]) -> None:
    town = small_town()
    place = {"addr:street": "Main Street", "addr:city": "Smallville"}
    town.node(0, 40, {"addr:housenumber": "101", **place})
    town.node(100, 40, {"addr:housenumber": "111", **place})
    town.way([(0, 40), (50, 40), (100, 40)], {"addr:interpolation": "odd"})
    found = imported(town).geocoder.search("105 Main Street")[0].location
    assert (found.lat, found.lon) == pytest.approx(lat_lon(40, 40), abs=1e-5)


def test_a_way_whose_nodes_are_cut_off_stays_as_far_as_it_goes(tmp_path: Path, region_store: RegionStore) -> None:
    town = small_town()
    far = town.node(5_000, 0)
    town.way([(500, 0), (600, 0), (5_000, 0)], {"highway": "residential", "name": "Long Road"})
    meta = import_region(region_store, "town", RegionInput(town.write(tmp_path / "cut.osm.pbf", without_nodes=[far])))
    assert meta.streets == 2


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("queens-village-ny-us", "Queens Village NY US"),
        ("newport-gb", "Newport GB"),
        ("porto-alegre", "Porto Alegre"),
        ("ax", "Ax"),
    ],
)
def test_a_region_without_a_title_is_called_by_its_name(name: str, title: str) -> None:
    assert title_of(name) == title
