"""A trunk road by which houses are numbered is the main street of a village, and people walk along it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.addressing.main_streets import may_be_main_street
from tests.support.extracts import Town, lat_lon

Imported = Callable[[Town], Atlas]


def village(house_m: float = 12.0, **tags: str) -> Town:
    """Two lanes that a trunk road joins, with a house beside it."""
    town = Town()
    town.way([(0, 0), (400, 0)], {"highway": "trunk", "name": "High Road", "maxspeed": "60 mph", **tags})
    town.way([(0, 0), (0, 200)], {"highway": "residential", "name": "West Lane"})
    town.way([(400, 0), (400, 200)], {"highway": "residential", "name": "East Lane"})
    town.node(200, house_m, {"addr:housenumber": "1", "addr:street": "High Road"})
    return town


def along_it(atlas: Atlas) -> float:
    """Return the metres on foot from the one lane to the other."""
    return float(atlas.network.travel_seconds("walk", lat_lon(0, 100), *lat_lon(400, 100))[0]) / 0.75


def test_it_is_walked_where_houses_are_numbered_by_it(imported: Imported) -> None:
    assert along_it(imported(village())) == pytest.approx(600, rel=0.01)


@pytest.mark.parametrize("tags", [{"sidewalk": "no"}, {"oneway": "yes"}, {"motorroad": "yes"}, {"foot": "no"}])
def test_it_is_not_where_it_says_otherwise(imported: Imported, tags: dict[str, str]) -> None:
    assert along_it(imported(village(**tags))) == np.inf


def test_houses_of_a_street_of_that_name_elsewhere_open_none(imported: Imported) -> None:
    assert along_it(imported(village(house_m=900))) == np.inf


def test_a_road_that_is_walked_anyway_need_not_be_asked_about() -> None:
    assert not may_be_main_street({"highway": "trunk", "name": "High Road", "maxspeed": "30 mph"})
    assert not may_be_main_street({"highway": "primary", "name": "High Road"})
    assert not may_be_main_street({"highway": "trunk"})
