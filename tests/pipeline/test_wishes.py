"""Whether every home of a town meets a wish, against the report of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.atlas.atlas import Atlas
from app.atlas.regions import RegionStore
from app.avoided import AVOIDED, WIDE_LANES
from app.pipeline.rules.must_haves import AWAY, OFFERED
from app.pipeline.rules.profiles import METHODS
from app.pipeline.wishes import TownWishes, most_seconds
from app.sources.regions import ImportedRegions
from app.wording import whole_minutes
from tests.support.town_oracle import TownOracle

#: Homes of each region that are compared with their reports; `bench/where.py` compares 500.
HOMES = 40


@pytest.mark.parametrize("name", ["monaco", "helsinki"])
def test_each_home_meets_what_its_report_says_it_meets(samples: Path, name: str) -> None:
    found = TownOracle(Atlas(name, RegionStore(samples).directory(name))).differences(HOMES)
    assert found == {"compared": found["compared"]}
    assert found["compared"] > HOMES * len(OFFERED)


@pytest.mark.parametrize("name", ["queens-village-ny-us", "reisterstown-md-us"])
def test_so_it_is_where_little_but_streets_is_mapped(larger: Callable[[str], ImportedRegions], name: str) -> None:
    found = TownOracle(larger(name).whole_region(name)).differences(HOMES)
    assert found == {"compared": found["compared"]}


@pytest.mark.parametrize("minutes", [5, 10, 15, 20, 30])
def test_minutes_are_met_as_they_are_shown(minutes: int) -> None:
    most = most_seconds(minutes)
    assert whole_minutes((most - 0.01) / 60) == minutes
    assert whole_minutes((most + 0.01) / 60) == minutes + 1


def test_what_is_measured_is_what_may_be_asked_for() -> None:
    rules = {rule.key: rule for rule in METHODS.safety.rules}
    for avoided in AVOIDED:
        assert avoided.amounts_m == AWAY[avoided.key][1]
        assert set(avoided.kinds) == set(rules[avoided.key].kinds)
        assert (WIDE_LANES if avoided.wide_only else None) == rules[avoided.key].or_lanes
    assert {avoided.key for avoided in AVOIDED} == set(AWAY)


def test_a_region_without_any_land_says_nothing_of_railways(samples: Path) -> None:
    atlas = Atlas("monaco", RegionStore(samples).directory("monaco"))
    nowhere = TownWishes(atlas.town, atlas.fields.facts.counts, has_land=False).away("railway", 50)
    assert set(np.unique(nowhere).tolist()) <= {-1, 0}
