"""Streets cut by walking time: a piece is where a walk to any point of it says that it is."""

from __future__ import annotations

import numpy as np
import pytest

from app.atlas.streets.lines import StreetLines
from app.geo import box_around, distances_m
from tests.conftest import Opened
from tests.support.extracts import Town, lat_lon
from tests.support.folders import SAMPLES
from tests.support.region_network import region_network

LIMITS_S = (300.0, 600.0, 900.0)


def lengths_m(lines: StreetLines) -> np.ndarray:
    """Measure each line from point to point."""
    lon, lat = lines.points.T
    steps = distances_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    return np.array([steps[a : b - 1].sum() for a, b in zip(lines.starts[:-1], lines.starts[1:], strict=True)])


def by_band(lines: StreetLines) -> list[float]:
    return [round(float(lengths_m(lines)[lines.band == band].sum())) for band in range(len(LIMITS_S) + 1)]


def lines_of(around: Opened, town: Town, east_m: float = 0.0) -> StreetLines:
    facts = around(town, east_m)
    return facts._atlas.network.lines(box_around(*lat_lon(0, 0), 5_000), facts._walkshed, LIMITS_S)


def test_a_straight_street_is_cut_at_400_800_and_1200_m(around: Opened) -> None:
    town = Town()
    town.street(half_m=2_000)
    assert by_band(lines_of(around, town)) == pytest.approx([800, 800, 800, 1_600], abs=4)


def test_a_street_without_corners_is_cut_around_the_home(around: Opened) -> None:
    town = Town()
    town.way([(-2_000, 0), (2_000, 0)], {"highway": "residential"})
    assert by_band(lines_of(around, town, 100.0)) == pytest.approx([800, 800, 800, 1_600], abs=4)


def test_steps_take_twice_as_long(around: Opened) -> None:
    town = Town()
    town.way([(0, 0), (0, 1_000)], {"highway": "steps"})
    town.way([(-50, 0), (0, 0), (50, 0)], {"highway": "residential"})
    assert by_band(lines_of(around, town))[:3] == pytest.approx([300, 200, 200], abs=8)


def test_what_no_walk_reaches_is_farther_than_all(around: Opened) -> None:
    town = Town()
    town.street(half_m=100)
    town.way([(0, 300), (500, 300)], {"highway": "residential"})
    assert by_band(lines_of(around, town)) == pytest.approx([200, 0, 0, 500], abs=3)


def test_it_tells_streets_from_paths_and_calm_from_busy(around: Opened) -> None:
    town = Town()
    town.street(half_m=100)
    town.way([(0, 0), (0, 100)], {"highway": "footway"})
    town.way([(-100, 0), (-100, 100)], {"highway": "primary", "lanes": "4"})
    town.way([(100, 0), (100, 100)], {"highway": "service"})
    lines = lines_of(around, town)
    assert lines.is_driven.sum() == 4, "two halves of the street either side of the home's, and the main road"
    assert set(lines.stress.tolist()) == {0, 1, 4}
    assert lines.has_name.sum() == 4 - 1


@pytest.mark.parametrize("at", [(43.7394, 7.4273), (43.7312, 7.4195)], ids=["Monte-Carlo", "the Rock"])
def test_every_piece_in_monaco_is_in_its_band(at: tuple[float, float]) -> None:
    """The walk to the middle of a piece, asked in another way: from the point to its street, and back."""
    network = region_network(SAMPLES / "monaco.osm.pbf")
    walkshed = network.walk(network.snap([at[0]], [at[1]])[0], 2_700.0)
    lines = network.lines(box_around(*at, 900), walkshed, LIMITS_S)
    bounds = np.array([0.0, *LIMITS_S, np.inf])
    long = np.flatnonzero((lengths_m(lines) > 5) & lines.is_walked)
    wrong = 0
    for row in long.tolist():
        points = lines.points[lines.starts[row] : lines.starts[row + 1]]
        lon, lat = (points[len(points) // 2 - 1] + points[len(points) // 2]) / 2
        snap = network.snap([lat], [lon])
        seconds = float(walkshed.seconds_to(snap)[0])
        low, high = bounds[lines.band[row]], bounds[lines.band[row] + 1]
        # Where ways lie above one another the point may snap to another one.
        wrong += not (low - 3 <= seconds <= high + 3)
    assert len(long) > 800
    assert wrong <= 0.02 * len(long)
