"""The pure curves."""

from __future__ import annotations

import numpy as np
import pytest

from app.pipeline import scoring
from app.pipeline.rules.profiles import METHODS

WALK = METHODS.walk


@pytest.mark.parametrize(("metres", "value"), [(0, 1.0), (402, 1.0), (1609, 0.12), (2414, 0.0), (9999, 0.0)])
def test_walk_decay_is_full_near_and_nothing_far(metres: float, value: float) -> None:
    assert scoring.walk_decay(WALK, np.array([float(metres)]))[0] == pytest.approx(value, abs=0.003)


def test_slots_take_the_best_values_whatever_their_order() -> None:
    assert scoring.slot_sum((0.5, 0.3), np.array([0.1, 1.0, 0.5])) == pytest.approx(0.65)


def test_slots_without_places_are_empty() -> None:
    assert scoring.slot_sum((0.5, 0.3), np.array([])) == 0.0


@pytest.mark.parametrize(("minutes", "value"), [(15.0, 1.0), (22.5, 0.5), (30.0, 0.0), (44.0, 0.0), (None, 0.0)])
def test_fifteen_minutes_falls_to_nothing_at_thirty(minutes: float | None, value: float) -> None:
    assert scoring.fifteen_minutes(minutes, 15.0, 30.0) == value


def test_a_mean_leaves_out_what_has_no_weight() -> None:
    assert scoring.weighted_mean([(1.0, 2.0), (0.0, 0.0), (0.5, 2.0)]) == 0.75


def test_a_mean_of_nothing_is_unknown() -> None:
    assert scoring.weighted_mean([]) is None


@pytest.mark.parametrize(("junctions", "percent"), [(14.9, 5), (15, 3), (25, 2), (35, 1), (45, 0)])
def test_few_junctions_cost_percent(junctions: float, percent: float) -> None:
    assert scoring.below(WALK.junction_penalty, junctions) == percent


@pytest.mark.parametrize(("block", "percent"), [(231, 5), (230, 3), (181, 3), (141, 2), (101, 1), (100, 0)])
def test_long_blocks_cost_percent(block: float, percent: float) -> None:
    assert scoring.above(WALK.block_penalty, block) == percent


def test_the_slots_of_all_categories_make_fifteen() -> None:
    assert sum(sum(c.slots) for c in WALK.categories) == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (90, "nearly all errands on foot"),
        (89.6, "nearly all errands on foot"),
        (89.4, "most errands on foot"),
        (0, "hardly any errand on foot"),
    ],
)
def test_words_begin_at_their_limit(value: float, word: str) -> None:
    assert scoring.word_for(WALK.words, value) == word
