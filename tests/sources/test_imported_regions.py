"""Several regions as one source: the right one answers; a misspelt address is told from one that lies elsewhere."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.errors import AddressNotFound, AtlasDamaged, LinkWithoutPoint, NoRegions, RegionNotFound
from app.places import Kind, Location, Question
from app.sources.regions import ImportedRegions
from tests.support.extracts import WHEN, Town, small_town


@pytest.fixture
def source(tmp_path: Path) -> ImportedRegions:
    """Give the source of an empty folder."""
    return ImportedRegions(tmp_path / "regions")


def put(path: Path, town: Town, name: str = "town") -> None:
    """Import a town beside others."""
    import_region(RegionStore(path / "regions"), name, RegionInput(town.write(path / f"{name}.osm.pbf")))


def located(source: ImportedRegions, text: str, near: Location | None = None) -> Location:
    """Locate what needs no question."""
    found = source.locate(text, near)
    assert isinstance(found, Location), found
    return found


def test_it_finds_an_address_in_its_region(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town())
    location = located(source, "3 main street")
    assert (location.region, location.label) == ("town", "3 Main Street, Smallville")
    assert source.surroundings(location).nearest(Kind.CAFE)[0].name == "Café Nord"


def test_without_a_region_nothing_can_be_located(source: ImportedRegions) -> None:
    with pytest.raises(NoRegions):
        source.locate("3 Main Street")


def test_a_street_misspelt_beyond_doubt_is_asked_about(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town())
    question = source.locate("Mayn Streat 3 Smallville")
    assert isinstance(question, Question)
    assert question.choices[0].location.label == "3 Main Street, Smallville"


@pytest.mark.parametrize("text", ["10 Downing Road, London", "???", "qwertz uiop", "01633 656656"])
def test_what_is_like_nothing_here_is_refused(tmp_path: Path, source: ImportedRegions, text: str) -> None:
    put(tmp_path, small_town())
    with pytest.raises(AddressNotFound, match="Town"):
        source.locate(text)


def test_a_link_without_a_point_is_refused_with_its_own_reason(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town())
    with pytest.raises(LinkWithoutPoint):
        source.locate("https://maps.app.goo.gl/AbCdEf")


def test_the_fresher_of_two_overlapping_regions_answers(tmp_path: Path, source: ImportedRegions) -> None:
    old, new = small_town(), small_town()
    old.when = WHEN.replace(year=2015)
    put(tmp_path, old, "z-old")
    put(tmp_path, new, "a-new")
    assert located(source, "3 Main Street").region == "a-new"


def test_the_larger_of_two_equally_fresh_regions_answers(tmp_path: Path, source: ImportedRegions) -> None:
    large = small_town()
    for north in range(200, 2_000, 200):
        large.street(f"Street {north}", north, half_m=1_500)
    put(tmp_path, large, "a-large")
    put(tmp_path, small_town(), "z-small")
    assert located(source, "3 Main Street").region == "a-large"


def test_it_notices_a_reimport(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town())
    before = source.surroundings(located(source, "3 Main Street"))
    town = small_town()
    town.node(-180, 10, {"amenity": "cafe", "name": "New Café"})
    put(tmp_path, town)
    after = source.surroundings(located(source, "3 Main Street"))
    assert [place.name for place in before.nearest(Kind.CAFE)] == ["Café Nord"]
    assert [place.name for place in after.nearest(Kind.CAFE)] == ["New Café", "Café Nord"]


def test_a_removed_region_is_not_found_any_more(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town())
    location = located(source, "3 Main Street")
    RegionStore(tmp_path / "regions").remove("town")
    with pytest.raises(RegionNotFound):
        source.surroundings(location)
    with pytest.raises(NoRegions):
        source.locate("3 Main Street")


def test_a_damaged_region_does_not_stop_the_others(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town(), "bad")
    (tmp_path / "regions" / "bad" / "atlas.sqlite").write_bytes(b"")
    with pytest.raises(AtlasDamaged, match="bad"):
        source.locate("3 Main Street")
    put(tmp_path, small_town(), "good")
    assert located(source, "3 Main Street").region == "good"


def damage(path: Path, name: str) -> None:
    """Empty a region's tables."""
    (path / "regions" / name / "atlas.sqlite").write_bytes(b"")


