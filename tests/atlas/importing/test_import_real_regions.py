"""Traps in real extracts, on the larger regions beside the repository."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.atlas.atlas import ADDRESSES_FILE, Atlas
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.places import Kind, Location, Precision
from tests.support.folders import REGIONS

pytestmark = pytest.mark.skipif(not REGIONS.is_dir(), reason="the larger regions (../shared/data) are not here")


def imported(tmp_path: Path, file: str, *feeds: str) -> Atlas:
    """Import one of the regions and open it."""
    store = RegionStore(tmp_path)
    import_region(store, "region", RegionInput(REGIONS / file, tuple(REGIONS / feed for feed in feeds)))
    return Atlas("region", store.directory("region"))


def middle(atlas: Atlas, lat: float, lon: float) -> AtlasSurroundings:
    """Open the surroundings of a point."""
    return AtlasSurroundings(atlas, Location(lat, lon, "here", Precision.HOUSE, "region"))


def test_an_extract_without_times_has_no_date_and_no_stop_is_none_mapped(tmp_path: Path) -> None:
    atlas = imported(tmp_path, "reisterstown-md-us/reisterstown.osm.pbf")
    box = atlas.meta.box
    here = middle(atlas, (box.min_lat + box.max_lat) / 2, (box.min_lon + box.max_lon) / 2)
    assert here.region.data_date == ""
    assert here.transit_stops() == ()
    assert here.mapped().stops == 0
    assert here.mapped().street_km > 10


@pytest.mark.parametrize("file", ["munich-center/munchen.osm.pbf", "queens-village-ny-us/queens_village_ny.osm.pbf"])
def test_every_house_is_where_the_region_holds_data(tmp_path: Path, file: str) -> None:
    atlas = imported(tmp_path, file)
    with sqlite3.connect(atlas.directory / ADDRESSES_FILE) as connection:
        houses = connection.execute("SELECT lat, lon FROM geo_number").fetchall()
    assert len(houses) > 1_000
    assert [house for house in houses if not atlas.coverage.holds(*house)] == []


def test_a_header_box_that_an_editor_drew_leaves_nothing_out(tmp_path: Path) -> None:
    atlas = imported(tmp_path, "munich-center/munchen.osm.pbf")
    assert atlas.coverage.holds(48.1310, 11.5600)
    assert not atlas.coverage.holds(48.1500, 11.5600)


def test_a_road_only_extract_has_streets_and_next_to_nothing_else(tmp_path: Path) -> None:
    atlas = imported(tmp_path, "porto-alegre/poa.osm.pbf")
    here = middle(atlas, -30.033, -51.2200)
    mapped = here.mapped()
    assert mapped.street_km > 50
    assert max(mapped.shops, mapped.amenities) < 10
    assert len(here.green_spaces()) <= 1


def test_skytrain_stations_are_subway_stations(tmp_path: Path) -> None:
    atlas = imported(tmp_path, "vancouver-ca/vancouver_canada.osm.pbf")
    here = middle(atlas, 49.2830, -123.1170)
    assert "Granville" in [place.name for place in here.nearest(Kind.SUBWAY_STATION, limit=10)]
    assert here.coverage(2_400) > 0.9


def test_a_timetable_takes_the_place_of_mapped_stops(tmp_path: Path) -> None:
    feed = "newport-gb/newport-20230613.gtfs.zip"
    here = middle(imported(tmp_path, "newport-gb/newport-2023-06-13.osm.pbf", feed), 51.5880, -2.9980)
    assert here.has_timetable()
    assert all(stop.from_feed for stop in here.transit_stops())
    assert here.region.service_date == "2023-10-19"
    (times,) = here.travel_times([Location(51.5650, -3.0300, "there", Precision.HOUSE, "region")])
    assert times.transit is not None
    assert times.walk_s is not None
    assert 0 < times.transit.min_s <= times.transit.mean_s <= times.transit.max_s
