"""What is not known at a point: where the map ends within 45 minutes, and where no way on foot is mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.atlas.coverage import Coverage, Grid
from app.atlas.fields.build.compile import FieldInput, compile_fields
from app.atlas.fields.build.points import Houses
from app.atlas.fields.build.walks import FieldPlaces
from app.atlas.fields.fields import NONE, UNKNOWN, Fields
from app.geo import METRES_PER_DEGREE, metres_per_degree_lon
from app.places import Kind
from tests.support.street_town import LAT, LON, Town, at

CELL_M = 250.0


def coverage(reach_m: float) -> Coverage:
    """Return a square full of houses that reaches so far from the middle each way, in a larger grid."""
    cells = 80
    steps = CELL_M / METRES_PER_DEGREE, CELL_M / metres_per_degree_lon(LAT)
    grid = Grid(LAT - cells / 2 * steps[0], LON - cells / 2 * steps[1], *steps, cells, cells)
    covered = np.zeros((cells, cells), dtype=bool)
    half = int(reach_m / CELL_M)
    covered[cells // 2 - half : cells // 2 + half, cells // 2 - half : cells // 2 + half] = True
    return Coverage(grid, covered, np.zeros_like(covered), covered.astype(np.int32) * 3)


def measured(folder: Path, reach_m: float, *houses: tuple[float, float]) -> Fields:
    """Measure houses along a street of 2 km with a cafe at its east end, and beside it a path that leads nowhere."""
    town = Town().node("a", -1000, 0).node("b", 1000, 0).node("c", -300, 400).node("d", -250, 400)
    for i in range(60):
        town.node(f"s{i}", -990 + 30 * i, 0).node(f"e{i}", -990 + 30 * i, -40).way(f"s{i} e{i}", highway="service")
    ways = town.way("a " + " ".join(f"s{i}" for i in range(60)) + " b").way("c d", highway="footway")
    network = ways.network(folder / "network")
    points = np.array([at(*house) for house in houses])[:, ::-1]
    places = FieldPlaces([Kind.CAFE], ["n1"], [network.snap(*at(1000, 5)).tobytes()])
    region = FieldInput(network, ways.street_ways(), coverage(reach_m), Houses(points), places)
    compile_fields(region, folder / "fields")
    return Fields.open(folder / "fields")


HOUSES = [(x, 10.0) for x in range(-900, 1000, 100)]


def test_nothing_within_45_minutes_of_a_map_that_reaches_further_is_none(tmp_path: Path) -> None:
    fields = measured(tmp_path, 5_000, *HOUSES)
    assert fields.facts.sample == "addresses"
    assert set(fields.of("bakery").tolist()) == {NONE}
    assert max(fields.of("cafe").tolist()) < UNKNOWN


def test_nothing_within_45_minutes_of_the_edge_of_the_map_is_not_known(tmp_path: Path) -> None:
    fields = measured(tmp_path, 2_500, *HOUSES)
    assert set(fields.of("bakery").tolist()) == {UNKNOWN}
    assert max(fields.of("cafe").tolist()) < UNKNOWN


def test_some_points_may_lie_too_near_the_edge_and_others_not(tmp_path: Path) -> None:
    bakery = measured(tmp_path, 3_750, *HOUSES).of("bakery").tolist()
    assert bakery[0] == bakery[-1] == UNKNOWN
    assert bakery[len(bakery) // 2] == NONE


def test_a_house_without_a_street_knows_nothing(tmp_path: Path) -> None:
    assert measured(tmp_path, 5_000, *HOUSES, (0.0, -700.0)).of("cafe")[-1] == UNKNOWN


def test_a_house_on_a_path_that_leads_nowhere_knows_nothing(tmp_path: Path) -> None:
    assert measured(tmp_path, 5_000, *HOUSES, (-280.0, 402.0)).of("cafe")[-1] == UNKNOWN


@pytest.mark.parametrize(("reach_m", "unknown"), [(5_000, 0.0), (2_500, 1.0)])
def test_the_town_says_what_share_is_not_known(tmp_path: Path, reach_m: float, unknown: float) -> None:
    towns = {town.need: town for town in measured(tmp_path, reach_m, *HOUSES).facts.towns}
    assert towns["bakery"].unknown_share == unknown
    assert towns["bakery"].points == len(HOUSES) * (1 - unknown)
    assert (towns["cafe"].unknown_share, towns["cafe"].points) == (0.0, len(HOUSES))
