"""The grid of tiles covers the globe, each point in one tile, with what is within reach around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.regions import LONGEST_NAME, NAME
from app.geo import Box, distance_m
from app.sources.live.tiles.grid import BIKE_REACH_M, MAP_REACH_M, WALK_REACH_M, is_tile, tile_at

LATS = st.floats(-90, 90)
LONS = st.floats(-180, 180)
#: Where nobody lives: there a box of some kilometres goes around the pole.
INHABITED = st.floats(-80, 80)


@given(LATS, LONS)
def test_every_point_lies_in_its_tile(lat: float, lon: float) -> None:
    assert tile_at(lat, lon).box.contains(lat, lon)


@pytest.mark.parametrize(("lat", "lon"), [(90, 180), (90, -180), (-90, 180), (-90, -180), (0, 0), (0, 180), (0, -180)])
def test_so_do_the_ends_of_the_scales(lat: float, lon: float) -> None:
    assert tile_at(lat, lon).box.contains(lat, lon)


@given(LATS, LONS)
def test_its_name_can_name_a_region(lat: float, lon: float) -> None:
    name = tile_at(lat, lon).name
    assert NAME.fullmatch(name)
    assert len(name) <= LONGEST_NAME
    assert is_tile(name)


@pytest.mark.parametrize("name", ["monaco", "tile", "tile-hill-3", "tile-1", "my-tile-1-2", "tile-1-2-3"])
def test_a_region_with_another_name_is_no_tile(name: str) -> None:
    assert not is_tile(name)


@given(INHABITED, LONS, st.floats(0, 1), st.floats(0, 1))
def test_all_points_of_a_tile_have_its_name(lat: float, lon: float, north: float, east: float) -> None:
    tile = tile_at(lat, lon)
    west, south, right, top = tile.box
    inside = south + (0.001 + 0.998 * north) * (top - south), west + (0.001 + 0.998 * east) * (right - west)
    assert tile_at(*inside) == tile


@given(INHABITED, LONS)
def test_it_is_three_kilometres_high_and_about_as_wide(lat: float, lon: float) -> None:
    west, south, east, north = tile_at(lat, lon).box
    assert distance_m(south, west, north, west) == pytest.approx(3_000, rel=0.01)
    assert distance_m((south + north) / 2, west, (south + north) / 2, east) == pytest.approx(3_000, rel=0.01)


@given(INHABITED, st.floats(-179, 179))
def test_its_boxes_hold_what_is_within_reach(lat: float, lon: float) -> None:
    tile = tile_at(lat, lon)
    for box, reach_m in ((tile.known_box, WALK_REACH_M), (tile.map_box, MAP_REACH_M), (tile.bike_box, BIKE_REACH_M)):
        assert reach_m * 0.999 <= _gap_m(tile.box, box) <= reach_m * 1.01


def _gap_m(inner: Box, outer: Box) -> float:
    """Return the least metres between the sides of two boxes, measured where the inner one is nearest to its pole."""
    far = max(inner.min_lat, inner.max_lat, key=abs)
    return min(
        distance_m(inner.max_lat, 0, outer.max_lat, 0),
        distance_m(inner.min_lat, 0, outer.min_lat, 0),
        distance_m(far, inner.min_lon, far, outer.min_lon),
        distance_m(far, inner.max_lon, far, outer.max_lon),
    )


@given(LATS, LONS)
def test_no_box_leaves_the_globe(lat: float, lon: float) -> None:
    for box in tile_at(lat, lon)[1:]:
        assert -180 <= box.min_lon < box.max_lon <= 180
        assert -90 <= box.min_lat < box.max_lat <= 90


def test_beside_the_180th_meridian_the_map_ends_there() -> None:
    east, west = tile_at(-16.8, 179.999), tile_at(-16.8, -179.999)
    assert east.known_box.max_lon == 180
    assert west.known_box.min_lon == -180
    assert east.name != west.name
