"""Slips of the finger are counted; digits are never slips."""

from __future__ import annotations

import itertools

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


@given(WORDS, WORDS)
def test_it_counts_as_the_textbook_does(a: str, b: str) -> None:
    assert edits(a, b, 16) == textbook_count(a, b)


def textbook_count(a: str, b: str) -> int:
    """Return the optimal string alignment distance by its recurrence, slowly."""
    rows = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i, j in itertools.product(range(1, len(a) + 1), range(1, len(b) + 1)):
        rows[i, j] = min(rows[i - 1, j] + 1, rows[i, j - 1] + 1, rows[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
        if i > 1 and j > 1 and (a[i - 1], a[i - 2]) == (b[j - 2], b[j - 1]):
            rows[i, j] = min(rows[i, j], rows[i - 2, j - 2] + 1)
    return rows[len(a), len(b)]


def test_trigrams_come_once_and_in_order() -> None:
    assert trigrams("abcabc") == ["abc", "bca", "cab"]
