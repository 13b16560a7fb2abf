"""A near miss gives full addresses to choose from; nothing alike gives none."""

from __future__ import annotations

from app.atlas.geocoder.geocoder import FOUND, PLAUSIBLE
from tests.support.geocoder_town import house, row_of_houses, sample, town


def test_search_and_suggestions_agree_that_something_is_alike() -> None:
    match = sample("helsinki").search("Alexanderinkatu 15")[0]
    assert PLAUSIBLE <= match.score < FOUND


def test_three_slips_are_a_near_miss() -> None:
    geocoder = sample("helsinki")
    assert not any(match.score >= FOUND for match in geocoder.search("Alexanderinkatu 15"))
    assert "Aleksanterinkatu 15, 00100 Helsinki" in geocoder.suggest("Alexanderinkatu 15")


def test_the_wrong_type_of_street_is_a_near_miss() -> None:
    assert "27 Boulevard des Moulins, 98000 Monaco" in sample("monaco").suggest("avenue des moulins 27")


def test_nothing_alike_gives_no_suggestions() -> None:
    assert sample("helsinki").suggest("10 Downing Street, London") == ()


def test_there_are_at_most_as_many_as_asked_for() -> None:
    far = [house("Church Street", "5", 3_000 * at, f"Village {'abcdefgh'[at]}") for at in range(8)]
    assert len(town(far).suggest("5 Church Street")) == 5
    assert len(town(far).suggest("5 Church Street", 3)) == 3


def test_they_come_in_a_fixed_order_whatever_the_order_of_the_rows() -> None:
    rows = [house("Church Street", "5", 3_000 * at, f"Village {'abcdefgh'[at]}") for at in range(8)]
    rows += row_of_houses("Church Road", range(1, 9))
    assert town(rows).suggest("5 Church Street") == town(rows[::-1]).suggest("5 Church Street")
