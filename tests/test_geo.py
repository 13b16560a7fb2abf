"""Distances agree with known ones on the ground."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from app.geo import Box, box_around, compass, distance_m, distances_m, distances_to_shapes_m, geometries_of


def test_it_measures_a_known_distance() -> None:
    # Helsinki Cathedral to the Central Railway Station (haversine: 621.1 m).
    assert distance_m(60.17045, 24.95227, 60.17187, 24.94141) == pytest.approx(621.1, abs=1)


def test_it_measures_the_same_both_ways() -> None:
    assert distance_m(43.7, 7.4, 43.8, 7.5) == distance_m(43.8, 7.5, 43.7, 7.4)


def test_many_points_are_as_far_as_one_by_one() -> None:
    lats, lons = np.array([43.7, 43.8, -10.0]), np.array([7.4, 7.5, 120.0])
    one_by_one = [[distance_m(a, b, c, d) for c, d in zip(lats, lons, strict=True)] for a, b in ((43.7, 7.4), (60, 25))]
    assert distances_m([[43.7], [60]], [[7.4], [25]], lats, lons) == pytest.approx(np.array(one_by_one))


def test_it_measures_to_the_edge_of_a_shape_and_nothing_inside() -> None:
    box = shapely.box(7.4, 43.7, 7.5, 43.8)
    outside, inside = (distances_to_shapes_m(43.75, lon, geometries_of([box.wkb]))[0] for lon in (7.39, 7.45))
    assert outside == pytest.approx(distance_m(43.75, 7.39, 43.75, 7.4))
    assert inside == 0


def test_it_draws_a_box_that_touches_the_circle() -> None:
    box = box_around(60.0, 25.0, 1_000)
    assert distance_m(60.0, 25.0, box.max_lat, 25.0) == pytest.approx(1_000)
    assert distance_m(60.0, 25.0, 60.0, box.max_lon) == pytest.approx(1_000)


def test_it_tells_inside_from_outside() -> None:
    box = Box(7.4, 43.7, 7.5, 43.8)
    assert box.contains(43.75, 7.4)
    assert not box.contains(43.81, 7.45)


@pytest.mark.parametrize(
    ("lat", "lon", "direction"),
    [
        (60.01, 24.0, "north"),
        (59.99, 24.0, "south"),
        (60.0, 24.02, "east"),
        (60.0, 23.98, "west"),
        (60.01, 24.02, "north-east"),
    ],
)
def test_a_direction_is_one_of_eight(lat: float, lon: float, direction: str) -> None:
    assert compass(60.0, 24.0, lat, lon) == direction
