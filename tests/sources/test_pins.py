"""A point is evaluated where it is and named by what it stands in and beside, or an address near it is offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from openlocationcode import openlocationcode

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.errors import AddressOutsideRegions, NoHomeHere, ShortPlusCode
from app.geo import METRES_PER_DEGREE, Box, metres_per_degree_lon
from app.places import Precision, Question
from app.sources.regions import ImportedRegions
from tests.sources.test_imported_regions import located, put
from tests.support.extracts import LAT, LON, WHEN, Town, lat_lon, small_town


def at(east_m: float, north_m: float) -> str:
    return "{:.5f}, {:.5f}".format(*lat_lon(east_m, north_m))


def town_by_the_water() -> Town:
    """Return the small town with a lake, a motorway and a park."""
    town = small_town()
    town.square(-100, 60, 80, {"natural": "water", "name": "Mill Pond"})
    town.way([(-500, -120), (500, -120)], {"highway": "motorway", "name": "M4", "lanes": "3"})
    return town


@pytest.fixture
def source(tmp_path: Path) -> ImportedRegions:
    """Give a town by the water."""
    put(tmp_path, town_by_the_water())
    return ImportedRegions(tmp_path / "regions")


def asked(source: ImportedRegions, text: str) -> Question:
    question = source.locate(text)
    assert isinstance(question, Question), question
    return question


def test_it_is_named_by_the_nearest_address(source: ImportedRegions) -> None:
    found = located(source, at(-180, 40))
    assert (found.label, found.precision) == ("Near 3 Main Street, Smallville", Precision.POINT)
    assert found.note.endswith("30 m from 3 Main Street, Smallville.")
    assert (found.lat, found.lon) == pytest.approx(lat_lon(-180, 40), abs=1e-5)


def test_at_a_door_no_distance_is_named(source: ImportedRegions) -> None:
    assert located(source, at(-180, 14)).note.endswith(": at 3 Main Street, Smallville.")


def test_it_says_what_it_stands_in(source: ImportedRegions) -> None:
    assert "in Town Park" in located(source, at(250, 70)).note


@pytest.mark.parametrize(
    ("spot", "where"), [((-60, 100), "in the water (Mill Pond)"), ((0, -120), "on a motorway (M4)")]
)
def test_where_nobody_lives_the_addresses_near_are_offered(
    source: ImportedRegions, spot: tuple[float, float], where: str
) -> None:
    question = asked(source, at(*spot))
    assert where in question.why
    assert [choice.what for choice in question.choices] == ["house"] * 3
    assert all(choice.where.endswith(" m away") for choice in question.choices)


def test_without_an_address_near_there_is_nothing_to_offer(tmp_path: Path) -> None:
    town = small_town()
    town.street("Far Lane", 3_000)
    town.node(300, 3_010, {"amenity": "cafe", "name": "Lake Café"})
    town.square(-200, 3_020, 300, {"natural": "water", "name": "Far Lake"})
    put(tmp_path, town)
    with pytest.raises(NoHomeHere, match=r"in the water \(Far Lake\)"):
        ImportedRegions(tmp_path / "regions").locate(at(0, 3_100))


def test_swapped_numbers_are_asked_about(source: ImportedRegions) -> None:
    lat, lon = lat_lon(-180, 40)
    question = asked(source, f"{lon:.5f}, {lat:.5f}")
    assert "swapped" in question.why
    assert question.choices[0].location == located(source, at(-180, 40))


def test_a_point_that_lies_in_regions_either_way_is_asked_about(source: ImportedRegions, tmp_path: Path) -> None:
    lat, lon = lat_lon(-180, 40)
    east_m, north_m = (lat - LON) * metres_per_degree_lon(LAT), (lon - LAT) * METRES_PER_DEGREE
    far = small_town()
    far.nodes = {number: ((x + east_m, y + north_m), tags) for number, ((x, y), tags) in far.nodes.items()}
    put(tmp_path, far, "far")
    question = asked(source, f"{lat:.5f}, {lon:.5f}")
    assert "can be read in two ways" in question.why
    assert [choice.location.region for choice in question.choices] == ["town", "far"]


def test_of_two_regions_the_fresher_holds_the_point(source: ImportedRegions, tmp_path: Path) -> None:
    newer = town_by_the_water()
    newer.when = WHEN.replace(year=2025)
    put(tmp_path, newer, "newer")
    assert located(source, at(-180, 40)).region == "newer"
    older = town_by_the_water()
    older.when = WHEN.replace(year=2020)
    put(tmp_path, older, "z-older")
    assert located(source, at(-180, 40)).region == "newer"


def test_what_the_header_of_a_file_says_is_covered_counts_for_nothing(tmp_path: Path) -> None:
    lat, lon = lat_lon(0, 0)
    extract = small_town().write(tmp_path / "town.osm.pbf", Box(lon + 0.002, lat - 0.1, lon + 0.1, lat + 0.1))
    import_region(RegionStore(tmp_path / "regions"), "town", RegionInput(extract))
    source = ImportedRegions(tmp_path / "regions")
    assert located(source, at(-180, 40)).label == "Near 3 Main Street, Smallville"
    assert located(source, "3 Main Street").region == "town"


def test_a_point_outside_every_region_is_refused(source: ImportedRegions) -> None:
    with pytest.raises(AddressOutsideRegions, match="Town"):
        source.locate(at(0, 90_000))


def test_a_short_plus_code_needs_its_town(source: ImportedRegions) -> None:
    with pytest.raises(ShortPlusCode):
        source.locate("2222+22")
    lat, lon = lat_lon(-180, 40)
    code = openlocationcode.encode(lat, lon)[4:]
    assert located(source, f"{code} Smallville").label == "Near 3 Main Street, Smallville"


@pytest.mark.parametrize(
    "link", ["https://www.openstreetmap.org/#map=17/{}/{}", "geo:{},{}?z=17", "https://www.google.com/maps/@{},{},17z"]
)
def test_a_link_of_a_map_is_a_point(source: ImportedRegions, link: str) -> None:
    lat, lon = lat_lon(-180, 40)
    assert located(source, link.format(f"{lat:.5f}", f"{lon:.5f}")).label == "Near 3 Main Street, Smallville"


def test_wherever_an_address_is_found_its_point_is_covered_too(source: ImportedRegions) -> None:
    for number in range(1, 11):
        house = located(source, f"{number} Main Street")
        assert located(source, f"{house.lat:.6f}, {house.lon:.6f}").label == f"Near {house.label}"
