"""Real regions for the pipeline's tests: the samples, and larger extracts where they lie beside the repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.sources.regions import ImportedRegions
from tests.support.folders import REGIONS, SAMPLES

#: Larger extracts and the timetables that belong to them.
LARGER = {
    "newport-gb": ("newport-2023-06-13.osm.pbf", ("newport-20230613.gtfs.zip",)),
    "porto-alegre": ("poa.osm.pbf", ("poa_eptc.gtfs.zip", "poa_trensurb.gtfs.zip")),
    "queens-village-ny-us": ("queens_village_ny.osm.pbf", ("lirr.gtfs.zip",)),
    "reisterstown-md-us": ("reisterstown.osm.pbf", ()),
}

#: Gives the source of one larger region.
OpenRegion = Callable[[str], ImportedRegions]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with both sample regions, imported once."""
    folder = tmp_path_factory.mktemp("samples")
    for name in ("helsinki", "monaco"):
        import_region(RegionStore(folder), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
    return folder


@pytest.fixture(scope="session")
def larger(tmp_path_factory: pytest.TempPathFactory) -> OpenRegion:
    """Return a function that imports a larger region once; it skips the test where the extract is not here."""
    opened: dict[str, ImportedRegions] = {}

    def open_region(name: str) -> ImportedRegions:
        extract, feeds = LARGER[name]
        if not (REGIONS / name / extract).exists():
            pytest.skip(f"the extract of {name} is not beside the repository")
        if name not in opened:
            folder = tmp_path_factory.mktemp(name)
            source = RegionInput(REGIONS / name / extract, tuple(REGIONS / name / feed for feed in feeds))
            import_region(RegionStore(folder), name, source)
            opened[name] = ImportedRegions(folder)
        return opened[name]

    return open_region
