"""Small towns in each of which one walk was wrong once."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.sources.regions import ImportedRegions
from tests.support.folders import SHARED

#: The walk in minutes to each place; None: none within half an hour.
CASES: dict[str, dict[str, float | None]] = {
    "b01-private-street": {"At the gate": 2.0, "Behind the back fence": 7.0},
    "b02-square-multipolygon": {"Across the square": 2.8},
    "b04-motorway-between": {"On the street of the house": 1.0, "Beyond the motorway": None},
    "b05-village-on-a-trunk-road": {"Next door": 0.8},
    "b14-platform-and-pier": {"Beyond the platform": 5.0, "Beyond the pier": 3.8},
}


@pytest.mark.parametrize("case", CASES)
def test_the_walks_are_as_long_as_they_are(tmp_path: Path, case: str) -> None:
    extract = SHARED / "cases" / case / "town.osm"
    if not extract.exists():
        pytest.skip("the cases (../shared/data/cases) are not here")
    import_region(RegionStore(tmp_path), "town", RegionInput(extract))
    report = evaluate_property(Listing("1 Home Street, Testham"), ImportedRegions(tmp_path))
    found = {place.name: place.minutes for each in report.findings for group in each.groups for place in group.places}
    for name, minutes in CASES[case].items():
        assert found.get(name) == (None if minutes is None else pytest.approx(minutes, abs=0.15)), found
