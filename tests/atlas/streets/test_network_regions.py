"""The networks of the sample regions: the index finds what a full look finds, and answers are those of a real town."""

from __future__ import annotations

import numpy as np
import pytest

from app.atlas.streets.arrays import EdgeFlag
from app.atlas.streets.network import Network
from app.atlas.streets.snapping import ISLAND_PENALTY_M
from app.atlas.streets.tiling import Floats, to_degrees
from app.geo import METRES_PER_DEGREE
from tests.support.folders import SAMPLES
from tests.support.region_network import region_network

MONTE_CARLO = (43.7396, 7.4277)
RAILWAY_STATION = (43.7385, 7.4191)


@pytest.fixture(scope="module")
def monaco() -> Network:
    return region_network(SAMPLES / "monaco.osm.pbf")


def _ranks_of_all_segments(network: Network, lat: float, lon: float) -> Floats:
    shapes, flags = network._files.shapes, network._files.edges.flags
    squeeze = np.cos(np.radians(lat))
    x, y = (to_degrees(shapes.lon) - lon) * squeeze, to_degrees(shapes.lat) - lat
    dx, dy = np.diff(x), np.diff(y)
    share = np.clip(-(x[:-1] * dx + y[:-1] * dy) / np.maximum(dx * dx + dy * dy, 1e-30), 0, 1)
    metres = np.hypot(x[:-1] + share * dx, y[:-1] + share * dy) * METRES_PER_DEGREE
    edge = shapes.edge[:-1]
    metres[(np.diff(shapes.edge) > 0) | ((flags[edge] & EdgeFlag.WALK) == 0)] = np.inf
    return metres + np.where(flags[edge] & EdgeFlag.WALK_MAIN, 0.0, ISLAND_PENALTY_M)


def test_the_index_finds_the_nearest_street_of_all(monaco: Network) -> None:
    rng = np.random.default_rng(3)
    lats, lons = rng.uniform(43.723, 43.752, 150), rng.uniform(7.408, 7.44, 150)
    snaps = monaco.snap(lats, lons)
    for snap, lat, lon in zip(snaps, lats, lons, strict=True):
        ranks = _ranks_of_all_segments(monaco, lat, lon)
        if snap["edge"] >= 0:
            penalty = 0.0 if monaco._files.edges.flags[snap["edge"]] & EdgeFlag.WALK_MAIN else ISLAND_PENALTY_M
            assert snap["offset"] + penalty == pytest.approx(ranks.min(), abs=0.01)
        else:
            assert ranks.min() > 500


def test_many_points_snap_as_each_alone(monaco: Network) -> None:
    rng = np.random.default_rng(4)
    lats, lons = rng.uniform(43.725, 43.75, 3000), rng.uniform(7.41, 7.44, 3000)
    together = monaco.snap(lats, lons)
    assert all(monaco.snap(lats[i], lons[i])[0] == together[i] for i in range(0, 3000, 37))


def test_monte_carlo_is_dense_and_walkable(monaco: Network) -> None:
    junctions, block_m = monaco.street_facts(*MONTE_CARLO)
    assert junctions is not None
    assert 30 <= junctions <= 150
    assert block_m is not None
    assert 50 <= block_m <= 200
    assert 20 <= monaco.street_km(*MONTE_CARLO, 2_414.0) <= 90


def test_the_station_is_a_quarter_of_an_hour_from_monte_carlo(monaco: Network) -> None:
    walk, ride, drive = (
        monaco.travel_seconds(mode, MONTE_CARLO, *RAILWAY_STATION)[0] / 60 for mode in ("walk", "bike", "car")
    )
    assert 10 <= walk <= 20
    assert 2 <= ride <= 12
    assert 1 <= drive <= 8


def test_a_point_at_sea_is_nowhere(monaco: Network) -> None:
    snap = monaco.snap(43.72, 7.46)[0]
    assert snap["edge"] == -1
    assert monaco.travel_seconds("walk", (43.72, 7.46), *MONTE_CARLO).tolist() == [np.inf]
    assert monaco.street_facts(43.70, 7.50) == (None, None)
