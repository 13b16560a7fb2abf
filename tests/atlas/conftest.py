"""Imports tiny towns and opens what came of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.importer import Source, import_region
from app.atlas.regions import RegionStore
from app.places import Location, Precision
from app.sources.surroundings import AtlasSurroundings
from tests.atlas.extracts import Town, lat_lon

Opened = Callable[..., AtlasSurroundings]


@pytest.fixture
def store(tmp_path: Path) -> RegionStore:
    """Give an empty folder of regions."""
    return RegionStore(tmp_path / "regions")


@pytest.fixture
def imported(tmp_path: Path, store: RegionStore) -> Callable[[Town], Atlas]:
    """Give a function that imports a town and opens its atlas."""

    def run(town: Town) -> Atlas:
        import_region(store, "town", Source(town.write(tmp_path / "town.osm.pbf")))
        return Atlas("town", store.directory("town"))

    return run


@pytest.fixture
def around(imported: Callable[[Town], Atlas]) -> Opened:
    """Give a function that imports a town and opens the surroundings of a point in it, in metres."""

    def run(town: Town, east_m: float = 0.0, north_m: float = 0.0) -> AtlasSurroundings:
        lat, lon = lat_lon(east_m, north_m)
        return AtlasSurroundings(imported(town), Location(lat, lon, "here", Precision.HOUSE, "town"))

    return run
