"""Where a region holds data, whatever its extract says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.coverage import Coverage, coverage_of
from app.geo import Box, Floats
from tests.support.extracts import lat_lon

NOTHING: Floats = np.empty((0, 2))
NO_COAST: Floats = np.empty((0, 4))


def filled(west_m: float, south_m: float, east_m: float, north_m: float, step_m: float = 200) -> Floats:
    """Return the (lon, lat) of a grid of things mapped in a box in metres."""
    points = [lat_lon(e, n) for e in np.arange(west_m, east_m, step_m) for n in np.arange(south_m, north_m, step_m)]
    return np.array(points)[:, ::-1]


def share(coverage: Coverage, east_m: float, north_m: float, radius_m: float = 1_000) -> float:
    """Return the share of a disc that is covered."""
    return coverage.share(*lat_lon(east_m, north_m), radius_m)


def test_the_middle_is_covered_and_far_away_is_not() -> None:
    coverage = coverage_of(filled(-5_000, -5_000, 5_000, 5_000), NOTHING, NOTHING, NO_COAST, None)
    assert share(coverage, 0, 0) == 1.0
    assert share(coverage, 20_000, 0) == 0.0


def test_at_the_edge_half_of_the_disc_is_covered() -> None:
    coverage = coverage_of(filled(-5_000, -5_000, 5_000, 5_000), NOTHING, NOTHING, NO_COAST, None)
    assert share(coverage, 5_000, 0, 3_000) == pytest.approx(0.55, abs=0.12)


@pytest.mark.parametrize("radius_m", [40, 300, 1_000, 2_400])
def test_the_shares_of_many_discs_are_those_of_each(radius_m: float) -> None:
    coverage = coverage_of(filled(-5_000, -5_000, 5_000, 4_000), NOTHING, NOTHING, NO_COAST, None)
    around = np.random.default_rng(6).uniform(-6_500, 6_500, (400, 2))
    lats, lons = np.array([lat_lon(*point) for point in around.tolist()]).T
    _, _, inside = coverage.grid.cells(lats, lons)
    each = [coverage.share(lat, lon, radius_m) for lat, lon in zip(lats[inside], lons[inside], strict=True)]
    assert 0 < np.mean(np.array(each) < 1) < 1
    assert coverage.shares(lats[inside], lons[inside], radius_m) == pytest.approx(np.array(each), abs=1.1 / 1_500)


def test_a_road_that_runs_out_of_the_data_covers_nothing_around_it() -> None:
    road = filled(5_000, 0, 30_000, 150)
    coverage = coverage_of(
        np.concatenate((filled(-5_000, -5_000, 5_000, 5_000), road)), NOTHING, NOTHING, NO_COAST, None
    )
    assert share(coverage, 15_000, 0) < 0.05


def test_a_lake_in_the_middle_is_covered() -> None:
    around_a_lake = [
        filled(-8_000, -8_000, 8_000, -2_000),
        filled(-8_000, 2_000, 8_000, 8_000),
        filled(-8_000, -2_000, -2_000, 2_000),
        filled(2_000, -2_000, 8_000, 2_000),
    ]
    assert share(coverage_of(np.concatenate(around_a_lake), NOTHING, NOTHING, NO_COAST, None), 0, 0) == 1.0


def box(west_m: float, south_m: float, east_m: float, north_m: float) -> Box:
    """Return a box in metres."""
    (south, west), (north, east) = lat_lon(west_m, south_m), lat_lon(east_m, north_m)
    return Box(west, south, east, north)


TOWN = filled(-5_000, -5_000, 5_000, 5_000)


def test_ways_that_run_out_of_a_true_header_box_cover_nothing_there() -> None:
    ends = filled(5_000, -1_000, 5_400, 1_000)
    header = box(-5_000, -5_000, 5_000, 5_000)
    coverage = coverage_of(np.concatenate((TOWN, ends)), NOTHING, TOWN, NO_COAST, header)
    assert share(coverage, 6_500, 0) == 0.0
    assert share(coverage, 4_000, 0, 500) == 1.0


@pytest.mark.parametrize("houses", [NOTHING, TOWN[::50], TOWN])
def test_a_header_box_around_a_part_of_the_data_says_nothing(houses: Floats) -> None:
    coverage = coverage_of(TOWN, NOTHING, houses, NO_COAST, box(-3_000, -3_000, 0, 3_000))
    assert share(coverage, 2_000, 0) == 1.0
    assert share(coverage, 7_500, 0) == 0.0


def test_a_village_outside_a_true_header_box_is_held_though_its_surroundings_are_not_known() -> None:
    village = filled(8_000, 0, 8_300, 300, step_m=100)
    header = box(-5_000, -5_000, 5_000, 5_000)
    coverage = coverage_of(np.concatenate((TOWN, village)), NOTHING, np.concatenate((TOWN, village)), NO_COAST, header)
    assert coverage.holds(*lat_lon(8_150, 500))
    assert share(coverage, 8_150, 150, 400) == 0.0


def test_a_header_box_larger_than_the_data_covers_nothing_more() -> None:
    coverage = coverage_of(TOWN, NOTHING, TOWN, NO_COAST, box(-50_000, -50_000, 50_000, 50_000))
    assert share(coverage, 8_000, 0) == 0.0


def test_a_house_at_the_very_edge_is_held_and_adds_nothing_to_what_is_known() -> None:
    header = box(-5_000, -5_000, 5_010, 5_000)
    houses = np.array([lat_lon(5_005, 30)[::-1]])
    with_it, without = (coverage_of(TOWN, NOTHING, some, NO_COAST, header) for some in (houses, NOTHING))
    assert with_it.holds(*lat_lon(5_005, 30))
    assert not without.holds(*lat_lon(5_005, 30))
    assert with_it.km2() == pytest.approx(without.km2())


METRES = st.integers(-8_000, 8_000)
SPOTS = st.lists(st.tuples(METRES, METRES), min_size=1, max_size=30)


@given(SPOTS, SPOTS, st.none() | st.tuples(METRES, METRES, st.integers(1, 9_000)))
def test_every_house_is_covered_whatever_the_header_says(
    streets: list[tuple[int, int]], houses: list[tuple[int, int]], header: tuple[int, int, int] | None
) -> None:
    mapped, lived_in = (np.array([lat_lon(*spot)[::-1] for spot in spots]) for spots in (streets, houses))
    around = None if header is None else box(*header[:2], header[0] + header[2], header[1] + header[2])
    coverage = coverage_of(mapped, NOTHING, lived_in, NO_COAST, around)
    assert all(coverage.holds(lat, lon) for lon, lat in lived_in.tolist())
    assert coverage.addresses.sum() == len(houses)


def coast(points: Sequence[tuple[float, float]]) -> Floats:
    """Return coastline segments through points in metres, water on the right."""
    degrees = np.array([lat_lon(*point)[::-1] for point in points])
    return np.column_stack((degrees[:-1], degrees[1:]))


def test_the_sea_before_a_coast_is_known_and_the_land_behind_it_is_not() -> None:
    land = filled(-2_000, 0, 2_000, 2_000)
    shore = coast([(-4_000, 0), (0, 0), (4_000, 0)])[:, [2, 3, 0, 1]][::-1]  # from east to west: sea in the north
    seaward = coverage_of(filled(-2_000, -2_000, 2_000, 0), NOTHING, NOTHING, shore, None)
    assert share(seaward, 0, 1_500, 500) == 1.0
    landward = coverage_of(land, NOTHING, NOTHING, shore[::-1][:, [2, 3, 0, 1]], None)
    assert share(landward, 0, 4_500, 500) == 0.0


def test_addresses_are_counted_around_a_point() -> None:
    houses = filled(-1_000, -1_000, 1_000, 1_000, step_m=50)
    coverage = coverage_of(filled(-5_000, -5_000, 5_000, 5_000), NOTHING, houses, NO_COAST, None)
    assert coverage.addresses_within(*lat_lon(0, 0), 3_000) == len(houses)
    assert coverage.addresses_within(*lat_lon(0, 0), 800) == pytest.approx(np.pi * 800**2 / 50**2, rel=0.15)
    assert coverage.addresses_within(*lat_lon(4_000, 4_000), 800) == 0


def test_it_reads_what_it_wrote(tmp_path: Path) -> None:
    coverage = coverage_of(filled(-2_000, -2_000, 2_000, 2_000), NOTHING, NOTHING, NO_COAST, None)
    coverage.write(tmp_path)
    again = Coverage.open(tmp_path)
    assert (again.grid, again.km2(), again.box()) == (coverage.grid, coverage.km2(), coverage.box())
    assert np.array_equal(again.covered, coverage.covered)
    assert np.array_equal(again.edge, coverage.edge)


def test_a_stray_node_on_the_other_side_of_the_world_does_not_matter() -> None:
    mapped = np.concatenate((filled(-5_000, -5_000, 5_000, 5_000), [[-120.0, -40.0]]))
    coverage = coverage_of(mapped, NOTHING, NOTHING, NO_COAST, None)
    assert coverage.covered.size < 1_000_000
    assert share(coverage, 0, 0) == 1.0


def test_a_lone_village_is_covered_and_a_lone_road_is_not() -> None:
    road, house = filled(-600, 0, 600, 150), filled(0, 0, 150, 150)
    assert share(coverage_of(road, NOTHING, house, NO_COAST, None), 0, 0, 300) > 0.95
    assert share(coverage_of(road, NOTHING, NOTHING, NO_COAST, None), 0, 0, 300) == 0.0


def test_two_towns_far_apart_share_a_grid_of_larger_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.atlas.coverage.MOST_CELLS", 50_000)
    towns = np.concatenate((filled(-5_000, -5_000, 5_000, 5_000), filled(395_000, -5_000, 405_000, 5_000)))
    coverage = coverage_of(towns, NOTHING, NOTHING, NO_COAST, None)
    assert coverage.covered.size < 70_000
    assert coverage.grid.cell_m > 250
    assert [share(coverage, east, 0) for east in (0, 200_000, 400_000)] == [1.0, 0.0, 1.0]


def test_a_box_that_is_sure_is_believed_however_much_lies_outside_it() -> None:
    streets = filled(-5_000, -5_000, 5_000, 5_000)
    known = box(-2_000, -2_000, 2_000, 2_000)
    doubted = coverage_of(streets, NOTHING, NOTHING, NO_COAST, known)
    sure = coverage_of(streets, NOTHING, NOTHING, NO_COAST, known, is_sure=True)
    assert share(doubted, 3_500, 0, 500) == 1.0
    assert share(sure, 0, 0) == 1.0
    assert share(sure, 3_500, 0, 500) == 0.0


def test_nothing_outside_such_a_box_is_held() -> None:
    houses = filled(-5_000, -5_000, 5_000, 5_000)
    known = box(-2_000, -2_000, 2_000, 2_000)
    assert coverage_of(houses, NOTHING, houses, NO_COAST, known).holds(*lat_lon(4_000, 0))
    sure = coverage_of(houses, NOTHING, houses, NO_COAST, known, is_sure=True)
    assert sure.holds(*lat_lon(0, 0))
    assert not sure.holds(*lat_lon(4_000, 0))
