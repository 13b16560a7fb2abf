"""What the minutes of many points come to for a town."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.surroundings import town_need


def test_it_tells_median_and_quarters() -> None:
    town = town_need([1, 2, 3, 4])
    assert (town.quarter_min, town.median_min, town.three_quarter_min) == (1, 2, 3)


def test_the_median_counts_those_that_reach_nothing() -> None:
    assert town_need([1, 2, 3], none=3).median_min == 3
    assert town_need([1, 2, 3], none=4).median_min is None


@pytest.mark.parametrize(("minutes", "beyond"), [(0, 0.8), (4.9, 0.8), (5, 0.6), (10, 0.4), (45, 0.2), (90, 0.2)])
def test_it_tells_how_many_need_more(minutes: float, beyond: float) -> None:
    town = town_need([0, 5, 10, 15], none=1)
    assert town.share_beyond(minutes) == pytest.approx(beyond)
    assert town.share_within(minutes) == pytest.approx(1 - beyond)


def test_a_walk_is_within_its_own_minutes() -> None:
    assert town_need([6.6]).share_within(6.6) == 1.0


def test_it_tells_how_many_have_none() -> None:
    assert town_need([5], none=3).none_share == 0.75
    assert town_need([]).none_share == 0.0


def test_a_town_is_compared_with_where_enough_is_known() -> None:
    town = town_need([5.0] * 100)
    assert town.is_telling
    assert not town_need([5.0] * 99).is_telling
    assert not replace(town, places=0).is_telling
    assert replace(town, unknown_share=0.1).is_telling
    assert not replace(town, unknown_share=0.11).is_telling


def test_a_rank_needs_points_that_differ() -> None:
    assert town_need([4.0, 6.0] * 500).percentile(5) == 0.5
    assert town_need([4.0, 5.0] * 500).percentile(4) is None


def test_a_rank_needs_many_points() -> None:
    assert town_need([4.0, 8.0] * 499).percentile(5) is None


def test_a_rank_may_rest_on_points_without_a_place() -> None:
    assert town_need([4.0] * 600, none=400).percentile(4) == pytest.approx(0.4)
    assert town_need([4.0] * 100, none=900).percentile(4) is None
