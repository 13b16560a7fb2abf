"""A point on the map is evaluated where it is, and named by the nearest address."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import AddressOutsideRegions
from app.places import Precision
from app.sources.regions import ImportedRegions, pin_in
from tests.sources.test_imported_regions import put
from tests.support.extracts import lat_lon, small_town


@pytest.mark.parametrize("text", ["60.1652, 24.9364", "60.1652 24.9364", " (60.1652,24.9364) ", "-33.5;151.25"])
def test_it_reads_a_point(text: str) -> None:
    assert pin_in(text)


@pytest.mark.parametrize(
    "text", ["12 Bulevardi", "12 98000", "12, 98", "99.5, 7.4", "43.7, 181.5", "43.7", "43.7, 7.4 x"]
)
def test_it_leaves_everything_else_to_the_geocoder(text: str) -> None:
    assert pin_in(text) is None


def test_it_names_a_point_by_the_nearest_address(tmp_path: Path) -> None:
    put(tmp_path, small_town())
    source = ImportedRegions(tmp_path / "regions")
    house = source.locate("3 Main Street")
    found = source.locate(f"{house.lat + 0.0003:.5f}, {house.lon:.5f}")
    assert (found.label, found.precision) == (f"Near {house.label}", Precision.HOUSE)
    assert found.lat == pytest.approx(house.lat + 0.0003, abs=1e-5)
    assert "from the point" in found.note


def test_a_point_outside_every_region_is_refused(tmp_path: Path) -> None:
    put(tmp_path, small_town())
    lat, lon = lat_lon(0, 90_000)
    with pytest.raises(AddressOutsideRegions, match="Town"):
        ImportedRegions(tmp_path / "regions").locate(f"{lat:.5f}, {lon:.5f}")