def test_it_tells_what_is_covered_by_title_and_names_what_is_damaged(tmp_path: Path, source: ImportedRegions) -> None:
    for name in ("b-town", "c-town", "a-town"):
        put(tmp_path, small_town(), name)
    damage(tmp_path, "b-town")
    assert [(region.title, region.usable) for region in source.covered()] == [
        ("A Town", True),
        ("B Town", False),
        ("C Town", True),
    ]


def test_it_counts_anew_after_a_reimport(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town())
    (before,) = source.covered()
    town = small_town()
    town.node(-180, 10, {"amenity": "cafe", "name": "New Café"})
    put(tmp_path, town)
    (after,) = source.covered()
    assert after.places == before.places + 1


def test_it_logs_a_damaged_region_once(
    tmp_path: Path, source: ImportedRegions, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path, small_town())
    damage(tmp_path, "town")
    for _ in range(3):
        assert not source.covered()[0].usable
        assert source.complete("Main") == ()
    (said,) = [record.message for record in caplog.records]
    assert said.startswith("The data of the region town is damaged (atlas.sqlite has 0 bytes instead of")
    put(tmp_path, small_town())
    assert source.covered()[0].usable
    assert caplog.records[-1].message == "The region town can be read again."


def test_it_completes_addresses(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town())
    assert any("Main Street" in label for label in source.complete("Main"))


@pytest.mark.parametrize("typed", ["", "Ma", " M-a, "])
def test_it_completes_nothing_before_three_letters(tmp_path: Path, source: ImportedRegions, typed: str) -> None:
    put(tmp_path, small_town())
    assert source.complete(typed) == ()


def test_it_completes_from_each_region_in_turn(tmp_path: Path, source: ImportedRegions) -> None:
    for name in ("east", "west"):
        town = small_town()
        for number in range(3):
            town.street(f"Harbour {name.title()} {number}", 200 + 100 * number)
        put(tmp_path, town, name)
    sides = [label.split()[1] for label in source.complete("Harbour", 5)]
    assert sides == ["East", "West", "East", "West", "East"]


def test_it_completes_streets_and_places_of_each_region(tmp_path: Path, source: ImportedRegions) -> None:
    for name in ("east", "west"):
        town = small_town()
        town.street(f"Harbour {name.title()}", 200)
        town.node(0, 400, {"amenity": "school", "name": f"Harbour School {name.title()}"})
        put(tmp_path, town, name)
    found = source.complete("Harb", 4)
    assert {" ".join(label.split()[1:2]) for label in found[:2]} == {"East,", "West,"}
    assert [label for label in found if "School" in label] == [
        "Harbour School East, Smallville",
        "Harbour School West, Smallville",
    ]
    assert source.complete("harbour sch", 1) == ("Harbour School East, Smallville",)


def test_it_completes_a_destination_in_the_region_of_the_address_first(tmp_path: Path, source: ImportedRegions) -> None:
    for name in ("elm", "oak"):
        town = small_town()
        town.street(f"{name.title()} Road", 200)
        town.street(f"Harbour {name.title()}", 300)
        put(tmp_path, town, name)
    assert source.complete("Harbour", beside="1 Elm Road")[0].startswith("Harbour Elm")
    assert source.complete("Harbour", beside="1 Oak Road")[0].startswith("Harbour Oak")


def test_threads_share_it(tmp_path: Path, source: ImportedRegions) -> None:
    put(tmp_path, small_town())
    found: list[str] = []

    def look() -> None:
        here = source.surroundings(located(source, "3 Main Street"))
        found.extend(place.name for place in here.nearest(Kind.CAFE))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["Café Nord"] * 4
