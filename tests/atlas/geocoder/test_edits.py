"""Slips of the finger are counted; digits are never slips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.geocoder.text import edits, trigrams

WORDS = st.text("abcde", max_size=8)


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        ("bulevardi", "bulevardi", 0),
        ("bulevrdi", "bulevardi", 1),
        ("bluevardi", "bulevardi", 1),
        ("kitten", "sitting", 3),
    ],
)
def test_it_counts_slips(a: str, b: str, count: int) -> None:
    assert edits(a, b, 3) == count


def test_it_gives_up_above_the_most_asked_for() -> None:
    assert edits("kitten", "sitting", 2) is None


def test_another_digit_is_another_street() -> None:
    assert edits("108av", "109av", 2) is None


@given(WORDS, WORDS)
def test_the_count_is_the_same_both_ways(a: str, b: str) -> None:
    assert edits(a, b, 8) == edits(b, a, 8)


@given(WORDS, WORDS)
def test_a_lower_limit_changes_only_what_lies_above_it(a: str, b: str) -> None:
    count = edits(a, b, 16)
    assert edits(a, b, 2) == (count if count is not None and count <= 2 else None)


def test_trigrams_come_once_and_in_order() -> None:
    assert trigrams("abcabc") == ["abc", "bca", "cab"]
